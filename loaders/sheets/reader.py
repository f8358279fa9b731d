"""Any table file into sheets, its kind told by its content."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from graph.system_errors import reason
from loaders.sheets.content import content_kind, too_large, unreadable
from loaders.sheets.delimited import read_delimited
from loaders.sheets.html_tables import read_html
from loaders.sheets.sheet import HeaderHints, Sheet
from loaders.sheets.workbook import read_workbook

_MOST_BYTES: Final = 4 << 30


def read_sheets(path: Path, *, header_hints: HeaderHints | None = None) -> list[Sheet]:
    """The tables of a CSV, XLSX, XLS or HTML file; sheets without a single cell are left out.

    `header_hints` says how many of some cells are headers the caller knows; it settles which row the header
    is. A file with a header alone gives a sheet without rows. Raises `loaders.problems.UnreadableFileError`
    (missing, empty, encrypted, damaged, oversized, binary, of another kind), with what to do.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise too_large()
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise unreadable("找不到文件。请检查路径。", "There is no such file. Check the path.") from error
    except OSError as error:
        zh, en = reason(error)
        raise unreadable(
            f"无法读取文件（{zh}）。请检查权限和存储。",
            f"The file can't be read ({en}). Check its permissions and its disk.",
        ) from error
    kind = content_kind(data)
    if kind == "text":
        return [read_delimited(data, header_hints)]
    if kind == "html":
        return read_html(data, header_hints)
    sheets = read_workbook(data, kind, header_hints)
    if not sheets:
        raise unreadable(
            "工作簿里没有任何内容。请确认导出是否成功。",
            "The workbook holds nothing. Check that the export went through.",
        )
    return sheets
