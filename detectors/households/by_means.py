"""Households that the local rule would support, told from registers of income and property alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from detectors.definition import Draft, Row, Undecided, Values
from detectors.households.deaths import living
from detectors.households.drafts import draft
from detectors.households.dwellings import HELD, HELD_COLUMNS, Month, judge
from detectors.households.dwellings import PARAMETERS as OF_DWELLINGS
from detectors.households.entitlements import DECLINED
from detectors.households.incomes import ADULT_AGE, minor, without_income
from detectors.households.months import in_month, months_said
from detectors.households.paid import Recipient, recipients
from detectors.households.rights import ACQUIRED, ACQUIRED_COLUMNS, Right, rights
from detectors.households.unnumbered import unlisted_said
from detectors.rules.values import settle
from graph.counted import counted

_RESIDENTS: Final = (
    "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person) WHERE m.counted AND h.kind = 'hukou' "
    "RETURN h.id AS hukou_id, h.region AS region, p.id AS person_id, p.birth_date AS birth_date, "
    "p.died_on AS died_on, p.cremated_on AS cremated_on, p.hukou_region AS hukou_region, "
    "p.residence_permit_region AS permit_region, m.relation_to_head AS relation, h.people AS people, m.valid_from AS member_from, "
    "m.valid_to AS member_to, m.key AS member_key"
)
_RESIDENTS_COLUMNS: Final = (
    *("hukou_id", "region", "person_id", "birth_date", "died_on", "cremated_on", "hukou_region"),
    *("permit_region", "relation", "people", "member_from", "member_to", "member_key"),
)
_INCOMES: Final = (
    "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person)-[e:EARNS]->(:Program) "
    "WHERE m.counted AND e.counted AND h.kind = 'hukou' "
    "RETURN DISTINCT p.id AS person_id, e.month AS month, e.amount AS amount, e.key AS earn_key"
)
_INCOMES_COLUMNS: Final = ("person_id", "month", "amount", "earn_key")
_HOMES: Final = (
    "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person)-[o:HOLDS_PROPERTY]->(x:Property) "
    f"WHERE m.counted AND o.counted AND h.kind = 'hukou' RETURN DISTINCT p.id AS person_id, {HELD}"
)
_REGISTERED: Final = (
    "MATCH ()-[o:HOLDS_PROPERTY]->(x:Property) WHERE o.counted RETURN count(x) AS homes_known"
)
QUERIES: Final = {
    "residents": _RESIDENTS,
    "incomes": _INCOMES,
    "homes": _HOMES,
    **ACQUIRED,
    "homes_known": _REGISTERED,
}
COLUMNS: Final = {
    "residents": _RESIDENTS_COLUMNS,
    "incomes": _INCOMES_COLUMNS,
    "homes": HELD_COLUMNS,
    **ACQUIRED_COLUMNS,
    "homes_known": ("homes_known",),
}
_LIMIT: Final = "income_per_head_limit"
_NAMED: Final = 200
"""Households of a region that are named; all are counted."""
_MEANT: Final = {
    "dwelling_limit": ("住房套数达到此数即不符合条件", "not eligible from this many dwellings on"),
    "demolition_dwelling_limit": (
        "其中有拆迁安置取得的住房时，达到此数才不符合条件",
        "the same where one of them was acquired by demolition and resettlement",
    ),
    "area_per_head_limit": (
        "人均建筑面积不超过此值的，不因套数排除（0为不看面积）",
        "the number of dwellings excludes nobody while the area per head is within this (0: the area does not matter)",
    ),
}
PARAMETERS: Final = (
    *(
        replace(p, doc_zh=_MEANT[p.name][0], doc_en=_MEANT[p.name][1]) if p.name in _MEANT else p
        for p in OF_DWELLINGS
    ),
    ADULT_AGE,
)
"""What counts as a dwelling is what counts for the detector of several dwellings, exemptions included."""
POPULATION: Final = (
    "MATCH (n)-[:ENTITLED_TO]->(:Program) WITH count(DISTINCT n.id) AS listed "
    "OPTIONAL MATCH (h:Household)<-[m:MEMBER_OF]-(:Person)-[e:EARNS]->(:Program) "
    "WHERE m.counted AND e.counted AND h.kind = 'hukou' "
    "WITH listed, count(DISTINCT h.id) AS earning RETURN listed + earning AS n"
)
"""Those on a list, and registered households whose income is known: both can be left out."""


def by_means(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a registered household whose known income and dwellings are within the local rule in the newest month of
    its incomes, and of whom nobody is paid anything in that month. Where no rule states the local standard, that can't
    be decided; a rule that states 0 asks for none.
    """
    paid = _paid(rows)
    incomes: dict[str, list[Row]] = defaultdict(list)
    for row in rows["incomes"]:
        incomes[row["person_id"]].append(row)
    homes: dict[str, list[Right]] = defaultdict(list)
    for row in rights(rows["homes"], rows["acquired"]):
        homes[row["person_id"]].append(row)
    households: dict[str, list[Row]] = defaultdict(list)
    for row in rows["residents"]:
        households[row["hukou_id"]].append(row)
    unruled: dict[str, list[tuple[str, str]]] = defaultdict(list)
    homes_known = any(r["homes_known"] for r in rows["homes_known"])
    for id_, members in sorted(households.items()):
        of = Recipient("household", id_, str(members[0]["region"] or ""), tuple(members), ())
        last = max((r["month"] for p in of.persons for r in incomes.get(p, ()) if r["month"]), default="")
        rule = settle(values, of.region, f"{last}-01")
        limit = float(rule[_LIMIT])
        inside = living(of, last) if last else set()
        if not inside or inside & paid.get(last, set()):
            continue
        if not limit:
            if not any(r.parameter == _LIMIT for r in rule.rules):
                unruled[of.region].append((last, id_))
            continue
        earned = [r for p in sorted(inside) for r in incomes.get(p, ()) if r["month"] == last]
        total, heads = sum(r["amount"] or 0 for r in earned), len(inside) + of.unlisted
        held = [r for p in sorted(inside) for r in homes.get(p, ())]
        dwellings = judge(of, held, last, rule)
        if total / heads >= limit * 100 or dwellings.over:
            continue
        grown = {
            str(m["person_id"])
            for m in of.members_in(last)
            if not minor(m["birth_date"], last, int(rule["adult_age"]))
        }
        lacking = {p for p in inside & grown if without_income(incomes.get(p, ()), last, "amount")}
        open_ = [
            *_people_unknown(of),
            *_income_unknown(lacking),
            *(_homes_unknown(dwellings) if homes_known else [_NO_HOMES]),
            *_payments_unknown(inside, last, paid),
        ]
        if open_:
            subjects = sorted({p for persons, _, _ in open_ for p in persons}) or sorted(inside)
            yield Undecided(
                "household",
                id_,
                tuple(subjects),
                "；".join(zh for _, zh, _ in open_) + "，是否符合救助条件而未享受无法判定",
                "; ".join(en for _, _, en in open_)
                + ": whether it is eligible and left out can't be decided",
            )
            continue
        waived = [
            r
            for r in rows["declined"]
            if r["party_id"] in {id_, *inside} and in_month(r["declined_from"], r["declined_to"], last)
        ]
        # One of several does not decline for the others.
        who = {str(r["party_id"]) for r in waived}
        if id_ not in who and not inside & grown <= who:
            waived = []
        yield _means(of, last, total / len(inside), limit, earned, waived, values)
    yield from _no_standard(unruled)


