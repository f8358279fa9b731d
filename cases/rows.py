"""Rows as plain mappings, and a table class as its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Select, Table

from cases.tables import Base

Row = Mapping[str, Any]


def table_of(class_: type[Base]) -> Table:
    """The table itself: what is written by columns, and many rows at a time."""
    return cast(Table, class_.__table__)


def rows(connection: Connection, query: Select[Any]) -> Sequence[Row]:
    """All rows by column name."""
    return cast(Sequence[Row], connection.execute(query).mappings().all())


def first_row(
    connection: Connection, query: Select[Any], values: Mapping[str, Any] | None = None
) -> Row | None:
    """The first row, if there is one. `values`: of the query's parameters."""
    return cast("Row | None", connection.execute(query, values).mappings().first())


def streamed(connection: Connection, query: Select[Any]) -> Iterator[Row]:
    """Rows one after another, without holding them all."""
    for row in connection.execution_options(yield_per=2000).execute(query).mappings():
        yield cast(Row, row)
