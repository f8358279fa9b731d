"""D9b `bid-rotation`: inside a group that bids together the winners take turns more regularly than by chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from detectors.behaviour.co_bidding_group import PARAMETERS, POPULATION, found_groups, group_draft
from detectors.behaviour.prices import bids_table
from detectors.definition import Detector, Draft, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.ties import bidding

_PERMUTATIONS = 5000


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a group whose winners, by date, follow one another in turn."""
    bids = bids_table(rows["bids"])
    names = dict(bids.select("bidder_id", "bidder_name").unique("bidder_id").iter_rows())
    won = pl.col("won").fill_null(False) | (pl.col("status").fill_null("") == "won")
    for group in found_groups(bids, values):
        inside = bids.filter(pl.col("bidder_id").is_in(list(group.members)) & pl.col("bid_on").is_not_null())
        lots = (
            inside.with_columns(winner=won)
            .group_by("lot_id", "bid_on")
            .agg(
                members=pl.col("bidder_id").n_unique(), winners=pl.col("bidder_id").filter("winner").unique()
            )
            .filter((pl.col("members") >= 2) & (pl.col("winners").list.len() == 1))
            .sort("bid_on", "lot_id")
        )
        winners = lots["winners"].list.first().to_list()
        if len(winners) < int(values["min_wins"]):
            continue
        measured = turns(winners)
        if measured is None:
            continue
        whole, windows, chance = measured
        if chance > float(values["chance"]):
            continue
        facts = {
            "winners": [
                {"lot": r["lot_id"], "on": r["bid_on"], "winner": r["winners"][0]}
                for r in lots.iter_rows(named=True)
            ],
            "windows": windows,
            "windows_all_different": whole,
            "chance": chance,
        }
        words = {
            "n": str(len(winners)),
            "k": str(len(set(winners))),
            "whole": str(whole),
            "windows": str(windows),
            "chance": f"{chance:.4f}",
        }
        yield group_draft(group, names, facts, words, lots["bid_on"][-1], values)


def turns(winners: Sequence[str]) -> tuple[int, int, float] | None:
    """(windows in which each winner wins once, all windows, how often chance does as well); None below two winners.

    A window is as many lots in a row as there are winners. Chance: the same wins in random order, 5,000 times
    with a fixed seed, the order found counted among them.
    """
    _, order = np.unique(np.asarray(winners, dtype=str), return_inverse=True)
    k = int(order.max()) + 1 if len(order) else 0
    if k < 2 or len(order) < 2 * k:
        return None
    shuffled = np.random.default_rng(20).permuted(np.tile(order, (_PERMUTATIONS, 1)), axis=1)
    found = int(_whole(order[None, :], k)[0])
    as_well = int((_whole(shuffled, k) >= found).sum())
    return found, len(order) - k + 1, (as_well + 1) / (_PERMUTATIONS + 1)


def _whole(orders: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int64]:
    """For each order, shape (orders, lots), the windows of `k` lots without a repeat."""
    windows = np.sort(np.lib.stride_tricks.sliding_window_view(orders, k, axis=1), axis=2)
    counts: npt.NDArray[np.int64] = (np.diff(windows, axis=2) > 0).all(axis=2).sum(axis=1)
    return counts


DETECTOR = Detector(
    id="bid-rotation",
    version="1.0",
    domain="政府工程",
    scene="投标行为",
    title_zh="轮流中标",
    title_en="Winners take turns",
    meaning_zh="经常同场投标的群体内，轮流中标的规律超过偶然。",
    severity="lead",
    basis=(
        statutes.red_flag(
            "R053, R057",
            "固定投标群体轮流中标",
            "winners rotate inside a fixed group",
        ),
    ),
    needs=("SUBMITS", "FOR_LOT"),
    parameters=(
        *PARAMETERS,
        Parameter(
            "min_wins",
            8,
            "lots",
            "群体内中标标段不足此数不判断",
            "groups with fewer lots won inside are not judged",
            least=2,
        ),
        Parameter(
            "chance",
            0.01,
            "fraction",
            "随机排列达到同样规律的概率不超过此值才提示",
            "how likely chance may be to do as well",
        ),
    ),
    queries={"bids": bidding.BIDDERS},
    columns={"bids": bidding.BIDDERS_COLUMNS},
    population=POPULATION,
    identity=("bidder_id",),
    suppressors=(),
    wording_zh=(
        "【风险预警】投标人{members_zh}：群体内{n}个中标标段按时间排列，每{k}个连续标段中各中一次的有{whole}/{windows}组，"
        "随机排列达到同样规律的概率约{chance}。请结合其他线索核查。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Bidders {members_en}: of {n} lots won inside the group, in order of date, {whole} of {windows} runs of "
        "{k} lots have each winner once; chance does as well with probability {chance}. Verify together with other "
        "leads. " + CAUTION_EN
    ),
    assemble=assemble,
    over_all=True,
    innocent_zh=("产能限制：在建项目完工后才再投", "按片区分布的项目"),
    innocent_en=("limited capacity: a firm bids again once its works are done", "works spread by district"),
    rests_on="pattern",
)
