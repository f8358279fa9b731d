"""What can't be decided, and why: absent is not false."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row, Undecided
from detectors.rows import table

_HALF: Final = 0.5
_ROUNDED: Final = 0.01
"""What rounded shares may lack of the whole."""


def without_ownership(
    bidders: Sequence[Row], covered: Sequence[Row], branches: Sequence[Row], stated: Sequence[Row]
) -> Iterator[Undecided]:
    """Lots of two or more bids some of whose bidders have no ownership data at all, or have them in part.

    Of a branch its head office is known. `stated`: as `STATED_COLUMNS`.
    """
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
    yield from _known_in_part(several, table(stated))


def _known_in_part(bidders: pl.DataFrame, stated: pl.DataFrame) -> Iterator[Undecided]:
    """Lots some of whose bidders' holders are stated for so small a part that whoever has the rest could control them."""
    # Of one party with several ids each may have its own rows.
    known = stated.group_by("bidder_id").agg(
        pl.col("known").cast(pl.Float64).sum(), pl.col("largest").cast(pl.Float64).max()
    )
    in_part = known.filter(
        (pl.col("known") < 1 - _ROUNDED)
        & (pl.col("largest") <= _HALF)
        & (1 - pl.col("known") + pl.col("largest") > _HALF)
    )
    if in_part.is_empty():
        return
    lots = (
        bidders.group_by("lot_id")
        .agg(of=pl.col("bidder_id").n_unique())
        .join(
            bidders.select("lot_id", "bidder_id")
            .unique()
            .join(in_part, on="bidder_id")
            .group_by("lot_id")
            .agg(pl.col("bidder_id").sort(), least=pl.col("known").min(), most=pl.col("known").max()),
            on="lot_id",
        )
        .sort("lot_id")
    )
    for lot, of, parties, least, most in lots.iter_rows():
        low, high = (f"{100 * part:.4g}%" for part in (least, most))
        zh, en = (low, low) if low == high else (f"{low}至{high}", f"{low} to {high}")
        yield Undecided(
            "lot",
            lot,
            tuple(parties),
            f"{of}家投标人中有{len(parties)}家的股权只载明一部分（{zh}），其余由谁持有不明，其间的股权关系无法判定",
            f"of {len(parties)} of {of} bidders only part of the shares is stated ({en}), and not who holds the rest: ties "
            "between them cannot be decided",
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
