"""XLSX, XLSB and XLS workbooks: typed cells as the text a person sees, numbers flagged, merged cells spread."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

import polars as pl
import python_calamine as calamine

from loaders.sheets.assemble import assemble
from loaders.sheets.content import damaged, encrypted, too_large
from loaders.sheets.header import LOOK_AT, Header, Merge, find_header
from loaders.sheets.package import MOST_CELLS, Package, open_package
from loaders.sheets.sheet import HeaderHints, Sheet
from loaders.sheets.xls_errors import ErrorCells, xls_errors

Grid = list[list[Any]]


def read_workbook(data: bytes, kind: Literal["xlsx", "xls"], hints: HeaderHints | None = None) -> list[Sheet]:
    """Every sheet that holds a cell, hidden ones flagged. Raises `UnreadableFileError`.

    A cell shown as a percentage becomes `51%` (XLSX; of an XLS or XLSB that isn't read, its numbers stay bare
    and need a unit in the header), a date ISO, a whole number without `.0`, others as the 15 digits a spreadsheet keeps,
    an error value the word it shows (`#REF!`).
    """
    package = open_package(data) if kind == "xlsx" else None
    broken = xls_errors(data) if kind == "xls" else []
    sheets: list[Sheet] = []
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for number, meta in enumerate(book.sheets_metadata):
                if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                source = book.get_sheet_by_name(meta.name)
                if source.total_height * source.total_width > MOST_CELLS:
                    raise too_large()
                grid: Grid = source.to_python(skip_empty_area=False)
                merges = [
                    Merge(top, left, bottom, right)
                    for (top, left), (bottom, right) in source.merged_cell_ranges or ()
                ]
                errors = broken[number] if number < len(broken) else {}
                sheet = _sheet(grid, merges, meta.name, kind, package, errors, hints)
                if sheet is not None:
                    hidden = meta.visible != calamine.SheetVisibleEnum.Visible
                    sheets.append(sheet if not hidden else _hide(sheet))
    except calamine.PasswordError as error:
        raise encrypted() from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise encrypted() from error
        raise damaged() from error
    return sheets


def _hide(sheet: Sheet) -> Sheet:
    return Sheet(**{**sheet.__dict__, "hidden": True})


def _sheet(
    grid: Grid,
    merges: Sequence[Merge],
    name: str,
    kind: Literal["xlsx", "xls"],
    package: Package | None,
    errors: ErrorCells,
    hints: HeaderHints | None,
) -> Sheet | None:
    percents: Mapping[int, frozenset[int]] = {}
    if package:
        xml = package.sheet_xml(name)
        percents, errors = package.percent_cells(xml), package.error_cells(name, xml)
    for position, words in errors.items():
        for row, word in words.items():
            if row < len(grid) and position < len(grid[row]):
                grid[row][position] = word
    texts = [[cell_text(c) for c in row] for row in grid[:LOOK_AT]]
    header = find_header(texts, merges, hints)
    if header is None:
        return None
    body = grid[header.end :]
    width = max((len(r) for r in grid), default=0)
    columns: dict[str, pl.Series] = {}
    numeric: dict[int, pl.Series] = {}
    for position in range(width):
        values: list[Any] = [row[position] if position < len(row) else None for row in body]
        flags = [type(v) in (int, float) for v in values]
        shown = percents.get(position, frozenset())
        cells = [
            percent_text(v) if n and row + header.end in shown else cell_text(v)
            for row, (v, n) in enumerate(zip(values, flags, strict=True))
        ]
        columns[f"c{position}"] = pl.Series(cells, dtype=pl.String)
        if any(flags):
            numeric[position] = pl.Series(flags, dtype=pl.Boolean)
    return table_sheet(
        pl.DataFrame(columns),
        header,
        merges,
        name=name,
        numeric=numeric,
        title_rows=sum(any(c for c in r) for r in texts[: header.first]),
        format=kind,
        date_1904=package.date_1904 if package else False,
    )


def table_sheet(
    data: pl.DataFrame,
    header: Header,
    merges: Sequence[Merge],
    *,
    numeric: Mapping[int, pl.Series] | None = None,
    **about: Any,
) -> Sheet:
    """A `Sheet` of the rows below a header whose cells may be merged: a cell merged downwards holds for all
    its rows, one merged across most of the table is a heading."""
    below = [m for m in merges if m.top >= header.end and m.top - header.end < data.height]
    width = len(header.names)
    heading = [m.top - header.end for m in below if m.right - m.left + 1 >= max(2, width // 2)]
    wide: pl.Series | None = None
    if heading:
        alone = data.select((pl.sum_horizontal(pl.all().is_not_null()) == 1).alias("alone")).to_series()
        wide = pl.Series("wide", [False], dtype=pl.Boolean).new_from_index(0, data.height)
        wide = wide.scatter(heading, True) & alone
    filled = 0
    columns = {c: data[c] for c in data.columns}
    flags = dict(numeric or {})
    for merge in below:
        if merge.bottom == merge.top or merge.left >= data.width:
            continue
        top = merge.top - header.end
        at = list(range(top + 1, min(merge.bottom - header.end, data.height - 1) + 1))
        name = data.columns[merge.left]
        if at and columns[name][top] is not None:
            columns[name] = columns[name].scatter(at, columns[name][top])
            if merge.left in flags:
                flags[merge.left] = flags[merge.left].scatter(at, flags[merge.left][top])
            filled += len(at)
    rows = pl.int_range(header.end + 1, header.end + 1 + data.height, dtype=pl.Int64, eager=True)
    return assemble(
        pl.DataFrame(columns),
        rows,
        header,
        numeric=flags,
        wide_text=wide,
        header_row=header.first + 1,
        merged=filled,
        **about,
    )


def _number(value: int | float) -> Decimal:
    """The 15 significant digits a spreadsheet keeps: 0.1 + 0.2 is 0.3."""
    return Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def percent_text(value: int | float) -> str:
    """A fraction as a percentage, exactly: 0.2957 → 29.57%."""
    return _plain(_number(value) * 100) + "%"


def cell_text(value: Any) -> str | None:
    """The text of one typed cell; None where it is empty."""
    if isinstance(value, str):
        return value.strip() or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _plain(_number(value))
    if isinstance(value, datetime):
        midnight = value.time() == time.min
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    return str(value) if isinstance(value, timedelta) else str(value).strip() or None
