"""D12d `deposit-above-limit`: a bid deposit above two per cent of the lot's estimate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.law.methods import BY_TENDER
from detectors.procedure import deposits, limits
from detectors.procedure.limits import each_lot
from detectors.question import Question
from detectors.rows import table

_PAID: Final = Question(
    "MATCH (b:Bid)-[:FOR_LOT]->(l:Lot) WHERE b.deposit_amount IS NOT NULL "
    "RETURN l.id AS lot_id, b.id AS bid_id, b.deposit_amount AS paid, b.currency AS paid_currency",
    "bids",
    "b:Bid",
)
# 采购条例33 third paragraph: the limit also binds negotiation and quotation; consultation has its own measures.
_METHODS: Final = {
    "construction": BY_TENDER,
    "government_procurement": (*BY_TENDER, "negotiation", "quotation", "consultation"),
}


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot: the deposit its tender asks, where that has one lot; else the least that its bids paid.

    The law limits what is asked. Who pays for several lots at once, or a fee with it, pays more: that is a remark.
    """
    lots = table(rows["lots"]).with_columns(lots_of_tender=pl.col("lot_id").n_unique().over("tender_id"))
    asked = table(rows["tenders"]).select("tender_id", "deposit", "deposit_currency")
    paid = deposits.paid_of_lots(table(rows["paid"]), lots)
    whole = lots.join(asked, on="tender_id", how="left").join(paid, on="lot_id", how="left")
    limit = float(values["share"])
    for row, binds in each_lot(
        whole.sort("deposit", "tender_id", descending=[True, False], nulls_last=True), _METHODS
    ):
        if binds is not False and (row["deposit"] is not None or row["paid"] is not None):
            hit = deposits.judged(row, binds, limit)
            if hit is not None:
                yield hit


DETECTOR = Detector(
    id="deposit-above-limit",
    version="1.5",
    domain="政府工程",
    scene="招标程序",
    title_zh="投标保证金超过上限",
    title_en="The bid deposit is above its limit",
    meaning_zh="投标保证金超过该标段估算价（预算）的百分之二。",
    severity="prohibited",
    basis=(statutes.REGULATIONS_26, statutes.PROCUREMENT_33, statutes.CONSULTATION_12),
    needs=("LOT_OF",),
    parameters=(
        Parameter(
            "share",
            0.02,
            "fraction",
            "保证金不得超过估算价（预算）的此比例",
            "a deposit may not exceed this share of the estimate",
            citation="招标投标法实施条例第二十六条；政府采购法实施条例第三十三条；政府采购竞争性磋商采购方式管理暂行办法第十二条",
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
    suppressors=(
        Suppressor(
            "paid-more",
            "要求（或其他投标人缴纳）的保证金未超过上限，仅有投标人实缴较多",
            "what is asked, or paid by another bidder, is within the limit; one paid more",
        ),
    ),
    wording_zh="【风险预警】{tender}（{lot}）：投标保证金{deposit}，为估算价{estimate}的{share}，超过{limit}。"
    + CAUTION_ZH,
    wording_en="[Lead] {tender} ({lot}): the bid deposit, {deposit_en}, is {share} of the estimate of {estimate_en}, "
    "above {limit}. " + CAUTION_EN,
    assemble=assemble,
    innocent_zh=("估算价口径不同（预算、最高限价、标段合并）", "保证金为多个标段合并缴纳"),
    innocent_en=("the estimate is of another kind", "one deposit was paid for several lots"),
)
