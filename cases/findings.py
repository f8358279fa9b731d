"""Reading findings back: filtered, in a fixed order, page by page, each with its history."""

from __future__ import annotations

import base64
import difflib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, case, func, not_, or_, select, tuple_

from cases.errors import InvalidValueError, UnknownFindingError
from cases.private_numbers import numbers_masked
from cases.records import (
    SEVERITIES,
    STATES,
    FindingFilter,
    FindingRecord,
    HistoryEntry,
    Suppression,
)
from cases.rows import Row, first_row, rows, table_of
from cases.tables import Base, DecisionRow, EventRow, FindingRow, FormerIdRow, SubjectRow, SuppressionRow
from detectors.definition import Evidence
from detectors.finding import Finding

_TABLE: Final = table_of(FindingRow)
_NEAR: Final = 3
_COMPARED: Final = 20_000
"""Ids compared with one that is not there, at most."""
_PREFIX: Final = 6
_RANK: Final = case(
    {name: place for place, name in enumerate(SEVERITIES)}, value=FindingRow.severity, else_=len(SEVERITIES)
)
_ORDERS: Final[Mapping[str, tuple[tuple[Any, ...], bool]]] = {
    "changed": ((FindingRow.changed_at, FindingRow.id), False),
    "newest": ((FindingRow.changed_at, FindingRow.id), True),
    "scope": ((FindingRow.scope_kind, FindingRow.scope_id, FindingRow.detector, FindingRow.id), False),
    "severity": ((_RANK, FindingRow.scope_id, FindingRow.id), False),
}


def page(
    connection: Connection, now: str, wanted: FindingFilter, after: str | None, limit: int
) -> list[FindingRecord]:
    """See `Ledger.findings`."""
    columns, backwards = _ORDERS[wanted.order]
    query = _filtered(select(_TABLE, *[c.label(f"o{n}") for n, c in enumerate(columns)]), wanted, now)
    if after is not None:
        values = _read_cursor(after, wanted.order, columns)
        here = tuple_(*columns)
        query = query.where(here < values if backwards else here > values)
    query = query.order_by(*[c.desc() if backwards else c for c in columns]).limit(limit)
    found = rows(connection, query)
    cursors = [_cursor(wanted.order, [row[f"o{n}"] for n in range(len(columns))]) for row in found]
    return _records(connection, found, cursors, now, whole=False)


def one(connection: Connection, now: str, id_: str) -> FindingRecord:
    """See `Ledger.finding`."""
    row = row_of(connection, id_)
    return _records(connection, [row], [""], now, whole=True)[0]


def row_of(connection: Connection, id_: str) -> Mapping[str, Any]:
    """The row of an id, present or former. Raises `UnknownFindingError`."""
    for _ in range(100):
        row = first_row(connection, select(_TABLE).where(FindingRow.id == id_))
        if row is None:
            id_row = connection.execute(
                select(FindingRow.id)
                .join(FormerIdRow, FormerIdRow.finding == FindingRow.key)
                .where(FormerIdRow.id == id_)
            ).scalar()
            if id_row is None:
                raise UnknownFindingError(id_, _near(connection, id_))
            id_ = id_row
        elif row["merged_into"] is None:
            return dict(row)
        else:
            id_ = connection.execute(
                select(FindingRow.id).where(FindingRow.key == row["merged_into"])
            ).scalar_one()
    raise UnknownFindingError(id_, ())


def resolved(connection: Connection, text: str) -> str:
    """The id meant by an id, a former one, or its first characters where they name one finding alone."""
    try:
        return str(row_of(connection, text)["id"])
    except UnknownFindingError as error:
        if len(text) >= _PREFIX:
            # An id and a former one may be of one finding, which is then meant.
            present = {str(row_of(connection, i)["id"]) for i in error.near if i.startswith(text)}
            if len(present) == 1:
                return present.pop()
        raise


def _near(connection: Connection, id_: str) -> list[str]:
    query = select(FindingRow.id).order_by(FindingRow.id)
    if id_:
        starting = connection.execute(
            query.where(FindingRow.id.startswith(id_, autoescape=True)).limit(_NEAR)
        ).scalars()
        # Papers and lists of earlier runs show the first characters of ids that were replaced since.
        former = connection.execute(
            select(FormerIdRow.id)
            .where(FormerIdRow.id.startswith(id_, autoescape=True))
            .order_by(FormerIdRow.id)
            .limit(_NEAR)
        ).scalars()
        if found := list(dict.fromkeys([*starting, *former])):
            return found[:_NEAR]
    ids = connection.execute(query.limit(_COMPARED)).scalars().all()
    return difflib.get_close_matches(id_, ids, _NEAR, 0.5)


