"""Cypher and months that detectors of welfare recipients share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from detectors.definition import Row

PROPERTIES: Final = (
    "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person)-[o:HOLDS_PROPERTY]->(x:Property) "
    "WHERE m.counted AND o.counted AND h.kind = 'benefit' "
    "RETURN h.id AS household_id, p.id AS person_id, x.id AS property_id, x.kind AS kind, "
    "x.address_key AS address_key, x.status AS property_status, o.share AS share, o.acquired_by AS acquired_by, "
    "o.valid_from AS held_from, o.valid_to AS held_to, m.valid_from AS member_from, m.valid_to AS member_to, "
    "o.key AS holding_key, m.key AS member_key"
)
PROPERTIES_COLUMNS: Final = (
    *(
        "household_id",
        "person_id",
        "property_id",
        "kind",
        "address_key",
        "property_status",
        "share",
        "acquired_by",
    ),
    *("held_from", "held_to", "member_from", "member_to", "holding_key", "member_key"),
)
MEMBERS: Final = (
    "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person) WHERE m.counted AND h.kind = 'benefit' "
    "RETURN h.id AS household_id, p.id AS person_id, m.relation_to_head AS relation, "
    "p.hukou_region AS hukou_region, m.key AS member_key"
)
MEMBERS_COLUMNS: Final = ("household_id", "person_id", "relation", "hukou_region", "member_key")
_BENEFIT: Final = (
    "b.id AS benefit_id, b.from_month AS from_month, b.to_month AS to_month, b.amount AS amount, "
    "b.region AS region, g.name AS program"
)
BENEFITS: Final = (
    "MATCH (h:Household)-[r:RECEIVES]->(b:Benefit) WHERE r.counted OPTIONAL MATCH (b)-[:UNDER]->(g:Program) "
    f"RETURN h.id AS household_id, h.region AS household_region, {_BENEFIT}"
)
PERSONAL: Final = (
    "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person)-[r:RECEIVES]->(b:Benefit) "
    "WHERE m.counted AND r.counted AND h.kind = 'benefit' OPTIONAL MATCH (b)-[:UNDER]->(g:Program) "
    f"RETURN h.id AS household_id, h.region AS household_region, {_BENEFIT}"
)
BENEFITS_COLUMNS: Final = (
    *(
        "household_id",
        "household_region",
        "benefit_id",
        "from_month",
        "to_month",
        "amount",
        "region",
        "program",
    ),
)


@dataclass(frozen=True, slots=True)
class Spell:
    """One month one benefit was paid for; amount in minor units."""

    month: str
    amount: int | None
    program: str
    region: str
    benefit: str


def spells(*tables: Sequence[Row]) -> dict[str, list[Spell]]:
    """Paid months by household. A spell without an end counts in its first month only, since no payment shows more."""
    found: dict[str, dict[tuple[str, str], Spell]] = defaultdict(dict)
    for table in tables:
        for row in table:
            if not row["from_month"]:
                continue
            region = str(row["region"] or row["household_region"] or "")
            for month in _months(row["from_month"], row["to_month"] or row["from_month"]):
                spell = Spell(month, row["amount"], str(row["program"] or ""), region, str(row["benefit_id"]))
                found[row["household_id"]][month, spell.benefit] = spell
    return {household: [paid[k] for k in sorted(paid)] for household, paid in found.items()}


def _months(first: str, last: str) -> Iterable[str]:
    year, month = int(first[:4]), int(first[5:7])
    while f"{year:04d}-{month:02d}" <= last[:7]:
        yield f"{year:04d}-{month:02d}"
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def held_in(row: Row, month: str) -> bool:
    """Did the member hold the property, and belong to the household, on some day of the month?"""
    return _overlaps(row["held_from"], row["held_to"], month) and _overlaps(
        row["member_from"], row["member_to"], month
    )


def _overlaps(start: str | None, end: str | None, month: str) -> bool:
    return (not start or start[:7] <= month) and (not end or end > f"{month}-01")


def outside_registration(members: Sequence[Row], regions: Sequence[str]) -> bool | None:
    """Is somebody of the household registered outside the paying district? None where the data don't say."""
    paying = {r for r in regions if r}
    registered = [str(m["hukou_region"]) for m in members if m["hukou_region"]]
    if not paying or not registered:
        return None
    return any(not any(_within(place, region) for region in paying) for place in registered)


def _within(place: str, region: str) -> bool:
    """A place lies in a region when either text names the other: registers write both longer and shorter forms."""
    return region in place or place in region
