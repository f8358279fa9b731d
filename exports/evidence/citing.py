"""What a package cites: the source rows in normalised, masked form, the files they stand in, and where it all came from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from exports.csv_tables import table
from exports.evidence.freezing import Frozen
from exports.sources import Source
from graph.stores.contract import BatchRecord

COLUMNS: Final = (
    *("ref", "file", "sha256", "sheet", "row", "batch", "dataset", "record", "type", "key", "from", "to"),
    "says",
)


@dataclass(frozen=True, slots=True)
class Cited:
    """One source row that states one record. `ref`: S1, S2…, one a source row; `says`: the normalised fields."""

    ref: str
    source: Source
    file: Mapping[str, Any]
    dataset: str
    record: str
    type: str
    key: str
    start: str
    end: str
    says: Mapping[str, Any]

    def row(self) -> dict[str, Any]:
        """As a row of `source-rows.csv`."""
        return {
            "ref": self.ref,
            "file": self.file.get("name"),
            "sha256": self.file.get("sha256") or self.source.file,
            "sheet": self.source.sheet,
            "row": self.source.row,
            "batch": self.source.batch,
            "dataset": self.dataset,
            "record": self.record,
            "type": self.type,
            "key": self.key,
            "from": self.start,
            "to": self.end,
            "says": json.dumps(self.says, ensure_ascii=False, sort_keys=True),
        }


@dataclass(frozen=True, slots=True)
class Citations:
    """Everything cited, in the order of files, sheets and rows; `files`: the input files, with their batches."""

    rows: tuple[Cited, ...]
    files: tuple[Mapping[str, Any], ...]

    def csv(self) -> bytes:
        """`source-rows.csv`."""
        return table(COLUMNS, (c.row() for c in self.rows))

    def named(self, told: Callable[[str], str]) -> Citations:
        """The same, files under the names they are told by."""

        def renamed(file: Mapping[str, Any]) -> Mapping[str, Any]:
            return {**file, "name": told(str(file["name"]))} if file.get("name") else file

        return Citations(
            tuple(replace(c, file=renamed(c.file)) for c in self.rows), tuple(map(renamed, self.files))
        )

    def of_keys(self, keys: Iterable[str]) -> list[Cited]:
        """The rows that state some relationships, each source once."""
        wanted = set(keys)
        found = {c.ref: c for c in self.rows if c.key in wanted}
        return list(found.values())


def cite(frozen: Frozen, batches: Sequence[BatchRecord]) -> Citations:
    """The source rows behind everything frozen."""
    by_batch = {b.id: b for b in batches}
    named = {(b.id, str(f["sha256"])[:12]): f for b in batches for f in b.files}
    says: Mapping[str, Any]
    found: list[tuple[Source, str, str, str, str, str, Mapping[str, Any]]] = []
    for edge in frozen.edges.values():
        says = {
            k: v for k, v in edge.facts.items() if k not in ("sources", "valid_from", "valid_to", "dataset")
        }
        for text in edge.facts.get("sources", ()):
            found.append(
                (Source.read(text), "relationship", edge.type, edge.id, edge.source, edge.target, says)
            )
    for id_, statements in frozen.statements.items():
        for said in statements:
            told = dict(said["v"]) | ({"observed_on": said["o"]} if said.get("o") else {})
            for text in said["s"]:
                if text:
                    found.append((Source.read(text), "node", frozen.nodes[id_].type, id_, id_, "", told))
    found.sort(key=lambda f: (_place(f[0], named), *f[1:6]))
    refs: dict[tuple[str, str, str], str] = {}
    rows = []
    for source, record, type_, key, start, end, says in found:
        ref = refs.setdefault((source.file, source.sheet, source.row), f"S{len(refs) + 1}")
        file = named.get((source.batch, source.file), {})
        batch = by_batch.get(source.batch)
        dataset = batch.dataset if batch else ""
        rows.append(Cited(ref, source, file, dataset, record, type_, key, start, end, says))
    cited = {(c.source.batch, c.source.file) for c in rows}
    files = tuple(
        {
            "name": f["name"],
            "sha256": f["sha256"],
            "format": f.get("format"),
            "rows": f.get("rows"),
            "rejected": f.get("rejected"),
            "batch": b.id,
            "dataset": b.dataset,
            "snapshot": b.snapshot,
            "cited": (b.id, str(f["sha256"])[:12]) in cited,
        }
        for b in sorted(batches, key=lambda b: b.id)
        if b.state == "done"
        for f in sorted(b.files, key=lambda f: (f["name"], f["sha256"]))
    )
    return Citations(tuple(rows), files)


def _place(source: Source, named: Mapping[tuple[str, str], Mapping[str, Any]]) -> tuple[Any, ...]:
    file = named.get((source.batch, source.file), {})
    row = source.row
    return (
        str(file.get("name", "")),
        source.file,
        source.sheet,
        (0, int(row), "") if row.isdigit() else (1, 0, row),
    )