def counts(connection: Connection, now: str, wanted: FindingFilter) -> dict[str, Any]:
    """See `Ledger.counts`."""
    hidden = or_(FindingRow.suppressed_by.is_not(None), _suppressed(now))
    query = _filtered(
        select(
            FindingRow.state,
            FindingRow.severity,
            FindingRow.detector,
            case((hidden, 1), else_=0).label("hidden"),
            case((FindingRow.no_longer_found_at.is_(None), 0), else_=1).label("gone"),
            func.count().label("n"),
        ).group_by("state", "severity", "detector", "hidden", "gone"),
        wanted,
        now,
    )
    totals: dict[str, Counter[str]] = {name: Counter() for name in ("state", "severity", "detector")}
    findings = suppressed = gone = 0
    for row in rows(connection, query):
        for name, total in totals.items():
            total[row[name]] += row["n"]
        findings += row["n"]
        suppressed += row["n"] * row["hidden"]
        gone += row["n"] * row["gone"]
    return {
        "findings": findings,
        "by_state": {s: totals["state"][s] for s in STATES},
        "by_severity": {s: totals["severity"][s] for s in SEVERITIES},
        "by_detector": dict(sorted(totals["detector"].items())),
        "suppressed": suppressed,
        "no_longer_found": gone,
    }


def _suppressed(now: str) -> ColumnElement[bool]:
    return func.coalesce(FindingRow.suppressed_until, "") > now


def _filtered(query: Select[Any], wanted: FindingFilter, now: str) -> Select[Any]:
    query = query.where(FindingRow.merged_into.is_(None))
    for column, values in (
        (FindingRow.state, wanted.states),
        (FindingRow.detector, wanted.detectors),
        (FindingRow.severity, wanted.severities),
    ):
        if values:
            query = query.where(column.in_(values))
    if wanted.scope_kind is not None:
        query = query.where(FindingRow.scope_kind == wanted.scope_kind)
    if wanted.scope_id is not None:
        query = query.where(FindingRow.scope_id == wanted.scope_id)
    if wanted.scope_ids:
        query = query.where(FindingRow.scope_id.in_(wanted.scope_ids))
    if wanted.subject is not None:
        about = select(SubjectRow.finding).where(SubjectRow.party == wanted.subject)
        query = query.where(FindingRow.key.in_(about))
    if wanted.subjects:
        about = select(SubjectRow.finding).where(SubjectRow.party.in_(wanted.subjects))
        query = query.where(FindingRow.key.in_(about))
    if wanted.changed_since is not None:
        query = query.where(FindingRow.changed_at > wanted.changed_since)
    if wanted.found is not None:
        gone = FindingRow.no_longer_found_at.is_not(None)
        query = query.where(not_(gone) if wanted.found else gone)
    if wanted.suppressed is not None:
        hidden = or_(FindingRow.suppressed_by.is_not(None), _suppressed(now))
        query = query.where(hidden if wanted.suppressed else not_(hidden))
    return query


