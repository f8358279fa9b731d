"""A load killed at any moment: nothing lost, nothing doubled, no half batch ever called done."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from graph.stores import open_store
from graph.stores.errors import StoreBusyError
from tests.graph.loads_to_kill import LoadsToKill
from tests.graph.worlds import contents, many_holdings
from tests.servers.required import all_required

ROOT = Path(__file__).resolve().parents[2]
SIZE = 2_000


def _start(url: str, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.graph.load_and_die", url, name, str(SIZE)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _wait_open(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "open"


@pytest.mark.slow
def test_a_killed_load_leaves_nothing_half_done(store_url, tmp_path):
    # All fifty where every check is required; else enough to notice.
    kills = (50 if all_required() else 10) if "://" not in store_url else 6
    with open_store(tmp_path / "expected") as store:
        store.apply(many_holdings("first.csv", SIZE))
        before = contents(store)
        store.apply(many_holdings("second.csv", SIZE))
        after = contents(store)
    with open_store(store_url) as store:
        store.apply(many_holdings("first.csv", SIZE))
    random.seed(20260701)
    interrupted = 0
    with LoadsToKill() as loads:
        took = loads.whole(store_url, "second.csv", SIZE)
        with open_store(store_url) as store:
            second = store.batches()[-1].id
            store.unload(second)
            assert contents(store) == before
        for _ in range(kills):
            interrupted += loads.killed(store_url, "second.csv", SIZE, after=random.uniform(0, 0.7 * took))
            with open_store(store_url, wait=10.0) as store:
                batches = store.batches()
                assert all(b.state == "done" for b in batches)
                found = contents(store)
                if len(batches) == 1:
                    assert found == before
                else:
                    # The kill came after the batch was done: it is whole.
                    assert found == after
                    store.unload(second)
                    assert contents(store) == before
    assert interrupted >= kills // 4
    with open_store(store_url) as store:
        store.apply(many_holdings("second.csv", SIZE))
        assert contents(store) == after


def test_two_loads_at_once(store_url):
    """The second is told who is writing, and what to do; the first is not disturbed."""
    with open_store(store_url) as store:
        store.apply(many_holdings("first.csv", 100))
    process = _start(store_url, "second.csv")
    _wait_open(process)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "writing"
    refused = False
    try:
        while process.poll() is None and not refused:
            try:
                with open_store(store_url) as other:
                    other.apply(many_holdings("third.csv", 100))
            except StoreBusyError as busy:
                refused = True
                assert "one writer" in busy.en or "writing" in busy.en
    finally:
        process.wait()
    assert process.returncode == 0
    assert refused
    with open_store(store_url) as store:
        assert {b.state for b in store.batches()} == {"done"}


def test_a_reader_is_told_of_a_writer(tmp_path):
    url = os.fspath(tmp_path / "store")
    with open_store(url) as writer:
        writer.apply(many_holdings("first.csv", 100))
        with pytest.raises(StoreBusyError, match="writing"):
            open_store(url, "read")
