"""Only what a finding's evidence names, loaded into a store of its own."""

from __future__ import annotations

import hashlib

import polars as pl

from detectors.definition import Evidence
from graph.model import NODE_TYPES, REL_TYPES
from graph.records import POLARS_TYPES, Extract, SourceFile
from graph.stores import GraphStore

_DATED = ("observed_on", "stated_from", "stated_to")


def extract_of(store: GraphStore, evidence: Evidence) -> Extract:
    """The evidence's stated rows, both ends of each, and its nodes, as a loader would state them."""
    text = "\n".join((*evidence.nodes, *evidence.keys))
    file = SourceFile("evidence", hashlib.sha256(text.encode()).hexdigest(), "csv", 1, 0)
    alone = Extract("main", [file])
    wanted = set(evidence.nodes)
    for name, type_ in REL_TYPES.items():
        if type_.derived or name in ("SAME_AS", "POSSIBLY_SAME"):
            continue
        columns = ("from_id", "to_id", *_DATED, *(f.name for f in type_.stated_fields))
        for start, end in type_.pairs:
            returned = ", ".join(f"r.{c} AS {c}" for c in columns[2:])
            rows = _rows(
                store,
                f"MATCH (a:{start})-[r:{name}]->(b:{end}) WHERE r.key IN $ids "
                f"RETURN a.id AS from_id, b.id AS to_id, {returned}",
                list(evidence.keys),
            )
            if rows.height:
                wanted |= {*rows["from_id"], *rows["to_id"]}
                fields = {f.name: POLARS_TYPES[f.physical] for f in type_.stated_fields}
                alone.add_rel(name, start, end, rows.cast(fields).with_columns(source=pl.lit("evidence")))
    for name, node in NODE_TYPES.items():
        fields = {f.name: POLARS_TYPES[f.physical] for f in node.stated_fields}
        returned = ", ".join(["n.id AS id", *(f"n.{c} AS {c}" for c in fields)])
        rows = _rows(store, f"MATCH (n:{name}) WHERE n.id IN $ids RETURN {returned}", sorted(wanted))
        if rows.height:
            alone.add_node(name, rows.cast(fields).with_columns(source=pl.lit("evidence")))
    return alone


def _rows(store: GraphStore, query: str, ids: list[str]) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(store.query(query, {"ids": ids})))
