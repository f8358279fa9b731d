"""The whole suite of detectors over all lots of the procurement world, from a loaded store in which all is in play."""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.measuring import measured, row

_SLOWEST = 6


def suite(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """2 M companies, 4 M edges, 50,000 lots, 10,000 households: every detector, then every lot's ownership alone."""
    store = str(folder / "store")
    sizes = [str(max(1, int(n * scale))) for n in (2_000_000, 4_000_000, 50_000, 10_000)]
    loaded, _ = measured("bench.detectors", "load", store, *sizes)
    brought, said = measured("bench.detectors", "in-play", store)
    found = [
        row("load as records", loaded, edges=int(sizes[1])),
        row("put in play", brought, lots=int(sizes[2]), **json.loads(said.splitlines()[-1])),
    ]
    for _ in range(repeats):
        cost, said = measured("bench.detectors", "detect", store)
        told = json.loads(said.splitlines()[-1])
        slowest = told.pop("slowest")
        found.append(row("whole suite", cost, lots=int(sizes[2]), **told))
        found += [{"name": f"of these {name}", "wall": wall, "cpu": cpu} for name, wall, cpu in slowest]
    return found


def _detect(store: str) -> dict[str, Any]:
    """What a run finds, and its slowest steps: name, seconds, processor seconds."""
    from detectors.detecting import detect
    from detectors.registry import DETECTORS
    from graph.stores import open_store

    marks: list[tuple[str, float, float]] = []

    def watch(what: str, done: int, total: int) -> None:
        marks.append((what, time.perf_counter(), time.process_time()))

    with open_store(store, "read") as opened:
        run = detect(opened, DETECTORS, watch)
    watch("", 0, 0)
    steps = [
        (name, round(until - begun, 2), round(cpu - spent, 2))
        for (name, begun, spent), (_, until, cpu) in itertools.pairwise(marks)
    ]
    return {
        "detectors": len(run.population),
        "findings": len(run.findings),
        "suppressed": sum(f.suppressed_by is not None for f in run.findings),
        "slowest": sorted(steps, key=lambda s: -s[2])[:_SLOWEST],
    }


def main(what: str, store: str, *sizes: str) -> None:
    """One measured process: fill a store, put in play, or detect."""
    from bench.suite import procurement
    from graph.in_play import put_in_play
    from graph.stores import open_store

    if what == "detect":
        print(json.dumps(_detect(store)))
        return
    with open_store(store) as opened:
        if what == "load":
            opened.apply(procurement(*(int(n) for n in sizes)))
        else:
            print(json.dumps({"written": put_in_play(opened)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
