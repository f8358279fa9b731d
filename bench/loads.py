"""Loading, and what is asked of a loaded store: the whole register, and all lots."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measuring import best, measured, row
from bench.procurement import register_records, world, write_tables
from bench.registers import EDGES, national


def load(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """200,000 companies and 400,000 shareholdings from CSV into each store."""
    companies, holdings = int(200_000 * scale), int(400_000 * scale)
    paths = [str(p) for p in write_tables(folder, companies, holdings)]
    os.environ["LOOKTHROUGH_DATA"] = str(folder / "data")
    runs = []
    for n in range(repeats):
        cost, _ = measured("lookthrough", "load", *paths, "--store", str(folder / f"store{n}"))
        runs.append(cost)
    found = [_rate("embedded", best(runs), holdings)]
    with neo4j_server() as url:
        if url:
            cost, _ = measured("lookthrough", "load", *paths, "--store", url)
            found.append(_rate("Neo4j (its own memory apart)", cost, holdings))
    return found


def _rate(name: str, cost: Any, holdings: int) -> dict[str, Any]:
    return row(name, cost, edges=holdings, rate=int(holdings / cost.wall))


@contextmanager
def neo4j_server() -> Iterator[str | None]:
    """The address of a server of the tests' own while the block runs; None where none can be started."""
    from tests.servers.neo4j_server import Neo4jServer
    from tests.servers.required import MissingComponentError

    try:
        server = Neo4jServer()
    except MissingComponentError as error:
        print(f"without Neo4j: {error}", file=sys.stderr)
        yield None
        return
    try:
        yield server.url
    finally:
        server.stop()


def stored_register(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """The register of national shape from the embedded store, beside the series from CSV."""
    store, source = folder / "store", folder / "register.csv"
    edges = int(EDGES * scale)
    rows = national(edges)
    rows.write(source)
    loaded, _ = measured("bench.loads", "register", str(store), str(edges))
    runs, series = [], []
    for _ in range(repeats):
        cost, said = measured(
            "lookthrough", "penetrate", "--all", "--store", str(store), "--to", str(folder / "stored.parquet"),
            "--ultimate-only", "--format", "json", "--as-of", "2026-01-01",
        )  # fmt: skip
        runs.append(cost)
        series.append(measured("bench.neumann", str(source), str(folder / "theirs.parquet"))[0])
    report = json.loads(said[said.index("{") :])
    we, they = best(runs), best(series)
    return [
        row("load as records", loaded, edges=edges, rate=int(edges / loaded.wall)),
        row("from the store", we, edges=edges, pairs=report["pairs"], ratio=1.0),
        row("scipy series from CSV", they, edges=edges, ratio=round(we.wall / they.wall, 3)),
    ]


def lots(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """2 M companies, 4 M edges, 50,000 lots: everything in play worked out and written."""
    store = str(folder / "store")
    sizes = [str(int(n * scale)) for n in (2_000_000, 4_000_000, 50_000)]
    loaded, _ = measured("bench.loads", "world", store, *sizes)
    found = [row("load as records", loaded, edges=int(sizes[1]))]
    for _ in range(repeats):
        cost, said = measured("bench.loads", "in-play", store)
        times = json.loads(said.splitlines()[-1])
        found.append(row("all lots in play", cost, lots=int(sizes[2]), **times))
    return found


def _in_play(store: str) -> dict[str, Any]:
    """Seconds of the first time in a process (cold), and of the second (warm)."""
    from graph.in_play import put_in_play
    from graph.stores import open_store

    with open_store(store) as opened:
        begun = time.perf_counter()
        written = put_in_play(opened)
        cold = time.perf_counter()
        put_in_play(opened)
        return {
            "written": written,
            "cold": round(cold - begun, 2),
            "warm": round(time.perf_counter() - cold, 2),
        }


def main(what: str, store: str, *sizes: str) -> None:
    """One measured process: fill a store, or work out what is in play."""
    from graph.stores import open_store

    if what == "in-play":
        print(json.dumps(_in_play(store)))
        return
    numbers = [int(n) for n in sizes]
    extract = world(*numbers) if what == "world" else register_records(national(numbers[0]), "register")
    with open_store(store) as opened:
        opened.apply(extract)


if __name__ == "__main__":
    main(*sys.argv[1:])
