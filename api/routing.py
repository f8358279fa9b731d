"""How a route is made: it states its scope, knows its parameters, is timed and stopped, and answers from one state of the data."""

from __future__ import annotations

import asyncio
import contextvars
import datetime as dt
import difflib
import hashlib
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

from fastapi import APIRouter, Request, Response
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.types import Scope

from api.callers import KEYS, OPEN, identify, services_of
from api.problems import RESPONSES, ProblemError, field_error
from api.services import Services
from graph.stores.cancelling import Cancellation, cancellable

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
FINGERPRINT: Final = "X-Dataset-Fingerprint"
KEPT: Final = "private, no-cache"
VERSION: Final = "/v1"
"""What the paths of all routes begin with."""


def route_path(scope: Scope, otherwise: str = "") -> str:
    """The path of the route that was found, as logs, metrics and the audit name it: without the version."""
    return str(getattr(scope.get("route"), "path", otherwise)).removeprefix(VERSION)


class ScopedRoute(APIRoute):
    """A route that knows its scope; every request is identified before anything else is read."""

    def get_route_handler(self) -> Handler:
        """Wrap the handler: who asks, may they, is it unchanged, and not for longer than the limit."""
        inner = super().get_route_handler()
        known = self.names_of("query")
        several = frozenset(n for n, kind in self._read("query") if _is_list(kind))
        extra = self.openapi_extra or {}
        media = self._media()
        scope, unchanging, timed = extra["x-scope"], extra.get("x-cached", False), extra.get("x-timed", True)

        def admitted(request: Request, services: Services) -> str | None:
            """The answer's tag, where it has one, once who asks may and what is asked is a question of this route."""
            if scope != OPEN:
                caller = identify(request, services)
                request.state.caller = caller
                if not caller.may(scope):
                    raise ProblemError(
                        "scope-required",
                        f"该密钥没有“{scope}”权限。",
                        f"The key lacks the scope {scope!r}.",
                        scope=scope,
                    )
            refuse_unknown("query", request.query_params, known)
            if media is not None:
                refuse_other(media, request)
            refuse_repeated(request.query_params, several)
            return _etag(request) if unchanging else None

        async def handle(request: Request) -> Response:
            services = services_of(request)
            # In one turn of another thread: each has to wait for those that are computing.
            tag = await run_in_threadpool(admitted, request, services)
            if tag is not None and has(request, tag):
                # With the headers that the whole answer would have had.
                named = {FINGERPRINT: request.app.state.datasets.fingerprint()}
                return Response(status_code=304, headers={"ETag": tag, "Cache-Control": KEPT, **named})
            response = await (_within(inner, request, services.limits.seconds) if timed else inner(request))
            if tag is not None and response.status_code == 200:
                response.headers["ETag"] = tag
                response.headers["Cache-Control"] = KEPT
            return response

        return handle

    def names_of(self, place: Literal["query", "body"]) -> frozenset[str]:
        """The names of what the route reads from the query, or from the body's form."""
        return frozenset(name for name, _ in self._read(place))

    def _media(self) -> str | None:
        """The content type of its body; none where it reads no body."""
        if self.body_field is None:
            return None
        return "multipart/form-data" if isinstance(self.body_field.field_info, Form) else "application/json"

    def _read(self, place: Literal["query", "body"]) -> list[tuple[str, Any]]:
        every = [self.dependant, *self.dependant.dependencies]
        return [(f.alias, f.field_info.annotation) for d in every for f in getattr(d, f"{place}_params")]


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is list or any(_is_list(part) for part in get_args(kind))


