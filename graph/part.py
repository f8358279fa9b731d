"""A part of a graph as records again: parties with all that stands above and beside them, to be loaded elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import polars as pl

from graph.model import NODE_TYPES, REL_TYPES
from graph.records import POLARS_TYPES, Extract, SourceFile
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop

_DATED: Final = ("observed_on", "stated_from", "stated_to")
_UPWARD: Final = ("OWNS", "EXERCISES_CONTROL", "LEGAL_REP_OF", "OFFICER_OF", "BRANCH_OF")
"""Relationships that lead from a party to those who stand above it."""
_BESIDE: Final = (
    *("HAS_CONTACT", "MEMBER_OF_CONCERT", "DEBARRED_BY", "RELATED_TO", "RECUSED_FROM"),
    *("HOLDS_POST", "IN_CUSTODY"),
)
"""Relationships that say something of a party without leading further up."""
_NAMING: Final = ("IDENTIFIES", "NAMES")
UNJOINED: Final = "scoped:unjoined:"
"""Stands before the id of an organisation known by a name that several bear, or nobody: in a part of the graph the
name could look unique, and must not. The id is of the scheme of names that join nobody: its identity rests on that
name alone, and it is no company with a number."""
_MOST: Final = 20_000


class PartTooLargeError(ValueError):
    """More stands above the parties than is looked at in one go."""

    def __init__(self) -> None:
        self.zh = f"这些主体之上的节点超过 {_MOST} 个，无法一次核查。请减少主体。"
        self.en = f"More than {_MOST} nodes stand above these parties: ask for fewer at once."
        super().__init__(self.en)


def part_above(store: GraphStore, parties: Iterable[str], name: str) -> Extract:
    """All stated rows at the parties and at everything above them, whatever their dates, as a loader would state them.

    `parties`: ids of companies. Raises `PartTooLargeError`, a `StoreError`.
    """
    seen: set[str] = set()
    frontier = sorted(set(parties))
    keys: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
    while frontier:
        seen |= set(frontier)
        if len(seen) > _MOST:
            raise PartTooLargeError
        found = _same_party(store, frontier)
        for rel in _UPWARD:
            for pair in REL_TYPES[rel].pairs:
                for row in _rows(store, rel, pair, frontier, end=True):
                    keys.setdefault((rel, *pair), {})[row["key"]] = row
                    found.add(row["from_id"])
        frontier = sorted(found - seen)
    concerts: set[str] = set()
    for rel in (*_BESIDE, *_NAMING):
        for pair in REL_TYPES[rel].pairs:
            for row in _rows(store, rel, pair, sorted(seen), end=rel in _NAMING):
                keys.setdefault((rel, *pair), {})[row["key"]] = row
                if rel == "MEMBER_OF_CONCERT":
                    concerts.add(row["to_id"])
    for pair in REL_TYPES["MEMBER_OF_CONCERT"].pairs:
        for row in _rows(store, "MEMBER_OF_CONCERT", pair, sorted(concerts), end=True):
            keys.setdefault(("MEMBER_OF_CONCERT", *pair), {})[row["key"]] = row
    return _extract(store, keys, seen, name)


def _same_party(store: GraphStore, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start, end in REL_TYPES["SAME_AS"].pairs:
        for node, way, other in (
            (f"a:{start}", f"(a)-[:SAME_AS]->(b:{end})", "b"),
            (f"b:{end}", f"(a:{start})-[:SAME_AS]->(b)", "a"),
        ):
            rows = store.query(
                f"{EACH}MATCH ({node} {{id: i}}) {hop(way, f'{other}.id')}RETURN {other}.id AS id",
                {"ids": list(ids)},
            )
            found |= set(rows.column("id").to_pylist())
    return found


def _rows(
    store: GraphStore, rel: str, pair: tuple[str, str], ids: Sequence[str], *, end: bool
) -> list[dict[str, Any]]:
    """Stated rows of one type at some nodes; `end`: at the node they lead to."""
    if not ids:
        return []
    columns = ["key", *_DATED, *(f.name for f in REL_TYPES[rel].stated_fields)]
    start, other = pair
    node, way = (
        (f"b:{other}", f"(a:{start})-[r:{rel}]->(b)")
        if end
        else (f"a:{start}", f"(a)-[r:{rel}]->(b:{other})")
    )
    returned = ", ".join(["a.id AS from_id", "b.id AS to_id", *(f"r.{c} AS {c}" for c in columns)])
    rows: list[dict[str, Any]] = store.query(
        f"{EACH}MATCH ({node} {{id: i}}) {hop(way, 'r.key')}RETURN {returned}",
        {"ids": list(ids)},
    ).to_pylist()
    return rows


def _extract(
    store: GraphStore,
    keys: dict[tuple[str, str, str], dict[str, dict[str, Any]]],
    parties: set[str],
    name: str,
) -> Extract:
    text = "\n".join(sorted(key for rows in keys.values() for key in rows)) + name
    file = SourceFile(name, hashlib.sha256(text.encode()).hexdigest(), "graph", len(text), 0)
    part = Extract("main", [file])
    wanted = set(parties)
    for (rel, start, end), rows in sorted(keys.items()):
        fields = {f.name: POLARS_TYPES[f.physical] for f in REL_TYPES[rel].stated_fields}
        schema = {
            "from_id": pl.String(),
            "to_id": pl.String(),
            "key": pl.String(),
            **dict.fromkeys(_DATED, pl.String()),
            **fields,
        }
        frame = pl.DataFrame(list(rows.values()), schema=schema, orient="row").drop("key")
        wanted |= {*frame["from_id"], *frame["to_id"]}
        part.add_rel(rel, start, end, frame.with_columns(source=pl.lit("graph")))
    unjoined: set[str] = set()
    joined = _same_party(store, sorted(i for i in wanted if i.startswith("name:")))
    for type_, node in NODE_TYPES.items():
        fields = {f.name: POLARS_TYPES[f.physical] for f in node.stated_fields}
        returned = ", ".join(["n.id AS id", *(f"n.{c} AS {c}" for c in fields)])
        found = store.query(
            f"UNWIND $ids AS i MATCH (n:{type_} {{id: i}}) RETURN {returned}", {"ids": sorted(wanted)}
        ).to_pylist()
        if found:
            frame = pl.DataFrame(found, schema={"id": pl.String(), **fields}, orient="row").unique("id")
            part.add_node(type_, frame.with_columns(source=pl.lit("graph")))
            unjoined |= {i for i in frame["id"] if i.startswith("name:") and not _has_same(store, i, joined)}
    return _renamed(part, unjoined)


def _has_same(store: GraphStore, id_: str, joined: set[str]) -> bool:
    return bool(joined) and bool(_same_party(store, [id_]))


def _renamed(part: Extract, unjoined: set[str]) -> Extract:
    """The records with `UNJOINED` before the ids of names that belong to nobody in the whole graph."""
    if not unjoined:
        return part
    names = {i: UNJOINED + i for i in unjoined}
    for type_, frames in part.nodes.items():
        part.nodes[type_] = [f.with_columns(pl.col("id").replace(names)) for f in frames]
    for rel, frames in part.rels.items():
        part.rels[rel] = [f.with_columns(pl.col("from_id", "to_id").replace(names)) for f in frames]
    return part
