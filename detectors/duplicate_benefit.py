"""W5b `duplicate-benefit`: one person is covered twice in a month: one programme in two places, or two that exclude each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    TAIL_EN,
    TAIL_ZH,
    Recipient,
    Spell,
    assistance_law,
    draft,
    recipients,
)
from detectors.rules import settle


@dataclass
class _Source:
    """What covers one person: a recipient, a programme, a district; spells by month."""

    of: Recipient
    id: str
    program: str
    program_id: str
    region: str
    spells: dict[str, Spell] = field(default_factory=dict)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a pair of recipients and programmes, over the months in which both cover one person."""
    covered: dict[str, dict[tuple[str, str, str], _Source]] = defaultdict(dict)
    for of in recipients(rows):
        for spell in of.spells:
            inside = [spell.person] if spell.person else [m["person_id"] for m in of.members_in(spell.month)]
            id_ = spell.person or of.id
            for person in inside:
                key = (id_, spell.program_id, spell.region)
                source = covered[person].setdefault(
                    key, _Source(of, id_, spell.program, spell.program_id, spell.region)
                )
                source.spells[spell.month] = spell
    pairs: dict[tuple[tuple[str, str, str], tuple[str, str, str]], tuple[_Source, _Source, set[str]]] = {}
    for person, sources in sorted(covered.items()):
        for one, two in combinations(sorted(sources), 2):
            if sources[one].spells.keys() & sources[two].spells.keys():
                pairs.setdefault((one, two), (sources[one], sources[two], set()))[2].add(person)
    for pair in sorted(pairs):
        first, second, persons = pairs[pair]
        yield from _judge(first, second, sorted(persons), values)


def _judge(one: _Source, two: _Source, persons: Sequence[str], values: Values) -> Iterator[Draft]:
    months = sorted(one.spells.keys() & two.spells.keys())
    rule = settle(values, one.region, f"{months[-1]}-01")
    same = one.program_id == two.program_id
    if not same and not _exclude(one.program, two.program, str(rule["exclusive_programs"])):
        return
    moved = one.region != two.region and len(months) <= int(rule["move_months"])
    amount = sum(min(one.spells[m].amount or 0, two.spells[m].amount or 0) for m in months)
    programs = sorted({one.program, two.program})
    found = draft(
        one.of,
        months,
        {
            "amount": amount,
            "programs": programs,
            "persons": list(persons),
            "recipients": [
                {
                    "id": s.id,
                    "program": s.program,
                    "region": s.region,
                    "amount": sum(s.spells[m].amount or 0 for m in months),
                }
                for s in (one, two)
            ],
        },
        {
            "count": str(len(months)),
            "one": f"{one.id.partition(':')[2]}（{one.region or '—'}，{one.program}）",
            "two": f"{two.id.partition(':')[2]}（{two.region or '—'}，{two.program}）",
            "one_en": f"{one.id.partition(':')[2]} ({one.region or '—'}, {one.program})",
            "two_en": f"{two.id.partition(':')[2]} ({two.region or '—'}, {two.program})",
            "people": str(len(persons)),
            "amount": f"{amount / 100:,.2f}",
        },
        values=values,
        nodes=[*persons, one.id, two.id, one.spells[months[-1]].benefit, two.spells[months[-1]].benefit],
        keys=[
            *(s.spells[months[-1]].key for s in (one, two)),
            *(m["member_key"] for s in (one, two) for m in s.of.members if m["person_id"] in persons),
        ],
        suppressed_by=("move-month", "迁移当月两地各发一次", "paid in both places in the month of a move")
        if moved
        else None,
    )
    yield replace(
        found,
        identity={"household_id": f"{one.id}|{two.id}", "program_id": f"{one.program_id}|{two.program_id}"},
        subjects=tuple(sorted({one.id, two.id})),
        values=rule,
    )


def _exclude(one: str, two: str, stated: str) -> bool:
    """Do two programmes exclude each other? `stated`: pairs as A|B, separated by ;, matched within the names."""
    pairs = [p.split("|") for p in stated.split(";") if p.count("|") == 1]
    return any((a in one and b in two) or (a in two and b in one) for a, b in pairs)


DETECTOR = Detector(
    id="duplicate-benefit",
    version="1.0",
    domain="民生保障",
    scene="社会救助",
    title_zh="重复享受救助",
    title_en="One person is covered by two payments at once",
    severity="lead",
    basis=assistance_law(
        "第十三条、第五十八条",
        "应当及时核对家庭情况变化；可查询相关信息核对",
        "changes are to be checked in time; registers may be consulted",
        "第四十六条、第四十七条",
        "核对家庭经济状况，定期复核",
        "checks of the household's means, and regular reviews",
    ),
    needs=("RECEIVES",),
    parameters=(
        Parameter(
            "exclusive_programs",
            "最低生活保障|特困",
            "",
            "不能同时享受的项目，写作“甲|乙”，以;分隔，按名称包含匹配",
            "programmes that exclude each other, as A|B, separated by ;, found within the names",
        ),
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
    suppressors=(Suppressor("move-month", "迁移当月两地各发一次", "both places pay in the month of a move"),),
    wording_zh=(
        "【风险预警】{months}（{count}个月）有{people}人同时由{one}与{two}发放覆盖，重叠金额{amount}元。"
        "请核实是否重复享受。" + TAIL_ZH
    ),
    wording_en=(
        "[Lead] In {months} ({count} months) {people} person(s) were covered both by {one_en} and by {two_en}; the "
        "amounts overlap by {amount} yuan. Verify whether a benefit was paid twice. " + TAIL_EN
    ),
    assemble=assemble,
    innocent_zh=("迁移交接月份", "项目按规定可以叠加", "家庭成员名册未更新"),
    innocent_en=(
        "the month of a move",
        "programmes that may be combined",
        "a list of members not yet updated",
    ),
)
