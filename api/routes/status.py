"""What is there, and whether it works."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool

from api import wire
from api.answers import told
from api.callers import Asking, Using
from api.jobs import STATES
from api.observing import Metrics
from api.problems import problem_of
from api.routes.parties import dataset_of
from api.routing import Routes
from api.services import Services
from cases import SCOPES
from detectors.registry import DETECTORS

routes = Routes("status")
open_routes = APIRouter(tags=["health"])


@routes.get("/status", scope="read", response_model=wire.Status, summary="What the service holds")
def status(request: Request, caller: Asking, services: Using) -> Response:
    """Store, fingerprint, counts, batches, versions, the ledger, what the caller may do.

    `findings.dataset`: the fingerprint of the data that all detectors last looked at; null where they never did so by
    the rules of today.
    """
    dataset = dataset_of(request)
    store = services.store
    wanted = [d for d in (*DETECTORS, *services.own) if not d.support]
    answer: dict[str, Any] = {
        "software": software(),
        "store": {
            "engine": store.dialect.name,
            "schema_version": store.schema_version(),
            "fingerprint": store.fingerprint(),
        },
        "dataset": {"fingerprint": dataset.fingerprint, "newest_source": dataset.newest_source},
        "counts": {k: n for k, n in store.counts().items() if n},
        "loading": [b.id for b in store.batches() if b.state != "done"],
        "jobs": dict(request.app.state.jobs.running),
        "findings": {
            **services.ledger.counts(),
            "dataset": services.ledger.looked_at(wanted, services.rules),
        },
        "caller": {
            "name": caller.name,
            "scopes": [s for s in SCOPES if caller.may(s)],
            "keys_required": services.keys_required,
        },
    }
    return told(request, caller, answer)


def software() -> str:
    """Name and version."""
    try:
        return f"lookthrough {version('lookthrough')}"
    except PackageNotFoundError:
        return "lookthrough"


@open_routes.get("/healthz", response_class=PlainTextResponse, summary="The process answers")
async def healthz() -> Response:
    """Nothing is asked of the store."""
    return PlainTextResponse("ok\n")


@open_routes.get(
    "/readyz",
    summary="Store and ledger answer",
    responses={
        503: {
            "description": "One of them does not",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
async def readyz(request: Request) -> Response:
    """503 where one does not; it says which, and in `detail` what to do."""
    services: Services = request.app.state.services

    def asked() -> dict[str, Any]:
        state: dict[str, Any] = {}
        for name, ask in (("store", services.store.fingerprint), ("ledger", services.ledger.audit_head)):
            try:
                ask()
                state[name] = "ok"
            except Exception as error:
                state[name] = type(error).__name__
                known = problem_of(error, services.places)
                if known is not None:
                    state["detail"] = {"zh": known.zh, "en": known.en}
        return state

    state = await run_in_threadpool(asked)
    ready = state["store"] == state["ledger"] == "ok"
    return JSONResponse(state, 200 if ready else 503, None if ready else {"Retry-After": "5"})


@open_routes.get("/metrics", response_class=PlainTextResponse, summary="For Prometheus")
async def metrics(request: Request) -> Response:
    """Request times by route template, findings and jobs by state."""
    known: Metrics = request.app.state.metrics
    services: Services = request.app.state.services

    def read() -> bytes:
        try:
            for state, n in services.ledger.counts()["by_state"].items():
                known.findings.labels(state).set(n)
        except Exception:
            known.failures.inc()
        # None of a state is told as none: what is left out keeps the number it had.
        jobs = request.app.state.jobs.running
        for state in STATES:
            known.jobs.labels(state).set(jobs.get(state, 0))
        return generate_latest(known.registry)

    return Response(await run_in_threadpool(read), media_type=CONTENT_TYPE_LATEST)
