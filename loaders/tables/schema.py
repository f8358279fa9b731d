"""The tables that can be loaded, as declared in `headers.toml`, and how their headings are told."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from loaders.values import clean_header

OTHER_FEEDS: Final[Mapping[str, str]] = {
    "Company.jurisdiction": "stated by BODS, the PSC register and GLEIF only; a Chinese register implies CN",
    "OWNS.components": "routes stated part by part: BODS",
    "EXERCISES_CONTROL.direct": "BODS interest level",
    "EXERCISES_CONTROL.share": "BODS: a share stated with an interest that is not equity",
    "EXERCISES_CONTROL.components": "routes stated part by part: BODS",
    "Benefit.repeated": "counted, not stated: rows of members that repeat one amount (loaders.tables.payments)",
}
"""Model fields no table column feeds, with who does."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    `feeds` names model fields as `Type.field` (for a relationship also `from_id`, `to_id` and the common fields).
    `headers` are the clean headings it answers to, the best first. `join` is the text between several such
    columns put together. `fixed` is what the heading itself says of other columns. `unit` is the unit its own
    name states. With `cell` a value that can't be read empties the cell, and the row stays.
    """

    name: str
    value: str
    feeds: tuple[str, ...]
    headers: tuple[str, ...]
    join: str | None = None
    cell: bool = False
    unit: str | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `required` are groups of columns, of each of which at least one must be there."""

    name: str
    names: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    companions: tuple[str, ...]
    columns: Mapping[str, Column]
    by_header: Mapping[str, tuple[str, int]]
    """Clean heading → (column, rank among that column's headings)."""

    def missing(self, present: Sequence[str] | set[str]) -> tuple[tuple[str, ...], ...]:
        """The required groups of which no column is present."""
        have = set(present)
        return tuple(group for group in self.required if not have.intersection(group))


@dataclass(frozen=True, slots=True)
class Layout:
    """A named export: which table it is and what its headings leave open."""

    name: str
    zh: str
    table: str
    has: tuple[frozenset[str], ...]
    lacks: tuple[frozenset[str], ...]
    list_kind: str | None
    household_kind: str | None

    def fits(self, headers: set[str]) -> bool:
        """Whether a sheet with these clean headings is such an export."""
        return all(headers & any_of for any_of in self.has) and not any(headers & a for a in self.lacks)


def data_file(name: str) -> dict[str, Any]:
    """A TOML file beside this module."""
    with (resources.files("loaders.tables") / name).open("rb") as stream:
        return tomllib.load(stream)


def _column(name: str, raw: Mapping[str, Any]) -> Column:
    # A canonical name counts with spaces too ("company id" cleans to "companyid").
    own = [clean_header(name), clean_header(name.replace("_", " "))]
    headers = dict.fromkeys([*own, *(clean_header(h) for h in raw["headers"])])
    return Column(
        name,
        raw["value"],
        tuple(raw["feeds"].split()),
        tuple(headers),
        raw.get("join"),
        raw.get("cell", False),
        raw.get("unit"),
        raw.get("fixed", {}),
    )


def _table(name: str, raw: Mapping[str, Any]) -> Table:
    columns = {c: _column(c, spec) for c, spec in raw["columns"].items()}
    by_header: dict[str, tuple[str, int]] = {}
    for column in columns.values():
        for rank, header in enumerate(column.headers):
            # A column's own name goes before another column's alias.
            if header not in by_header or rank < 2:
                by_header[header] = (column.name, rank)
    return Table(
        name,
        tuple(clean_header(n) for n in (name, *raw["names"])),
        tuple(tuple(group) for group in raw["required"]),
        tuple(raw.get("companions", ())),
        columns,
        by_header,
    )


TABLES: Final[dict[str, Table]] = {name: _table(name, raw) for name, raw in data_file("headers.toml").items()}
"""Every table, by name, in the order in which they are tried."""


@cache
def layouts() -> tuple[Layout, ...]:
    """The named layouts, in the order in which they are tried."""

    def clean(words: Sequence[str]) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(clean_header(w) for w in word.split("|")) for word in words)

    return tuple(
        Layout(
            raw["name"],
            raw["zh"],
            raw["table"],
            clean(raw["has"]),
            clean(raw.get("lacks", ())),
            raw.get("list_kind"),
            raw.get("household_kind"),
        )
        for raw in data_file("layouts.toml")["layout"]
    )


@cache
def _known_headers() -> frozenset[str]:
    return frozenset(h for table in TABLES.values() for h in table.by_header)


def count_known_headers(cells: Sequence[str]) -> int:
    """How many of these cells are headings of some table: the hint for finding a sheet's header row."""
    known = _known_headers()
    return sum(1 for cell in cells if cell and (clean_header(cell) in known or is_month_header(cell)))


def is_month_header(header: str) -> bool:
    """Whether a heading is a month that stands as a column (1月, 2023年1月)."""
    return month_of_header(header) is not None


def month_of_header(header: str) -> tuple[int | None, int] | None:
    """(year or None, month) of a heading such as `1月`, `2023年01月`, `2023年/1月`; None for any other."""
    last = header.rsplit("/", 1)[-1]
    found = re.fullmatch(r"\s*(?:(20\d\d|19\d\d)\s*[年.-]?\s*)?(1[0-2]|0?[1-9])\s*月份?\s*", last)
    if not found:
        return None
    year = found.group(1) or next(
        iter(re.findall(r"(?<!\d)((?:19|20)\d\d)\s*年?度?", header[: -len(last)])), None
    )
    return (int(year) if year else None), int(found.group(2))
