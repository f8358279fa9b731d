"""The embedded engine: LadybugDB in a folder.

What was measured of the engine decides how this module writes. COPY is not in its write-ahead log: a process
killed at COMMIT keeps the marker and loses the rows. So a load of any size is built in a copy of the store's
file, checkpointed, counted, and renamed over the live file; the old file stays as it was until that instant.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import ladybug
import polars as pl
import pyarrow as pa

from graph.model import BATCH, META, NODE_TYPES, REL_TYPES
from graph.records import RelKey, node_schema, rel_schema
from graph.stores.dialect import LADYBUG, Dialect, counting
from graph.stores.errors import (
    QueryTimeoutError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreMissingError,
)
from graph.stores.lock import Mode, StoreLock

FILE: Final = "graph.lbug"
BUILDING: Final = "graph.building.lbug"
EVERY_TYPE: Final = (*NODE_TYPES, BATCH.name, META.name, *REL_TYPES)
_BUFFER_BYTES: Final = 2 << 30
_AT_ONCE: Final = 1_000_000
"""Relationships copied in at once."""
_FEW: Final = 2_000
"""Up to this many rows a look-up by key beats a scan."""


class EmbeddedEngine:
    """One open store folder. Reads on the live file; writes in a copy that replaces it."""

    dialect: Dialect = LADYBUG
    atomic = True

    def __init__(self, folder: Path, mode: Mode = "write", wait: float = 0.0):
        self.folder = folder
        self.mode = mode
        if mode == "read" and not (folder / FILE).exists():
            raise StoreMissingError(
                f"{folder} 中还没有数据。请先运行 lookthrough load。",
                f"There is no data in {folder} yet. Run lookthrough load first.",
            )
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._lock = StoreLock(folder, mode, wait)
        try:
            if mode == "write":
                self._clear_leftovers()
                if not (folder / FILE).exists():
                    self._create()
            self._tables = _Tables(folder / FILE, read_only=mode == "read")
            if mode == "write":
                for statement in self.dialect.schema():
                    self._tables.run(statement)
        except BaseException:
            self._lock.close()
            raise

    def _create(self) -> None:
        # Made aside and renamed: a store file that is empty or cut off is then never one that was being made.
        with _room_on_disk(self.folder):
            tables = _Tables(self.folder / BUILDING, read_only=False)
            try:
                for statement in self.dialect.schema():
                    tables.run(statement)
                tables.run("CHECKPOINT")
                tables.close()
                (self.folder / BUILDING).replace(self.folder / FILE)
                _sync_folder(self.folder)
            finally:
                with contextlib.suppress(Exception):
                    tables.close()
                self._clear_leftovers()

    def _clear_leftovers(self) -> None:
        # What a killed load was building was never part of the store.
        for path in self.folder.glob(BUILDING + "*"):
            path.unlink()

    # Reads go to the live file.
    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 60.0) -> pa.Table:
        """See `Reading.query`."""
        return self._tables.query(cypher, params, timeout)

    def node_rows(self, type_name: str, ids: pl.Series | None = None) -> pl.DataFrame:
        """See `Reading.node_rows`."""
        return self._tables.node_rows(type_name, ids)

    def node_ids(self, type_name: str) -> pl.Series:
        """See `Reading.node_ids`."""
        return self._tables.node_ids(type_name)

    def rel_keys(self, rel: RelKey) -> pl.Series:
        """See `Reading.rel_keys`."""
        return self._tables.rel_keys(rel)

    def rel_rows(
        self, rel: RelKey, column: str | None = None, values: pl.Series | None = None
    ) -> pl.DataFrame:
        """See `Reading.rel_rows`."""
        return self._tables.rel_rows(rel, column, values)

    def count_nodes(self, type_name: str) -> int:
        """See `Reading.count_nodes`."""
        return self._tables.count_nodes(type_name)

    def count_rels(self, type_name: str) -> int:
        """See `Reading.count_rels`."""
        return self._tables.count_rels(type_name)

    def counts(self) -> dict[str, int]:
        """See `Reading.counts`."""
        return self._tables.counts()

    @contextlib.contextmanager
    def writing(self, rows: int) -> Iterator[_Tables]:
        """Write into a copy; put it in the live file's place when the block ends well."""
        if self.mode != "write":
            raise StoreError("该数据库以只读方式打开。", "This store is open for reading only.")
        live, building = self.folder / FILE, self.folder / BUILDING
        self._tables.run("CHECKPOINT")
        self._tables.close()
        copy: _Tables | None = None
        try:
            with _room_on_disk(self.folder):
                shutil.copyfile(live, building)
                copy = _Tables(building, read_only=False, auto_checkpoint=False)
                yield copy
                copy.run("CHECKPOINT")
                expected = copy.counts(sorted(copy.written))
                copy.close()
                copy = None
                _verify(building, expected)
                building.replace(live)
                _sync_folder(self.folder)
        finally:
            if copy is not None:
                with contextlib.suppress(Exception):
                    copy.close()
            self._clear_leftovers()
            self._tables = _Tables(live, read_only=False)

    def close(self) -> None:
        """See `Engine.close`."""
        self._tables.close()
        self._lock.close()


