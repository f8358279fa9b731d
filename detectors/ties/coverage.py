"""What can't be decided, and why: absent is not false."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from detectors.definition import Row, Undecided
from detectors.rows import table


def without_ownership(
    bidders: Sequence[Row], covered: Sequence[Row], branches: Sequence[Row]
) -> Iterator[Undecided]:
    """Lots of two or more bids some of whose bidders have no ownership data at all. Of a branch its head office is known."""
    known = pl.concat([table(rows)["bidder_id"].cast(pl.String) for rows in (covered, branches)]).unique()
    several = table(bidders).filter(pl.col("bid_id").n_unique().over("lot_id") > 1)
    blank = several.select(
        "lot_id", "bidder_id", blank=~pl.col("bidder_id").is_in(known.implode()).fill_null(False)
    )
    lots = (
        blank.join(blank.filter("blank").select("lot_id").unique(), on="lot_id", how="semi")
        .group_by("lot_id")
        .agg(of=pl.col("bidder_id").n_unique(), lacking=pl.col("bidder_id").filter("blank").unique().sort())
        .sort("lot_id")
    )
    yield from _told(
        lots,
        "没有股权数据，其间的股权关系无法判定",
        "have no ownership data: ties between them cannot be decided",
    )


def lacking(
    bidders: pl.DataFrame,
    known: pl.Series,
    what_zh: str,
    what_en: str,
    by: str = "bidder_id",
    least: int = 2,
) -> Iterator[Undecided]:
    """Lots of `least` or more bids in which some bidders (or bids, by `by`) have no data of a kind.

    `bidders`: the bids that are compared. `known`: the bidders (or bids) that have such data.
    """
    bids = bidders.select("lot_id", "bid_id", "bidder_id", by=by)
    # Of lots without a gap, which are most of them in full data, nothing need be counted.
    blank = bids.join(known.unique().to_frame("by"), on="by", how="anti")
    lots = (
        bids.join(blank.select("lot_id").unique(), on="lot_id", how="semi")
        .group_by("lot_id")
        .agg(bids=pl.col("bid_id").n_unique(), of=pl.col("bidder_id").n_unique())
        .filter(pl.col("bids") >= least)
        .join(blank.group_by("lot_id").agg(lacking=pl.col("bidder_id").unique().sort()), on="lot_id")
        .sort("lot_id")
        .select("lot_id", "of", "lacking")
    )
    yield from _told(lots, f"没有{what_zh}，无法判定", f"have no {what_en}: cannot be decided")


def _told(lots: pl.DataFrame, what_zh: str, what_en: str) -> Iterator[Undecided]:
    """`lots`: lot_id, of (how many bidders), lacking (ids of those of whom it is said)."""
    for lot, of, parties in lots.iter_rows():
        yield Undecided(
            "lot",
            lot,
            tuple(parties),
            f"{of}家投标人中有{len(parties)}家{what_zh}",
            f"{len(parties)} of {of} bidders {what_en}",
        )
