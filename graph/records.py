"""What one load states: model records in columns, each with the row it came from.

A loader fills an `Extract`; a store applies it. Rows arrive as Polars frames, whose columns are the stated
fields of `graph.model` plus the few named below; missing columns count as empty. Nothing here knows a file
format or an engine.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, TypeVar

import polars as pl

from graph.model import BATCH, META, NODE_TYPES, REL_TYPES, Field, node_columns, rel_columns

POLARS_TYPES: Final[dict[str, pl.DataType]] = {
    "STRING": pl.String(),
    "INT64": pl.Int64(),
    "DOUBLE": pl.Float64(),
    "BOOL": pl.Boolean(),
    "STRING[]": pl.List(pl.String()),
}


def node_schema(type_name: str) -> dict[str, pl.DataType]:
    """Every stored column of a node type."""
    type_ = {**NODE_TYPES, BATCH.name: BATCH, META.name: META}[type_name]
    return {f.name: POLARS_TYPES[f.physical] for f in node_columns(type_)}


def rel_schema(type_name: str, fields: Collection[str] | None = None) -> dict[str, pl.DataType]:
    """Every stored column of a relationship type, or its key and `fields`, after the ids of its ends."""
    ends: dict[str, pl.DataType] = {"from_id": pl.String(), "to_id": pl.String()}
    columns = {f.name: POLARS_TYPES[f.physical] for f in rel_columns(REL_TYPES[type_name])}
    return ends | {n: t for n, t in columns.items() if fields is None or n == "key" or n in fields}


Named = TypeVar("Named")
RelKey = tuple[str, str, str]
"""(relationship type, node type it starts at, node type it ends at)."""


class RecordError(ValueError):
    """A frame does not fit the model: a programmer's error, not a user's."""


def spelt_as(text: str) -> str:
    """A mark that equal ids, or equal names, share: what a refused row names is compared, and never shown."""
    return sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class RefusedBid:
    """Refused rows of one bid for a lot, as many as `rows`: the bid's id, each bidder by the marks (`spelt_as`) of its id and of
    its name, and the day of opening; null, or none, where they don't say.
    """

    lot: str
    bid: str | None
    bidders: tuple[tuple[str, ...], ...]
    day: str | None
    rows: int = 1

    def to_json(self) -> dict[str, Any]:
        """As kept with the batch."""
        return {"lot": self.lot, "bid": self.bid, "bidders": self.bidders, "day": self.day, "rows": self.rows}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> RefusedBid:
        """As it was kept."""
        bidders = tuple(tuple(marks) for marks in told["bidders"])
        return cls(told["lot"], told["bid"], bidders, told["day"], told["rows"])


@dataclass(frozen=True, slots=True)
class RefusedTie:
    """A refused row of a company's holder (`type` OWNS) or ban (DEBARRED_BY): the company's id, the other end (the holder, the
    authority) by the marks (`spelt_as`) of its id and of its name, and the days of a ban; none where they don't say.
    """

    type: str
    company: str
    other: tuple[str, ...]
    days: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As kept with the batch."""
        return {"type": self.type, "company": self.company, "other": self.other, "days": self.days}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> RefusedTie:
        """As it was kept."""
        return cls(told["type"], told["company"], tuple(told["other"]), tuple(told["days"]))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a load: `rows` read from it, of which `rejected` were refused; `refused_bids`, `refused_ties`: the bids, and the
    holders and bans, that these state."""

    name: str
    sha256: str
    format: str
    rows: int = 0
    rejected: int = 0
    refused_bids: tuple[RefusedBid, ...] = ()
    refused_ties: tuple[RefusedTie, ...] = ()

    @property
    def key(self) -> str:
        """The first 12 characters of the hash: how a source names its file."""
        return self.sha256[:12]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The load is a full extract of `tables` (relationship types) on `date`.

    `scope` is "dataset" (all the data set holds) or "parties" (only the parties it names).
    """

    date: str
    tables: tuple[str, ...]
    scope: str = "dataset"


def source(file: SourceFile, sheet: str, row: int | str) -> str:
    """How a record names where it came from: file key, sheet (may be empty), row or statement id."""
    return f"{file.key}#{sheet}#{row}"


