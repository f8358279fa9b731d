"""The server engine: Neo4j 5.26 and later, by Bolt.

Writes go in chunks, each a transaction of its own that the driver may repeat. A load is therefore not atomic
by itself: its `Batch` stays open until the end, and an open batch is taken back at the next opening. One
writer at a time, on whatever machine: a `Meta` record says who, with a heartbeat.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import neo4j
import polars as pl
import psutil
import pyarrow as pa
from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from graph.model import NODE_TYPES, REL_TYPES
from graph.records import RelKey, node_schema, rel_schema
from graph.stores.cancelling import Cancellation, stopping_with
from graph.stores.credentials import Credentials
from graph.stores.dialect import NEO4J, Dialect, counting
from graph.stores.engine import TURN
from graph.stores.errors import (
    QueryCancelledError,
    QueryTimeoutError,
    StoreBusyError,
    StoreDeniedError,
    StoreError,
    StoreUnavailableError,
)
from graph.stores.lock import Mode
from graph.stores.scanning import Column, scanned

_CHUNK: Final = 10_000
_FEW: Final = 20_000
"""Up to this many ids a look-up by key beats a scan."""
_WRITER: Final = "writer"
_STALE: Final = dt.timedelta(minutes=2)
"""A writer whose heartbeat is older than this is gone."""


class Neo4jEngine:
    """One server's database. Raises `StoreUnavailableError` or `StoreDeniedError` when it can't be had."""

    dialect: Dialect = NEO4J
    atomic = False

    def __init__(self, url: str, credentials: Credentials, mode: Mode = "write", turn: float = TURN):
        self.url = url
        self._turn = threading.Lock()
        self._patience = turn
        self.mode = mode
        self._me = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        auth = (credentials.user, credentials.password) if credentials.user else None
        try:
            self._driver = neo4j.GraphDatabase.driver(
                url,
                auth=auth,
                connection_timeout=10,
                max_transaction_retry_time=30,
                # A connection that lay idle is tried before it is used: its server may have been restarted.
                liveness_check_timeout=15,
                notifications_min_severity="OFF",
            )
        except (ConfigurationError, ValueError) as error:
            raise StoreError(
                f"数据库地址有误：{url}（{error}）。", f"{url} is not a usable address: {error}."
            ) from error
        try:
            with self._said():
                self._driver.verify_connectivity()
                if mode == "write":
                    for statement in self.dialect.schema():
                        self._run(statement)
        except BaseException:
            self._driver.close()
            raise

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """The driver's errors, said so that a user can act on them."""
        try:
            yield
        except Exception as error:
            if _was_interrupted(error):
                raise KeyboardInterrupt from error
            self._say(error)
            raise

    def _say(self, error: Exception) -> None:
        if isinstance(error, AuthError):
            raise StoreDeniedError(
                f"Neo4j（{self.url}）拒绝了用户名或密码。请检查 LOOKTHROUGH_NEO4J_USER 与 LOOKTHROUGH_NEO4J_PASSWORD。",
                f"Neo4j at {self.url} refuses the user or password. Check LOOKTHROUGH_NEO4J_USER and "
                "LOOKTHROUGH_NEO4J_PASSWORD.",
            ) from error
        if isinstance(error, Neo4jError) and error.code in _TIMED_OUT:
            raise QueryTimeoutError(
                "查询超时，已停止。", "The query ran past its time limit and was stopped."
            ) from error
        away = isinstance(error, Neo4jError) and error.code in _AWAY
        if away or isinstance(error, ServiceUnavailable | DriverError | OSError):
            raise StoreUnavailableError(
                f"无法连接 Neo4j（{self.url}）。请确认服务已启动、地址与端口正确，然后重试。",
                f"Neo4j at {self.url} does not answer. Check that it runs and that address and port are right, "
                "then try again.",
            ) from error

    def _read(
        self, cypher: str, params: Mapping[str, Any], timeout: float, fetch_size: int
    ) -> tuple[list[str], list[list[Any]]]:
        """Names of the columns, and rows. The transaction bears a mark of its own, by which it can be stopped."""
        mark = uuid.uuid4().hex
        query = neo4j.Query(cypher, metadata={"lookthrough": mark}, timeout=timeout or None)

        def ask() -> tuple[list[str], list[list[Any]]]:
            with self._driver.session(
                default_access_mode=neo4j.READ_ACCESS, fetch_size=fetch_size
            ) as session:
                result = session.run(query, dict(params))
                return list(result.keys()), result.values()

        with self._said(), stopping_with(lambda: self._stop(mark)) as cancellation:
            try:
                return _again_if_lost(ask)
            except Neo4jError as error:
                _say_cancelled(error, cancellation)
                raise

    def _stop(self, mark: str) -> None:
        with self._driver.session() as session:
            session.run(
                "SHOW TRANSACTIONS YIELD transactionId AS id, metaData WHERE metaData.lookthrough = $mark "
                "TERMINATE TRANSACTIONS id YIELD message RETURN message",
                mark=mark,
            ).consume()

    def _run(self, cypher: str, **params: Any) -> None:
        with self._driver.session() as session:
            session.execute_write(lambda tx: tx.run(cypher, params).consume())

    # --- reads ---
    @contextlib.contextmanager
    def steady(self) -> Iterator[None]:
        """See `Engine.steady`: the server shows every chunk of a load as it is written."""
        yield

    def state(self) -> int | None:
        """See `Engine.state`: any process may write to a server."""
        return None

    @contextlib.contextmanager
    def aside(self) -> Iterator[Neo4jEngine]:
        """See `Engine.aside`: the memory is the server's."""
        yield self

    def scan(self, pattern: str, columns: Sequence[Column], timeout: float = 60.0) -> pl.DataFrame:
        """See `Reading.scan`."""
        return scanned(lambda cypher: self.query(cypher, timeout=timeout), pattern, columns)

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 60.0) -> pa.Table:
        """See `Reading.query`."""
        names, rows = self._read(cypher, params or {}, timeout, fetch_size=1_000)
        columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in names]
        return pa.table([pa.array(c) for c in columns], names=_distinct(names))

    def _frame(self, cypher: str, schema: Mapping[str, pl.DataType], **params: Any) -> pl.DataFrame:
        _, rows = self._read(cypher, params, 0, fetch_size=10_000)
        return pl.DataFrame(rows, schema=dict(schema), orient="row", infer_schema_length=None)

    def node_ids(self, type_name: str) -> pl.Series:
        """See `Reading.node_ids`."""
        return self._frame(f"MATCH (n:{type_name}) RETURN n.id", {"id": pl.String()})["id"]

    def node_rows(self, type_name: str, ids: pl.Series | None = None) -> pl.DataFrame:
        """See `Reading.node_rows`."""
        schema = node_schema(type_name)
        returned = ", ".join(f"n.{name}" for name in schema)
        if ids is not None and ids.len() <= _FEW:
            cypher = f"UNWIND $ids AS i MATCH (n:{type_name} {{id: i}}) RETURN {returned}"
            return self._frame(cypher, schema, ids=ids.unique().to_list())
        frame = self._frame(f"MATCH (n:{type_name}) RETURN {returned}", schema)
        return frame if ids is None else frame.filter(pl.col("id").is_in(ids.implode()))

    def rel_keys(self, rel: RelKey) -> pl.Series:
        """See `Reading.rel_keys`."""
        name, start, end = rel
        return self._frame(f"MATCH (:{start})-[r:{name}]->(:{end}) RETURN r.key", {"key": pl.String()})["key"]

    def rel_rows(
        self, rel: RelKey, ends: pl.Series | None = None, fields: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """See `Reading.rel_rows`."""
        name, start, end = rel
        schema = rel_schema(name, fields)
        returned = ", ".join(["a.id", "b.id", *[f"r.{f}" for f in schema if f not in ("from_id", "to_id")]])
        if ends is not None and ends.len() <= _FEW:
            cypher = (
                f"UNWIND $ids AS i MATCH (b:{end} {{id: i}}) "
                f"MATCH (a:{start})-[r:{name}]->(b) RETURN {returned}"
            )
            return self._frame(cypher, schema, ids=ends.unique().to_list())
        frame = self._frame(f"MATCH (a:{start})-[r:{name}]->(b:{end}) RETURN {returned}", schema)
        return frame if ends is None else frame.filter(pl.col("to_id").is_in(ends.implode()))

    def count_nodes(self, type_name: str) -> int:
        """See `Reading.count_nodes`."""
        return int(self.query(f"MATCH (n:{type_name}) RETURN count(*) AS n").column(0)[0].as_py())

    def count_rels(self, type_name: str) -> int:
        """See `Reading.count_rels`."""
        return int(self.query(f"MATCH ()-[r:{type_name}]->() RETURN count(*) AS n").column(0)[0].as_py())

    def counts(self) -> dict[str, int]:
        """See `Reading.counts`."""
        names = (*NODE_TYPES, *REL_TYPES)
        found = {row["type"]: row["n"] for row in self.query(counting(names), timeout=600).to_pylist()}
        return {name: found.get(name, 0) for name in names}

    # --- writes ---
    @contextlib.contextmanager
    def writing(self, rows: int) -> Iterator[Neo4jEngine]:
        """Write on the server, alone."""
        if self.mode != "write":
            raise StoreError("该数据库以只读方式打开。", "This store is open for reading only.")
        if not self._turn.acquire(timeout=self._patience):
            raise StoreBusyError(
                f"等待 {self._patience:g} 秒后，另一项写入仍在进行。请等其结束后重试。",
                f"After {self._patience:g} seconds another write is still under way. Wait until it is done, then try "
                "again.",
            )
        try:
            with self._said():
                self._take_turn()
                try:
                    yield self
                finally:
                    with contextlib.suppress(Exception):
                        self._leave_turn()
        finally:
            self._turn.release()

    def _leave_turn(self) -> None:
        """Not tried again and again: whoever takes the turn next finds out that it is free."""
        with self._driver.session() as session:
            query = "MATCH (m:Meta {id: $id}) WHERE m.owner = $me DELETE m"
            session.run(query, id=_WRITER, me=self._me).consume()

    def _take_turn(self) -> None:
        """Become the one writer. The uniqueness constraint makes two takers wait for one another."""
        now = dt.datetime.now(dt.UTC)
        with self._driver.session() as session:
            value = session.execute_write(_take_turn, self._me, now.isoformat(), (now - _STALE).isoformat())
            if value != self._me and _is_dead(value):
                session.execute_write(
                    lambda tx: tx.run(
                        "MATCH (m:Meta {id: $id, owner: $who}) DELETE m", id=_WRITER, who=value
                    ).consume()
                )
                value = session.execute_write(
                    _take_turn, self._me, now.isoformat(), (now - _STALE).isoformat()
                )
        if value != self._me:
            raise StoreBusyError(
                f"该数据库正被另一进程写入（{value}）。请等其结束后重试。",
                f"Another process is writing to this store ({value}). Wait until it is done, then try again.",
            )

    def _write(self, cypher: str, frame: pl.DataFrame) -> None:
        self._send(cypher, (part.to_dicts() for part in frame.iter_slices(_CHUNK)))

    def _create(self, cypher: str, ends: Sequence[str], frame: pl.DataFrame) -> None:
        """Create one thing a row of `frame`: `cypher` with its properties in the place of `PROPERTIES`.

        What a value costs is mostly its way to the server. So columns that are empty throughout aren't sent, those
        that say the same throughout once, and rows as lists: their names stand in the query. `ends` are columns the
        query itself speaks of, as `row[0]`, `row[1]`…; they come first.
        """
        same, each = _told_once(frame.drop(ends))
        columns = [*ends, *each]
        said = [f"{c}: $same.{c}" for c in same] + [f"{c}: row[{columns.index(c)}]" for c in each]
        query = cypher.replace("PROPERTIES", "{" + ", ".join(said) + "}")
        self._send(query, (part.select(columns).rows() for part in frame.iter_slices(_CHUNK)), same=same)

    def _send(self, cypher: str, chunks: Iterator[Sequence[Any]], **params: Any) -> None:
        """One transaction a chunk of rows, the heartbeat in each."""
        with self._driver.session() as session:
            for rows in chunks:
                now = dt.datetime.now(dt.UTC).isoformat()
                session.execute_write(_write_chunk, cypher, params | {"rows": rows}, self._me, now)

    def insert_nodes(self, type_name: str, frame: pl.DataFrame) -> None:
        """See `Writing.insert_nodes`."""
        self._create(f"{self.dialect.rows()} CREATE (n:{type_name} PROPERTIES)", [], frame)

    def update_nodes(self, type_name: str, frame: pl.DataFrame) -> None:
        """See `Writing.update_nodes`."""
        fields = [c for c in frame.columns if c != "id"]
        set_ = self.dialect.set_fields("n", fields)
        self._write(f"{self.dialect.rows()} MATCH (n:{type_name} {{id: row.id}}) {set_}", frame)

    def delete_nodes(self, type_name: str, ids: pl.Series) -> None:
        """See `Writing.delete_nodes`."""
        frame = ids.alias("id").to_frame()
        self._write(f"{self.dialect.rows()} MATCH (n:{type_name} {{id: row.id}}) DELETE n", frame)

    def insert_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """See `Writing.insert_rels`. Sorted by the end that hubs share, so that retries don't lock each other."""
        name, start, end = rel
        cypher = (
            f"{self.dialect.rows()} MATCH (a:{start} {{id: row[0]}}) MATCH (b:{end} {{id: row[1]}}) "
            f"CREATE (a)-[:{name} PROPERTIES]->(b)"
        )
        self._create(cypher, ["from_id", "to_id"], frame.sort("from_id", "to_id"))

    def update_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """See `Writing.update_rels`."""
        fields = [c for c in frame.columns if c not in ("key", "from_id", "to_id")]
        self._write(f"{self._matched(rel)} {self.dialect.set_fields('r', fields)}", frame)

    def delete_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """See `Writing.delete_rels`."""
        self._write(f"{self._matched(rel)} DELETE r", frame.select("key", "from_id", "to_id"))

    def delete_rels_to(self, rel: RelKey, ids: pl.Series) -> None:
        """See `Writing.delete_rels_to`."""
        name, start, end = rel
        cypher = f"{self.dialect.rows()} MATCH (:{start})-[r:{name}]->(b:{end} {{id: row.to_id}}) DELETE r"
        self._write(cypher, ids.unique().alias("to_id").to_frame())

    def _matched(self, rel: RelKey) -> str:
        name, start, end = rel
        return (
            f"{self.dialect.rows()} MATCH (b:{end} {{id: row.to_id}}) "
            f"MATCH (a:{start} {{id: row.from_id}})-[r:{name} {{key: row.key}}]->(b)"
        )

    def replace_rels(self, type_name: str, frames: Sequence[tuple[RelKey, pl.DataFrame]]) -> None:
        """See `Writing.replace_rels`."""
        with self._driver.session() as session:
            # An implicit transaction: the deletion commits in parts, so that a million rows fit in memory.
            session.run(
                f"MATCH ()-[r:{type_name}]->() CALL (r) {{ DELETE r }} IN TRANSACTIONS OF {_CHUNK} ROWS"
            ).consume()
        for rel, frame in frames:
            self.insert_rels(rel, frame)

    def save_record(self, type_name: str, values: Mapping[str, Any]) -> None:
        """See `Writing.save_record`."""
        self._run(f"MERGE (n:{type_name} {{id: $id}}) SET n = $values", id=values["id"], values=dict(values))

    def delete_record(self, type_name: str, id_: str) -> None:
        """See `Writing.delete_record`."""
        self._run(f"MATCH (n:{type_name} {{id: $id}}) DELETE n", id=id_)

    def close(self) -> None:
        """See `Engine.close`."""
        self._driver.close()


_TIMED_OUT: Final = frozenset(
    {
        "Neo.ClientError.Transaction.TransactionTimedOut",
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    }
)

_STOPPED: Final = frozenset(
    {
        "Neo.ClientError.Transaction.TransactionTerminated",
        "Neo.ClientError.Transaction.Terminated",
        "Neo.TransientError.Transaction.Terminated",
        "Neo.TransientError.Transaction.LockClientStopped",
    }
)
_AWAY: Final = frozenset(
    {
        "Neo.TransientError.General.DatabaseUnavailable",
        "Neo.TransientError.Database.DatabaseUnavailable",
        "Neo.ClientError.Database.DatabaseNotFound",
    }
)
"""What a server says that is going down, or not all up yet."""

_Answer = TypeVar("_Answer")


def _again_if_lost(ask: Callable[[], _Answer]) -> _Answer:
    """Ask once more where the connection was lost: it may have been to a server that has since been restarted."""
    try:
        return ask()
    except (ServiceUnavailable, SessionExpired):
        return ask()


def _say_cancelled(error: Neo4jError, cancellation: Cancellation | None) -> None:
    if cancellation is not None and cancellation.cancelled and error.code in _STOPPED:
        raise QueryCancelledError("查询已取消。", "The question was cancelled.") from error


def _was_interrupted(error: BaseException) -> bool:
    """Whether an error came while a Ctrl-C was on its way: the driver, closing in the middle of a message, fails."""
    before = error.__context__
    while before is not None and not isinstance(before, KeyboardInterrupt):
        before = before.__context__
    return before is not None


def _is_dead(owner: str) -> bool:
    """Was the writer a process of this machine that is no more? Of other machines only the heartbeat tells."""
    host, _, rest = owner.partition("/")
    pid = rest.partition("/")[0]
    return host == socket.gethostname() and pid.isdigit() and not psutil.pid_exists(int(pid))


def _take_turn(tx: neo4j.ManagedTransaction, me: str, now: str, stale: str) -> str:
    row = tx.run(
        "MERGE (m:Meta {id: $id}) ON CREATE SET m.owner = $me, m.value = $now "
        "WITH m SET m.owner = CASE WHEN m.value < $stale THEN $me ELSE m.owner END, "
        "m.value = CASE WHEN m.value < $stale OR m.owner = $me THEN $now ELSE m.value END "
        "RETURN m.owner AS owner",
        id=_WRITER,
        me=me,
        now=now,
        stale=stale,
    ).single(strict=True)
    return str(row["owner"])


def _write_chunk(
    tx: neo4j.ManagedTransaction, cypher: str, params: Mapping[str, Any], me: str, now: str
) -> None:
    tx.run(cypher, dict(params)).consume()
    tx.run("MATCH (m:Meta {id: $id, owner: $me}) SET m.value = $now", id=_WRITER, me=me, now=now).consume()


def _told_once(frame: pl.DataFrame) -> tuple[dict[str, Any], list[str]]:
    """What all rows say alike, and the columns in which they differ; empty ones are neither. An id is never alike:
    rows of one node have to be as many as the nodes."""
    same: dict[str, Any] = {}
    each: list[str] = []
    for column in frame.get_columns():
        if column.null_count() == len(column):
            continue
        alike = column.null_count() == 0 and column.name != "id" and not isinstance(column.dtype, pl.List)
        if not alike or (column != column[0]).any():
            each.append(column.name)
        else:
            same[column.name] = column[0]
    return same, each


def _distinct(names: list[str]) -> list[str]:
    return [name if names.index(name) == i else f"{name}_{i}" for i, name in enumerate(names)]
