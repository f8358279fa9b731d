"""D9d `serial-winner`: a bidder wins a share of one buyer's lots above the high fence (标王)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.behaviour.co_bidding_group import POPULATION
from detectors.behaviour.prices import bids_table, fences
from detectors.definition import Detector, Draft, Evidence, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.rows import table
from detectors.ties import bidding

_BUYERS: Final = (
    "MATCH (u:Company)-[:BUYS]->(t:Tender)<-[:LOT_OF]-(l:Lot) "
    "RETURN l.id AS lot_id, u.id AS buyer_id, u.name AS buyer_name"
)
_BUYERS_COLUMNS: Final = ("lot_id", "buyer_id", "buyer_name")


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a buyer and winner. A framework's call-offs count once."""
    bids = bids_table(rows["bids"])
    buyers = table(rows["buyers"])
    if bids.is_empty() or buyers.is_empty():
        return
    won = pl.col("won").fill_null(False) | (pl.col("status").fill_null("") == "won")
    once = pl.when(pl.col("method").fill_null("") == "framework").then("tender_id").otherwise("lot_id")
    wins = (
        bids.filter(won)
        .join(buyers.unique(["lot_id", "buyer_id"]), on="lot_id")
        .with_columns(award=once)
        .unique(["buyer_id", "award", "bidder_id"], keep="first", maintain_order=True)
        .with_columns(lots=pl.col("award").n_unique().over("buyer_id"))
        .filter(pl.col("lots") >= int(values["min_lots"]))
    )
    pairs = (
        wins.group_by("buyer_id", "bidder_id")
        .agg(
            *(pl.col(c).first() for c in ("buyer_name", "bidder_name", "lots")),
            wins=pl.len(),
            last=pl.col("bid_on").max(),
        )
        .with_columns(share=pl.col("wins") / pl.col("lots"))
        .sort("buyer_id", "bidder_id")
    )
    limits = fences(pairs["share"].to_list())
    if limits is None:
        return
    high = pairs.filter((pl.col("share") > limits[4]) & (pl.col("wins") >= int(values["min_wins"])))
    for pair in high.iter_rows(named=True):
        yield _draft(pair, pairs.height, limits)


def _draft(pair: Row, compared: int, limits: tuple[float, float, float, float, float]) -> Draft:
    buyer, bidder = str(pair["buyer_id"]), str(pair["bidder_id"])
    return Draft(
        scope_kind="company",
        scope_id=bidder,
        identity={"buyer_id": buyer, "bidder_id": bidder},
        subjects=(bidder,),
        facts={
            "as_of": pair["last"],
            "buyer": {"id": buyer, "name": pair["buyer_name"]},
            "lots": pair["lots"],
            "wins": pair["wins"],
            "share": pair["share"],
            "fences": {"high_fence": limits[4], "median": limits[2]},
            "compared": compared,
            "identity": "id",
        },
        words={
            "bidder": str(pair["bidder_name"] or bidder),
            "buyer": str(pair["buyer_name"] or buyer),
            "wins": str(pair["wins"]),
            "lots": str(pair["lots"]),
            "share": f"{pair['share']:.2%}",
            "fence": f"{limits[4]:.2%}",
            "median": f"{limits[2]:.2%}",
        },
        date=pair["last"],
        regime=None,
        evidence=Evidence(tuple(sorted((buyer, bidder))), ()),
    )


DETECTOR = Detector(
    id="serial-winner",
    version="1.0",
    domain="政府工程",
    scene="投标行为",
    title_zh="同一采购人处中标占比异常高",
    title_en="Wins an unusual share of one buyer's lots",
    meaning_zh="投标人在一个采购人处的中标占比高于上限（标王）。",
    severity="lead",
    basis=(
        statutes.red_flag(
            "R040, R050",
            "中标高度集中",
            "wins are highly concentrated",
        ),
    ),
    needs=("SUBMITS", "FOR_LOT", "BUYS"),
    parameters=(
        Parameter(
            "min_lots",
            10,
            "lots",
            "采购人定标标段不足此数不判断",
            "buyers with fewer lots awarded are not judged",
            least=1,
        ),
        Parameter("min_wins", 5, "lots", "中标不足此数不提示", "fewer wins are not pointed out", least=1),
    ),
    queries={"bids": bidding.BIDDERS, "buyers": _BUYERS},
    columns={"bids": bidding.BIDDERS_COLUMNS, "buyers": _BUYERS_COLUMNS},
    population=POPULATION,
    identity=("buyer_id", "bidder_id"),
    suppressors=(),
    wording_zh=(
        "【风险预警】{bidder}在{buyer}已定标的{lots}个标段中中标{wins}个（{share}），高于同类占比的上限{fence}（中位数{median}）。"
        "请结合其他线索核查。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] {bidder} won {wins} of {lots} lots awarded by {buyer} ({share}), above the high fence {fence} of such "
        "shares (median {median}). Verify together with other leads. " + CAUTION_EN
    ),
    assemble=assemble,
    over_all=True,
    innocent_zh=("当地仅有少数合格供应商", "框架协议项下多次下单", "专利或唯一来源"),
    innocent_en=(
        "few qualified suppliers nearby",
        "call-offs under a framework",
        "patents, or a sole source",
    ),
    rests_on="pattern",
)
