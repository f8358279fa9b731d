"""The date a lot's bids are judged at, and where it came from.

Bid deadline, else opening, else the last submission, else publication (Asia/Shanghai). Without any the lot has
no date, and a finding on it says so. Bids are opened at their deadline (招标投标法 art. 34): of an opening on a later day
than the deadline the deadline was put off, and the opening's day counts.
"""

from __future__ import annotations

from typing import Final

import polars as pl

ORDER: Final = ("bid_deadline", "opened_on", "submitted_at", "published_on")


def bid_dates(lots: pl.DataFrame) -> pl.DataFrame:
    """Gives id, bid_on, bid_on_from.

    `lots`: id and the four columns of `ORDER` (of its tender; `submitted_at` the latest of its bids), dates or
    times as text.
    """
    put_off = _day("opened_on") > _day("bid_deadline")
    days = [pl.when(put_off).then(_day("opened_on")), *(_day(name) for name in ORDER)]
    where = [pl.when(put_off).then(pl.lit("opened_on"))]
    where += [pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in ORDER]
    return lots.select("id", bid_on=pl.coalesce(days), bid_on_from=pl.coalesce(where))


def _day(name: str) -> pl.Expr:
    """Of a month alone its first day."""
    month = pl.col(name).str.len_chars() == 7
    return pl.when(month).then(pl.col(name) + "-01").otherwise(pl.col(name).str.slice(0, 10))
