"""Long work: runs of the detectors, loads of files, and the jobs that do them."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api import wire
from api.answers import told
from api.callers import Asking, Caller, Using
from api.cursors import cursor as cursor_after
from api.cursors import key_of, malformed
from api.datasets import Datasets
from api.jobs import Job, Jobs
from api.loads import inspected, load_files
from api.mending import take_back_when_it_answers
from api.once import IdempotencyKey, once
from api.problems import ProblemError
from api.reading.naming import told_of
from api.routes.parameters import Cursor, Id, Limit
from api.routing import Routes, ScopedRoute, refuse_unknown
from api.services import Services
from cases import InvalidValueError
from detectors.registry import chosen
from detectors.running.changed import detect_changed, judged_in_scope
from detectors.running.detecting import detect
from detectors.running.runner import Run
from graph.stores.errors import StoreUnavailableError

routes = Routes("work")
_LEDGER = "ledger"
"""Cursors of runs and loads stand where no load makes them outdated."""
_NAME = re.compile(r"[^\w.()（） -]+")
_NAME_BYTES = 200
_DATASET = r"^[\w.-]{1,64}$"
_DAY = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"


async def _known_fields(request: Request) -> None:
    """A misspelt field of a form is refused: a snapshot that is not taken for one would end nothing."""
    route: ScopedRoute = request.scope["route"]
    refuse_unknown("body", await request.form(), route.names_of("body"))


class RunAsked(BaseModel, extra="forbid"):
    """Which detectors to run; none = all but those that only support others."""

    detectors: list[str] = Field([], max_length=200)
    changed: bool = Field(
        False, description="Only the lots that loads since the last run touched, where that is known"
    )


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


@routes.get("/runs", scope="read", response_model=wire.RunsPage, summary="Recorded runs, newest first")
def runs(
    request: Request,
    caller: Asking,
    services: Using,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """A page of runs; `next` is the cursor of the following one."""
    after = key_of(cursor, _LEDGER) or None
    try:
        records = services.ledger.runs(after, min(limit + 1, 501))
    except InvalidValueError as error:
        raise malformed() from error
    more = len(records) > limit
    answer = {
        "items": [r.to_json() for r in records[:limit]],
        "next": cursor_after(_LEDGER, records[limit - 1].id) if more else None,
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
    key = key_of(cursor, _LEDGER)
    after = int(key) if key.isdecimal() and len(key) < 10 else -1
    if key and after < 0:
        raise malformed()
    found = services.ledger.undecided(id, after, min(limit + 1, 501), detector)
    if found is None:
        raise _no_run(id)
    more = len(found) > limit
    items = [dict(gap) for _, gap in found[:limit]]
    answer = {
        "items": items,
        "names": _names(services, items),
        "next": cursor_after(_LEDGER, str(found[limit - 1][0])) if more else None,
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
    wanted = chosen(asked.detectors or None, services.own)

    def work(progress: Callable[[str, int, int], None]) -> Any:
        began = dt.datetime.now(dt.UTC)
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
            )
            return {"run": record.to_json(), "left": list(narrow.left)}
        found: Run = detect(services.store, wanted, progress, services.rules)
        record = services.ledger.record_run(
            found, wanted, services.rules, services.store.fingerprint(), caller.name, began_at=began
        )
        return {"run": record.to_json(), "left": []}

    def begin() -> Job:
        return _jobs(request).start("run", caller.key, work)

    return _started(request, caller, services, idempotency_key, asked.model_dump(), begin)


def _started(
    request: Request,
    caller: Caller,
    services: Services,
    key: str | None,
    asked: Any,
    begin: Callable[[], Job],
) -> Response:
    response = once(services.ledger, request, caller, key, asked, lambda: begin().to_json(), 202)
    return response


@routes.post(
    "/loads",
    scope="load",
    timed=False,
    status_code=202,
    response_model=wire.Job,
    summary="Load files, as a job",
    dependencies=[Depends(_known_fields)],
)
def load(
    request: Request,
    caller: Asking,
    services: Using,
    files: Annotated[
        list[UploadFile], File(min_length=1, description="Tables, OCDS, BODS or shareholder trees")
    ],
    dataset: Annotated[str, Form(pattern=_DATASET)] = "main",
    snapshot: Annotated[str, Form(pattern=_DAY, description="The files are a full extract of this day")] = "",
    observed_on: Annotated[str, Form(pattern=_DAY, description="The day of the extract")] = "",
    strict: Annotated[bool, Form(description="Refuse all if one row is refused")] = False,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """All or nothing. The job's result is what `lookthrough load --format json` prints; refused rows can be fetched."""
    asked = {"files": sorted((f.filename or "", _digest(f)) for f in files), "dataset": dataset, "snapshot": snapshot,
             "observed_on": observed_on, "strict": strict} if idempotency_key else None  # fmt: skip
    datasets: Datasets = request.app.state.datasets

    def begin() -> Job:
        folder = _kept(services, files)

        def done_with() -> None:
            shutil.rmtree(folder, ignore_errors=True)

        def work(progress: Callable[[str, int, int], None]) -> Any:
            try:
                return load_files(
                    services,
                    folder,
                    caller.name,
                    dataset,
                    snapshot or None,
                    observed_on or None,
                    strict,
                    progress,
                    datasets.refresh,
                )
            except StoreUnavailableError:
                take_back_when_it_answers(services.store, _jobs(request).ended)
                raise
            finally:
                done_with()

        try:
            return _jobs(request).start("load", caller.key, work, done_with)
        except BaseException:
            done_with()
            raise

    return _started(request, caller, services, idempotency_key, asked, begin)


