"""The demo world's rows before they are dressed up as exports: one frame a table, columns fixed here."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

_TEXT: Final = pl.String
COLUMNS: Final[dict[str, dict[str, type[pl.DataType]]]] = {
    "companies": {
        "code": _TEXT,
        "name": _TEXT,
        "former_name": _TEXT,
        "kind": _TEXT,
        "status": _TEXT,
        "founded_on": _TEXT,
        "capital": pl.Int64,
        "legal_rep": _TEXT,
    },
    "persons": {
        "number": _TEXT,
        "name": _TEXT,
        "birth": _TEXT,
        "hukou": _TEXT,
        "died_on": _TEXT,
        "cremated_on": _TEXT,
    },
    "holdings": {
        "company": _TEXT,
        "company_name": _TEXT,
        "holder": _TEXT,
        "holder_name": _TEXT,
        "holder_kind": _TEXT,
        "percent": pl.Float64,
        "votes": pl.Float64,
        "since": _TEXT,
        "until": _TEXT,
        "list": _TEXT,
    },
    "tenders": {
        "tender": _TEXT,
        "title": _TEXT,
        "buyer": _TEXT,
        "published": _TEXT,
        "deadline": _TEXT,
    },
    "lots": {"tender": _TEXT, "lot": _TEXT, "title": _TEXT, "limit": pl.Int64},
    "bids": {
        "tender": _TEXT,
        "lot": _TEXT,
        "bidder": _TEXT,
        "bidder_name": _TEXT,
        "amount": pl.Float64,
        "status": _TEXT,
        "submitted": _TEXT,
    },
    "members": {
        "household": _TEXT,
        "name": _TEXT,
        "number": _TEXT,
        "relation": _TEXT,
        "town": _TEXT,
    },
    "benefits": {
        "household": _TEXT,
        "head": _TEXT,
        "head_number": _TEXT,
        "town": _TEXT,
        "amount": pl.Int64,
        "from_month": pl.Int64,
        "to_month": pl.Int64,
    },
    "properties": {
        "unit": _TEXT,
        "certificate": _TEXT,
        "owner_name": _TEXT,
        "owner": _TEXT,
        "form": _TEXT,
        "percent": pl.Float64,
        "use": _TEXT,
        "area": pl.Float64,
        "address": _TEXT,
        "acquired_on": _TEXT,
        "reason": _TEXT,
        "status": _TEXT,
        "disposed_on": _TEXT,
    },
}
"""Table → column → type. Percentages run from 0 to 100, `capital`, `limit` and bids are in 万元, benefits in
元 a month of 2025, areas in square metres, dates ISO 8601."""

Frames = dict[str, pl.DataFrame]


def frame(table: str, columns: dict[str, Any]) -> pl.DataFrame:
    """A frame of one table; columns left out are empty."""
    schema = COLUMNS[table]
    given = pl.DataFrame(columns)
    return given.select(
        [
            (pl.col(name) if name in given.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in schema.items()
        ]
    )


def joined(*worlds: Frames) -> Frames:
    """The rows of several worlds, table by table."""
    return {table: pl.concat([w[table] for w in worlds if table in w]) for table in COLUMNS}
