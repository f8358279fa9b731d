"""W5b `duplicate-benefit`: one person is covered twice in a month: one programme in two places, or two that exclude each other.

A programme paid by household covers all its members, whichever of them is paid; what one place pays to several of them
is one payment in parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.covered import (
    EXCLUSIVE,
    OF_HOUSEHOLDS,
    Overlap,
    exclude,
    overlaps,
    paid_by_household,
)
from detectors.households.districts import apart
from detectors.households.drafts import draft
from detectors.households.paid import POPULATION, RECIPIENTS, RECIPIENTS_COLUMNS, recipients, without_months
from detectors.households.told_twice import TOLD_TWICE
from detectors.households.unnumbered import looked_up_by_number
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.rules.values import Settled, settle
from graph.programs import may_be


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a pair of recipients and programmes, over the months in which both cover one person."""
    for found in overlaps(rows, paid_by_household(values)):
        rule = settle(values, found.one.region, f"{found.months[-1]}-01")
        same = found.one.same in may_be(found.two.same)
        if same or exclude(found.one.program, found.two.program, str(rule["exclusive_programs"])):
            yield _draft(found, rule, values)
    yield from _undated(rows)


def _undated(rows: Mapping[str, Sequence[Row]]) -> Iterator[Undecided]:
    """Recipients whose payments state no month, while somebody else is paid for the same person."""
    all_ = recipients(rows)
    covering: dict[str, set[str]] = defaultdict(set)
    for of in all_:
        for person in of.persons:
            covering[person].add(of.id)
    for of in all_:
        if any(len(covering[p]) > 1 for p in of.persons):
            yield from without_months(of)


def _draft(found: Overlap, rule: Settled, values: Values) -> Draft:
    one, two, months = found.one, found.two, found.months
    moved = apart(one.region, two.region) and len(months) <= int(rule["move_months"])
    last = [s for c in (one, two) for s in c.spells[months[-1]]]
    drafted = draft(
        one.of,
        months,
        {
            "amount": found.amount,
            "by_share": found.in_parts,
            "programs": sorted({one.program, two.program}),
            "persons": list(found.persons),
            "recipients": [
                {"id": c.id, "program": c.program, "region": c.region, "amount": sum(map(c.amount, months))}
                for c in (one, two)
            ],
        },
        {
            "count": str(len(months)),
            "one": f"{one.label}（{one.region or '—'}，{one.program}）",
            "two": f"{two.label}（{two.region or '—'}，{two.program}）",
            "one_en": f"{one.label} ({one.region or '—'}, {one.program})",
            "two_en": f"{two.label} ({two.region or '—'}, {two.program})",
            "people": str(len(found.persons)),
            "share_zh": "（按覆盖人数均摊）" if found.in_parts else "",
            "share_en": " (each shared equally among those it covers)" if found.in_parts else "",
        },
        values=values,
        region=one.region,
        nodes=[*found.persons, one.id, two.id, *(s.benefit for s in last)],
        keys=[
            *(s.key for s in last),
            *(m["member_key"] for c in (one, two) for m in c.of.members if m["person_id"] in found.persons),
        ],
        suppressed_by=TOLD_TWICE if found.told_twice else _MOVED if moved else None,
    )
    return replace(
        drafted,
        identity={"household_id": f"{one.id}|{two.id}", "program_id": f"{one.program_id}|{two.program_id}"},
        subjects=tuple(sorted({one.id, two.id})),
    )


_MOVED: Final = ("move-month", "迁移当月两地各发一次", "paid in both places in the month of a move")


DETECTOR = Detector(
    id="duplicate-benefit",
    version="1.7",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="重复享受救助",
    title_en="One person is covered by two payments at once",
    meaning_zh="同一个人或同一户同月被两笔发放覆盖：两地发放同一项目，或者发放两个不能同时享受的项目。",
    severity="lead",
    basis=assistance_law(
        "第十三条、第五十八条",
        "应当及时核对家庭情况变化；可查询相关信息核对",
        "changes are to be checked in time; registers may be consulted",
        "第四十一条、第四十六条",
        "可以向有关部门和金融机构核对收入、财产状况；定期核查",
        "means may be checked with registers and banks; regular checks",
    ),
    needs=("RECEIVES",),
    parameters=(
        EXCLUSIVE,
        OF_HOUSEHOLDS,
        Parameter(
            "move_months",
            1,
            "months",
            "两地同时发放不超过此月数视为迁移",
            "two places paying for at most this many months is taken for a move",
        ),
    ),
    queries=RECIPIENTS,
    columns=RECIPIENTS_COLUMNS,
    population=POPULATION,
    identity=("household_id", "program_id"),
    suppressors=(Suppressor(*_MOVED), Suppressor(*TOLD_TWICE)),
    wording_zh=(
        "【风险预警】{months}（{count}个月）有{people}人同时由{one}与{two}发放覆盖，重叠金额{amount}元{share_zh}。"
        "请核实是否重复享受。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] In {months} ({count:month}) {people:person was|people were} covered both by {one_en} and by {two_en}; the "
        "amounts overlap by {amount} yuan{share_en}. Verify whether a benefit was paid twice. " + CAUTION_EN
    ),
    assemble=looked_up_by_number(assemble),
    innocent_zh=("迁移交接月份", "项目按规定可以叠加", "家庭成员名册未更新"),
    innocent_en=("the month of a move", "programmes that may be combined", "an outdated list of members"),
)
