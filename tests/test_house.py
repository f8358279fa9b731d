"""The house itself: arrows kept, pages fresh, containers sound, set-up safe, nothing in the text that isn't the product's."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from graph import model_docs
from lookthrough.settings import read_settings
from tests.conftest import LONGEST
from tests.servers import neo4j_jars

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("graph", "loaders", "api", "detectors", "cases", "visualize", "exports", "lookthrough")
COMPOSE = ROOT / "docker-compose.yml"
PROFILES: dict[str, set[str]] = {
    "": {"app", "neo4j"},
    "embedded": {"app", "neo4j", "embedded"},
    "postgres": {"app", "neo4j", "postgres"},
}

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="platform: make and sh")


def ours() -> list[Path]:
    """Every text file of the repository: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("platform: not a git work tree")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [p for p in paths if p.is_file() and b"\0" not in p.read_bytes()[:8192]]


def test_imports_keep_to_the_arrows() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout


def test_the_page_of_the_model_is_fresh() -> None:
    assert (ROOT / model_docs.PAGE).read_text(encoding="utf-8") == model_docs.page(), "run: make docs"


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    read: set[str] = set()
    for package in PACKAGES:
        for file in sources(package):
            read |= set(re.findall(r"\bLOOKTHROUGH_[A-Z0-9_]+", file.read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    settings = page.split("## The embedded store")[0]
    assert set(re.findall(r"^\| `(LOOKTHROUGH_[A-Z0-9_]+)`", settings, re.MULTILINE)) == read


def test_the_documented_defaults_hold(tmp_path: Path) -> None:
    found = read_settings({"LOOKTHROUGH_DATA": os.fspath(tmp_path)})
    assert found.store == os.fspath(tmp_path / "store")
    assert found.key_file == tmp_path / "person.key"
    assert found.credentials.user == ""
    assert read_settings({"LOOKTHROUGH_NEO4J_PASSWORD": "x"}).credentials.user == "neo4j"


def test_links_between_pages_lead_somewhere() -> None:
    for page in [p for p in ours() if p.suffix == ".md"]:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


# --- what the repository's text must not hold ---

MACHINE = re.compile(r"(?<![\w.])/(?:home/\w|root/|Users/\w|work/(?:main|shared)|opt/wheels)")
REGISTRY = re.compile(
    r"(?:pypi\.org|files\.pythonhosted|registry\.npmjs|repo1?\.maven|artifactory|nexus)", re.IGNORECASE
)
CREDENTIAL = re.compile(r"[a-z][a-z0-9+]*://[^/\s:@\"'{}<>]+:[^/\s@\"'{}<>]+@")


def test_no_machine_paths_no_registries_no_credentials() -> None:
    found = []
    for file in ours():
        if file == Path(__file__).resolve():
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [
            f"{file.relative_to(ROOT)}: {match[0]}"
            for pattern in (MACHINE, REGISTRY, CREDENTIAL)
            for match in pattern.finditer(text)
        ]
    assert not found, "\n".join(found)


def sources(package: str) -> list[Path]:
    """Our own modules of a package; what its pages' build installed is not."""
    return [f for f in (ROOT / package).rglob("*.py") if "node_modules" not in f.parts]


def test_public_modules_classes_and_functions_have_docstrings() -> None:
    bare = []
    for package in PACKAGES:
        for file in sources(package):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            if not ast.get_docstring(tree):
                bare.append(f"{file.relative_to(ROOT)}: the module")
            bare += [
                f"{file.relative_to(ROOT)}: {node.name}"
                for node in tree.body
                if isinstance(node, (ast.ClassDef, ast.FunctionDef))
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ]
    assert not bare, "\n".join(bare)


def test_every_package_is_typed_and_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = {p.rstrip("*") for p in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert included == set(PACKAGES)
    assert all((ROOT / package / "py.typed").exists() for package in PACKAGES)


def test_test_folders_are_packages() -> None:
    # Without it, tests/graph would stand in the way of graph itself.
    folders = {p.parent for p in (ROOT / "tests").rglob("test_*.py")}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_the_files_that_begin_are_there() -> None:
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


# --- locks ---


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE))


def test_the_two_locks_agree_and_cover_what_is_asked_for() -> None:
    development, runtime = _pins("requirements.lock"), _pins("requirements-runtime.lock")
    assert runtime.items() < development.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[<>=~!;\[ ]", d)[0].lower() for d in project["dependencies"]]
    assert set(names) <= set(runtime)
    for lock in ("requirements.lock", "requirements-runtime.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert text.count("==") <= text.count("--hash=sha256:")


# --- containers ---


def _compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("profile", PROFILES)
def test_compose_accepts_the_file(profile: str) -> None:
    docker = shutil.which("docker")
    if (
        not docker
        or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("platform: docker compose is not installed; the next tests read the file itself")
    done = subprocess.run(
        [
            docker,
            "compose",
            "-f",
            os.fspath(COMPOSE),
            *(["--profile", profile] if profile else []),
            "config",
            "--services",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == PROFILES[profile]


def test_services_have_the_profiles_promised() -> None:
    services = _compose()["services"]
    for profile, names in PROFILES.items():
        assert {n for n, s in services.items() if profile in s.get("profiles", [profile])} == names


def test_ports_are_on_the_loopback_and_servers_are_checked() -> None:
    for name, service in _compose()["services"].items():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", [])), name
        if "build" not in service:
            assert service["healthcheck"]["test"], name
            assert re.search(r":\d", service["image"]), f"{name} is not pinned"


def test_passwords_come_from_the_environment_without_a_default() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    services = _compose()["services"]
    for name, variable in (
        ("neo4j", "LOOKTHROUGH_NEO4J_PASSWORD"),
        ("postgres", "LOOKTHROUGH_POSTGRES_PASSWORD"),
    ):
        assert services[name]["environment"][variable] is None, "handed through as it is"
        assert "$${" + variable + ":?" in text
    assert services["app"]["environment"]["LOOKTHROUGH_NEO4J_PASSWORD"] is None
    assert not re.search(r"PASSWORD[A-Z_]*:?-[^}]", text)


def test_the_ledger_may_stand_in_the_postgresql_beside() -> None:
    services = _compose()["services"]
    for name in ("app", "embedded", "serve"):
        assert services[name]["environment"]["LOOKTHROUGH_LEDGER"] is None, "handed through as it is"
        assert services[name]["environment"]["PGPASSWORD"] == "${LOOKTHROUGH_POSTGRES_PASSWORD-}"
    told = services["postgres"]["environment"]
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert f"postgresql://{told['POSTGRES_USER']}@postgres:5432/{told['POSTGRES_DB']}" in text


@posix_only
@pytest.mark.parametrize(
    ("name", "variable"),
    [("neo4j", "LOOKTHROUGH_NEO4J_PASSWORD"), ("postgres", "LOOKTHROUGH_POSTGRES_PASSWORD")],
)
def test_a_server_without_a_password_says_so_and_does_not_start(name: str, variable: str) -> None:
    shell, option, script = _compose()["services"][name]["entrypoint"]
    started = "echo started"
    script = re.sub(r"exec .*$", started, script.replace("$$", "$"))
    without = {k: v for k, v in os.environ.items() if k != variable}
    refused = subprocess.run(
        [shell, option, script], capture_output=True, text=True, env=without, check=False
    )
    assert refused.returncode != 0
    assert variable in refused.stderr
    assert "started" not in refused.stdout
    accepted = subprocess.run(
        [shell, option, script],
        capture_output=True,
        text=True,
        env={**without, variable: "secret-1"},
        check=False,
    )
    assert accepted.stdout.strip() == "started"


def test_the_tested_and_the_composed_neo4j_are_one_line() -> None:
    tag = _compose()["services"]["neo4j"]["image"].split(":")[1]
    assert tag == ".".join(neo4j_jars.version().split(".")[:2]) + "-community"


def test_the_image_runs_without_root_and_is_checked() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    final = text.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\"lookthrough\", \"status\"", final, re.MULTILINE)
    assert not re.search(r"FROM \S+(:latest)?\s*$", text.split("\n")[1])
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    assert set(PACKAGES) | {"pyproject.toml", "requirements-runtime.lock", "README.md", "LICENSE"} == allowed


# --- set-up ---


@posix_only
def test_an_unfinished_set_up_is_made_anew_and_a_finished_one_kept(tmp_path: Path) -> None:
    """The Makefile's own recipe on a Python that only writes down what it is asked to do."""
    make = shutil.which("make")
    if make is None:
        pytest.fail("make is not on the PATH")
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    log, broken = tmp_path / "log", tmp_path / "broken"
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> "{log}"\n'
        f'case "$*" in *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python;; '
        f'*requirements.lock*) [ ! -e "{broken}" ];; esac\n'
    )
    python.chmod(0o755)

    def set_up() -> tuple[int, list[str]]:
        log.unlink(missing_ok=True)
        done = subprocess.run(
            [make, "setup", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, log.read_text().splitlines() if log.exists() else []

    broken.touch()
    code, _ = set_up()
    assert code != 0
    (tmp_path / ".venv" / "half").touch()
    broken.unlink()
    code, asked = set_up()
    assert code == 0
    assert [a for a in asked if "-m venv" in a], "made anew"
    assert not (tmp_path / ".venv" / "half").exists()
    installs = [a for a in asked if "pip install" in a]
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "--no-deps -e ." in installs[1]

    assert set_up() == (0, [])
    os.utime(tmp_path / ".venv" / ".complete", (1, 1))
    code, asked = set_up()
    assert code == 0
    assert not [a for a in asked if "-m venv" in a], "a finished environment is kept"
    assert len(asked) == 2


@posix_only
def test_without_a_fit_python_set_up_says_what_to_do(tmp_path: Path) -> None:
    make = shutil.which("make")
    assert make
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    done = subprocess.run(
        [make, "setup", "PYTHON="], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "3.11" in done.stderr
    assert "未" in done.stderr or "没有" in done.stderr
    assert not (tmp_path / ".venv").exists()


@posix_only
def test_the_check_script_is_sound() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", os.fspath(script)], check=True)


@pytest.mark.parametrize(
    "module", ["graph.held", "graph.rounds", "graph.round_of_lot", "graph.stores", "graph.in_play"]
)
def test_whatever_is_imported_first_the_rest_is_whole(module: str) -> None:
    """A circle of imports shows only where its other side comes first."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
