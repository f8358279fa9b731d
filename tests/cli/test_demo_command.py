"""What `lookthrough demo` shows a newcomer: the scenes with a story, not every planted one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from lookthrough.cli.main import run


@dataclass(frozen=True)
class Told:
    """What one demo printed, and the folder it was run in."""

    home: Path
    out: str
    err: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Run as a module of an interpreter that isn't on the PATH, where no `lookthrough` is."""
    home = tmp_path_factory.mktemp("newcomer")
    ran = subprocess.run(
        [sys.executable, "-m", "lookthrough", "demo", "--to", str(home / "demo"), "--lang", "en"],
        env={
            "PATH": "/nowhere",
            "COLUMNS": "160",
            "LOOKTHROUGH_DATA": str(home / "data"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        cwd=home,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return Told(home, ran.stdout, ran.stderr)


def test_the_scenes_are_told_and_the_labelled_ones_only_counted(told: Told) -> None:
    panels = told.out.split("Suppressed (kept, and why)")[0]
    for scope in ("XG-2025-001/1", "XGDB0001", "XGDB0004"):
        assert f"local:{scope} " in panels
    assert "BZ" not in panels
    assert panels.count("╭─") < 40
    counted = told.out.split("planted to show every detector")[1]
    assert "same-legal-representative" in counted and "underpayment" in counted
    folder = next(line for line in told.err.splitlines() if line.startswith("Folder: "))
    assert Path(folder.removeprefix("Folder: ")).is_dir()
    assert (told.home / "demo" / "nine-bidders.svg").stat().st_size > 10_000


def test_what_it_names_to_go_on_with_knows_the_key_beside_its_store(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The world was loaded with a key of its own: no other is made to load more into it."""
    monkeypatch.setenv("LOOKTHROUGH_DATA", str(told.home / "data"))
    more = tmp_path / "companies.csv"
    more.write_text("id,name\nX1,虚构后来有限公司\n", encoding="utf-8")
    assert run(["load", str(more), "--store", str(told.home / "demo" / "store"), "--lang", "en"]) == 0
    assert not (told.home / "data" / "person.key").exists()


def test_what_to_try_next_is_called_as_the_demo_was(told: Told) -> None:
    following = told.err.split("Try next:")[1]
    assert following.count(f"{sys.executable} -m lookthrough ") == 7
    assert "\n  lookthrough " not in following