def refuse_other(media: str, request: Request) -> None:
    """Raises a problem where a body comes as something else than it is read as: it would be taken for an empty one."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given == media or (not given and request.headers.get("content-length", "0") == "0"):
        return
    raise ProblemError(
        "unsupported-media-type",
        f"请求内容应为 {media}（Content-Type），收到的是 {given or '未注明'}。",
        f"The body must come as {media} (Content-Type); it came as {given or 'nothing stated'}.",
    )


def refuse_repeated(given: QueryParams, several: frozenset[str]) -> None:
    """Raises a problem where a parameter that takes one value comes with several: neither is what was meant."""
    twice = [n for n in given if n not in several and len(given.getlist(n)) > 1]
    if twice:
        told = ", ".join(twice)
        raise ProblemError(
            "invalid-request",
            f"参数 {told} 只能给出一次。",
            f"The parameter {told} can be given once only.",
            errors=[field_error(f"query/{name}", "给出了不止一次", "given more than once") for name in twice],
        )


def refuse_unknown(place: str, given: Iterable[str], known: frozenset[str]) -> None:
    """Raises a problem that names what is not read here: a misspelt filter must not answer for everything."""
    unknown = [name for name in dict.fromkeys(given) if name not in known]
    if not unknown:
        return
    near = {name: difflib.get_close_matches(name, sorted(known), 1, 0.5) for name in unknown}
    listed = ", ".join(sorted(known))
    told_zh = "、".join(name + (f"（是否为 {near[name][0]}？）" if near[name] else "") for name in unknown)
    told_en = ", ".join(
        name + (f" (did you mean {near[name][0]}?)" if near[name] else "") for name in unknown
    )
    raise ProblemError(
        "invalid-request",
        f"没有这个参数：{told_zh}。" + (f"可用：{listed}。" if known else "这里没有参数。"),
        f"There is no such parameter: {told_en}. "
        + (f"There are: {listed}." if known else "There are none here."),
        errors=[
            field_error(
                f"{place}/{name}",
                f"没有这一项；相近的有 {near[name][0]}" if near[name] else "没有这一项",
                f"unknown; near: {near[name][0]}" if near[name] else "unknown",
            )
            for name in unknown
        ],
    )


async def _within(inner: Handler, request: Request, seconds: float) -> Response:
    """The answer, or a problem after so many seconds, when its queries are stopped."""
    context = contextvars.copy_context()
    handles: list[Cancellation] = []

    async def work() -> Response:
        with cancellable() as handle:
            handles.append(handle)
            return await inner(request)

    task = asyncio.get_running_loop().create_task(work(), context=context)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        for handle in handles:
            handle.cancel()
        raise
    if done:
        return task.result()
    for handle in handles:
        handle.cancel()
    task.add_done_callback(_read_outcome)
    raise ProblemError(
        "timeout",
        f"请求超过 {seconds:g} 秒，已停止。请缩小范围后重试。",
        f"The request ran past {seconds:g} seconds and was stopped. Ask for less.",
    )


def _read_outcome(task: asyncio.Task[Response]) -> None:
    if not task.cancelled():
        task.exception()


def _etag(request: Request) -> str:
    """Names an answer: the data, the question, the day (dates default to today), and what the caller may see."""
    caller = getattr(request.state, "caller", None)
    day = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date().isoformat()
    parts = (
        str(request.url.path),
        str(request.url.query),
        request.headers.get("accept", ""),
        request.headers.get("accept-language", ""),
        day,
        str(bool(caller and caller.sees_people)),
    )
    return etag(request.app.state.datasets.fingerprint(), *parts)


def etag(fingerprint: str, *parts: str) -> str:
    """Names an answer made of the data of this fingerprint to the question of these parts."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return f'W/"{fingerprint}-{digest}"'


def has(request: Request, tag: str) -> bool:
    """Does the caller say it has the answer of this name?"""
    return tag in request.headers.get("if-none-match", "")


class Routes:
    """Routes of one subject, each of which must state a scope.

    `cached`: the answer depends on nothing but the data and the question. `timed` false: it streams.
    """

    def __init__(self, tag: str):
        self.router = APIRouter(route_class=ScopedRoute, tags=[tag], prefix=VERSION)

    def get(
        self, path: str, *, scope: str, cached: bool = False, timed: bool = True, **more: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """A route that reads."""
        return self.router.get(path, **_stated(scope, cached, timed, more))

    def post(
        self, path: str, *, scope: str, timed: bool = True, **more: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """A route that does something, or asks with a body."""
        return self.router.post(path, **_stated(scope, False, timed, more))

    def delete(self, path: str, *, scope: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """A route that ends something."""
        return self.router.delete(path, **_stated(scope, False, True, more))


def _stated(scope: str, cached: bool, timed: bool, more: dict[str, Any]) -> dict[str, Any]:
    security: list[dict[str, list[str]]] = [] if scope == OPEN else [{way: []} for way in KEYS]
    stated = {"x-scope": scope, "x-cached": cached, "x-timed": timed, "security": security}
    extra = {**stated, **more.pop("openapi_extra", {})}
    return {"openapi_extra": extra, "responses": {**RESPONSES, **more.pop("responses", {})}, **more}
