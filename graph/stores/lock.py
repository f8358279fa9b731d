"""One writer: the embedded store's own lock file.

The engine does not refuse a second writer, nor a reader beside one (both are unsafe), so we do. Readers share
the lock, a writer holds it alone; the operating system frees it when a process dies, however it dies.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Literal

from graph.stores.errors import StoreBusyError

Mode = Literal["read", "write"]


class StoreLock:
    """The lock of one store folder. Raises `StoreBusyError` when it can't be had within `wait` seconds."""

    def __init__(self, folder: Path, mode: Mode, wait: float = 0.0):
        self.path = folder / "lock"
        self.mode = mode
        self._file: IO[str] | None = None
        end = time.monotonic() + wait
        while not self._try():
            if time.monotonic() >= end:
                raise self._busy()
            time.sleep(0.05)

    def _try(self) -> bool:
        file = self.path.open("a+", encoding="utf-8")
        if not _lock(file, exclusive=self.mode == "write"):
            file.close()
            return False
        self._file = file
        if self.mode == "write":
            file.seek(0)
            file.truncate()
            json.dump(
                {"pid": os.getpid(), "since": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}, file
            )
            file.flush()
        return True

    def _busy(self) -> StoreBusyError:
        try:
            holder = json.loads(self.path.read_text(encoding="utf-8"))
            pid, since = holder["pid"], holder["since"]
        except (OSError, ValueError, KeyError):
            pid, since = "?", "?"
        if self.mode == "read":
            zh = f"该数据库正被进程 {pid} 写入（始于 {since}）。请等其结束后重试。"
            en = f"Process {pid} is writing to this store (since {since}). Wait until it is done, then try again."
        else:
            zh = f"该数据库正被另一进程使用（最近写入者 {pid}，{since}）。同一时间只能有一个写入者，请等其结束后重试。"
            en = (
                f"Another process is using this store (last writer {pid}, {since}). "
                "There can be one writer at a time: wait until it is done, then try again."
            )
        return StoreBusyError(zh, en)

    def close(self) -> None:
        """Let go of the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> StoreLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str], exclusive: bool) -> bool:
        # Windows has no shared lock in the standard library: readers exclude one another there too.
        try:
            file.seek(0x7FFF0000)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[str], exclusive: bool) -> bool:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
