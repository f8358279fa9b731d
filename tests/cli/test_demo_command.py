"""What `lookthrough demo` shows a newcomer: the scenes with a story, not every planted one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lookthrough.cli.main import run


def test_the_scenes_are_told_and_the_labelled_ones_only_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOOKTHROUGH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "160")
    assert run(["demo", "--to", str(tmp_path / "demo"), "--lang", "en"]) == 0
    told = capsys.readouterr()
    panels = told.out.split("Suppressed (kept, and why)")[0]
    for scope in ("XG-2025-001/01", "XGDB0001", "XGDB0004"):
        assert f"local:{scope} " in panels
    assert "BZ" not in panels
    assert panels.count("╭─") < 40
    counted = told.out.split("planted to show every detector")[1]
    assert "same-legal-representative" in counted and "underpayment" in counted
    folder = next(line for line in told.err.splitlines() if line.startswith("Folder: "))
    assert Path(folder.removeprefix("Folder: ")).is_dir()
    assert (tmp_path / "demo" / "nine-bidders.svg").stat().st_size > 10_000
    # What it names to go on with knows the key that the world was loaded with, which lies beside its store.
    more = tmp_path / "companies.csv"
    more.write_text("id,name\nX1,虚构后来有限公司\n", encoding="utf-8")
    assert run(["load", str(more), "--store", str(tmp_path / "demo" / "store"), "--lang", "en"]) == 0
    assert not (tmp_path / "data" / "person.key").exists()


def test_what_to_try_next_is_called_as_the_demo_was(tmp_path: Path) -> None:
    """As a module of an interpreter that isn't on the PATH, where no `lookthrough` is."""
    ran = subprocess.run(
        [sys.executable, "-m", "lookthrough", "demo", "--to", str(tmp_path / "demo"), "--lang", "en"],
        env={
            "PATH": "/nowhere",
            "LOOKTHROUGH_DATA": str(tmp_path),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    following = ran.stderr.split("Try next:")[1]
    assert following.count(f"{sys.executable} -m lookthrough ") == 7
    assert "\n  lookthrough " not in following
