"""Rows of a detector's query: a table to compute with, and one mapping a row for whoever walks over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import polars as pl

from detectors.definition import Row


class Rows(Sequence[Row]):
    """The answer to one query; `frame` has its columns, sorted so that equal graphs give equal orders."""

    __slots__ = ("__weakref__", "frame")

    def __init__(self, frame: pl.DataFrame):
        self.frame = frame

    def __len__(self) -> int:
        return self.frame.height

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Rows: ...

    def __getitem__(self, index: int | slice) -> Row | Rows:
        if isinstance(index, slice):
            return Rows(self.frame[index])
        return self.frame.row(index, named=True)

    def __iter__(self) -> Iterator[Row]:
        return self.frame.iter_rows(named=True)


def table(rows: Sequence[Row]) -> pl.DataFrame:
    """The rows as a table. Columns without any value are text."""
    return (
        rows.frame if isinstance(rows, Rows) else as_text(pl.DataFrame(list(rows), infer_schema_length=None))
    )


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """A column in which an engine gives nothing has no type of its own: it is taken as text."""
    return frame.cast({n: pl.String() for n, t in frame.schema.items() if t == pl.Null()})
