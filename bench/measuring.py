"""One measured piece of work: a process of its own, its wall time, CPU time and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock and of processor time, and the most memory held at once in MiB."""

    wall: float
    cpu: float
    peak: float

    def to_json(self) -> dict[str, float]:
        """As a JSON object."""
        return {name: round(value, 2) for name, value in asdict(self).items()}


def measured(*arguments: str) -> tuple[Cost, str]:
    """Run `python -m ARGUMENTS…` and measure it, its children included; gives its output too.

    Raises `RuntimeError` with what it said where it fails.
    """
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    said = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {said[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 2**20), said


def best(runs: list[Cost]) -> Cost:
    """The run with the least wall time: what else the machine did can only add."""
    return min(runs, key=lambda c: c.wall)


def row(name: str, cost: Cost, **more: Any) -> dict[str, Any]:
    """A line of results."""
    return {"name": name, **cost.to_json(), **more}
