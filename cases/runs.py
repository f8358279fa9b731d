"""Reading runs back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, tuple_

from cases.errors import InvalidValueError
from cases.records import RunRecord
from cases.rows import rows, table_of
from cases.tables import RunRow


def runs_of(connection: Connection, after: str | None, limit: int) -> list[RunRecord]:
    """See `Ledger.runs`."""
    query = select(table_of(RunRow))
    if after is not None:
        ended = connection.execute(select(RunRow.ended_at).where(RunRow.id == after)).scalar()
        if ended is None:
            raise InvalidValueError(
                f"台账中没有运行 {after}。请从第一页重新开始。",
                f"The ledger has no run {after}. Start again from the first page.",
            )
        query = query.where(tuple_(RunRow.ended_at, RunRow.id) < (ended, after))
    query = query.order_by(RunRow.ended_at.desc(), RunRow.id.desc()).limit(limit)
    return [_record(row) for row in rows(connection, query)]


def _record(row: Mapping[str, Any]) -> RunRecord:
    own = {k: row[k] for k in RunRecord.__slots__ if k not in ("scope", "undecided", "missing")}
    return RunRecord(
        **own,
        scope=(row["scope_kind"], row["scope_id"]) if row["scope_kind"] else None,
        undecided=tuple(row["undecided"]),
        missing={k: tuple(v) for k, v in row["missing"].items()},
    )
