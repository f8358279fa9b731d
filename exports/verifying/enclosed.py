"""What a package says of itself: its facts, and its graph as the CSV tables tell it."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exports.csv_tables import EDGE_COLUMNS, NODE_COLUMNS
from exports.errors import PackageError
from exports.evidence.citing import COLUMNS as ROW_COLUMNS
from exports.sources import Source
from exports.values import uncelled

# As long as a cell may be that is loaded: the library's own limit is 131,072 characters.
csv.field_size_limit(max(csv.field_size_limit(), 16 * 1024 * 1024))
EDGES = "data/graph/edges.csv"
NODES = "data/graph/nodes.csv"
FACTS = "data/facts.json"
ROWS = "data/source-rows.csv"
_SOURCE = ("source_batch", "source_file", "source_sheet", "source_row")


@dataclass(frozen=True, slots=True)
class Enclosed:
    """`facts`: facts.json. `nodes`, `edges`: rows by id. `rows`: source rows.

    `sources`: where each node and edge comes from, by id. `torn`: ids of which the rows of a table say different things.
    """

    facts: dict[str, Any]
    nodes: dict[str, dict[str, str]]
    edges: dict[str, dict[str, str]]
    sources: dict[str, set[Source]]
    rows: list[dict[str, str]]
    torn: tuple[tuple[str, str], ...]
    _same: dict[str, str]

    @classmethod
    def read(cls, files: Mapping[str, bytes]) -> Enclosed:
        """Raises `PackageError` where one of them can't be read."""
        facts = _json(files, FACTS)
        nodes: dict[str, dict[str, str]] = {}
        edges: dict[str, dict[str, str]] = {}
        sources: dict[str, set[Source]] = defaultdict(set)
        torn: dict[tuple[str, str], None] = {}
        for row in read_table(files, NODES, NODE_COLUMNS):
            if nodes.setdefault(row["id"], row) is not row:
                torn[NODES, row["id"]] = None
            sources[row["id"]] |= {Source.read(text) for text in row.get("sources", "").split("\n") if text}
        for row in read_table(files, EDGES, EDGE_COLUMNS):
            if _beside_source(edges.setdefault(row["id"], row)) != _beside_source(row):
                torn[EDGES, row["id"]] = None
            if row["source_file"]:
                sources[row["id"]].add(Source(*(row[name] for name in _SOURCE)))
        rows = read_table(files, ROWS, ROW_COLUMNS)
        return cls(facts, nodes, edges, dict(sources), rows, tuple(torn), _clusters(edges))

    def ownership(self) -> list[dict[str, Any]]:
        """The ownership of each day that claims rest on: the question's own first."""
        return [self.facts["ownership"], *self.facts.get("ownership_elsewhen", ())]

    def party(self, id_: str) -> str:
        """One name for a party under any of its ids, as far as enclosed `SAME_AS` join them."""
        return self._same.get(id_, id_)


def _beside_source(row: dict[str, str]) -> dict[str, str]:
    """An edge has a row for each of its sources, which are all they differ in."""
    return {name: value for name, value in row.items() if name not in _SOURCE}


def number(row: dict[str, str], name: str) -> float | None:
    """A column as a number; None where it is empty. Raises `ValueError`."""
    text = row.get(name) or ""
    return float(text) if text else None


def _json(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        read = json.loads(files[name])
    except KeyError:
        raise unreadable(name) from None
    except (ValueError, RecursionError) as error:
        raise unreadable(name) from error
    if not isinstance(read, dict):
        raise unreadable(name)
    return read


def read_table(files: Mapping[str, bytes], name: str, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """A table's rows, cells as they were given. Raises `PackageError` where it can't be read or lacks a column."""
    try:
        text = files[name].decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = [{k: uncelled(v or "") for k, v in row.items() if k is not None} for row in reader]
        header = reader.fieldnames or ()
    except (KeyError, UnicodeDecodeError, csv.Error, TypeError, AttributeError) as error:
        raise unreadable(name) from error
    if not set(needed) <= set(header):
        raise unreadable(name)
    return rows


def unreadable(name: str) -> PackageError:
    """A file of the package is missing or not of its form."""
    return PackageError(
        f"材料包中的 {name} 缺失或无法读取，不能复核。请重新取得完整的材料包。",
        f"{name} is missing from the package or can't be read, so nothing can be recomputed. Get the whole package again.",
    )


def _clusters(edges: dict[str, dict[str, str]]) -> dict[str, str]:
    head: dict[str, str] = {}

    def find(id_: str) -> str:
        while head.get(id_, id_) != id_:
            id_ = head[id_]
        return id_

    for row in edges.values():
        if row["type"] == "SAME_AS":
            a, b = sorted((find(row["source"]), find(row["target"])))
            head[b] = a
    ends = {e for row in edges.values() if row["type"] == "SAME_AS" for e in (row["source"], row["target"])}
    return {e: find(e) for e in ends}
