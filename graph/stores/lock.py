"""One writer: the embedded store's own lock file.

The engine does not refuse a second writer, nor a reader beside one (both are unsafe), so we do. Readers share
the lock, a writer holds it alone; the operating system frees it when a process dies, however it dies.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Literal

from graph.stores.errors import StoreBusyError, StoreError

Mode = Literal["read", "write"]


LOCK: Final = "lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds, or last held, a store for writing; `address` and `key` (hex) where it serves it to others."""

    pid: int
    since: str
    address: str | tuple[str, int] | None = None
    key: str | None = None


def holder_of(folder: Path) -> Holder | None:
    """What the lock file says; None where it says nothing."""
    try:
        said = json.loads((folder / LOCK).read_text(encoding="utf-8"))
        address = said.get("address")
        place = tuple(address) if isinstance(address, list) else address
        return Holder(int(said["pid"]), str(said["since"]), place, said.get("key"))
    except (OSError, ValueError, KeyError, AttributeError):
        return None


def served_here(folder: Path) -> bool:
    """Does the lock file name a place where the store is served? Its process may be gone all the same."""
    holder = holder_of(folder)
    return holder is not None and holder.address is not None


def require_held(folder: Path) -> Holder:
    """What the lock file says of this process. Raises `StoreError` where another holds the store, or nobody does."""
    found = holder_of(folder)
    if found is None or found.pid != os.getpid():
        other = "?" if found is None else str(found.pid)
        raise StoreError(
            f"{folder} 由进程 {other} 持有，不能在此提供服务。请使用已在运行的服务，或先停止它。",
            f"Process {other} holds {folder}, so it can't be served from here. Use the service that runs already, or "
            "stop it first.",
        )
    return found


def announce(folder: Path, address: str | list[Any] | None, key: str | None) -> None:
    """Say in the lock file where the store is served, and with which key; None takes it back.

    Raises `StoreError` where this process does not hold the store for writing.
    """
    found = require_held(folder)
    place = tuple(address) if isinstance(address, list) else address
    # Written into the file that is locked: another one in its place would be free.
    with (folder / LOCK).open("r+", encoding="utf-8") as file:
        _write(file, replace(found, address=place, key=key))


def _write(file: IO[str], holder: Holder) -> None:
    file.seek(0)
    file.truncate()
    json.dump({k: v for k, v in asdict(holder).items() if v is not None}, file)
    file.flush()


def _private(path: str, flags: int) -> int:
    # It may come to hold a key.
    return os.open(path, flags, 0o600)


class StoreLock:
    """The lock of one store folder. Raises `StoreBusyError` when it can't be had within `wait` seconds."""

    def __init__(self, folder: Path, mode: Mode, wait: float = 0.0):
        self.path = folder / LOCK
        self.mode = mode
        self._file: IO[str] | None = None
        end = time.monotonic() + wait
        while not self._try():
            if time.monotonic() >= end:
                raise self._busy()
            time.sleep(0.05)

    def _try(self) -> bool:
        file = open(self.path, "a+", encoding="utf-8", opener=_private)  # noqa: SIM115
        if not _lock(file, exclusive=self.mode == "write"):
            file.close()
            return False
        self._file = file
        if self.mode == "write":
            with contextlib.suppress(OSError):
                self.path.chmod(0o600)  # One made by an earlier version may be open to others.
            _write(file, Holder(os.getpid(), dt.datetime.now(dt.UTC).isoformat(timespec="seconds")))
        return True

    def _busy(self) -> StoreBusyError:
        found = holder_of(self.path.parent)
        pid, since = (found.pid, found.since) if found else ("?", "?")
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
