"""The owners above some companies read in a few questions, where their ownership is laid out already.

A picture climbs owner by owner, and every step is a question of some milliseconds to the store. Ownership laid out tells
at once who stands above, so that rows and nodes are read together. It tells nothing else: what the picture shows is
what the store says, and what was not read ahead is asked for as if nothing had been.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from graph.model import NODE_TYPES, REL_TYPES, node_columns, rel_columns
from graph.penetration import Ownership
from graph.penetration.edges import distinct, spread
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop

_BOOKKEEPING: Final = frozenset({"stated", "counted"})

Row = dict[str, Any]


class Ahead:
    """Rows of `OWNS` by the company held, and rows of nodes, as far as they were read."""

    def __init__(self) -> None:
        self._companies: set[str] = set()
        self._rows: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self._nodes: dict[str, dict[str, Row]] = {}

    def read(self, store: GraphStore, ownership: Ownership, companies: Iterable[str], most: int) -> None:
        """Read who holds these companies and all above them, the nearest first, of no more than `most` companies."""
        wanted = [i for i in _above(ownership, companies, most) if i not in self._companies]
        if not wanted:
            return
        ends: dict[str, set[str]] = {"Company": set(wanted)}
        for start, end in REL_TYPES["OWNS"].pairs:
            found = store.query(
                f"{EACH}MATCH (b:{end} {{id: i}}) {hop(f'(a:{start})-[r:OWNS]->(b)', 'r.key')}RETURN {link_fields('OWNS')}",
                {"ids": wanted},
            ).to_pylist()
            by_company = self._rows.setdefault((start, end), {})
            for row in found:
                by_company.setdefault(row["to_id"], []).append(row)
            ends.setdefault(start, set()).update(r["from_id"] for r in found)
        self._companies.update(wanted)
        for type_, ids in ends.items():
            known = self._nodes.setdefault(type_, {})
            new = sorted(ids - known.keys())[: 2 * most]
            known.update({r["id"]: r for r in nodes_of(store, type_, new)})

    def holders(self, pair: tuple[str, str], companies: Sequence[str]) -> tuple[list[Row], list[str]]:
        """The rows read for these companies, and those companies that were not read."""
        rows = self._rows.get(pair, {})
        found = [row for c in companies if c in self._companies for row in rows.get(c, ())]
        return found, [c for c in companies if c not in self._companies]

    def nodes(self, type_: str, ids: Sequence[str]) -> tuple[list[Row], list[str]]:
        """The nodes read, and the ids of those that were not."""
        known = self._nodes.get(type_, {})
        return [known[i] for i in ids if i in known], [i for i in ids if i not in known]


def nodes_of(store: GraphStore, type_: str, ids: Sequence[str]) -> list[Row]:
    """The stored fields of nodes of one type."""
    if not ids:
        return []
    fields = [f.name for f in node_columns(NODE_TYPES[type_]) if f.name not in _BOOKKEEPING]
    returned = ", ".join(f"n.{f} AS {f}" for f in fields)
    rows: list[Row] = store.query(
        f"UNWIND $ids AS i MATCH (n:{type_} {{id: i}}) RETURN {returned}", {"ids": list(ids)}
    ).to_pylist()
    return rows


def link_fields(name: str) -> str:
    """What a query returns of relationships `r` of one type from `a` to `b`."""
    fields = [f.name for f in rel_columns(REL_TYPES[name])]
    return ", ".join(["a.id AS from_id", "b.id AS to_id", *[f"r.{f} AS {f}" for f in fields]])


def _above(ownership: Ownership, companies: Iterable[str], most: int) -> list[str]:
    """Companies and all companies above them on any date, level by level; at most so many ids."""
    edges = ownership.holding_edges
    asked = ownership.nodes_of(pl.Series(sorted(set(companies)), dtype=pl.String))
    frontier = distinct(asked[asked >= 0])
    seen = frontier
    while len(frontier) and len(seen) < most:
        places, _ = spread(edges.pointer, frontier)
        frontier = np.setdiff1d(edges.holder[places], seen)
        seen = np.r_[seen, frontier]
    found = ownership.nodes.select("id", "type")[pl.Series(seen[:most])]
    # Ids of the same party that are not its best one are met on the way, and asked for then.
    return found.filter(pl.col("type") == "Company")["id"].to_list()
