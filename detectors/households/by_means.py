"""Households that the local rule would support, told from registers of income and property alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from detectors.definition import Draft, Row, Undecided, Values
from detectors.households.drafts import draft
from detectors.households.months import in_month
from detectors.households.paid import Recipient, recipients
from detectors.rules.values import settle
from graph.counted import counted


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
        inside = of.members_in(last)
        adults = [m for m in inside if not _minor(m, last, int(rule["adult_age"]))]
        lacking = tuple(
            sorted(str(m["person_id"]) for m in adults if last not in incomes.get(m["person_id"], {}))
        )
        earned = [r for m in inside for r in incomes.get(m["person_id"], {}).get(last, [])]
        total = sum(r["amount"] or 0 for r in earned)
        if not inside or total / len(inside) >= limit * 100:
            continue
        dwellings = {
            r["property_id"]
            for m in inside
            for r in homes.get(m["person_id"], [])
            if r["kind"] == "dwelling"
            and (r["property_status"] or "current") == "current"
            and in_month(r["held_from"], r["held_to"], last)
        }
        if len(dwellings) > int(rule["dwellings_allowed"]):
            continue
        unknown = [
            r
            for m in inside
            for r in homes.get(m["person_id"], [])
            if (r["kind"] or "unknown") == "unknown" and in_month(r["held_from"], r["held_to"], last)
        ]
        open_ = {r["property_id"] for r in unknown}
        if not lacking and len(dwellings | open_) > int(rule["dwellings_allowed"]):
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
