"""Composing the service from the settings, and running it in this process until it is stopped."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Final

import uvicorn

from api import Services, create_app
from api.observing import configure_logs
from api.protocol import ProblemProtocol
from cases import Ledger
from detectors.definition import Detector
from detectors.rules.values import LocalRules
from graph.stores import GraphStore, serve_store
from loaders.identity import PersonKey
from lookthrough.settings import Settings

_TURN: Final = 0.0005
"""Seconds a request may keep the interpreter while others wait for it. Every question to the store gives it up; with
Python's own 5 ms a short request that asks five of them waits 25 ms beside one that draws a large picture."""
_IDLE: Final = 75
"""Seconds a connection may be idle: longer than clients keep theirs, else a request meets one that is just being closed."""
_GRACE: Final = 10
"""Seconds that requests under way may still take when the service is stopped."""


def services_of(
    settings: Settings,
    store: GraphStore,
    ledger: Ledger,
    rules: LocalRules,
    own: tuple[Detector, ...],
    netloc: str,
    *,
    keys_required: bool,
    prefix: str = "",
) -> Services:
    """The service's parts. `netloc`: the address and port it listens on. Raises `PersonKeyError`."""
    return Services(
        store=store,
        ledger=ledger,
        person_key=PersonKey.open(settings.key_file, new=store.meta("person_key_check") is None),
        folder=_own_folder(settings),
        reports=settings.data / "reports",
        rules=rules,
        own=own,
        keys_required=keys_required,
        hosts=_names(netloc),
        actor=settings.actor,
        web=_web(),
        prefix=prefix,
    )


def run(
    services: Services, listening: socket.socket, greet: Callable[[], None], *, json_log: bool = False
) -> None:
    """Serve until the process is told to stop (Ctrl-C, SIGTERM). `greet` is called once the store is held for it.

    Raises `StoreError` where another process holds the store.
    """
    configure_logs(json_log)
    app = create_app(services)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_GRACE,
        lifespan="on",
        http=ProblemProtocol,
    )
    # What a command loads through this process is searched and looked through at once, not at the next question.
    with _served(services.store, lambda _: app.state.datasets.refresh_soon()):
        greet()
        # The server raises the signal that ended it once more when all is answered; store and ledger must still be
        # closed then, after SIGTERM as after Ctrl-C.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                uvicorn.Server(config).run([listening])
        finally:
            sys.setswitchinterval(turn)
            signal.signal(signal.SIGTERM, before)


def _own_folder(settings: Settings) -> Path:
    """Where the service keeps what can be made again: beside an embedded store, else in the data folder."""
    url = settings.store
    if "://" in url and not url.startswith("file://"):
        return settings.data / "service"
    folder = Path(url.removeprefix("file://")).expanduser()
    return folder.with_name(folder.name + ".service")


@contextlib.contextmanager
def _served(store: GraphStore, on_change: Callable[[str], None]) -> Iterator[None]:
    """Commands of the same user go through this process while it holds an embedded store."""
    if "://" in store.url and not store.url.startswith("file://"):
        yield
        return
    folder = Path(store.url.removeprefix("file://")).expanduser()
    with contextlib.closing(serve_store(store, folder, on_change)):
        yield


def _web() -> Path | None:
    """The built explorer: in the installed package, or beside its source."""
    found = Path(str(resources.files("visualize"))) / "web" / "dist"
    return found if (found / "index.html").is_file() else None


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, so that a port in use is said before anything else. Raises an `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise OSError(error.errno, error.strerror, netloc_of(host, port)) from error
    return listening


def netloc_of(host: str, port: int) -> str:
    """Host and port as they stand in an address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _names(place: str) -> frozenset[str]:
    port = place.rpartition(":")[2]
    return frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))


def is_loopback(host: str) -> bool:
    """Is this the machine's own address?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