@routes.post(
    "/loads/inspect",
    scope="load",
    timed=False,
    response_model=wire.Inspected,
    summary="What files would be taken for",
    dependencies=[Depends(_known_fields)],
)
def inspect(
    request: Request, caller: Asking, services: Using, files: Annotated[list[UploadFile], File(min_length=1)]
) -> Response:
    """Each sheet's table, the column mapping, ignored columns, masked sample rows; loads nothing."""
    folder = _kept(services, files)
    try:
        return told(request, caller, {"items": inspected(folder)}, "inspect")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _digest(file: UploadFile) -> str:
    """Names the content: another file of the same name and size is another request."""
    found = hashlib.sha256()
    for piece in iter(lambda: file.file.read(1 << 20), b""):
        found.update(piece)
    file.file.seek(0)
    return found.hexdigest()


def _kept(services: Services, files: list[UploadFile]) -> Path:
    """The uploaded files in a folder of their own, under harmless names."""
    if len(files) > services.limits.upload_files:
        most = services.limits.upload_files
        raise ProblemError("too-large", f"一次最多上传 {most} 个文件。", f"At most {most} files at once.")
    folder = services.folder / "uploads" / secrets.token_hex(8)
    folder.mkdir(parents=True, mode=0o700)
    try:
        for n, file in enumerate(files):
            name = _NAME.sub("_", Path(file.filename or "").name).lstrip(".~$") or f"file-{n}"
            # The end of a name says what the file is; file systems count bytes.
            name = name.encode()[-_NAME_BYTES:].decode(errors="ignore")
            if (folder / name).exists():
                name = f"{n}-{name}"
            with (folder / name).open("wb") as target:
                shutil.copyfileobj(file.file, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


@routes.get("/loads", scope="read", response_model=wire.Loads, summary="All loads")
def loads(
    request: Request, caller: Asking, services: Using, limit: Limit = 500, cursor: Cursor = None
) -> Response:
    """Batches of the graph by time of loading, with what the ledger knows of their sources."""
    known = {r.id: r.to_json() for r in services.ledger.loads()}
    after = key_of(cursor, _LEDGER)
    batches = [(f"{b.loaded_at} {b.id}", b) for b in services.store.batches()]
    batches = sorted(((at, b) for at, b in batches if at > after), key=lambda one: one[0])
    items = [
        known.get(b.id)
        or {"id": b.id, "dataset": b.dataset, "snapshot": b.snapshot, "files": [dict(f) for f in b.files],
            "counts": dict(b.counts), "loaded_at": b.loaded_at}
        for _, b in batches[:limit]
    ]  # fmt: skip
    more = len(batches) > limit
    next_ = cursor_after(_LEDGER, batches[limit - 1][0]) if more else None
    return told(request, caller, {"items": items, "next": next_, "truncated": more})


@routes.get(
    "/loads/{batch}/rejects/{name}",
    scope="load",
    response_class=FileResponse,
    summary="A file of refused rows",
)
def rejects(
    request: Request,
    caller: Asking,
    services: Using,
    batch: Annotated[str, wire.BatchId],
    name: Annotated[str, wire.RejectsName],
) -> Response:
    """To be corrected and loaded again. As they stood in the file: those of others' loads need the scope `personal`."""
    path = services.reports / batch / name
    if not path.is_file():
        raise ProblemError("not-found", "没有这个文件。", "There is no such file.")
    own = any(r.id == batch and r.loaded_by == caller.name for r in services.ledger.loads())
    if not caller.sees_people and not own:
        raise ProblemError(
            "scope-required",
            "被拒的行含有个人信息原文：非本密钥导入的，须有“personal”权限。",
            "Refused rows stand as they were sent, people in clear: those of loads of others need the scope 'personal'.",
            scope="personal",
        )
    services.ledger.audit(caller.name, "look", batch, {"route": request.scope["route"].path})
    return FileResponse(path, filename=name, media_type="text/csv")


def _own(request: Request, caller: Caller, id_: str) -> Job:
    job = _jobs(request).get(id_)
    if job.owner != caller.key and not caller.may("admin"):
        raise ProblemError("not-found", "没有这个任务。", "There is no such job.")
    return job


@routes.get("/jobs/{id}/events", scope="read", timed=False, summary="A job's progress, as server-sent events",
            responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}})  # fmt: skip
async def events(request: Request, caller: Asking, id: Id) -> Response:
    """An event whenever the job changed, until it ends."""
    job = _own(request, caller, id)
    changes = _jobs(request).changes(job)

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
    _jobs(request).cancel(found)
    return told(request, caller, found.to_json(), id)
