"""What is worked out from a store and kept beside it: in the folder of an embedded store, nowhere for a server.

It holds names of people, so it is removed with the data it came from.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

OWNERSHIP: Final = "ownership-"
"""How folders with laid-out ownership are named; one that is being written has a dot before it."""
_LEFT: Final = 3600.0
"""Seconds after which a folder that is still being written was left by a process that ended."""


def beside(url: str) -> Path | None:
    """The folder of an embedded store; None for a server."""
    path = url.removeprefix("file://")
    return None if "://" in path else Path(path).expanduser()


_writers: dict[Path, threading.Thread] = {}
"""Who is writing beside which folder, in this process; each has begun."""
_beginning: Final = threading.Lock()


def keep_aside(folder: Path, write: Callable[[], None]) -> None:
    """Write beside a store while whoever asked goes on; a process ends, and a store closes, when it is written."""
    writer = threading.Thread(target=write, name="keep-ownership")
    while True:
        settled(folder)
        with _beginning:
            # Another may have begun since: one writes at a time.
            if _writers.get(folder) in (None, threading.current_thread()):
                _writers[folder] = writer
                writer.start()
                return


def settled(folder: Path) -> None:
    """Wait until what is being written beside a store is written."""
    with _beginning:
        writer = _writers.get(folder)
    if writer is None or writer is threading.current_thread():
        return
    writer.join()
    with _beginning:
        if _writers.get(folder) is writer:
            del _writers[folder]


def forget_ownership(folder: Path, but: str = "", identity: str = "") -> None:
    """Remove laid-out ownership, of one identity mode or of all; who has it mapped keeps it until he ends.

    `but`: the name of the one that stays.
    """
    settled(folder)
    wanted = f"{OWNERSHIP}{identity}-*" if identity else f"{OWNERSHIP}*"
    for kept in folder.glob(wanted):
        if kept.name != but:
            shutil.rmtree(kept, ignore_errors=True)
    for unfinished in folder.glob(f".{OWNERSHIP}*"):
        try:
            left = time.time() - unfinished.stat().st_mtime > _LEFT
        except OSError:
            continue
        if left:
            shutil.rmtree(unfinished, ignore_errors=True)
