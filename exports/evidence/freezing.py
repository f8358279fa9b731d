"""The frozen subgraph: what the picture shows, and every node and row the proof needs, as they stand in the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from graph.model import NODE_TYPES, REL_TYPES, node_columns, rel_columns
from graph.round_of_lot import RoundOfLot
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.statements import statements_of
from graph.subgraph import SubEdge, Subgraph, SubNode
from visualize.gathering import joins

_PARTIES: Final = ("Company", "Person", "Concert")
_TYPES: Final = (
    *("Company", "Person", "Lot", "Bid", "Tender", "Household", "Property", "Benefit", "Program", "Contact"),
    *("Identifier", "Name", "Vehicle", "Concert", "Project", "Stage"),
)
_ABOUT_CONTROL: Final = ("OWNS", "EXERCISES_CONTROL", "MEMBER_OF_CONCERT")
_NEVER_TOLD: Final = frozenset({"stated", "counted", "key", "account_key", "address_key"})
"""Bookkeeping, and keyed hashes that say nothing to a reader."""


@dataclass
class Frozen:
    """Nodes and edges by id; `statements`: what each source says of each node."""

    nodes: dict[str, SubNode] = field(default_factory=dict)
    edges: dict[str, SubEdge] = field(default_factory=dict)
    statements: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    """Keys of rows that were asked for and are not in the store."""

    def subgraph(self, about: Subgraph, marked: Iterable[str], keys: Iterable[str]) -> Subgraph:
        """Everything frozen, marked as the proof, with the title and the legend's facts of the picture."""
        proving, rows = set(marked), set(keys)
        nodes = tuple(
            replace(n, marks=_with(n.marks, "finding", n.id in proving))
            for n in sorted(self.nodes.values(), key=lambda n: (n.type, n.id))
        )
        edges = tuple(
            replace(e, marks=_with(e.marks, "finding", e.id in rows or joins(e, proving)))
            for e in sorted(self.edges.values(), key=lambda e: e.id)
        )
        return replace(about, nodes=nodes, edges=edges)


def _with(marks: tuple[str, ...], mark: str, on: bool) -> tuple[str, ...]:
    return (*marks, mark) if on and mark not in marks else marks


def freeze(
    store: GraphStore,
    picture: Subgraph,
    ids: Iterable[str],
    keys: Iterable[str],
    parties: Iterable[str],
    round: RoundOfLot | None = None,
) -> Frozen:
    """The picture's nodes and edges, and those the proof names: `ids` of nodes, `keys` of stated rows.

    `parties`: every id of the parties ownership was looked through for; what makes two of them one goes in too. `round`: that
    of the lot which a finding is about: what rows of other rounds say of its bids stays out.
    """
    frozen = Frozen(
        {n.id: replace(n, facts=_told(n.facts)) for n in picture.nodes},
        {e.id: replace(e, facts=_told(e.facts)) for e in picture.edges},
    )
    wanted = set(keys) - set(frozen.edges)
    every = {*ids, *parties}
    _nodes(store, frozen, every - set(frozen.nodes), _TYPES)
    _rows(store, frozen, sorted(set(parties) & set(frozen.nodes)), wanted, _ABOUT_CONTROL)
    _rows(store, frozen, sorted(every & set(frozen.nodes)), wanted, None)
    _leading_out(store, frozen, sorted(every & set(frozen.nodes)), wanted)
    _memberships(store, frozen, set(parties))
    _same(store, frozen, sorted(i for i in every if i in frozen.nodes and frozen.nodes[i].type in _PARTIES))
    frozen.absent = wanted
    twins = _twins(store, frozen)
    _statements(store, frozen)
    _with_twins(store, frozen, twins)
    if round is not None:
        _of_round(frozen, round, {n.id for n in picture.nodes})
    return frozen


def _of_round(frozen: Frozen, round: RoundOfLot, drawn: Collection[str]) -> None:
    frozen.nodes = {id_: n if id_ in drawn else round.node(n) for id_, n in frozen.nodes.items()}
    frozen.edges = {id_: round.edge(e) or e for id_, e in frozen.edges.items()}
    frozen.statements = {id_: round.said(id_, said) for id_, said in frozen.statements.items()}


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in facts.items() if k not in _NEVER_TOLD and v is not None}


