"""Runs and findings made for the ledger's tests, and a clock that is set by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, create_engine, text

from cases import Ledger, RunRecord
from cases.opening import ledger_address
from detectors.definition import Detector, Evidence, Undecided
from detectors.finding import Finding, fingerprint
from detectors.registry import DETECTORS
from detectors.rules.values import NO_RULES
from detectors.running.runner import Run
from graph.stores.contract import BatchRecord

SHAREHOLDER, CONTROLLER, CONTACT = (
    next(d for d in DETECTORS if d.id == id_)
    for id_ in ("common-shareholder", "common-controller", "shared-contact")
)


class Clock:
    """A second later each time it is asked."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


def tie(
    holder: str = "local:H",
    lot: str = "local:T-1/1",
    subjects: Sequence[str] = ("local:A", "local:B"),
    share: float = 0.6,
    detector: Detector = SHAREHOLDER,
    suppressed_by: Mapping[str, str] | None = None,
) -> Finding:
    """Bidders of a lot tied by a holder."""
    identity = {"lot_id": lot, "holder_id": holder}
    return Finding(
        detector=detector.id,
        version=detector.version,
        severity=detector.severity,
        scope_kind="lot",
        scope_id=lot,
        subjects=tuple(subjects),
        facts={"holder": {"id": holder, "name": "虚构控股"}, "share": share, "bidders": list(subjects)},
        basis=({"law": "示例办法", "article": "第一条"},),
        suppressed_by=suppressed_by,
        text={"zh": f"【风险预警】{holder}", "en": f"lead: {holder}"},
        fingerprint=fingerprint(detector, identity),
        parameters={"minimum": 0.05},
        evidence=Evidence(tuple(sorted({holder, *subjects})), ("k1", "k2")),
        identity=identity,
    )


def of_round(found: Finding, day: str) -> Finding:
    """The same of the bids opened on one day of several."""
    identity = {**found.identity, "lot_id": f"{found.scope_id}@开标{day}"}
    return replace(
        found,
        identity=identity,
        fingerprint=fingerprint(SHAREHOLDER, identity),
        facts={**found.facts, "as_of": day, "round": day},
    )


def run_of(
    *findings: Finding,
    detectors: Sequence[Detector] = (SHAREHOLDER,),
    aliases: Mapping[str, str] | None = None,
    undecided: Sequence[tuple[str, Undecided]] = (),
    missing: Sequence[str] = (),
) -> Run:
    population = {d.id: 3 for d in detectors if d.id not in missing}
    absent = dict.fromkeys(missing, ("OWNS",))
    return Run(tuple(findings), tuple(undecided), population, absent, dict(aliases or {}))


def record(
    ledger: Ledger,
    *findings: Finding,
    detectors: Sequence[Detector] = (SHAREHOLDER,),
    scope: tuple[str, str] | None = None,
    actor: str = "测试员",
    **of_run: Any,
) -> RunRecord:
    """Record a run of these detectors that found these findings."""
    run = run_of(*findings, detectors=detectors, **of_run)
    return ledger.record_run(run, detectors, NO_RULES, "fingerprint-1", actor, scope=scope)


def some(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts that are not 0."""
    return {name: n for name, n in counts.items() if n}


def undecided(lot: str, *subjects: str) -> Undecided:
    return Undecided("lot", lot, subjects, "缺少股权数据", "no ownership data")


def batch(id_: str) -> BatchRecord:
    """A load of one file."""
    file = {
        "name": "股东.csv",
        "sha256": "ab" * 32,
        "format": "table",
        "rows": 3,
        "rejected": 0,
        "options": "",
    }
    return BatchRecord(
        id_, "done", "main", None, (), None, (file,), {"OWNS": 3}, "2026-01-01", "lookthrough 1"
    )


def behind(url: str) -> Engine:
    """The database itself, for who goes round the ledger."""
    return create_engine(ledger_address(url))


def without_guards(url: str) -> Engine:
    """The database with its triggers gone, as who owns the file can have it."""
    engine = behind(url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in names.scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("DROP FUNCTION lookthrough_append_only() CASCADE"))
    return engine
