"""W5c `shared-payee-account`: in one month one account is paid for several recipients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.drafts import draft
from detectors.households.paid import POPULATION, RECIPIENTS, RECIPIENTS_COLUMNS
from detectors.households.payee_accounts import (
    FAMILY,
    RELATED,
    RELATED_COLUMNS,
    Families,
    Paid,
    collective,
    several_paid,
)
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.rules.values import settle


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft an account, over the months in which it was paid for several recipients."""
    families = Families(rows)
    for found in several_paid(rows, values):
        yield found if isinstance(found, Undecided) else _draft(*found, families, values)


def _draft(key: str, shared: Mapping[str, Paid], families: Families, values: Values) -> Draft:
    last = shared[max(shared)]
    everybody = {id_: of for paid in shared.values() for id_, (of, _) in paid.items()}
    spells = [s for paid in shared.values() for _, of_one in paid.values() for s in of_one]
    latest = [s for _, of_one in last.values() for s in of_one]
    paid_persons = {s.person for s in latest if s.person}
    rule = settle(values, spells[-1].region, f"{max(shared)}-01")
    first = everybody[min(everybody)]
    family = families.joining(list(everybody.values()))
    joined_by, kin = family or ((), ())
    payees = sorted({s.payee for s in spells if s.payee})
    found = draft(
        first,
        sorted(shared),
        {
            "amount": sum(s.amount or 0 for s in spells),
            "programs": sorted({s.program for s in spells if s.program}),
            "account": spells[-1].account,
            "recipients": sorted(everybody),
            "payees": len(payees),
        },
        {
            "account": spells[-1].account or "—",
            "count": str(max(len(paid) for paid in shared.values())),
        },
        values=values,
        region=spells[-1].region,
        nodes=[*everybody, *(s.benefit for s in latest), *paid_persons, *kin],
        keys=[
            *(s.key for s in latest),
            *joined_by,
            *(
                m["member_key"]
                for of in everybody.values()
                for m in of.members
                if family is not None or m["person_id"] in paid_persons
            ),
        ],
        suppressed_by=collective(len(everybody), payees, rule) or (None if family is None else FAMILY),
    )
    return replace(
        found,
        scope_kind="account",
        scope_id=f"account:{key}",
        identity={"account_key": key},
        subjects=tuple(sorted(everybody)),
    )


_INSTITUTION: Final = ("institution", "村居、养老、福利机构的代管账户", "of village or care institutions")
_HUBS: Final = ("hub", "集体代发账户", "collective accounts")


DETECTOR = Detector(
    id="shared-payee-account",
    version="1.4",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="多个领取对象共用收款账户",
    title_en="Several recipients are paid into one account",
    meaning_zh="同一个收款账户同月为几个领取对象收款。",
    severity="lead",
    basis=assistance_law(
        "第五十八条",
        "可查询相关信息核对",
        "registers may be consulted",
        "第四十一条、第四十六条",
        "可以向有关部门和金融机构核对收入、财产状况；定期核查",
        "means may be checked with registers and banks; regular checks",
    ),
    needs=("RECEIVES",),
    needs_fields=("Benefit.account_key",),
    parameters=(
        Parameter(
            "recipients_limit",
            2,
            "recipients",
            "同月共用达到此数即提示",
            "at or above this many recipients in a month",
            least=2,
        ),
        Parameter(
            "hub_recipients",
            20,
            "recipients",
            "超过此数视为集体代发账户",
            "above this the account is taken for a collective one",
            least=2,
        ),
        Parameter(
            "institution_words",
            "村民委员会;村委会;居民委员会;居委会;社区;敬老院;养老院;福利院;救助站",
            "",
            "账户名称含这些词视为机构账户（以;分隔）",
            "accounts named with these words are institutions' (separated by ;)",
            separator=";",
        ),
    ),
    queries={**RECIPIENTS, **RELATED},
    columns={**RECIPIENTS_COLUMNS, **RELATED_COLUMNS},
    population=POPULATION,
    identity=("account_key",),
    suppressors=(Suppressor(*_INSTITUTION), Suppressor(*_HUBS), Suppressor(*FAMILY)),
    wording_zh=(
        "【风险预警】收款账户{account}：{months}同月为{count}个领取对象收取{programs}，共{amount}元。"
        "请核实代领关系与实际领取人。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Account {account}: in {months} it was paid {programs} for {count} recipients in the same month, {amount} "
        "yuan in all. Verify who collects for whom. " + CAUTION_EN
    ),
    assemble=assemble,
    innocent_zh=("监护人代领", "近亲属共用账户", "村级代发账户"),
    innocent_en=("a guardian collects", "close relatives share an account", "a village pays on"),
)
