"""Recording a run: what is new, what changed, what is no longer found, and nothing twice."""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from cases import audit
from cases.absent import Held, holding_of, write_absent
from cases.comparing import run_hash
from cases.content import CONTENT, changes_between, content, digest, parties_of, says_otherwise
from cases.events import Events, mark
from cases.records import RunRecord
from cases.rekeying import Known, rekey
from cases.rows import rows, table_of
from cases.tables import FindingRow, RunRow, SubjectRow, UndecidedRow

if TYPE_CHECKING:
    from detectors.definition import Detector
    from detectors.finding import Finding
    from detectors.rules.values import LocalRules
    from detectors.running.changed import Narrowed
    from detectors.running.runner import Run


_DECIDED: Final = ("confirmed", "cleared", "not_decidable")
_AT_ONCE: Final = 500
_FINDINGS: Final = table_of(FindingRow)
_LIGHT: Final = (
    *(FindingRow.key, FindingRow.id, FindingRow.detector, FindingRow.version, FindingRow.scope_kind),
    *(FindingRow.scope_id, FindingRow.subjects, FindingRow.identity, FindingRow.digest, FindingRow.state),
    *(
        FindingRow.no_longer_found_at,
        FindingRow.merged_into,
        FindingRow.first_seen,
        FindingRow.not_checked_since,
    ),
)


def record(
    connection: Connection,
    at: str,
    run: Run,
    detectors: Sequence[Detector],
    rules: LocalRules,
    dataset_fingerprint: str,
    actor: str,
    scope: tuple[str, str] | None,
    began_at: str | None,
    narrowed: Narrowed | None,
    held: Held | None,
) -> RunRecord:
    """Record a run in the open transaction, whose caller holds the write lock. See `Ledger.record_run`."""
    made = _run(run, detectors, rules, dataset_fingerprint, audit.said(actor, "操作人", "the actor"), scope)
    made = dataclasses.replace(
        made,
        began_at=began_at or at,
        ended_at=at,
        narrowed=narrowed.to_json() if narrowed else None,
    )
    connection.execute(insert(RunRow), [_run_row(made)])
    undecided = [u.to_json(detector) for detector, u in run.undecided]
    _write_undecided(connection, made.id, undecided)
    found = {f.fingerprint: f for f in run.findings}
    digests = {id_: digest(f) for id_, f in found.items()}
    standing = narrowed.standing if narrowed else frozenset()
    looking = frozenset(d.id for d in detectors) - standing
    covered = looking - run.missing.keys()
    known = _known(connection, covered, found, scope, narrowed)
    blind = looking - covered
    without_data = _known(connection, blind, {}, scope, narrowed) if blind else {}
    events = Events(connection, at, made.id)
    renamed = rekey(connection, at, made.id, events, known, found, covered, run.aliases)
    counts = {
        "found": len(found),
        **_write_found(connection, at, made.id, events, known, found, digests),
        **write_absent(
            connection,
            at,
            events,
            known,
            found,
            covered,
            run,
            without_data,
            holding_of(connection, detectors, held),
        ),
        "renamed": renamed,
    }
    connection.execute(update(RunRow).where(RunRow.id == made.id).values(counts=counts))
    stood = [f"{id_} {digests[id_]}" for id_ in sorted(found)]
    told = {
        "dataset": dataset_fingerprint,
        "scope": list(scope) if scope else None,
        "counts": counts,
        "undecided": made.undecided,
        "findings": hashlib.sha256("\n".join(stood).encode()).hexdigest(),
        "events": events.hash,
        "record": run_hash(_run_row(made) | {"counts": counts}, undecided),
    }
    audit.append(connection, at, actor, "run", made.id, told)
    return dataclasses.replace(made, counts=counts)


def _run(
    run: Run,
    detectors: Sequence[Detector],
    rules: LocalRules,
    fingerprint: str,
    actor: str,
    scope: tuple[str, str] | None,
) -> RunRecord:
    return RunRecord(
        id="r" + uuid.uuid4().hex[:16],
        began_at="",
        ended_at="",
        actor=actor,
        software=_software(),
        dataset_fingerprint=fingerprint,
        scope=scope,
        detectors={d.id: d.version for d in detectors},
        parameters={d.id: dict(rules.values(d)) for d in detectors},
        rules={
            "title": rules.title,
            "rules": [dataclasses.asdict(r) | {"detectors": list(r.detectors)} for r in rules.rules],
        },
        population=dict(run.population),
        undecided=len(run.undecided),
        missing={k: tuple(v) for k, v in run.missing.items()},
        counts={},
    )


