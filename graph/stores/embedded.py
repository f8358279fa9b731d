"""The embedded engine: LadybugDB in a folder.

What was measured of the engine decides how this module writes. COPY is not in its write-ahead log: a process
killed at COMMIT keeps the marker and loses the rows. So a load of any size is built in a copy of the store's
file, checkpointed, counted, and renamed over the live file; the old file stays as it was until that instant, and
readers of this process go on reading it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa

from graph.model import META, SCHEMA_VERSION
from graph.records import RelKey
from graph.stores.dialect import LADYBUG, Dialect
from graph.stores.engine import TURN
from graph.stores.errors import StoreBusyError, StoreError, StoreMissingError
from graph.stores.files import copy_file, room_on_disk, sync_folder
from graph.stores.live import Live
from graph.stores.lock import Mode, StoreLock
from graph.stores.scanning import Column
from graph.stores.tables import OneFile, Tables

FILE: Final = "graph.lbug"
BUILDING: Final = "graph.building.lbug"
_EMPTY: Final[dict[tuple[str, ...], bytes]] = {}
"""An empty store's file, by what it was made of: 200 kB that take the engine sixty statements to make."""


class EmbeddedEngine:
    """One open store folder. Reads on the live file; writes in a copy that replaces it."""

    dialect: Dialect = LADYBUG
    atomic = True

    def __init__(self, folder: Path, mode: Mode = "write", wait: float = 0.0, turn: float = TURN):
        self.folder = folder
        self._turn = threading.Lock()
        self._patience = turn
        self.mode = mode
        if mode == "read" and not (folder / FILE).exists():
            raise StoreMissingError(
                f"{folder} 中还没有数据。请先运行 lookthrough load。",
                f"There is no data in {folder} yet. Run lookthrough load first.",
            )
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if mode == "read" and self._unfinished():
            self._put_in_order(wait)
        self._open(wait)
        if mode == "read" and self._lacking():
            # A store of an older version lacks the types that came since: they are made, empty, before it is only read.
            self.close()
            self._put_in_order(wait)
            self._open(wait)

    def _put_in_order(self, wait: float) -> None:
        with StoreLock(self.folder, "write", wait):
            self._make_ready()

    def _open(self, wait: float) -> None:
        self._lock = StoreLock(self.folder, self.mode, wait)
        whole = self.mode == "read"  # Asked last of all: making tables takes the lock of who writes.
        try:
            if self.mode == "write":
                self._clear_leftovers()
                if not (self.folder / FILE).exists() or self._unfinished():
                    self._make_ready()
                    whole = True
            self._live = Live(self.folder / FILE)
        except BaseException:
            self._lock.close()
            raise
        # Asked of the file that is open anyhow: opening it takes longer than most questions.
        if not whole and self._lacking():
            self._live.close()
            try:
                self._make_ready()
                self._live = Live(self.folder / FILE)
            except BaseException:
                self._lock.close()
                raise

    def _lacking(self) -> bool:
        try:
            with self._live.reading() as tables:
                return bool(tables.lacking())
        except BaseException:
            self.close()
            raise

    def _make_ready(self) -> None:
        """Every table of the model in the file: from then on the live file is only read."""
        live, building = self.folder / FILE, self.folder / BUILDING
        with room_on_disk(self.folder):
            if live.exists():
                if self._unfinished():
                    self._finish()
                if _has_every_table(live):
                    return
            # Made aside and renamed: a store file that is empty or cut off is then never one that was being made.
            try:
                if old := live.exists():
                    copy_file(live, building)
                _make_tables(building, new=not old)
                building.replace(live)
                sync_folder(self.folder)
            finally:
                self._clear_leftovers()

    def _unfinished(self) -> bool:
        """Did a process end while the engine was writing to the live file itself (as earlier versions let it)?"""
        return any(p.name.startswith((FILE + ".wal", FILE + ".shadow")) for p in self.folder.iterdir())

    def _finish(self) -> None:
        """Let the engine bring the live file in order, which it refuses to readers."""
        tables = OneFile(self.folder / FILE, read_only=False)
        try:
            tables.run("CHECKPOINT")
        finally:
            tables.close()

    def _clear_leftovers(self) -> None:
        # What a killed load was building was never part of the store.
        for path in self.folder.glob(BUILDING + "*"):
            path.unlink()

    # Reads go to the live file.
    def steady(self) -> contextlib.AbstractContextManager[None]:
        """See `Engine.steady`."""
        return self._live.steady()

    def state(self) -> int | None:
        """See `Engine.state`: nobody else writes while this process has the folder."""
        return self._live.state()

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 60.0) -> pa.Table:
        """See `Reading.query`."""
        return self._live.answer(lambda tables: tables.query(cypher, params, timeout))

    def aside(self) -> contextlib.AbstractContextManager[Tables]:
        """See `Engine.aside`."""
        return self._live.aside()

    def scan(self, pattern: str, columns: Sequence[Column], timeout: float = 60.0) -> pl.DataFrame:
        """See `Reading.scan`."""
        return self._live.answer(lambda tables: tables.scan(pattern, columns, timeout))

    def node_rows(self, type_name: str, ids: pl.Series | None = None) -> pl.DataFrame:
        """See `Reading.node_rows`."""
        return self._live.answer(lambda tables: tables.node_rows(type_name, ids))

    def node_ids(self, type_name: str) -> pl.Series:
        """See `Reading.node_ids`."""
        return self._live.answer(lambda tables: tables.node_ids(type_name))

    def rel_keys(self, rel: RelKey) -> pl.Series:
        """See `Reading.rel_keys`."""
        return self._live.answer(lambda tables: tables.rel_keys(rel))

    def rel_rows(
        self, rel: RelKey, ends: pl.Series | None = None, fields: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """See `Reading.rel_rows`."""
        return self._live.answer(lambda tables: tables.rel_rows(rel, ends, fields))

    def count_nodes(self, type_name: str) -> int:
        """See `Reading.count_nodes`."""
        return self._live.answer(lambda tables: tables.count_nodes(type_name))

    def counts(self, names: Collection[str] | None = None) -> dict[str, int]:
        """See `Reading.counts`."""
        return self._live.answer(lambda tables: tables.counts(names))

    def any_rel(self, type_name: str) -> bool:
        """See `Reading.any_rel`."""
        return self._live.answer(lambda tables: tables.any_rel(type_name))

    @contextlib.contextmanager
    def writing(self, rows: int) -> Iterator[Tables]:
        """Write into a copy; put it in the live file's place when the block ends well."""
        if self.mode != "write":
            raise StoreError("该数据库以只读方式打开。", "This store is open for reading only.")
        if not self._turn.acquire(timeout=self._patience):
            raise StoreBusyError(
                f"等待 {self._patience:g} 秒后，另一项写入仍在进行。请等其结束后重试。",
                f"After {self._patience:g} seconds another write is still under way. Wait until it is done, then try "
                "again.",
            )
        building = self.folder / BUILDING
        copy: OneFile | None = None
        try:
            self._live.state()  # What is copied must be what is read.
            with room_on_disk(self.folder):
                copy_file(self.folder / FILE, building)
                copy = OneFile(building, read_only=False, auto_checkpoint=False)
                yield copy
                copy.run("CHECKPOINT")
                expected = copy.counts(copy.written)
                copy.close()
                copy = None
                self._live.replace_by(building, lambda again: _verify(again, expected))
        finally:
            if copy is not None:
                with contextlib.suppress(Exception):
                    copy.close()
            self._clear_leftovers()
            self._turn.release()

    def close(self) -> None:
        """See `Engine.close`."""
        self._live.close()
        self._lock.close()


def _has_every_table(path: Path) -> bool:
    tables = OneFile(path, read_only=True)
    try:
        return not tables.lacking()
    finally:
        tables.close()


def _make_tables(path: Path, new: bool) -> None:
    statements = LADYBUG.schema()
    made_of = (str(SCHEMA_VERSION), *statements)
    if new and (empty := _EMPTY.get(made_of)) is not None:
        _write_through(path, empty)
        return
    _run_schema(path, statements, new)
    if new:
        # A process that makes one store may make many: the next is the same file again.
        _EMPTY[made_of] = path.read_bytes()


def _write_through(path: Path, content: bytes) -> None:
    """Write a file that is on the disk when this returns."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _run_schema(path: Path, statements: Sequence[str], new: bool) -> None:
    tables = OneFile(path, read_only=False)
    try:
        # In one transaction: each by itself would be put on the disk by itself.
        tables.run("BEGIN TRANSACTION")
        for statement in statements:
            tables.run(statement)
        tables.run("COMMIT")
        if new:
            # With the file: writing it there afterwards would be a second making of the same.
            tables.save_record(META.name, {"id": "schema_version", "value": str(SCHEMA_VERSION)})
        tables.run("CHECKPOINT")
    finally:
        tables.close()


def _verify(again: Tables, expected: dict[str, int]) -> None:
    """Count what was written, opened afresh: the file must hold what the engine said it held."""
    found = again.counts(expected)
    if found != expected:
        wrong = ", ".join(f"{k}: {found.get(k)} ≠ {n}" for k, n in expected.items() if found.get(k) != n)
        raise StoreError(
            f"写入后的核对不一致（{wrong}），本次导入已撤销，原数据未变。",
            f"What was written does not count up ({wrong}). This load was taken back; the store is as it was.",
        )
