"""The built explorer, served by the real service on the demo world, in a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.servers.required import missing

PATIENCE: Final = 60_000
"""Milliseconds until something has to be seen: a busy machine is slow without a fault of the page's."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing("Chromium is not installed (the system's package chromium)")
    return str(found)


@pytest.fixture(scope="session")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The explorer, built from its sources."""
    from graph.stores.lock import StoreLock
    from visualize.web.__main__ import DIST, BuildError, build

    try:
        # Tests that run side by side share one build.
        with StoreLock(tmp_path_factory.getbasetemp().parent, "write", wait=600):
            build()
    except BuildError as error:
        missing(error.en)
    return DIST


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    """The service's own log would fill what a failed test shows."""
    import structlog

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])


@pytest.fixture(scope="session")
def demo_services(tmp_path_factory: pytest.TempPathFactory, explorer: Path) -> Iterator[Any]:
    """The demo world, ready to be served."""
    from tests.web.demo import demo_world

    with demo_world(tmp_path_factory.mktemp("web"), explorer) as services:
        yield services


@pytest.fixture(scope="session")
def served(demo_services: Any) -> Iterator[Any]:
    """The service, running."""
    from tests.api.serving import running

    with running(demo_services) as service:
        yield service


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """One browser for all tests."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, served: Any) -> Iterator[Any]:
    """A fresh tab that may speak to the service alone, and whose console must stay free of errors."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    outside: list[str] = []
    said: list[str] = []

    def only_here(route: Any) -> None:
        if route.request.url.startswith((served.url, "blob:", "data:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    tab.route("**/*", only_here)
    tab.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda e: said.append(str(e)))
    tab.expected = []
    yield tab
    context.close()
    assert outside == [], "asked for something outside"
    unexpected = [s for s in said if not any(e in s for e in tab.expected)]
    assert unexpected == [], "the console holds errors"
