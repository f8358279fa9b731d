"""The formulas of screens, groups and turns, on numbers worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest

from detectors.behaviour.bid_rotation import turns
from detectors.behaviour.co_bidding import groups
from detectors.behaviour.markets import market_said
from detectors.behaviour.prices import fences, screens
from loaders.tables.vocabulary import VOCABULARIES


def test_screens_of_four_prices() -> None:
    found = screens([124, 100, 112, 104])
    expected = {
        "cv": 0.0962,
        "spd": 0.24,
        "kurt": -0.2857,
        "skew": 0.8639,
        "ks": 0.3333,
        "diffp": 0.04,
        "rd": 0.3974,
    }
    assert {k: round(v, 4) for k, v in found.items()} == expected


def test_a_winner_that_is_not_the_lowest() -> None:
    assert screens([100, 104, 112, 124], winner=112)["diffp"] == pytest.approx((100 - 112) / 112)


@pytest.mark.parametrize("prices", [[100, 104, 112], [100, 100, 100, 100], []])
def test_what_cannot_be_computed_is_absent(prices: list[float]) -> None:
    assert screens(prices) == {}


def test_losers_at_one_price_give_no_relative_distance() -> None:
    assert "rd" not in screens([100, 120, 120, 120])


def test_equal_quartiles_give_no_fence() -> None:
    assert fences([1.0, 1.0, 1.0, 1.0, 9.0]) is None
    assert fences([]) is None
    assert fences([1, 2, 3, 4, 5]) == pytest.approx((-1, 2, 3, 4, 7))


def bids(**lots: str) -> pl.DataFrame:
    """Each keyword is a bidder, its value the lots it bids on, by letter."""
    return pl.DataFrame(
        [(lot, bidder) for bidder, letters in lots.items() for lot in letters],
        schema=["lot_id", "bidder_id"],
        orient="row",
    )


WORKED = {
    # A∩B = 10, A∩C = 10, B∩C = 8; D meets A once, B twice, C once.
    "A": "abcdefgh" + "ij" + "kl",
    "B": "abcdefgh" + "ij" + "mn",
    "C": "abcdefgh" + "kl" + "op",
    "D": "a" + "m" + "qrstuvwx",
}


def test_the_worked_group() -> None:
    (group,) = groups(bids(**WORKED), 10, 0.3)
    assert group.members == ("A", "B", "C")
    measured = (group.intensity, group.coherence, group.exclusivity, group.rank)
    assert [round(v, 3) for v in measured] == [0.634, 0.987, 0.952, 0.604]
    assert group.lots == 12


def test_minimum_counts_and_rank() -> None:
    assert groups(bids(**WORKED), 13, 0.3) == []
    assert groups(bids(**WORKED), 10, 0.61) == []
    assert groups(bids(), 10, 0.3) == []


def test_turns_beside_chance() -> None:
    whole, windows, chance = turns(list("ABCABCABCABC")) or (0, 0, 1.0)
    assert (whole, windows) == (10, 10)
    assert chance < 0.005
    mixed = turns(list("AABBACCBBACC"))
    assert mixed is not None
    assert mixed[2] > 0.05
    assert turns(list("AAAAAAAA")) is None
    assert turns(list("ABC")) is None


def test_a_market_is_named_in_words() -> None:
    assert market_said("construction · invited · CNY/total · 2023") == (
        "招标投标 · 邀请招标 · CNY/总价 · 2023",
        "tenders of works · invited tender · CNY/total price · 2023",
    )
    assert market_said("? · ? · rate · ?") == (
        "不明 · 不明 · 费率 · 不明",
        "unknown · unknown · rate · unknown",
    )
    codes = {c for name in ("regime", "tender_method", "price_kind") for c in VOCABULARIES[name].codes}
    assert all(c not in market_said(c)[0] for c in codes)
