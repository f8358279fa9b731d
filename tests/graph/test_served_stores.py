"""A store held by one process and used by others: from other processes, when either side dies, and by strangers."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from graph.stores import cancellable, open_store, serve_store
from graph.stores.errors import QueryCancelledError, StoreBusyError, StoreError, StoreUnavailableError
from graph.stores.lock import holder_of
from graph.stores.served import ServedStore
from tests.graph.worlds import contents, holdings, many_holdings

ROOT = Path(__file__).resolve().parents[2]
A, B = "local:A", "local:B"
ENDLESS = "MATCH (a:Company)-[:OWNS*1..25]->(b:Company) RETURN count(*) AS n"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def held(folder):
    """A store that this process holds and serves."""
    with open_store(folder) as store:
        store.apply(holdings("a.csv", [(A, B, 0.5)]))
        with serve_store(store, folder):
            yield store


@pytest.fixture
def service(folder):
    """Another process that holds and serves the store."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.graph.hold_and_serve", os.fspath(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "serving"
    yield process
    process.kill()
    process.communicate()


def _dense(size=60):
    rows = [(f"local:{i}", f"local:{(i * 7 + j) % size}", 0.01) for i in range(size) for j in range(1, 9)]
    return holdings("dense.csv", rows)


def test_another_process_works_through_the_one_that_holds_it(service, folder):
    with open_store(folder) as store, open_store(folder, "read") as reader:
        assert isinstance(store, ServedStore)
        steps = []
        applied = store.apply(many_holdings("a.csv", 200), progress=lambda *step: steps.append(step[0]))
        assert {"nodes", "relationships", "derived"} <= set(steps)
        assert reader.counts()["Company"] == 100
        assert reader.ownership().holdings.height == applied.counts["OWNS"]
        store.unload(applied.batch_id)
        assert reader.counts()["Company"] == 0
    service.communicate("stop", timeout=60)
    # The holder is gone in good order: the folder is free again, and says nothing of a service.
    with open_store(folder) as store:
        assert not isinstance(store, ServedStore)
        assert holder_of(folder).address is None


def test_what_is_served_and_what_is_opened_hold_the_same(held, folder):
    with open_store(folder, "read") as through:
        assert contents(through) == contents(held)
        assert through.batches() == held.batches()
        assert through.loaded_files() == held.loaded_files()
        mine, theirs = held.ownership(), through.ownership()
        for name in ("parties", "holdings", "control", "concerts", "same_as"):
            assert getattr(mine, name).equals(getattr(theirs, name))


def test_a_holder_that_dies_says_so_and_leaves_the_store_whole(service, folder):
    with open_store(folder) as store:
        store.apply(_dense())
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(store.query, ENDLESS, None, 600)
            time.sleep(0.5)
            service.send_signal(signal.SIGKILL)
            service.wait()
            with pytest.raises(StoreUnavailableError) as gone:
                asked.result(60)
        assert str(service.pid) in gone.value.zh
        assert str(service.pid) in gone.value.en
        with pytest.raises(StoreUnavailableError):
            store.counts()
    with open_store(folder) as store:
        assert not isinstance(store, ServedStore)
        assert store.counts()["Company"] == 60


def test_a_caller_that_dies_in_the_middle_of_a_load_leaves_nothing(service, folder):
    command = [sys.executable, "-m", "tests.graph.load_and_die", os.fspath(folder), "b.csv", "60000"]
    caller = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert caller.stdout.readline().strip() == "open"
    time.sleep(0.4)
    caller.kill()
    caller.communicate()
    with open_store(folder) as store:
        # Waits for its turn: the load that nobody waits for any more has been taken back, or had been finished.
        store.set_meta({"after": "the kill"})
        assert {b.state for b in store.batches()} <= {"done"}
        assert store.counts()["OWNS"] == sum(b.counts["OWNS"] for b in store.batches())
        expected = store.apply(many_holdings("b.csv", 60_000)).counts["OWNS"]
        assert store.counts()["OWNS"] == expected


def test_stopping_reaches_the_holder(held, folder):
    held.apply(_dense())
    with open_store(folder) as store, ThreadPoolExecutor(1) as pool:
        handles, begun = [], threading.Event()

        def ask() -> None:
            with cancellable() as handle:
                handles.append(handle)
                begun.set()
                store.query(ENDLESS, timeout=600)

        asked = pool.submit(ask)
        assert begun.wait(60)
        handles[0].cancel()
        with pytest.raises(QueryCancelledError):
            asked.result(60)
        assert store.counts()["Company"] == 62


def test_a_load_stopped_by_its_caller_is_taken_back(held, folder):
    before = contents(held)

    def stop(what: str, done: int, total: int) -> None:
        if what == "derived":
            raise KeyboardInterrupt

    with open_store(folder) as store:
        with pytest.raises(KeyboardInterrupt):
            store.apply(many_holdings("b.csv", 200), progress=stop)
        assert contents(store) == before
        assert contents(held) == before
        # The line is as good as before.
        store.apply(many_holdings("b.csv", 200))
        assert len(store.batches()) == 2


def test_a_steady_block_holds_through_the_line(held, folder):
    with open_store(folder) as store:
        with store.steady():
            before = contents(store), store.fingerprint()
            held.apply(many_holdings("b.csv", 100))
            assert (contents(store), store.fingerprint()) == before
        assert len(store.batches()) == 2


def test_many_threads_use_one_line_each(held, folder):
    with open_store(folder) as store, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(store.counts) for _ in range(40)]
        assert {f.result()["OWNS"] for f in asked} == {1}