def _run_row(made: RunRecord) -> dict[str, Any]:
    return {
        "id": made.id,
        "began_at": made.began_at,
        "ended_at": made.ended_at,
        "actor": made.actor,
        "software": made.software,
        "dataset_fingerprint": made.dataset_fingerprint,
        "scope_kind": made.scope[0] if made.scope else None,
        "scope_id": made.scope[1] if made.scope else None,
        "detectors": dict(made.detectors),
        "parameters": dict(made.parameters),
        "rules": dict(made.rules),
        "population": dict(made.population),
        "undecided": made.undecided,
        "missing": {k: list(v) for k, v in made.missing.items()},
        "counts": {},
        "narrowed": dict(made.narrowed) if made.narrowed else None,
    }


def _write_undecided(connection: Connection, run: str, undecided: Sequence[Mapping[str, Any]]) -> None:
    if undecided:
        connection.execute(
            insert(UndecidedRow),
            [
                {
                    "run": run,
                    "place": place,
                    "scope_kind": gap["scope"]["kind"],
                    "scope_id": gap["scope"]["id"],
                    "gap": gap,
                }
                for place, gap in enumerate(undecided)
            ],
        )


def _software() -> str:
    try:
        return f"lookthrough {version('lookthrough')}"
    except PackageNotFoundError:
        return "lookthrough"


def _known(
    connection: Connection,
    covered: Iterable[str],
    found: Mapping[str, Finding],
    scope: tuple[str, str] | None,
    narrowed: Narrowed | None,
) -> dict[str, Known]:
    """By id: what the ledger has of what the run covered, and of what it found."""
    if narrowed:
        return _known_around(connection, covered, found, narrowed)
    query = select(*_LIGHT).where(FindingRow.detector.in_({*covered, *(f.detector for f in found.values())}))
    if scope:
        query = query.where(
            or_(
                FindingRow.scope_id == scope[1], FindingRow.scope_id.in_({f.scope_id for f in found.values()})
            )
        )
    return {
        row["id"]: Known(row, in_scope=scope is None or scope == (row["scope_kind"], row["scope_id"]))
        for row in rows(connection, query)
    }


def _known_around(
    connection: Connection, covered: Iterable[str], found: Mapping[str, Finding], narrowed: Narrowed
) -> dict[str, Known]:
    """The same, read scope by scope where only some scopes were looked at."""
    covered = set(covered)
    scopes = sorted({id_ for _, id_ in narrowed.scopes} | {f.scope_id for f in found.values()})
    light = select(*_LIGHT)
    queries = [
        light.where(FindingRow.detector.in_(covered & narrowed.detectors), FindingRow.scope_id.in_(part))
        for part in _parts(scopes)
    ]
    if whole := covered - narrowed.detectors:
        queries.append(light.where(FindingRow.detector.in_(whole)))
    return {
        row["id"]: Known(row, in_scope=narrowed.covers(row["detector"], (row["scope_kind"], row["scope_id"])))
        for query in queries
        for row in rows(connection, query)
    }


def _write_found(
    connection: Connection,
    at: str,
    run_id: str,
    events: Events,
    known: Mapping[str, Known],
    found: Mapping[str, Finding],
    digests: Mapping[str, str],
) -> dict[str, int]:
    new = [f for id_, f in found.items() if id_ not in known]
    _insert(connection, at, run_id, events, new, digests)
    again = [(known[id_], f) for id_, f in found.items() if id_ in known]
    back = [k for k, _ in again if k.row["no_longer_found_at"] or k.unmerged]
    differing = [(k, f) for k, f in again if k.row["digest"] != digests[f.fingerprint]]
    _update(connection, at, events, differing, digests)
    _came_back(connection, at, events, back)
    seen = [{"k": k.row["key"]} for k, _ in again]
    if seen:
        connection.execute(
            update(_FINDINGS)
            .where(_FINDINGS.c.key == bindparam("k"))
            .values(last_seen=at, last_run=run_id, no_longer_found_at=None, not_checked_since=None),
            seen,
        )
    _checked_again(connection, at, events, [k for k, _ in again if k.row["not_checked_since"]])
    return {"new": len(new), "changed": len(differing), "found_again": len(back)}


