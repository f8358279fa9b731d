"""Reading most of a store on an opening of its own: the same tables as any query gives, and of one state."""

from __future__ import annotations

import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import Any

import polars as pl
import pytest

from graph.model import REL_TYPES, rel_columns
from graph.penetration.tables import OwnershipTables
from graph.records import POLARS_TYPES, Extract, SourceFile, source
from graph.stores import live, open_store
from graph.stores.tables import Aside
from tests.graph.worlds import holdings

A, B, C = "local:A", "local:B", "local:C"
VALUES = {
    "STRING": [
        "",
        "甲",
        "registered",
        "general_partner",
        "a text of more than twelve letters",
        "长文本" * 30,
    ],
    "INT64": [-(2**62), 0, 7],
    "DOUBLE": [0.0, 0.25, 1 / 3, 1.0],
    "BOOL": [True, False],
    "STRING[]": [["a"], [], ["一", "a part with a long name 甲乙丙丁"]],
}
DATES = ["2019-01-01", "2020-02", "2024-12-31"]
UNSAID = ("key", "dataset", "sources", "counted", "valid_from", "valid_to")
"""Fields that the store fills itself."""


def world(seed: int, rows: int) -> Extract:
    """Holdings, control and concerts that state every field now and then, in no pattern."""
    rng = random.Random(seed)
    file = SourceFile(f"{seed}.csv", hashlib.sha256(str(seed).encode()).hexdigest(), "csv", rows, 0)
    extract = Extract("main", [file])
    firms = [f"local:虚构{i}" if i % 3 else f"cn-uscc:{i:018}" for i in range(40)]
    people = [f"person.local:{i}" for i in range(30)]

    def stated(name: str) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for field in rel_columns(REL_TYPES[name]):
            if rng.random() < 0.4 or field.name in UNSAID:
                continue
            values = DATES if field.type == "DATE" else VALUES[field.physical]
            told[field.name] = rng.choice(values)
        return told

    for i, ids in enumerate((firms, people)):
        frame = pl.DataFrame({"id": ids}).with_columns(source=pl.lit(source(file, "", 1)))
        some = [rng.choice([None, "", "虚构有限公司", "示例 Ltd with a long name"]) for _ in ids]
        extract.add_node(("Company", "Person")[i], frame.with_columns(name=pl.Series(some, dtype=pl.String)))
    for name in ("OWNS", "EXERCISES_CONTROL"):
        schema = {f.name: POLARS_TYPES[f.physical] for f in rel_columns(REL_TYPES[name])}
        for start, holders in (("Company", firms), ("Person", people)):
            made = [
                {**stated(name), "from_id": rng.choice(holders), "to_id": rng.choice(firms), "source": source(file, "", at)}
                for at in range(rows)
            ]  # fmt: skip
            known = {n: t for n, t in schema.items() if any(n in row for row in made)}
            ends = {"from_id": pl.String(), "to_id": pl.String(), "source": pl.String()}
            extract.add_rel(name, start, "Company", pl.DataFrame(made, schema=ends | known))
    extract.add_node("Concert", pl.DataFrame([{"id": "local:一致行动", "source": source(file, "", 1)}]))
    member = [{"from_id": p, "to_id": "local:一致行动", "source": source(file, "", 2)} for p in people[:3]]
    extract.add_rel("MEMBER_OF_CONCERT", "Person", "Concert", pl.DataFrame(member))
    return extract


def in_order(tables: OwnershipTables) -> dict[str, list[dict[str, Any]]]:
    """Every table, in an order that says nothing of how it was read."""
    named = {f.name: getattr(tables, f.name) for f in fields(tables) if f.name != "ends"}
    return {
        name: sorted(frame.to_dicts(), key=lambda row: str(sorted(row.items(), key=lambda i: i[0])))
        for name, frame in named.items()
    }


@pytest.fixture
def aside(monkeypatch):
    """Every store counts as large; says how often one was read aside."""
    opened = []
    made = Aside.__init__

    def counted(self, path):
        opened.append(path)
        made(self, path)

    monkeypatch.setattr(Aside, "__init__", counted)
    monkeypatch.setattr(live, "LARGE", 0)
    return opened


@pytest.mark.parametrize("proofs", [True, False])
def test_every_field_is_read_alike(tmp_path, monkeypatch, aside, proofs):
    with open_store(tmp_path / "store") as store:
        store.apply(world(1, 120))
        store.apply(holdings("b.csv", [(A, B, 0.6), (C, B, 0.4)]))
        mine = store.ownership(proofs)
        assert len(aside) == 1
        monkeypatch.setattr(live, "LARGE", 1 << 60)
        plain = store.ownership(proofs)
        assert len(aside) == 1
    assert mine.holdings.height > 200 and mine.control.height > 200
    assert mine.holdings.schema == plain.holdings.schema
    assert 0 < mine.holdings["share"].null_count() < mine.holdings.height
    assert in_order(mine) == in_order(plain)
    ids = mine.parties["id"]
    assert mine.ends is not None
    assert ids.gather(mine.ends["holder"]).equals(mine.holdings["holder_id"].rename("id"))
    assert ids.gather(mine.ends["company"]).equals(mine.holdings["company_id"].rename("id"))


@pytest.mark.neo4j
def test_a_server_gives_the_same(tmp_path, aside, neo4j_url):
    with open_store(tmp_path / "store") as embedded, open_store(neo4j_url) as server:
        for store in (embedded, server):
            store.apply(world(2, 60))
        assert in_order(embedded.ownership()) == in_order(server.ownership())
        assert aside


def test_a_state_that_was_replaced_is_read_as_it_was(tmp_path, aside):
    with open_store(tmp_path / "store") as store:
        store.apply(holdings("a.csv", [(A, B, 0.5)]))
        with store.steady():
            before = in_order(store.ownership())
            with ThreadPoolExecutor(1) as other:
                other.submit(store.apply, holdings("b.csv", [(C, B, 0.5)])).result()
            assert in_order(store.ownership()) == before
        assert store.ownership().holdings.height == 2
        assert len(aside) == 2


def test_many_at_once_all_get_their_answer(tmp_path, aside):
    with open_store(tmp_path / "store") as store:
        store.apply(world(3, 20))
        expected = in_order(store.ownership())
        with ThreadPoolExecutor(12) as pool:
            asked = [pool.submit(store.ownership) for _ in range(24)]
            assert all(in_order(a.result()) == expected for a in asked)
        store.ownership()
        # Whoever read aside has let go of it.
        assert len(aside) > 1
