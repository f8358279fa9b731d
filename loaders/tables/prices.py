"""The prices of bids: what stands in their place, and which of several of one bidder counts."""

from __future__ import annotations

import polars as pl

from loaders.tables.columns import TableRows
from loaders.tables.vocabulary import VOCABULARIES


def in_place_of_a_price(table: TableRows) -> pl.DataFrame:
    """What stands in the column of prices and is none: `status` (未递交, 未解密), `rate` (a fraction, of 12.5% or 下浮12.5%), and
    `other`, whether it is one of them. The bidder stands there all the same."""
    cells = table.text("amount").str.normalize("NFKC").str.strip_chars()
    words = pl.select(pl.when(~cells.str.contains(r"\d")).then(cells)).to_series()
    status = VOCABULARIES["bid_status"].read(words)
    percent = cells.str.extract(r"^(?:下浮率?|费率|投标费率)?\s*:?\s*(\d{1,3}(?:\.\d+)?)\s*%$", 1).cast(
        pl.Float64
    )
    rate = pl.select(pl.when(percent <= 100).then(percent / 100)).to_series()
    other = (status.is_not_null() | rate.is_not_null()).alias("other")
    return pl.DataFrame({"status": status, "rate": rate, "other": other})


def last_prices(table: TableRows, stated: pl.DataFrame, shared: pl.Series, opened: pl.Series) -> pl.DataFrame:
    """Of a bidder's several prices for one lot the one handed in last, else the first; the others are told, and left out.

    `shared`: rows of consortia, whose members may each state a part. `opened`: the round of a row; each has its price.
    """
    stated = stated.with_columns(opened=opened)
    of = ["id", "opened"]
    price = pl.coalesce(pl.col("amount").cast(pl.Float64), "rate")
    several = pl.col("id").is_not_null() & ~pl.col("shared") & (price.drop_nulls().n_unique().over(of) > 1)
    last = pl.col("submitted_at").max().over(of)
    earlier = several & (pl.col("submitted_at") < last).fill_null(False)
    standing = pl.when(several & ~earlier).then(price)
    first = standing.drop_nulls().first().over(of)
    told = stated.with_columns(shared=shared).with_columns(
        earlier=earlier, other=(standing != first).fill_null(False)
    )
    shown = table.text("amount").fill_null(table.text("rate"))
    table.rows.report("flag", told["earlier"], "bid-superseded", table.header("amount"), shown)
    table.rows.report("flag", told["other"], "bid-twice", table.header("amount"), shown)
    left_out = told["earlier"] | told["other"]
    prices = ("amount", "currency", "price_kind", "rate", "submitted_at")
    kept = [pl.when(~left_out).then(c).alias(c) for c in prices]
    return stated.with_columns(kept).drop("opened")
