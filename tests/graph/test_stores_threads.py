"""A store in a service: many threads ask while one loads; questions can be stopped; servers go and come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from graph.stores import Credentials, GraphStore, cancellable, open_store
from graph.stores.embedded import FILE, EmbeddedEngine
from graph.stores.errors import (
    BuffersFullError,
    QueryCancelledError,
    StoreBusyError,
    StoreError,
    StoreUnavailableError,
)
from graph.stores.live import CONNECTIONS, Live
from graph.stores.neo4j import Neo4jEngine
from graph.stores.store import Store
from graph.stores.tables import Tables
from tests.graph.worlds import contents, holdings, many_holdings
from tests.servers.relay import Relay

A, B = "local:A", "local:B"
LOADED = 200
"""Holdings of each file: `many_holdings` states each of them twice."""
ENDLESS = "MATCH (a:Company)-[:OWNS*1..25]->(b:Company) RETURN count(*) AS n"


@pytest.fixture
def store(store_url, store_credentials):
    opened = open_store(store_url, credentials=store_credentials)
    yield opened
    opened.close()


def dense(name: str = "dense.csv", size: int = 60):
    """A web in which routes of up to 25 steps can't be counted in a lifetime."""
    rows = [(f"local:{i}", f"local:{(i * 7 + j) % size}", 0.01) for i in range(size) for j in range(1, 9)]
    return holdings(name, rows)


def _holdings_seen(store: GraphStore) -> int:
    return int(store.query("MATCH (a)-[r:OWNS]->(b) RETURN count(*) AS n").column(0)[0].as_py())


def _asked_until(done: threading.Event, ask: Callable[[], int]) -> list[int]:
    seen = []
    while not done.is_set():
        seen.append(ask())
    return [*seen, ask()]


def _load_while_asked(store: GraphStore, ask: Callable[[], int]) -> list[list[int]]:
    """What four threads were answered, in order, while three files were loaded and one was taken back."""
    done = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(_asked_until, done, ask) for _ in range(4)]
        try:
            batches = [store.apply(many_holdings(f"{n}.csv", 2 * LOADED)).batch_id for n in range(3)]
            store.unload(batches[1])
        finally:
            done.set()
        return [a.result() for a in asked]


def test_threads_ask_while_one_loads(store):
    store.apply(holdings("a.csv", [(A, B, 0.5)]))
    for seen in _load_while_asked(store, partial(_holdings_seen, store)):
        assert seen[0] == 1
        assert seen[-1] == 1 + 2 * LOADED


def _one_state_at_a_time(store: GraphStore) -> None:
    answered = _load_while_asked(store, partial(_holdings_seen, store))
    most = 3 * LOADED
    assert {n for seen in answered for n in seen} <= {0, LOADED, 2 * LOADED, most}
    assert all(seen == sorted(seen) for seen in (s[: s.index(most) + 1] for s in answered if most in s))


def test_readers_of_an_embedded_store_see_a_load_whole_or_not_at_all(tmp_path):
    with open_store(tmp_path / "store") as store:
        _one_state_at_a_time(store)


def test_where_an_open_file_cannot_be_replaced_readers_wait_for_the_reopening(tmp_path, monkeypatch):
    """Windows' way, which any system can go."""
    monkeypatch.setattr("graph.stores.embedded.Live", partial(Live, swap_open=False))
    with open_store(tmp_path / "store") as store:
        _one_state_at_a_time(store)


@pytest.mark.parametrize("swap_open", [True, False])
def test_a_file_that_does_not_pass_is_not_put_in_place(tmp_path, swap_open):
    for name, rows in (("old", [(A, B, 0.5)]), ("new", [(A, B, 0.5), (B, A, 0.1)])):
        with open_store(tmp_path / name) as store:
            store.apply(holdings("a.csv", rows))
    building = tmp_path / "new" / FILE

    def refuse(again):
        assert again.counts(["OWNS"]) == {"OWNS": 2}
        raise StoreError("不符", "It does not count up.")

    live = Live(tmp_path / "old" / FILE, swap_open)
    with pytest.raises(StoreError):
        live.replace_by(building, refuse)
    with live.reading() as tables:
        assert tables.counts(["OWNS"]) == {"OWNS": 1}
    live.replace_by(building, lambda _: None)
    with live.reading() as tables:
        assert tables.counts(["OWNS"]) == {"OWNS": 2}
    live.close()