def _verify(path: Path, expected: dict[str, int]) -> None:
    """Open what was written afresh and count it: the file must hold what the engine said it held."""
    again = _Tables(path, read_only=True)
    try:
        found = again.counts(list(expected))
    finally:
        again.close()
    if found != expected:
        wrong = ", ".join(f"{k}: {found.get(k)} ≠ {n}" for k, n in expected.items() if found.get(k) != n)
        raise StoreError(
            f"写入后的核对不一致（{wrong}），本次导入已撤销，原数据未变。",
            f"What was written does not count up ({wrong}). This load was taken back; the store is as it was.",
        )


@contextlib.contextmanager
def _room_on_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _full(folder) from error
        raise
    except RuntimeError as error:
        if "No space left" in str(error) or "ENOSPC" in str(error):
            raise _full(folder) from error
        raise


def _unopened(path: Path, error: Exception) -> StoreError:
    if "IO exception" not in str(error):
        return _damaged(path, str(error))
    if "No space left" in str(error):
        return _full(path.parent)
    return StoreError(
        f"无法打开数据库文件 {path}（{error}）。请检查权限和磁盘后重试。",
        f"The store's file {path} can't be opened ({error}). Check permissions and disk, then try again.",
    )


def _damaged(path: Path, why: str) -> StoreDamagedError:
    return StoreDamagedError(
        f"数据库文件 {path} 已损坏或不完整（{why}）。请从备份恢复；没有备份时，移走该文件夹并重新导入原始文件。",
        f"The store's file {path} is damaged or cut off ({why}). Restore it from a backup; without one, move the "
        "folder away and load the original files again.",
    )


