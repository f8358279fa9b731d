"""One batch into the graph: the same steps on every engine.

Nothing here depends on what was loaded before in which order: keys and statements are compared, never
overwritten, and what follows from them (spans, dates of lots, one party under two ids) is worked out anew for
whatever a batch touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from graph.model import NODE_TYPES, STATED_RELS
from graph.records import RelKey
from graph.resolution.investors import WORD_OF
from graph.resolution.spans import OF_ALL_ROWS, OF_NAMED_COMPANIES
from graph.stores.engine import Writing
from graph.stores.respanning import both, invested_anew, of_all_rows, respan_others, respan_owns, with_dates
from graph.stores.statements import (
    NAMED_BY,
    StatedRows,
    joined,
    listed,
    new_nodes,
    new_statements,
    node_frame,
    resolved,
    statements_of,
)
from graph.stores.what_changed import Touched

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done so far, in all)."""


FEW: Final = 2_000
"""Up to this many rows are looked up where they belong, more where everything of the type is a hundred times as many;
else all its keys are read."""
_BEARS_ON_OTHERS: Final = {"Company": "kind", "Person": "name"}
"""The field of a party that decides about others: a person's name, whom namesakes are laid beside."""


def apply_rows(
    writer: Writing,
    stated: StatedRows,
    datasets: dict[str, str],
    snapshots: pl.DataFrame,
    held: Mapping[str, int],
    progress: Progress,
) -> Touched:
    """Write the batch's nodes and relationships, spans included.

    `datasets`: data set by batch id, this batch included. `snapshots`: all snapshots, this batch's included. `held`: how
    many nodes and relationships there are before, of the types that are stated, of `OWNS` and of those of `OF_ALL_ROWS`.
    """
    touched = Touched()
    total, done = stated.rows, 0
    for type_name in list(stated.nodes):
        progress("nodes", done, total)
        statements = stated.nodes.pop(type_name)
        _apply_nodes(writer, type_name, statements, stated.dataset, datasets, held[type_name], touched)
        done += statements.height
        del statements
    new_rows: dict[RelKey, pl.DataFrame] = {}
    for rel in list(stated.rels):
        progress("relationships", done, total)
        rows = stated.rels.pop(rel)
        if rel[2] == "Company":
            touched.linked.append(rows["to_id"].unique())
        fresh = _restate(writer, rel, rows, held[rel[0]], touched)
        if not fresh.is_empty():
            new_rows[rel] = fresh
            touched.rels.add(rel[0])
            touched.relations(rel[0], fresh)
            touched.added[rel[0]] = touched.added.get(rel[0], 0) + fresh.height
        done += rows.height
        del rows
    whole = _snapshot_tables(snapshots, stated.dataset, "dataset")
    named = _snapshot_tables(snapshots, stated.dataset, "parties") & OF_NAMED_COMPANIES
    progress("relationships", done, total)
    _insert_with_spans(writer, new_rows, snapshots, whole, named, held, touched)
    progress("relationships", total, total)
    return touched


