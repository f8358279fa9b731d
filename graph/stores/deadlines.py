"""Stopping questions at their time limit from here: the engine's own limit makes it hand a short question to its threads.

Measured embedded, beginning at one node: 0.1 ms without the engine's limit, in the thread that asks; 0.3 ms with it, and
up to nine turns of each of the engine's threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

_LATE: Final = 1.0
"""Seconds that the watch sleeps at most: one that begins is not woken for limits that end later."""
_AGAIN: Final = 0.05
"""Seconds between two attempts to stop what still runs; engines ignore one that comes just before they begin."""


class Deadlines:
    """What runs, until when, and how it is stopped. One thread watches, as long as anything runs."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: dict[int, tuple[float, Callable[[], None]]] = {}
        self._next = 0
        self._watching = False
        self._wakes = 0.0

    @contextmanager
    def within(self, seconds: float, stop: Callable[[], None]) -> Iterator[None]:
        """`stop` is called, again and again, from another thread while the block runs past so many seconds; 0: never."""
        if not seconds:
            yield
            return
        end = time.monotonic() + seconds
        with self._changed:
            number, self._next = self._next, self._next + 1
            self._running[number] = end, stop
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="deadlines", daemon=True).start()
            elif end < self._wakes:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._running.pop(number, None)

    def _watch(self) -> None:
        while True:
            with self._changed:
                now = time.monotonic()
                over = [stop for end, stop in self._running.values() if end <= now]
                if not self._running:
                    self._watching = False
                    return
                if not over:
                    pause = min(min(end for end, _ in self._running.values()) - now, _LATE)
                    self._wakes = now + pause
                    self._changed.wait(pause)
            for stop in over:
                with suppress(Exception):
                    stop()
            if over:
                time.sleep(_AGAIN)
