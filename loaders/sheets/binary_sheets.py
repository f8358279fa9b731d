"""What the binary parts of an XLSB workbook tell: where its sheets lie, how far they reach, their error values.

Source: [MS-XLSB] BrtBundleSh, BrtRowHdr, BrtCell….
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from loaders.sheets.xls_errors import error_word

_ROW: Final = 0
_FILLED: Final = range(2, 12)
"""Records that fill cells; 1 is a cell that is only formatted."""
_ERRORS: Final = (3, 11)
"""An error value, and a formula whose result is one."""
_SHEET: Final = 156


def sheet_relations(book: bytes) -> dict[str, str]:
    """Sheet name → id of the relationship that names its part."""
    found: dict[str, str] = {}
    for kind, body in _records(book):
        if kind == _SHEET:
            relation, after = _text(body, 8)
            found[_text(body, after)[0]] = relation
    return found


def extent(sheet: bytes) -> tuple[int, int]:
    """(rows, columns) a sheet reaches to."""
    height = width = 0
    for row, column, _, _ in _cells(sheet):
        height, width = max(height, row + 1), max(width, column + 1)
    return height, width


def binary_errors(sheet: bytes) -> dict[int, dict[int, str]]:
    """By 0-based column and row, the error values (`#REF!`) of a sheet: a reader gives them as empty cells."""
    found: dict[int, dict[int, str]] = {}
    for row, column, kind, body in _cells(sheet):
        if kind in _ERRORS and len(body) > 8:
            found.setdefault(column, {})[row] = error_word(body[8])
    return found


def _cells(sheet: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """(row, column, type of record, content) of every filled cell."""
    row = 0
    for kind, body in _records(sheet):
        if kind == _ROW and len(body) >= 4:
            row = int.from_bytes(body[:4], "little")
        elif kind in _FILLED and len(body) >= 4:
            yield row, int.from_bytes(body[:4], "little"), kind, body


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, content) to the end of a part; of one that is cut off, as far as it goes."""
    at = 0
    while at < len(data):
        kind, at = _variable(data, at, 2)
        length, at = _variable(data, at, 4)
        yield kind, data[at : at + length]
        at += length


def _variable(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in 7 bits a byte, and where it ends."""
    number = 0
    for place, byte in enumerate(data[at : at + most]):
        number |= (byte & 0x7F) << (7 * place)
        at += 1
        if byte < 0x80:
            break
    return number, at


def _text(body: bytes, at: int) -> tuple[str, int]:
    """A text that says its length, and where it ends."""
    end = at + 4 + 2 * int.from_bytes(body[at : at + 4], "little")
    return body[at + 4 : end].decode("utf-16-le", "replace"), end
