"""What listed paths come to by their formulas, and what a share has beside them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from detectors.ties.drafts import beside_paths
from graph.penetration.path_sums import added, rest_beside


@pytest.mark.parametrize(
    ("formulas", "low", "high"),
    [
        (["60%"], 0.6, 0.6),
        (["57.5% × 63.97% = 36.78275%", "10%"], 0.4678275, 0.4678275),
        (["75% × 60%–80% = 45%–60%", "5%–10%"], 0.5, 0.7),
        # Of what is held in another's name the factors alone are told.
        (["50% × 60% × 100%"], 0.3, 0.3),
        ([], 0.0, 0.0),
    ],
)
def test_formulas_are_added(formulas: list[str], low: float, high: float) -> None:
    assert added(formulas) == pytest.approx((low, high))


@pytest.mark.parametrize("formula", ["50% × ? = ?", "?", "", "about 50%", "50%–", "1.2.3%"])
def test_a_formula_that_tells_no_number_adds_nothing(formula: str) -> None:
    assert added(["50%", formula]) is None


def test_what_a_share_has_besides() -> None:
    assert rest_beside(0.5, None, None, 0.4, 0.4) == pytest.approx((0.1, 0.1))
    assert rest_beside(0.4, 0.0, 1.0, 0.4, 0.4) == (0.0, 0.0)
    assert rest_beside(None, 0.5, 0.7, 0.45, 0.6) == pytest.approx((0.05, 0.1))
    assert rest_beside(None, None, 0.7, 0.0, 0.6) == pytest.approx((0.0, 0.1))
    assert rest_beside(None, 0.5, 0.7, 0.5, 0.9) is None
    assert rest_beside(None, 0.5, None, 0.5, 0.9) is None


def row(
    formulas: list[str], truncated: bool = False, votes_only: bool = False, **held: Any
) -> dict[str, Any]:
    paths = [{"formula": f, "votes_only": votes_only} for f in formulas]
    return {
        "method": "integrated",
        "derivation": json.dumps({"paths": paths, "truncated": truncated}),
        **held,
    }


def test_how_it_is_said_of_a_bidder() -> None:
    assert beside_paths(row(["80% × 60% = 48%"], share=0.48)) == ("", "")
    assert beside_paths(row(["48%"], share=0.48004)) == ("", ""), "nobody sees the difference"
    zh, en = beside_paths(row(["48%", "1%"], share=0.5))
    assert zh == "，所列路径合计49.00%，循环持股另计1.00%"
    assert en == ", of which the paths come to 49.00% and loops add 1.00%"
    zh, en = beside_paths(row(["48%"], truncated=True, share=0.5))
    assert "循环持股或未列路径另计2.00%" in zh and "loops, or paths not listed, add 2.00%" in en
    ranged = row(["45%–60%"], share=None, share_min=0.5114, share_max=0.6818)
    assert beside_paths(ranged)[0] == "，所列路径合计45.00%–60.00%，循环持股另计6.14%–8.18%"
    capped = row(["50%–80%", "40%–60%"], share=None, share_min=0.9, share_max=1.0)
    assert "上限不能同时达到" in beside_paths(capped)[0] and "allows at once" in beside_paths(capped)[1]


@pytest.mark.parametrize(
    "held",
    [
        row(["48%"], votes_only=True, share=0.5),
        row(["?"], share=0.5),
        row([], share=0.5),
        row(["48%"], share=None, share_max=None),
        row(["48%"], share=0.5) | {"method": "declared_indirect"},
        {"share": 0.5},
    ],
)
def test_nothing_is_said_where_paths_do_not_make_up_the_share(held: dict[str, Any]) -> None:
    assert beside_paths(held) == ("", "")
