"""Bids that name no lot, in a tender that has lots too: which lot they are for is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from detectors.definition import Row, Undecided
from detectors.rows import table
from detectors.ties.links import compared
from graph.counted import counted
from graph.round_days import MARK


def lots_unsaid(rows: Mapping[str, Sequence[Row]]) -> dict[str, tuple[Undecided, int]]:
    """What can't be decided of each lot of such a tender, with how many bids the lot may have in all.

    Bidders are compared within a lot: without a word on it, those who name none would look tied to nobody of it.
    `rows`: the answer to `bidding.BIDDERS` ("bidders"). A lot that is its tender has no number.
    """
    bids = compared(table(rows["bidders"])).drop_nulls("tender_id")
    # Rounds of one lot are no further lots.
    lot_of = pl.col("lot_id").str.split(MARK).list.first()
    blank = (lot_of == pl.col("tender_id")).alias("blank")
    several = bids.filter(blank.any().over("tender_id") & (lot_of.n_unique().over("tender_id") > 1))
    found: dict[str, tuple[Undecided, int]] = {}
    for _, mine in several.sort("tender_id", "lot_id").group_by("tender_id", maintain_order=True):
        unsaid = mine.filter(blank)
        whose = tuple(unsaid["bidder_id"].unique().sort())
        nameless = set(unsaid["lot_id"])
        for lot in mine["lot_id"].unique().sort():
            own = lot in nameless
            may = mine if own else mine.filter(blank | (pl.col("lot_id") == lot))
            told = (
                f"{len(whose)}家投标人的投标没有写明标段，而同一项目另有写明标段的投标：投的是哪个标段无法判定"
                if own
                else f"同一项目另有{len(whose)}家投标人的投标没有写明标段：是否投的本标段无法判定，与本标段投标人的关联未按同一标段比较"
            )
            told_en = (
                f"{counted(len(whose), 'bidder')} of this tender named no lot, while other bids name one: for which lot they bid "
                "cannot be decided"
            )
            if not own:
                told_en += ", and they are not compared with this lot's bidders as bidders of one lot"
            found[lot] = (Undecided("lot", lot, whose, told, told_en), may["bid_id"].n_unique())
    return found