def test_others_read_while_a_connection_is_closed_for_room(tmp_path, monkeypatch):
    with open_store(tmp_path / "store") as store:
        store.apply(holdings("a.csv", [(A, B, 0.5)]))
    live = Live(tmp_path / "store" / FILE)
    closing, read = threading.Event(), threading.Event()
    close, full = Tables.close, iter((True, False))

    def slowly(tables: Tables) -> None:
        closing.set()
        assert read.wait(30)
        close(tables)

    def ask(tables: Tables) -> dict[str, int]:
        if next(full):
            raise BuffersFullError("满", "full")
        return tables.counts(["OWNS"])

    monkeypatch.setattr(Tables, "close", slowly)
    with ThreadPoolExecutor(2) as pool:
        try:
            asked = pool.submit(live.answer, ask)
            assert closing.wait(30)
            assert pool.submit(live.answer, lambda t: t.counts(["OWNS"])).result(10) == {"OWNS": 1}
            # Whatever replaces the file meanwhile leaves it open until the connection is closed.
            assert live._current is not None and live._current.readers == 1
        finally:
            read.set()
        assert asked.result(10) == {"OWNS": 1}
    assert live._current is not None and not live._current.readers and not live._current.busy
    live.close()


def test_a_connection_that_will_not_close_keeps_no_place(tmp_path, monkeypatch):
    with open_store(tmp_path / "store") as store:
        store.apply(holdings("a.csv", [(A, B, 0.5)]))
    live = Live(tmp_path / "store" / FILE)
    monkeypatch.setattr("graph.stores.live._WORDINGS", 0)

    def refuse(_: Tables) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(Tables, "close", refuse)
    for _ in range(CONNECTIONS + 1):
        assert live.answer(lambda t: t.query("MATCH (c:Company) RETURN c.id AS id").num_rows) == 2
    monkeypatch.undo()
    live.close()


def test_a_steady_block_sees_one_state(tmp_path):
    with open_store(tmp_path / "store") as store:
        store.apply(holdings("a.csv", [(A, B, 0.5)]))
        before = contents(store), store.fingerprint()
        with store.steady():
            with ThreadPoolExecutor(1) as pool:
                pool.submit(store.apply, many_holdings("b.csv", 100)).result()
                assert pool.submit(_holdings_seen, store).result() == 101
            assert (contents(store), store.fingerprint()) == before
        assert _holdings_seen(store) == 101


def _ask_for_ever(store: GraphStore, handles: list, begun: threading.Event) -> int:
    with cancellable() as handle:
        handles.append(handle)
        begun.set()
        return store.query(ENDLESS, timeout=600).num_rows


def _begin_asking(pool: ThreadPoolExecutor, store: GraphStore) -> tuple[Future, Callable[[], None]]:
    handles: list = []
    begun = threading.Event()
    future = pool.submit(_ask_for_ever, store, handles, begun)
    assert begun.wait(60)
    return future, handles[0].cancel


def test_a_question_can_be_stopped_from_another_thread(store):
    store.apply(dense())
    with ThreadPoolExecutor(1) as pool:
        for _ in range(3):
            future, cancel = _begin_asking(pool, store)
            cancel()
            with pytest.raises(QueryCancelledError) as stopped:
                future.result(60)
            assert "取消" in stopped.value.zh
    assert store.counts()["Company"] == 60


def test_a_question_that_one_thread_answers_can_be_stopped_too(store):
    store.apply(dense())
    handles: list = []

    def ask() -> int:
        with cancellable() as handle:
            handles.append(handle)
            asked = ENDLESS.replace("(a:Company)", "(a:Company {id: $id})")
            return store.query(asked, {"id": "local:5"}, timeout=600).num_rows

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(ask)
        while not handles:
            time.sleep(0.01)
        time.sleep(0.3)
        handles[0].cancel()
        with pytest.raises(QueryCancelledError):
            future.result(60)
    assert store.counts()["Company"] == 60


def test_what_was_cancelled_asks_no_more(store):
    def companies():
        return store.query("MATCH (c:Company) RETURN count(c.id) AS n").column("n")[0].as_py()

    with cancellable() as handle:
        assert companies() == 0
        handle.cancel()
        with pytest.raises(QueryCancelledError):
            companies()
    assert companies() == 0


def test_long_questions_do_not_hold_up_short_ones(store):
    store.apply(dense())
    with ThreadPoolExecutor(3) as pool:
        endless = [_begin_asking(pool, store) for _ in range(3)]
        for _ in range(20):
            assert store.query("MATCH (c:Company {id: 'local:5'}) RETURN c.id AS id").num_rows == 1
        assert not any(future.done() for future, _ in endless)
        for _, cancel in endless:
            cancel()
        assert all(isinstance(future.exception(60), QueryCancelledError) for future, _ in endless)


