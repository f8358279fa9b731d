"""Runs of the detectors: those recorded, what they could not decide, and new ones as jobs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from api import wire
from api.answers import told
from api.callers import Asking, Using
from api.cursors import LEDGER, key_of, malformed
from api.cursors import cursor as cursor_after
from api.jobs import Job
from api.once import IdempotencyKey
from api.problems import ProblemError, naming_detectors
from api.reading.naming import told_of
from api.routes.jobs import jobs_of, started
from api.routes.parameters import Cursor, Id, Limit
from api.routing import Routes
from api.services import Services
from cases import InvalidValueError
from detectors.registry import chosen, whose_findings
from detectors.running.changed import detect_changed, judged_in_scope
from detectors.running.detecting import detect
from detectors.running.runner import Run
from graph.held import StillHeld
from graph.stores.errors import StoreUnavailableError

routes = Routes("work")


class RunAsked(BaseModel, extra="forbid"):
    """Which detectors to run; none = all but those that only support others."""

    detectors: list[str] = Field([], max_length=200)
    changed: bool = Field(
        False, description="Only the lots that loads since the last run touched, where that is known"
    )


@routes.get("/runs", scope="read", response_model=wire.RunsPage, summary="Recorded runs, newest first")
def runs(
    request: Request,
    caller: Asking,
    services: Using,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """A page of runs; `next` is the cursor of the following one."""
    after = key_of(cursor, LEDGER) or None
    try:
        records = services.ledger.runs(after, min(limit + 1, 501))
    except InvalidValueError as error:
        raise malformed() from error
    more = len(records) > limit
    answer = {
        "items": [r.to_json() for r in records[:limit]],
        "next": cursor_after(LEDGER, records[limit - 1].id) if more else None,
        "truncated": more,
    }
    return told(request, caller, answer, "runs")


def _no_run(id_: str) -> ProblemError:
    return ProblemError(
        "not-found",
        f"台账中没有运行 {id_}。GET /v1/runs 列出全部运行。",
        f"The ledger has no run {id_}. GET /v1/runs lists them.",
    )


def _names(services: Services, items: list[dict[str, Any]]) -> dict[str, str]:
    """The ledger tells of a run where the store is gone; then nothing is called by its name."""
    try:
        return told_of(services.store, items)
    except StoreUnavailableError:
        return {}


@routes.get(
    "/runs/{id}/undecided/counts",
    scope="read",
    response_model=wire.UndecidedCounts,
    summary="How much a run could not decide, by detector",
)
def undecided_counts(request: Request, id: Id, caller: Asking, services: Using) -> Response:
    """Each entry is one lot or household that a detector could not decide."""
    counts = services.ledger.undecided_counts(id)
    if counts is None:
        raise _no_run(id)
    return told(request, caller, {"undecided": sum(counts.values()), "by_detector": counts})


@routes.get(
    "/runs/{id}/undecided",
    scope="read",
    response_model=wire.UndecidedPage,
    summary="What a run could not decide, and what is missing",
)
def undecided(
    request: Request,
    id: Id,
    caller: Asking,
    services: Using,
    detector: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """A page, one entry a lot or household; `next` is the cursor of the following one."""
    key = key_of(cursor, LEDGER)
    after = int(key) if key.isdecimal() and len(key) < 10 else -1
    if key and after < 0:
        raise malformed()
    if detector is not None:
        with naming_detectors("query/detector"):
            whose_findings([detector], services.own, services.ledger.undecided_counts(id) or ())
    found = services.ledger.undecided(id, after, min(limit + 1, 501), detector)
    if found is None:
        raise _no_run(id)
    more = len(found) > limit
    items = [dict(gap) for _, gap in found[:limit]]
    answer = {
        "items": items,
        "names": _names(services, items),
        "next": cursor_after(LEDGER, str(found[limit - 1][0])) if more else None,
        "truncated": more,
    }
    return told(request, caller, answer, "undecided")


@routes.post(
    "/runs", scope="detect", status_code=202, response_model=wire.Job, summary="Run detectors, as a job"
)
def run(
    request: Request, caller: Asking, services: Using, asked: RunAsked, idempotency_key: IdempotencyKey = None
) -> Response:
    """Over everything loaded, or over what changed; what they find is recorded. Where everything may have changed, all is
    run: `run.narrowed` says what was looked at, and null where that was everything.
    """
    with naming_detectors("body/detectors"):
        wanted = chosen(asked.detectors or None, services.own)

    def work(progress: Callable[[str, int, int], None]) -> Any:
        began = dt.datetime.now(dt.UTC)
        held = StillHeld(services.store)
        able = judged_in_scope(wanted)
        since = services.ledger.looked_at(able, services.rules) if asked.changed else None
        narrow = since and detect_changed(services.store, since, wanted, services.rules, progress)
        if narrow:
            record = services.ledger.record_run(
                narrow.run,
                able,
                services.rules,
                services.store.fingerprint(),
                caller.name,
                began_at=began,
                narrowed=narrow.narrowed,
                held=held,
            )
            return {"run": record.to_json(), "left": list(narrow.left)}
        found: Run = detect(services.store, wanted, progress, services.rules)
        record = services.ledger.record_run(
            found,
            wanted,
            services.rules,
            services.store.fingerprint(),
            caller.name,
            began_at=began,
            held=held,
        )
        return {"run": record.to_json(), "left": []}

    def begin() -> Job:
        return jobs_of(request).start("run", caller.key, work)

    return started(request, caller, services, idempotency_key, asked.model_dump(), begin)
