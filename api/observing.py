"""What is known of the service while it runs: logs without names, metrics, health."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import defect
from api.routing import route_path

_REQUEST_ID: Final = re.compile(r"[0-9A-Za-z._-]{8,64}")
_FRAMES: Final = 12
_QUIET: Final = ("/healthz", "/readyz", "/metrics")
_log = structlog.get_logger("lookthrough.requests")


class Metrics:
    """The service's own registry, so that two services of one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "lookthrough_request_seconds",
            "Seconds to answer, by route",
            ("method", "route", "status"),
            registry=self.registry,
            buckets=(0.005, 0.01, 0.03, 0.06, 0.12, 0.3, 1, 3, 10, 30),
        )
        self.findings = Gauge("lookthrough_findings", "Findings by state", ("state",), registry=self.registry)
        self.jobs = Gauge("lookthrough_jobs", "Jobs by state", ("state",), registry=self.registry)
        self.failures = Counter("lookthrough_failures", "Requests ended by a defect", registry=self.registry)


def _without_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception by its type and place alone: its message and variables may hold what was asked for, names included."""
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told if isinstance(told, BaseException) else None
    if error is not None:
        event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        event["where"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    return event


def configure_logs(as_json: bool) -> None:
    """Structured logs on stderr: one JSON object a line, or for people at a console."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


class ObservedApp:
    """Gives each request an id, logs its route (never its path, query or body), and times it."""

    def __init__(self, app: ASGIApp, metrics: Metrics):
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id_ = _given_id(scope) or secrets.token_hex(8)
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"] = id_
        status = 500
        begun = time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", id_.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=id_):
            try:
                await self._app(scope, receive, sending)
            finally:
                route = route_path(scope, "(none)")
                seconds = time.perf_counter() - begun
                self._metrics.requests.labels(scope["method"], route, str(status)).observe(seconds)
                if route not in _QUIET:
                    caller = state.get("caller")
                    _log.info(
                        "request",
                        method=scope["method"],
                        route=route,
                        status=status,
                        ms=round(seconds * 1000, 1),
                        caller=getattr(caller, "key", "") or None,
                    )


class AnsweredApp:
    """Logs and counts a defect, and answers with it: what gets past, the server closes the connection for."""

    def __init__(self, app: ASGIApp, metrics: Metrics):
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            self._metrics.failures.inc()
            _log.exception("request_failed")
            if begun or scope["type"] != "http":
                # Half an answer can't be taken back: the client has to see that it is cut off.
                raise
            await defect(Request(scope))(scope, receive, send)


def _given_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return ""
