"""Declared interests nobody says the kind of."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.penetration.days import ALWAYS, NEVER, day_numbers

_UNKNOWN: Final = "unknown"
_INTERESTS: Final[dict[str, pl.DataType]] = dict.fromkeys(("company", "holder", "start", "end"), pl.Int64())


def unknown_interests(control: pl.DataFrame) -> pl.DataFrame:
    """Declared interests of no stated kind, of `numbered` control: company, holder, start, end, sorted."""
    rows = control.filter((pl.col("interest") == _UNKNOWN) & (pl.col("holder") != pl.col("company")))
    return (
        rows.select(
            "company",
            "holder",
            start=pl.Series(day_numbers(rows["valid_from"], ALWAYS)),
            end=pl.Series(day_numbers(rows["valid_to"], NEVER)),
        )
        .cast(dict(_INTERESTS))  # type: ignore[arg-type]
        .unique()
        .sort(list(_INTERESTS))
    )
