"""The contract every store fulfils, whatever its engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, Self

import polars as pl
import pyarrow as pa

from graph.penetration.tables import OwnershipTables
from graph.records import Extract, RelKey
from graph.resolution.same_party import NameMatches
from graph.stores.applying import Progress
from graph.stores.dialect import Dialect


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """One load: `state` is "open" until its counts are checked, then "done"; `counts` are rows stated, by type."""

    id: str
    state: str
    dataset: str
    snapshot: str | None
    snapshot_tables: tuple[str, ...]
    snapshot_scope: str | None
    files: tuple[Mapping[str, Any], ...]
    counts: Mapping[str, int]
    loaded_at: str
    software: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a load or an unload did. `counts`: rows stated, by type. `names`: how bare names were matched."""

    batch_id: str
    counts: Mapping[str, int]
    names: NameMatches | None


class GraphStore(Protocol):
    """One open graph. Every method may raise a `StoreError`, whose message says what to do.

    Methods may be called from any number of threads at once. Readers are not held up by a load: they see what was
    there before it until it is done. One write at a time: a second one waits for its turn (`StoreBusyError` when
    that takes too long). `graph.stores.cancelling.cancellable` lets another thread stop what runs.
    """

    url: str

    @property
    def dialect(self) -> Dialect:
        """Where this engine's Cypher differs."""
        ...

    def apply(self, extract: Extract, options: str = "", progress: Progress | None = None) -> Applied:
        """Load one batch, all or nothing. The same batch again changes nothing."""
        ...

    def unload(self, batch_id: str, progress: Progress | None = None) -> Applied:
        """Take one batch back exactly: what no other batch states is gone. Raises `UnknownBatchError`."""
        ...

    def take_back_unfinished(self) -> None:
        """Take back what a load left open that could not do so itself, as when its server went. Loads do it first, and
        so does opening. Raises `StoreBusyError` while another process is loading.
        """
        ...

    def replace_derived(self, type_name: str, frames: Sequence[tuple[RelKey, pl.DataFrame]]) -> None:
        """Replace all relationships of a derived type. Frames: from_id, to_id and the type's fields."""
        ...

    def put_in_play(
        self,
        frames: Mapping[str, Sequence[tuple[RelKey, pl.DataFrame]]],
        meta: Mapping[str, str],
        leading_to: pl.Series | None = None,
    ) -> None:
        """Replace derived relationships of some types, and keep values, in one write.

        `frames`: by type, as for `replace_derived`. `leading_to`: ids of the companies of which alone they are replaced.
        """
        ...

    steady_in_context: bool
    """Whether threads begun with a copy of the context of a `steady` block read its state too."""

    def steady(self) -> AbstractContextManager[None]:
        """All reads of this thread inside the block see one state, whatever is loaded meanwhile.

        Neo4j can't hold a state still for longer than one query: there a block only says what is wished.
        """
        ...

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 30.0) -> pa.Table:
        """Run a read query, at most `timeout` seconds; columns in the order of its RETURN."""
        ...

    def query_apart(self, cypher: str, timeout: float = 30.0) -> pa.Table:
        """The same of a large answer read from much of the store: what that takes of memory is given back."""
        ...

    def ownership(self, proofs: bool = True) -> OwnershipTables:
        """Everything that ownership and control are worked out from.

        `proofs`: with names, and with the keys and sources of holdings, which take half of the time and most of the memory.
        """
        ...

    def batches(self) -> list[BatchRecord]:
        """All batches, by time of loading."""
        ...

    def loaded_files(self) -> set[tuple[str, str, str]]:
        """(data set, SHA-256, options) of every file of a batch that is done."""
        ...

    def fingerprint(self) -> str:
        """Names what was loaded: equal sets of batches give equal fingerprints, on any engine."""
        ...

    def counts(self) -> dict[str, int]:
        """How many nodes and relationships of every type."""
        ...

    def present(self) -> frozenset[str]:
        """Relationship types of which there is any; quick where `counts` looks through everything."""
        ...

    def schema_version(self) -> int:
        """The version of the schema this store was made with."""
        ...

    def check_person_key(self, check_value: str) -> None:
        """Remember, or compare with, the check value of the persons' key. Raises `KeyMismatchError`."""
        ...

    def meta(self, id_: str) -> str | None:
        """A value kept with the store."""
        ...

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Keep values with the store."""
        ...

    def close(self) -> None:
        """Release the store."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...
