"""A party: what is stated of it, its other ids and names, its bids, and where all that comes from."""

from __future__ import annotations

from typing import Any

from api.datasets import Dataset
from graph.lot_names import IN_TENDER, TITLES, names_of_lots
from graph.model import NODE_TYPES, node_columns
from graph.rounds import bids_of_rounds
from graph.stores import GraphStore
from graph.stores.statements import SOURCE_SEPARATOR

_BOOKKEEPING = frozenset({"stated", "counted", "id", "sources"})
_LOTS = 200
_LOTS_OF_PARTY = {
    # From one node both engines' planners walk as one would. Each row once costs the embedded
    # engine ten times as much: rows are told apart here.
    type_: f"MATCH (c:{type_} {{id: $id}})-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l:Lot) {IN_TENDER}"
    f"RETURN l.id AS id, b.id AS bid, c.id AS bidder, l.bid_on AS bid_on, b.status AS status, b.won AS won, {TITLES}, "
    "size(t.stated) > 1 AND t.opened_on IS NOT NULL AS several"
    for type_ in ("Company", "Person")
}


def facts_of(store: GraphStore, type_: str, id_: str) -> tuple[dict[str, Any], list[str]] | None:
    """What is stated of one node, and its sources; None where there is none of that type and id."""
    fields = [f.name for f in node_columns(NODE_TYPES[type_]) if f.name != "stated"]
    returned = ", ".join(f"n.{f} AS {f}" for f in fields)
    rows = store.query(f"MATCH (n:{type_} {{id: $id}}) RETURN {returned}", {"id": id_}).to_pylist()
    if not rows:
        return None
    row = rows[0]
    sources = str(row.get("sources") or "")
    facts = {k: v for k, v in row.items() if v is not None and k not in _BOOKKEEPING}
    return facts, sources.split(SOURCE_SEPARATOR) if sources else []


def party(store: GraphStore, dataset: Dataset, id_: str, type_: str) -> dict[str, Any] | None:
    """Everything about one company or person that is not its ownership; None where there is none of that type and id."""
    stated = facts_of(store, type_, id_)
    if stated is None:
        return None
    facts, sources = stated
    aliases = _aliases(dataset, id_)
    names = _rows(
        store, dataset, "NAMES", id_,
        f"MATCH (p:{type_} {{id: $id}}) MATCH (n:Name)-[r:NAMES]->(p) "
        "RETURN n.name AS name, r.valid_from AS valid_from, r.valid_to AS valid_to, r.by AS by",
    )  # fmt: skip
    identifiers = _rows(
        store, dataset, "IDENTIFIES", id_,
        f"MATCH (p:{type_} {{id: $id}}) MATCH (n:Identifier)-[:IDENTIFIES]->(p) "
        "RETURN n.scheme AS scheme, n.value AS value",
    )  # fmt: skip
    ids = [id_, *(a["id"] for a in aliases)]
    lots = _lots(store, type_, ids)
    name, kind = facts.pop("name", "") or "", facts.pop("kind", "") or ""
    return {
        "id": id_,
        "type": type_,
        "name": name,
        "kind": kind,
        "facts": facts,
        "aliases": aliases,
        "names": sorted(names, key=lambda r: (r["valid_from"] or "", r["name"] or "")),
        "identifiers": sorted(identifiers, key=lambda r: (r["scheme"] or "", r["value"] or "")),
        "lots": lots[:_LOTS],
        "sources": sources,
        "truncated": len(lots) > _LOTS,
    }


def _rows(store: GraphStore, dataset: Dataset, kind: str, id_: str, cypher: str) -> list[dict[str, Any]]:
    """What a question about one party finds; nothing is asked where there is no relationship of the kind at all."""
    return store.query(cypher, {"id": id_}).to_pylist() if kind in dataset.standing.present else []


def _aliases(dataset: Dataset, id_: str) -> list[dict[str, Any]]:
    """The other ids of a party, and what says that they are one."""
    ownership = dataset.ownership
    node = ownership.known_node(id_)
    if node is None:
        return []
    best = ownership.nodes["id"][node]
    return [{"id": i, "canonical": i == best} for i in dataset.ids_of(node) if i != id_]


def _lots(store: GraphStore, type_: str, ids: list[str]) -> list[dict[str, Any]]:
    """The lots it bids for, the latest first, all told and the first `_LOTS` named.

    Of a lot that was opened on several days each opening that it took part in, on its day; on none where no row says.
    """
    found = [row for id_ in ids for row in store.query(_LOTS_OF_PARTY[type_], {"id": id_}).to_pylist()]
    found = _by_opening(store, found)
    # A party that bids under two of its ids bids once; a lot may be of several tenders.
    bids = {(r["id"], r["bid_on"], r["status"], r["won"]): r["lot"] for r in found}
    rows = [
        {"id": i, "title": title, "bid_on": on, "status": status, "won": won}
        for (i, on, status, won), title in bids.items()
    ]
    rows.sort(key=lambda r: (r["bid_on"] or "", r["id"]), reverse=True)
    shown = {r["id"] for r in rows[:_LOTS]}
    called = names_of_lots(store, [r for r in found if r["id"] in shown])
    return [{**row, "name": called.get(row["id"])} for row in rows]


def _by_opening(store: GraphStore, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of bids (`bidder` as the bid names it), of lots opened on several days one for each opening it took part in."""
    # An opening is never later than its lot's day: none of another lot comes among the latest.
    latest = sorted({(r["bid_on"] or "", r["id"]) for r in found}, reverse=True)[:_LOTS]
    # Of most lots the tender is told of once, and was opened once: they are not asked about.
    several = {r["id"] for r in found if r["several"]} & {id_ for _, id_ in latest}
    if not several:
        return found
    of = {(b.bidder, b.bid): b for bids in bids_of_rounds(store, sorted(several)).values() for b in bids}
    told: list[dict[str, Any]] = []
    for row in found:
        b = of.get((row["bidder"], row["bid"]))
        if b is None or not b.days:
            told.append(row if b is None else {**row, "bid_on": None})
            continue
        for day in sorted(b.days):
            said = {k: v for k, v in b.said.get(day, {}).items() if k in ("status", "won")}
            told.append({**row, **said, "bid_on": day})
    return told
