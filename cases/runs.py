"""Reading runs back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Text, func, select, tuple_, type_coerce

from cases.errors import InvalidValueError
from cases.records import RunRecord
from cases.rows import rows, table_of
from cases.tables import RunRow, UndecidedRow, canonical

if TYPE_CHECKING:
    from detectors.definition import Detector
    from detectors.rules.values import LocalRules

_KEPT: Final = type_coerce(UndecidedRow.gap, Text)
"""What could not be decided as the ledger keeps it: canonical JSON, which begins with the detector."""
_BACK: Final = 100
_LONG_BACK: Final = 1000
"""Runs looked through, newest first: for all detectors at once, and for each by itself."""


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


def undecided_of(
    connection: Connection, run: str, after: int, limit: int, detector: str | None
) -> list[tuple[int, Mapping[str, Any]]] | None:
    """See `Ledger.undecided`."""
    if connection.execute(select(RunRow.id).where(RunRow.id == run)).scalar() is None:
        return None
    query = select(UndecidedRow.place, UndecidedRow.gap).where(UndecidedRow.run == run)
    query = query.where(UndecidedRow.place > after).order_by(UndecidedRow.place).limit(limit)
    if detector is not None:
        begins = _begins(detector)
        query = query.where(func.substr(_KEPT, 1, len(begins)) == begins)
    return [(row["place"], row["gap"]) for row in rows(connection, query)]


def undecided_counts(connection: Connection, run: str) -> dict[str, int] | None:
    """See `Ledger.undecided_counts`."""
    detectors = connection.execute(select(RunRow.detectors).where(RunRow.id == run)).scalar()
    if detectors is None:
        return None
    # So much of each that every detector's beginning is whole: one pass, and few different ones.
    beginning = func.substr(_KEPT, 1, max((len(_begins(d)) for d in detectors), default=1))
    counted = connection.execute(
        select(beginning, func.count()).where(UndecidedRow.run == run).group_by(beginning)
    )
    found: Counter[str] = Counter()
    for text, n in counted:
        found.update({d: n for d in detectors if text.startswith(_begins(d))})
    return {d: found[d] for d in detectors if found[d]}


def _begins(detector: str) -> str:
    return canonical({"detector": detector})[:-1] + ","


def ran_over(connection: Connection, run: str) -> str | None:
    """See `Ledger.ran_over`."""
    return connection.execute(select(RunRow.dataset_fingerprint).where(RunRow.id == run)).scalar()


def looked_at(connection: Connection, detectors: Sequence[Detector], rules: LocalRules) -> str | None:
    """See `Ledger.looked_at`."""
    columns = (RunRow.dataset_fingerprint, RunRow.detectors, RunRow.parameters)
    query = select(*columns).where(RunRow.scope_kind.is_(None)).order_by(RunRow.ended_at.desc()).limit(_BACK)
    wanted = {d.id: (d.version, canonical(dict(rules.values(d)))) for d in detectors}
    for row in rows(connection, query):
        ran = {i: (version, canonical(row["parameters"][i])) for i, version in row["detectors"].items()}
        if wanted.items() <= ran.items():
            return str(row["dataset_fingerprint"])
    return None


def last_looks(connection: Connection, detectors: Sequence[Detector], rules: LocalRules) -> dict[str, str]:
    """See `Ledger.last_looks`."""
    columns = (RunRow.dataset_fingerprint, RunRow.detectors, RunRow.parameters)
    query = select(*columns).where(RunRow.scope_kind.is_(None)).order_by(RunRow.ended_at.desc())
    wanted = {d.id: (d.version, canonical(dict(rules.values(d)))) for d in detectors}
    found: dict[str, str] = {}
    for start in range(0, _LONG_BACK, _BACK):
        page = rows(connection, query.limit(_BACK).offset(start))
        for row in page:
            for id_ in wanted.keys() & row["detectors"].keys() - found.keys():
                if wanted[id_] == (row["detectors"][id_], canonical(row["parameters"][id_])):
                    found[id_] = str(row["dataset_fingerprint"])
            if len(found) == len(wanted):
                return found
        if len(page) < _BACK:
            break
    return found


def _record(row: Mapping[str, Any]) -> RunRecord:
    own = {k: row[k] for k in RunRecord.__slots__ if k not in ("scope", "missing")}
    return RunRecord(
        **own,
        scope=(row["scope_kind"], row["scope_id"]) if row["scope_kind"] else None,
        missing={k: tuple(v) for k, v in row["missing"].items()},
    )
