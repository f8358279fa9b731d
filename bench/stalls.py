"""The longest stall while a file is loaded: one client asks for a party by id, again and again, while another sends shareholdings.

`python -m bench.stalls [--store STORE] [--holdings N]`: on a copy of a store, or on a world of 20,000 companies made
for it. Prints what an answer took before the load and during it, until the loaded rows answer, and what the load was
at when the longest wait began.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from bench.measuring import measured
from bench.procurement import write_tables
from bench.service import Served, served

COMPANIES: Final = 20_000
HOLDINGS: Final = 20_000
QUIET: Final = 5.0
"""Seconds of asking before the load, and after it."""
_BETWEEN: Final = 0.02
"""Seconds between two looks at how far the load is."""


@dataclass
class Load:
    """A load by another client. `steps`: when it was seen at which step."""

    files: list[Path]
    steps: list[tuple[float, str]] = field(default_factory=list)
    fingerprint: str = ""
    fault: Exception | None = None

    def run(self, running: Served, headers: dict[str, str]) -> None:
        """Send it and watch it to its end; meant for a thread."""
        try:
            with httpx.Client(base_url=running.url, headers=headers, timeout=600) as client:
                self._at("sent")
                files = [("files", (p.name, p.read_bytes())) for p in self.files]
                job = client.post("loads", files=files).raise_for_status().json()
                while job["state"] in ("queued", "running"):
                    self._at(job["progress"]["step"] or job["state"])
                    time.sleep(_BETWEEN)
                    job = client.get(f"jobs/{job['id']}").raise_for_status().json()
                if job["state"] != "done":
                    raise RuntimeError(f"the load is {job['state']}: {job['problem']}")
                self.fingerprint = job["result"]["fingerprint"]
                self._at("done")
        except Exception as fault:
            self.fault = fault

    def _at(self, step: str) -> None:
        if not self.steps or self.steps[-1][1] != step:
            self.steps.append((time.perf_counter(), step))

    def step_at(self, at: float) -> str:
        """What it was last seen at before a moment."""
        return next((step for seen, step in reversed(self.steps) if seen <= at), "not begun")


def stalls(running: Served, files: list[Path]) -> list[dict[str, Any]]:
    """Rows before, during and after the load of some files; milliseconds."""
    headers = {"X-API-Key": running.key}
    load = Load(files)
    asked: list[tuple[float, float]] = []
    with httpx.Client(base_url=running.url, headers=headers, timeout=600) as client:
        lots = client.get("lots", params={"limit": 50}).raise_for_status().json()["items"]
        bidders = [b["id"] for lot in lots for b in client.get(f"lots/{lot['id']}").json()["bidders"]]
        parties = itertools.cycle(dict.fromkeys(bidders))

        def ask() -> str:
            at = time.perf_counter()
            answer = client.get(f"parties/{next(parties)}").raise_for_status()
            asked.append((at, (time.perf_counter() - at) * 1000))
            return answer.headers["X-Dataset-Fingerprint"]

        for _ in range(100):
            ask()  # Nothing cold in what is measured.
        asked.clear()
        marks = [time.perf_counter()]
        while time.perf_counter() < marks[0] + QUIET:
            ask()
        marks.append(time.perf_counter())
        cpu = running.cpu
        sender = threading.Thread(target=load.run, args=(running, headers))
        sender.start()
        while not (answering := ask()) or sender.is_alive() or answering != load.fingerprint:
            if load.fault is not None:
                raise load.fault
        marks.append(time.perf_counter())
        cpu = running.cpu - cpu
        while time.perf_counter() < marks[2] + QUIET:
            ask()
    names = ("before the load", "during the load, until its rows answer", "after it")
    rows = []
    for n, name in enumerate(names):
        until = marks[n + 1] if n + 1 < len(marks) else float("inf")
        spent = [(took, at) for at, took in asked if marks[n] <= at < until]
        _, began = max(spent)
        rows.append({"name": name, "requests": len(spent), **_told(sorted(t for t, _ in spent))})
        if n == 1:
            rows[-1] |= {
                "longest began at": load.step_at(began),
                "seconds": round(marks[2] - marks[1], 1),
                "service's processor seconds": round(cpu, 1),
                "steps": [[step, round(at - marks[1], 2)] for at, step in load.steps],
            }
    return rows


def _told(spent: list[float]) -> dict[str, float]:
    at = {"p50 ms": 0.5, "p99 ms": 0.99, "longest ms": 1.0}
    return {name: round(spent[min(len(spent) - 1, int(part * len(spent)))], 1) for name, part in at.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.stalls", description=__doc__)
    parser.add_argument("--store", type=Path, help="a store to copy (default: one is made)")
    parser.add_argument("--companies", type=int, default=COMPANIES, help="of the store that is made")
    parser.add_argument("--holdings", type=int, default=HOLDINGS, help="shareholdings to load")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lookthrough-bench-") as made:
        folder = Path(made)
        store = folder / "store"
        if chosen.store is None:
            sizes = [str(n) for n in (chosen.companies, 2 * chosen.companies, chosen.companies // 40)]
            measured("bench.loads", "world", str(store), *sizes)
            measured("bench.loads", "in-play", str(store))
        else:
            shutil.copytree(chosen.store, store, ignore=shutil.ignore_patterns("lock"))
        extra = folder / "more"
        extra.mkdir()
        files = write_tables(extra, chosen.holdings // 2, chosen.holdings, seed=23)
        with served(str(store), folder) as running:
            print(json.dumps(stalls(running, files), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
