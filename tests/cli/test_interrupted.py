"""Real processes that are stopped, get in each other's way, or find the disk full: nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.stores import open_store
from lookthrough.cli.main import run
from lookthrough.settings import read_settings
from tests.cli.bad_files import GOOD, HOLDINGS
from tests.servers.required import PLATFORM

ROOT = Path(__file__).resolve().parents[2]
ROWS = 12_000
"""Enough for a server to be busy while a second process starts."""
FROZEN_ROWS = 5_000
LOADING = 60.0
"""Seconds a load may take to begin writing."""


@pytest.fixture
def environment(tmp_path, store_url):
    return os.environ | {
        "LOOKTHROUGH_DATA": str(tmp_path / "data"),
        "LOOKTHROUGH_STORE": store_url,
        "LOOKTHROUGH_LANG": "en",
        "PYTHONPATH": str(ROOT),
    }


def start(environment, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lookthrough", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")


def ran(environment, *arguments: object) -> tuple[int, str, str]:
    process = start(environment, *arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def many(path: Path, rows: int) -> Path:
    lines = (f"A{i},虚构{i}号建设有限公司,H{i % 99},虚构控股{i % 99}有限公司,company,60" for i in range(rows))
    path.write_text("\n".join([HOLDINGS, *lines]) + "\n", encoding="utf-8")
    return path


def wait_until_writing(process: subprocess.Popen[str], url: str, environment) -> None:
    """Until the load has begun to write: a file being built, or an open batch on the server."""
    end = time.monotonic() + LOADING
    server = open_store(url, "read", read_settings(environment).credentials) if "://" in url else None
    try:
        while time.monotonic() < end and process.poll() is None:
            if server is None:
                if (Path(url) / "graph.building.lbug").exists():
                    return
            elif any(b.state != "done" for b in server.batches()):
                return
            time.sleep(0.002)
    finally:
        if server is not None:
            server.close()
    pytest.fail(f"the load ended before it could be interrupted: {process.communicate()}")


def ran_here(environment, capfd, *arguments: object) -> tuple[int, str, str]:
    """A command of this process: it is there at once, however slowly a new process starts on this machine."""
    capfd.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        code = run([str(a) for a in arguments])
    return code, *capfd.readouterr()


@pytest.mark.slow
def test_ctrl_c_in_the_middle_of_a_load_and_a_second_load_beside_it(environment, store_url, tmp_path, capfd):
    first = tmp_path / "first.csv"
    first.write_text(f"{HOLDINGS}\n{GOOD}\n", encoding="utf-8")
    assert ran(environment, "load", first)[0] == 0
    before = json.loads(ran(environment, "status", "--format", "json")[1])
    rows = FROZEN_ROWS if "://" not in store_url else ROWS
    large = many(tmp_path / "large.csv", rows)
    process = start(environment, "load", large)
    wait_until_writing(process, store_url, environment)
    # A server would wait for what a frozen client has locked; there the load is long enough by itself.
    frozen = "://" not in store_url
    if frozen:
        process.send_signal(signal.SIGSTOP)
    other = tmp_path / "other.csv"
    other.write_text(f"{HOLDINGS}\nB,虚构乙建设有限公司,H,虚构控股有限公司,company,5\n", encoding="utf-8")
    code, out, err = ran_here(environment, capfd, "load", other)
    # The second was told who is writing, and what to do; it wrote nothing.
    assert (code, out) == (1, ""), err
    assert "then try again" in err
    process.send_signal(signal.SIGINT)
    if frozen:
        process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Stopped" in err
    assert "Traceback" not in err
    assert json.loads(ran(environment, "status", "--format", "json")[1]) == before
    assert ran(environment, "load", large)[0] == 0
    after = json.loads(ran(environment, "status", "--format", "json")[1])
    assert after["counts"]["OWNS"] == rows + 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason=f"{PLATFORM}Windows ends a process without asking")
@pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
def test_a_load_asked_to_end_tidies_up_as_after_ctrl_c(environment, store_url, tmp_path):
    large = many(tmp_path / "large.csv", FROZEN_ROWS)
    process = start(environment, "load", large)
    wait_until_writing(process, store_url, environment)
    process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=120)[1]
    assert process.returncode == 130, err
    assert "Stopped" in err
    assert "Traceback" not in err
    assert not [p.name for p in Path(store_url).iterdir() if "building" in p.name]
    assert ran(environment, "load", large)[0] == 0
    assert json.loads(ran(environment, "status", "--format", "json")[1])["counts"]["OWNS"] == FROZEN_ROWS


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason=f"{PLATFORM}Windows ends a process without asking")
@pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
def test_an_answer_asked_to_end_leaves_no_part_of_it(environment, tmp_path):
    large, to = many(tmp_path / "large.csv", 300_000), tmp_path / "answer"
    to.mkdir()
    process = start(environment, "penetrate", "--all", "--from", large, "--to", to / "owners.csv")
    end = time.monotonic() + LOADING
    while not list(to.iterdir()) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    # What is being written is there, under a name of its own.
    assert [p.suffix for p in to.iterdir()] == [".part"], process.communicate()
    process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=120)[1]
    assert process.returncode == 130, err
    assert list(to.iterdir()) == []


@pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
def test_a_full_disk(environment, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    small, large = tmp_path / "small.csv", many(tmp_path / "large.csv", 20_000)
    small.write_text(f"{HOLDINGS}\n{GOOD}\n", encoding="utf-8")
    command = f'"{sys.executable}" -m lookthrough'
    steps = (
        f'mount -t tmpfs -o size=3m disk "{disk}" || exit 77',
        f'{command} load "{small}" || exit 78',
        f'{command} load "{large}"; echo "code $?"',
        f'{command} load "{large}" --lang zh; echo "code $?"',
        f"{command} status --format csv",
        f'head -c 9000000 /dev/zero > "{disk}/filler" 2> /dev/null',
        f'{command} load "{small}" --store "{disk}/another"; echo "code $?"',
        # What would write is told so, and leaves nothing that makes the store look damaged.
        f'{command} detect; echo "code $?"',
        f"{command} status --format csv",
    )
    if shutil.which("unshare") is None:
        pytest.skip(f"{PLATFORM}a small disk of its own needs unshare")
    # The mount lives in a name space of its own and goes with the process.
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", "\n".join(steps)],
        env=environment | {"LOOKTHROUGH_STORE": str(disk / "store")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode == 77 or done.stderr.startswith("unshare:"):
        pytest.skip(f"{PLATFORM}this user may not mount a small disk: {done.stderr.strip()[:100]}")
    assert done.stderr.count("No room left on the disk") == 3, done.stderr
    assert "磁盘空间不足" in done.stderr
    assert "damaged" not in done.stderr
    assert done.stdout.count("code 1\n") == 4
    assert done.stdout.count("Company,2") == 2
    assert done.stdout.count("OWNS,1") == 2


@pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
def test_a_store_whose_engine_was_cut_short_is_put_in_order_by_whoever_opens_it(
    environment, store_url, tmp_path
):
    first = tmp_path / "first.csv"
    first.write_text(f"{HOLDINGS}\n{GOOD}\n", encoding="utf-8")
    assert ran(environment, "load", first)[0] == 0
    for command in (("status", "--format", "csv"), ("load", first)):
        # The engine refuses a reader while this file of its own is there.
        shadow = Path(store_url) / "graph.lbug.shadow"
        shadow.touch()
        code, out, err = ran(environment, *command)
        assert code == 0, err
        assert command[0] == "load" or "OWNS,1" in out
        assert not shadow.exists()


@pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
@pytest.mark.skipif(sys.platform == "win32", reason=f"{PLATFORM}Windows has no /dev/full")
def test_an_answer_that_cant_be_written(environment, tmp_path):
    first = tmp_path / "first.csv"
    first.write_text(f"{HOLDINGS}\n{GOOD}\n", encoding="utf-8")
    assert ran(environment, "load", first)[0] == 0
    command = [sys.executable, "-m", "lookthrough", "status", "--format", "json"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            command, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert "No room left" in done.stderr
    assert "Traceback" not in done.stderr


CALLED_BACK = """
import signal, sys, time
import polars as pl
from lookthrough.cli.main import end_in_order

def within(frame, event, argument):
    if event == "call" and frame.f_code is pl.Categorical.__init__.__code__:
        sys.setprofile(None)
        signal.raise_signal(signal.SIGINT)

end_in_order()
schema = {"flags": pl.Categorical()}
sys.setprofile(within)
try:
    pl.DataFrame(schema=schema)
    assert sys.getprofile() is None, "the library no longer calls back: find another such place"
    time.sleep(60)
except KeyboardInterrupt:
    print("stopped")
"""


def test_ctrl_c_while_the_table_library_calls_back_waits_until_it_is_done():
    # There it would end as a panic of the library's native part, with a traceback.
    ran = subprocess.run(
        [sys.executable, "-c", CALLED_BACK], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.stdout, ran.returncode) == ("stopped\n", 0), ran.stderr
    assert not ran.stderr
