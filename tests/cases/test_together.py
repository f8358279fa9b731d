"""Several processes and threads at one ledger, and processes that are stopped in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from cases import LedgerBusyError, TransitionError, open_ledger
from cases.opening import writing
from tests.cases.made import record, some, tie

ROOT = Path(__file__).resolve().parents[2]


def start(url: str, name: str, runs: int, findings: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.cases.recorder", url, name, str(runs), str(findings)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )


def go(*processes: subprocess.Popen[str]) -> None:
    """Let them begin once all are ready."""
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()


def test_processes_that_make_and_fill_a_ledger_at_once(ledger_url: str) -> None:
    names = ["甲", "乙", "丙"]
    processes = [start(ledger_url, name, 4, 10) for name in names]
    go(*processes)
    for process in processes:
        _, err = process.communicate(timeout=200)
        assert process.returncode == 0, err
    with open_ledger(ledger_url) as ledger:
        records = ledger.findings(limit=1000)
        assert len(records) == len({r.id for r in records}) == 10 + 10 * len(names)
        shared = [r for r in records if r.finding.scope_id == "local:T-1/1"]
        assert all([h.kind for h in r.history].count("found") == 1 for r in records)
        assert {len({h.run for h in r.history}) for r in shared} != {1}
        runs = ledger.runs()
        assert len(runs) == 4 * len(names)
        assert sum(r.counts["new"] for r in runs) == len(records)
        report = ledger.verify_audit()
        assert (report.ok, report.entries) == (True, 4 * len(names))
        times = [e.at for e in ledger.audit_entries()]
        assert times == sorted(set(times)), "each write is later than the one before"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.skipif(sys.platform == "win32", reason="platform: signals")
def test_a_process_that_is_stopped_leaves_whole_runs(ledger_url: str, how: signal.Signals) -> None:
    with open_ledger(ledger_url):
        pass
    process = start(ledger_url, "甲", 1000, 200)
    go(process)
    assert process.stdout
    for _ in range(2):
        process.stdout.readline()
    time.sleep(0.05)
    process.send_signal(how)
    process.communicate(timeout=60)
    with open_ledger(ledger_url) as ledger:
        runs = ledger.runs(limit=1000)
        assert len(runs) >= 2
        assert ledger.counts()["findings"] == 400
        assert all(r.counts["found"] == 400 for r in runs)
        report = ledger.verify_audit()
        assert (report.ok, report.entries) == (True, len(runs))
        # The next run goes on from there.
        assert some(record(ledger, scope=("lot", "local:T-1/1")).counts) == {"no_longer_found": 200}


def test_threads_share_a_ledger(ledger_url: str) -> None:
    with open_ledger(ledger_url) as ledger, ThreadPoolExecutor(8) as pool:
        record(ledger, *[tie(f"local:{n}") for n in range(20)])
        ids = [r.id for r in ledger.findings()]
        _, secret = ledger.create_key("平台", ["read"])

        def work(n: int) -> None:
            ledger.decide(ids[n % 20], "in_review", f"核对{n}", f"人{n}")
            assert ledger.verify_key(secret) is not None
            ledger.audit(f"人{n}", "look", ids[n % 20])
            assert len(ledger.findings()) == 20

        results = [pool.submit(work, n) for n in range(40)]
        refused = [r for r in results if isinstance(r.exception(), TransitionError)]
        assert [r.exception() for r in results if r not in refused and r.exception()] == []
        # Of two who take the same finding up, one is first, and the other is told.
        assert len(refused) == 20
        assert ledger.counts()["by_state"]["in_review"] == 20
        report = ledger.verify_audit()
        assert (report.ok, report.entries) == (True, 2 + 20 + 20)


def test_who_waits_too_long_is_told(ledger_url: str) -> None:
    with open_ledger(ledger_url) as holder, open_ledger(ledger_url, wait=0.3) as other:
        _, secret = other.create_key("平台", ["read"])
        with writing(holder._engine) as connection:
            connection.execute(text("UPDATE ledger_state SET last_write_at = last_write_at WHERE id = 1"))
            with pytest.raises(LedgerBusyError, match="Another process"):
                record(other, tie())
            # Reading goes on meanwhile, and so does who only shows a key.
            assert other.findings() == []
            assert other.verify_key(secret) is not None
        assert some(record(other, tie()).counts) == {"found": 1, "new": 1}


def test_who_waits_gets_its_turn(ledger_url: str) -> None:
    with open_ledger(ledger_url) as holder, open_ledger(ledger_url) as other:
        held, done = threading.Event(), []

        def hold() -> None:
            with writing(holder._engine) as connection:
                connection.execute(text("UPDATE ledger_state SET last_write_at = last_write_at WHERE id = 1"))
                held.set()
                time.sleep(0.5)
                done.append("first")

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait()
        record(other, tie())
        done.append("second")
        thread.join()
        assert done == ["first", "second"]
