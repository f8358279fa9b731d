"""The prices of bids: what stands in their place, and which of several of one bidder counts."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import polars as pl

from loaders.tables.columns import TableRows
from loaders.tables.vocabulary import VOCABULARIES
from loaders.values import money_unit, parse_money
from loaders.values.capitals import capital_amount

_PLAIN: Final = r"^[\d.,\s]*$"
_IN_PERCENT: Final = re.compile(r"[(（][^()（）元]*[%％]\s*[)）]\s*$")
_KINDS: Final = {"reduction": "下浮|优惠|让利|降价", "discount": "折扣"}
"""What a rate is of by the words beside it: taken off, or either; others are of what is paid."""
_RATE: Final = r"^(?:投标|报价|投标报价)?((?:下浮|优惠|让利|折扣)(?:率|比例|幅度)?|费率)?\s*:?\s*(\d{1,3}(?:\.\d+)?)\s*%$"
"""A cell that is a rate, with the words before it."""
_REMARK: Final = re.compile(r"\((?:含税价?|含增值税|价税合计|总价|固定总价|小写)\)")
"""Remarks that change nothing of the price they stand beside; what any other may change is not guessed."""


def in_place_of_a_price(table: TableRows) -> pl.DataFrame:
    """What stands in the column of prices and is none: `status` (未递交, 未解密), `rate` (a fraction, of 12.5% or 下浮12.5%) with its
    `kind` (`price_kind`), and `other`, whether it is one of them, or words that tell no amount, which are told. The bidder stands there all the same.

    `cells`: the prices to read, those in capitals (壹佰万元整) and with a remark that changes nothing (980000元（含税）) as figures.
    """
    told = table.text("amount")
    cells = told.str.normalize("NFKC").str.strip_chars()
    words = pl.select(pl.when(~cells.str.contains(r"\d")).then(cells)).to_series()
    status = VOCABULARIES["bid_status"].read(words)
    percent = cells.str.extract(_RATE, 2).cast(pl.Float64)
    if _in_percent(table):
        # The sign stands in the heading: no cell of it is money (91.5 is no 91.50 yuan).
        plain = cells.str.extract(r"^(\d{1,3}(?:\.\d+)?)$", 1).cast(pl.Float64)
        percent = percent.fill_null(plain)
    rate = pl.select(pl.when(percent <= 100).then(percent / 100)).to_series()
    other = status.is_not_null() | rate.is_not_null()
    prices, unread = _figures(table, pl.select(pl.when(~other).then(told)).to_series())
    if _in_percent(table):
        unread |= told.is_not_null() & ~other & _without_unit(table, prices)
    table.rows.report("flag", unread, "price-unread", table.header("amount"), told)
    kind = pl.select(pl.when(rate.is_not_null()).then(_kind(cells.str.extract(_RATE, 1)))).to_series()
    return pl.DataFrame(
        {"status": status, "rate": rate, "kind": kind, "other": other | unread, "cells": prices}
    )


def stated_rates(table: TableRows) -> pl.DataFrame:
    """The column of rates (费率, 下浮率（%）, 折扣率): `rate`, a fraction, with its `kind` (`price_kind`) by the heading, or by the
    words that a cell has before its figure (下浮12.5%)."""
    cells = table.text("rate").str.normalize("NFKC").str.strip_chars()
    words = cells.str.extract(_RATE, 1)
    percent = pl.select(
        pl.when(words.is_not_null()).then(cells.str.extract(_RATE, 2).cast(pl.Float64))
    ).to_series()
    said = pl.select(pl.when(percent <= 100).then(percent / 100)).to_series()
    rate = said.fill_null(table.share("rate", said.is_not_null())["share"])
    of_heading = _kind(pl.Series([table.header("rate")]))[0]
    kind = pl.select(
        pl.when(rate.is_not_null()).then(
            pl.when(words.is_not_null()).then(_kind(words)).otherwise(pl.lit(of_heading))
        )
    ).to_series()
    return pl.DataFrame({"rate": rate, "kind": kind})


def _kind(words: pl.Series) -> pl.Series:
    """The kind of price of rates that such words stand beside."""
    kind = pl.lit("rate")
    for code, pattern in _KINDS.items():
        kind = pl.when(words.str.contains(pattern).fill_null(False)).then(pl.lit(code)).otherwise(kind)
    return pl.DataFrame({"words": words}).select(kind.alias("kind")).to_series()


def _figures(table: TableRows, told: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The prices as figures, and which cells hold none (neither a figure, nor capitals, nor either with a remark)."""
    unlike = ~told.str.contains(_PLAIN).fill_null(True)
    none = pl.Series([False]).new_from_index(0, len(told))
    if not unlike.any():
        return told, none
    unit = table.plan.units.get("amount")
    stated = table.text("currency") if table.has("currency") else None

    def wrong(cells: pl.Series) -> pl.Series:
        return (parse_money(cells, unit, stated)["error"] == "not-an-amount").fill_null(False)

    words = unlike & wrong(told)
    if not words.any():
        return told, none
    said = [_as_figures(t) if w and t else t for t, w in zip(told.to_list(), words.to_list(), strict=True)]
    read = pl.Series(told.name, said, dtype=pl.String)
    return read, words & (read.is_null() | wrong(read))


def _in_percent(table: TableRows) -> bool:
    """Are prices rates by their heading, and no mapping says that they are money?"""
    money = money_unit(table.plan.units.get("amount")) is not None
    return not money and _IN_PERCENT.search(table.header("amount")) is not None


def _without_unit(table: TableRows, prices: pl.Series) -> pl.Series:
    """Figures that are too large for a rate, and name no unit of their own."""
    return (parse_money(prices, None)["error"] == "unit-unknown").fill_null(False)


def _as_figures(text: str) -> str | None:
    plain = _REMARK.sub("", unicodedata.normalize("NFKC", text)).strip()
    fen = capital_amount(plain)
    return plain if fen is None else f"{fen // 100}.{fen % 100:02d}元"


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
