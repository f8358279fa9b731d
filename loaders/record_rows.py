"""Records gathered one by one, handed to the extract as frames."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from graph.records import Extract, RelKey, node_schema, rel_schema


class RecordRows:
    """Rows of nodes and relationships, for formats that are trees and not tables.

    Every fact is given with all `sources` that state it; each becomes a row of its own, which the store folds.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, list[dict[str, Any]]] = {}
        self._rels: dict[RelKey, list[dict[str, Any]]] = {}

    def node(self, type_name: str, id_: str, sources: Iterable[str], **fields: Any) -> None:
        """State a node. Fields that are None are left out."""
        row = {k: v for k, v in fields.items() if v is not None}
        rows = self._nodes.setdefault(type_name, [])
        rows.extend({"id": id_, "source": s, **row} for s in sources)

    def rel(
        self,
        type_name: str,
        start: tuple[str, str],
        end: tuple[str, str],
        sources: Iterable[str],
        **fields: Any,
    ) -> None:
        """State a relationship; `start` and `end` are (node type, id)."""
        row = {k: v for k, v in fields.items() if v is not None}
        rows = self._rels.setdefault((type_name, start[0], end[0]), [])
        rows.extend({"from_id": start[1], "to_id": end[1], "source": s, **row} for s in sources)

    def flush(self, extract: Extract) -> None:
        """Add everything to the extract and start anew."""
        for name, rows in self._nodes.items():
            extract.add_node(name, _frame(rows, node_schema(name)))
        for (name, from_type, to_type), rows in self._rels.items():
            extract.add_rel(name, from_type, to_type, _frame(rows, rel_schema(name)))
        self._nodes, self._rels = {}, {}


def _frame(rows: list[dict[str, Any]], types: dict[str, pl.DataType]) -> pl.DataFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        [
            pl.Series(name, [row.get(name) for row in rows], dtype=types.get(name, pl.String()))
            for name in names
        ]
    )
