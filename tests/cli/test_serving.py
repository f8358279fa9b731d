"""`lookthrough serve` as a process: what it prints works, commands go through it, and a second one leaves it alone."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from typer.main import get_command

from graph.stores import open_store
from lookthrough.cli import serving  # noqa: F401
from lookthrough.cli.app import app
from lookthrough.cli.main import run
from lookthrough.settings import read_settings
from tests.cli.bad_files import GOOD, HOLDINGS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="platform: signals")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "LOOKTHROUGH_DATA": str(tmp_path / "data"),
        "LOOKTHROUGH_STORE": str(tmp_path / "store"),
        "LOOKTHROUGH_LANG": "en",
        "PYTHONPATH": str(ROOT),
    }


def ran(environment: dict[str, str], *arguments: object) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "lookthrough", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


@contextmanager
def service(
    environment: dict[str, str], log: Path, stop: int = signal.SIGINT
) -> Iterator[tuple[subprocess.Popen[bytes], str, str]]:
    """The process, its address and its key, once it answers."""
    with log.open("wb") as said:
        command = [sys.executable, "-m", "lookthrough", "serve", "--port", "0"]
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        try:
            until = time.monotonic() + 60
            while not (
                found := re.search(r"(http://127[.\d:]+/)#key=(\S+)", log.read_text(encoding="utf-8"))
            ):
                assert process.poll() is None and time.monotonic() < until, log.read_text(encoding="utf-8")
                time.sleep(0.05)
            while True:
                try:
                    if httpx.get(found[1] + "readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    assert time.monotonic() < until, log.read_text(encoding="utf-8")
                    time.sleep(0.05)
            yield process, found[1], found[2]
        finally:
            process.send_signal(stop)
            process.wait(timeout=60)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_what_serve_prints_works_and_commands_go_through_it(environment, tmp_path, stop):
    file = tmp_path / "holdings.csv"
    file.write_text(f"{HOLDINGS}\n{GOOD}\n", encoding="utf-8")
    log = tmp_path / "serve.log"
    with service(environment, log, stop) as (process, url, key):
        for line in re.findall(r"^  (curl .*)$", log.read_text(encoding="utf-8"), re.M):
            done = subprocess.run(
                ["bash", "-c", f"{line} --silent --fail-with-body"], capture_output=True, check=False
            )
            assert done.returncode == 0, (line, done.stdout)
        assert httpx.get(url + "v1/status").status_code == 401
        code, _, err = ran(environment, "load", file)
        assert code == 0, err
        with httpx.Client(base_url=url, headers={"X-API-Key": key}) as client:
            until = time.monotonic() + 30
            while not client.get("v1/parties", params={"q": "虚构"}).json()["items"]:
                assert time.monotonic() < until, "what was loaded through the service is never found"
                time.sleep(0.1)
            assert client.get("v1/status").json()["counts"]["OWNS"] == 1
    assert process.returncode == 0, log.read_text(encoding="utf-8")
    assert "The service has stopped." in log.read_text(encoding="utf-8")
    assert ran(environment, "status", "--format", "json")[0] == 0


def test_a_second_service_says_who_holds_the_store_and_leaves_it_alone(environment, tmp_path):
    with service(environment, tmp_path / "serve.log") as (process, url, _):
        code, out, err = ran(environment, "serve", "--port", "0")
        assert (code, out) == (1, "")
        assert f"Process {process.pid} holds" in err
        assert "key=" not in err
        assert ran(environment, "status", "--format", "json")[0] == 0
        assert httpx.get(url + "readyz").status_code == 200


def test_compose_runs_the_service_with_keys_on_the_loopback_interface_and_looks_after_it():
    """What the file says; that Docker does it is not shown here."""
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]["serve"]
    assert composed["ports"] == ["127.0.0.1:8421:8421"]
    command = composed["command"]
    assert command[0] == "serve"
    assert "--no-keys" not in command
    # The health check asks what this service answers, at the port it is told to listen on.
    assert "127.0.0.1:8421/readyz" in composed["healthcheck"]["test"][-1]
    assert command[command.index("--port") + 1] == "8421"
    compile(composed["healthcheck"]["test"][-1], "healthcheck", "exec")
    assert composed["restart"] == "unless-stopped"
    known = {o for p in get_command(app).commands["serve"].params for o in p.opts}  # type: ignore[attr-defined]
    assert {word for word in command if word.startswith("--")} <= known


def test_the_image_carries_the_explorer_built_in_a_stage_of_its_own():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    built = text.index("npm run build")
    copied = text.index("COPY --from=explorer /source/visualize/web/dist visualize/web/dist")
    assert built < text.index("COPY . .") < copied < text.index("pip install --no-deps .")
    assert "npm ci" in text[:built]


def test_an_own_store_that_holds_nothing_does_not_hide_the_demo_world(tmp_path, monkeypatch, capsys):
    """Whoever looked at an empty explorer first, and then ran the demo, is shown the demo."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LOOKTHROUGH_STORE", raising=False)
    for name, value in (("DATA", str(tmp_path / "data")), ("LANG", "en"), ("LEDGER", "")):
        monkeypatch.setenv(f"LOOKTHROUGH_{name}", value)
    own = read_settings().store
    for store in (own, "output/demo/store"):
        Path(store).parent.mkdir(parents=True, exist_ok=True)
        open_store(store, "write").close()
    file = tmp_path / "holdings.csv"
    file.write_text(f"{HOLDINGS}\n{GOOD}\n", encoding="utf-8")

    def serves() -> str:
        # A port that is taken ends it at once, after it said what it would have served.
        with socket.create_server(("127.0.0.1", 0)) as taken:
            assert run(["serve", "--port", str(taken.getsockname()[1])]) == 1
        return capsys.readouterr().err

    said = serves()
    assert "serving the demo world" in said
    assert "The nine bidders: type XG-2025-001 on the start page" in said
    assert "lookthrough serve --store PATH" in said
    assert run(["load", str(file)]) == 0
    assert "demo world" not in serves()


@pytest.mark.parametrize(
    ("language", "says"),
    [("zh", ("地址已被占用", "换一个地址")), ("en", ("Choose another with --host and --port",))],
)
def test_a_port_in_use_is_said_with_what_to_do(tmp_path, language, says):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "lookthrough", "serve", "--port", str(port), "--lang", language]
        done = subprocess.run(
            [*command, "--store", str(tmp_path / "store")],
            env=os.environ | {"LOOKTHROUGH_DATA": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 1, done.stderr
    assert f"127.0.0.1:{port}" in done.stderr
    for part in says:
        assert part in done.stderr
    assert "Traceback" not in done.stderr
