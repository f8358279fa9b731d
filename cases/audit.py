"""The audit: entries that are only ever added, each carrying the hash of the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from cases.errors import InvalidValueError
from cases.records import AuditEntry, AuditReport
from cases.rows import Row, rows, streamed, table_of
from cases.tables import AuditRow, DecisionRow, RunRow, SuppressionRow, canonical

GENESIS: Final = "0" * 64
"""What the first entry has before it; also the head of an audit without entries."""
_FIELDS: Final = ("seq", "at", "actor", "action", "object", "detail", "previous")
_TABLE: Final = table_of(AuditRow)
_TOLD: Final[Mapping[str, tuple[str, str]]] = {
    "decide": ("核查结论", "decisions"),
    "suppress": ("抑制", "suppressions"),
    "lift": ("抑制", "suppressions"),
    "run": ("运行记录", "runs"),
}
"""Actions whose entries the ledger's other tables are compared with, and what those hold."""


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
    if not stripped:
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
    """Entries after a place, oldest first."""
    query = select(_TABLE).where(AuditRow.seq > after).order_by(AuditRow.seq).limit(limit)
    return [
        AuditEntry(
            **{name: row[name] for name in (*_FIELDS, "hash") if name != "detail"},
            detail=json.loads(row["detail"]),
        )
        for row in rows(connection, query)
    ]


def verify(connection: Connection, anchored: str | None = None) -> AuditReport:
    """Recompute the chain, and compare decisions and suppressions with it.

    `anchored`: a head written down earlier; the chain must still have it.
    """
    previous, count, seen_anchor = GENESIS, 0, anchored in (None, GENESIS)
    told: dict[int, tuple[str, str, str]] = {}
    for row in streamed(connection, select(_TABLE).order_by(AuditRow.seq)):
        expected = count + 1
        broken = _broken(row, expected, previous)
        if broken:
            return AuditReport(False, count, previous, expected, *broken)
        count, previous = expected, row["hash"]
        seen_anchor = seen_anchor or previous == anchored
        if row["action"] in _TOLD:
            told[count] = (row["action"], row["object"], row["detail"])
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
    wrong = _contradiction(connection, told)
    if wrong:
        seq, zh, en = wrong
        return AuditReport(
            False,
            count,
            previous,
            seq,
            f"第 {seq} 条记录与台账中的{zh}不一致：后者被增、删或改动。",
            f"Entry {seq} and the ledger's {en} contradict each other: the latter were added to, removed or changed.",
        )
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


def _contradiction(
    connection: Connection, told: Mapping[int, tuple[str, str, str]]
) -> tuple[int, str, str] | None:
    """The first entry that says something else than the tables of decisions, suppressions and runs do."""
    kept: dict[int, tuple[str, str]] = {}
    for row in streamed(connection, select(table_of(DecisionRow))):
        kept[row["audit"]] = ("decide", canonical(decision_detail(row)))
    for row in streamed(connection, select(table_of(SuppressionRow))):
        action = "lift" if row["until"] == row["at"] else "suppress"
        kept[row["audit"]] = (action, canonical(suppression_detail(row)))
    hashes = {row["id"]: run_hash(row) for row in streamed(connection, select(table_of(RunRow)))}
    for seq in sorted({*told, *kept}):
        action, object_, text = told.get(seq, ("", "", "{}"))
        detail = json.loads(text)
        if action == "run":
            holds = hashes.get(object_) == detail["record"]
        else:
            said_here = canonical({k: v for k, v in detail.items() if k != "finding"})
            holds = kept.get(seq) == (action, said_here)
        if not holds:
            return seq, *_TOLD[action or kept[seq][0]]
    return None


def run_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over a run as it is kept."""
    kept = {name: row[name] for name in table_of(RunRow).columns.keys()}  # noqa: SIM118
    return hashlib.sha256(canonical(kept).encode()).hexdigest()


def decision_detail(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit tells of a decision, beside the finding's id at that time."""
    return {k: row[k] for k in ("at", "actor", "from_state", "to_state", "reason")} | {"key": row["finding"]}


def suppression_detail(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit tells of a suppression or its lifting."""
    return {k: row[k] for k in ("at", "actor", "until", "reason")} | {"key": row["finding"]}
