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

from bench.measuring import Cost, best, measured, row
from bench.procurement import register_records, world, write_tables
from bench.registers import EDGES, national
from graph.stores.kept import forget_ownership


def load(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """200,000 companies and 400,000 shareholdings from CSV into each store, then where the time of it goes.

    Last, ten rows more into the store that has them all.
    """
    companies, holdings = int(200_000 * scale), int(400_000 * scale)
    paths = [str(p) for p in write_tables(folder, companies, holdings)]
    os.environ["LOOKTHROUGH_DATA"] = str(folder / "data")
    runs = []
    for n in range(repeats):
        cost, _ = measured("lookthrough", "load", *paths, "--store", str(folder / f"store{n}"))
        runs.append(cost)
    found = [_rate("embedded", best(runs), holdings)]
    found += _stages("embedded", str(folder / "stages"), paths)
    more = folder / "增加.csv"
    lines = Path(paths[1]).read_text(encoding="utf-8").splitlines()
    more.write_text("\n".join(lines[:11]), encoding="utf-8")
    cost, _ = measured("lookthrough", "load", str(more), "--store", str(folder / "store0"))
    found.append(row("embedded: ten rows more", cost))
    with neo4j_server() as url:
        if url:
            cost, _ = measured("lookthrough", "load", *paths, "--store", url)
            found.append(_rate("Neo4j just started (its own memory and time apart)", cost, holdings))
            _empty(url)
            # A new server takes minutes to compile its own code for speed: one that has worked is what a load meets.
            cost, _ = measured("lookthrough", "load", *paths, "--store", url)
            found.append(_rate("Neo4j that has loaded before", cost, holdings))
    with neo4j_server() as url:
        if url:
            found += _stages("Neo4j", url, paths)
    return found


def _stages(engine: str, store: str, paths: list[str]) -> list[dict[str, Any]]:
    """The stages of one more load, each a line; those that took no time are left out."""
    _, said = measured("bench.stages", store, *paths)
    return [
        {"name": f"{engine}: {name}", "wall": round(wall, 2), "cpu": round(cpu, 2)}
        for name, wall, cpu in json.loads(said.splitlines()[-1])
        if cpu >= 0.01 or wall >= 0.01
    ]


def _rate(name: str, cost: Any, holdings: int) -> dict[str, Any]:
    return row(name, cost, edges=holdings, rate=int(holdings / cost.wall), cpu_rate=int(holdings / cost.cpu))


def _empty(url: str) -> None:
    import neo4j

    from tests.servers.neo4j_server import clear_rows

    with neo4j.GraphDatabase.driver(url) as driver:
        clear_rows(driver)


@contextmanager
def neo4j_server() -> Iterator[str | None]:
    """The address of a server of the tests' own while the block runs; None where none can be started."""
    from tests.servers.neo4j_server import Neo4jServer
    from tests.servers.required import MissingComponentError

    try:
        server = Neo4jServer(for_work=True)
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
    runs, laid, series = [], [], []

    def ask() -> tuple[Cost, str]:
        return measured(
            "lookthrough", "penetrate", "--all", "--store", str(store), "--to", str(folder / "stored.parquet"),
            "--ultimate-only", "--format", "json", "--as-of", "2026-01-01",
        )  # fmt: skip

    # A load this large ends with ownership laid out; what asking costs without that is measured last.
    for _ in range(repeats):
        cost, said = ask()
        laid.append(cost)
        series.append(measured("bench.neumann", str(source), str(folder / "theirs.parquet"))[0])
    forget_ownership(store)
    runs = [ask()[0] for _ in range(repeats)]
    report = json.loads(said[said.index("{") :])
    we, again, they = best(laid), best(runs), best(series)
    return [
        row("load as records", loaded, edges=edges, rate=int(edges / loaded.wall)),
        row("from the store", we, edges=edges, pairs=report["pairs"], ratio=round(we.wall / they.wall, 3)),
        row("from the store, not laid out", again, edges=edges, ratio=round(again.wall / they.wall, 3)),
        row("scipy series from CSV", they, edges=edges, ratio=1.0),
    ]


def lots(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """2 M companies, 4 M edges, 50,000 lots: shares, shared owners and control of all; written; and lots one by one."""
    store = str(folder / "store")
    companies, edges, count = (int(n * scale) for n in (2_000_000, 4_000_000, 50_000))
    loaded, _ = measured("bench.loads", "world", store, str(companies), str(edges), str(count))
    found = [row("load as records", loaded, edges=edges)]
    # Each in a process of its own. The load left ownership laid out; what it is without is measured last.
    for _ in range(repeats):
        cost, said = measured("bench.loads", "in-play", store)
        found.append(row("all lots", cost, lots=count, **json.loads(said.splitlines()[-1])))
    cost, said = measured("bench.loads", "screen", store, "1000")
    found.append(row("1,000 lots one by one", cost, **json.loads(said.splitlines()[-1])))
    forget_ownership(Path(store))
    cost, said = measured("bench.loads", "in-play", store)
    found.append(
        row("all lots, ownership not laid out", cost, lots=count, **json.loads(said.splitlines()[-1]))
    )
    return found


def _in_play(store: str) -> dict[str, Any]:
    """Seconds of the first time in a process (cold) and of the second (warm), on the clock and of processor time.

    Answered: shares, shared owners and control of every lot; then the same with proofs, written into the graph.
    """
    from graph.current_ownership import current_ownership
    from graph.in_play import put_in_play, screen_lots
    from graph.stores import open_store

    with open_store(store) as opened:
        told: dict[str, Any] = {}
        for name in ("cold", "warm"):
            begun, used = time.perf_counter(), time.process_time()
            found = screen_lots(opened, current_ownership(opened))
            told["holdings"], told["controls"] = found.holds.height, found.controls.height
            told[name] = round(time.perf_counter() - begun, 2)
            told[f"{name} CPU"] = round(time.process_time() - used, 2)
        begun = time.perf_counter()
        told["written"] = put_in_play(opened)
        told["writing"] = round(time.perf_counter() - begun, 2)
        return told


def _screened(store: str, count: int) -> dict[str, Any]:
    """Milliseconds a lot, from its bids in the store to shares and control of its bidders."""
    import numpy as np

    from graph.current_ownership import current_ownership
    from graph.in_play import questions, screen
    from graph.stores import open_store

    bids = (
        "MATCH (l:Lot {id: $id}) MATCH (c:Company)-[:SUBMITS]->(:Bid)-[:FOR_LOT]->(l) "
        "RETURN c.id AS id, l.bid_on AS bid_on"
    )
    with open_store(store, "read") as opened:
        ownership = current_ownership(opened)
        every = questions(opened)["group_id"].unique(maintain_order=True)
        times, used = [], []
        for lot in every.sample(min(count, len(every)), seed=7).to_list():
            begun, cpu = time.perf_counter(), time.process_time()
            bidders = opened.query(bids, {"id": lot}).to_pylist()
            screen(ownership, [b["id"] for b in bidders], bidders[0]["bid_on"])
            times.append(1000 * (time.perf_counter() - begun))
            used.append(1000 * (time.process_time() - cpu))
    return {
        "first ms": round(times[0], 1),
        "p50 ms": round(float(np.percentile(times[1:], 50)), 1),
        "p99 ms": round(float(np.percentile(times[1:], 99)), 1),
        "p99 CPU ms": round(float(np.percentile(used[1:], 99)), 1),
        "longest ms": round(max(times[1:]), 1),
    }


def main(what: str, store: str, *sizes: str) -> None:
    """One measured process: fill a store, or work out what is in play."""
    from graph.current_ownership import lay_out, worth_laying_out
    from graph.stores import open_store

    if what == "in-play":
        print(json.dumps(_in_play(store)))
        return
    if what == "screen":
        print(json.dumps(_screened(store, int(sizes[0]))))
        return
    numbers = [int(n) for n in sizes]
    extract = world(*numbers) if what == "world" else register_records(national(numbers[0]), "register")
    with open_store(store) as opened:
        counts = opened.apply(extract).counts
    del extract
    # As `lookthrough load` ends.
    if worth_laying_out(counts):
        with open_store(store, "read") as opened:
            lay_out(opened)


if __name__ == "__main__":
    main(*sys.argv[1:])
