"""The whole suite of detectors over all lots of the procurement world, from a loaded store in which all is in play."""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable
from functools import partial
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
    cost, said = measured("bench.detectors", "changed", store)
    steps = json.loads(said.splitlines()[-1])
    return [*found, *({"name": name, **told} for name, told in steps.items()), row("that process", cost)]


def _detect(store: str) -> dict[str, Any]:
    """What a run finds, and its slowest steps: name, seconds, processor seconds."""
    from detectors.registry import DETECTORS
    from detectors.running.detecting import detect
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


def _changed(store: str) -> dict[str, dict[str, Any]]:
    """After loads that touch about a hundred lots each, what looking at these again costs; and one lot, from itself."""
    from bench.refreshing import newcomers
    from detectors.registry import chosen
    from detectors.rules.values import NO_RULES
    from detectors.running.changed import detect_changed
    from detectors.running.one_lot import look_at, lot_detectors
    from detectors.running.standing import Standing
    from graph.stores import open_store

    told: dict[str, dict[str, Any]] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        begun, used = time.perf_counter(), time.process_time()
        done = work()
        wall, cpu = time.perf_counter() - begun, time.process_time() - used
        told[name] = {"wall": round(wall, 2), "cpu": round(cpu, 2)}
        return done

    with open_store(store) as opened:
        # With what else two bidders of each bid in, thirty make about a hundred.
        lots = 30
        for which, seed in (("first", 7), ("next", 8)):
            since = opened.fingerprint()
            extract = newcomers(opened, lots, seed)
            timed(f"a load, {which}", partial(opened.apply, extract))
            name = f"what it touched, {which}"
            changed = timed(name, partial(detect_changed, opened, since, chosen(None)))
            touched = sum(kind == "lot" for kind, _ in changed.narrowed.scopes)
            told[name] |= {"lots": touched, "findings": len(changed.run.findings)}
        standing = Standing(opened)
        every = opened.query("MATCH (l:Lot) RETURN l.id AS id ORDER BY id").column("id").to_pylist()
        walls = []
        for lot in every[:: max(1, len(every) // 100)]:
            begun = time.perf_counter()
            look_at(opened, standing, lot, lot_detectors(()), NO_RULES)
            walls.append(time.perf_counter() - begun)
    walls.sort()
    told["one lot, worked out on the spot"] = {
        "p50 ms": round(1000 * walls[len(walls) // 2], 1),
        "p99 ms": round(1000 * walls[int(len(walls) * 0.99) - 1], 1),
        "longest ms": round(1000 * walls[-1], 1),
        "lots": len(walls),
    }
    return told


def main(what: str, store: str, *sizes: str) -> None:
    """One measured process: fill a store, put in play, or detect."""
    from bench.suite import procurement
    from graph.in_play import put_in_play
    from graph.stores import open_store

    if what == "changed":
        print(json.dumps(_changed(store)))
        return
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
