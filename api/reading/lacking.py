"""Detectors that can't look at all, as nothing was loaded of what they need: missing data never read as innocence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from detectors.definition import Undecided

_RECORDS: Final = {
    "OWNS": ("股权", "ownership"),
    "EXERCISES_CONTROL": ("控制关系", "control"),
    "BRANCH_OF": ("分支机构", "branches"),
    "LEGAL_REP_OF": ("法定代表人", "legal representatives"),
    "OFFICER_OF": ("董监高任职", "officers"),
    "HAS_CONTACT": ("联系方式", "contacts"),
    "RELATED_TO": ("亲属关系", "relatives"),
    "MEMBER_OF_CONCERT": ("一致行动", "acting in concert"),
    "DEBARRED_BY": ("禁止投标", "debarments"),
    "SUBMITS": ("投标", "bids"),
    "FOR_LOT": ("标段", "lots"),
    "LOT_OF": ("招标项目", "tenders"),
    "BUYS": ("招标人（采购人）", "buyers"),
    "SERVES_TENDER": ("代理、设计、监理等单位", "agents, designers and supervisors"),
    "USED_IN_BID": ("投标痕迹", "traces in bids"),
    "WORKS_ON_BID": ("投标人员", "people who work on bids"),
    "SUBCONTRACTS_TO": ("分包", "subcontracts"),
    "RECEIVES": ("救助发放", "payments"),
    "MEMBER_OF": ("家庭成员", "members of households"),
    "HOLDS_PROPERTY": ("不动产", "real estate"),
    "HOLDS_VEHICLE": ("车辆", "vehicles"),
    "EARNS": ("收入", "incomes"),
    "ENTITLED_TO": ("应享待遇", "entitlements"),
    "IN_CUSTODY": ("服刑羁押", "custody"),
    "HOLDS_POST": ("公职", "public posts"),
    "Person.died_on": ("死亡日期", "dates of death"),
    "Person.cremated_on": ("火化日期", "dates of cremation"),
    "Benefit.account_key": ("收款账户", "payee accounts"),
}
"""What detectors of lots and households need, as a reader is told of it: Chinese, English."""


def without_data(
    missing: Mapping[str, Sequence[str]], scope: tuple[str, str], parties: Sequence[str]
) -> tuple[tuple[str, Undecided], ...]:
    """Each detector that could not look (`Run.missing`), with what it can't decide of a scope (a lot and its bidders, a household) for want of what data."""
    return tuple((detector, _gap(absent, scope, parties)) for detector, absent in missing.items())


def _gap(absent: Sequence[str], scope: tuple[str, str], parties: Sequence[str]) -> Undecided:
    zh, en = ([_RECORDS.get(name, (name, name))[n] for name in absent] for n in (0, 1))
    return Undecided(
        *scope,
        tuple(parties),
        f"已导入的数据中没有{'、'.join(zh)}记录，无法判定",
        f"the data loaded hold no records of {' or '.join(en)}: cannot be decided",
    )
