"""A service on a real port of the loopback interface, in a thread of the test's own process."""

from __future__ import annotations

import contextlib
import functools
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from api import Services, create_app
from api.protocol import ProblemProtocol
from api.services import Limits
from cases import SCOPES, Ledger, open_ledger
from graph.stores import Credentials, GraphStore, open_store
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load
from tests.api.world import write_world

PATIENT = Limits(seconds=300)
"""What is right must not depend on how busy the machine is."""
OPEN_ROUTES = {"/healthz", "/readyz", "/metrics"}


@dataclass
class Running:
    """A service that runs: its address, what it is made of, and a key for each set of scopes."""

    url: str
    services: Services
    app: Any
    keys: dict[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def ledger(self) -> Ledger:
        return self.services.ledger

    def key(self, *scopes: str) -> str:
        """A secret with these scopes alone."""
        if scopes not in self.keys:
            self.keys[scopes] = self.ledger.create_key("测试 " + " ".join(scopes), scopes, None, "tests")[1]
        return self.keys[scopes]

    def client(self, *scopes: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Client:
        """A client with a key of these scopes; with none, without a key."""
        keyed = {"Authorization": f"Bearer {self.key(*scopes)}"} if scopes else {}
        return httpx.Client(base_url=self.url, headers={**keyed, **(headers or {})}, timeout=60, **more)

    def finished(self, client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
        """A job when it has ended."""
        until = time.monotonic() + 120
        while job["state"] in ("queued", "running"):
            assert time.monotonic() < until, job
            time.sleep(0.05)
            job = client.get(f"/v1/jobs/{job['id']}").raise_for_status().json()
        return job


@contextlib.contextmanager
def running(services: Services) -> Iterator[Running]:
    """The service while the block runs."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    if not services.keys_required:
        services = replace(services, hosts=frozenset({f"127.0.0.1:{port}", f"localhost:{port}"}))
    app = create_app(services)
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="on", http=ProblemProtocol
        )
    )
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until, "the service did not start"
        time.sleep(0.01)
    try:
        yield Running(f"http://127.0.0.1:{port}{services.prefix}", services, app)
    finally:
        server.should_exit = True
        thread.join(timeout=60)
        listening.close()


KEY = PersonKey(b"a key of the tests alone, 32 byte")


def filled(store: GraphStore, folder: Path) -> None:
    """Load the world into a store."""
    load(
        store, [write_world(folder / "inputs")], LoadOptions("main"), KEY, folder / "reports", lambda *_: None
    )


@functools.cache
def _loaded() -> tempfile.TemporaryDirectory[str]:
    """The world in an embedded store, with its inputs and reports; loaded once, gone when the tests end."""
    made = tempfile.TemporaryDirectory(prefix="lookthrough-world-")
    with open_store(f"{made.name}/store") as store:
        filled(store, Path(made.name))
    return made


@contextlib.contextmanager
def world_served(
    folder: Path, url: str, credentials: Credentials | None = None, **more: Any
) -> Iterator[Running]:
    """The world, loaded into the store at `url` and served; into a folder it is copied as it was loaded once."""
    if copied := "://" not in url:
        for part, there in (
            ("store", Path(url)),
            ("inputs", folder / "inputs"),
            ("reports", folder / "reports"),
        ):
            if (Path(_loaded().name) / part).exists():
                shutil.copytree(Path(_loaded().name) / part, there)
    with open_store(url, "write", credentials=credentials or Credentials()) as store:
        if not copied:
            filled(store, folder)
        with open_ledger(f"sqlite:///{folder / 'ledger.db'}") as ledger:
            services = Services(
                store=store,
                ledger=ledger,
                person_key=KEY,
                folder=folder / "service",
                reports=folder / "reports",
                **{"limits": PATIENT, **more},
            )
            with running(services) as service:
                yield service


ALL = tuple(SCOPES)
