"""Whole extracts: what a load declares itself whole for, and which of its rows an earlier one ends."""

from __future__ import annotations

import polars as pl

from graph.records import Extract, Snapshot
from graph.stores import GraphStore
from loaders.context import ReadContext
from loaders.problems import Problem


def name_snapshot(extract: Extract, date: str | None, scope: str) -> None:
    """Declare a load whole on a day, for the relationship types it states."""
    if date:
        tables = tuple(sorted({name for name, _, _ in extract.rels}))
        extract.snapshot = Snapshot(date, tables, scope)


def tell_ended(store: GraphStore, context: ReadContext) -> None:
    """Flag every row without a date in a data set that has a whole extract: it counts as older than the extract, so
    what it states does not hold from that day on. Whoever adds to a whole extract has to say when the addition held.

    A row that states its own end before that day, or a top-ten list (which nobody's absence ends), loses nothing.
    """
    extract = context.extract
    whole: dict[str, str] = {}
    for batch in store.batches():
        if (batch.dataset, batch.snapshot_scope) == (extract.dataset, "dataset") and batch.snapshot:
            for table in batch.snapshot_tables:
                whole[table] = min(whole.get(table, batch.snapshot), batch.snapshot)
    ended = [
        frame.filter(_ended(frame, whole[name])).select("source", pl.lit(whole[name]).alias("day"))
        for (name, _, _), frames in extract.rels.items()
        if name in whole
        for frame in frames
    ]
    if not ended:
        return
    names = {f.sha256[:12]: f.name for f in extract.files}
    rows = pl.concat(ended).group_by("source", maintain_order=True).agg(pl.col("day").min())
    for source, day in rows.iter_rows():
        key, sheet, row = source.split("#", 2)
        zh = (
            f"数据集“{extract.dataset}”已有 {day} 的全量快照，本行没有日期，算作快照之前的数据：自该日起不再有效。"
            "若在快照之后取得，请先撤销本批次（unload），再用 --observed-on 注明取数日期导入。"
        )
        en = (
            f"The data set {extract.dataset} has an extract that is whole for {day}, and the row has no date: it counts as "
            "older, so what it states does not hold from that day on. If it was observed later, unload this batch and load "
            "it with --observed-on."
        )
        context.problems.append(
            Problem("flag", "undated-after-snapshot", names.get(key, key), sheet, row, "", "", zh, en)
        )


def _ended(frame: pl.DataFrame, day: str) -> pl.Expr:
    ended = pl.col("observed_on").is_null() & (pl.col("stated_to").is_null() | (pl.col("stated_to") > day))
    if "list_kind" in frame.columns:
        ended &= pl.col("list_kind").fill_null("registered") == "registered"
    return ended
