"""What a store asks of its engine: reading and writing in columns.

Everything that decides (keys, statements, spans, who is the same party) lives above, once, so that both
engines give equal answers. An engine only stores and fetches. Frames are Polars; relationship frames carry
`from_id` and `to_id` beside the stored fields.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

import polars as pl
import pyarrow as pa

from graph.records import RelKey
from graph.stores.dialect import Dialect
from graph.stores.scanning import Column

TURN: Final = 60.0
"""Seconds a write waits for another one of the same process to end."""


class Reading(Protocol):
    """Reads that loading needs; also valid inside a write."""

    dialect: Dialect

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 60.0) -> pa.Table:
        """Run one read query; columns in the order of its RETURN. Raises `QueryTimeoutError`."""
        ...

    def scan(self, pattern: str, columns: Sequence[Column], timeout: float = 60.0) -> pl.DataFrame:
        """Columns of every match of a pattern (`MATCH …`), in no order. Raises `QueryTimeoutError`."""
        ...

    def node_rows(self, type_name: str, ids: pl.Series | None = None) -> pl.DataFrame:
        """All stored fields of nodes of one type: those of `ids`, or all."""
        ...

    def node_ids(self, type_name: str) -> pl.Series:
        """The ids of all nodes of one type."""
        ...

    def rel_keys(self, rel: RelKey) -> pl.Series:
        """The keys of all relationships of one type between two node types."""
        ...

    def rel_rows(
        self, rel: RelKey, ends: pl.Series | None = None, fields: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """Relationships that end at one of `ends`, or all: from_id, to_id, key and other stored `fields`, or all."""
        ...

    def count_nodes(self, type_name: str) -> int:
        """How many nodes of a type."""
        ...

    def counts(self, names: Collection[str] | None = None) -> dict[str, int]:
        """How many nodes and relationships of these types, or of every type."""
        ...

    def any_rel(self, type_name: str) -> bool:
        """Is there any relationship of a type? Not asked inside a write."""
        ...


class Writing(Reading, Protocol):
    """Writes, inside one `Engine.writing` block."""

    def insert_nodes(self, type_name: str, frame: pl.DataFrame) -> None:
        """Add nodes that are not there yet."""
        ...

    def update_nodes(self, type_name: str, frame: pl.DataFrame) -> None:
        """Set the columns of `frame` on nodes that are there."""
        ...

    def delete_nodes(self, type_name: str, ids: pl.Series) -> None:
        """Remove nodes; their relationships must be gone already."""
        ...

    def insert_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """Add relationships that are not there yet."""
        ...

    def update_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """Set the columns of `frame` beside `key`, `from_id`, `to_id` on relationships that are there."""
        ...

    def delete_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """Remove the relationships of these `key`, `from_id`, `to_id`."""
        ...

    def delete_rels_to(self, rel: RelKey, ids: pl.Series) -> None:
        """Remove all relationships of a type that lead to some nodes."""
        ...

    def replace_rels(self, type_name: str, frames: Sequence[tuple[RelKey, pl.DataFrame]]) -> None:
        """Replace all relationships of a derived type."""
        ...

    def save_record(self, type_name: str, values: Mapping[str, Any]) -> None:
        """Create or overwrite one `Batch` or `Meta` record by its id."""
        ...

    def delete_record(self, type_name: str, id_: str) -> None:
        """Remove one `Batch` or `Meta` record."""
        ...


class Engine(Reading, Protocol):
    """One open database. Reads may come from any number of threads at once, also while one of them writes."""

    atomic: bool
    """True: what a `writing` block does becomes visible whole or not at all, however the process ends."""

    def steady(self) -> AbstractContextManager[None]:
        """Where `atomic`: reads of this thread inside the block all see one state, whatever is written meanwhile."""
        ...

    def aside(self) -> AbstractContextManager[Reading]:
        """For reading most of the database, in the state this thread reads: what that took of memory is given back."""
        ...

    def state(self) -> int | None:
        """A number for the state this thread reads, another one after every write; None where others may write too."""
        ...

    def writing(self, rows: int) -> AbstractContextManager[Writing]:
        """Everything written inside is kept when the block ends, or dropped (where `atomic`) when it raises.

        `rows` says about how many rows will be written, so that the engine can choose its way.
        One write at a time: a second one waits for its turn. Raises `StoreBusyError` when that takes too long.
        """
        ...

    def close(self) -> None:
        """Release the database."""
        ...
