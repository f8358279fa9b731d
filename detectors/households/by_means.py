"""Households that the local rule would support, told from registers of income and property alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from detectors.definition import Draft, Row, Undecided, Values
from detectors.households.deaths import living
from detectors.households.drafts import draft
from detectors.households.dwellings import home, told_apart
from detectors.households.months import in_month
from detectors.households.paid import Recipient, recipients
from detectors.rules.values import settle
from graph.counted import counted

_RESIDENTS: Final = (
    "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person) WHERE m.counted AND h.kind = 'hukou' "
    "RETURN h.id AS hukou_id, h.region AS region, p.id AS person_id, p.birth_date AS birth_date, "
    "p.died_on AS died_on, p.cremated_on AS cremated_on, p.hukou_region AS hukou_region, "
    "p.residence_permit_region AS permit_region, m.relation_to_head AS relation, m.valid_from AS member_from, "
    "m.valid_to AS member_to, m.key AS member_key"
)
_RESIDENTS_COLUMNS: Final = (
    *("hukou_id", "region", "person_id", "birth_date", "died_on", "cremated_on", "hukou_region"),
    *("permit_region", "relation", "member_from", "member_to", "member_key"),
)
_INCOMES: Final = (
    "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person)-[e:EARNS]->(:Program) "
    "WHERE m.counted AND e.counted AND h.kind = 'hukou' "
    "RETURN DISTINCT p.id AS person_id, e.month AS month, e.amount AS amount, e.key AS earn_key"
)
_INCOMES_COLUMNS: Final = ("person_id", "month", "amount", "earn_key")
_HOMES: Final = (
    "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person)-[o:HOLDS_PROPERTY]->(x:Property) "
    "WHERE m.counted AND o.counted AND h.kind = 'hukou' "
    "RETURN DISTINCT p.id AS person_id, x.id AS property_id, x.kind AS kind, x.status AS property_status, "
    "coalesce(x.address, x.address_key) AS address, o.valid_from AS held_from, o.valid_to AS held_to"
)
_HOMES_COLUMNS: Final = (
    "person_id",
    "property_id",
    "kind",
    "property_status",
    "address",
    "held_from",
    "held_to",
)
QUERIES: Final = {"residents": _RESIDENTS, "incomes": _INCOMES, "homes": _HOMES}
COLUMNS: Final = {"residents": _RESIDENTS_COLUMNS, "incomes": _INCOMES_COLUMNS, "homes": _HOMES_COLUMNS}
POPULATION: Final = (
    "MATCH (n)-[:ENTITLED_TO]->(:Program) WITH count(DISTINCT n.id) AS listed "
    "OPTIONAL MATCH (h:Household)<-[m:MEMBER_OF]-(:Person)-[e:EARNS]->(:Program) "
    "WHERE m.counted AND e.counted AND h.kind = 'hukou' "
    "WITH listed, count(DISTINCT h.id) AS earning RETURN listed + earning AS n"
)
"""Those on a list, and registered households whose income is known: both can be left out."""


def by_means(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a registered household without a payment whose known income and dwellings are within the local rule."""
    paid = {p for of in recipients(rows) if of.spells for p in of.persons}
    incomes: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows["incomes"]:
        incomes[row["person_id"]][row["month"]].append(row)
    homes: dict[str, list[Row]] = defaultdict(list)
    for row in rows["homes"]:
        homes[row["person_id"]].append(row)
    households: dict[str, list[Row]] = defaultdict(list)
    for row in rows["residents"]:
        households[row["hukou_id"]].append(row)
    for id_, members in sorted(households.items()):
        if any(m["person_id"] in paid for m in members):
            continue
        of = Recipient("household", id_, str(members[0]["region"] or ""), tuple(members), ())
        months = sorted({month for m in members for month in incomes.get(m["person_id"], ())})
        if not months:
            continue
        last = months[-1]
        rule = settle(values, of.region, f"{last}-01")
        limit = float(rule["income_per_head_limit"])
        if not limit:
            continue
        alive = living(of, last)
        inside = [m for m in of.members_in(last) if m["person_id"] in alive]
        adults = [m for m in inside if not _minor(m, last, int(rule["adult_age"]))]
        lacking = tuple(
            sorted(str(m["person_id"]) for m in adults if last not in incomes.get(m["person_id"], {}))
        )
        earned = [r for m in inside for r in incomes.get(m["person_id"], {}).get(last, [])]
        total = sum(r["amount"] or 0 for r in earned)
        if not inside or total / len(inside) >= limit * 100:
            continue
        held = told_apart(
            [
                r
                for m in inside
                for r in homes.get(m["person_id"], [])
                if (r["property_status"] or "current") == "current"
                and in_month(r["held_from"], r["held_to"], last)
            ]
        )
        dwellings = {home(r) for r in held if r["kind"] == "dwelling"}
        if len(dwellings) > int(rule["dwellings_allowed"]):
            continue
        unknown = [r for r in held if (r["kind"] or "unknown") == "unknown"]
        open_ = {home(r) for r in unknown} - dwellings
        if not lacking and len(dwellings) + len(open_) > int(rule["dwellings_allowed"]):
            yield Undecided(
                "household",
                id_,
                tuple(sorted({str(r["person_id"]) for r in unknown})),
                f"有{len(open_)}处房产没有用途，是否符合救助条件无法判定",
                f"{counted(len(open_), 'property has', 'properties have')} no stated use: eligibility can't be decided",
            )
            continue
        if lacking:
            yield Undecided(
                "household",
                id_,
                lacking,
                f"{len(lacking)}名成年成员没有收入数据，是否符合救助条件无法判定",
                f"{len(lacking)} adult members have no income data: eligibility can't be decided",
            )
            continue
        yield _means(of, last, total / len(inside), limit, earned, values)


def _minor(member: Row, month: str, age: int) -> bool:
    born = member["birth_date"]
    return bool(born) and f"{int(born[:4]) + age:04d}{born[4:7]}" > month


def _means(
    of: Recipient, month: str, per_head: float, limit: float, earned: Sequence[Row], values: Values
) -> Draft:
    found = draft(
        of,
        [month],
        {"by": "means", "income_per_head": round(per_head), "limit": limit},
        {
            "why_zh": f"人均月收入{per_head / 100:,.2f}元，低于当地标准{limit:g}元",
            "why_en": f"has {per_head / 100:,.2f} yuan a head and month, below the local {limit:g}",
            "count": "1",
        },
        values=values,
        nodes=sorted(of.persons),
        keys=[*(r["earn_key"] for r in earned), *(m["member_key"] for m in of.members)],
    )
    return replace(found, identity={"household_id": of.id, "program_id": ""})
