"""The same question asked of networkx and of Cypher on Neo4j, on a register small and tame enough for them."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench.loads import neo4j_server
from bench.measuring import best, measured, row
from bench.registers import Rows, national
from bench.whole import difference, ours

_LONGEST = 21
_CYPHER = (
    f"MATCH p = (h:Party)-[:HOLDS*1..{_LONGEST}]->(c:Party) WHERE NOT EXISTS {{ ()-[:HOLDS]->(h) }} "
    "RETURN h.id AS holder, c.id AS company, sum(reduce(s = 1.0, r IN relationships(p) | s * r.share)) AS share"
)


def without_loops(rows: Rows) -> Rows:
    """The register with holdings only from an earlier company to a later one."""
    keep = (rows.holder >= rows.companies) | (rows.holder < rows.company)
    # Without the core's ring, whose companies come first, chains stay within reach of enumeration.
    keep &= (rows.holder >= rows.companies) | (rows.company >= 1000)
    return Rows(rows.holder[keep], rows.company[keep], rows.share[keep], rows.companies)


def peers(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """100,000 edges without loops: ours, networkx, Cypher."""
    source, target = folder / "tame.csv", folder / "tame.parquet"
    rows = without_loops(national(max(20_000, int(100_000 * scale))))
    rows.write(source)
    edges = len(rows.share)
    mine = best([ours(source, target)[0] for _ in range(repeats)])
    found = [row("lookthrough", mine, edges=edges, ratio=1.0)]
    theirs, _ = measured("bench.peers", str(source), str(folder / "nx.parquet"))
    found.append(
        row(
            "networkx",
            theirs,
            edges=edges,
            ratio=round(mine.wall / theirs.wall, 3),
            apart=difference(target, folder / "nx.parquet"),
        )
    )
    with neo4j_server() as url:
        if url:
            seconds, answer = _cypher(url, source)
            answer.write_parquet(folder / "cypher.parquet")
            apart = difference(target, folder / "cypher.parquet")
            found.append({"name": "Cypher on Neo4j, the query alone", "wall": round(seconds, 2), "edges": edges, "ratio": round(mine.wall / seconds, 3), "apart": apart})  # fmt: skip
    return found


def _cypher(url: str, source: Path) -> tuple[float, pl.DataFrame]:
    import neo4j

    rows = pl.read_csv(source)
    with neo4j.GraphDatabase.driver(url) as driver, driver.session() as session:
        session.run("CREATE CONSTRAINT FOR (p:Party) REQUIRE p.id IS UNIQUE").consume()
        ids = pl.concat([rows["holder_id"], rows["company_id"]]).unique().to_list()
        for at in range(0, len(ids), 20_000):
            session.run("UNWIND $ids AS id CREATE (:Party {id: id})", ids=ids[at : at + 20_000]).consume()
        for part in rows.iter_slices(20_000):
            session.run(
                "UNWIND $rows AS r MATCH (h:Party {id: r.holder_id}) MATCH (c:Party {id: r.company_id}) "
                "CREATE (h)-[:HOLDS {share: r.share}]->(c)",
                rows=part.to_dicts(),
            ).consume()
        begun = time.perf_counter()
        answer = session.run(_CYPHER).to_df()
        return time.perf_counter() - begun, pl.from_pandas(answer)


def main(source: str, target: str) -> None:
    """networkx: for every company all simple paths from its final holders, products added."""
    import networkx as nx

    rows = pl.read_csv(source)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_weighted_edges_from(rows.select("company_id", "holder_id", "share").iter_rows())
    found: dict[tuple[str, str], float] = {}
    for company in rows["company_id"].unique().to_list():
        goals = {h for h in nx.descendants(graph, company) if graph.out_degree(h) == 0}
        for path in nx.all_simple_edge_paths(graph, company, goals):
            share = float(np.prod([graph[a][b]["weight"] for a, b in path]))
            pair = path[-1][1], company
            found[pair] = found.get(pair, 0.0) + share
    pairs = list(found)
    pl.DataFrame(
        {"holder": [h for h, _ in pairs], "company": [c for _, c in pairs], "share": list(found.values())}
    ).write_parquet(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
