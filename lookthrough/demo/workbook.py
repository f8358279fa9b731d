"""A small XLSX writer whose bytes depend on the content alone.

openpyxl stamps the time of writing into each workbook; the demo world has to be the same bytes each time, and
large. Text is written in the cell itself (inlineStr), as the streaming writers of registries' portals do.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

MAX_ROWS: Final = 1_000_000
"""Rows a sheet; Excel ends at 1,048,576."""

_STAMP: Final = (2025, 7, 1, 0, 0, 0)
_PERCENT_STYLE: Final = 1
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_NS: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL_NS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True)
class SheetContent:
    """One sheet: `titles` above the header (merged over its width), the rows, `notes` below them.

    Columns of `frame` are the headers. Text columns become text cells, numeric ones numbers; those named in
    `percent` hold fractions shown as `0.00%`. Nulls leave the cell out.
    """

    name: str
    frame: pl.DataFrame
    titles: Sequence[str] = ()
    notes: Sequence[Sequence[str]] = ()
    percent: frozenset[str] = field(default_factory=frozenset)


def write_workbook(path: Path, sheets: Sequence[SheetContent]) -> None:
    """Write the sheets, splitting those above `MAX_ROWS` rows. Raises `OSError`."""
    parts = [part for sheet in sheets for part in _split(sheet)]
    numbers = range(1, len(parts) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in numbers
    )
    names = "".join(
        f'<sheet name="{_escape(p.name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, p in zip(numbers, parts, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL_NS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    with zipfile.ZipFile(path, "w") as archive:
        _add(archive, "[Content_Types].xml", _CONTENT_TYPES.format(overrides=overrides))
        _add(archive, "_rels/.rels", _ROOT_RELS)
        _add(
            archive,
            "xl/workbook.xml",
            f'{_HEAD}<workbook xmlns="{_SHEET_NS}" xmlns:r="{_REL_NS}"><sheets>{names}</sheets></workbook>',
        )
        _add(
            archive,
            "xl/_rels/workbook.xml.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}'
            f'<Relationship Id="rId0" Type="{_REL_NS}/styles" Target="styles.xml"/></Relationships>',
        )
        _add(archive, "xl/styles.xml", _STYLES)
        for n, part in zip(numbers, parts, strict=True):
            _add(archive, f"xl/worksheets/sheet{n}.xml", _sheet_xml(part))


def _split(sheet: SheetContent) -> list[SheetContent]:
    if sheet.frame.height <= MAX_ROWS:
        return [sheet]
    starts = range(0, sheet.frame.height, MAX_ROWS)
    return [
        SheetContent(
            f"{sheet.name}{n}",
            sheet.frame.slice(start, MAX_ROWS),
            sheet.titles,
            sheet.notes if start + MAX_ROWS >= sheet.frame.height else (),
            sheet.percent,
        )
        for n, start in enumerate(starts, 1)
    ]


def _sheet_xml(sheet: SheetContent) -> str:
    columns = sheet.frame.columns
    last = _letters(len(columns) - 1)
    out = [f'{_HEAD}<worksheet xmlns="{_SHEET_NS}"><sheetData>']
    row = 0
    for title in sheet.titles:
        row += 1
        out.append(_text_row(row, [title]))
    row += 1
    out.append(_text_row(row, columns))
    out.extend(_rows(sheet, row + 1))
    row += sheet.frame.height
    for note in sheet.notes:
        row += 1
        out.append(_text_row(row, note))
    out.append("</sheetData>")
    if sheet.titles and len(columns) > 1:
        merged = "".join(f'<mergeCell ref="A{n}:{last}{n}"/>' for n in range(1, len(sheet.titles) + 1))
        out.append(f'<mergeCells count="{len(sheet.titles)}">{merged}</mergeCells>')
    out.append("</worksheet>")
    return "".join(out)


def _rows(sheet: SheetContent, first: int) -> list[str]:
    number = pl.int_range(first, first + pl.len()).cast(pl.String)
    cells: list[pl.Expr] = []
    for at, name in enumerate(sheet.frame.columns):
        place = pl.concat_str(pl.lit(f'<c r="{_letters(at)}'), number)
        value = pl.col(name)
        if sheet.frame.schema[name] == pl.String:
            for raw, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
                value = value.str.replace_all(raw, escaped, literal=True)
            cell = pl.concat_str(
                place, pl.lit('" t="inlineStr"><is><t xml:space="preserve">'), value, pl.lit("</t></is></c>")
            )
        else:
            style = f'" s="{_PERCENT_STYLE}"><v>' if name in sheet.percent else '"><v>'
            cell = pl.concat_str(place, pl.lit(style), value.cast(pl.String), pl.lit("</v></c>"))
        cells.append(cell.fill_null("").alias(name))
    line = pl.concat_str(pl.lit('<row r="'), number, pl.lit('">'), *cells, pl.lit("</row>"))
    return sheet.frame.select(line.alias("line"))["line"].to_list()


def _text_row(row: int, texts: Sequence[str]) -> str:
    cells = "".join(
        f'<c r="{_letters(at)}{row}" t="inlineStr"><is><t xml:space="preserve">{_escape(text)}</t></is></c>'
        for at, text in enumerate(texts)
        if text
    )
    return f'<row r="{row}">{cells}</row>'


def _letters(at: int) -> str:
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0
    archive.writestr(entry, text.encode())


_CONTENT_TYPES: Final = (
    _HEAD + f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    "{overrides}</Types>"
)
_ROOT_RELS: Final = (
    _HEAD + f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL_NS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_STYLES: Final = (
    _HEAD + f'<styleSheet xmlns="{_SHEET_NS}">'
    '<fonts count="1"><font><sz val="11"/><name val="SimSun"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
