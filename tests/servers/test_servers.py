"""The servers the tests rely on are real, empty, and gone with the process that started them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import neo4j
import pytest

from graph.stores import Credentials, GraphStore, open_store
from tests.servers import neo4j_jars
from tests.servers.required import SHARED_DATA, MissingComponentError, may_be_skipped, missing

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.neo4j
def test_neo4j_is_the_community_release_named_in_the_pom(
    neo4j_url: str, neo4j_server: tuple[str, Credentials]
) -> None:
    if os.environ.get("LOOKTHROUGH_TEST_NEO4J"):
        pytest.skip("platform: a server of the user's own is tested")
    with neo4j.GraphDatabase.driver(neo4j_url) as driver:
        [component] = driver.execute_query("CALL dbms.components() YIELD versions, edition RETURN *").records
    assert component["versions"] == [neo4j_jars.version()]
    assert component["edition"] == "community"


@pytest.mark.parametrize("_again", ["first", "second"])
def test_every_test_gets_an_empty_store(store_url: str, store_credentials: Credentials, _again: str) -> None:
    with _open(store_url, store_credentials) as store:
        tables = store.query("MATCH (c:Company) RETURN count(c) AS companies", {})
        assert tables.to_pylist() == [{"companies": 0}]
        before = store.query("MATCH (n) WHERE n.id = 'left over' RETURN n.id AS id", {})
        assert before.num_rows == 0
    if "://" in store_url:
        auth = (store_credentials.user, store_credentials.password) if store_credentials.user else None
        with neo4j.GraphDatabase.driver(store_url, auth=auth) as driver:
            driver.execute_query("CREATE (:Company {id: 'left over'})")


@pytest.mark.postgres
def test_postgresql_answers(postgres_url: str) -> None:
    psql = shutil.which("psql")
    if psql is None:
        missing("psql is not on the PATH")
    said = subprocess.run(
        [psql, postgres_url, "-Atc", "SELECT '股权穿透', current_user"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "股权穿透|lookthrough"


@pytest.mark.parametrize(
    ("module", "scheme"),
    [
        pytest.param("neo4j_server", "bolt", marks=pytest.mark.neo4j),
        pytest.param("postgresql_server", "postgresql", marks=pytest.mark.postgres),
    ],
)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.skipif(sys.platform == "win32", reason="platform: signals of POSIX")
def test_a_server_ends_with_the_process_that_started_it(
    module: str, scheme: str, end: signal.Signals, request: pytest.FixtureRequest
) -> None:
    # Says, skips or fails where the server can't be had at all.
    request.getfixturevalue("neo4j_server" if module == "neo4j_server" else "postgres_url")
    starter = subprocess.Popen(
        [sys.executable, "-m", f"tests.servers.{module}"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert starter.stdout is not None
    url, home = starter.stdout.readline().split()
    assert url.startswith(f"{scheme}://")
    port = int(url.split(":")[2].split("/")[0])
    assert _listens(port)
    starter.send_signal(end)
    starter.wait(timeout=20)
    starter.stdout.close()
    assert _comes_true(lambda: not _listens(port))
    data = Path(home) / "data"
    assert _comes_true(lambda: not data.exists()), "its data are removed"


def test_jars_without_maven_are_a_missing_component(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(MissingComponentError, match="Maven"):
        neo4j_jars.jars(tmp_path / "jars")


def test_half_collected_jars_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A Maven that dies half-way, as a killed one would.
    maven = tmp_path / "bin" / "mvn"
    maven.parent.mkdir()
    maven.write_text("#!/bin/sh\nexit 7\n")
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{maven.parent}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "jars"
    (folder / "libs").mkdir(parents=True)
    (folder / "libs" / "neo4j-bolt-half.jar").write_bytes(b"")
    with pytest.raises(MissingComponentError, match="could not collect"):
        neo4j_jars.jars(folder)
    assert not (folder / "complete").exists()


def test_a_skip_for_want_of_a_component_fails_where_all_are_required(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_three.py").write_text(
        "import pytest\n"
        "def test_here(): pass\n"
        f"def test_data(): pytest.skip('{SHARED_DATA}none')\n"
        "def test_wanting(): pytest.importorskip('no_such_library')\n"
    )

    def run(required: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-p",
                "tests.conftest",
                "-p",
                "no:cacheprovider",
                os.fspath(tmp_path),
            ],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "LOOKTHROUGH_REQUIRE_ALL": required},
        )

    assert run("0").returncode == pytest.ExitCode.OK
    strict = run("1")
    assert strict.returncode == pytest.ExitCode.TESTS_FAILED
    assert "skipped though everything is required" in strict.stdout
    [line] = [x for x in strict.stdout.splitlines() if "test_wanting: " in x]
    assert "no_such_library" in line
    assert "test_data: " not in strict.stdout


def test_only_named_reasons_excuse_a_skip() -> None:
    assert may_be_skipped("Skipped: shared data: there is no folder")
    assert may_be_skipped("platform: signals of POSIX")
    assert not may_be_skipped("Skipped: could not import 'x'")


def _comes_true(condition: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _open(url: str, credentials: Credentials) -> contextlib.closing[GraphStore]:
    return contextlib.closing(open_store(url, credentials=credentials))
