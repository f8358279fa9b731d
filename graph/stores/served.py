"""A store that another process of the same user holds open and serves: the whole contract, through it."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any, Final, Self

import polars as pl
import pyarrow as pa

from graph.penetration.tables import OwnershipTables
from graph.records import Extract, RelKey
from graph.stores import wire
from graph.stores.applying import Progress
from graph.stores.cancelling import stopping_with
from graph.stores.contract import Applied, BatchRecord
from graph.stores.dialect import LADYBUG, Dialect
from graph.stores.errors import StoreError, StoreUnavailableError
from graph.stores.lock import Mode, holder_of
from graph.stores.serving import StoreServer, serve_store
from graph.stores.store import refuse_other

__all__ = ["ServedStore", "StoreServer", "serve_store", "served_in"]

_TICK: Final = 0.2
"""Seconds between two looks for an answer: Ctrl-C falls between them."""
_CONNECT: Final = 10.0
"""Seconds a service may take to answer the first word."""


def served_in(folder: Path, url: str, mode: Mode) -> ServedStore | None:
    """The store of this folder through the process that serves it; None where none does."""
    holder = holder_of(folder)
    if holder is None or holder.address is None or holder.key is None:
        return None
    store = ServedStore(url, holder.pid, holder.address, holder.key, mode)
    try:
        store.greet()
    except StoreUnavailableError:
        store.close()
        return None
    except BaseException:
        store.close()
        raise
    return store


class ServedStore:
    """See `GraphStore`. Raises `StoreUnavailableError` once the serving process is gone."""

    def __init__(self, url: str, pid: int, address: str | tuple[str, int], key: str, mode: Mode):
        self.url = url
        self._pid, self._address, self._key = pid, address, bytes.fromhex(key)
        self._mode = mode
        self._idle: list[Connection] = []
        self._unanswered: set[Connection] = set()
        self._lock = threading.Lock()
        self._pinned = threading.local()

    def greet(self) -> None:
        """Make sure that both sides speak the same."""
        said = self._ask("hello", wait=_CONNECT)[0]
        if said["protocol"] != wire.PROTOCOL:
            raise StoreError(
                f"持有该数据库的服务（进程 {self._pid}）是另一版本的程序。请重启该服务。",
                f"The service that holds this store (process {self._pid}) is of another version. Restart it.",
            )
        refuse_other(said["schema_version"])

    @property
    def dialect(self) -> Dialect:
        """See `GraphStore.dialect`."""
        return LADYBUG  # Only embedded stores are held by one process.

    # --- changes ---
    def apply(self, extract: Extract, options: str = "", progress: Progress | None = None) -> Applied:
        """See `GraphStore.apply`."""
        header, frames = wire.packed_extract(extract)
        given = {"extract": header, "options": options}
        return wire.applied_of(*self._change("apply", given, frames, progress))

    def unload(self, batch_id: str, progress: Progress | None = None) -> Applied:
        """See `GraphStore.unload`."""
        return wire.applied_of(*self._change("unload", batch_id, (), progress))

    def take_back_unfinished(self) -> None:
        """See `GraphStore.take_back_unfinished`."""
        self._change("take_back_unfinished", None, ())

    def replace_derived(self, type_name: str, frames: Sequence[tuple[RelKey, pl.DataFrame]]) -> None:
        """See `GraphStore.replace_derived`."""
        rels, sent = wire.packed_derived(frames)
        self._change("replace_derived", {"type": type_name, "rels": rels}, sent)

    def put_in_play(
        self,
        frames: Mapping[str, Sequence[tuple[RelKey, pl.DataFrame]]],
        meta: Mapping[str, str],
        leading_to: pl.Series | None = None,
    ) -> None:
        """See `GraphStore.put_in_play`."""
        packed = {name: wire.packed_derived(parts) for name, parts in frames.items()}
        sent = [frame for _, parts in packed.values() for frame in parts]
        given = {
            "types": {name: rels for name, (rels, _) in packed.items()},
            "meta": dict(meta),
            "some": leading_to is not None,
        }
        some = [] if leading_to is None else [leading_to.alias("id").to_frame()]
        self._change("put_in_play", given, [*some, *sent])

    def check_person_key(self, check_value: str) -> None:
        """See `GraphStore.check_person_key`."""
        self._ask("check_person_key", check_value)

    def set_meta(self, values: Mapping[str, str]) -> None:
        """See `GraphStore.set_meta`."""
        self._change("set_meta", dict(values))

    def _change(
        self, call: str, given: Any, frames: wire.Frames = (), progress: Progress | None = None
    ) -> tuple[Any, list[pa.Table]]:
        if self._mode != "write":
            raise StoreError("该数据库以只读方式打开。", "This store is open for reading only.")
        return self._ask(call, given, frames, progress)

    # --- asking ---
    steady_in_context = False  # A state belongs to a connection, and a connection answers one call at a time.

    @contextlib.contextmanager
    def steady(self) -> Iterator[None]:
        """See `GraphStore.steady`."""
        if getattr(self._pinned, "peer", None) is not None:
            yield
            return
        with self._lines() as peer:
            self._exchange(peer, "steady", True)
            self._pinned.peer = peer
            try:
                yield
            finally:
                self._pinned.peer = None
                self._exchange(peer, "steady", False)

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 30.0) -> pa.Table:
        """See `GraphStore.query`."""
        given = {"cypher": cypher, "params": dict(params or {}), "timeout": timeout}
        return self._ask("query", given)[1][0]

    def query_apart(self, cypher: str, timeout: float = 30.0) -> pa.Table:
        """See `GraphStore.query_apart`."""
        return self._ask("query_apart", {"cypher": cypher, "timeout": timeout})[1][0]

    def ownership(self, proofs: bool = True) -> OwnershipTables:
        """See `GraphStore.ownership`."""
        return wire.ownership_of(self._ask("ownership", {"proofs": proofs})[1])

    def batches(self) -> list[BatchRecord]:
        """See `GraphStore.batches`."""
        return wire.batches_of(self._ask("batches")[0])

    def loaded_files(self) -> set[tuple[str, str, str]]:
        """See `GraphStore.loaded_files`."""
        return {(d, s, o) for d, s, o in self._ask("loaded_files")[0]}

    def fingerprint(self) -> str:
        """See `GraphStore.fingerprint`."""
        return str(self._ask("fingerprint")[0])

    def counts(self) -> dict[str, int]:
        """See `GraphStore.counts`."""
        return dict(self._ask("counts")[0])

    def present(self) -> frozenset[str]:
        """See `GraphStore.present`."""
        return frozenset(self._ask("present")[0])

    def schema_version(self) -> int:
        """See `GraphStore.schema_version`."""
        return int(self._ask("schema_version")[0])

    def meta(self, id_: str) -> str | None:
        """See `GraphStore.meta`."""
        found = self._ask("meta", id_)[0]
        return None if found is None else str(found)

    # --- the line ---
    def _ask(
        self,
        call: str,
        given: Any = None,
        frames: wire.Frames = (),
        progress: Progress | None = None,
        wait: float | None = None,
    ) -> tuple[Any, list[pa.Table]]:
        pinned = getattr(self._pinned, "peer", None)
        if pinned is not None:
            return self._exchange(pinned, call, given, frames, progress, wait)
        with self._lines() as peer:
            return self._exchange(peer, call, given, frames, progress, wait)

    @contextlib.contextmanager
    def _lines(self) -> Iterator[Connection]:
        """A connection for one block; one left in the middle of an answer is not used again."""
        with self._lock:
            peer = self._idle.pop() if self._idle else None
        if peer is None:
            peer = self._connect()
        try:
            yield peer
        finally:
            with self._lock:
                if peer in self._unanswered:
                    self._unanswered.discard(peer)
                    peer.close()
                else:
                    self._idle.append(peer)

    def _connect(self) -> Connection:
        try:
            # The other side must prove that it has the key before anything it sends is read.
            return Client(self._address, authkey=self._key)
        except (OSError, EOFError, AuthenticationError) as error:
            raise self._gone() from error

    def _gone(self) -> StoreUnavailableError:
        pid = self._pid
        return StoreUnavailableError(
            f"持有该数据库的服务（进程 {pid}）没有应答，可能已停止。请重试；仍不行时请重启该服务。",
            f"The service that held this store (process {pid}) does not answer; it may have stopped. Try again, and "
            "restart it if that does not help.",
        )

    def _exchange(
        self,
        peer: Connection,
        call: str,
        given: Any = None,
        frames: wire.Frames = (),
        progress: Progress | None = None,
        wait: float | None = None,
    ) -> tuple[Any, list[pa.Table]]:
        number = uuid.uuid4().hex
        self._unanswered.add(peer)
        try:
            with stopping_with(lambda: self._cancel(number)):
                wire.send(peer, {"call": call, "given": given, "number": number}, frames)
                said, tables = self._answer(peer, number, progress, wait)
        except (OSError, EOFError) as error:
            raise self._gone() from error
        self._unanswered.discard(peer)
        if "error" in said:
            raise wire.error_of(said["error"])
        return said["value"], tables

    def _answer(
        self, peer: Connection, number: str, progress: Progress | None, wait: float | None
    ) -> tuple[dict[str, Any], list[pa.Table]]:
        """The answer to a call; what happens on this side meanwhile stops the call, and is raised if that stopped it."""
        stopped: BaseException | None = None
        while True:
            try:
                while not peer.poll(_TICK if wait is None else wait):
                    if wait is not None:
                        raise EOFError("no answer")
                    if stopped is not None:
                        self._cancel(number)
                said, tables = wire.receive(peer)
                if "progress" not in said:
                    break
                if progress is not None and stopped is None:
                    progress(*said["progress"])
            except (OSError, EOFError):
                raise
            except BaseException as error:
                if stopped is not None:
                    raise
                # What was begun is stopped over there too; how it ended is still to be heard.
                stopped = error
                self._cancel(number)
        if stopped is not None and "error" in said:
            self._unanswered.discard(peer)
            raise stopped
        return said, tables

    def _cancel(self, number: str) -> None:
        """Stop a call that another connection waits for."""
        with contextlib.suppress(StoreError, OSError, EOFError), self._connect() as peer:
            wire.send(peer, {"call": "cancel", "given": number, "number": uuid.uuid4().hex})
            wire.receive(peer)

    def close(self) -> None:
        """See `GraphStore.close`: hang up. The serving process keeps the store."""
        with self._lock:
            for peer in self._idle:
                peer.close()
            self._idle.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
