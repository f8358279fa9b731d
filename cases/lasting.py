"""What the last runs say of one lot or household, where it is what a run over everything would say now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from cases.findings import page
from cases.records import FindingFilter
from cases.rows import rows, table_of
from cases.tables import RunRow, UndecidedRow, canonical
from detectors.definition import Detector, Undecided

if TYPE_CHECKING:
    from detectors.finding import Finding
    from detectors.rules.values import LocalRules

_BACK: Final = 500
"""Runs looked through, newest first."""
_MOST: Final = 1000
"""Findings of one scope."""
_TOLD: Final = 1000
_HEAD: Final[tuple[ColumnElement[Any], ...]] = tuple(
    table_of(RunRow).c[n] for n in ("id", "ended_at", "dataset_fingerprint", "scope_kind", "scope_id")
)
_LIGHT: Final = (RunRow.detectors, RunRow.parameters, RunRow.missing, RunRow.narrowed)


@dataclass(frozen=True, slots=True)
class ReadRuns:
    """What was read of runs before, by their ids. A recorded run never changes."""

    told: dict[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lasting:
    """`run`: the newest one it rests on. `missing`: detectors without data to run on, with what they lack."""

    run: str
    findings: tuple[Finding, ...]
    undecided: tuple[tuple[str, Undecided], ...]
    missing: Mapping[str, tuple[str, ...]]


def lasting(
    connection: Connection,
    now: str,
    read: ReadRuns,
    scope: tuple[str, str],
    detectors: Sequence[Detector],
    rules: LocalRules,
    fingerprint: str,
) -> Lasting | None:
    """See `Ledger.lasting`. `read`: added to."""
    wanted = {d.id: (d.version, canonical(dict(rules.values(d)))) for d in detectors}
    covering = _covering(connection, read, scope, wanted, fingerprint)
    if covering is None:
        return None
    newest = max(covering.values(), key=lambda run: str(run["ended_at"]))
    runs = {run["id"]: run for run in covering.values()}
    asked = FindingFilter(
        detectors=tuple(wanted), scope_kind=scope[0], scope_id=scope[1], found=True, order="scope"
    )
    found = page(connection, now, asked, None, _MOST)
    undecided = [
        (detector, gap)
        for id_ in runs
        for detector, gap in _gaps_of(connection, id_, scope)
        if detector in covering and covering[detector]["id"] == id_
    ]
    # As a run has them, whichever of several said so.
    place = {id_: n for n, id_ in enumerate(wanted)}
    return Lasting(
        str(newest["id"]),
        tuple(r.finding for r in found if r.last_run == covering[r.finding.detector]["id"]),
        tuple(sorted(undecided, key=lambda one: place[one[0]])),
        {d: tuple(covering[d]["missing"][d]) for d in wanted if d in covering[d]["missing"]},
    )


def _covering(
    connection: Connection,
    read: ReadRuns,
    scope: tuple[str, str],
    wanted: Mapping[str, tuple[str, str]],
    fingerprint: str,
) -> dict[str, Mapping[str, Any]] | None:
    """By detector: the newest run that looked at the scope with it; None where they don't tell of these data and values."""
    here = or_(RunRow.scope_kind.is_(None), and_(RunRow.scope_kind == scope[0], RunRow.scope_id == scope[1]))
    query = select(*_HEAD).where(here).order_by(RunRow.ended_at.desc()).limit(_BACK)
    covering: dict[str, Mapping[str, Any]] = {}
    current = False
    for head in rows(connection, query):
        run = {**head, **_told(connection, read.told, head["id"])}
        ran = {i: (version, canonical(run["parameters"][i])) for i, version in run["detectors"].items()}
        for id_, said in ran.items():
            if id_ in wanted and id_ not in covering and _looked_at(run, id_, scope):
                # A lot looked at on other data than now, such as a batch that was taken back, tells nothing.
                if said != wanted[id_] or (run["scope_kind"] and run["dataset_fingerprint"] != fingerprint):
                    return None
                covering[id_] = run
        if run["scope_kind"] is None and wanted.items() <= ran.items():
            # The newest run of all of them over everything, or over what had changed since the one before it.
            current = current or run["dataset_fingerprint"] == fingerprint
            if not current:
                return None
        if len(covering) == len(wanted):
            break
    if len(covering) < len(wanted):
        return None
    # A run over these very data, be it of the lot alone, stands by itself; one over older data by a newer one only.
    current = current or all(run["dataset_fingerprint"] == fingerprint for run in covering.values())
    return covering if current else None


def _told(connection: Connection, told: dict[str, Mapping[str, Any]], run: str) -> Mapping[str, Any]:
    known = told.get(run)
    if known is None:
        known = rows(connection, select(*_LIGHT).where(RunRow.id == run))[0]
        # Several threads come here: none may rely on what another leaves in it.
        if len(told) >= _TOLD:
            told.clear()
        told[run] = known
    return known


def _looked_at(run: Mapping[str, Any], detector: str, scope: tuple[str, str]) -> bool:
    narrowed = run["narrowed"]
    if not narrowed or detector in narrowed["standing"]:
        return not narrowed
    return detector not in narrowed["detectors"] or list(scope) in narrowed["scopes"]


def _gaps_of(connection: Connection, run: str, scope: tuple[str, str]) -> list[tuple[str, Undecided]]:
    # Put in order here: asked to, SQLite walks along the run's places, a hundred thousand, past the index of scopes.
    query = select(UndecidedRow.place, UndecidedRow.gap).where(
        UndecidedRow.run == run, UndecidedRow.scope_id == scope[1], UndecidedRow.scope_kind == scope[0]
    )
    return [
        (
            str(gap["detector"]),
            Undecided(*scope, tuple(gap["subjects"]), gap["missing"]["zh"], gap["missing"]["en"]),
        )
        for _, gap in sorted(connection.execute(query), key=lambda row: row[0])
    ]
