"""Which tables, and where it is not the whole table which columns, a user fills in to bring a kind of relationship."""

from __future__ import annotations

from collections.abc import Iterator

from loaders.tables import TABLES
from loaders.tables.schema import Table


def tables_feeding(relationship: str, chinese: bool) -> list[str]:
    """The tables that bring relationships of a type, or a property of nodes (`Person.died_on`); itself where none does.

    Of a table that may be loaded without them, with the headings to fill in: `tenders（列“招标人”）`.
    """
    feeding = [_told(t, columns, chinese) for t, columns in _columns(relationship)]
    return feeding or [relationship]


def _columns(relationship: str) -> Iterator[tuple[Table, list[str]]]:
    ends = {relationship} if "." in relationship else {f"{relationship}.from_id", f"{relationship}.to_id"}
    for table in TABLES.values():
        columns = [n for n, c in table.columns.items() if ends & set(c.feeds)]
        if columns:
            yield table, columns


def _told(table: Table, columns: list[str], chinese: bool) -> str:
    if any(c in group for group in table.required for c in columns):
        return table.name
    # People know a party's name; its number is as good.
    known = [c.removesuffix("_id") + "_name" for c in columns]
    shown = list(dict.fromkeys(k if k in table.columns else c for k, c in zip(known, columns, strict=True)))
    if not chinese:
        return f"{table.name} (column {' or '.join(shown)})"
    return f"{table.name}（列{'或'.join(f'“{_heading(table, c)}”' for c in shown)}）"


def _heading(table: Table, column: str) -> str:
    """The first Chinese heading it answers to, else its name."""
    return next((h for h in table.columns[column].headers if not h.isascii()), column)
