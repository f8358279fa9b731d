"""What a picture shows around households: members, what they hold, themselves and through companies, and are paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from graph.household_members import known_by_number
from graph.stores.hops import EACH, hop
from visualize.gathering import MOST_NODES, Canvas

_NEVER: Final = "9999-12"
_LEVELS: Final = 8
"""Of companies below a member, looked through for what they hold."""

Row = dict[str, Any]


def around_households(canvas: Canvas, households: Sequence[str]) -> None:
    """Add members, their property and companies, what companies below them hold, and the latest benefits."""
    members = _members(canvas, households)
    people = [*members, *[n.id for n in canvas.nodes.values() if n.type == "Person" and n.id not in members]]
    canvas.follow("HOLDS_PROPERTY", ("Person", "Property"), people, upward=False)
    canvas.follow("OWNS", ("Person", "Company"), people, upward=False)
    held = {e.target for e in canvas.edges.values() if e.type == "OWNS" and e.source in people}
    _through_companies(canvas, sorted(held))
    benefits = canvas.store.query(
        f"{EACH}MATCH (h:Household {{id: i}}) {hop('(h)-[r:RECEIVES]->(b:Benefit)', 'r.key')}AND b.from_month <= $until "
        "RETURN h.id AS household, max(b.from_month) AS month",
        {"ids": sorted(households), "until": canvas.as_of[:7] if canvas.as_of else _NEVER},
    ).to_pylist()
    for row in benefits:
        latest = canvas.store.query(
            "MATCH (h:Household {id: $id}) MATCH (h)-[:RECEIVES]->(b:Benefit) WHERE b.from_month = $month RETURN b.id AS id",
            {"id": row["household"], "month": row["month"]},
        ).to_pylist()
        canvas.add_nodes("Benefit", [b["id"] for b in latest])
        rows = [b["id"] for b in latest]
        canvas.follow("RECEIVES", ("Household", "Benefit"), rows, upward=True)


def _members(canvas: Canvas, households: Sequence[str]) -> list[str]:
    """Add members, each once; gives those that were not there yet."""
    new = canvas.follow("MEMBER_OF", ("Person", "Household"), households, upward=True)
    edges = [e for e in canvas.edges.values() if e.type == "MEMBER_OF" and e.target in households]
    again = known_by_number((e.target, e.source, canvas.nodes[e.source].name) for e in edges)
    kept = {e.source for e in edges if (e.target, e.source) not in again}
    # Who is asked about by name alone is drawn as asked.
    twice = {person for _, person in again} & set(new) - kept
    canvas.drop(twice)
    return [id_ for id_ in new if id_ not in twice]


def _through_companies(canvas: Canvas, companies: Sequence[str]) -> None:
    """Add the property of these companies and of those below them, with the holdings that lead there and no others."""
    holder: dict[str, set[str]] = {}
    """Of each company below, the companies right above it."""
    seen, frontier = set(companies), list(companies)
    for _ in range(_LEVELS):
        rows = canvas.links("OWNS", ("Company", "Company"), frontier, upward=False)
        for row in rows:
            holder.setdefault(row["to_id"], set()).add(row["from_id"])
        frontier = sorted({row["to_id"] for row in rows} - seen)[: MOST_NODES - len(seen)]
        seen.update(frontier)
        if not frontier:
            break
    owning = {
        row["from_id"] for row in canvas.links("HOLDS_PROPERTY", ("Company", "Property"), sorted(seen), False)
    }
    leading, above = set[str](), owning
    while above:
        leading |= above
        above = {h for company in above for h in holder.get(company, ())} & seen - leading
    canvas.add_nodes("Company", leading)
    canvas.join("OWNS", ("Company", "Company"), sorted(leading), upward=False)
    canvas.follow("HOLDS_PROPERTY", ("Company", "Property"), sorted(owning), upward=False)