def test_the_holder_hears_of_changes(folder):
    heard = []
    with open_store(folder) as held, serve_store(held, folder, heard.append), open_store(folder) as store:
        store.apply(holdings("a.csv", [(A, B, 0.5)]))
        store.counts()
        store.unload(store.batches()[0].id)
    assert heard == ["apply", "unload"]


def test_errors_keep_kind_and_wording(held, folder):
    with open_store(folder) as store:
        for wrong in (lambda s: s.unload("b0"), lambda s: s.query(ENDLESS + " SYNTAX")):
            with pytest.raises(Exception) as here:
                wrong(held)
            with pytest.raises(type(here.value)) as there:
                wrong(store)
            assert str(there.value) == str(here.value)
            assert getattr(there.value, "zh", "") == getattr(here.value, "zh", "")


def test_only_the_owner_can_read_address_and_key(held, folder):
    lock = folder / "lock"
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    said = json.loads(lock.read_text(encoding="utf-8"))
    assert len(bytes.fromhex(said["key"])) == 32
    assert stat.S_IMODE(Path(said["address"]).stat().st_mode) & 0o177 == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_who_lacks_the_key_gets_nothing(held, folder):
    address = holder_of(folder).address
    with pytest.raises((AuthenticationError, EOFError, OSError)):
        Client(address, authkey=b"another key")
    # One who connects and says nothing, or sends nonsense, holds nobody up.
    silent = socket.socket(socket.AF_UNIX)
    silent.connect(address)
    babbling = Client(address)
    babbling.send_bytes(b"\x80\x04\x95cos\nsystem\n")
    with open_store(folder) as store:
        assert store.counts()["OWNS"] == 1
    silent.close()
    babbling.close()


def test_one_who_answers_in_the_holders_name_without_the_key_is_not_believed(folder, tmp_path):
    """A stranger that took the address over: its words are never read."""
    with open_store(folder) as held:
        with serve_store(held, folder):
            pass
        lock = folder / "lock"
        false = os.fspath(tmp_path / "false")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(false)
        listener.listen()
        threading.Thread(target=_speak, args=(listener,), daemon=True).start()
        lock.write_text(json.dumps({"pid": 1, "since": "x", "address": false, "key": "00" * 32}))
        with pytest.raises(StoreBusyError):
            open_store(folder)
        listener.close()


def _speak(listener: socket.socket) -> None:
    peer, _ = listener.accept()
    with peer:
        peer.sendall(b"\x00\x00\x00\x28#CHALLENGE#{sha256}" + b"x" * 21)
        peer.recv(1000)
        peer.sendall(b"\x00\x00\x00\x09#WELCOME#")
        peer.recv(1000)


def test_a_folder_with_a_long_path_is_served_too(tmp_path):
    folder = tmp_path / ("长" * 30) / "store"
    folder.parent.mkdir()
    with open_store(folder) as held, serve_store(held, folder), open_store(folder) as store:
        assert isinstance(store, ServedStore)
        assert store.counts()["Company"] == 0


def test_only_who_holds_a_store_for_writing_can_serve_it(folder):
    open_store(folder).close()
    (folder / "lock").write_text("{}", encoding="utf-8")
    with open_store(folder, "read") as reader, pytest.raises(StoreError, match="can't be served"):
        serve_store(reader, folder)
