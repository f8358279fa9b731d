"""One batch out of the graph again: what only it states goes, and what follows is worked out anew."""

from __future__ import annotations

import polars as pl

from graph.model import NODE_TYPES, STATED_RELS
from graph.records import RelKey
from graph.resolution.investors import WORD_OF
from graph.resolution.spans import OF_ALL_ROWS
from graph.stores.engine import Writing
from graph.stores.respanning import STATES_DATE, both, invested_anew, of_all_rows, respan_others, respan_owns
from graph.stores.statements import NAMED_BY, batch_of, joined, listed, node_frame, resolved, statements_of
from graph.stores.what_changed import Touched


def take_back_rows(
    writer: Writing, batch_id: str, datasets: dict[str, str], snapshots: pl.DataFrame, was_snapshot: set[str]
) -> Touched:
    """Remove everything that only this batch states.

    `snapshots`: those of the other batches. `was_snapshot`: the types this batch was a snapshot of.
    """
    touched = Touched(taken_back=True)
    prefix = batch_id + ":"
    held = writer.counts()
    for type_ in STATED_RELS:
        for start, end in type_.pairs:
            if held[type_.name]:
                _take_back_rels(writer, (type_.name, start, end), prefix, touched)
    # Derived relationships hang on nodes that may go; they are worked out again afterwards.
    for name in ("SAME_AS", "POSSIBLY_SAME", "ULTIMATELY_HOLDS", "CONTROLS"):
        if held[name]:
            writer.replace_rels(name, [])
    for type_name in NODE_TYPES:
        if held[type_name]:
            _take_back_nodes(writer, type_name, prefix, datasets, touched)
    invested = invested_anew(writer, touched)
    if touched.companies or "OWNS" in was_snapshot:
        respan_owns(writer, {}, snapshots, "OWNS" in was_snapshot, held["OWNS"], touched)
    for type_ in STATED_RELS:
        rewrite, again = type_.name in was_snapshot, invested if type_.name in WORD_OF else None
        if type_.name in OF_ALL_ROWS and held[type_.name]:
            again = both(again, of_all_rows(writer, type_.name, touched, touched.dated.get(type_.name, [])))
        if type_.name != "OWNS" and (rewrite or again is not None):
            respan_others(writer, type_.name, type_.pairs, {}, snapshots, rewrite, touched, again)
    touched.nodes |= {"Identifier", "Name", "Company"}
    return touched


def _take_back_rels(writer: Writing, rel: RelKey, prefix: str, touched: Touched) -> None:
    name, start, end = rel
    found = writer.query(
        f"MATCH (:{start})-[r:{name}]->(b:{end}) WHERE r.sources CONTAINS $prefix RETURN r.key AS key, b.id AS to_id",
        {"prefix": prefix},
        timeout=600,
    )
    if not found.num_rows:
        return
    touched.rels.add(name)
    keys, ends = (pl.Series(n, found.column(n).to_pylist(), pl.String) for n in ("key", "to_id"))
    rows = (
        writer.rel_rows(rel, ends.unique())
        .filter(pl.col("key").is_in(keys.implode()))
        .with_columns(left=listed("sources").list.filter(~pl.element().str.starts_with(prefix)))
    )
    if name == "OWNS":
        touched.companies.append(rows["to_id"])
    gone = rows.filter(pl.col("left").list.len() == 0)
    writer.delete_rels(rel, gone)
    if name in OF_ALL_ROWS:
        touched.dated.setdefault(name, []).append(gone.filter(STATES_DATE)["to_id"])
        touched.undated.setdefault(name, []).append(gone.filter(~STATES_DATE)["to_id"])
    kept = rows.filter(pl.col("left").list.len() > 0)
    writer.update_rels(rel, kept.select("key", "from_id", "to_id", sources=joined(pl.col("left"))))


def _take_back_nodes(
    writer: Writing, type_name: str, prefix: str, datasets: dict[str, str], touched: Touched
) -> None:
    found = writer.query(
        f"MATCH (n:{type_name}) WHERE n.sources CONTAINS $prefix RETURN n.id AS id",
        {"prefix": prefix},
        timeout=600,
    )
    ids = pl.Series("id", found.column(0).to_pylist(), pl.String)
    if ids.is_empty():
        return
    touched.nodes.add(type_name)
    batch = prefix.rstrip(":")
    rows, gone = [], []
    for row in writer.node_rows(type_name, ids).iter_rows(named=True):
        left = [s for s in statements_of(type_name, row, datasets) if batch_of(s["s"][0]) != batch]
        if not left:
            gone.append(row["id"])
            continue
        rows.append(resolved(type_name, row["id"], left))
        if any(row.get(name) != rows[-1].get(name) for name in NAMED_BY):
            touched.renamed.setdefault(type_name, []).append(row["id"])
        touched.told_otherwise(type_name, row, rows[-1])
    writer.update_nodes(type_name, node_frame(type_name, rows))
    writer.delete_nodes(type_name, pl.Series("id", gone, pl.String))
