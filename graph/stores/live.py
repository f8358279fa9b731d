"""The file readers read: any number of threads on one open database, which a finished load replaces under them.

The engine runs the queries of all connections on the threads of their database, in the order they come: a long
query that may use them all makes a short one wait for its end. So a database gets threads for several long queries at
once, and no more: all of them wake for each query, which a short one takes a quarter longer for at sixteen than at eight.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

import ladybug

from graph.stores.errors import BuffersFullError, StoreBusyError, StoreError, StoreUnavailableError
from graph.stores.files import open_database, sync_folder
from graph.stores.tables import Aside, OneFile, Tables

CONNECTIONS: Final = 8
"""So many queries run at once; further ones wait for a connection."""
_THREADS: Final = min(os.cpu_count() or 1, 4)
"""The engine's threads for one query."""
_LONG: Final = 4
"""So many queries that use all their threads leave none waiting."""
_T = TypeVar("_T")

_PATIENCE: Final = 60.0
"""Seconds to wait for a connection."""
_PAUSE: Final = 1.0
"""Seconds after which a question that did not fit is tried again beside others that still run."""
_STATES: Final = itertools.count(1)
LARGE = 64 << 20
"""Bytes of a file from which on opening it aside takes less time than it saves."""
_WORDINGS: Final = 1_000
"""So many questions a connection is asked before another takes its place; the detectors have some two hundred."""
_ASIDE: Final = threading.Lock()
"""One opening aside at a time: each takes a sixteenth of the addresses there are."""


class _Opened:
    """One state of the file, open: its connections, and who still reads it."""

    def __init__(self, path: Path):
        self.state = next(_STATES)
        self.database = open_database(path, read_only=True, threads=_LONG * _THREADS)
        self.file = _identity(path)
        self.idle: list[Tables] = []
        self.busy: set[Tables] = set()
        self.readers = 0
        """Blocks that read it, steady ones included."""

    def connect(self) -> Tables:
        return Tables(ladybug.Connection(self.database, num_threads=_THREADS), _THREADS)

    def aside(self, path: Path) -> Aside | None:
        """The same state opened a second time; None where it is small, or another has taken its path meanwhile."""
        large = path.stat().st_size >= LARGE and _identity(path) == self.file
        again = Aside(path) if large else None
        if again is None or _identity(path) == self.file:
            return again
        again.close()
        return None

    def close(self) -> None:
        for tables in (*self.idle, *self.busy):
            with contextlib.suppress(RuntimeError):
                tables.close()
        self.database.close()


def _identity(path: Path) -> tuple[int, int]:
    """Which file stands at a path: another one never has the same while this one is open."""
    found = path.stat()
    return found.st_dev, found.st_ino


_PINNED: ContextVar[Mapping[Live, _Opened]] = ContextVar("pinned", default=MappingProxyType({}))
"""The states that this context's steady blocks read."""