def _no_standard(unruled: Mapping[str, Sequence[tuple[str, str]]]) -> Iterator[Undecided]:
    """Of each region: its households whose income is known for a month of which no rule states the standard."""
    for region, found in sorted(unruled.items()):
        months = sorted({month for month, _ in found})
        yield Undecided(
            "region",
            region or "-",
            tuple(sorted(id_ for _, id_ in found)[:_NAMED]),
            f"本地规则没有{region or '所在地区不明的家庭'}{months_said(months)}的低保标准（{_LIMIT}），{len(found)}户有收入数据的家庭是否"
            "符合救助条件而未享受无法判定",
            f"the local rules state no standard ({_LIMIT}) for {region or 'households of unknown region'} in "
            f"{months_said(months)}: whether {counted(len(found), 'household')} of known income "
            f"{'is' if len(found) == 1 else 'are'} eligible and left out can't be decided",
        )


_Open = tuple[tuple[str, ...], str, str]
"""Whom data are missing for (empty: for all), and what is missing, in Chinese and English."""
_NO_HOMES: Final[_Open] = ((), "没有加载房产数据", "no properties are loaded")


def _paid(rows: Mapping[str, Sequence[Row]]) -> dict[str, set[str]]:
    """Month → the persons that anything is paid for; those of payments without a month under an empty one."""
    found: dict[str, set[str]] = defaultdict(set)
    for of in recipients(rows):
        for spell in (*of.spells, *of.undated):
            inside = of.members_in(spell.month) if spell.month else of.members
            found[spell.month].update(
                [spell.person] if spell.person else (str(m["person_id"]) for m in inside)
            )
    return found


