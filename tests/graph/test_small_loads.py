"""A few rows are looked up where they belong, many beside everything there is: both ways leave the same store."""

from __future__ import annotations

import polars as pl
import pytest

from graph.stores import applying, open_store, tables
from tests.graph.worlds import contents, holdings

A, B, C, D = "local:A", "local:B", "local:C", "local:D"
P, Q = "person:11111111111111111111111111111111", "person:22222222222222222222222222222222"


def loads():
    """Rows met again, a newer register, a company said to be listed, a name that changes, a hub, a snapshot."""
    yield holdings("one.csv", [(A, B, 0.6), (P, B, 0.4), (B, C, 1.0)], names={A: "虚构甲有限公司"})
    yield holdings("two.csv", [(A, B, 0.6), (P, B, 0.4), (Q, D, 0.2)], names={A: "虚构甲改名有限公司"})
    yield holdings("three.csv", [(A, B, 0.7), (D, B, 0.3)], observed_on="2024-06-30")
    yield holdings("four.csv", [(A, B, 0.1), (P, B, 0.2)], list_kind="top_ten", kinds={B: "listed"})
    yield holdings("five.csv", [(f"local:H{n}", B, 0.001) for n in range(30)], observed_on="2025-06-30")
    yield holdings("six.csv", [(A, D, 0.6)], snapshot="2025-12-31")


def outcome(url):
    states = []
    with open_store(url) as store:
        for extract in loads():
            store.apply(extract)
            states.append(contents(store))
        for batch in store.batches()[1::2]:
            store.unload(batch.id)
            states.append(contents(store))
        for batch in store.batches():
            store.unload(batch.id)
        assert not any(store.counts().values())
    return states


def test_few_rows_and_many_leave_the_same(store_url, tmp_path, monkeypatch):
    few = outcome(store_url)
    monkeypatch.setattr(applying, "FEW", 0)
    assert outcome(store_url if "://" in store_url else tmp_path / "many") == few


@pytest.mark.parametrize("limit", [0, 1_000_000])
@pytest.mark.parametrize("at_once", [2, 1_000_000])
def test_looked_up_or_read_as_a_whole_in_slices_or_at_once_it_is_the_same(
    tmp_path, monkeypatch, limit, at_once
):
    monkeypatch.setattr(tables, "FEW", limit)
    monkeypatch.setattr(tables, "_AT_ONCE", at_once)
    monkeypatch.setattr(tables, "_LOOKED_UP", at_once)
    with open_store(tmp_path / "store") as store:
        for extract in loads():
            store.apply(extract)
        engine = store._engine
        rel = ("OWNS", "Company", "Company")
        asked = pl.Series("id", [A, B, D, A, "local:nobody"])
        found, everything = engine.rel_rows(rel, asked), engine.rel_rows(rel)
        expected = everything.filter(pl.col("to_id").is_in([A, B, D]))
        assert found.height == 35 and everything.height == 36
        assert found.sort("key").equals(expected.sort("key"), null_equal=True)
        part = engine.rel_rows(rel, asked, ["share"])
        assert part.columns == ["from_id", "to_id", "key", "share"]
        assert part.sort("key").equals(found.sort("key").select(part.columns), null_equal=True)
        assert sorted(engine.rel_keys(rel)) == sorted(everything["key"])
        companies = engine.node_rows("Company")
        assert sorted(engine.node_ids("Company")) == sorted(companies["id"])
        named = engine.node_rows("Company", asked)
        assert named.sort("id").equals(companies.filter(pl.col("id").is_in([A, B, D])).sort("id"))


def test_a_type_whose_rows_lie_between_other_nodes_is_read_in_slices_too(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "_AT_ONCE", 2)
    with open_store(tmp_path / "store") as store:
        store.apply(holdings("one.csv", [(A, B, 0.6), (C, B, 0.2), (D, B, 0.2), (B, C, 1.0)]))
        engine = store._engine
        assert engine.rel_rows(("OWNS", "Company", "Company")).height == 4
        assert engine.rel_rows(("OWNS", "Person", "Company")).height == 0
        with engine._live.reading() as reader:
            assert list(reader._slices("Person", "n", 5)) == [""]
