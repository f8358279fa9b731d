"""One service for the whole session where tests only read; one of its own where they write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.api.serving import Running, world_served


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The world on an embedded store, its findings recorded. Tests that change the graph use `own_service`."""
    folder = tmp_path_factory.mktemp("service")
    with world_served(folder, str(folder / "store")) as running:
        with running.client("detect", "read") as client:
            job = client.post("/v1/runs", json={}).raise_for_status().json()
            assert running.finished(client, job)["state"] == "done"
        yield running


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Running]:
    """The world on an embedded store of the test's own."""
    with world_served(tmp_path, str(tmp_path / "store")) as running:
        yield running


@pytest.fixture
def either_service(tmp_path: Path, store_url: str, store_credentials: object) -> Iterator[Running]:
    """The world on each kind of store in turn."""
    with world_served(tmp_path, store_url, store_credentials) as running:  # type: ignore[arg-type]
        yield running


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    """The service's own configuration writes to the terminal; without any, structlog prints variables of defects."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
