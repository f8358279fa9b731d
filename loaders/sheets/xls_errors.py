"""The error values of an XLS workbook (`#REF!`), which its reader gives as empty cells."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from typing import Final

import olefile

from loaders.sheets.content import damaged

_BOF: Final = (0x0009, 0x0209, 0x0409, 0x0809)
_EOF: Final = 0x000A
_BOUNDSHEET: Final = 0x0085
_BOOLERR: Final = 0x0205
_FORMULA: Final = (0x0006, 0x0206, 0x0406)
_CELLS: Final = frozenset({*_FORMULA, _BOOLERR, 0x0203, 0x0204, 0x00D6, 0x00FD, 0x027E, 0x00BD})
"""Records that fill cells: formulas, errors, Number, Label, RString, LabelSst, RK, MulRk."""
_ROWS_OF_CELLS: Final = (0x00BD, 0x00BE)
"""MulRk, MulBlank: cells side by side in one record, which ends with the last one's column."""
_WORDS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}

ErrorCells = Mapping[int, Mapping[int, str]]
"""By 0-based column and row, the error value a cell shows."""


def error_word(code: int) -> str:
    """The word a cell shows for the code of its error."""
    return _WORDS.get(code, "#ERROR!")


def xls_errors(data: bytes) -> list[ErrorCells]:
    """The error cells of each sheet, in the workbook's order. Source: [MS-XLS] BoundSheet8, BoolErr, Formula.

    Empty for a file whose container this reader does not follow, although another one may. Raises
    `UnreadableFileError` for cells past the last column there can be: another reader would take room for them all.
    """
    try:
        stream = _stream(data)
        starts = [
            struct.unpack_from("<I", body)[0] for kind, body in _records(stream, 0) if kind == _BOUNDSHEET
        ]
        return [_errors(stream, start) for start in starts]
    except (OSError, struct.error, IndexError):
        return []


def _stream(data: bytes) -> bytes:
    if not olefile.isOleFile(data=data):
        return data
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        name = "Workbook" if container.exists("Workbook") else "Book"
        content: bytes = container.openstream(name).read()
        return content


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """(type, content) from one beginning to the end that belongs to it; charts inside have both of their own."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        depth += (kind in _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        at += 4 + length


def _errors(stream: bytes, start: int) -> ErrorCells:
    found: dict[int, dict[int, str]] = {}
    for kind, body in _records(stream, start):
        if kind in _CELLS and (len(body) < 4 or body[3]):
            raise damaged()
        # A row of cells in one record ends with its last column.
        if kind in _ROWS_OF_CELLS and (len(body) < 6 or body[-1]):
            raise damaged()
        code = None
        if kind == _BOOLERR and body[7]:
            code = body[6]
        elif kind in _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            code = body[8]
        if code is not None:
            row, column = struct.unpack_from("<HH", body)
            found.setdefault(column, {})[row] = error_word(code)
    return found
