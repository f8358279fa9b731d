"""Idempotency keys: a request repeated under the same key is done once, and answered alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.errors import IdempotencyConflictError, IdempotencyPendingError
from cases.records import RememberedAnswer
from cases.rows import rows, table_of
from cases.tables import AnswerRow, timestamp

KEPT: Final = dt.timedelta(hours=24)
"""How long an answer is remembered."""
ABANDONED: Final = dt.timedelta(minutes=15)
"""After this a request without an answer counts as lost, and its key may be used again."""


def claim(
    connection: Connection, at: str, owner: str, key: str, route: str, request_hash: str
) -> RememberedAnswer | None:
    """See `Ledger.idempotent`."""
    now = dt.datetime.fromisoformat(at)
    lost = and_(AnswerRow.status.is_(None), AnswerRow.claimed_at < timestamp(now - ABANDONED))
    connection.execute(delete(AnswerRow).where((AnswerRow.claimed_at < timestamp(now - KEPT)) | lost))
    row = {
        "owner": owner,
        "idempotency_key": key,
        "route": route,
        "request_hash": request_hash,
        "claimed_at": at,
    }
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table_of(AnswerRow)).values(row).on_conflict_do_nothing()
    if connection.execute(insert.returning(AnswerRow.owner)).first() is not None:
        return None
    query = select(table_of(AnswerRow)).where(AnswerRow.owner == owner, AnswerRow.idempotency_key == key)
    (found,) = rows(connection, query)
    if (found["route"], found["request_hash"]) != (route, request_hash):
        raise IdempotencyConflictError(
            "该幂等键已用于另一个请求。请换一个键。",
            "That idempotency key was used for another request. Use another key.",
        )
    if found["status"] is None:
        raise IdempotencyPendingError(
            "使用该幂等键的请求仍在处理，请稍后重试。",
            "The request with that idempotency key is still being worked on. Try again shortly.",
        )
    return RememberedAnswer(found["status"], found["headers"] or {}, found["body"] or "")


def remember(
    connection: Connection, owner: str, key: str, status: int, body: str, headers: Mapping[str, str]
) -> None:
    """See `Ledger.remember`."""
    connection.execute(
        update(AnswerRow)
        .where(AnswerRow.owner == owner, AnswerRow.idempotency_key == key)
        .values(status=status, body=body, headers=dict(headers))
    )


def forget(connection: Connection, owner: str, key: str) -> None:
    """See `Ledger.forget`."""
    connection.execute(delete(AnswerRow).where(AnswerRow.owner == owner, AnswerRow.idempotency_key == key))