@dataclass
class Extract:
    """The records of one load, as stated.

    * `add_node(type, frame)`: columns `id`, any stated fields, `source`, optionally `observed_on`.
    * `add_rel(type, from_type, to_type, frame)`: columns `from_id`, `to_id`, any stated fields, `source`,
      optionally `observed_on`, `stated_from`, `stated_to` (ISO dates; `stated_to` is half open).

    Every end of a relationship must also be added as a node, at least by its id. The same node may be added
    any number of times; equal statements fold into one.
    """

    dataset: str
    files: list[SourceFile] = field(default_factory=list)
    snapshot: Snapshot | None = None
    options: str = ""
    """Whatever else decides what the files say (a saved mapping, a forced format), as text."""
    nodes: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    rels: dict[RelKey, list[pl.DataFrame]] = field(default_factory=dict)
    read_once: bool = False
    """Its rows are given up as they are taken (`node_frames`, `rel_frames`): a large load then holds them once, not twice."""

    def add_node(self, type_name: str, frame: pl.DataFrame) -> None:
        """Add statements about nodes of one type. Raises `RecordError` on a column the model lacks."""
        fields = {f.name: f for f in NODE_TYPES[type_name].stated_fields}
        shaped = _shape(type_name, frame, fields, ("id", "source"), ("observed_on",))
        if shaped.height:
            self.nodes.setdefault(type_name, []).append(shaped)

    def add_rel(self, type_name: str, from_type: str, to_type: str, frame: pl.DataFrame) -> None:
        """Add stated relationships of one type between two node types. Raises `RecordError`."""
        type_ = REL_TYPES[type_name]
        if type_.derived or (from_type, to_type) not in type_.pairs:
            raise RecordError(f"{type_name} is not stated between {from_type} and {to_type}")
        fields = {f.name: f for f in type_.stated_fields}
        shaped = _shape(
            type_name,
            frame,
            fields,
            ("from_id", "to_id", "source"),
            ("observed_on", "stated_from", "stated_to"),
        )
        if shaped.height:
            self.rels.setdefault((type_name, from_type, to_type), []).append(shaped)

    @property
    def batch_id(self) -> str:
        """The same files, data set and options give the same id, on any store and in any order."""
        what = {
            "dataset": self.dataset,
            "files": sorted(f.sha256 for f in self.files),
            "snapshot": [self.snapshot.date, *self.snapshot.tables, self.snapshot.scope]
            if self.snapshot
            else None,
            "options": self.options,
        }
        text = json.dumps(what, ensure_ascii=False, sort_keys=True)
        return "b" + sha256(text.encode()).hexdigest()[:12]

    def node_frames(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """One frame for each node type that has statements."""
        yield from self._taken(self.nodes)

    def rel_frames(self) -> Iterator[tuple[RelKey, pl.DataFrame]]:
        """One frame for each relationship type and pair of ends that has rows."""
        yield from self._taken(self.rels)

    def _taken(self, frames: dict[Named, list[pl.DataFrame]]) -> Iterator[tuple[Named, pl.DataFrame]]:
        for name in list(frames):
            yield name, pl.concat(frames.pop(name) if self.read_once else frames[name])


def _shape(
    type_name: str,
    frame: pl.DataFrame,
    fields: dict[str, Field],
    required: tuple[str, ...],
    optional: tuple[str, ...],
) -> pl.DataFrame:
    """All columns of the type, in the model's order and types; what is absent is empty."""
    unknown = set(frame.columns) - set(fields) - set(required) - set(optional)
    if unknown:
        raise RecordError(f"{type_name} has no {', '.join(sorted(unknown))}")
    for name in required:
        if name not in frame.columns or frame[name].null_count():
            raise RecordError(f"{type_name} needs {name} in every row")
    columns: list[pl.Expr] = []
    for name in (*required, *optional):
        columns.append(_column(frame, name, pl.String()))
    for name, field_ in fields.items():
        columns.append(_column(frame, name, POLARS_TYPES[field_.physical]))
    return frame.select(columns)


def _column(frame: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    if name in frame.columns:
        return pl.col(name).cast(dtype)
    return pl.lit(None, dtype).alias(name)
