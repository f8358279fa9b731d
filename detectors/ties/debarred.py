"""How bidders hang together with debarred parties, and on which days any ban was in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from detectors.definition import Row
from detectors.rows import table
from detectors.ties import attached


def at_bans(bids: pl.DataFrame, barred: pl.DataFrame) -> pl.DataFrame:
    """The bids on whose date any ban was in force: where none was, nobody is its party's affiliate."""
    begun, over = (barred[c].drop_nulls().cast(pl.String).sort() for c in ("barred_from", "barred_to"))
    dates = bids["bid_on"].cast(pl.String).unique().drop_nulls()
    # Bans begun by each date, those of no known beginning among them, less those that are over.
    running = begun.search_sorted(dates, "right").cast(pl.Int64) + barred["barred_from"].null_count()
    running -= over.search_sorted(dates, "right").cast(pl.Int64)
    return bids.filter(
        pl.col("bid_on").is_null() | pl.col("bid_on").is_in(dates.filter(running > 0).implode())
    )


def links(rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    """Links of bidders to debarred parties, themselves included: columns of `attached`, without `when`."""
    known = parties.select("party_id").unique()
    control = table(rows["control"]).join(
        bids.select("bid_id", "bidder_id").unique(), on=["bid_id", "bidder_id"], how="semi"
    )
    above = table(rows["debarred_control"])
    itself = bids.join(known, left_on="bidder_id", right_on="party_id").with_columns(
        party_id=pl.col("bidder_id"), how=pl.lit("itself")
    )
    controls = control.join(known, left_on="holder_id", right_on="party_id").with_columns(
        party_id=pl.col("holder_id"), how=pl.lit("controls"), derivations=pl.concat_list("derivation")
    )
    on_date = (pl.col("holds_from").is_null() | (pl.col("holds_from") <= pl.col("bid_on"))) & (
        pl.col("holds_to").is_null() | (pl.col("bid_on") < pl.col("holds_to"))
    )
    undated = pl.col("bid_on").is_null() & pl.col("holds_to").is_null()
    controlled = (
        bids.join(above, left_on="bidder_id", right_on="holder_id")
        .filter(on_date | undated)
        .with_columns(how=pl.lit("controlled"), derivations=pl.concat_list("derivation"))
    )
    shared = (
        control.join(
            above.select("party_id", "holder_id", "holds_from", "holds_to", other="derivation"),
            on="holder_id",
        )
        .filter((on_date | undated) & (pl.col("party_id") != pl.col("bidder_id")))
        .with_columns(
            how=pl.lit("controller"),
            via_id=pl.col("holder_id"),
            derivations=pl.concat_list("derivation", "other"),
        )
    )
    # A controller that is itself debarred, or bids, is told as such already.
    shared = shared.join(known, left_on="holder_id", right_on="party_id", how="anti")
    return attached.as_links([itself, controls, controlled, shared]).drop("when")
