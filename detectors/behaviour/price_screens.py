"""D8 `price-screens`: a lot's prices lie unusually close together for their market (support for other findings)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.behaviour.markets import market_said
from detectors.behaviour.prices import bids_table, comparable, fences, screens, without_reductions
from detectors.definition import Detector, Draft, Evidence, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.ties import bidding
from detectors.ties.lot_names import lot_name, tender_name


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot whose coefficient of variation lies below its own market's low fence."""
    bids = without_reductions(comparable(bids_table(rows["bids"]), 4))
    if bids.is_empty():
        return
    market = pl.concat_str(
        pl.col("regime").fill_null("?"),
        pl.col("method").fill_null("?"),
        pl.col("unit"),
        pl.col("bid_on").str.slice(0, 4).fill_null("?"),
        separator=" · ",
    )
    lots = (
        bids.group_by("lot_id", maintain_order=True)
        .agg(market=market.first(), cv=pl.col("price").std() / pl.col("price").mean())
        .filter(pl.col("cv") > 0)
    )
    for (name,), group in lots.group_by("market", maintain_order=True):
        if group.height < int(values["min_market_lots"]):
            continue
        # Spreads are skewed to the right: on their logarithms the fence is never below zero.
        limits = fences(group["cv"].log().to_list())
        if limits is None:
            continue
        low, q1, median, q3, _ = (math.exp(v) for v in limits)
        facts = {
            "name": str(name),
            "lots": group.height,
            "q1": q1,
            "median": median,
            "q3": q3,
            "low_fence": low,
        }
        close = bids.join(
            group.filter(pl.col("cv") < low).select("lot_id"), on="lot_id", maintain_order="left"
        )
        for _, part in close.group_by("lot_id", maintain_order=True):
            yield _draft(part, facts)


def _draft(part: pl.DataFrame, market: Mapping[str, object]) -> Draft:
    lot = part.row(0, named=True)
    won = part.filter(pl.col("won").fill_null(False) | (pl.col("status") == "won"))["price"]
    found = screens(part["price"].to_list(), float(won[0]) if len(won) == 1 else None)
    market_zh, market_en = market_said(str(market["name"]))
    return Draft(
        scope_kind="lot",
        scope_id=str(lot["lot_id"]),
        identity={"lot_id": str(lot["lot_id"])},
        subjects=tuple(sorted(part["bidder_id"].unique().to_list())),
        facts={
            "as_of": lot["bid_on"],
            "screens": found,
            "winner_known": len(won) == 1,
            "market": dict(market),
            "bids": part.height,
            "left_out": int(lot["left_out"]),
            "identity": "id",
        },
        words={
            "tender": tender_name(lot),
            "lot": lot_name(lot)[0],
            "lot_en": lot_name(lot)[1],
            "n": str(part.height),
            "cv": f"{found['cv']:.4f}",
            "median": f"{market['median']:.4f}",
            "fence": f"{market['low_fence']:.4f}",
            "market_zh": market_zh,
            "market_en": market_en,
            "lots": str(market["lots"]),
        },
        date=lot["bid_on"],
        regime=lot["regime"],
        evidence=Evidence(
            tuple(sorted({str(lot["lot_id"]), *part["bidder_id"].to_list(), *part["bid_id"].to_list()})), ()
        ),
    )


DETECTOR = Detector(
    id="price-screens",
    version="1.2",
    domain="政府工程",
    scene="报价规律",
    title_zh="报价离散程度异常偏低（辅助指标）",
    title_en="Prices lie unusually close together (support only)",
    meaning_zh="一个标段的报价比本市场通常的情形更为接近；仅用于佐证其他预警。",
    severity="lead",
    basis=(
        statutes.red_flag(
            "R022, R024, R058", "报价统计筛查，仅作辅助", "statistical screens of prices, support only"
        ),
    ),
    needs=("SUBMITS", "FOR_LOT"),
    parameters=(
        Parameter(
            "min_market_lots",
            20,
            "lots",
            "同一市场（制度、方式、币种、年度）标段不足此数不判断",
            "markets (regime, method, currency, year) with fewer lots are not judged",
            least=4,
        ),
    ),
    queries={"bids": bidding.BIDDERS},
    columns={"bids": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id",),
    suppressors=(),
    wording_zh=(
        "【辅助指标】{tender}（{lot}）：{n}份报价的变异系数{cv}，低于同类市场（{market_zh}，{lots}个标段，中位数{median}）的下限{fence}。"
        "单独不构成线索。" + CAUTION_ZH
    ),
    wording_en=(
        "[Support] {tender} ({lot}): the coefficient of variation of {n} prices is {cv}, below the low fence {fence} of "
        "its market ({market_en}, {lots} lots, median {median}). No lead by itself. " + CAUTION_EN
    ),
    assemble=assemble,
    by_round=True,
    over_all=True,
    innocent_zh=("价格透明、成本相近的市场", "设有最低限价或统一定额"),
    innocent_en=("a market with open, similar costs", "floor prices or a common price list"),
    support=True,
    rests_on="pattern",
)
