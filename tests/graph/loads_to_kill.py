"""Many loads, each in a process of its own that may be killed at any moment, one after the other.

What a load needs is imported once, and every process begins as a copy of that one: importing takes longer than a load.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, Self

import graph.stores.neo4j  # noqa: F401  # imported here so that no copy has to
from tests.graph.load_and_die import load

_ROOT: Final = Path(__file__).resolve().parents[2]


class LoadsToKill:
    """The process that the loads' processes are copies of, while the block runs."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def whole(self, url: str, name: str, size: int) -> float:
        """Load and let it end; the seconds that took from the store's being open."""
        self._begin(url, name, size)
        began = time.monotonic()
        ended = self._ended()
        assert ended == 0, f"wait status {ended}"
        return time.monotonic() - began

    def killed(self, url: str, name: str, size: int, after: float) -> bool:
        """Kill a load that many seconds after the store is open; was it still running?"""
        child = self._begin(url, name, size)
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        ended = self._ended()
        assert ended in (0, signal.SIGKILL), f"wait status {ended}"
        return ended == signal.SIGKILL

    def _begin(self, *load: object) -> int:
        child = int(self._said(json.dumps(load)))
        assert self._said() == "open"
        return child

    def _ended(self) -> int:
        """The wait status of the load begun, once it has ended."""
        said = self._said("reap")
        while not said.startswith("ended "):
            said = self._said()
        return int(said.removeprefix("ended "))

    def _said(self, to: str = "") -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        if to:
            self._process.stdin.write(to + "\n")
            self._process.stdin.flush()
        return self._process.stdout.readline().rstrip("\n")


def _copies() -> None:
    """For each load named on stdin a copy of this process; it prints the copy's id and, when told to reap it, its end."""
    # One line comes at a time, and the next when it has been answered: no copy holds lines that were read ahead.
    while line := os.read(0, 65536):
        child = os.fork()
        if child == 0:
            try:
                load(*json.loads(line))
            except BaseException as error:
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(child, flush=True)
        # Not reaped before nobody will kill it any more: until then its id can't be another process's.
        os.read(0, 65536)
        print("ended", os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    _copies()
