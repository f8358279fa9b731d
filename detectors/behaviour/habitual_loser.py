"""D9c `habitual-loser`: a bidder with many valid bids and a win rate below the market's low fence (陪标专业户)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from detectors.behaviour.co_bidding_group import POPULATION
from detectors.behaviour.prices import bids_table, fences, valid_bids
from detectors.definition import Detector, Draft, Evidence, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.ties import bidding


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a bidder; lots without a winner on record and consortium bids are left out."""
    valid = valid_bids(bids_table(rows["bids"]))
    won = pl.col("won").fill_null(False) | (pl.col("status").fill_null("") == "won")
    settled = valid.with_columns(winner=won).filter(
        pl.col("winner").any().over("lot_id") & (pl.col("parties") == 1) & pl.col("consortium").is_null()
    )
    firms = (
        settled.group_by("bidder_id")
        .agg(
            name=pl.col("bidder_name").first(),
            bids=pl.len(),
            wins=pl.col("winner").sum(),
            last=pl.col("bid_on").max(),
        )
        .filter(pl.col("bids") >= int(values["min_bids"]))
        .with_columns(rate=pl.col("wins") / pl.col("bids"))
        .sort("bidder_id")
    )
    limits = fences(firms["rate"].to_list())
    if limits is None or limits[0] < 0:
        return
    many = float(np.percentile(firms["bids"].to_numpy(), 75))
    for firm in firms.filter((pl.col("bids") >= many) & (pl.col("rate") <= limits[0])).iter_rows(named=True):
        yield _draft(firm, firms.height, many, limits)


def _draft(
    firm: Row, population: int, many: float, limits: tuple[float, float, float, float, float]
) -> Draft:
    id_ = str(firm["bidder_id"])
    return Draft(
        scope_kind="company",
        scope_id=id_,
        identity={"bidder_id": id_},
        subjects=(id_,),
        facts={
            "as_of": firm["last"],
            "bids": firm["bids"],
            "wins": firm["wins"],
            "rate": firm["rate"],
            "fences": {"bids_q3": many, "rate_low_fence": limits[0], "rate_median": limits[2]},
            "compared": population,
            "identity": "id",
        },
        words={
            "bidder": str(firm["name"] or id_),
            "bids": str(firm["bids"]),
            "wins": str(firm["wins"]),
            "rate": f"{firm['rate']:.2%}",
            "fence": f"{limits[0]:.2%}",
            "median": f"{limits[2]:.2%}",
            "compared": str(population),
        },
        date=firm["last"],
        regime=None,
        evidence=Evidence((id_,), ()),
    )


DETECTOR = Detector(
    id="habitual-loser",
    version="1.0",
    domain="政府工程",
    scene="投标行为",
    title_zh="频繁投标而极少中标",
    title_en="Bids often, wins hardly ever",
    meaning_zh="有效投标很多而中标率不高于本市场下限的投标人（陪标专业户）。",
    severity="lead",
    basis=(
        statutes.red_flag(
            "R025",
            "中标率异常偏低",
            "an unusually low rate of wins",
        ),
    ),
    needs=("SUBMITS", "FOR_LOT"),
    parameters=(
        Parameter(
            "min_bids",
            10,
            "bids",
            "有效投标不足此数不判断",
            "bidders with fewer valid bids are not judged",
            least=1,
        ),
    ),
    queries={"bids": bidding.BIDDERS},
    columns={"bids": bidding.BIDDERS_COLUMNS},
    population=POPULATION,
    identity=("bidder_id",),
    suppressors=(),
    wording_zh=(
        "【风险预警】投标人{bidder}：有效投标{bids}次，中标{wins}次（{rate}），不高于{compared}家同类投标人的下限{fence}"
        "（中位数{median}）。请结合其他线索核查。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Bidder {bidder}: {bids} valid bids, {wins} won ({rate}), no more than the low fence {fence} of {compared} "
        "bidders compared (median {median}). Verify together with other leads. " + CAUTION_EN
    ),
    assemble=assemble,
    over_all=True,
    innocent_zh=("新进入市场者", "报价策略保守", "只在竞争激烈的市场投标"),
    innocent_en=("a new entrant", "cautious pricing", "bids only where competition is strong"),
    rests_on="pattern",
)
