"""For how many people a list says that a household, or a payment, is (家庭人口, 保障人口)."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.numerals import han_number
from loaders.tables.columns import TableRows

_MOST: Final = 99
"""People: more is no household's number but a code or an amount."""


def read_people(table: TableRows, column: str = "people") -> pl.Series:
    """Whole numbers (`3`, `3人`, `３口`, `三`), null where the cell is empty or 0; a cell that says anything else is flagged.

    Of several such columns the largest counts: who is paid for (保障人口) is part of who lives there (家庭人口).
    """
    values = table.text(column)
    each = pl.DataFrame({"said": values.str.normalize("NFKC").str.split("/")}).with_row_index("row")
    plain = pl.col("said").str.strip_chars().str.replace(r"\s*[人口名]$", "")
    each = each.explode("said").with_columns(plain=plain)
    written = {w: float(n) for w in each["plain"].drop_nulls().unique() if (n := han_number(w)) is not None}
    in_han = pl.col("plain").replace_strict(written, default=None, return_dtype=pl.Float64)
    each = each.with_columns(number=pl.col("plain").cast(pl.Float64, strict=False).fill_null(in_han))
    whole = (pl.col("number").is_between(0, _MOST) & (pl.col("number") % 1 == 0)).fill_null(False)
    read = (
        each.group_by("row", maintain_order=True)
        .agg(
            people=pl.col("number").filter(whole).max().cast(pl.Int64),
            wrong=(pl.col("said").is_not_null() & ~whole).any(),
        )
        .sort("row")
    )
    table.rows.report("flag", read["wrong"], "bad-people", table.header(column), values, name=column)
    return read["people"].set(read["people"] == 0, None)
