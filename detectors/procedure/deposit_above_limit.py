"""D12d `deposit-above-limit`: a bid deposit above two per cent of the lot's estimate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.law.methods import BY_TENDER
from detectors.procedure import limits
from detectors.procedure.limits import each_lot, rule_draft, unknown_rule
from detectors.question import Question
from detectors.rows import table

_PAID: Final = Question(
    "MATCH (b:Bid)-[:FOR_LOT]->(l:Lot) WHERE b.deposit_amount IS NOT NULL "
    "RETURN l.id AS lot_id, b.id AS bid_id, b.deposit_amount AS paid, b.currency AS paid_currency",
    "bids",
    "b:Bid",
)
# 采购条例33 third paragraph: the limit also binds negotiation and quotation.
_METHODS: Final = {
    "construction": BY_TENDER,
    "government_procurement": (*BY_TENDER, "negotiation", "quotation"),
}


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot: the deposit its bids paid, else the tender's, which tells of a lot where there is one."""
    lots = table(rows["lots"]).with_columns(lots_of_tender=pl.col("lot_id").n_unique().over("tender_id"))
    asked = table(rows["tenders"]).select("tender_id", "deposit", "deposit_currency")
    most = _most(table(rows["paid"]), lots)
    whole = lots.join(asked, on="tender_id", how="left").join(most, on="lot_id", how="left")
    limit = float(values["share"])
    for row, binds in each_lot(
        whole.sort("deposit", "tender_id", descending=[True, False], nulls_last=True), _METHODS
    ):
        deposit = row["paid"] if row["paid"] is not None else row["deposit"]
        if deposit is None:
            continue
        if binds is False:
            continue
        if not row["estimate"]:
            yield Undecided(
                "lot", row["lot_id"], (), "缺少估算价（预算、最高限价）", "the estimate is missing"
            )
            continue
        stated = row["deposit_currency"] if row["paid"] is None else row["paid_currency"]
        one_currency = len({row["estimate_currency"], stated} - {None}) <= 1
        if not one_currency or (row["elsewhere"] and deposit <= limit * row["estimate"] + 0.5):
            yield Undecided(
                "lot",
                row["lot_id"],
                (),
                "保证金与估算价币种不同",
                "deposit and estimate are in different currencies",
            )
            continue
        if deposit <= limit * row["estimate"] + 0.5:
            continue
        if binds is None:
            yield unknown_rule("lot", row["lot_id"], row["regime"], row["mixed"])
            continue
        if row["paid"] is None and row["lots_of_tender"] > 1:
            yield Undecided(
                "lot",
                row["lot_id"],
                (),
                "保证金为数个标段合计，缺少本标段的金额",
                "the deposit is for several lots together; the part of this lot is missing",
            )
            continue
        share = deposit / row["estimate"]
        words = {
            "deposit": f"{deposit / 100:,.2f}",
            "estimate": f"{row['estimate'] / 100:,.2f}",
            "share": _above(share, limit),
            "limit": f"{limit * 100:g}%",
        }
        facts = {"deposit": deposit, "estimate": row["estimate"], "share": round(share, 10), "limit": limit}
        yield rule_draft(
            "lot",
            row,
            date=row["bid_on"],
            facts=facts,
            words=words,
            nodes=[row["bid_id"]] if row["bid_id"] else [],
        )


def _most(paid: pl.DataFrame, lots: pl.DataFrame) -> pl.DataFrame:
    """The largest deposit paid a lot, in the estimate's currency where any is; `elsewhere`: some are in another."""
    priced = paid.join(lots.select("lot_id", "estimate_currency"), on="lot_id")
    other = (pl.col("paid_currency") != pl.col("estimate_currency")).fill_null(False)
    priced = priced.with_columns(same=~other, elsewhere=other.any().over("lot_id")).drop("estimate_currency")
    return priced.sort("lot_id", "same", "paid", "bid_id").unique("lot_id", keep="last").drop("same")


def _above(share: float, limit: float) -> str:
    """The share in per cent, with as many decimals as tell it from the limit."""
    return next((s for n in range(2, 8) if float((s := f"{share:.{n}%}")[:-1]) > limit * 100), f"{share:.8%}")


DETECTOR = Detector(
    id="deposit-above-limit",
    version="1.3",
    domain="政府工程",
    scene="招标程序",
    title_zh="投标保证金超过上限",
    title_en="The bid deposit is above its limit",
    meaning_zh="投标保证金超过该标段估算价（预算）的百分之二。",
    severity="prohibited",
    basis=(statutes.REGULATIONS_26, statutes.PROCUREMENT_33),
    needs=("LOT_OF",),
    parameters=(
        Parameter(
            "share",
            0.02,
            "fraction",
            "保证金不得超过估算价（预算）的此比例",
            "a deposit may not exceed this share of the estimate",
            citation="招标投标法实施条例第二十六条；政府采购法实施条例第三十三条",
            # Above this no deposit would be pointed out; the law has 2% since 2012, and had no limit of a share before.
            greatest=0.1,
        ),
    ),
    queries={"lots": limits.LOTS, "tenders": limits.TENDERS, "paid": _PAID},
    columns={
        "lots": limits.LOTS_COLUMNS,
        "tenders": limits.TENDERS_COLUMNS,
        "paid": ("lot_id", "bid_id", "paid", "paid_currency"),
    },
    population="MATCH (l:Lot) RETURN count(DISTINCT l.id) AS n",
    identity=("lot_id",),
    suppressors=(),
    wording_zh="【风险预警】{tender}（{lot}）：投标保证金{deposit}元，为估算价{estimate}元的{share}，超过{limit}。"
    + CAUTION_ZH,
    wording_en="[Lead] {tender} ({lot}): the bid deposit, {deposit} yuan, is {share} of the estimate of {estimate} yuan, "
    "above {limit}. " + CAUTION_EN,
    assemble=assemble,
    innocent_zh=("估算价口径不同（预算、最高限价、标段合并）", "保证金为多个标段合并缴纳"),
    innocent_en=("the estimate is of another kind", "one deposit was paid for several lots"),
)
