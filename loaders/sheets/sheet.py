"""What a reader hands on: one table of text cells, its header found, its rows numbered as in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

SheetFormat = Literal["csv", "xlsx", "xls", "html"]

SKIP_REASONS: Final = ("title", "total", "blank", "note", "repeated_header")

HeaderHints = Callable[[Sequence[str]], int]
"""How many of these cells are headers the caller knows."""


@dataclass(frozen=True)
class Sheet:
    """One table.

    * `frame`: every column `String`, named by its header as it stands in the file (levels of a merged header
      joined as `upper/lower`; a second column of one name is `name#2`; a column without a header is `#7`,
      its position). Cells are trimmed of outer whitespace; empty cells are null.
    * `rows`: `Int64`, the row's number as a spreadsheet shows it, 1-based. In CSV a record counts as one row,
      however many lines its quoted cells span.
    * `numeric`: by column, which cells were numbers in a typed workbook; a column without any is absent.
    * `ragged`: which rows have more filled cells than there are headers: their cells may have slipped.
    * `skipped`: rows left out, by reason (`SKIP_REASONS`).
    * `titles`: the text of the rows above the header (a unit or a date may be stated there).
    """

    name: str
    frame: pl.DataFrame
    rows: pl.Series
    numeric: Mapping[str, pl.Series]
    skipped: Mapping[str, int]
    ragged: pl.Series
    hidden: bool = False
    header_row: int = 1
    format: SheetFormat = "csv"
    date_1904: bool = False
    encoding: str = ""
    titles: Sequence[str] = field(default_factory=tuple)
    merged: int = 0
    """Cells below the header filled from a cell merged downwards."""
