"""One writer at a time on a server, on whatever machine: a `Meta` record says who, with a heartbeat."""

from __future__ import annotations

import datetime as dt
import os
import socket
import uuid
from collections.abc import Mapping
from typing import Any, Final

import neo4j
import psutil

from graph.stores.errors import StoreBusyError
from graph.stores.neo4j_connection import Connection

_WRITER: Final = "writer"
_STALE: Final = dt.timedelta(minutes=2)
"""A writer whose heartbeat is older than this is gone."""


class Turn:
    """This process's turn to write."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._me = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"

    def leave(self) -> None:
        """Let others write. Not tried again and again: whoever takes the turn next finds out that it is free."""
        with self._connection.session() as session:
            query = "MATCH (m:Meta {id: $id}) WHERE m.owner = $me DELETE m"
            session.run(query, id=_WRITER, me=self._me).consume()

    def take(self) -> None:
        """Become the one writer, or raise `StoreBusyError`. The uniqueness constraint makes two takers wait for one another."""
        now = dt.datetime.now(dt.UTC)
        with self._connection.session() as session:
            value = session.execute_write(_taken, self._me, now.isoformat(), (now - _STALE).isoformat())
            if value != self._me and _is_dead(value):
                session.execute_write(
                    lambda tx: tx.run(
                        "MATCH (m:Meta {id: $id, owner: $who}) DELETE m", id=_WRITER, who=value
                    ).consume()
                )
                value = session.execute_write(_taken, self._me, now.isoformat(), (now - _STALE).isoformat())
        if value != self._me:
            raise StoreBusyError(
                f"该数据库正被另一进程写入（{value}）。请等其结束后重试。",
                f"Another process is writing to this store ({value}). Wait until it is done, then try again.",
            )

    def write(self, session: neo4j.Session, cypher: str, params: Mapping[str, Any]) -> None:
        """One statement in a transaction of its own, the heartbeat in it."""
        now = dt.datetime.now(dt.UTC).isoformat()
        session.execute_write(_written, cypher, params, self._me, now)


def _is_dead(owner: str) -> bool:
    """Was the writer a process of this machine that is no more? Of other machines only the heartbeat tells."""
    host, _, rest = owner.partition("/")
    pid = rest.partition("/")[0]
    return host == socket.gethostname() and pid.isdigit() and not psutil.pid_exists(int(pid))


def _taken(tx: neo4j.ManagedTransaction, me: str, now: str, stale: str) -> str:
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


def _written(tx: neo4j.ManagedTransaction, cypher: str, params: Mapping[str, Any], me: str, now: str) -> None:
    tx.run(cypher, dict(params)).consume()
    tx.run("MATCH (m:Meta {id: $id, owner: $me}) SET m.value = $now", id=_WRITER, me=me, now=now).consume()
