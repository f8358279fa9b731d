"""What held on the day of a bid, and until when."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl


def held_on_the_bid_date() -> pl.Expr:
    """Of rows with `holds_from`, `holds_to` and `bid_on`: did it hold on that date?"""
    begun = pl.any_horizontal(
        pl.col("holds_from", "bid_on").is_null(), pl.col("holds_from") <= pl.col("bid_on")
    )
    lasts = pl.col("holds_to").is_null() | (pl.col("bid_on") < pl.col("holds_to")).fill_null(False)
    return begun.fill_null(False) & lasts


def last_day(ends: str | None) -> str | None:
    """The last day of a span that is over on a day; a month is its own last."""
    if not ends or len(ends) < len("2000-01-01"):
        return ends
    return (date.fromisoformat(ends) - timedelta(days=1)).isoformat()