class Live:
    """A store's file for readers of this process.

    `swap_open`: whether the file can be replaced while it is open (Windows refuses that: there readers in flight
    are waited for, and new ones wait for the reopening).
    """

    def __init__(self, path: Path, swap_open: bool = sys.platform != "win32"):
        self._path = path
        self._swap_open = swap_open
        self._changed = threading.Condition()
        self._again = threading.Lock()
        self._current: _Opened | None = _Opened(path)
        self._retired: list[_Opened] = []
        self._coming: _Opened | None = None
        """What is being put in the place of the current one: the path may lead to either."""
        self._swapping = False
        self._closed = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[Tables]:
        """A connection of one's own until the block ends. Raises `StoreBusyError` when none gets free."""
        opened = self._enter()
        try:
            tables = self._take(opened)
            try:
                yield tables
            finally:
                self._give(opened, tables)
        finally:
            self._leave(opened)

    def answer(self, ask: Callable[[Tables], _T]) -> _T:
        """What is read on a connection; again where others that were asked before, or at the time, had filled the buffers.

        Raises `BuffersFullError` where it does not fit alone either, or others go on for too long.
        """
        end = time.monotonic() + _PATIENCE
        for _ in range(2):
            with contextlib.suppress(BuffersFullError), self.reading() as tables:
                return ask(tables)
            self._give_back()
        # One at a time: two large ones would go on filling the buffers for one another.
        with self._again:
            while True:
                with self._changed:
                    alone = self._changed.wait_for(lambda: not self._others(), _PAUSE)
                try:
                    with self.reading() as tables:
                        return ask(tables)
                except BuffersFullError:
                    if (alone and not self._others()) or time.monotonic() >= end:
                        raise
                    self._give_back()

    def _give_back(self) -> None:
        """Free what idle connections hold in the buffers: each keeps, for every question it was ever asked, a plan with the
        memory of its last run."""
        with self._changed:
            given = [(o, o.idle) for o in (*self._retired, *([self._current] if self._current else []))]
            for opened, idle in given:
                opened.idle = []
                opened.busy.update(idle)
                # Nobody else may close the file under them.
                opened.readers += 1
        # Not while others wait for the lock: plans with much memory take their time.
        with contextlib.ExitStack() as ends:
            for opened, idle in given:
                ends.callback(self._leave, opened)
                for tables in idle:
                    ends.callback(self._shut, opened, tables)

    def _shut(self, opened: _Opened, tables: Tables) -> None:
        """Close a connection that is busy; whatever comes of it, nobody waits for it any more."""
        try:
            with contextlib.suppress(RuntimeError):
                tables.close()
        finally:
            with self._changed:
                opened.busy.discard(tables)
                self._changed.notify_all()

    def _others(self) -> bool:
        """Whether anything else is being read just now."""
        opened = [*self._retired, *([self._current] if self._current else [])]
        return any(o.busy for o in opened)

    @contextlib.contextmanager
    def aside(self) -> Iterator[Tables]:
        """For reading most of the file, in this thread's state: an opening of its own, closed when the block ends.

        An ordinary connection while another thread has such, and where the file is small or has been replaced since.
        """
        opened, again, mine = self._enter(), None, False
        try:
            mine = _ASIDE.acquire(blocking=False)
            if mine and (again := opened.aside(self._path)) is not None:
                with self._changed:
                    opened.busy.add(again)
                yield again
            else:
                with self.reading() as tables:
                    yield tables
        finally:
            if again is not None:
                with self._changed:
                    opened.busy.discard(again)
                    self._changed.notify_all()
                again.close()
            self._leave(opened)
            if mine:
                _ASIDE.release()

    @contextlib.contextmanager
    def steady(self) -> Iterator[None]:
        """All reads inside the block, and of threads that end within it and were begun with a copy of its context, see
        one state of the file."""
        if self in _PINNED.get():
            yield
            return
        opened = self._enter()
        _PINNED.set({**_PINNED.get(), self: opened})
        try:
            yield
        finally:
            _PINNED.set({live: o for live, o in _PINNED.get().items() if live is not self})
            self._leave(opened)

    def state(self) -> int:
        """A number for the state of the file that this thread reads; no other state of it has the same."""
        opened = self._enter()
        try:
            return opened.state
        finally:
            self._leave(opened)

    def replace_by(self, building: Path, check: Callable[[Tables], None]) -> None:
        """Put a finished file in the live one's place, once `check` has let pass what it holds, opened afresh.

        Readers in flight end on the old one; new ones get the new. Where `check` raises, or the file can't be opened,
        the live one stays.
        """
        if self._swap_open:
            # Opening takes longer than a few rows: who checks and who reads share one.
            opened = _Opened(building)
            try:
                checking = opened.connect()
                opened.idle.append(checking)
                check(checking)
                self._coming = opened
                building.replace(self._path)
            except BaseException:
                self._coming = None
                opened.close()
                raise
            try:
                sync_folder(self._path.parent)
            finally:
                self._switch(opened)
            return
        again = OneFile(building, read_only=True)
        try:
            check(again)
        finally:
            again.close()
        with self._changed:
            self._swapping = True
            try:
                while self._current is not None and self._current.readers:
                    self._changed.wait()
                if self._current is not None:
                    self._current.close()
                    self._current = None
                building.replace(self._path)
            finally:
                self._swapping = False
                self._changed.notify_all()

    def _switch(self, opened: _Opened) -> None:
        with self._changed:
            old, self._current, self._coming = self._current, opened, None
            if old is None:
                return
            if old.readers:
                self._retired.append(old)
                return
        old.close()

    def _enter(self) -> _Opened:
        pinned = _PINNED.get().get(self)
        with self._changed:
            while self._swapping and pinned is None:
                self._changed.wait()
            if self._closed:
                raise StoreError("数据库已关闭。", "The store is closed.")
            if pinned is None and self._current is not None:
                self._require_in_place()
            opened = pinned or self._current
            if opened is None:
                opened = self._current = _Opened(self._path)
            opened.readers += 1
            return opened

    def _require_in_place(self) -> None:
        """An open file can be read when its name is gone, and says then what nobody may take for the store."""
        try:
            found = _identity(self._path)
        except OSError as error:
            raise StoreUnavailableError(
                "数据库已不在原处：打开期间其文件被删除或移走。请放回原文件；或恢复备份、重新导入后，重启服务。",
                "The store is gone: its file was deleted or moved away while it was open. Put it back; or restore a "
                "backup or load the data anew, and restart the service.",
            ) from error
        if found not in [o.file for o in (self._current, self._coming) if o is not None]:
            raise StoreUnavailableError(
                "数据库文件在打开期间被另一个文件替换。请重启服务以使用新的数据，或放回原文件。",
                "Another file was put in the place of the store's while it was open. Restart the service to use that "
                "one, or put the first one back.",
            )

    def _leave(self, opened: _Opened) -> None:
        with self._changed:
            opened.readers -= 1
            self._changed.notify_all()
            done = not opened.readers and opened in self._retired
            if done:
                self._retired.remove(opened)
        if done:
            opened.close()

    def _take(self, opened: _Opened) -> Tables:
        end = time.monotonic() + _PATIENCE
        with self._changed:
            while not opened.idle and len(opened.busy) >= CONNECTIONS:
                if not self._changed.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                    raise StoreBusyError(
                        "同时查询过多，请稍后重试。", "Too many questions at once: try again in a moment."
                    )
            tables = opened.idle.pop() if opened.idle else opened.connect()
            opened.busy.add(tables)
            return tables

    def _give(self, opened: _Opened, tables: Tables) -> None:
        if len(tables.wordings) > _WORDINGS:
            self._shut(opened, tables)
            return
        with self._changed:
            opened.busy.discard(tables)
            opened.idle.append(tables)
            self._changed.notify_all()

    def close(self) -> None:
        """Stop what runs, wait for it to end, close the file."""
        with self._changed:
            self._closed = True
            opened = [*self._retired, *([self._current] if self._current else [])]
            self._changed.notify_all()
            while any(o.busy for o in opened):
                for tables in [t for o in opened for t in o.busy]:
                    with contextlib.suppress(RuntimeError):
                        tables.interrupt()
                self._changed.wait(0.05)
            for o in opened:
                o.close()
            self._retired, self._current = [], None
