"""Loads: files in, as jobs; what files would be taken for; the loads there are, and the rows they refused."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse

from api import wire
from api.answers import told
from api.callers import Asking, Using
from api.cursors import LEDGER, key_of
from api.cursors import cursor as cursor_after
from api.datasets import Datasets
from api.forms import DATASET_FORM, OPTIONAL_DAY_FORM
from api.jobs import Job
from api.loads import has_sent, inspected, load_files
from api.mending import take_back_when_it_answers
from api.once import IdempotencyKey
from api.problems import ProblemError
from api.routes.jobs import jobs_of, started
from api.routes.parameters import Cursor, Limit
from api.routing import Routes, ScopedRoute, refuse_unknown, route_path
from api.services import Services
from graph.stores.errors import StoreUnavailableError

routes = Routes("work")
_NAME = re.compile(r"[^\w.()（） -]+")
_NAME_BYTES = 200


async def _known_fields(request: Request) -> None:
    """A misspelt field of a form is refused: a snapshot that is not taken for one would end nothing."""
    route: ScopedRoute = request.scope["route"]
    refuse_unknown("body", await request.form(), route.names_of("body"))


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
    dataset: Annotated[str, Form(pattern=DATASET_FORM)] = "main",
    snapshot: Annotated[
        str, Form(pattern=OPTIONAL_DAY_FORM, description="The files are a full extract of this day")
    ] = "",
    observed_on: Annotated[str, Form(pattern=OPTIONAL_DAY_FORM, description="The day of the extract")] = "",
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
                take_back_when_it_answers(services.store, jobs_of(request).ended)
                raise
            finally:
                done_with()

        try:
            return jobs_of(request).start("load", caller.key, work, done_with)
        except BaseException:
            done_with()
            raise

    return started(request, caller, services, idempotency_key, asked, begin)


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
    after = key_of(cursor, LEDGER)
    batches = [(f"{b.loaded_at} {b.id}", b) for b in services.store.batches()]
    batches = sorted(((at, b) for at, b in batches if at > after), key=lambda one: one[0])
    items = [
        known.get(b.id)
        or {"id": b.id, "dataset": b.dataset, "snapshot": b.snapshot, "files": [dict(f) for f in b.files],
            "counts": dict(b.counts), "loaded_at": b.loaded_at}
        for _, b in batches[:limit]
    ]  # fmt: skip
    more = len(batches) > limit
    next_ = cursor_after(LEDGER, batches[limit - 1][0]) if more else None
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
    own = has_sent(path.parent, caller.name) or any(
        r.id == batch and r.loaded_by == caller.name for r in services.ledger.loads()
    )
    if not caller.sees_people and not own:
        raise ProblemError(
            "scope-required",
            "被拒的行含有个人信息原文：非本密钥导入的，须有“personal”权限。",
            "Refused rows stand as they were sent, people in clear: those of loads of others need the scope 'personal'.",
            scope="personal",
        )
    services.ledger.audit(caller.name, "look", batch, {"route": route_path(request.scope)})
    return FileResponse(path, filename=name, media_type="text/csv")
