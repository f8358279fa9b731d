"""One connection to the embedded engine: reads and writes in columns."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import ladybug
import polars as pl
import pyarrow as pa

from graph.model import BATCH, META, NODE_TYPES, REL_TYPES
from graph.records import RelKey, node_schema, rel_schema
from graph.stores.cancelling import Cancellation, stopping_with
from graph.stores.deadlines import Deadlines
from graph.stores.dialect import LADYBUG, Dialect, counting
from graph.stores.errors import BuffersFullError, QueryCancelledError, QueryTimeoutError
from graph.stores.files import open_database
from graph.stores.hops import EACH, hop
from graph.stores.scanning import Column, collectable, collected, scanned

EVERY_TYPE: Final = (*NODE_TYPES, BATCH.name, META.name, *REL_TYPES)
_DEADLINES: Final = Deadlines()
_AT_ONCE: Final = 1_000_000
"""Relationships copied in, or rows read, at once."""
_MANY: Final = 100_000
"""Rows of an answer from which on the engine hands them over in parts of its own choice."""
_LOOKED_UP: Final = 10_000
"""Nodes looked up by their ids at once."""
_BEGUN_AT: Final = 20
"""Up to this many nodes a question begins at for which one thread is enough."""
FEW: Final = 2_000
"""Up to this many nodes are looked up by their ids; more where that beats reading everything, measured at 20 µs each
against 1 µs a row."""
_SMALL: Final = 16 << 20
"""Bytes of a small file; in a large one even counting takes its time."""
_ENDS: Final = ("key", "from_id", "to_id")
_LOOKED_AT: Final = 3_600
"""Relationships of a node that the engine passes in the time in which it writes one: 2.8 ns against 10 µs."""
_CHEAPER: Final = 20
"""How many times more rows there must be than ids asked for."""


class Tables:
    """Reads and writes over one connection: `Reading`, and `Writing` where the database may be written."""

    dialect: Dialect = LADYBUG
    own_file = False
    """Nobody else has the file open, and what is written in it is no transaction that must hold together."""
    small = False
    """Of a file of one's own: all that it holds is read in no time."""

    def __init__(self, connection: ladybug.Connection, threads: int = 0):
        self._connection = connection
        self._threads = threads
        """For one question; 0: as many as the database has."""
        self._alone = False
        """Whether the last question got one thread."""
        self.written: set[str] = set()
        """Types written to since it was opened."""
        self.wordings: set[int] = set()
        """Hashes of the questions it was asked: the engine keeps a plan of each, with its memory, until it is closed."""

    def close(self) -> None:
        """Close the connection; what still runs on it is stopped."""
        self._connection.close()

    def interrupt(self) -> None:
        """Stop the query that runs; from any thread."""
        self._connection.interrupt()

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
        """See `Reading.query`."""
        self.wordings.add(hash(cypher))
        self._thread_for(cypher, params or {})
        return self._asked(
            lambda: self._connection.execute(cypher, dict(params or {})), timeout, _rows_at_once
        )

    def scan(self, pattern: str, columns: Sequence[Column], timeout: float = 60.0) -> pl.DataFrame:
        """See `Reading.scan`."""
        return scanned(lambda cypher: self.query(cypher, timeout=timeout), pattern, columns)

    def _thread_for(self, cypher: str, params: Mapping[str, Any]) -> None:
        """One thread for what begins at few nodes: several take up to three times its processor time to share it."""
        ids = params.get("ids", ()) if cypher.startswith(EACH) else [params["id"]] if "id" in params else ()
        if (alone := 0 < len(ids) <= _BEGUN_AT) != self._alone:
            self._connection.set_max_threads_for_exec(1 if alone else self._threads)
            self._alone = alone

    def _asked(
        self, ask: Callable[[], Any], timeout: float, at_once: Callable[[Any], int | None] = lambda _: None
    ) -> pa.Table:
        """What a query answers; no longer than `timeout` seconds (0: without end), and until it is cancelled.

        `at_once`: of a result, how many rows are handed over together; None: as the engine sees fit.
        """
        # What one thread answers, the engine hands to another where it has to keep the time itself.
        limit = (
            _DEADLINES.within(timeout, self._connection.interrupt) if self._alone else self._limited(timeout)
        )
        started = time.monotonic()
        with stopping_with(self._connection.interrupt) as cancellation, limit:
            try:
                result = ask()
            except RuntimeError as error:
                _say_stopped(error, timeout, time.monotonic() - started, cancellation)
                raise
        if isinstance(result, list):
            raise ValueError("one statement at a time")
        table = result.get_as_arrow(at_once(result))
        result.close()
        return table

    @contextlib.contextmanager
    def _limited(self, timeout: float) -> Iterator[None]:
        self._connection.set_query_timeout(int(timeout * 1000))
        try:
            yield
        finally:
            self._connection.set_query_timeout(0)

    def _frame(
        self, cypher: str, schema: Mapping[str, pl.DataType], params: Mapping[str, Any] | None = None
    ) -> pl.DataFrame:
        table = self.query(cypher, params, timeout=0)
        frame = pl.DataFrame(pl.from_arrow(table.rename_columns(list(schema))))
        return frame.cast(dict(schema))  # type: ignore[arg-type]

    # --- reads ---
    def node_ids(self, type_name: str) -> pl.Series:
        """See `Reading.node_ids`."""
        schema: dict[str, pl.DataType] = {"id": pl.String()}
        slices = self._slices(type_name, "n", self.count_nodes(type_name))
        asked = (self._frame(f"MATCH (n:{type_name}) {part}RETURN n.id", schema) for part in slices)
        return pl.concat(asked)["id"]

    def node_rows(self, type_name: str, ids: pl.Series | None = None) -> pl.DataFrame:
        """See `Reading.node_rows`."""
        schema = node_schema(type_name)
        returned = ", ".join(f"n.{name}" for name in schema)
        stored = 0 if ids is not None and ids.len() <= FEW else self.count_nodes(type_name)
        if ids is not None and _worth_looking_up(ids, stored):
            return self._looked_up(f"MATCH (n:{type_name} {{id: i}}) RETURN {returned}", schema, ids)
        frames = []
        for part in self._slices(type_name, "n", stored):
            frame = self._frame(f"MATCH (n:{type_name}) {part}RETURN {returned}", schema)
            frames.append(frame if ids is None else frame.filter(pl.col("id").is_in(ids.implode())))
        return pl.concat(frames)

    def rel_keys(self, rel: RelKey) -> pl.Series:
        """See `Reading.rel_keys`."""
        name, start, end = rel
        schema: dict[str, pl.DataType] = {"key": pl.String()}
        return pl.concat(
            self._frame(f"MATCH (b:{end}) {part}MATCH (:{start})-[r:{name}]->(b) RETURN r.key", schema)
            for part in self._slices(end, "b", self.count_rels(name))
        )["key"]

    def rel_rows(
        self, rel: RelKey, ends: pl.Series | None = None, fields: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """See `Reading.rel_rows`."""
        name, start, end = rel
        schema = rel_schema(name, fields)
        returned = ", ".join(["a.id", "b.id", *[f"r.{f}" for f in schema if f not in ("from_id", "to_id")]])
        way = f"(a:{start})-[r:{name}]->(b)"
        # A large store takes a third of a second to count its holdings.
        stored = 0 if ends is not None and ends.len() <= FEW else self.count_rels(name)
        if ends is not None and _worth_looking_up(ends, stored):
            cypher = f"MATCH (b:{end} {{id: i}}) {hop(way, 'r.key')}RETURN {returned}"
            return self._looked_up(cypher, schema, ends)
        frames = []
        for part in self._slices(end, "b", stored):
            frame = self._frame(f"MATCH (b:{end}) {part}MATCH {way} RETURN {returned}", schema)
            frames.append(frame if ends is None else frame.filter(pl.col("to_id").is_in(ends.implode())))
        return pl.concat(frames)

    def _looked_up(self, cypher: str, schema: Mapping[str, pl.DataType], ids: pl.Series) -> pl.DataFrame:
        """What a query finds at each of the ids `i`."""
        parts = ids.unique().to_frame().iter_slices(_LOOKED_UP)
        asked = [self._frame(f"{EACH}{cypher}", schema, {"ids": p.to_series().to_list()}) for p in parts]
        return pl.concat(asked) if asked else pl.DataFrame(schema=dict(schema))

    def _slices(self, label: str, node: str, rows: int) -> Iterator[str]:
        """Conditions on a node of a pattern, each true of some of its matches; `rows` matches in all.

        An answer stands whole in the engine's buffers: everything a large store holds does not fit there at once.
        """
        if rows <= _AT_ONCE:
            yield ""
            return
        highest = self.query(f"MATCH (n:{label}) RETURN max(offset(id(n)))", timeout=0).column(0)[0].as_py()
        if highest is None:
            # The type has its rows between other nodes.
            yield ""
            return
        step = -(-(highest + 1) * _AT_ONCE // rows)
        for least in range(0, highest + 1, step):
            yield f"WHERE offset(id({node})) >= {least} AND offset(id({node})) < {least + step} "

    def count_nodes(self, type_name: str) -> int:
        """See `Reading.count_nodes`."""
        return int(self.query(f"MATCH (n:{type_name}) RETURN count(*)").column(0)[0].as_py())

    def count_rels(self, type_name: str) -> int:
        """How many relationships of a type."""
        return int(self.query(f"MATCH ()-[r:{type_name}]->() RETURN count(*)").column(0)[0].as_py())

    def any_rel(self, type_name: str) -> bool:
        """See `Reading.any_rel`."""
        # A checkpointed file stores nothing of a type without rows; among all nodes none is found twenty times as late.
        if not self.query(f"CALL storage_info('{type_name}') RETURN 1 LIMIT 1").num_rows:
            return False
        return bool(self.query(f"MATCH ()-[r:{type_name}]->() RETURN 1 LIMIT 1").num_rows)

    def counts(self, names: Collection[str] | None = None) -> dict[str, int]:
        """See `Reading.counts`."""
        names = EVERY_TYPE if names is None else sorted(names)
        rows = self.query(counting(names), timeout=0).to_pylist() if names else []
        found = {row["type"]: row["n"] for row in rows}
        return {name: found.get(name, 0) for name in names}

    def lacking(self) -> frozenset[str]:
        """Types of the model that the file has no table for."""
        return frozenset(EVERY_TYPE) - set(
            self.query("CALL show_tables() RETURN name AS name")["name"].to_pylist()
        )

    # --- writes ---
    def insert_nodes(self, type_name: str, frame: pl.DataFrame) -> None:
        """See `Writing.insert_nodes`."""
        if frame.is_empty():
            return
        self.written.add(type_name)
        self.run(f"COPY {type_name} FROM $rows", {"rows": _arrow(frame, node_schema(type_name))})

    def update_nodes(self, type_name: str, frame: pl.DataFrame) -> None:
        """See `Writing.update_nodes`."""
        if frame.is_empty():
            return
        fields = [c for c in frame.columns if c != "id"]
        # The loaded columns are renamed so that none of them shadows a property.
        rows = frame.rename({c: f"_{c}" for c in frame.columns})
        setters = ", ".join(f"n.{c} = _{c}" for c in fields)
        self.run(f"LOAD FROM $rows MATCH (n:{type_name} {{id: _id}}) SET {setters}", {"rows": _arrow(rows)})

    def delete_nodes(self, type_name: str, ids: pl.Series) -> None:
        """See `Writing.delete_nodes`."""
        if ids.is_empty():
            return
        self.written.add(type_name)
        rows = _arrow(ids.to_frame("_id"))
        self.run(f"LOAD FROM $rows MATCH (n:{type_name} {{id: _id}}) DELETE n", {"rows": rows})

    def insert_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """See `Writing.insert_rels`."""
        if frame.is_empty():
            return
        name = rel[0]
        if self.small and frame.height <= FEW and 0 < self.count_rels(name) <= FEW:
            # At a checkpoint the engine takes up to half a second for rows added to those of a type that it already has,
            # and a twentieth of that for a small type written as a whole.
            self._rewrite(rel, lambda rows: pl.concat([rows, frame], how="diagonal_relaxed"))
            return
        self._copy_rels(rel, frame)

    def _copy_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        name, start, end = rel
        self.written.add(name)
        for part in frame.iter_slices(_AT_ONCE):
            rows = _arrow(part, rel_schema(name))
            self.run(f"COPY {name} FROM $rows (from='{start}', to='{end}')", {"rows": rows})
            if self.own_file and frame.height > _AT_ONCE:
                # What is not checkpointed stays in the engine's buffers, which a national register overfills.
                self.run("CHECKPOINT")

    def update_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """See `Writing.update_rels`."""
        if frame.is_empty():
            return
        fields = [c for c in frame.columns if c not in _ENDS]
        if self._hangs_on_few(rel, frame):
            self._rewrite(
                rel, lambda rows: rows.update(frame.drop("from_id", "to_id"), on="key", include_nulls=True)
            )
            return
        rows = frame.rename({c: f"_{c}" for c in frame.columns})
        setters = ", ".join(f"r.{c} = _{c}" for c in fields)
        self.run(f"{self._matched(rel)} SET {setters}", {"rows": _arrow(rows)})

    def delete_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """See `Writing.delete_rels`."""
        if frame.is_empty():
            return
        if self._hangs_on_few(rel, frame):
            self._rewrite(rel, lambda rows: rows.join(frame, on="key", how="anti", maintain_order="left"))
            return
        keyed = frame.select(_ENDS)
        rows = keyed.rename({c: f"_{c}" for c in keyed.columns})
        self.written.add(rel[0])
        self.run(f"{self._matched(rel)} DELETE r", {"rows": _arrow(rows)})

    def delete_rels_to(self, rel: RelKey, ids: pl.Series) -> None:
        """See `Writing.delete_rels_to`."""
        if ids.is_empty():
            return
        name, start, end = rel
        self.written.add(name)
        rows = _arrow(ids.unique().alias("_to_id").to_frame())
        self.run(
            f"LOAD FROM $rows MATCH (b:{end} {{id: _to_id}}) MATCH (a:{start})-[r:{name}]->(b) DELETE r",
            {"rows": rows},
        )

    def _hangs_on_few(self, rel: RelKey, frame: pl.DataFrame) -> bool:
        """Whether writing the type as a whole is faster than changing these rows of it."""
        # The engine looks for each changed row among all that hang on its node: of 215,000 payments under one programme
        # that took 145 s, and a whole type of as many is written in two.
        looked_at = max(
            int((frame[side].value_counts()["count"].cast(pl.Int64) ** 2).sum()) for side in _ENDS[1:]
        )
        return looked_at > _LOOKED_AT * FEW and looked_at > _LOOKED_AT * self.count_rels(rel[0])

    def _rewrite(self, rel: RelKey, changed: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        name = rel[0]
        every = {(name, *pair): self.rel_rows((name, *pair)) for pair in REL_TYPES[name].pairs}
        every[rel] = changed(every[rel])
        self.replace_rels(name, list(every.items()))

    def _matched(self, rel: RelKey) -> str:
        name, start, end = rel
        # One MATCH a line: written as a single pattern the engine scans all nodes for each row.
        return (
            f"LOAD FROM $rows MATCH (b:{end} {{id: _to_id}}) MATCH (a:{start} {{id: _from_id}}) "
            f"MATCH (a)-[r:{name}]->(b) WHERE r.key = _key"
        )

    def replace_rels(self, type_name: str, frames: Sequence[tuple[RelKey, pl.DataFrame]]) -> None:
        """See `Writing.replace_rels`."""
        self.written.add(type_name)
        self.run(f"DROP TABLE {type_name}")
        for statement in self.dialect.schema():
            if statement.startswith(f"CREATE REL TABLE IF NOT EXISTS {type_name}("):
                self.run(statement)
        for rel, frame in frames:
            if not frame.is_empty():
                self._copy_rels(rel, frame)

    def save_record(self, type_name: str, values: Mapping[str, Any]) -> None:
        """See `Writing.save_record`."""
        self.delete_record(type_name, values["id"])
        frame = pl.DataFrame([dict(values)], schema=node_schema(type_name))
        self.insert_nodes(type_name, frame)

    def delete_record(self, type_name: str, id_: str) -> None:
        """See `Writing.delete_record`."""
        self.run(f"MATCH (n:{type_name} {{id: $id}}) DELETE n", {"id": id_})


class OneFile(Tables):
    """A database file and its one connection, for whoever makes or checks a file that nobody else has open."""

    own_file = True

    def __init__(self, path: Path, read_only: bool, auto_checkpoint: bool = True):
        self.small = path.exists() and path.stat().st_size <= _SMALL
        self._database = open_database(path, read_only, auto_checkpoint)
        super().__init__(ladybug.Connection(self._database))

    def close(self) -> None:
        """Close connection and file."""
        with contextlib.suppress(RuntimeError):
            super().close()
        self._database.close()


class Aside(OneFile):
    """A second opening of a file that is only read, for reading most of it.

    The engine's Arrow collector keeps memory until its database is closed, so it is asked here and nowhere else; and
    what such reading draws into the engine's buffers goes with them.
    """

    def __init__(self, path: Path):
        super().__init__(path, read_only=True)

    def scan(self, pattern: str, columns: Sequence[Column], timeout: float = 60.0) -> pl.DataFrame:
        """See `Reading.scan`."""
        if not collectable(columns):
            return super().scan(pattern, columns, timeout)

        def ask(cypher: str) -> pa.Table:
            self._thread_for(cypher, {})
            return self._asked(lambda: self._connection.query_as_arrow(cypher, _AT_ONCE), timeout)

        return collected(ask, pattern, columns)


def _rows_at_once(result: Any) -> int | None:
    # The engine reserves room for a whole chunk of its own choice: for one row that took ten times the question itself.
    rows = int(result.get_num_tuples())
    return max(rows, 1) if rows < _MANY else None


def _say_stopped(error: RuntimeError, timeout: float, ran: float, cancellation: Cancellation | None) -> None:
    """Why a query was stopped before its end, if it was."""
    if _swallowed_interrupt(error):
        raise KeyboardInterrupt from error
    if "buffer pool is full" in str(error):
        raise BuffersFullError(
            "引擎的缓冲区不够同时回答这么多问题。请稍后重试，或缩小问题的范围。",
            "The engine's buffers don't suffice for so much at once. Try again in a moment, or ask for less.",
        ) from error
    if "Interrupted" not in str(error):
        return
    if cancellation is not None and cancellation.cancelled:
        raise QueryCancelledError("查询已取消。", "The question was cancelled.") from error
    if timeout and ran >= timeout / 2:
        raise QueryTimeoutError(
            f"查询超过 {timeout:g} 秒，已停止。",
            f"The query ran past {timeout:g} seconds and was stopped.",
        ) from error
    # Ctrl-C reaches the main thread alone; elsewhere it was the store that stopped, being closed.
    if threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt from error
    raise QueryCancelledError(
        "数据库已关闭，查询已停止。", "The store was closed; the question was stopped."
    ) from error


def _worth_looking_up(ids: pl.Series, stored: int) -> bool:
    return ids.len() <= max(FEW, stored // _CHEAPER)


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
