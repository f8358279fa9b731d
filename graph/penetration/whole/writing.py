"""A large table written whole or not at all: to a file beside the target, renamed at the end."""

from __future__ import annotations

import contextlib
import errno
import glob
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

import polars as pl
import pyarrow.parquet as pq

from graph.penetration.tables import OwnershipError
from graph.unfinished import AS_ANY_FILE, file_in_place

FORMATS: Final = (".parquet", ".csv")
_YOUNG: Final = 5.0
"""Seconds untouched up to which an unfinished file may be one whose writer is about to lock it."""

try:
    import fcntl
except ImportError:  # Windows, where a file that somebody writes can't be removed anyway.
    _fcntl: Any = None
else:
    _fcntl = fcntl


class Sink(Protocol):
    """Takes one frame after another, all of one schema."""

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows."""


@contextmanager
def written(path: Path, schema: dict[str, pl.DataType]) -> Iterator[Sink]:
    """A sink for a `.parquet` or `.csv` file, which appears under its name when the block ends without an error.

    Raises `OwnershipError` for another ending or a folder that is not there.
    """
    check_target(path)
    _clear_leftovers(path)
    with file_in_place(path, AS_ANY_FILE) as file:
        _lock(file)
        sink: _Parquet | _Csv = (_Parquet if path.suffix.lower() == ".parquet" else _Csv)(file, schema)
        try:
            yield sink
        finally:
            sink.close()


def _lock(file: IO[bytes]) -> bool:
    """Take a file for this process until it is closed, however the process ends; False: another has it."""
    if _fcntl is None:
        return True
    try:
        _fcntl.flock(file, _fcntl.LOCK_EX | _fcntl.LOCK_NB)
    except OSError as error:
        # A network drive may know no locks: there nobody can tell what is still being written.
        return error.errno not in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK)
    return True


def _clear_leftovers(path: Path) -> None:
    """What a killed run left of this answer."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError), left.open("rb") as file:
            if time.time() - left.stat().st_mtime > _YOUNG and _lock(file):
                left.unlink()


def check_target(path: Path) -> None:
    """Raises `OwnershipError` where an answer can't be written to this path."""
    if path.suffix.lower() not in FORMATS:
        raise OwnershipError(
            f"不能写成“{path.suffix or path.name}”：--to 的文件须以 .parquet 或 .csv 结尾。",
            f"Can't write {path.suffix or path.name!r}: the file of --to ends with .parquet or .csv.",
        )
    if not path.parent.is_dir():
        raise OwnershipError(
            f"文件夹 {path.parent} 不存在，请先建立。", f"There is no folder {path.parent}: make it first."
        )


class _Parquet:
    def __init__(self, file: IO[bytes], schema: dict[str, pl.DataType]):
        self._schema = schema
        arrow = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
        # Holders and companies hardly repeat: a dictionary of them costs time and saves nothing.
        repeating = [name for name, type_ in schema.items() if type_ not in (pl.String, pl.Float64)]
        self._writer: Any = pq.ParquetWriter(
            file,
            arrow,
            compression="zstd",
            compression_level=1,
            use_dictionary=repeating,
            write_statistics=True,
        )

    def write(self, frame: pl.DataFrame) -> None:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        self._writer.write_table(table, row_group_size=1 << 20)

    def close(self) -> None:
        self._writer.close()


class _Csv:
    def __init__(self, file: IO[bytes], schema: dict[str, pl.DataType]):
        self._file = file
        # With a byte order mark, so that Excel reads Chinese.
        file.write(b"\xef\xbb\xbf")
        pl.DataFrame(schema=schema).write_csv(file)

    def write(self, frame: pl.DataFrame) -> None:
        shown = frame.with_columns(pl.col(pl.Float64).round(10))
        for column in shown.select(pl.col(pl.String)).columns:
            # A cell that begins like a formula would be run by a spreadsheet.
            formula = pl.col(column).str.contains(r"^[=+\-@\t\r]")
            if shown.select(formula.any()).item():
                quoted = pl.when(formula).then("'" + pl.col(column)).otherwise(column).alias(column)
                shown = shown.with_columns(quoted)
        shown.write_csv(self._file, include_header=False)

    def close(self) -> None:
        self._file.flush()
