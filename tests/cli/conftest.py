"""Running the command line in-process: exit code, stdout and stderr apart."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lookthrough.cli.main import run


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def lookthrough(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`lookthrough("load", path, …)` on a store of its own (both kinds in turn) and a data folder of its own."""
    monkeypatch.setenv("LOOKTHROUGH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LOOKTHROUGH_STORE", store_url)
    monkeypatch.setenv("LOOKTHROUGH_LANG", "en")

    def call(*arguments: object, stdin: str = "") -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", out)
            patched.setattr(sys, "stderr", err)
            patched.setattr(sys, "stdin", io.StringIO(stdin))
            code = run([str(a) for a in arguments])
        return Ran(code, out.getvalue(), err.getvalue())

    return call
