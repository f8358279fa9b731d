"""Bid deposits against their limit: what the tender asks, and what its bids paid."""

from __future__ import annotations

import polars as pl

from detectors import money
from detectors.definition import Draft, Row, Undecided
from detectors.procedure.limits import rule_draft, unknown_rule


def judged(row: Row, binds: bool | None, limit: float) -> Draft | Undecided | None:
    """What is to be told of a lot (a row of `limits.LOTS`, its tender's deposit, `paid_of_lots`); None: nothing."""
    by_asked = row["deposit"] is not None and (row["paid"] is None or row["lots_of_tender"] == 1)
    if not row["estimate"]:
        return _undecided(row, "缺少估算价（预算、最高限价）", "the estimate is missing")
    most = limit * row["estimate"] + 0.5
    deposit = row["deposit"] if by_asked else row["paid"]
    stated = row["deposit_currency"] if by_asked else row["paid_currency"]
    alike = len({row["estimate_currency"], row["paid_currency"]} - {None}) <= 1
    largest = row["largest"] or 0 if alike or not by_asked else 0
    one_currency = len({row["estimate_currency"], stated} - {None}) <= 1
    if not one_currency or (not by_asked and row["elsewhere"] and largest <= most):
        return _undecided(row, "保证金与估算价币种不同", "deposit and estimate are in different currencies")
    if max(deposit, largest) <= most:
        return None
    if binds is None:
        return unknown_rule("lot", row["lot_id"], row["regime"], row["mixed"])
    if by_asked and row["lots_of_tender"] > 1:
        return _undecided(
            row,
            "保证金为数个标段合计，缺少本标段的金额",
            "the deposit is for several lots together; the part of this lot is missing",
        )
    return _draft(row, deposit, stated, limit, by_asked, above=deposit > most)


def _undecided(row: Row, zh: str, en: str) -> Undecided:
    return Undecided("lot", row["lot_id"], (), zh, en)


def _draft(
    row: Row, deposit: int, currency: str | None, limit: float, by_asked: bool, *, above: bool
) -> Draft:
    """`above`: the deposit asked (or the least paid) is above the limit; else only the largest payment is."""
    told = deposit if above else row["largest"]
    share = told / row["estimate"]
    unit = currency or row["estimate_currency"]
    paid, asked, estimate = (money.said(n, unit) for n in (told, deposit, row["estimate"]))
    words = {
        "deposit": paid[0],
        "deposit_en": paid[1],
        "estimate": estimate[0],
        "estimate_en": estimate[1],
        "share": _above(share, limit),
        "limit": f"{limit * 100:g}%",
    }
    facts = {
        "deposit": told,
        "estimate": row["estimate"],
        "currency": unit,
        "share": round(share, 10),
        "limit": limit,
    }
    why = (
        "paid-more",
        f"招标文件要求的保证金为{asked[0]}，未超过上限，实缴较多可能为数个标段合并缴纳或含手续费"
        if by_asked
        else f"其他投标人缴纳{asked[0]}，未超过上限，实缴较多可能为数个标段合并缴纳或含手续费",
        f"the tender asks {asked[1]}, within the limit: what was paid may be for several lots or hold a fee"
        if by_asked
        else f"another bidder paid {asked[1]}, within the limit: what was paid may be for several lots or hold a fee",
    )
    of_bid = row["largest_bid"] if not above else None if by_asked else row["bid_id"]
    return rule_draft(
        "lot",
        row,
        date=row["bid_on"],
        facts=facts,
        words=words,
        nodes=[of_bid] if of_bid else [],
        suppressed_by=None if above else why,
    )


def paid_of_lots(paid: pl.DataFrame, lots: pl.DataFrame) -> pl.DataFrame:
    """The least and the largest deposit paid a lot, in the estimate's currency where any is: columns paid, bid_id,
    paid_currency, largest, largest_bid; `elsewhere`: some are in another."""
    priced = paid.join(lots.select("lot_id", "estimate_currency").unique(), on="lot_id")
    other = (pl.col("paid_currency") != pl.col("estimate_currency")).fill_null(False)
    priced = priced.with_columns(same=~other, elsewhere=other.any().over("lot_id"))
    alike = priced.filter(pl.col("same") | ~pl.col("same").any().over("lot_id"))
    return (
        alike.sort("lot_id", "paid", "bid_id")
        .group_by("lot_id", maintain_order=True)
        .agg(
            pl.col("paid", "bid_id", "paid_currency", "elsewhere").first(),
            largest=pl.col("paid").last(),
            largest_bid=pl.col("bid_id").last(),
        )
    )


def _above(share: float, limit: float) -> str:
    """The share in per cent, with as many decimals as tell it from the limit."""
    return next((s for n in range(2, 8) if float((s := f"{share:.{n}%}")[:-1]) > limit * 100), f"{share:.8%}")
