"""Variable-length Cypher as an oracle: sums over simple paths, depths and reach on random loaded graphs."""

from __future__ import annotations

import random
from typing import Any

import pytest

from graph.penetration import Ownership, penetrate
from graph.penetration.routes import ways_between
from graph.stores import Credentials, GraphStore, open_store
from tests.graph.worlds import Holding, holdings

DAY = "2025-01-01"
GRAPHS = 16
COMPANIES, PEOPLE = 5, 3

_SIMPLE = (
    "MATCH p = (h)-[:OWNS*1..8]->(c:Company {id: $id}) "
    "WHERE all(n IN nodes(p) WHERE single(m IN nodes(p) WHERE m = n)) "
    "RETURN h.id AS holder, sum(reduce(w = 1.0, r IN relationships(p) | w * r.share)) AS share, "
    "min(length(p)) AS depth, count(p) AS paths"
)


def random_rows(chance: random.Random, graph: int) -> list[Holding]:
    """One random register of its own ids: loops and several holders a company, no register above 100%."""
    companies = [f"local:g{graph}-{i}" for i in range(COMPANIES)]
    people = [f"person.local:g{graph}-{i}" for i in range(PEOPLE)]
    rows: list[Holding] = []
    for company in companies:
        others = [p for p in companies + people if p != company]
        for holder in chance.sample(others, chance.randint(0, 4)):
            rows.append((holder, company, chance.randint(1, 24) / 100))
    return rows


@pytest.fixture(scope="module")
def rows() -> list[Holding]:
    chance = random.Random(20250101)
    return [row for graph in range(GRAPHS) for row in random_rows(chance, graph)]


def asked(store: GraphStore) -> list[str]:
    table = store.query("MATCH (c:Company) RETURN c.id AS id ORDER BY id")
    return [row["id"] for row in table.to_pylist()]


@pytest.mark.neo4j
def test_simple_paths_equal_variable_length_cypher(
    neo4j_url: str, neo4j_server: tuple[str, Credentials], rows: list[Holding]
) -> None:
    with open_store(neo4j_url, "write", neo4j_server[1]) as store:
        store.apply(holdings("registers.csv", rows))
        book = Ownership.build(store.ownership())
        companies = asked(store)
        assert len(companies) > GRAPHS
        looped = 0
        for company in companies[::2]:
            cypher: dict[str, Any] = {
                r["holder"]: r for r in store.query(_SIMPLE, {"id": company}, timeout=120.0).to_pylist()
            }
            answer = penetrate(book, company, DAY, "simple_paths")
            assert {o.id: o.share for o in answer.owners} == pytest.approx(
                {k: r["share"] for k, r in cypher.items()}
            )
            assert {o.id: o.depth for o in answer.owners} == {k: r["depth"] for k, r in cypher.items()}
            looped += any(f.code == "loop" for f in answer.warnings)
            for holder, row in sorted(cypher.items())[:2]:
                ways = ways_between(book, holder, company, DAY, top=200)
                assert len(ways.ways) == row["paths"]
                assert sum(w.low or 0.0 for w in ways.ways) == pytest.approx(row["share"])
        assert looped > 4


def test_both_stores_give_the_same_numbers(
    store_url: str, store_credentials: Credentials, rows: list[Holding]
) -> None:
    """What a store gives back is what was loaded: answers equal those from the rows themselves."""
    from tests.graph.oracles import ownership

    some = rows[: len(rows) // 4]
    with open_store(store_url, "write", store_credentials) as store:
        store.apply(holdings("registers.csv", some))
        book = Ownership.build(store.ownership())
        companies = asked(store)
    straight = ownership(list(some), parties=[(c, "Company", None, None) for c in companies])
    for company in companies:
        here, there = penetrate(book, company, DAY).to_json(), penetrate(straight, company, DAY).to_json()
        told = [
            [{k: v for k, v in o.items() if k not in ("name", "kind")} for o in a["owners"]]
            for a in (here, there)
        ]
        assert told[0] == told[1]
        assert here["controller"] == there["controller"] and here["longest_chain"] == there["longest_chain"]
