"""Rows that go to a server on two connections at once: each once, none beside another that it would lock."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import neo4j
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.stores import StoreError, open_store
from graph.stores import neo4j_sending as sending
from tests.graph.worlds import contents, many_holdings

IDS = st.sampled_from([f"local:{i}" for i in range(12)])


def in_small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CHUNK", 50)
    monkeypatch.setattr(sending, "_WORTH", 100)


@given(st.lists(st.tuples(IDS, IDS), min_size=1, max_size=60))
def test_parts_of_one_round_share_no_node_and_every_row_is_in_one_part(rows: list[tuple[str, str]]) -> None:
    frame = pl.DataFrame(rows, schema=["from_id", "to_id"], orient="row").with_row_index("row")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "_WORTH", 1)
        rounds = sending.apart(frame)
        for parts in rounds:
            for one, other in combinations(parts, 2):
                assert not {*one["from_id"], *one["to_id"]} & {*other["from_id"], *other["to_id"]}
        every = pl.concat(part for parts in rounds for part in parts)
        assert every.columns == frame.columns
        assert every.sort("row").equals(frame)
        (nodes,) = sending.halves(frame)
        assert pl.concat(nodes).equals(frame)


def test_many_rows_are_written_on_two_connections_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    in_small_chunks(monkeypatch)
    for rows in (40, 4000):
        frame = pl.DataFrame({"i": range(rows)}).select(
            from_id=pl.format("local:{}", pl.col("i") % 300), to_id=pl.format("local:{}", pl.col("i") % 499)
        )
        assert {len(parts) for parts in sending.apart(frame)} == ({1} if rows == 40 else {2})
        assert [len(parts) for parts in sending.halves(frame)] == ([1] if rows == 40 else [2])


@pytest.mark.neo4j
def test_both_stores_hold_the_same(neo4j_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_small_chunks(monkeypatch)
    world = many_holdings("many.csv", 2000)
    held = []
    for url in (str(tmp_path / "store"), neo4j_url):
        with open_store(url) as store:
            store.apply(world)
            held.append((contents(store), store.fingerprint()))
    assert held[0] == held[1]
    assert len(held[0][0]["OWNS"]) == 1000


@pytest.mark.neo4j
def test_what_fails_on_one_connection_stops_the_other_and_the_batch_is_taken_back(
    neo4j_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_chunks(monkeypatch)
    sent: list[str] = []
    with open_store(neo4j_url) as store:
        before = store.counts()
        writer = store._engine._writer  # type: ignore[attr-defined]
        write = writer.write

        def failing(session: neo4j.Session, cypher: str, params: dict[str, Any]) -> None:
            if "CREATE" in cypher:
                sent.append(cypher)
                if len(sent) == 25:
                    raise StoreError("不行了", "no more")
            write(session, cypher, params)

        monkeypatch.setattr(writer, "write", failing)
        with pytest.raises(StoreError, match="no more"):
            store.apply(many_holdings("many.csv", 2000))
    assert 25 <= len(sent) <= 26
    monkeypatch.undo()
    with open_store(neo4j_url) as store:
        assert store.counts() == before
        assert store.batches() == []
        store.apply(many_holdings("many.csv", 2000))
        assert store.counts()["OWNS"] == 1000
