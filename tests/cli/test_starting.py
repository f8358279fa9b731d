"""What a command imports before it begins: no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

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