def _nodes(store: GraphStore, frozen: Frozen, ids: set[str], types: Sequence[str]) -> None:
    left = set(ids)
    for type_ in types:
        if not left:
            return
        for row in _read_nodes(store, type_, left):
            named = (row.get(field) for field in ("name", "title", "address", "value"))
            # A vehicle's value is an amount.
            name = next((text for text in named if isinstance(text, str) and text), "")
            facts = {k: v for k, v in row.items() if k not in ("id", "name", "kind")}
            facts["sources"] = (row.get("sources") or "").split("\n")
            frozen.nodes[row["id"]] = SubNode(row["id"], type_, name, row.get("kind") or "", _told(facts))
            left.discard(row["id"])


def _read_nodes(store: GraphStore, type_: str, ids: Iterable[str]) -> list[dict[str, Any]]:
    returned = ", ".join(f"n.{f.name} AS {f.name}" for f in node_columns(NODE_TYPES[type_]))
    rows: list[dict[str, Any]] = store.query(
        f"UNWIND $ids AS i MATCH (n:{type_} {{id: i}}) RETURN {returned}", {"ids": sorted(ids)}, timeout=120
    ).to_pylist()
    return rows


def _rows(
    store: GraphStore, frozen: Frozen, at: Sequence[str], wanted: set[str], types: Sequence[str] | None
) -> None:
    """Take the wanted rows that end at some nodes; `wanted` keeps those not found."""
    by_type: dict[str, list[str]] = {}
    for id_ in at:
        by_type.setdefault(frozen.nodes[id_].type, []).append(id_)
    # A name has the id of the company that is known by it alone, and stands among the frozen as that company.
    starts = {*by_type, "Name"} if "Company" in by_type else set(by_type)
    for type_ in types or [t for t in REL_TYPES if not REL_TYPES[t].derived]:
        for start, end in REL_TYPES[type_].pairs:
            if not wanted:
                return
            if end not in by_type or (types is None and start not in starts):
                continue
            fields = ", ".join(f"r.{f.name} AS {f.name}" for f in rel_columns(REL_TYPES[type_]))
            rows = store.query(
                f"{EACH}MATCH (b:{end} {{id: i}}) {hop(f'(a:{start})-[r:{type_}]->(b)', 'r.key')}"
                f"RETURN a.id AS from_id, b.id AS to_id, {fields}",
                {"ids": by_type[end]},
                timeout=120,
            ).to_pylist()
            found = [r for r in rows if r["key"] in wanted]
            ends = {r["from_id"] for r in found} - set(frozen.nodes)
            _nodes(store, frozen, ends, (start,))
            for row in found:
                _add(frozen, type_, row)
                wanted.discard(row["key"])


def _leading_out(store: GraphStore, frozen: Frozen, at: Sequence[str], wanted: set[str]) -> None:
    """Take the wanted rows that begin at some nodes and end at one nothing else names, such as who debarred a party."""
    by_type: dict[str, list[str]] = {}
    for id_ in at:
        by_type.setdefault(frozen.nodes[id_].type, []).append(id_)
    for type_ in [t for t in REL_TYPES if not REL_TYPES[t].derived]:
        for start, end in REL_TYPES[type_].pairs:
            if not wanted:
                return
            if start not in by_type:
                continue
            fields = ", ".join(f"r.{f.name} AS {f.name}" for f in rel_columns(REL_TYPES[type_]))
            rows = store.query(
                f"{EACH}MATCH (a:{start} {{id: i}}) {hop(f'(a)-[r:{type_}]->(b:{end})', 'r.key')}"
                f"RETURN a.id AS from_id, b.id AS to_id, {fields}",
                {"ids": by_type[start]},
                timeout=120,
            ).to_pylist()
            found = [r for r in rows if r["key"] in wanted]
            _nodes(store, frozen, {r["to_id"] for r in found} - set(frozen.nodes), (end,))
            for row in found:
                _add(frozen, type_, row)
                wanted.discard(row["key"])


