"""Rows of lists that do not count, laid out beside those of the lists that do."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.penetration.days import ALWAYS, NEVER, day_numbers

KIND: Final = pl.col("list_kind").fill_null("registered")
"""The kind of the list a stated holding is in."""
LEFT_OUT: Final = (
    ~pl.col("counted") & pl.col("valid_from").is_null() & pl.col("valid_to").is_null() & (KIND != "former")
)
"""Stated holdings of a list that another one goes before, on any day. What its own dates end has a span."""

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