def _people_unknown(of: Recipient) -> Iterator[_Open]:
    if of.unlisted:
        zh, en = unlisted_said(of)
        yield (), zh, en


def _income_unknown(lacking: set[str]) -> Iterator[_Open]:
    if lacking:
        several = counted(len(lacking), "grown-up member has", "grown-up members have")
        yield tuple(sorted(lacking)), f"{len(lacking)}名成年成员没有收入数据", f"{several} no income data"


def _homes_unknown(dwellings: Month) -> Iterator[_Open]:
    """Homes of no stated use, share, end or area, where they decide."""
    if dwellings.area_unknown:
        owners = {str(r["person_id"]) for rows in dwellings.counted.values() for r in rows}
        yield tuple(sorted(owners)), "有住房没有建筑面积", "the area of some dwelling is not stated"
    unknown = dwellings.unknown
    if unknown and len(dwellings.counted) + len(unknown) >= dwellings.limit:
        several = counted(len(unknown), "property has", "properties have")
        holders = tuple(sorted({str(r["person_id"]) for rows in unknown.values() for r in rows}))
        yield (
            holders,
            f"有{len(unknown)}处房产没有用途、份额或注销时间",
            f"{several} no stated use, share or end",
        )


def _payments_unknown(inside: set[str], month: str, paid: Mapping[str, set[str]]) -> Iterator[_Open]:
    if month not in paid:
        yield (), f"没有加载{month}的发放数据", f"no payments of {month} are loaded"
    undated = inside & paid.get("", set())
    if undated:
        yield tuple(sorted(undated)), "有发放记录没有月份", "some payments state no month"


def _means(
    of: Recipient,
    month: str,
    per_head: float,
    limit: float,
    earned: Sequence[Row],
    waived: Sequence[Row],
    values: Values,
) -> Draft:
    found = draft(
        of,
        [month],
        {"by": "means", "income_per_head": round(per_head), "limit": limit},
        {
            "why_zh": f"人均月收入{per_head / 100:,.2f}元，低于当地标准{limit:,.2f}元",
            "why_en": f"has {per_head / 100:,.2f} yuan a head and month, below the local {limit:,.2f}",
            "count": "1",
        },
        values=values,
        nodes=sorted(of.persons),
        keys=[
            *(r["earn_key"] for r in earned),
            *(r["declined_key"] for r in waived),
            *(m["member_key"] for m in of.members),
        ],
        suppressed_by=DECLINED if waived else None,
    )
    return replace(found, identity={"household_id": of.id, "program_id": ""})