def _full(folder: Path) -> StoreFullError:
    return StoreFullError(
        f"磁盘空间不足：{folder}。原数据未变，请腾出空间后重新导入。",
        f"No room left on the disk of {folder}. The store is as it was: free some room and load again.",
    )


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class _Tables:
    """One open database file: reads and writes in columns."""

    dialect: Dialect = LADYBUG

    def __init__(self, path: Path, read_only: bool, auto_checkpoint: bool = True):
        self.path = path
        if path.exists() and not path.stat().st_size:
            raise _damaged(path, "0 bytes")
        try:
            self._database = ladybug.Database(
                str(path),
                buffer_pool_size=_BUFFER_BYTES,
                read_only=read_only,
                auto_checkpoint=auto_checkpoint,
            )
        except (RuntimeError, MemoryError) as error:
            # Nonsense lengths read from a broken file end in an allocation that fails.
            raise _unopened(path, error) from error
        self._connection = ladybug.Connection(self._database)
        self.written: set[str] = set()
        """Types written to since it was opened."""

    def close(self) -> None:
        self._connection.close()
        self._database.close()

    def run(self, cypher: str, params: Mapping[str, Any] | None = None) -> None:
        """Run a statement whose answer nobody reads (reading it after a write without RETURN fails)."""
        try:
            self._connection.execute(cypher, dict(params or {}))
        except RuntimeError as error:
            # No statement run here has a time limit: only Ctrl-C ends one early.
            if "Interrupted" in str(error) or _swallowed_interrupt(error):
                raise KeyboardInterrupt from error
            raise

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 60.0) -> pa.Table:
        self._connection.set_query_timeout(int(timeout * 1000))
        started = time.monotonic()
        try:
            result = self._connection.execute(cypher, dict(params or {}))
        except RuntimeError as error:
            if "Interrupted" in str(error):
                if not timeout or time.monotonic() - started < timeout / 2:
                    raise KeyboardInterrupt from error
                raise QueryTimeoutError(
                    f"查询超过 {timeout:g} 秒，已停止。",
                    f"The query ran past {timeout:g} seconds and was stopped.",
                ) from error
            if _swallowed_interrupt(error):
                raise KeyboardInterrupt from error
            raise
        finally:
            self._connection.set_query_timeout(0)
        if isinstance(result, list):
            raise ValueError("one statement at a time")
        return result.get_as_arrow()

    def _frame(
        self, cypher: str, schema: Mapping[str, pl.DataType], params: Mapping[str, Any] | None = None
    ) -> pl.DataFrame:
        table = self.query(cypher, params, timeout=0)
        frame = pl.DataFrame(pl.from_arrow(table.rename_columns(list(schema))))
        return frame.cast(dict(schema))  # type: ignore[arg-type]

    # --- reads ---
    def node_ids(self, type_name: str) -> pl.Series:
        return self._frame(f"MATCH (n:{type_name}) RETURN n.id", {"id": pl.String()})["id"]

    def node_rows(self, type_name: str, ids: pl.Series | None = None) -> pl.DataFrame:
        schema = node_schema(type_name)
        returned = ", ".join(f"n.{name}" for name in schema)
        if ids is not None and ids.len() <= _FEW:
            cypher = f"UNWIND $ids AS i MATCH (n:{type_name} {{id: i}}) RETURN {returned}"
            if ids.is_empty():
                return pl.DataFrame(schema=schema)
            return self._frame(cypher, schema, {"ids": ids.unique().to_list()})
        frame = self._frame(f"MATCH (n:{type_name}) RETURN {returned}", schema)
        return frame if ids is None else frame.filter(pl.col("id").is_in(ids.implode()))

    def rel_keys(self, rel: RelKey) -> pl.Series:
        name, start, end = rel
        return self._frame(f"MATCH (:{start})-[r:{name}]->(:{end}) RETURN r.key", {"key": pl.String()})["key"]

    def rel_rows(
        self, rel: RelKey, column: str | None = None, values: pl.Series | None = None
    ) -> pl.DataFrame:
        name, start, end = rel
        schema = rel_schema(name)
        returned = ", ".join(["a.id", "b.id", *[f"r.{f}" for f in schema if f not in ("from_id", "to_id")]])
        anchored = {"from_id": "a", "to_id": "b"}.get(column or "")
        if anchored and values is not None and values.len() <= _FEW:
            if values.is_empty():
                return pl.DataFrame(schema=schema)
            label = start if anchored == "a" else end
            cypher = (
                f"UNWIND $ids AS i MATCH ({anchored}:{label} {{id: i}}) "
                f"MATCH (a:{start})-[r:{name}]->(b:{end}) RETURN {returned}"
            )
            return self._frame(cypher, schema, {"ids": values.unique().to_list()})
        frame = self._frame(f"MATCH (a:{start})-[r:{name}]->(b:{end}) RETURN {returned}", schema)
        if column is None or values is None:
            return frame
        return frame.filter(pl.col(column).is_in(values.implode()))

    def count_nodes(self, type_name: str) -> int:
        return int(self.query(f"MATCH (n:{type_name}) RETURN count(*)").column(0)[0].as_py())

    def count_rels(self, type_name: str) -> int:
        return int(self.query(f"MATCH ()-[r:{type_name}]->() RETURN count(*)").column(0)[0].as_py())

    def counts(self, names: Sequence[str] = EVERY_TYPE) -> dict[str, int]:
        rows = self.query(counting(names), timeout=0).to_pylist() if names else []
        found = {row["type"]: row["n"] for row in rows}
        return {name: found.get(name, 0) for name in names}

    # --- writes ---
    def insert_nodes(self, type_name: str, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        self.written.add(type_name)
        self.run(f"COPY {type_name} FROM $rows", {"rows": _arrow(frame, node_schema(type_name))})

    def update_nodes(self, type_name: str, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        fields = [c for c in frame.columns if c != "id"]
        # The loaded columns are renamed so that none of them shadows a property.
        rows = frame.rename({c: f"_{c}" for c in frame.columns})
        setters = ", ".join(f"n.{c} = _{c}" for c in fields)
        self.run(f"LOAD FROM $rows MATCH (n:{type_name} {{id: _id}}) SET {setters}", {"rows": _arrow(rows)})

    def delete_nodes(self, type_name: str, ids: pl.Series) -> None:
        if ids.is_empty():
            return
        self.written.add(type_name)
        rows = _arrow(ids.to_frame("_id"))
        self.run(f"LOAD FROM $rows MATCH (n:{type_name} {{id: _id}}) DELETE n", {"rows": rows})

    def insert_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        name, start, end = rel
        self.written.add(name)
        for part in frame.iter_slices(_AT_ONCE):
            rows = _arrow(part, rel_schema(name))
            self.run(f"COPY {name} FROM $rows (from='{start}', to='{end}')", {"rows": rows})
            if frame.height > _AT_ONCE:
                # What is not checkpointed stays in the engine's buffers, which a national register overfills.
                self.run("CHECKPOINT")

    def update_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        fields = [c for c in frame.columns if c not in ("key", "from_id", "to_id")]
        rows = frame.rename({c: f"_{c}" for c in frame.columns})
        setters = ", ".join(f"r.{c} = _{c}" for c in fields)
        self.run(f"{self._matched(rel)} SET {setters}", {"rows": _arrow(rows)})

    def delete_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        keyed = frame.select("key", "from_id", "to_id")
        rows = keyed.rename({c: f"_{c}" for c in keyed.columns})
        self.written.add(rel[0])
        self.run(f"{self._matched(rel)} DELETE r", {"rows": _arrow(rows)})

    def _matched(self, rel: RelKey) -> str:
        name, start, end = rel
        # One MATCH a line: written as a single pattern the engine scans all nodes for each row.
        return (
            f"LOAD FROM $rows MATCH (b:{end} {{id: _to_id}}) MATCH (a:{start} {{id: _from_id}}) "
            f"MATCH (a)-[r:{name}]->(b) WHERE r.key = _key"
        )

    def replace_rels(self, type_name: str, frames: Sequence[tuple[RelKey, pl.DataFrame]]) -> None:
        self.written.add(type_name)
        self.run(f"DROP TABLE {type_name}")
        for statement in self.dialect.schema():
            if statement.startswith(f"CREATE REL TABLE IF NOT EXISTS {type_name}("):
                self.run(statement)
        for rel, frame in frames:
            self.insert_rels(rel, frame)

    def save_record(self, type_name: str, values: Mapping[str, Any]) -> None:
        self.delete_record(type_name, values["id"])
        frame = pl.DataFrame([dict(values)], schema=node_schema(type_name))
        self.insert_nodes(type_name, frame)

    def delete_record(self, type_name: str, id_: str) -> None:
        self.run(f"MATCH (n:{type_name} {{id: $id}}) DELETE n", {"id": id_})


def _swallowed_interrupt(error: RuntimeError) -> bool:
    """Whether a Ctrl-C fell while the engine was calling Python: it gives the interrupt's traceback as its message."""
    return "KeyboardInterrupt" in str(error)


def _arrow(frame: pl.DataFrame, schema: Mapping[str, pl.DataType] | None = None) -> pa.Table:
    if schema is not None:
        missing = [
            pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns
        ]
        frame = frame.with_columns(missing).select(list(schema))
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())
