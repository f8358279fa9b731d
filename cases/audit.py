"""The audit: entries that are only ever added, each carrying the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from cases.comparing import COMPARED, Told, contradiction
from cases.errors import InvalidValueError
from cases.private_numbers import detail_masked
from cases.records import AuditEntry, AuditReport
from cases.rows import Row, rows, streamed, table_of
from cases.tables import AuditRow, canonical
from cases.visible import visible

GENESIS: Final = "0" * 64
"""What the first entry has before it; also the head of an audit without entries."""
_FIELDS: Final = ("seq", "at", "actor", "action", "object", "detail", "previous")
_TABLE: Final = table_of(AuditRow)


def entry_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything else in an entry; `detail` as the text it is kept as."""
    return hashlib.sha256(canonical({name: row[name] for name in _FIELDS}).encode()).hexdigest()


def append(
    connection: Connection, at: str, actor: str, action: str, object_: str, detail: Mapping[str, Any]
) -> int:
    """Add an entry, in the transaction of what it tells of; gives its place. The caller holds the write lock."""
    last = connection.execute(
        select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    ).first()
    row = {
        "seq": last.seq + 1 if last else 1,
        "at": at,
        "actor": said(actor, "操作人", "the actor"),
        "action": said(action, "操作", "the action"),
        "object": object_,
        "detail": canonical(dict(detail)),
        "previous": last.hash if last else GENESIS,
    }
    connection.execute(insert(AuditRow), [row | {"hash": entry_hash(row)}])
    return int(row["seq"])


def said(text: str, zh: str, en: str) -> str:
    """A text somebody must give: not blank, and nothing a database can't keep. Raises `InvalidValueError`."""
    stripped = text.strip()
    if not visible(stripped):
        raise InvalidValueError(f"{zh}不能为空。", f"{en[0].upper()}{en[1:]} must not be blank.")
    if "\x00" in stripped or not _is_text(stripped):
        raise InvalidValueError(
            f"{zh}含有无法保存的字符。", f"{en[0].upper()}{en[1:]} has characters that can't be kept."
        )
    return stripped


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def head(connection: Connection) -> str:
    """The newest entry's hash."""
    found = connection.execute(select(AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)).scalar()
    return GENESIS if found is None else str(found)


def entries(connection: Connection, after: int, limit: int) -> list[AuditEntry]:
    """Entries after a place, oldest first. Reasons kept before people's numbers were masked in them are masked here."""
    query = select(_TABLE).where(AuditRow.seq > after).order_by(AuditRow.seq).limit(limit)
    return [_entry(row) for row in rows(connection, query)]


def _entry(row: Row) -> AuditEntry:
    kept = json.loads(row["detail"])
    told = detail_masked(kept)
    stated = {name: row[name] for name in (*_FIELDS, "hash") if name != "detail"}
    return AuditEntry(**stated, detail=told, masked=told != kept)


def verify(connection: Connection, anchored: str | None = None) -> AuditReport:
    """Recompute the chain, and compare with it what the ledger's other tables hold (`cases.comparing`).

    `anchored`: a head written down earlier; the chain must still have it.
    """
    previous, count, seen_anchor = GENESIS, 0, anchored in (None, GENESIS)
    told: list[Told] = []
    for row in streamed(connection, select(_TABLE).order_by(AuditRow.seq)):
        expected = count + 1
        broken = _broken(row, expected, previous)
        if broken:
            return AuditReport(False, count, previous, expected, *broken)
        count, previous = expected, row["hash"]
        seen_anchor = seen_anchor or previous == anchored
        if row["action"] in COMPARED:
            told.append(Told(count, row["at"], row["action"], row["object"], row["detail"]))
    if not seen_anchor:
        return AuditReport(
            False,
            count,
            previous,
            count + 1,
            f"链中没有锚定的链头 {anchored}：其后的记录被删去，或其前的记录被改写并重新计算。",
            f"The anchored head {anchored} is not in the chain: entries at its end were removed, or entries before "
            "it were rewritten and hashed anew.",
        )
    try:
        wrong = contradiction(connection, told, count)
    except ValueError:
        # A changed byte may leave text that is no JSON, or no time, any more: nothing the ledger ever writes.
        wrong = (
            count,
            "审计链本身完整，但台账的其他表中有内容已无法读取：被改动过。",
            "The chain itself is whole, but another of the ledger's tables holds what can't be read any more: it was "
            "changed.",
        )
    if wrong:
        return AuditReport(False, count, previous, *wrong)
    return AuditReport(True, count, previous)


def _broken(row: Row, expected: int, previous: str) -> tuple[str, str] | None:
    if row["seq"] != expected:
        return f"缺少第 {expected} 条记录。", f"Entry {expected} is missing."
    if row["previous"] != previous:
        return (
            f"第 {expected} 条记录与前一条不相接：前一条或本条被改动。",
            f"Entry {expected} does not follow the one before it: one of the two was changed.",
        )
    if row["hash"] != entry_hash(row):
        return f"第 {expected} 条记录的内容被改动。", f"The content of entry {expected} was changed."
    return None
