"""What stands in a cell and means that nothing is known, or that a formula gave no result."""

from __future__ import annotations

from typing import Final

import polars as pl

EMPTY_WORDS: Final = (
    "-",
    "--",
    "---",
    "—",
    "——",
    "–",
    "/",
    "//",
    "\\",
    "\\N",
    "无",
    "暂无",
    "未公开",
    "未公示",
    "未匹配到相关企业",
    "NULL",
    "Null",
    "null",
    "N/A",
    "n/a",
    "#N/A",
)
NOT_AVAILABLE: Final = "#N/A"
"""A look-up that found nothing: of the errors of formulas the one that says that nothing is known."""
_FORMULA_ERROR: Final = (
    r"^(?:#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|ERROR!"
    r"|GETTING_DATA)|Err:\d{3})$"
)
_BY_LENGTH: Final = max(len(w.encode()) for w in EMPTY_WORDS)


def normalise_empty(s: pl.Series) -> pl.Series:
    """Cells that only say "empty" (`EMPTY_WORDS`, or nothing but spaces) as null; others as they are."""
    text = s.cast(pl.String)
    # Long texts can't be such a word: most cells are settled by their length alone.
    short = text.str.len_bytes() <= _BY_LENGTH + 6
    if not short.any():
        return text
    at = short.fill_null(False).arg_true()
    some = text.gather(at)
    bare = some.str.strip_chars()
    empty = bare.is_in(["", *EMPTY_WORDS])
    if not empty.any():
        return text
    return text.scatter(at.filter(empty), None)


def formula_errors(s: pl.Series) -> pl.Series | None:
    """The error values of spreadsheets in a column (`#REF!`, `#N/A`), null elsewhere; None where there is none."""
    found = s.str.starts_with("#") | s.str.starts_with("Err:")
    if not found.any():
        return None
    errors = pl.select(pl.when(found & s.str.contains(_FORMULA_ERROR)).then(s)).to_series()
    return None if errors.null_count() == len(errors) else errors
