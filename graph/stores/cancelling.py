"""Stopping questions from another thread: whoever asks does so inside a block that somebody else may cancel.

    with cancellable() as handle:      # in the thread (or task) that asks
        store.query(…)                 # raises QueryCancelledError once
    handle.cancel()                    # … another thread has said so

The block belongs to the context (`contextvars`), so a worker thread that was started with a copy of the context
(as asyncio's and anyio's are) is inside it too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from typing import Final

from graph.stores.errors import QueryCancelledError

_AGAIN: Final = 0.05
"""Seconds between two attempts to stop what still runs."""


class Cancellation:
    """What runs inside one block, and whether it is to stop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, Callable[[], None]] = {}
        self._next = 0
        self.cancelled = False

    def cancel(self) -> None:
        """Stop every query of the block, now and from now on. May be called from any thread, any number of times."""
        with self._lock:
            begun = not self.cancelled
            self.cancelled = True
        if begun:
            threading.Thread(target=self._stop_all, name="cancelling", daemon=True).start()

    def _stop_all(self) -> None:
        # Engines ignore a call to stop that comes just before the query begins: so until nothing runs.
        while True:
            with self._lock:
                running = list(self._running.values())
            if not running:
                return
            for stop in running:
                with suppress(Exception):
                    stop()
            threading.Event().wait(_AGAIN)

    def check(self) -> None:
        """Raises `QueryCancelledError` if the block was cancelled."""
        if self.cancelled:
            raise QueryCancelledError("查询已取消。", "The question was cancelled.")

    @contextmanager
    def running(self, stop: Callable[[], None]) -> Iterator[None]:
        """A query that runs as long as the block; `stop` ends it and may be called from another thread."""
        with self._lock:
            self.check()
            number, self._next = self._next, self._next + 1
            self._running[number] = stop
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(number, None)


_current: ContextVar[Cancellation | None] = ContextVar("cancellation", default=None)


@contextmanager
def cancellable() -> Iterator[Cancellation]:
    """Queries inside the block can be stopped by `cancel` of what the block is given, and with a block around it."""
    handle, outer = Cancellation(), _current.get()
    with outer.running(handle.cancel) if outer else nullcontext():
        token = _current.set(handle)
        try:
            yield handle
        finally:
            _current.reset(token)


@contextmanager
def finishing() -> Iterator[None]:
    """Queries inside run to their end although the caller's block is cancelled: what takes back has to be whole."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def stopping_with(stop: Callable[[], None]) -> Iterator[Cancellation | None]:
    """For engines: `stop` ends what runs in this block when the caller's block is cancelled."""
    handle = _current.get()
    if handle is None:
        yield None
        return
    with handle.running(stop):
        yield handle
