"""Jobs: how long work is begun, followed and cancelled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api import wire
from api.answers import told
from api.callers import Asking, Caller
from api.jobs import NO_JOB, Job, Jobs
from api.once import once
from api.problems import ProblemError
from api.routes.parameters import Id
from api.routing import Routes
from api.services import Services

routes = Routes("work")


def jobs_of(request: Request) -> Jobs:
    """The queue of jobs."""
    jobs: Jobs = request.app.state.jobs
    return jobs


def started(
    request: Request,
    caller: Caller,
    services: Services,
    key: str | None,
    asked: Any,
    begin: Callable[[], Job],
) -> Response:
    """A job that was begun, or the one that was begun under this idempotency key."""
    response = once(services.ledger, request, caller, key, asked, lambda: begin().to_json(), 202)
    return response


def _own(request: Request, caller: Caller, id_: str) -> Job:
    job = jobs_of(request).get(id_)
    if job.owner != caller.key and not caller.may("admin"):
        raise ProblemError("not-found", *NO_JOB)
    return job


@routes.get("/jobs/{id}/events", scope="read", timed=False, summary="A job's progress, as server-sent events",
            responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}})  # fmt: skip
async def events(request: Request, caller: Asking, id: Id) -> Response:
    """An event whenever the job changed, until it ends."""
    job = _own(request, caller, id)
    changes = jobs_of(request).changes(job)

    async def stream() -> AsyncIterator[str]:
        while True:
            change = await run_in_threadpool(next, changes, "ended")
            if change == "ended":
                return
            yield ": waiting\n\n" if change is None else f"data: {json.dumps(change, ensure_ascii=False)}\n\n"
            await asyncio.sleep(0)

    return StreamingResponse(stream(), media_type="text/event-stream")


@routes.get("/jobs/{id}", scope="read", response_model=wire.Job, summary="A job")
def job(request: Request, caller: Asking, id: Id) -> Response:
    """To poll."""
    return told(request, caller, _own(request, caller, id).to_json(), id)


@routes.delete("/jobs/{id}", scope="read", response_model=wire.Job, summary="Cancel a job")
def cancel(request: Request, caller: Asking, id: Id) -> Response:
    """What it had not finished changes nothing."""
    found = _own(request, caller, id)
    jobs_of(request).cancel(found)
    return told(request, caller, found.to_json(), id)