def _apply_nodes(
    writer: Writing,
    type_name: str,
    statements: pl.DataFrame,
    dataset: str,
    datasets: dict[str, str],
    held: int,
    touched: Touched,
) -> None:
    touched.nodes.add(type_name)
    if held == 0:
        fresh = new_nodes(type_name, statements, dataset)
        writer.insert_nodes(type_name, fresh)
        touched.added[type_name] = fresh.height
        return
    named = statements["id"].unique()
    few = named.len() <= max(FEW, held // 100)
    stored = writer.node_rows(type_name, named) if few else None
    ids = writer.node_ids(type_name) if stored is None else stored["id"]
    there = statements.filter(pl.col("id").is_in(ids.implode()))
    absent = statements.filter(~pl.col("id").is_in(ids.implode()))
    fresh = new_nodes(type_name, absent, dataset)
    writer.insert_nodes(type_name, fresh)
    touched.added[type_name] = fresh.height
    if there.is_empty():
        return
    added = new_statements(type_name, there, dataset)
    rows, otherwise, changed, renamed = [], [], [], []
    fields = [f.name for f in NODE_TYPES[type_name].stated_fields]
    if stored is None:
        stored = writer.node_rows(type_name, there["id"].unique())
    for row in stored.iter_rows(named=True):
        said = statements_of(type_name, row, datasets) + added[row["id"]]
        rows.append(resolved(type_name, row["id"], said))
        bears = _BEARS_ON_OTHERS.get(type_name)
        if bears is None or row[bears] != rows[-1][bears]:
            otherwise.append(row["id"])
        if any(row[name] != rows[-1][name] for name in fields):
            changed.append(row["id"])
        if any(row.get(name) != rows[-1].get(name) for name in NAMED_BY):
            renamed.append(row["id"])
        touched.told_otherwise(type_name, row, rows[-1])
    writer.update_nodes(type_name, node_frame(type_name, rows))
    touched.renamed[type_name] = renamed
    touched.marks.nodes(type_name, otherwise)
    touched.touches.nodes(type_name, changed)


def _restate(writer: Writing, rel: RelKey, rows: pl.DataFrame, held: int, touched: Touched) -> pl.DataFrame:
    """Add sources to rows that are there already; give back those that are not."""
    if held == 0:
        return rows
    # What a few rows could repeat hangs on the nodes they end at; only a large batch is worth a look at everything.
    few = rows.height <= max(FEW, held // 100)
    near = writer.rel_rows(rel, rows["to_id"].unique(), ("sources",)) if few else None
    keys = writer.rel_keys(rel) if near is None else near["key"]
    there = rows["key"].is_in(keys.implode())
    again = rows.filter(there)
    if not again.is_empty():
        if near is None:
            near = writer.rel_rows(rel, again["to_id"].unique(), ("sources",))
        stored = near.select("key", "from_id", "to_id", old="sources")
        merged = stored.join(again.select("key", "sources"), on="key").select(
            "key", "from_id", "to_id", sources=joined(listed("old").list.concat(listed("sources")))
        )
        writer.update_rels(rel, merged)
        # Findings name the files that state them.
        touched.touches.relations(rel[0], again)
        if rel[0] == "OWNS":
            # Which change a row is one side of, its source says.
            touched.companies.append(again.filter(pl.col("list_kind") == "changes")["to_id"])
    return rows.filter(~there)


def _snapshot_tables(snapshots: pl.DataFrame, dataset: str, scope: str) -> set[str]:
    return set(snapshots.filter((pl.col("dataset") == dataset) & (pl.col("scope") == scope))["table"])


def _insert_with_spans(
    writer: Writing,
    new_rows: dict[RelKey, pl.DataFrame],
    snapshots: pl.DataFrame,
    whole: set[str],
    named: set[str],
    held: Mapping[str, int],
    touched: Touched,
) -> None:
    owns = {rel: new_rows.pop(rel) for rel in list(new_rows) if rel[0] == "OWNS"}
    touched.companies.extend(rows["to_id"] for rows in owns.values())
    invested = invested_anew(writer, touched)
    spans = respan_owns(writer, owns, snapshots, "OWNS" in whole, held["OWNS"], touched)
    for rel in list(owns):
        writer.insert_rels(rel, owns.pop(rel).join(spans, on="key", how="left", maintain_order="left"))
    for type_ in STATED_RELS:
        if type_.name == "OWNS":
            continue
        fresh = {rel: new_rows.pop(rel) for rel in list(new_rows) if rel[0] == type_.name}
        again = invested if type_.name in WORD_OF else None
        if type_.name in named and fresh:
            again = both(again, pl.concat([rows["to_id"] for rows in fresh.values()]))
        if type_.name in OF_ALL_ROWS and held[type_.name]:
            again = both(again, of_all_rows(writer, type_.name, touched, [with_dates(writer, fresh)]))
        if fresh or type_.name in whole or again is not None:
            respan_others(
                writer,
                type_.name,
                type_.pairs,
                fresh,
                snapshots,
                rewrite=type_.name in whole,
                touched=touched,
                again=again,
            )
