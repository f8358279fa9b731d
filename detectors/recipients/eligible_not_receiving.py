"""W7 `eligible-not-receiving`: on the list of a programme, or within the local rule, and paid nothing (service)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.by_means import COLUMNS, PARAMETERS, POPULATION, QUERIES, by_means
from detectors.households.drafts import draft
from detectors.households.entitlements import (
    DECLINED,
    ENTITLEMENTS,
    ENTITLEMENTS_COLUMNS,
    PART_MONTH,
    Entitlement,
    entitlements,
)
from detectors.households.paid import recipients
from detectors.households.unlisted import months_unlisted, without_list
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from graph.counted import counted


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft an entitlement without any payment; where local rules set an income limit, a household below it."""
    listed = entitlements(rows)
    for e in listed:
        if not e.covered:
            yield Undecided(
                e.of.kind,
                e.of.id,
                (e.of.id,),
                f"没有加载{e.program}的发放数据，是否漏享无法判定",
                f"no payments of {e.program} are loaded: whether somebody is left out can't be decided",
            )
        elif e.due and not set(e.due) & set(e.paid) and e.undated:
            yield Undecided(
                e.of.kind,
                e.of.id,
                (e.of.id,),
                f"{e.program}有{e.undated}笔发放记录没有月份，是否漏享无法判定",
                f"{counted(e.undated, 'payment')} of {e.program} without a month: whether it was left out can't be decided",
            )
        elif e.due and not set(e.due) & set(e.paid):
            alive = [m for m in e.missing if e.alive(m)]
            wanted = [m for m in alive if m not in e.declined and not e.in_part(m)]
            part = any(m not in e.declined for m in alive)
            why = None if wanted else PART_MONTH if part else DECLINED if alive else _DIED
            yield _listed(e, wanted or alive or e.missing, why, values)
    said = ("是否漏享", "whether somebody is left out")
    yield from without_list(recipients(rows), listed, *said)
    yield from months_unlisted(listed, *said)
    yield from by_means(rows, values)


_DIED: Final = ("died", "名单所列人员已身故", "those on the list have died")


def _listed(e: Entitlement, months: Sequence[str], why: tuple[str, str, str] | None, values: Values) -> Draft:
    found = draft(
        e.of,
        months,
        {
            "program": e.program,
            "programs": [e.program],
            "by": "list",
            "due": sum(e.due[m] or 0 for m in months),
        },
        {
            "why_zh": f"列入{e.program}资格名单",
            "why_en": f"is on the list for {e.program}",
            "count": str(len(months)),
        },
        values=values,
        nodes=[e.program_id, *e.of.persons],
        keys=[*e.keys, *e.declined_keys],
        suppressed_by=why,
    )
    return replace(found, identity={"household_id": e.of.id, "program_id": e.program_id})


DETECTOR = Detector(
    id="eligible-not-receiving",
    version="1.11",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="符合条件而未享受",
    title_en="Eligible, and paid nothing",
    meaning_zh="在资格名单内，或者收入与住房在当地规定之内，而没有任何发放（服务提醒）。",
    severity="service",
    counts_rows_of=("RECEIVES",),
    basis=assistance_law(
        "第九条、第十条",
        "家庭人均收入低于当地标准且财产符合规定的，给予最低生活保障",
        "a household below the local income standard, with property within the rule, is given assistance",
        "第十八条、第二十三条",
        "家庭人均收入低于当地标准且财产状况符合规定的，给予最低生活保障；认定办法由省级制定",
        "a household below the local standard, with property within the rule, is given assistance; provinces set how",
    ),
    needs=("RECEIVES",),
    needs_any=("ENTITLED_TO", "EARNS"),
    parameters=(
        Parameter(
            "income_per_head_limit",
            0.0,
            "yuan/month",
            "当地低保标准（人均月收入）；未规定的，有收入数据而没有发放的家庭无法判定；规定为0即不按收入主动发现",
            "the local standard of monthly income per head; where no rule states it, households of known income that are paid "
            "nothing can't be decided; a rule of 0: nobody is looked for by income",
        ),
        *PARAMETERS,
    ),
    queries={**ENTITLEMENTS, **QUERIES},
    columns={**ENTITLEMENTS_COLUMNS, **COLUMNS},
    population=POPULATION,
    identity=("household_id", "program_id"),
    suppressors=tuple(Suppressor(*why) for why in (_DIED, DECLINED, PART_MONTH)),
    wording_zh=(
        "【服务提醒】{household}：{why_zh}，{months}（{count}个月）未见发放记录。请主动核实需求并告知申请途径。"
        + CAUTION_ZH
    ),
    wording_en=(
        "[Service] {household} {why_en}, and no payment is found in {months} ({count:month}). Ask whether help is "
        "wanted and explain how to apply. " + CAUTION_EN
    ),
    assemble=assemble,
    innocent_zh=("本人放弃或拒绝", "已通过其他渠道领取", "名单尚未复核"),
    innocent_en=("declined by the person", "paid through another channel", "a list not yet reviewed"),
)
