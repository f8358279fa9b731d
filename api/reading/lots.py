"""Lots and their bidders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graph.round_of_lot import each_opening
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop


def lots_page(store: GraphStore, after: str, limit: int) -> list[dict[str, Any]]:
    """Lots after an id, in the order of ids."""
    rows = store.query(
        "MATCH (l:Lot) WHERE l.id > $after RETURN l.id AS id, l.title AS title, l.bid_on AS bid_on, l.status AS status "
        "ORDER BY l.id LIMIT $limit",
        {"after": after, "limit": limit},
    ).to_pylist()
    bids = _counts(store, [r["id"] for r in rows])
    return [{**row, "bids": bids.get(row["id"], 0)} for row in rows]


def lots_called(store: GraphStore, ids: list[str], tenders: list[str]) -> list[dict[str, Any]]:
    """These lots and the lots of these tenders, in the order of the ids."""
    told = "l.id AS id, l.title AS title, l.bid_on AS bid_on, l.status AS status"
    rows = store.query(f"UNWIND $ids AS i MATCH (l:Lot {{id: i}}) RETURN {told}", {"ids": ids}).to_pylist()
    rows += store.query(
        f"{EACH}MATCH (t:Tender {{id: i}}) {hop('(l:Lot)-[:LOT_OF]->(t)', 'l.id')}RETURN {told}",
        {"ids": tenders},
    ).to_pylist()
    unique = {row["id"]: row for row in rows}
    bids = _counts(store, list(unique))
    return [{**unique[i], "bids": bids.get(i, 0)} for i in sorted(unique)]


def tender_names(store: GraphStore, ids: Iterable[str]) -> dict[str, str]:
    """What tenders are called, by id, of those that have a title."""
    rows = store.query(
        "UNWIND $ids AS i MATCH (t:Tender {id: i}) RETURN t.id AS id, t.title AS title",
        {"ids": sorted(set(ids))},
    ).to_pylist()
    return {r["id"]: r["title"] for r in rows if r["title"]}


def _counts(store: GraphStore, lots: list[str]) -> dict[str, int]:
    rows = store.query(
        f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(b:Bid)-[:FOR_LOT]->(l)', 'b.id')}RETURN l.id AS id, count(*) AS n",
        {"ids": lots},
    ).to_pylist()
    return {row["id"]: row["n"] for row in rows}


def lot(store: GraphStore, id_: str) -> dict[str, Any]:
    """One lot with its tender, buyer and bidders; amounts in minor units of `currency`."""
    head = store.query(
        "MATCH (l:Lot {id: $id}) RETURN l.id AS id, l.title AS title, l.number AS number, l.estimate AS estimate, "
        "l.currency AS currency, l.status AS status, l.bid_on AS bid_on, l.bid_on_from AS bid_on_from",
        {"id": id_},
    ).to_pylist()[0]
    tenders = store.query(
        "MATCH (l:Lot {id: $id}) MATCH (l)-[:LOT_OF]->(t:Tender) RETURN t.id AS id, t.title AS title, t.regime AS regime, "
        "t.method AS method, t.status AS status, t.published_on AS published_on, t.bid_deadline AS bid_deadline, "
        "t.opened_on AS opened_on, t.awarded_on AS awarded_on",
        {"id": id_},
    ).to_pylist()
    tender = min(tenders, key=lambda t: (not t["title"], t["title"] or "", t["id"]), default=None)
    buyers = []
    if tender is not None:
        buyers = store.query(
            "MATCH (t:Tender {id: $id}) MATCH (c:Company)-[:BUYS]->(t) RETURN c.id AS id, c.name AS name",
            {"id": tender["id"]},
        ).to_pylist()
        buyers.sort(key=lambda b: str(b["id"]))
    who = bidders(store, id_)
    rounds = sorted({b["opened_on"] for b in who if b["opened_on"]})
    return {**head, "tender": tender, "buyers": buyers, "bidders": who, "rounds": rounds}


def bidders(store: GraphStore, lot_id: str) -> list[dict[str, Any]]:
    """Who bids for a lot; several on one bid are a consortium. Of a lot opened on several days a row for each opening."""
    rows = []
    for type_ in ("Company", "Person"):
        rows += store.query(
            f"MATCH (l:Lot {{id: $id}}) MATCH (b:Bid)-[:FOR_LOT]->(l) MATCH (c:{type_})-[s:SUBMITS]->(b) "
            "RETURN c.id AS id, c.name AS name, b.id AS bid, s.role AS role, b.status AS status, b.rank AS rank, "
            "b.won AS won, b.amount AS amount, b.currency AS currency, b.price_kind AS price_kind, b.rate AS rate, "
            "b.submitted_at AS submitted_at",
            {"id": lot_id},
        ).to_pylist()
    rows.sort(key=lambda r: (r["id"], r["bid"], r["role"] or ""))
    # By opening, in each by rank.
    rows = sorted(each_opening(store, lot_id, rows), key=lambda r: (r["rank"] is None, r["rank"] or 0))
    return sorted(rows, key=lambda r: r["opened_on"] or "")


def with_owners(store: GraphStore, ids_of: Mapping[str, list[str]]) -> set[str]:
    """The companies of which any holder is stated, on any day, under any of their ids (by one of them)."""
    rows = store.query(
        f"{EACH}MATCH (c:Company {{id: i}}) {hop('(h)-[o:OWNS]->(c)', 'o.key')}RETURN DISTINCT c.id AS id",
        {"ids": sorted({i for ids in ids_of.values() for i in ids})},
    )
    held = set(rows.column("id").to_pylist())
    return {one for one, ids in ids_of.items() if not held.isdisjoint(ids)}
