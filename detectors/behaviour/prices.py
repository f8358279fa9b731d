"""Bids as prices: which count, compared like with like, and the screens worked out from them.

Formulas: Imhof (2017), Huber & Imhof (2019), García Rodríguez et al. (2022). What can't be computed is absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import polars as pl

from detectors import money
from detectors.definition import Row, Undecided
from detectors.rows import table
from detectors.ties.bidding import BIDDERS_COLUMNS
from graph.counted import counted

VALID: Final = ("valid", "candidate", "won", "lost", "award_declined")
"""Statuses of a bid that was compared with the others; a bid without a status is taken for one."""

RATES: Final = ("rate", "reduction", "discount")
"""Kinds of price that are rates. What is taken off (下浮率), or may be (折扣率), tells by equal figures and equal steps alone:
which is the lowest price, and in what ratio they stand, its figures do not say."""
REDUCED: Final = pl.col("unit").is_in(RATES[1:])
"""Rows of `comparable` whose figures are taken off, or may be."""
_TYPES: Final = {"amount": pl.Int64, "estimate": pl.Int64, "rate": pl.Float64, "won": pl.Boolean}

_PRICED: Final = (
    *("lot_id", "bid_id", "bidder_id", "status", "submitted_at"),
    *("amount", "rate", "price_kind", "currency"),
)
"""What tells whether bids can be compared."""


def bids_table(rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of BIDDERS as a table; cancelled and failed lots are left out, and each bid's bidders counted (`parties`)."""
    frame = table(rows)
    if frame.is_empty():
        return pl.DataFrame(
            schema={**dict.fromkeys(BIDDERS_COLUMNS, pl.String), **_TYPES, "parties": pl.UInt32}
        )
    frame = frame.with_columns(pl.col(name).cast(type_) for name, type_ in _TYPES.items())
    gone = pl.col("lot_status").fill_null("").is_in(["lot_failed", "cancelled"]) | (
        pl.col("tender_status").fill_null("") == "cancelled"
    )
    return frame.filter(~gone).with_columns(parties=pl.col("bidder_id").n_unique().over("bid_id"))


def valid_bids(bids: pl.DataFrame) -> pl.DataFrame:
    """One row a valid bid; of a bidder's several bids for a lot the last submitted, of those with a price if any has one.

    A bid without one may be known from a file of traces alone, that names the bidder otherwise.
    """
    priced = pl.col("amount").is_not_null() | pl.col("rate").is_not_null()
    return (
        bids.filter(pl.col("status").is_null() | pl.col("status").is_in(VALID))
        .sort("lot_id", "bid_id", "bidder_id")
        .unique("bid_id", keep="first", maintain_order=True)
        .sort("lot_id", "bidder_id", priced, "submitted_at", "bid_id", nulls_last=False)
        .unique(["lot_id", "bidder_id"], keep="last", maintain_order=True)
    )


def comparable(bids: pl.DataFrame, least: int) -> pl.DataFrame:
    """Of each lot the largest set of valid bids in one currency and kind of price, where it has `least` or more.

    Adds `price` (minor units, or the rate), `unit` (currency, or one of `RATES`), `n`, and `left_out`: valid bids of the
    lot that can't be compared with them.
    """
    return _alike(valid_bids(bids)).filter(pl.col("n") >= least).sort("lot_id", "price", "bidder_id")


def _alike(valid: pl.DataFrame) -> pl.DataFrame:
    """Of each lot the largest set of its `valid` bids in one currency and kind of price, with the columns `comparable` adds."""
    rate = pl.col("price_kind").is_in(RATES)
    priced = valid.with_columns(
        price=pl.when(rate).then("rate").otherwise(pl.col("amount").cast(pl.Float64)),
        unit=pl.when(rate)
        .then("price_kind")
        .otherwise(pl.col("currency").fill_null("") + "/" + pl.col("price_kind").fill_null("total")),
        valid=pl.len().over("lot_id"),
    )
    # At a reduction of nothing one bids the ceiling.
    priced = priced.filter((pl.col("price") > 0) | (REDUCED & (pl.col("price") == 0)))
    priced = priced.with_columns(n=pl.len().over("lot_id", "unit")).with_columns(
        left_out=pl.col("valid") - pl.col("n")
    )
    best = (
        priced.sort("lot_id", "n", "unit", descending=[False, True, False])
        .unique("lot_id", keep="first", maintain_order=True)
        .select("lot_id", "unit")
    )
    return priced.join(best, on=["lot_id", "unit"])