def test_a_time_limit_is_each_questions_own(store):
    store.apply(dense())
    with ThreadPoolExecutor(4) as pool:
        short = [pool.submit(store.query, ENDLESS, None, 0.3) for _ in range(3)]
        assert all(isinstance(f.exception(60), StoreError) for f in short)
        assert store.query("MATCH (c:Company) RETURN count(*) AS n", timeout=60).column(0)[0].as_py() == 60


def test_more_questions_than_connections_take_turns(tmp_path):
    with open_store(tmp_path / "store") as store:
        store.apply(holdings("a.csv", [(A, B, 0.5)]))
        with ThreadPoolExecutor(3 * CONNECTIONS) as pool:
            asked = [pool.submit(store.ownership) for _ in range(6 * CONNECTIONS)]
            assert {f.result().holdings.height for f in asked} == {1}


def test_closing_stops_what_still_runs(tmp_path):
    store = open_store(tmp_path / "store")
    store.apply(dense())
    with ThreadPoolExecutor(1) as pool:
        future, _ = _begin_asking(pool, store)
        store.query("MATCH (c:Company) RETURN count(*) AS n")
        store.close()
        assert isinstance(future.exception(60), StoreError)
    with pytest.raises(StoreError, match="closed"):
        store.counts()


def test_two_threads_load_one_after_the_other(store):
    with ThreadPoolExecutor(3) as pool:
        loads = [pool.submit(store.apply, many_holdings(name, 200)) for name in ("a.csv", "b.csv", "a.csv")]
        assert len({f.result().batch_id for f in loads}) == 2
    assert {b.state for b in store.batches()} == {"done"}
    assert store.counts()["OWNS"] == 200


def test_a_write_that_waits_too_long_for_its_turn_says_so(store_url, store_credentials):
    if "://" in store_url:
        engine: Neo4jEngine | EmbeddedEngine = Neo4jEngine(store_url, store_credentials, turn=0.2)
    else:
        engine = EmbeddedEngine(Path(store_url), turn=0.2)
    reached, go_on = threading.Event(), threading.Event()

    def hold(what: str, done: int, total: int) -> None:
        if what == "derived":
            reached.set()
            assert go_on.wait(60)

    with Store(engine, store_url, write=True) as store, ThreadPoolExecutor(1) as pool:
        first = pool.submit(store.apply, many_holdings("first.csv", 100), "", hold)
        assert reached.wait(60)
        try:
            with pytest.raises(StoreBusyError) as busy:
                store.set_meta({"a": "b"})
            assert "写入" in busy.value.zh
        finally:
            go_on.set()
        assert first.result().counts["OWNS"] == 100
        store.set_meta({"a": "b"})
        assert store.meta("a") == "b"


def test_a_server_that_went_away_and_came_back(neo4j_url):
    relay = Relay(urlsplit(neo4j_url).port or 7687)
    try:
        with open_store(relay.url) as store:
            store.apply(holdings("a.csv", [(A, B, 0.5)]))
            with ThreadPoolExecutor(4) as pool:
                # Several connections lie in the pool, all of which will be dead.
                assert [f.result() for f in [pool.submit(_holdings_seen, store) for _ in range(8)]] == [1] * 8
                relay.cut()
                with pytest.raises(StoreUnavailableError) as away:
                    store.counts()
                assert "Neo4j" in away.value.zh
                relay.join()
                assert [f.result() for f in [pool.submit(_holdings_seen, store) for _ in range(8)]] == [1] * 8
            store.apply(holdings("b.csv", [(B, A, 0.5)]))
            assert store.counts()["OWNS"] == 2
    finally:
        relay.cut()


def test_a_lost_connection_is_no_reason_to_fail_when_the_server_is_there(neo4j_url):
    relay = Relay(urlsplit(neo4j_url).port or 7687)
    try:
        with open_store(relay.url, credentials=Credentials()) as store, ThreadPoolExecutor(4) as pool:
            store.apply(holdings("a.csv", [(A, B, 0.5)]))
            assert [f.result() for f in [pool.submit(_holdings_seen, store) for _ in range(8)]] == [1] * 8
            relay.cut()
            relay.join()
            assert [_holdings_seen(store) for _ in range(4)] == [1] * 4
    finally:
        relay.cut()
