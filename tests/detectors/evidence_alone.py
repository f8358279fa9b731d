"""Only what a finding's evidence names, loaded into a store of its own."""

from __future__ import annotations

import hashlib

import polars as pl

from detectors.definition import Evidence
from graph.model import NODE_TYPES, REL_TYPES
from graph.records import POLARS_TYPES, Extract, RelKey, SourceFile
from graph.stores import GraphStore

_DATED = ("observed_on", "stated_from", "stated_to")


class Stated:
    """A store's stated rows, as a loader would state them; each table is read once, for the evidence of all findings."""

    def __init__(self, store: GraphStore) -> None:
        self.rels: dict[RelKey, pl.DataFrame] = {}
        self.nodes: dict[str, pl.DataFrame] = {}
        for name, type_ in REL_TYPES.items():
            if type_.derived or name in ("SAME_AS", "POSSIBLY_SAME"):
                continue
            fields = {f.name: POLARS_TYPES[f.physical] for f in type_.stated_fields}
            returned = ", ".join(f"r.{c} AS {c}" for c in ("key", *_DATED, *fields))
            for start, end in type_.pairs:
                rows = _rows(
                    store,
                    f"MATCH (a:{start})-[r:{name}]->(b:{end}) RETURN a.id AS from_id, b.id AS to_id, {returned}",
                )
                self.rels[name, start, end] = rows.cast(fields).with_columns(source=pl.lit("evidence"))
        for name, node in NODE_TYPES.items():
            fields = {f.name: POLARS_TYPES[f.physical] for f in node.stated_fields}
            returned = ", ".join(["n.id AS id", *(f"n.{c} AS {c}" for c in fields)])
            rows = _rows(store, f"MATCH (n:{name}) RETURN {returned}")
            self.nodes[name] = rows.cast(fields).with_columns(source=pl.lit("evidence"))

    def of(self, evidence: Evidence) -> Extract:
        """The evidence's rows, both ends of each, and its nodes."""
        text = "\n".join((*evidence.nodes, *evidence.keys))
        file = SourceFile("evidence", hashlib.sha256(text.encode()).hexdigest(), "csv", 1, 0)
        alone = Extract("main", [file])
        wanted, keys = set(evidence.nodes), list(evidence.keys)
        for rel, all_rows in self.rels.items():
            rows = all_rows.filter(pl.col("key").is_in(keys)).drop("key")
            if rows.height:
                wanted |= {*rows["from_id"], *rows["to_id"]}
                alone.add_rel(*rel, rows)
        ids = sorted(wanted)
        for name, all_rows in self.nodes.items():
            rows = all_rows.filter(pl.col("id").is_in(ids))
            if rows.height:
                alone.add_node(name, rows)
        return alone


def _rows(store: GraphStore, query: str) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(store.query(query)))
