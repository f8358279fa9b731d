"""Threads beside a block see its state of the store, and stop with it; a question too large for the buffers is refused."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph.records import Extract
from graph.stores import Credentials, files, open_store, serve_store
from graph.stores.cancelling import cancellable
from graph.stores.errors import QueryCancelledError, StoreBusyError
from graph.stores.side_by_side import side_by_side
from tests.detectors.bidder_world import World

_LOTS = "MATCH (l:Lot) RETURN l.id AS id ORDER BY id"
_ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b) AS n"


def _lot(name: str) -> Extract:
    world = World()
    world.lot(name, "A", "B")
    return world.extract()


def test_what_is_begun_beside_reads_the_state_of_its_block(
    store_url: str, store_credentials: Credentials
) -> None:
    with open_store(store_url, "write", credentials=store_credentials) as store:
        store.apply(_lot("FIRST"))
        with side_by_side(store, 2) as beside:
            before = beside(lambda: store.query(_LOTS).num_rows).result()
            if not store_url.startswith("bolt"):
                loading = threading.Thread(target=lambda: store.apply(_lot("SECOND")))
                loading.start()
                loading.join()
            after = [beside(lambda: store.query(_LOTS).num_rows) for _ in range(4)]
            assert [before, *(a.result() for a in after)] == [1] * 5
        assert store.query(_LOTS).num_rows == (1 if store_url.startswith("bolt") else 2)


def test_a_block_left_early_stops_what_runs_beside_it(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "store"), "write") as store:
        store.apply(_lot("T"))
        with pytest.raises(KeyboardInterrupt), side_by_side(store) as beside:
            running = beside(lambda: store.query(_ENDLESS, timeout=0))
            waiting = beside(lambda: store.query(_LOTS))
            time.sleep(0.3)
            raise KeyboardInterrupt
        with pytest.raises(QueryCancelledError):
            running.result()
        assert waiting.cancelled()


def test_cancelling_the_block_around_it_stops_it_too(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "store"), "write") as store:
        store.apply(_lot("T"))
        with cancellable() as handle, pytest.raises(QueryCancelledError), side_by_side(store) as beside:
            running = beside(lambda: store.query(_ENDLESS, timeout=0))
            threading.Timer(0.3, handle.cancel).start()
            running.result()


def test_through_a_service_work_is_done_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with open_store(str(folder), "write") as store:
        store.apply(_lot("T"))
        with (
            serve_store(store, folder),
            open_store(str(folder), "read") as served,
            side_by_side(served) as beside,
        ):
            assert beside(lambda: served.query(_LOTS).num_rows).done()
            assert "Parser" in str(beside(lambda: served.query("MATCH (")).exception())


def test_a_question_larger_than_the_buffers_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(str(tmp_path / "store"), "write") as store:
        store.apply(_lot("T"))
    monkeypatch.setattr(files, "_READING_BYTES", (32 << 20, 32 << 20))
    with open_store(str(tmp_path / "store"), "read") as store:
        with pytest.raises(StoreBusyError, match="buffers"):
            store.query("UNWIND range(1, 3000000) AS a RETURN DISTINCT a, a * 2 AS b")
        assert store.query(_LOTS).num_rows == 1


def test_questions_that_fit_one_by_one_are_answered_though_asked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(str(tmp_path / "store"), "write") as store:
        store.apply(_lot("T"))
    monkeypatch.setattr(files, "_READING_BYTES", (96 << 20, 96 << 20))
    with (
        open_store(str(tmp_path / "store"), "read") as store,
        ThreadPoolExecutor(4) as pool,
    ):
        large = "UNWIND range(1, 1000000) AS a RETURN DISTINCT a, a * 2 AS b"
        answers = [pool.submit(store.query, large) for _ in range(4)]
        assert [a.result().num_rows for a in answers] == [1_000_000] * 4


def test_what_was_asked_before_leaves_room_for_what_is_asked_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine keeps a plan with its memory for every wording that a connection was ever asked in."""
    with open_store(str(tmp_path / "store"), "write") as store:
        store.apply(_lot("T"))
    monkeypatch.setattr(files, "_READING_BYTES", (48 << 20, 48 << 20))
    bids = (
        "UNWIND $ids AS i MATCH (l:Lot {id: i}) OPTIONAL MATCH (b:Bid)-[f:FOR_LOT]->(l) WHERE f.key <> '' "
        "WITH DISTINCT l, b WITH l.id AS lot, count(DISTINCT b.id) AS bids WHERE bids > "
    )
    with open_store(str(tmp_path / "store"), "read") as store:
        lots = store.query("MATCH (l:Lot) RETURN l.id AS id").column("id").to_pylist()
        for n in range(60):
            assert store.query(f"{bids}{-n} RETURN lot, bids", {"ids": lots}).num_rows == 1
