"""Lists of a company's holders that do not count, beside the one that does: where the two differ, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from graph.penetration.days import ALWAYS, NEVER, IntArray, day_numbers

if TYPE_CHECKING:
    from graph.penetration.ownership import Ownership

LIST_KINDS: Final[dict[str, tuple[str, str]]] = {
    "registered": ("登记名册", "Registered list"),
    "top_ten": ("十大股东", "Top ten"),
    "top_ten_float": ("十大流通股东", "Top ten, float"),
    "former": ("历史股东", "Former"),
}
"""Kinds of lists, in Chinese and English."""

KIND: Final = pl.col("list_kind").fill_null("registered")
"""The kind of the list a stated holding is in."""
LEFT_OUT: Final = (
    ~pl.col("counted") & pl.col("valid_from").is_null() & pl.col("valid_to").is_null() & (KIND != "former")
)
"""Stated holdings of a list that another one goes before, on any day. What its own dates end has a span."""

_APART: Final = 5e-5
"""Lists round to hundredths of a per cent: what lies closer is the same."""
_STATED: Final = (
    "company", "holder", "share", "share_min", "share_max", "share_class", "dataset", "list_kind", "observed_on",
    "valid_from", "valid_to", "declared_indirect",
)  # fmt: skip
_SCHEMA: Final[dict[str, pl.DataType]] = {
    "company": pl.Int64(),
    "holder": pl.Int64(),
    "counted": pl.Boolean(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "dataset": pl.String(),
    "kind": pl.String(),
    "observed": pl.Int64(),
    "observed_on": pl.String(),
    "start": pl.Int64(),
    "end": pl.Int64(),
}


def several_lists(rows: pl.DataFrame, left_out: pl.DataFrame) -> pl.DataFrame:
    """Every list of the companies that have one left out, laid out to be compared, sorted by company.

    `rows`, `left_out`: stated holdings that count and that don't, as `numbered`. Gives company, holder (nodes), counted,
    low, high (bounds of the share), dataset, kind, observed_on, observed, start, end (day numbers).
    """
    if left_out.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    beside = rows.filter(pl.col("company").is_in(left_out["company"].unique().implode()))
    every = pl.concat(
        part.select(*_STATED, counted=pl.lit(counts)) for part, counts in ((beside, True), (left_out, False))
    )
    every = every.filter(~pl.col("declared_indirect").fill_null(False)).unique()
    return every.select(
        "company",
        "holder",
        "counted",
        low=pl.coalesce("share", "share_min", 0.0),
        high=pl.coalesce("share", "share_max", 1.0),
        dataset=pl.col("dataset").fill_null(""),
        kind=KIND,
        observed=pl.Series(day_numbers(every["observed_on"], ALWAYS)),
        observed_on="observed_on",
        start=pl.Series(day_numbers(every["valid_from"], ALWAYS)),
        end=pl.Series(day_numbers(every["valid_to"], NEVER)),
    ).sort(list(_SCHEMA))


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
    lists = ownership.lists
    if lists.is_empty() or not len(nodes):
        return []
    company = lists["company"].to_numpy()
    first = np.searchsorted(company, nodes)
    found: list[Rival] = []
    for node, begin, end in zip(
        nodes.tolist(), first.tolist(), np.searchsorted(company, nodes, side="right").tolist(), strict=True
    ):
        if begin < end:
            found += _against(node, lists.slice(begin, end - begin), day)
    return found


def _against(company: int, lists: pl.DataFrame, day: int) -> list[Rival]:
    live = lists.filter((pl.col("start") <= day) & (day < pl.col("end")))
    counted = live.filter("counted")
    if counted.is_empty():
        # That no list counts on the day is said by itself.
        return []
    ours, whole = _bands(counted), _is_whole(counted)
    found: list[Rival] = []
    for (dataset, kind), rows in live.filter(~pl.col("counted")).group_by(
        "dataset", "kind", maintain_order=True
    ):
        # As with lists that count: the latest seen by then, else the first there is.
        seen = rows["observed"]
        then = seen.filter(seen <= day).max()
        rows = rows.filter(pl.col("observed") == (seen.min() if then is None else then))
        theirs = _bands(rows)
        gaps: dict[int, float] = {}
        for holder in sorted({*ours, *theirs}):
            if (holder in ours or whole) and (holder in theirs or _is_whole(rows)):
                (low, high), (least, most) = ours.get(holder, (0.0, 0.0)), theirs.get(holder, (0.0, 0.0))
                gaps[holder] = max(low - most, least - high)
        apart = {holder: gap for holder, gap in gaps.items() if gap > _APART}
        if apart:
            most_apart = max(apart, key=lambda holder: (round(apart[holder], 10), -holder))
            found.append(
                Rival(
                    company,
                    str(kind),
                    str(dataset) if {dataset} != set(counted["dataset"]) else None,
                    rows["observed_on"][0],
                    most_apart,
                    theirs.get(most_apart),
                    ours.get(most_apart),
                    apart[most_apart],
                    len(apart) - 1,
                )
            )
    return found


def _bands(rows: pl.DataFrame) -> dict[int, tuple[float, float]]:
    """The bounds of each holder's share in one list."""
    summed = rows.group_by("holder").agg(pl.col("low", "high").sum())
    return {h: (low, min(high, 1.0)) for h, low, high in summed.select("holder", "low", "high").iter_rows()}


def _is_whole(rows: pl.DataFrame) -> bool:
    """Whether a list names every holder: a top ten says nothing of who is absent."""
    return not rows["kind"].str.starts_with("top_ten").any()
