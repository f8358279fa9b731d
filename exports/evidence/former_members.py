"""Who has left a household by the day of its package, and what of real property he held while he belonged to it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from graph.household_members import told_again
from graph.penetration.days import today
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from graph.subgraph import Subgraph
from visualize.abridge import first_day

MOST_FORMER: Final = 200
"""So many of those who left are told; the rest are counted."""


def former_members(
    store: GraphStore, household: str, as_of: str | None, picture: Subgraph
) -> dict[str, Any] | None:
    """Who left by a day (None: today) and is no member of the picture; None where nobody is known to have.

    `former`: `person`, `rows` (keys of his memberships) and `titles` (keys of what stood in his name meanwhile), the last
    to leave first; `former_more`: how many more there are.
    """
    day = first_day(as_of or today().isoformat())
    rows = store.query(
        "MATCH (h:Household {id: $id}) MATCH (p:Person)-[r:MEMBER_OF]->(h) WHERE r.counted RETURN p.id AS id, p.name AS name, "
        "r.key AS key, r.stated_from AS stated_from, r.stated_to AS stated_to, r.valid_from AS valid_from, r.valid_to AS valid_to",
        {"id": household},
    ).to_pylist()
    again = told_again(household, rows, as_of and day, today().isoformat())
    inside = {e.source for e in picture.edges if e.type == "MEMBER_OF" and e.target == household}
    left: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if (
            row["id"] not in inside | again
            and row["valid_to"]
            and day[: len(row["valid_to"])] >= row["valid_to"]
        ):
            left[row["id"]].append(row)
    if not left:
        return None
    last = {person: max(r["valid_to"] for r in mine) for person, mine in left.items()}
    ordered = sorted(sorted(left), key=lambda person: last[person], reverse=True)
    titles = _titles(store, ordered[:MOST_FORMER])
    return {
        "former": [
            {
                "person": person,
                "rows": sorted(r["key"] for r in left[person]),
                "titles": sorted(
                    {t["key"] for t in titles.get(person, ()) if any(_meanwhile(t, r) for r in left[person])}
                ),
            }
            for person in ordered[:MOST_FORMER]
        ],
        "former_more": max(0, len(ordered) - MOST_FORMER),
    }


def _titles(store: GraphStore, persons: list[str]) -> dict[str, list[dict[str, Any]]]:
    rows = store.query(
        f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[r:HOLDS_PROPERTY]->(x:Property)', 'r.key')}AND r.counted "
        "RETURN p.id AS person, r.key AS key, r.valid_from AS valid_from, r.valid_to AS valid_to",
        {"ids": persons},
    ).to_pylist()
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["person"]].append(row)
    return found


def _meanwhile(title: dict[str, Any], membership: dict[str, Any]) -> bool:
    """Did a title stand on some day of a membership that has ended, as far as the days are stated?"""
    begun = not title["valid_from"] or title["valid_from"] < membership["valid_to"]
    return begun and (
        not title["valid_to"] or not membership["valid_from"] or title["valid_to"] > membership["valid_from"]
    )
