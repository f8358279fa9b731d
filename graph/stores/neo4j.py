"""The server engine: Neo4j 5.26 and later, by Bolt.

Writes go in chunks, each a transaction of its own that the driver may repeat. A load is therefore not atomic
by itself: its `Batch` stays open until the end, and an open batch is taken back at the next opening.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import neo4j
import polars as pl
import pyarrow as pa

from graph.model import NODE_TYPES, REL_TYPES
from graph.records import RelKey, node_schema, rel_schema
from graph.stores.credentials import Credentials
from graph.stores.dialect import NEO4J, Dialect, counting
from graph.stores.engine import TURN
from graph.stores.errors import StoreBusyError, StoreError
from graph.stores.lock import Mode
from graph.stores.neo4j_connection import Connection
from graph.stores.neo4j_sending import CHUNK, Part, apart, halves, send
from graph.stores.neo4j_turn import Turn
from graph.stores.scanning import Column, scanned

_FEW: Final = 20_000
"""Up to this many ids a look-up by key beats a scan."""


class Neo4jEngine:
    """One server's database. Raises `StoreUnavailableError` or `StoreDeniedError` when it can't be had."""

    dialect: Dialect = NEO4J
    atomic = False

    def __init__(self, url: str, credentials: Credentials, mode: Mode = "write", turn: float = TURN):
        self.url, self.mode = url, mode
        self._turn = threading.Lock()
        self._patience = turn
        self._connection = Connection(url, credentials)
        self._writer = Turn(self._connection)
        try:
            with self._connection.said():
                if mode == "write":
                    for statement in self.dialect.schema():
                        self._connection.run(statement)
        except BaseException:
            self._connection.close()
            raise

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
        names, rows = self._connection.read(cypher, params or {}, timeout, fetch_size=1_000)
        columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in names]
        return pa.table([pa.array(c) for c in columns], names=_distinct(names))

    def _frame(self, cypher: str, schema: Mapping[str, pl.DataType], **params: Any) -> pl.DataFrame:
        _, rows = self._connection.read(cypher, params, 0, fetch_size=10_000)
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
        if ends is None:
            return self._frame(f"MATCH (a:{start})-[r:{name}]->(b:{end}) RETURN {returned}", schema)
        cypher = (
            f"UNWIND $ids AS i MATCH (b:{end} {{id: i}}) MATCH (a:{start})-[r:{name}]->(b) RETURN {returned}"
        )
        parts = ends.unique().to_frame().iter_slices(_FEW)
        found = [self._frame(cypher, schema, ids=part.to_series().to_list()) for part in parts]
        return pl.concat(found) if found else pl.DataFrame(schema=schema)

    def count_nodes(self, type_name: str) -> int:
        """See `Reading.count_nodes`."""
        return int(self.query(f"MATCH (n:{type_name}) RETURN count(*) AS n").column(0)[0].as_py())

    def any_rel(self, type_name: str) -> bool:
        """See `Reading.any_rel`."""
        return bool(self.query(f"MATCH ()-[r:{type_name}]->() RETURN 1 AS one LIMIT 1").num_rows)

    def counts(self, names: Collection[str] | None = None) -> dict[str, int]:
        """See `Reading.counts`."""
        names = (*NODE_TYPES, *REL_TYPES) if names is None else sorted(names)
        if not names:
            return {}
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
            with self._connection.said():
                self._writer.take()
                try:
                    yield self
                finally:
                    with contextlib.suppress(Exception):
                        self._writer.leave()
        finally:
            self._turn.release()

    def _write(self, cypher: str, frame: pl.DataFrame) -> None:
        with self._connection.session() as session:
            for part in frame.iter_slices(CHUNK):
                self._writer.write(session, cypher, {"rows": part.to_dicts()})

    def _create(
        self, cypher: str, ends: Sequence[str], frame: pl.DataFrame, rounds: Iterable[Sequence[Part]]
    ) -> None:
        """Create one thing a row of `frame`, which is cut up into `rounds`: `cypher` with its properties in the place
        of `PROPERTIES`.

        What a value costs is mostly its way to the server. So columns that are empty throughout aren't sent, those
        that say the same throughout once, and rows as lists: their names stand in the query. `ends` are columns the
        query itself speaks of, as `row[0]`, `row[1]`…; they come first.
        """
        same, each = _told_once(frame.drop(ends))
        columns = [*ends, *each]
        said = [f"{c}: $same.{c}" for c in same] + [f"{c}: row[{columns.index(c)}]" for c in each]
        query = cypher.replace("PROPERTIES", "{" + ", ".join(said) + "}")

        def one(session: neo4j.Session, chunk: pl.DataFrame) -> None:
            self._writer.write(session, query, {"same": same, "rows": chunk.select(columns).rows()})

        send(self._connection, rounds, one)

    def insert_nodes(self, type_name: str, frame: pl.DataFrame) -> None:
        """See `Writing.insert_nodes`."""
        self._create(f"{self.dialect.rows()} CREATE (n:{type_name} PROPERTIES)", [], frame, halves(frame))

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
        """See `Writing.insert_rels`."""
        name, start, end = rel
        cypher = (
            f"{self.dialect.rows()} MATCH (a:{start} {{id: row[0]}}) MATCH (b:{end} {{id: row[1]}}) "
            f"CREATE (a)-[:{name} PROPERTIES]->(b)"
        )
        self._create(cypher, ["from_id", "to_id"], frame, apart(frame))

    def update_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """See `Writing.update_rels`."""
        fields = [c for c in frame.columns if c not in ("key", "from_id", "to_id")]
        self._write(f"{self._matched(rel, frame)} {self.dialect.set_fields('r', fields)}", frame)

    def delete_rels(self, rel: RelKey, frame: pl.DataFrame) -> None:
        """See `Writing.delete_rels`."""
        self._write(f"{self._matched(rel, frame)} DELETE r", frame.select("key", "from_id", "to_id"))

    def delete_rels_to(self, rel: RelKey, ids: pl.Series) -> None:
        """See `Writing.delete_rels_to`."""
        name, start, end = rel
        cypher = f"{self.dialect.rows()} MATCH (:{start})-[r:{name}]->(b:{end} {{id: row.to_id}}) DELETE r"
        self._write(cypher, ids.unique().alias("to_id").to_frame())

    def _matched(self, rel: RelKey, frame: pl.DataFrame) -> str:
        """Each row's relationship, looked for from the side on which fewer of them hang on one node.

        Nothing more is said of it than its key: where the server has counted no such relationships yet, it takes a label
        of the other end, or the key in the pattern, for so rare that it walks through all nodes for each row.
        """
        name, start, end = rel
        if frame["from_id"].n_unique() > frame["to_id"].n_unique():
            found = f"(:{start} {{id: row.from_id}})-[r:{name}]->()"
        else:
            found = f"(:{end} {{id: row.to_id}})<-[r:{name}]-()"
        return f"{self.dialect.rows()} MATCH {found} WHERE r.key = row.key"

    def replace_rels(self, type_name: str, frames: Sequence[tuple[RelKey, pl.DataFrame]]) -> None:
        """See `Writing.replace_rels`."""
        with self._connection.session() as session:
            # An implicit transaction: the deletion commits in parts, so that a million rows fit in memory.
            session.run(
                f"MATCH ()-[r:{type_name}]->() CALL (r) {{ DELETE r }} IN TRANSACTIONS OF {CHUNK} ROWS"
            ).consume()
        for rel, frame in frames:
            self.insert_rels(rel, frame)

    def save_record(self, type_name: str, values: Mapping[str, Any]) -> None:
        """See `Writing.save_record`."""
        self._connection.run(
            f"MERGE (n:{type_name} {{id: $id}}) SET n = $values", id=values["id"], values=dict(values)
        )

    def delete_record(self, type_name: str, id_: str) -> None:
        """See `Writing.delete_record`."""
        self._connection.run(f"MATCH (n:{type_name} {{id: $id}}) DELETE n", id=id_)

    def close(self) -> None:
        """See `Engine.close`."""
        self._connection.close()


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
