"""Lots of one tender beside each other: who stands behind bidders of different lots is told as that, and set aside."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.ownership_above import ask
from graph.stores.contract import GraphStore
from graph.stores.known_nodes import about

_TENDERS: Final = "MATCH (l:Lot)-[:LOT_OF]->(t:Tender) RETURN DISTINCT l.id AS group_id, t.id AS tender_id"
_TENDERS_OF_LOTS: Final = about(_TENDERS, "l:Lot")
_SCHEMA: Final[dict[str, pl.DataType]] = {"group_id": pl.String(), "tender_id": pl.String()}


def tenders_in_play(store: GraphStore, asked: pl.DataFrame, some: bool) -> pl.DataFrame:
    """Questions about all bidders of a tender together, each at the date of its own lot; of tenders with several lots.

    `asked`: company_id, on_date, group_id (the lot); `some`: of these lots alone, which are all there are of their tenders.
    """
    if some:
        tenders = ask(store, _TENDERS_OF_LOTS, asked["group_id"].unique().to_list(), _SCHEMA)
    else:
        table = store.query(_TENDERS, timeout=300)
        tenders = pl.DataFrame(schema=_SCHEMA)
        if table.num_rows:
            tenders = pl.DataFrame(pl.from_arrow(table)).cast(_SCHEMA)  # type: ignore[arg-type]
    bid_for = asked.select("group_id").unique()
    several = tenders.join(bid_for, on="group_id", how="semi").filter(
        pl.col("group_id").n_unique().over("tender_id") > 1
    )
    # No id of a lot has a space before its colon.
    named = several.select("group_id", tender=pl.lit("tender ") + pl.col("tender_id"))
    together = asked.join(named, on="group_id").select("company_id", "on_date", group_id="tender")
    return together.unique().sort("group_id", "company_id", "on_date")
