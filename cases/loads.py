"""Loads, mirrored from the graph: what came from whom, for what, until when, and may go to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, select, update

from cases import audit
from cases.comparing import row_hash
from cases.records import LoadRecord, Source
from cases.rows import first_row, rows, table_of
from cases.tables import BatchRow
from graph.stores.contract import BatchRecord


def record_load(
    connection: Connection, at: str, batch: BatchRecord, source: Source, actor: str
) -> LoadRecord:
    """See `Ledger.record_load`."""
    before = first_row(connection, select(table_of(BatchRow)).where(BatchRow.id == batch.id))
    stated = {k: v for k, v in asdict(source).items() if v}
    row: dict[str, Any] = {
        "id": batch.id,
        "dataset": batch.dataset,
        "snapshot": batch.snapshot,
        "files": [dict(f) for f in batch.files],
        "counts": dict(batch.counts),
        "software": batch.software,
        "first_loaded_at": at,
        "loaded_at": at,
        "loaded_by": audit.said(actor, "操作人", "the actor"),
        "taken_back_at": None,
        **dict.fromkeys(("provider", "purpose", "valid_until", "forwarding")),
    }
    if before is None:
        row |= stated
        connection.execute(insert(BatchRow), [row])
    else:
        # Loaded anew after a rebuild: what was known of its source stays, unless it is said otherwise now.
        row |= {k: before[k] for k in ("first_loaded_at", "provider", "purpose", "valid_until", "forwarding")}
        row |= stated
        connection.execute(
            update(BatchRow)
            .where(BatchRow.id == batch.id)
            .values({k: v for k, v in row.items() if k != "id"})
        )
    # Names of files may name people; what they hold is named by their hash.
    told = {"dataset": batch.dataset, "files": [f["sha256"] for f in batch.files], **stated}
    told["record"] = row_hash(BatchRow, row)
    audit.append(connection, at, actor, "load", batch.id, told)
    return _record(row)


def record_unload(connection: Connection, at: str, batch_id: str, actor: str) -> None:
    """See `Ledger.record_unload`."""
    connection.execute(update(BatchRow).where(BatchRow.id == batch_id).values(taken_back_at=at))
    audit.append(connection, at, actor, "unload", batch_id, {})


def every(connection: Connection) -> list[LoadRecord]:
    """All loads, oldest first."""
    query = select(table_of(BatchRow)).order_by(BatchRow.first_loaded_at, BatchRow.id)
    return [_record(row) for row in rows(connection, query)]


def _record(row: Mapping[str, Any]) -> LoadRecord:
    own = {k: row[k] for k in LoadRecord.__slots__ if k not in ("files", "source")}
    source = Source(row["provider"], row["purpose"], row["valid_until"], row["forwarding"])
    return LoadRecord(**own, files=tuple(row["files"]), source=source)
