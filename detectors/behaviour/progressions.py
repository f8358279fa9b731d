"""Lots whose prices are equal, or stand in an arithmetic or geometric progression."""

from __future__ import annotations

from typing import Final

import polars as pl

from detectors.behaviour.prices import REDUCED

PATTERNS: Final = {
    "equal": ("报价相同", "equal prices"),
    "arithmetic": ("报价呈等差排列", "prices in arithmetic progression"),
    "geometric": ("报价呈等比排列", "prices in geometric progression"),
}
"""What each pattern is called, in Chinese and English."""


def regular(bids: pl.DataFrame, tolerance: float) -> pl.DataFrame:
    """Lots with equal prices, or steps that lie within `tolerance` (a fraction of the mean step) of their mean.

    `bids`: as `prices.comparable` gives, sorted by price within a lot. Columns lot_id, arithmetic and geometric
    (how far the steps, and the ratios, lie from their mean; of reductions the steps alone), distinct (different prices), n (bids).
    """
    inside = pl.col("lot_id") == pl.col("lot_id").shift(1)
    steps = bids.with_columns(
        step=pl.when(inside).then(pl.col("price").diff()),
        ratio=pl.when(inside & ~REDUCED).then(pl.col("price").log().diff()),
    )
    lots = steps.group_by("lot_id", maintain_order=True).agg(
        arithmetic=_uneven("step"),
        geometric=_uneven("ratio"),
        distinct=pl.col("price").n_unique(),
        n=pl.len(),
    )
    return lots.filter(
        (pl.col("distinct") < pl.col("n"))
        | (pl.col("arithmetic") <= tolerance + 1e-12)
        | (pl.col("geometric") <= tolerance + 1e-12)
    )


def _uneven(steps: str) -> pl.Expr:
    """How far the steps lie from their mean, as a fraction of it."""
    mean = pl.col(steps).mean()
    return (pl.max_horizontal(pl.col(steps).max() - mean, mean - pl.col(steps).min()) / mean).fill_nan(None)
