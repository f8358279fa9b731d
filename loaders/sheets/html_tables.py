"""HTML tables, as web systems export them under the name `.xls`."""

from __future__ import annotations

import re
from typing import Final

import polars as pl
from lxml import etree, html

from loaders.sheets.content import decode_text, too_large, unreadable
from loaders.sheets.header import LOOK_AT, Merge, find_header
from loaders.sheets.sheet import HeaderHints, Sheet
from loaders.sheets.workbook import table_sheet

_MOST_CELLS: Final = 20_000_000
_MOST_SPAN: Final = 1000
_HIDDEN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def read_html(data: bytes, hints: HeaderHints | None = None) -> list[Sheet]:
    """One sheet a table that holds no other table. Raises `UnreadableFileError` where there is none."""
    text, encoding = decode_text(data)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, huge_tree=True)
    try:
        root = html.document_fromstring(text.replace("\0", "").encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise _no_table() from error
    sheets: list[Sheet] = []
    for number, table in enumerate(t for t in root.iter("table") if t.find(".//table") is None):
        grid, merges = _grid(table)
        header = find_header(grid[:LOOK_AT], merges, hints)
        if header is None:
            continue
        width = max(len(r) for r in grid)
        body = grid[header.end :]
        frame = pl.DataFrame(
            {
                f"c{i}": pl.Series([r[i] if i < len(r) else None for r in body], dtype=pl.String)
                for i in range(width)
            }
        )
        caption = table.find("caption")
        name = _text(caption) if caption is not None else None
        sheets.append(
            table_sheet(
                frame,
                header,
                merges,
                name=name or (f"table{number + 1}" if number else ""),
                title_rows=sum(any(r) for r in grid[: header.first]),
                format="html",
                encoding=encoding,
            )
        )
    if not sheets:
        raise _no_table()
    return sheets


def _no_table() -> Exception:
    return unreadable(
        "网页文件中没有表格。若导出时需要登录，文件可能是登录页，请重新导出。",
        "The web page holds no table. If the export asks for a login this may be the login page: export again.",
    )


def _text(element: html.HtmlElement) -> str | None:
    for br in element.iter("br"):
        br.tail = "\n" + (br.tail or "")
    lines = (re.sub(r"[ \t\r\f\v\xa0\u3000]+", " ", x).strip() for x in element.text_content().split("\n"))
    return "\n".join(x for x in lines if x) or None


def _span(cell: html.HtmlElement, name: str) -> int:
    digits = re.match(r"\s*(\d{1,6})", cell.get(name) or "")
    return max(1, min(int(digits[1]), _MOST_SPAN)) if digits else 1


def _grid(table: html.HtmlElement) -> tuple[list[list[str | None]], list[Merge]]:
    """Cells in their places; a cell over several rows or columns stands at its first and is a merge."""
    grid: list[list[str | None]] = []
    merges: list[Merge] = []
    taken: dict[int, int] = {}
    cells = 0
    rows = [r for r in table.iter("tr") if not _HIDDEN.search(r.get("style") or "")]
    for top, row in enumerate(rows):
        line: list[str | None] = []
        for cell in row.iterchildren("td", "th"):
            while taken.get(len(line), -1) >= top:
                line.append(None)
            left = len(line)
            wide = _span(cell, "colspan")
            high = min(_span(cell, "rowspan"), len(rows) - top)
            line.append(_text(cell))
            line.extend([None] * (wide - 1))
            if wide > 1 or high > 1:
                merges.append(Merge(top, left, top + high - 1, left + wide - 1))
                for column in range(left, left + wide):
                    taken[column] = top + high - 1
        cells += len(line)
        if cells > _MOST_CELLS:
            raise too_large()
        grid.append(line)
    return grid, merges