def _insert(
    connection: Connection,
    at: str,
    run_id: str,
    events: Events,
    new: Sequence[Finding],
    digests: Mapping[str, str],
) -> None:
    for part in _parts(new):
        new_rows = [
            {
                "id": f.fingerprint,
                "detector": f.detector,
                **content(f),
                "identity": dict(f.identity),
                "digest": digests[f.fingerprint],
                "state": "new",
                "changed_since_decision": 0,
                "first_seen": at,
                "last_seen": at,
                "changed_at": at,
                "last_run": run_id,
            }
            for f in part
        ]
        connection.execute(insert(_FINDINGS), new_rows)
        ids = [f.fingerprint for f in part]
        keys = {
            id_: key
            for key, id_ in connection.execute(
                select(FindingRow.key, FindingRow.id).where(FindingRow.id.in_(ids))
            )
        }
        _write_parties(connection, {keys[f.fingerprint]: f for f in part})
        marks = {keys[id_]: mark(id_, digests[id_]) for id_ in ids}
        events.tell("found", {keys[id_]: {} for id_ in ids}, marks)


def _update(
    connection: Connection,
    at: str,
    events: Events,
    differing: Sequence[tuple[Known, Finding]],
    digests: Mapping[str, str],
) -> None:
    for part in _parts(differing):
        keys = [k.row["key"] for k, _ in part]
        before = {
            row["key"]: row for row in rows(connection, select(_FINDINGS).where(_FINDINGS.c.key.in_(keys)))
        }
        changes = {k.row["key"]: changes_between(before[k.row["key"]], content(f)) for k, f in part}
        changed = [
            {
                **{f"new_{name}": value for name, value in content(f).items()},
                "new_identity": dict(f.identity),
                "new_digest": digests[f.fingerprint],
                "k": k.row["key"],
                "flag": int(k.row["state"] in _DECIDED and says_otherwise(changes[k.row["key"]]))
                or before[k.row["key"]]["changed_since_decision"],
            }
            for k, f in part
        ]
        values = {name: bindparam(f"new_{name}", type_=_FINDINGS.c[name].type) for name in CONTENT}
        connection.execute(
            update(_FINDINGS)
            .where(_FINDINGS.c.key == bindparam("k"))
            .values(
                **values,
                identity=bindparam("new_identity", type_=_FINDINGS.c.identity.type),
                digest=bindparam("new_digest"),
                changed_since_decision=bindparam("flag"),
                changed_at=at,
            ),
            changed,
        )
        _write_parties(connection, {k.row["key"]: f for k, f in part})
        marks = {k.row["key"]: mark(f.fingerprint, digests[f.fingerprint]) for k, f in part}
        events.tell("changed", changes, marks)


def _came_back(connection: Connection, at: str, events: Events, back: Sequence[Known]) -> None:
    if not back:
        return
    connection.execute(
        update(_FINDINGS)
        .where(_FINDINGS.c.key == bindparam("k"))
        .values(changed_at=at, changed_since_decision=bindparam("flag")),
        [{"k": b.row["key"], "flag": int(b.row["state"] in _DECIDED)} for b in back],
    )
    events.tell("found_again", {b.row["key"]: {} for b in back})


def _checked_again(connection: Connection, at: str, events: Events, back: Sequence[Known]) -> None:
    if not back:
        return
    keys = [k.row["key"] for k in back]
    for part in _parts(keys):
        connection.execute(update(_FINDINGS).where(_FINDINGS.c.key.in_(part)).values(changed_at=at))
    events.tell("checked_again", {key: {} for key in keys})


def _write_parties(connection: Connection, found: Mapping[int, Finding]) -> None:
    connection.execute(delete(SubjectRow).where(SubjectRow.finding.in_(found)))
    about = [{"finding": key, "party": party} for key, f in found.items() for party in sorted(parties_of(f))]
    if about:
        connection.execute(insert(SubjectRow), about)


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
