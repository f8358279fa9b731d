"""Reading a whole type in columns: every row a pattern matches, in no order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a scan: an expression of the query and the type of its values."""

    name: str
    expression: str
    dtype: pl.DataType
    nullable: bool = False


def scanned(ask: Callable[[str], pa.Table], pattern: str, columns: Sequence[Column]) -> pl.DataFrame:
    """The columns of every match of a pattern, by a query like any other."""
    returned = ", ".join(c.expression for c in columns)
    return _frame(ask(f"{pattern} RETURN {returned}"), columns)


_BLANK: Final = {pl.String: "''", pl.Int64: "0", pl.Float64: "0.0", pl.Boolean: "false"}
"""What stands for no value while a row is under way."""


def collectable(columns: Sequence[Column]) -> bool:
    """Whether the engine's own Arrow collector may be asked for these."""
    return all(type(c.dtype) in _BLANK for c in columns)


def collected(ask: Callable[[str], pa.Table], pattern: str, columns: Sequence[Column]) -> pl.DataFrame:
    """The same by the engine's own Arrow collector, at half the time: `ask` runs a query there.

    That collector (LadybugDB 0.22) loses which values are null, and gives pairs of node numbers alone as another
    structure without rows. So no value is null when it gets there, whether it was is a column of its own, and so
    is one more value.
    """
    unknown = [c for c in columns if c.nullable]
    returned = [
        *(
            f"coalesce({c.expression}, {_BLANK[type(c.dtype)]})" if c.nullable else c.expression
            for c in columns
        ),
        *(f"{c.expression} IS NULL" for c in unknown),
        "true",
    ]
    flags = [Column(f"no {c.name}", "", pl.Boolean()) for c in unknown]
    table = ask(f"{pattern} RETURN {', '.join(returned)}")
    frame = _frame(table, [*columns, *flags, Column("one more", "", pl.Boolean())])
    lost = [c.name for c, flag in zip(unknown, flags, strict=True) if frame[flag.name].any()]
    return frame.with_columns(pl.when(~pl.col(f"no {n}")).then(pl.col(n)).alias(n) for n in lost).select(
        c.name for c in columns
    )


def _frame(table: pa.Table, columns: Sequence[Column]) -> pl.DataFrame:
    schema = {c.name: c.dtype for c in columns}
    if not table.num_rows:
        # A table without rows knows no types.
        return pl.DataFrame(schema=schema)
    frame = pl.DataFrame(pl.from_arrow(table.rename_columns(list(schema))))
    return frame.cast(dict(schema))  # type: ignore[arg-type]
