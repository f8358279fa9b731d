"""A kind of weakness of the data, with how often it is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something is stated: a file by name, the batch that loaded it, the sheet (empty where there is one), the row."""

    file: str
    batch: str
    sheet: str
    row: str


@dataclass(frozen=True, slots=True)
class Apart:
    """A field of a node that sources state differently: the value that counts, and every value with where it is stated.

    Values are as the field holds them: amounts in minor units (分).
    """

    type: str
    id: str
    field: str
    counted: str | int | float
    values: tuple[tuple[str | int | float, tuple[Place, ...]], ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """One kind of weakness: how often, what it means, a few ids; of facts stated differently a few nodes in full."""

    check: str
    count: int
    zh: str
    en: str
    examples: tuple[str, ...]
    apart: tuple[Apart, ...] = ()


def weakness(check: str, ids: pl.Series, zh: str, en: str) -> Iterator[Quality]:
    """One kind of weakness of some parties or lots (ids), where there are any."""
    found = ids.drop_nulls().unique().sort()
    if found.len():
        yield Quality(check, found.len(), zh, en, tuple(found.head(_EXAMPLES)))


def holding_at(as_of: str | None) -> pl.Expr:
    """Rows with `valid_from` and `valid_to` that hold on a day; empty = those without an end."""
    day = as_of or "9999-12-31"
    return (pl.col("valid_from").is_null() | (pl.col("valid_from") <= day)) & (
        pl.col("valid_to").is_null() | (pl.col("valid_to") > day)
    )
