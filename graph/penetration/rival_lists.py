"""Lists of a company's holders that do not count, beside the one that does: where the two differ, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from graph.penetration.days import IntArray
from graph.resolution.investors import INVESTORS

if TYPE_CHECKING:
    from graph.penetration.ownership import Ownership

LIST_KINDS: Final[dict[str, tuple[str, str]]] = {
    "registered": ("登记名册", "Registered list"),
    "changes": ("变更记录", "Changes"),
    "investments": ("对外投资", "Investments"),
    INVESTORS: ("投资人", "Investors"),
    "top_ten": ("十大股东", "Top ten"),
    "top_ten_float": ("十大流通股东", "Top ten, float"),
    "former": ("历史股东", "Former"),
}
"""Kinds of lists, in Chinese and English."""

_APART: Final = 5e-5
"""Lists round to hundredths of a per cent: what lies closer is the same."""
_LIST: Final = ["company", "dataset", "kind"]
_WHOLE: Final = ~pl.col("kind").str.contains("^(?:top_ten|changes|investments|investors)").any()
"""Whether a list names every holder: a top ten, a record of changes, investments or investors says nothing of who is absent."""


@dataclass(frozen=True)
class Rival:
    """A list that does not count and contradicts the one that does.

    `company`, `holder`: nodes; the holder is the one that differs most, by `gap` (a fraction). `theirs`, `counted`: its
    bounds in either list; None where that list does not name it. `more`: how many further holders differ. `dataset`:
    the other list's, where the counted one is of another.
    """

    company: int
    kind: str
    dataset: str | None
    observed_on: str | None
    holder: int
    theirs: tuple[float, float] | None
    counted: tuple[float, float] | None
    gap: float
    more: int


def rival_lists(ownership: Ownership, nodes: IntArray, day: int) -> list[Rival]:
    """The lists of some companies (nodes) that contradict the one that counts on a day, in the order of `nodes`."""
    company = ownership.lists["company"].to_numpy()
    first, last = np.searchsorted(company, nodes), np.searchsorted(company, nodes, side="right")
    if not (first < last).any():
        return []
    rows = np.concatenate([np.arange(b, e) for b, e in zip(first, last, strict=True)])
    live = ownership.lists[rows].filter(pl.col("start") <= day, day < pl.col("end"))
    counted, others = live.filter("counted"), _in_force(live.filter(~pl.col("counted")), day)
    if others.is_empty():
        return []
    ours = _bands(counted, ["company"]).with_columns(counted=True)
    theirs = _bands(others, _LIST).with_columns(listed=True)
    every = (
        others.group_by(_LIST)
        .agg(listed_whole=_WHOLE, observed_on=pl.col("observed_on").first())
        # Where no list counts on the day, that is said by itself.
        .join(
            counted.group_by("company").agg(counted_whole=_WHOLE, datasets=pl.col("dataset").unique()),
            on="company",
        )
    )
    named = every.select(_LIST).join(ours.select("company", "holder"), on="company")
    holders = pl.concat([named, theirs.select(*_LIST, "holder")])
    apart = (
        holders.unique()
        .join(every, on=_LIST)
        .join(ours, on=["company", "holder"], how="left")
        .join(theirs, on=[*_LIST, "holder"], how="left", suffix="_listed")
        .filter(
            pl.col("counted").is_not_null() | pl.col("counted_whole"),
            pl.col("listed").is_not_null() | pl.col("listed_whole"),
        )
        .with_columns(
            gap=pl.max_horizontal(
                pl.col("low").fill_null(0.0) - pl.col("high_listed").fill_null(0.0),
                pl.col("low_listed").fill_null(0.0) - pl.col("high").fill_null(0.0),
            )
        )
        .filter(pl.col("gap") > _APART)
    )
    return [
        Rival(
            row["company"],
            row["kind"],
            row["dataset"] if row["datasets"] != [row["dataset"]] else None,
            row["observed_on"],
            row["holder"],
            (row["low_listed"], row["high_listed"]) if row["listed"] else None,
            (row["low"], row["high"]) if row["counted"] else None,
            row["gap"],
            row["differ"] - 1,
        )
        for row in apart.with_columns(differ=pl.len().over(_LIST), size=pl.col("gap").round(10))
        .sort("size", "holder", descending=[True, False])
        .unique(_LIST, keep="first", maintain_order=True)
        .join(pl.DataFrame({"company": nodes, "at": np.arange(len(nodes))}), on="company")
        .sort("at", "dataset", "kind")
        .iter_rows(named=True)
    ]


def left_out_alone(ownership: Ownership, node: int, day: int) -> list[str]:
    """Data sets whose list of a company's holders does not count, and would hold on a day on which none counts."""
    live = ownership.lists.filter(
        pl.col("company") == node, pl.col("start") <= day, day < pl.col("end"), pl.col("high") > 0.0
    )
    return [] if live["counted"].any() else live["dataset"].unique().sort().to_list()


def _in_force(rows: pl.DataFrame, day: int) -> pl.DataFrame:
    """Of each list the latest seen by a day, else the first there is, as with lists that count."""
    seen = pl.col("observed")
    then = pl.coalesce(seen.filter(seen <= day).max().over(_LIST), seen.min().over(_LIST))
    return rows.filter(seen == then)


def _bands(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The bounds of each holder's share in each list."""
    summed = rows.group_by(*by, "holder").agg(pl.col("low", "high").sum())
    return summed.with_columns(high=pl.col("high").clip(upper_bound=1.0))