def _memberships(store: GraphStore, frozen: Frozen, parties: set[str]) -> None:
    """Take what makes some parties one group: concerts are looked through by member, not by row."""
    concerts = sorted(i for i in parties if i in frozen.nodes and frozen.nodes[i].type == "Concert")
    if not concerts:
        return
    fields = ", ".join(f"r.{f.name} AS {f.name}" for f in rel_columns(REL_TYPES["MEMBER_OF_CONCERT"]))
    for start, end in REL_TYPES["MEMBER_OF_CONCERT"].pairs:
        rows = store.query(
            f"{EACH}MATCH (b:{end} {{id: i}}) {hop(f'(a:{start})-[r:MEMBER_OF_CONCERT]->(b)', 'r.key')}"
            f"RETURN a.id AS from_id, b.id AS to_id, {fields}",
            {"ids": concerts},
            timeout=120,
        ).to_pylist()
        for row in rows:
            if row["from_id"] in parties and row["counted"] is not False:
                _add(frozen, "MEMBER_OF_CONCERT", row)


def _add(frozen: Frozen, type_: str, row: dict[str, Any]) -> None:
    facts = {k: v for k, v in row.items() if k not in ("from_id", "to_id")}
    facts["sources"] = (row.get("sources") or "").split("\n")
    frozen.edges[row["key"]] = SubEdge(row["key"], type_, row["from_id"], row["to_id"], _told(facts))


def _same(store: GraphStore, frozen: Frozen, ids: Sequence[str]) -> None:
    for type_ in ("Company", "Person"):
        mine = [i for i in ids if frozen.nodes[i].type == type_]
        if not mine:
            continue
        rows = store.query(
            f"{EACH}MATCH (b:{type_} {{id: i}}) {hop(f'(a:{type_})-[r:SAME_AS]->(b)', 'a.id')}"
            "RETURN a.id AS from_id, b.id AS to_id, r.by AS by",
            {"ids": mine},
            timeout=120,
        ).to_pylist()
        _nodes(store, frozen, {r["from_id"] for r in rows} - set(frozen.nodes), (type_,))
        for row in rows:
            id_ = f"SAME_AS:{row['from_id']}>{row['to_id']}"
            frozen.edges[id_] = SubEdge(id_, "SAME_AS", row["from_id"], row["to_id"], {"by": row["by"]})


_TWIN: Final = {"Lot": "Tender", "Tender": "Lot"}
"""A tender of which no list names lots is its own lot: the two have one id, and are one node of a package."""


def _twins(store: GraphStore, frozen: Frozen) -> dict[str, dict[str, Any]]:
    """By id, the tender behind a lot that has its id, or the lot behind a tender; its fields stand beside the node's own."""
    found: dict[str, dict[str, Any]] = {}
    for type_, other in _TWIN.items():
        ids = [id_ for id_, node in frozen.nodes.items() if node.type == type_]
        found |= {row["id"]: row for row in _read_nodes(store, other, ids)} if ids else {}
    for id_, row in found.items():
        node = frozen.nodes[id_]
        sources = dict.fromkeys([*node.facts.get("sources", ()), *(row.get("sources") or "").split("\n")])
        beside = _told({k: v for k, v in row.items() if k not in ("id", "name", "kind", "title", "sources")})
        frozen.nodes[id_] = replace(node, facts={**beside, **node.facts, "sources": [*sources]})
    return found


def _with_twins(store: GraphStore, frozen: Frozen, twins: Mapping[str, dict[str, Any]]) -> None:
    """What rows say of the tender of a lot is said of the one node of both."""
    datasets = {b.id: b.dataset for b in store.batches()}
    for id_, row in twins.items():
        said = statements_of(_TWIN[frozen.nodes[id_].type], row, datasets)
        frozen.statements[id_] = [*frozen.statements.get(id_, ()), *({**s, "v": _told(s["v"])} for s in said)]


def _statements(store: GraphStore, frozen: Frozen) -> None:
    datasets = {b.id: b.dataset for b in store.batches()}
    by_type: dict[str, set[str]] = {}
    for node in frozen.nodes.values():
        by_type.setdefault(node.type, set()).add(node.id)
    for type_, ids in sorted(by_type.items()):
        for row in _read_nodes(store, type_, ids):
            said = statements_of(type_, row, datasets)
            frozen.statements[row["id"]] = [{**s, "v": _told(s["v"])} for s in said]
