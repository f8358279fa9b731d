"""For how many people a list says that a household, or a payment, is (家庭人口, 保障人口)."""

from __future__ import annotations

from typing import Final

import polars as pl

from loaders.tables.columns import TableRows

_MOST: Final = 99
"""People: more is no household's number but a code or an amount."""


def read_people(table: TableRows, column: str = "people") -> pl.Series:
    """Whole numbers (`3`, `3人`, `３口`), null where the cell is empty or 0; a cell that says anything else is flagged."""
    values = table.text(column)
    plain = values.str.normalize("NFKC").str.strip_chars().str.replace(r"\s*[人口名]$", "")
    numbers = plain.cast(pl.Float64, strict=False)
    whole = numbers.is_between(0, _MOST) & (numbers == numbers.floor())
    wrong = values.is_not_null() & ~whole.fill_null(False)
    table.rows.report("flag", wrong, "bad-people", table.header(column), values, name=column)
    return pl.select(pl.when(whole & (numbers > 0)).then(numbers.cast(pl.Int64, strict=False))).to_series()
