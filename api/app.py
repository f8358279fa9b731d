"""The application: routes, guards, what is observed, and the life of it all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api import contract, explorer, problems
from api.datasets import Datasets
from api.guarding import GuardedApp
from api.head import HeadApp
from api.jobs import Jobs
from api.kept import Kept
from api.observing import AnsweredApp, Metrics, ObservedApp
from api.routes import (
    catalogue,
    findings,
    households,
    jobs,
    loads,
    lots,
    packages,
    parties,
    pictures,
    questions,
    runs,
    status,
)
from api.services import Services

_ROUTES = (
    pictures,
    packages,
    parties,
    questions,
    lots,
    households,
    catalogue,
    findings,
    runs,
    loads,
    jobs,
    status,
)
"""Pictures and packages first: their paths end in a word that an id could otherwise swallow."""

_PICTURES: Final = 64
"""Parts of the graph, and pictures of them, that are kept; half a megabyte each where they are large."""


def create_app(services: Services) -> FastAPI:
    """The service as an ASGI application. Its store and ledger stay the caller's to close, after it ended."""
    metrics = Metrics()
    datasets = Datasets(services.store, services.folder, services.rules)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.jobs = Jobs(services.limits.jobs, services.places)
        await run_in_threadpool(datasets.current)
        yield
        await run_in_threadpool(app.state.jobs.close)

    app = FastAPI(
        title="Lookthrough",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=life,
    )
    app.state.services, app.state.datasets, app.state.metrics = services, datasets, metrics
    app.state.pictures = Kept(_PICTURES)
    include_routes(app)
    contract.install(app)
    explorer.install(app, services.web)
    problems.install(app)
    app.add_middleware(AnsweredApp, metrics=metrics)
    app.add_middleware(GuardedApp, limits=services.limits)
    app.add_middleware(HeadApp)
    app.add_middleware(ObservedApp, metrics=metrics)
    app.add_middleware(PrefixedApp, prefix=services.prefix)
    return app


class PrefixedApp:
    """Says under which path the service stands, whether or not what is before it takes the path away."""

    def __init__(self, app: ASGIApp, prefix: str):
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if self._prefix and scope["type"] == "http":
            scope = {**scope, "root_path": self._prefix}
        await self._app(scope, receive, send)


def include_routes(app: FastAPI) -> None:
    """Everything that the contract tells of."""
    for router in (*(module.routes.router for module in _ROUTES), status.open_routes):
        # Not by `include_router`: a path would be looked for three times, at each level of the nesting.
        app.router.routes.extend(router.routes)
