"""Which tables a user fills in to bring a kind of relationship."""

from __future__ import annotations

from loaders.tables import TABLES


def tables_feeding(relationship: str) -> list[str]:
    """The tables that bring relationships of a type; the type itself where none does."""
    ends = (f"{relationship}.from_id", f"{relationship}.to_id")
    feeding = [n for n, t in TABLES.items() if any(set(c.feeds) & set(ends) for c in t.columns.values())]
    return feeding or [relationship]
