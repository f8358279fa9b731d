"""CSV and its kin. A regular file is read in columns; an irregular one record by record, losing nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import polars as pl

from loaders.sheets.assemble import assemble
from loaders.sheets.content import binary, decode_text
from loaders.sheets.header import LOOK_AT, Header, find_header
from loaders.sheets.sheet import HeaderHints, Sheet

_DELIMITERS: Final = ",\t;"
_HEAD_CHARS: Final = 262_144
_MOST_REPAIRS: Final = 1000
csv.field_size_limit(16 * 1024 * 1024)


def read_delimited(data: bytes, hints: HeaderHints | None = None) -> Sheet:
    """The one table of a CSV file. Raises `UnreadableFileError` where the bytes are no text."""
    text, encoding = decode_text(data)
    if "\0" in text[:_HEAD_CHARS]:
        raise binary()
    body = data if encoding == "utf-8" else text.encode()
    head = text[:_HEAD_CHARS]
    delimiter = _delimiter(head)
    records, ends = _head_records(head, delimiter)
    header = find_header([[c.strip() or None for c in r] for r in records], (), hints)
    if header is None:
        return _sheet(_frame([], 0), [], Header(0, 1, (), (), ()), encoding, 0)
    skipped_titles = sum(any(c.strip() for c in r) for r in records[: header.first])
    quick = _quick(body, header, delimiter, ends)
    if quick is not None:
        rows = pl.int_range(header.end + 1, header.end + 1 + quick.height, dtype=pl.Int64, eager=True)
        return _sheet(quick, rows, header, encoding, skipped_titles)
    all_records = list(_records(text, delimiter, len(header.names)))[header.end :]
    width = max((len(r) for r in all_records), default=0)
    frame = _frame(all_records, max(width, len(header.names)))
    rows = pl.int_range(header.end + 1, header.end + 1 + frame.height, dtype=pl.Int64, eager=True)
    return _sheet(frame, rows, header, encoding, skipped_titles)


def _sheet(
    frame: pl.DataFrame, rows: pl.Series | list[int], header: Header, encoding: str, titles: int
) -> Sheet:
    numbers = rows if isinstance(rows, pl.Series) else pl.Series("row", rows, dtype=pl.Int64)
    return assemble(
        frame,
        numbers,
        header,
        name="",
        title_rows=titles,
        may_slip=True,
        header_row=header.first + 1,
        format="csv",
        encoding=encoding,
    )


def _delimiter(head: str) -> str:
    """The delimiter that splits the first lines into the most, and the most even, columns."""
    lines = [line for line in head.splitlines()[:50] if line.strip()]
    best, score = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = [len(r) for r in csv.reader(lines, delimiter=delimiter) if r]
        wide = [w for w in widths if w > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda w: (wide.count(w), w))
        found = (wide.count(usual) / len(widths), usual)
        if found > score:
            best, score = delimiter, found
    return best


def _head_records(head: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first records, and after how many bytes of UTF-8 each of them ends."""
    lines = io.StringIO(head, newline="").readlines() if "\n" in head else head.splitlines(keepends=True)
    # The last line may be cut off.
    whole = lines if len(head) < _HEAD_CHARS else lines[:-1]
    sizes = np.cumsum([len(line.encode()) for line in whole], dtype=np.int64)
    records: list[list[str]] = []
    ends: list[int] = []
    reader = csv.reader(whole, delimiter=delimiter)
    for record in reader:
        records.append(record)
        ends.append(int(sizes[reader.line_num - 1]))
        if len(records) >= LOOK_AT:
            break
    return records, ends


def _quick(body: bytes, header: Header, delimiter: str, ends: Sequence[int]) -> pl.DataFrame | None:
    """All rows below the header as columns; None where the file isn't regular enough to be sure."""
    if header.end > len(ends):
        return None
    rest = body[ends[header.end - 1] :]
    if not (rest[:4096].strip() or rest.strip()):
        return _frame([], len(header.names))
    if b"\r" in rest and rest.count(b"\r") != rest.count(b"\r\n"):
        return None
    if b"\n\n" in rest or b"\n\r\n" in rest or rest[:1] in (b"\n", b"\r"):
        return None
    lines = rest.count(b"\n") + (rest[-1:] != b"\n")
    quoted = b'"' in rest
    if quoted and not _quotes_are_regular(rest, delimiter):
        return None
    width = len(header.names)
    try:
        frame = pl.read_csv(
            rest,
            has_header=False,
            schema={f"c{i}": pl.String for i in range(width)},
            separator=delimiter,
            quote_char='"' if quoted else None,
            null_values=[""],
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != lines or frame.width != width:
        return None
    return _trimmed(frame)


def _quotes_are_regular(data: bytes, delimiter: str) -> bool:
    """Whether quotes come in pairs around whole cells, doubled inside."""
    if data.count(b'"') % 2:
        return False
    cells = np.frombuffer(data, np.uint8)
    at = np.flatnonzero(cells == ord('"'))
    edge = np.zeros(256, np.bool_)
    edge[list(b'"\r\n' + delimiter.encode())] = True
    # Beyond either end of the file stands nothing, as beyond the end of a line.
    before = edge[cells[at - 1]] | (at == 0)
    after = edge[cells[np.minimum(at + 1, len(cells) - 1)]]
    return bool((before | after).all())


def _trimmed(frame: pl.DataFrame) -> pl.DataFrame:
    frame = frame.with_columns(pl.all().str.strip_chars())
    hollow = [c.name for c in frame if (c == "").any()]
    return frame.with_columns(pl.col(hollow).replace("", None)) if hollow else frame


def _frame(records: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    columns = {
        f"c{i}": pl.Series([r[i] if i < len(r) else None for r in records], dtype=pl.String)
        for i in range(width)
    }
    return _trimmed(pl.DataFrame(columns)) if columns else pl.DataFrame()


def _records(text: str, delimiter: str, width: int) -> Iterator[list[str]]:
    """Every record. A quote that opens a cell and swallows other records is taken for a character."""
    lines = list(io.StringIO(text, newline=None))
    at = 0
    repairs = 0
    while at < len(lines):
        reader = csv.reader(lines[at:] if at else lines, delimiter=delimiter)
        start = at
        again = False
        for record in reader:
            end = at + reader.line_num
            several = end - start > 1
            if (
                several
                and repairs < _MOST_REPAIRS
                and _swallowed(record, lines, start, end, delimiter, width)
            ):
                yield next(csv.reader([lines[start]], delimiter=delimiter, quoting=csv.QUOTE_NONE))
                repairs += 1
                at, again = start + 1, True
                break
            yield record
            start = end
        if not again:
            return


def _swallowed(
    record: Sequence[str], lines: Sequence[str], start: int, end: int, delimiter: str, width: int
) -> bool:
    """Whether a record over several lines is the work of a stray quote: its lines fit on their own, and it
    doesn't fit itself, or its quotes don't stand around whole cells."""
    own = lines[start:end]
    literal = csv.reader(own, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    fits = [len(r) == width for r in literal]
    closed = end < len(lines) or sum(x.count('"') for x in own) % 2 == 0
    if len(record) == width and closed:
        return width > 1 and all(fits) and not _is_strict(own, delimiter)
    return fits[0]


def _is_strict(lines: Sequence[str], delimiter: str) -> bool:
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True
