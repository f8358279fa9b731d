"""The source rows held against the tables, both ways: what is enclosed is cited, and what is cited is enclosed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from exports.sources import Source
from exports.values import plain
from exports.verifying.enclosed import EDGES, NODES, ROWS, Enclosed
from exports.verifying.integrity import Fault


def cited_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Every relationship joins enclosed nodes; each source of a node or relationship is a source row, and no row is none."""
    for name, id_ in enclosed.torn:
        yield Fault(f"{name} {id_}", "同一编号的各行内容不一致", "the rows of this id say different things")
    cited = {(row["key"], source_of(row)) for row in enclosed.rows}
    for key, edge in enclosed.edges.items():
        for end in (edge["source"], edge["target"]):
            if end not in enclosed.nodes:
                yield Fault(
                    f"{EDGES} {key}", f"一端 {end} 不在 {NODES} 中", f"its end {end} is not in {NODES}"
                )
    for table, ids in ((NODES, enclosed.nodes), (EDGES, enclosed.edges)):
        for id_ in ids:
            for source in sorted(enclosed.sources.get(id_, ())):
                if (id_, source) not in cited:
                    place = _place(source)
                    yield Fault(
                        f"{table} {id_}",
                        f"来源 {place} 不在 {ROWS} 中",
                        f"its source {place} is not in {ROWS}",
                    )
    yield from _numbered(enclosed)
    for row in enclosed.rows:
        yield from _as_cited(enclosed, row)


def source_of(row: dict[str, str]) -> Source:
    """Where a cited row stands."""
    return Source(row["batch"], row["sha256"][:12], row["sheet"], row["row"])


def _place(source: Source) -> str:
    return f"{source.batch}:{source.file}#{source.sheet}#{source.row}"


def _numbered(enclosed: Enclosed) -> Iterator[Fault]:
    """One number a source row, and one source row a number: it is by its number that a report cites it."""
    places: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    refs: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in enclosed.rows:
        place = row["sha256"], row["sheet"], row["row"]
        places[row["ref"]].add(place)
        refs[place].add(row["ref"])
    for ref, found in places.items():
        if len(found) > 1:
            yield Fault(
                f"{ROWS} {ref}", "同一编号指向不同的来源行", "this number stands for several source rows"
            )
    for found_refs in refs.values():
        if len(found_refs) > 1:
            told = ", ".join(sorted(found_refs))
            yield Fault(f"{ROWS} {told}", "同一来源行有不同的编号", "one source row has several numbers")


def _as_cited(enclosed: Enclosed, row: dict[str, str]) -> Iterator[Fault]:
    """A cited row says of its node or relationship what the tables say."""
    at, key = f"{ROWS} {row['ref']}", row["key"]
    if row["record"] not in ("node", "relationship"):
        yield Fault(
            f"{at} record",
            f"“{row['record']}”不是应有的内容",
            f"{row['record']!r} is not what a row can state",
        )
        return
    node = row["record"] == "node"
    table, told = (NODES, enclosed.nodes.get(key)) if node else (EDGES, enclosed.edges.get(key))
    if told is None:
        what = ("对象", "node") if node else ("关系", "relationship")
        yield Fault(at, f"所述{what[0]} {key} 不在 {table} 中", f"its {what[1]} {key} is not in {table}")
        return
    if source_of(row) not in enclosed.sources.get(key, ()):
        yield Fault(
            at,
            f"{table} 中 {key} 没有这一来源 {_place(source_of(row))}",
            f"{key} has no such source in {table}: {_place(source_of(row))}",
        )
    try:
        says = dict(json.loads(row["says"]))
    except (TypeError, ValueError, RecursionError):
        yield Fault(at, "内容无法读取", "what it says can't be read")
        return
    if node:
        # What one source says of a node may be another's word against it; what it is about may not.
        stated = {"type": told["type"], "from": key, "to": ""}
        said: dict[str, Any] = {name: row[name] for name in stated}
    else:
        # A fact of the name of a column of the tables' own stands in one named after it.
        facts = {f"fact_{k}" if f"fact_{k}" in told else k: v for k, v in says.items()}
        stated = told
        said = {"type": row["type"], "source": row["from"], "target": row["to"], **facts}
    for name, value in said.items():
        meant = stated.get(name) or ""
        if not says_as(value, meant):
            yield Fault(
                f"{at} {name}",
                f"写作“{value}”；{table} 中为“{meant}”",
                f"is stated as {value!r}; {table} has {meant!r}",
            )


def says_as(value: Any, told: str) -> bool:
    """Does a cell hold this value?"""
    if isinstance(value, bool):
        return told.lower() == str(value).lower()
    if isinstance(value, int | float):
        try:
            return told == str(value) or float(told) == value
        except ValueError:
            return False
    return told == str(plain(value) or "")