def _cursor(order: str, values: Sequence[Any]) -> str:
    text = json.dumps([order, *values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str, order: str, columns: Sequence[Any]) -> tuple[Any, ...]:
    try:
        stated, *values = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
        kinds = [int if c is _RANK else str for c in columns]
        if stated != order or [type(v) for v in values] != kinds:
            raise ValueError(text)
        if any(isinstance(v, int) and not 0 <= v <= len(SEVERITIES) for v in values):
            raise ValueError(text)
        if any(isinstance(v, str) and "\x00" in v for v in values):
            raise ValueError(text)
    except (ValueError, TypeError) as error:
        raise InvalidValueError(
            "翻页游标无效，或属于另一种排序。请从第一页重新开始。",
            "That cursor is malformed, or belongs to another order. Start again from the first page.",
        ) from error
    return tuple(values)


def _records(
    connection: Connection,
    found: Sequence[Row],
    cursors: Sequence[str],
    now: str,
    whole: bool,
) -> list[FindingRecord]:
    keys = [row["key"] for row in found]
    former: dict[int, list[str]] = defaultdict(list)
    owner = {key: key for key in keys}
    if keys:
        for id_, key in connection.execute(
            select(FormerIdRow.id, FormerIdRow.finding)
            .where(FormerIdRow.finding.in_(keys))
            .order_by(FormerIdRow.replaced_at, FormerIdRow.id)
        ):
            former[key].append(id_)
        for key, id_, into in connection.execute(
            select(FindingRow.key, FindingRow.id, FindingRow.merged_into).where(
                FindingRow.merged_into.in_(keys)
            )
        ):
            if into is not None:
                owner[key] = into
                former[into].append(id_)
    histories = _histories(connection, owner, whole)
    suppressions = _suppressions(connection, keys, now)
    return [
        FindingRecord(
            id=row["id"],
            finding=_finding(row),
            state=row["state"],
            changed_since_decision=bool(row["changed_since_decision"]),
            first_seen=row["first_seen"],
            last_seen=row["last_seen"],
            changed_at=row["changed_at"],
            no_longer_found_at=row["no_longer_found_at"],
            not_checked_since=row["not_checked_since"],
            former_ids=tuple(former[row["key"]]),
            suppression=suppressions.get(row["key"]),
            history=tuple(histories[row["key"]]),
            last_run=row["last_run"],
            cursor=cursor,
        )
        for row, cursor in zip(found, cursors, strict=True)
    ]


def _finding(row: Mapping[str, Any]) -> Finding:
    return Finding(
        detector=row["detector"],
        version=row["version"],
        severity=row["severity"],
        scope_kind=row["scope_kind"],
        scope_id=row["scope_id"],
        subjects=tuple(row["subjects"]),
        facts=row["facts"],
        basis=tuple(row["basis"]),
        suppressed_by=row["suppressed_by"],
        text=row["text"],
        fingerprint=row["id"],
        parameters=row["parameters"],
        evidence=Evidence(tuple(row["evidence"]["nodes"]), tuple(row["evidence"]["keys"])),
        identity=row["identity"],
    )


def _histories(
    connection: Connection, owner: Mapping[int, int], whole: bool
) -> dict[int, list[HistoryEntry]]:
    """Everything that happened, oldest first; of what was merged into a finding too."""
    found: dict[int, list[tuple[str, int, int, HistoryEntry]]] = defaultdict(list)
    keys = list(owner)
    for row in _rows(connection, EventRow, keys):
        changes = row["changes"]
        detail = {"changes": changes if whole else sorted(changes)} if changes else {}
        entry = HistoryEntry(row["at"], row["kind"], None, row["run"], detail)
        found[owner[row["finding"]]].append((row["at"], 0, row["key"], entry))
    for row in _rows(connection, DecisionRow, keys):
        detail = {"from": row["from_state"], "to": row["to_state"]}
        detail["reason"] = numbers_masked(row["reason"])
        entry = HistoryEntry(row["at"], "decided", row["actor"], None, detail)
        found[owner[row["finding"]]].append((row["at"], 1, row["key"], entry))
    for row in _rows(connection, SuppressionRow, keys):
        lifted = row["until"] == row["at"]
        detail = {} if lifted else {"until": row["until"]}
        detail["reason"] = numbers_masked(row["reason"])
        entry = HistoryEntry(row["at"], "lifted" if lifted else "suppressed", row["actor"], None, detail)
        found[owner[row["finding"]]].append((row["at"], 2, row["key"], entry))
    return defaultdict(
        list, {key: [e[-1] for e in sorted(several, key=lambda e: e[:3])] for key, several in found.items()}
    )


def _suppressions(connection: Connection, keys: Sequence[int], now: str) -> dict[int, Suppression]:
    """The newest of each finding, where it was not lifted."""
    found: dict[int, Suppression] = {}
    for row in _rows(connection, SuppressionRow, keys):
        found[row["finding"]] = Suppression(
            row["at"], row["actor"], row["until"], numbers_masked(row["reason"]), row["until"] > now
        )
    return {key: s for key, s in found.items() if s.until != s.at}


def _rows(connection: Connection, class_: type[Base], keys: Sequence[int]) -> Sequence[Row]:
    if not keys:
        return []
    table = table_of(class_)
    return rows(connection, select(table).where(table.c.finding.in_(keys)).order_by(table.c.key))
