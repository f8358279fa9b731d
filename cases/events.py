"""What happens to findings in a run: written as it happens, and hashed, so that the audit can hold it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert

from cases.tables import EventRow, canonical


def mark(id_: str, digest: str) -> str:
    """SHA-256 over a finding's id and the digest of what it says: what stood there after an event."""
    return hashlib.sha256(canonical([id_, digest]).encode()).hexdigest()


def event_line(row: Mapping[str, Any]) -> str:
    """SHA-256 over an event as it is kept, without its place in the table."""
    told = [row["finding"], row["at"], row["kind"], row["run"], row["changes"], row["mark"]]
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def lines_hash(lines: Iterable[str]) -> str:
    """One hash over the events of a run, in whatever order they are read."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


class Events:
    """The events of one run."""

    def __init__(self, connection: Connection, at: str, run_id: str):
        self._connection, self._at, self._run = connection, at, run_id
        self._lines: list[str] = []

    def tell(
        self, kind: str, changes: Mapping[int, Mapping[str, Any]], marks: Mapping[int, str] | None = None
    ) -> None:
        """Write one event a finding (by key); `marks` where what it is called or says is new."""
        rows = [
            {
                "finding": key,
                "at": self._at,
                "kind": kind,
                "run": self._run,
                "changes": dict(what),
                "mark": (marks or {}).get(key),
            }
            for key, what in changes.items()
        ]
        if rows:
            self._connection.execute(insert(EventRow), rows)
            self._lines += [event_line(row) for row in rows]

    @property
    def hash(self) -> str:
        """Over all that was told."""
        return lines_hash(self._lines)
