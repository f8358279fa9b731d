"""Of links on bids (`links.on_bids`): what a person owns, or works on, beside the post that counts."""

from __future__ import annotations

import polars as pl

from detectors.ties.further_up import OWNING


def is_owned() -> pl.Expr:
    """Whether a link is of who owns or controls, and need not run."""
    return pl.col("role").fill_null("").is_in(OWNING)


def with_other_work(linked: pl.DataFrame) -> pl.DataFrame:
    """Work on a bid counts where the bidder is another one than those a person runs or owns; by itself it is no post."""
    works = pl.col("works").fill_null(False)
    here, person = ["lot_id", "holder_id", "bidder_id"], ["lot_id", "holder_id"]
    own = (~works & (pl.col("when") == "yes")).any()
    return linked.filter(~works | (own.over(person) & ~own.over(here)))


def with_a_post(linked: pl.DataFrame) -> pl.DataFrame:
    """Without what is owned beside a post in the same bidder, or where every bidder with a post is owned likewise."""
    owns, live, controls = is_owned(), pl.col("when") == "yes", pl.col("role") == "controller"
    here, person = ["lot_id", "holder_id", "bidder_id"], ["lot_id", "holder_id"]

    def runs_what_is_not(owned: pl.Expr) -> pl.Expr:
        return (~owns & ~(owned & live).any().over(here)).any().over(person)

    by_control, by_shares = runs_what_is_not(controls), runs_what_is_not(owns & ~controls)
    apart = pl.when(controls).then(by_control).otherwise(by_shares)
    # Of the few who own anything beside: a window over everybody takes the longer the more there are.
    placed = linked.with_row_index("place")
    theirs = placed.join(placed.filter(owns).select(person).unique(), on=person, how="semi")
    gone = theirs.filter(owns & ~(apart & ~(~owns & live).any().over(here)).fill_null(False))
    return placed.join(gone, on="place", how="anti", maintain_order="left").drop("place")
