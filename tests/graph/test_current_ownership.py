"""Ownership kept beside a store: equal to what is laid out afresh, never stale, for its owner's eyes alone."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import inspect
import os
import resource
import shutil
import stat
import subprocess
import sys
import threading
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from graph.current_ownership import LAYING_OUT, current_ownership, laid_out, lay_out, ownership_fingerprint
from graph.penetration import Ownership, penetrate
from graph.records import Extract, SourceFile, source
from graph.stores import open_store, serve_store
from graph.stores.kept import keep_aside, settled
from tests.graph.worlds import contents, holdings

A, B, C, D = "local:A", "local:B", "local:C", "local:D"
P = "person:11111111111111111111111111111111"
ROWS = [(A, B, 0.6), (P, B, 0.4), (B, C, 0.5), (C, B, 0.1)]


def bids(name: str) -> Extract:
    """A file of bids alone: it tells nothing of who owns what."""
    file = SourceFile(name, hashlib.sha256(name.encode()).hexdigest(), "csv", 1, 0)
    extract = Extract("main", [file])
    extract.add_node("Lot", pl.DataFrame([{"id": "local:T/1", "source": source(file, "", 2)}]))
    return extract


def kept_in(folder: Path) -> list[Path]:
    settled(folder)
    return sorted(folder.glob("ownership-*"))


def same(one: Ownership, other: Ownership) -> bool:
    """Equal in every array and every table."""

    def parts(of: object) -> dict[str, object]:
        return {f.name: getattr(of, f.name) for f in fields(of) if f.name not in ("again", "_readings")}  # type: ignore[arg-type]

    def equal(a: object, b: object) -> bool:
        if isinstance(a, pl.DataFrame):
            return isinstance(b, pl.DataFrame) and a.equals(b, null_equal=True)
        if isinstance(a, np.ndarray):
            return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)
        if hasattr(a, "__dataclass_fields__"):
            mine, theirs = parts(a), parts(b)
            return mine.keys() == theirs.keys() and all(equal(mine[k], theirs[k]) for k in mine)
        return a == b

    return equal(one, other)


@pytest.fixture
def folder(tmp_path):
    store = tmp_path / "store"
    with open_store(store) as opened:
        opened.apply(holdings("a.csv", ROWS, names={A: "虚构甲有限公司"}))
    return store


def test_what_is_mapped_equals_what_is_laid_out(folder):
    with open_store(folder, "read") as store:
        afresh = Ownership.build(store.ownership())
        first = current_ownership(store)
        assert len(kept_in(folder)) == 1
        mapped = current_ownership(store)
    assert same(first, afresh)
    assert same(mapped, afresh)
    # It is mapped, not read: its arrays can't be written to.
    assert not mapped.holdings.low.flags.writeable
    assert penetrate(mapped, C).owners == penetrate(afresh, C).owners


def test_what_a_service_holds_is_left_to_the_service(folder):
    with (
        open_store(folder) as store,
        contextlib.closing(serve_store(store, folder)),
        open_store(folder, "read") as through,
    ):
        lay_out(through)
        assert not kept_in(folder)
        lay_out(store)
        assert len(kept_in(folder)) == 1


def test_an_empty_store_is_kept_as_well(tmp_path):
    with open_store(tmp_path / "store") as store:
        assert current_ownership(store).is_empty
        assert current_ownership(store).is_empty


def test_all_the_code_that_lays_it_out_is_named():
    named = {module.__name__ for module in LAYING_OUT}
    rooms = ("graph.penetration", "graph.resolution")
    for module in LAYING_OUT:
        for line in ast.parse(inspect.getsource(module)).body:
            if isinstance(line, ast.ImportFrom) and (line.module or "").startswith(rooms):
                assert line.module in named, f"{module.__name__} is laid out by {line.module}, too"


def test_a_load_of_bids_leaves_it_and_one_of_holdings_does_not(folder):
    with open_store(folder) as store:
        current_ownership(store)
        before, fingerprint = kept_in(folder), ownership_fingerprint(store)
        store.apply(bids("bids.csv"))
        assert ownership_fingerprint(store) == fingerprint
        store.apply(holdings("b.csv", [(D, A, 1.0)], dataset="other"))
        assert ownership_fingerprint(store) != fingerprint
        assert {o.id for o in penetrate(current_ownership(store), C).owners} >= {D}
        after = kept_in(folder)
    assert len(after) == 1
    assert after != before


def test_what_is_taken_back_is_gone_from_the_disk(folder):
    with open_store(folder) as store:
        current_ownership(store)
        current_ownership(store, "strict")
        assert len(kept_in(folder)) == 2
        store.unload(store.batches()[0].id)
        assert kept_in(folder) == []
        assert current_ownership(store).is_empty


def test_taken_back_and_loaded_again_is_laid_out_again(folder):
    with open_store(folder) as store:
        before = ownership_fingerprint(store)
        store.unload(store.batches()[0].id)
        store.apply(holdings("a.csv", ROWS, names={A: "虚构甲有限公司"}))
        assert ownership_fingerprint(store) != before


def test_identity_modes_are_kept_apart(tmp_path):
    with open_store(tmp_path / "store") as store:
        store.apply(holdings("a.csv", [(A, B, 0.6)], names={A: "虚构甲有限公司"}))
        for _ in range(2):
            found = {mode: current_ownership(store, mode) for mode in ("standard", "strict")}
            assert {mode: o.identity for mode, o in found.items()} == {
                "standard": "standard",
                "strict": "strict",
            }
        assert found["standard"].reading("strict").identity == "strict"


def test_its_owner_alone_may_read_it(folder):
    with open_store(folder, "read") as store:
        current_ownership(store)
    (kept,) = kept_in(folder)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in kept.iterdir()} == {0o600}


@pytest.mark.parametrize("damage", ["cut", "missing", "empty", "other"])
def test_what_is_not_whole_is_laid_out_again(folder, damage):
    with open_store(folder, "read") as store:
        afresh = current_ownership(store)
        (kept,) = kept_in(folder)
        victim = kept / "holding_edges.arrow"
        content = victim.read_bytes()
        victim.unlink()
        if damage == "cut":
            victim.write_bytes(content[: len(content) // 2])
        elif damage == "empty":
            victim.write_bytes(b"")
        elif damage == "other":
            shutil.copy(kept / "nodes.arrow", victim)
        assert same(current_ownership(store), afresh)
        assert same(current_ownership(store), afresh)
        assert victim.read_bytes() == content


def test_many_processes_at_once_leave_one(folder):
    told = (
        "import sys; from graph.stores import open_store; from graph.current_ownership import current_ownership\n"
        "with open_store(sys.argv[1], 'read') as store: print(current_ownership(store).nodes.height)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", told, os.fspath(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert {p.communicate(timeout=60)[0] for p in running} == {"4\n"}
    assert len(kept_in(folder)) == 1
    assert not list(folder.glob(".ownership-*"))


def test_a_disk_that_takes_no_more_costs_nothing_but_time(folder):
    told = (
        "import resource, signal, sys; from graph.stores import open_store\n"
        "from graph.current_ownership import current_ownership\n"
        "from graph.penetration import penetrate\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "with open_store(sys.argv[1], 'read') as store:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))\n"
        "    print(len(penetrate(current_ownership(store), 'local:C').owners))"
    )
    done = subprocess.run(
        [sys.executable, "-c", told, os.fspath(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "3\n"
    assert kept_in(folder) == []
    assert not list(folder.glob(".ownership-*"))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 512


def test_it_is_kept_where_it_is_told_to_and_nowhere_for_a_server(folder, tmp_path):
    elsewhere = tmp_path / "data"
    elsewhere.mkdir()
    with open_store(folder, "read") as store:
        current_ownership(store, folder=elsewhere)
        assert (len(kept_in(elsewhere)), kept_in(folder)) == (1, [])
        # A folder that is gone, or never was, only costs the keeping.
        assert not current_ownership(store, folder=tmp_path / "none").is_empty


def test_a_served_store_shares_what_is_kept(folder):
    with open_store(folder) as held, serve_store(held, folder), open_store(folder, "read") as served:
        first = current_ownership(served)
        assert len(kept_in(folder)) == 1
        assert same(first, current_ownership(held))
        assert contents(served) == contents(held)


def test_without_proofs_the_numbers_are_the_same(folder):
    with open_store(folder) as store:
        store.apply(holdings("b.csv", [(D, A, 0.7), (A, B, 0.6)], dataset="other", observed_on="2024-01-01"))
        whole, bare = (Ownership.build(store.ownership(proofs=p)) for p in (True, False))
        assert laid_out(store) is None
        current_ownership(store)
        kept = laid_out(store)
    assert kept is not None
    for company in (A, B, C):
        told = [
            [(o.id, o.share, o.votes, o.depth) for o in penetrate(o_, company).owners]
            for o_ in (whole, bare, kept)
        ]
        assert told[0] == told[1] == told[2]
    with open_store(folder) as held, serve_store(held, folder), open_store(folder, "read") as served:
        assert (
            served.ownership(proofs=False).holdings.columns == held.ownership(proofs=False).holdings.columns
        )


@pytest.mark.neo4j
def test_on_a_server_it_equals_the_embedded_one(folder, neo4j_url):
    with open_store(neo4j_url) as server, open_store(folder, "read") as embedded:
        server.apply(holdings("a.csv", ROWS, names={A: "虚构甲有限公司"}))
        theirs, ours = current_ownership(server), current_ownership(embedded)
        assert penetrate(theirs, C).owners == penetrate(ours, C).owners


def test_who_waits_for_what_is_written_beside_a_store_may_come_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, known, written = threading.Thread.start, threading.Event(), []

    def slowly(thread: threading.Thread) -> None:
        if thread.name == "keep-ownership":
            known.set()
            time.sleep(0.2)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", slowly)
    asking = threading.Thread(target=keep_aside, args=(tmp_path, lambda: written.append(1)))
    asking.start()
    assert known.wait(10)
    settled(tmp_path)
    assert written == [1]
    asking.join()
    # Of two who keep at once one waits for the other, and both are waited for.
    both = [threading.Thread(target=keep_aside, args=(tmp_path, lambda: written.append(2))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    settled(tmp_path)
    assert written == [1, 2, 2]
