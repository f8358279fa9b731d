"""Rows that say who holds for somebody else (代持), and the links whose days they change."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.penetration.days import ALWAYS, NEVER, IntArray, day_numbers

NOMINEE: Final = "nominee"
NOMINATOR: Final = "nominator"
_FRAME: Final[dict[str, pl.DataType]] = {
    "company": pl.Int64(),
    "party": pl.Int64(),
    "nominee": pl.Boolean(),
    "start": pl.Int64(),
    "end": pl.Int64(),
    "key": pl.String(),
    "sources": pl.List(pl.String),
}


def in_trust(control: pl.DataFrame) -> pl.DataFrame:
    """Declared nominees and nominators of companies where a nominee is declared, of `numbered` control.

    Gives company, party (nodes), nominee (else nominator), start, end, key, sources; sorted.
    """
    said = control.filter(
        pl.col("interest").is_in([NOMINEE, NOMINATOR]) & (pl.col("holder") != pl.col("company"))
    )
    trusted = said.filter(pl.col("interest") == NOMINEE)["company"].unique()
    said = said.filter(pl.col("company").is_in(trusted.implode()))
    return (
        said.select(
            "company",
            party="holder",
            nominee=pl.col("interest") == NOMINEE,
            start=pl.Series(day_numbers(said["valid_from"], ALWAYS)),
            end=pl.Series(day_numbers(said["valid_to"], NEVER)),
            key="key",
            sources="sources",
        )
        .cast(dict(_FRAME))  # type: ignore[arg-type]
        .sort("company", "party", "nominee", "start", "end", "key")
    )


def nominee_links(trusted: pl.DataFrame, rows: pl.DataFrame, start: IntArray, end: IntArray) -> pl.DataFrame:
    """When holdings (`rows`, with the days they begin and end) are those of nominees, of what `in_trust` gives.

    Gives holder, company, start, end, row (a place in `trusted`): links that carry no votes, by whose days who
    controls a company changes.
    """
    said = trusted.with_row_index("row").filter("nominee")
    if said.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(("holder", "company", "start", "end", "row"), pl.Int64()))
    held = rows.select("holder", "company", h_start=pl.Series(start), h_end=pl.Series(end))
    return (
        said.join(held, left_on=["party", "company"], right_on=["holder", "company"])
        .select(
            "company",
            holder="party",
            start=pl.max_horizontal("start", "h_start"),
            end=pl.min_horizontal("end", "h_end"),
            row=pl.col("row").cast(pl.Int64),
        )
        .filter(pl.col("start") < pl.col("end"))
        .unique()
        .sort("company", "holder", "start", "end", "row")
    )