def without_reductions(bids: pl.DataFrame) -> pl.DataFrame:
    """Of `comparable`, those whose lowest figure is the lowest price."""
    return bids.filter(~REDUCED)


def without_prices(bids: pl.DataFrame, least: int) -> Iterator[Undecided]:
    """Lots with `least` valid bids or more of which fewer can be compared: a price is missing, or is of another kind.

    `bids`: of `bids_table`. Names the bidders whose bids stand outside the largest set that can be compared.
    """
    several = valid_bids(bids.select(_PRICED)).filter(pl.len().over("lot_id") >= least)
    sets = _alike(several)
    alike = sets.filter(pl.col("n") < least)
    compared = sets.filter(pl.col("n") >= least).select("lot_id").unique()
    short = several.join(compared, on="lot_id", how="anti")
    outside = short.join(alike.select("lot_id", "bid_id"), on=["lot_id", "bid_id"], how="anti")
    lots = (
        short.group_by("lot_id")
        .agg(valid=pl.len())
        .join(
            outside.group_by("lot_id").agg(who=pl.col("bidder_id").unique().sort(), out=pl.len()), on="lot_id"
        )
    )
    for lot, valid, who, out in lots.sort("lot_id").iter_rows():
        yield Undecided(
            "lot",
            lot,
            tuple(who),
            f"{valid}份有效投标中有{out}份没有报价，或币种、报价方式不同，可比的不足{least}份，无法判定",
            f"of {valid} valid bids {counted(out, 'states', 'state')} no price, or one of another currency or kind: fewer than "
            f"{least} can be compared, so it cannot be decided",
        )


def price_said(price: float, unit: str) -> tuple[str, str, str]:
    """A price of `comparable`: as a plain number, and as it is told in Chinese and English, yuan without their name."""
    if unit in RATES:
        zh, en = _SAID.get(unit, ("{}", "{}"))
        return f"{price:.2%}", zh.format(f"{price:.2%}"), en.format(f"{price:.2%}")
    plain, currency = f"{price / 100:,.2f}", unit.partition("/")[0]
    return (plain, plain, plain) if currency in ("", "CNY") else (plain, *money.said(round(price), currency))


_SAID: Final = {"reduction": ("下浮{}", "{} off"), "discount": ("折扣率{}", "at a discount rate of {}")}


def screens(prices: Sequence[float], winner: float | None = None) -> dict[str, float]:
    """The screens of one lot's prices, any order; `winner`: the winning price, the lowest where not given.

    Keys cv, spd, kurt, skew, ks, diffp, rd. Fewer than 4 prices, or all equal: none of them. `diffp` where the winner is not
    the lowest: (lowest loser − winner)/winner. `rd` needs two losers whose prices differ.
    """
    b = np.sort(np.asarray(prices, dtype=np.float64))
    n = len(b)
    if n < 4 or b[0] <= 0 or b[0] == b[-1]:
        return {}
    mean, s = float(b.mean()), float(b.std(ddof=1))
    z = (b - mean) / s
    u = (b - b[0]) / (b[-1] - b[0])
    i = np.arange(1, n + 1)
    won = float(b[0]) if winner is None else float(winner)
    losers = np.delete(b, int(np.argmin(np.abs(b - won))))
    found = {
        "cv": s / mean,
        "spd": float(b[-1] - b[0]) / float(b[0]),
        "kurt": float(
            n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * (z**4).sum()
            - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))
        ),
        "skew": float(n / ((n - 1) * (n - 2)) * (z**3).sum()),
        "ks": float(max((i / n - u).max(), (u - (i - 1) / n).max())),
        "diffp": float(losers.min() - won) / won,
    }
    spread = float(losers.std(ddof=1)) if len(losers) >= 2 else 0.0
    if spread > 0:
        found["rd"] = float(losers.min() - won) / spread
    return found


def fences(values: Sequence[float]) -> tuple[float, float, float, float, float] | None:
    """(low fence, first quartile, median, third quartile, high fence); None where the quartiles are equal."""
    if not len(values):
        return None
    q1, median, q3 = (float(q) for q in np.percentile(np.asarray(values, dtype=np.float64), [25, 50, 75]))
    spread = q3 - q1
    if spread <= 0:
        return None
    return q1 - 1.5 * spread, q1, median, q3, q3 + 1.5 * spread
