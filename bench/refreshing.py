"""A load that touches a hundred lots of the world of 50,000: what it costs to bring what is in play up to date."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from bench.measuring import measured, row
from graph.in_play import put_in_play, questions, refresh_in_play
from graph.records import Extract, SourceFile, source
from graph.stores import GraphStore, open_store

_WRITTEN = (
    "MATCH (a)-[r:ULTIMATELY_HOLDS]->(b) RETURN a.id AS a, b.id AS b, r.share AS s, r.holds_from AS f, r.holds_to AS t",
    "MATCH (a)-[r:CONTROLS]->(b) RETURN a.id AS a, b.id AS b, r.depth AS s, r.holds_from AS f, r.holds_to AS t",
)


def refresh(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """2 M companies, 4 M edges, 50,000 lots; then a new shareholder of two bidders in each of a hundred lots."""
    store = str(folder / "store")
    sizes = [str(int(n * scale)) for n in (2_000_000, 4_000_000, 50_000)]
    measured("bench.loads", "world", store, *sizes)
    cost, said = measured("bench.refreshing", store)
    steps = json.loads(said.splitlines()[-1])
    return [{"name": name, **told} for name, told in steps.items()] + [row("the process", cost)]


def newcomers(store: GraphStore, lots: int, seed: int = 7) -> Extract:
    """A file in which one person becomes a holder of two bidders, that own nothing, of each of so many lots."""
    holding = store.query("MATCH (a:Company)-[:OWNS]->(:Company) RETURN DISTINCT a.id AS id", timeout=600)
    owners = pl.Series("id", holding.column("id").to_pylist(), pl.String)
    # What lies below a bidder would be touched as well: in a dense world that can be a thousand lots more.
    asked = questions(store).filter(~pl.col("company_id").is_in(owners.implode()))
    asked = asked.filter(pl.col("company_id").n_unique().over("group_id") > 1)
    chosen = asked["group_id"].unique(maintain_order=True).sample(lots, seed=seed)
    pairs = asked.filter(pl.col("group_id").is_in(chosen.implode())).group_by("group_id").head(2)
    name = f"newcomers-{seed}"
    file = SourceFile(name, hashlib.sha256(name.encode()).hexdigest(), "csv", pairs.height, 0)
    person = pl.lit("person:") + pl.col("group_id").hash(7).cast(pl.String).str.zfill(32)
    rows = pairs.select(
        from_id=person, to_id="company_id", share=pl.lit(0.3), source=pl.lit(source(file, "", 2))
    )
    extract = Extract("newcomers", [file])
    people = rows.select("source", id="from_id").unique()
    extract.add_node("Person", people.with_columns(name=pl.format("测试{}", pl.col("id").str.slice(-6))))
    extract.add_node("Company", rows.select("source", id="to_id").unique())
    extract.add_rel("OWNS", "Person", "Company", rows)
    return extract


def main(url: str) -> None:
    """Measure each step on a loaded store; what was refreshed must equal what is worked out anew."""
    told: dict[str, dict[str, Any]] = {}

    def timed(name: str, work: Callable[[], Any], **more: Any) -> Any:
        begun, used = time.perf_counter(), time.process_time()
        done = work()
        wall, cpu = time.perf_counter() - begun, time.process_time() - used
        told[name] = {"wall": round(wall, 2), "cpu": round(cpu, 2), **more}
        return done

    with open_store(url) as store:
        timed("all lots", lambda: put_in_play(store))
        extract = newcomers(store, 100)
        timed("load that touches 100 lots", lambda: store.apply(extract))
        found = timed("brought up to date", lambda: refresh_in_play(store))
        told["brought up to date"] |= {"written": found.written, "lots": len(found.lots or ())}
        before = [_rows(store, q) for q in _WRITTEN]
        timed("all lots anew", lambda: put_in_play(store))
        told["all lots anew"]["equal"] = all(
            one.equals(_rows(store, query)) for one, query in zip(before, _WRITTEN, strict=True)
        )
    print(json.dumps(told))


def _rows(store: GraphStore, query: str) -> pl.DataFrame:
    rows = pl.DataFrame(pl.from_arrow(store.query(query, timeout=600)))
    return rows.with_columns(pl.col("s").cast(pl.Float64).round(12)).sort("a", "b", "f", "t")


if __name__ == "__main__":
    main(*sys.argv[1:])
