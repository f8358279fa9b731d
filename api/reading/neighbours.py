"""What stands next to a node: counts of every kind first, then the links of the kind asked for, the largest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import Any, Final, Literal, get_args

from api.reading.naming import Resolved
from graph.household_members import told_again
from graph.lot_names import lot_names
from graph.model import REL_TYPES
from graph.penetration.days import today
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.statements import SOURCE_SEPARATOR

Kind = Literal[
    "OWNS", "EXERCISES_CONTROL", "LEGAL_REP_OF", "OFFICER_OF", "BRANCH_OF", "HAS_CONTACT", "RELATED_TO", "HOLDS_PROPERTY",
    "HOLDS_VEHICLE", "MEMBER_OF", "SUBMITS", "HOLDS_POST", "IN_CUSTODY", "SAME_AS", "POSSIBLY_SAME",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
DIRECTIONS: Final = ("in", "out")
_TOLD: Final = (
    "share",
    "share_min",
    "share_max",
    "votes",
    "role",
    "relation",
    "interest",
    "post",
    "list_kind",
    "by",
)


_SHOWN: Final = frozenset({"id", "name", "valid_from", "valid_to", "sources", *_TOLD})
_ROW: Final = "min(CASE WHEN r.counted = false THEN '1' ELSE '0' END + r.key) AS row"
"""Of rows that say the same one that counts, where any does: the one a picture draws."""


def neighbours(
    store: GraphStore,
    ids: Sequence[str],
    about: Resolved,
    kind: str | None,
    direction: str,
    as_of: str | None,
    limit: int,
    counted: bool = True,
) -> dict[str, Any]:
    """Counts by kind and direction, and at most `limit` links of one kind; `in`: towards the node (its owners).

    `ids`: all ids of the party, each a node of its own that rows stand at; what joins them is told of the one asked for.
    Without `counted` the counts, a query for each kind, are left out.
    """
    counts = []
    twice = _told_twice(store, about, as_of)

    def at(kind: str, way: str) -> Iterator[tuple[str, tuple[str, str]]]:
        return product([about.id] if kind == "SAME_AS" else ids, _pairs(kind, about.type, way))

    for name in KINDS if counted else ():
        for way in DIRECTIONS:
            found = [_count(store, id_, name, pair, way, as_of, twice) for id_, pair in at(name, way)]
            n, aside = sum(f[0] for f in found), sum(f[1] for f in found)
            if n:
                counts.append({"kind": name, "direction": way, "count": n, "not_counted": aside})
    items: list[dict[str, Any]] = []
    if kind is not None:
        for id_, pair in at(kind, direction):
            items += _links(store, id_, kind, pair, direction, as_of, limit + 1, twice)
    items.sort(
        key=lambda r: (-(r.get("share") or r.get("share_max") or 0.0), r["party"]["name"], r["party"]["id"])
    )
    return {"id": about.id, "counts": counts, "items": items[:limit], "truncated": len(items) > limit}


def _told_twice(store: GraphStore, about: Resolved, as_of: str | None) -> list[str]:
    """Of a household the members on the day, and who has left it, that are named once more without their number."""
    if about.type != "Household":
        return []
    rows = store.query(
        "MATCH (h:Household {id: $id}) MATCH (p:Person)-[r:MEMBER_OF]->(h) RETURN DISTINCT p.id AS id, p.name AS name, "
        "r.stated_from AS stated_from, r.stated_to AS stated_to, r.valid_from AS valid_from, r.valid_to AS valid_to",
        {"id": about.id},
    ).to_pylist()
    return sorted(told_again(about.id, rows, as_of, today().isoformat()))


def _pairs(kind: str, type_: str, direction: str) -> list[tuple[str, str]]:
    return [p for p in REL_TYPES[kind].pairs if p[1 if direction == "in" else 0] == type_]


def _pattern(
    kind: str, pair: tuple[str, str], direction: str, as_of: str | None, twice: Collection[str]
) -> str:
    anchor, other = ("b", "a") if direction == "in" else ("a", "b")
    dated = "valid_from" in {f.name for f in REL_TYPES[kind].fields} or not REL_TYPES[kind].derived
    holds = []
    if as_of is not None and dated:
        holds += [
            "(r.valid_from IS NULL OR r.valid_from <= $day)",
            "(r.valid_to IS NULL OR r.valid_to > $day)",
        ]
    if twice:
        holds.append(f"NOT {other}.id IN $twice")
    where = f" WHERE {' AND '.join(holds)}" if holds else ""
    label = pair[1] if direction == "in" else pair[0]
    return f"MATCH ({anchor}:{label} {{id: $id}}) MATCH (a:{pair[0]})-[r:{kind}]->(b:{pair[1]}){where}"


def _said(kind: str) -> list[str]:
    """The fields that say what a link is: all but where it is stated."""
    stated = [] if REL_TYPES[kind].derived else ["stated_from", "stated_to", "valid_from", "valid_to"]
    return [*(f.name for f in REL_TYPES[kind].fields), *stated]


def _params(id_: str, as_of: str | None, twice: Collection[str]) -> dict[str, Any]:
    day = {"day": as_of} if as_of is not None else {}
    return {"id": id_} | day | ({"twice": list(twice)} if twice else {})


def _count(
    store: GraphStore,
    id_: str,
    kind: str,
    pair: tuple[str, str],
    direction: str,
    as_of: str | None,
    twice: Collection[str],
) -> tuple[int, int]:
    """How many links there are, and how many of them no row that counts states."""
    # What several data sets state alike of the same ends is one link.
    said = "".join(f", r.{c} AS {c}" for c in _said(kind))
    counts = "1" if REL_TYPES[kind].derived else "CASE WHEN r.counted = false THEN 0 ELSE 1 END"
    other = "a" if direction == "in" else "b"
    cypher = (
        f"{_pattern(kind, pair, direction, as_of, twice)} WITH {other}.id AS other{said}, max({counts}) AS counts "
        "RETURN count(*) AS n, sum(1 - counts) AS aside"
    )
    row = store.query(cypher, _params(id_, as_of, twice)).to_pylist()[0]
    return int(row["n"]), int(row["aside"] or 0)


def _links(
    store: GraphStore,
    id_: str,
    kind: str,
    pair: tuple[str, str],
    direction: str,
    as_of: str | None,
    most: int,
    twice: Collection[str],
) -> list[dict[str, Any]]:
    other = "a" if direction == "in" else "b"
    label = pair[0] if direction == "in" else pair[1]
    fields = {f.name for f in REL_TYPES[kind].fields}
    name = {
        "Contact": "value",
        "Property": "address",
        "Household": "region",
        "Bid": "status",
        "Vehicle": "kind",
    }.get(label, "name")
    said = _said(kind)
    stated = [] if REL_TYPES[kind].derived else [_ROW, "collect(r.sources) AS sources"]
    returned = ", ".join(
        [f"{other}.id AS id", f"{other}.{name} AS name", *(f"r.{c} AS {c}" for c in said), *stated]
    )
    # The store sorts: of a register of thousands of holders only the largest leave it.
    shares = [f"r.{c}" for c in ("share", "share_max") if c in fields]
    largest = f"coalesce({', '.join([*shares, '0.0'])})"
    rows = store.query(
        f"{_pattern(kind, pair, direction, as_of, twice)} RETURN {returned}, {largest} AS largest, "
        f"coalesce({other}.{name}, '') AS sorted_name ORDER BY largest DESC, sorted_name, id LIMIT {most}",
        _params(id_, as_of, twice),
    ).to_pylist()
    rows = [
        {k: v for k, v in r.items() if k in _SHOWN}
        | ({"key": r["row"][1:] or None, "counted": r["row"][0] == "0"} if r.get("row") else {})
        for r in rows
    ]
    # A bid has no name of its own: it is called by the lot it is for.
    bids = [row["id"] for row in rows] if label == "Bid" else []
    lots, bidders = (_lots_of(store, bids), _bidders_of(store, bids)) if bids else ({}, {})
    found = []
    for row in rows:
        sources = sorted({s for one in row.pop("sources", None) or () for s in one.split(SOURCE_SEPARATOR)})
        party: dict[str, Any] = {"id": row.pop("id"), "type": label, "name": row.pop("name") or ""}
        if label == "Bid":
            lot = lots.get(party["id"])
            party["name"] = (lot or party)["name"] or party["name"]
            party |= {"lot": lot, "bidders": bidders.get(party["id"], [])}
        found.append(
            {
                "kind": kind,
                "direction": direction,
                "party": party,
                **{k: v for k, v in row.items() if v is not None},
                "sources": sources,
            }
        )
    return found


def _lots_of(store: GraphStore, bids: list[str]) -> dict[str, dict[str, Any]]:
    """The lot of each bid, called by its tender and itself, where they have titles."""
    rows = store.query(
        f"{EACH}MATCH (b:Bid {{id: i}}) {hop('(b)-[:FOR_LOT]->(l:Lot)', 'l.id')}RETURN b.id AS bid, l.id AS id",
        {"ids": bids},
    ).to_pylist()
    rows.sort(key=lambda r: r["id"], reverse=True)
    names = lot_names(store, [r["id"] for r in rows])
    return {r["bid"]: {"id": r["id"], "type": "Lot", "name": names.get(r["id"], "")} for r in rows}


def _bidders_of(store: GraphStore, bids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Who submits each bid: several are a consortium."""
    found: dict[str, list[dict[str, Any]]] = {}
    for type_, _ in REL_TYPES["SUBMITS"].pairs:
        rows = store.query(
            f"{EACH}MATCH (b:Bid {{id: i}}) {hop(f'(c:{type_})-[:SUBMITS]->(b)', 'c.id')}"
            "RETURN DISTINCT b.id AS bid, c.id AS id, c.name AS name",
            {"ids": bids},
        ).to_pylist()
        for r in sorted(rows, key=lambda r: (r["bid"], r["id"])):
            found.setdefault(r["bid"], []).append({"id": r["id"], "type": type_, "name": r["name"] or ""})
    return found
