"""What a command imports before it begins: no more than it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import typer

from lookthrough.cli.main import run

HEAVY = (
    "networkx",
    "scipy",
    "sqlalchemy",
    "reportlab",
    "fontTools",
    "fastapi",
    "lxml",
    "visualize",
    "exports",
)


@pytest.mark.parametrize(
    ("module", "needed"),
    [("contents", ()), ("loading", ("sqlalchemy", "lxml")), ("keys", ("sqlalchemy",))],
)
def test_a_command_waits_for_nothing_it_does_not_use(module: str, needed: tuple[str, ...]) -> None:
    code = f"import sys, lookthrough.cli.main, lookthrough.cli.{module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name for name in HEAVY if name in done.stdout.split()} == set(needed)


def test_the_version_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lookthrough", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"lookthrough {version('lookthrough')}\n"


def test_commands_are_made_once_a_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever runs short commands in one process would else spend half the time on making them."""
    assert run(["--version"]) == 0
    monkeypatch.delattr(typer.main, "get_command")
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"lookthrough {version('lookthrough')}\n" * 2


def test_ownership_that_is_laid_out_is_mapped_without_pandas(tmp_path: Path) -> None:
    table = tmp_path / "shareholdings.csv"
    table.write_text(
        "company_id,company_name,holder_id,holder_name,holder_kind,share\nA,虚构甲,B,虚构乙,company,0.6\n"
    )
    code = (
        "import sys; from lookthrough.cli.main import run; run(sys.argv[1:]); print('pandas' in sys.modules)"
    )
    place = {
        **os.environ,
        "LOOKTHROUGH_DATA": str(tmp_path / "data"),
        "LOOKTHROUGH_STORE": str(tmp_path / "store"),
    }
    last = ""
    for words in (["load", str(table)], ["penetrate", "A"], ["penetrate", "A"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, env=place
        )
        last = done.stdout.splitlines()[-1]
    assert last == "False"


def test_what_holds_for_all_commands_may_stand_before_the_command(lookthrough, tmp_path: Path) -> None:
    table = tmp_path / "shareholdings.csv"
    table.write_text("company_id,holder_id,share\nA,B,0.6\n")
    assert lookthrough("--lang", "en", "load", table).code == 0
    after = lookthrough("penetrate", "A", "--format", "json")
    before = lookthrough("--format=json", "penetrate", "A")
    assert before.code == after.code == 0
    assert before.out == after.out
    assert lookthrough("--lang", "en", "penetrate", "nosuch").err.startswith("Error: ")
    assert lookthrough("--lang", "en", "--help").code == 0
