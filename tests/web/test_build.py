"""What is built: small at first load, of the contract that is checked in, and naming nobody outside."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "visualize" / "web"
MOST = 400_000
"""Bytes of the first load, gzipped, without what is loaded when it is wanted."""

pytestmark = pytest.mark.browser

_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["'`]\./([\w.-]+\.js)["'`]""")


def _first_load(dist: Path) -> set[Path]:
    """The page, what it names, and what those import before they run."""
    page = dist / "index.html"
    wanted = [dist / found for found in re.findall(r'(?:src|href)="\./([^"]+)"', page.read_text("utf-8"))]
    seen = {page}
    while wanted:
        one = wanted.pop()
        if one in seen:
            continue
        assert one.is_file(), one
        seen.add(one)
        if one.suffix == ".js":
            wanted += [one.parent / name for name in _IMPORT.findall(one.read_text("utf-8"))]
    return seen


def test_the_first_load_is_small(explorer: Path) -> None:
    files = _first_load(explorer)
    assert any(f.suffix == ".js" for f in files) and any(f.suffix == ".css" for f in files)
    assert not any(f.name.startswith("board-") for f in files), "the canvas is loaded when it is wanted"
    # The start page is what opens first: its own part and what that part imports count with it.
    for page in explorer.glob("assets/StartPage-*"):
        files |= {page} | {page.parent / n for n in _IMPORT.findall(page.read_text("utf-8"))}
    assert sum(len(gzip.compress(f.read_bytes())) for f in files) <= MOST


def test_the_page_names_nothing_outside_its_folder(explorer: Path) -> None:
    page = (explorer / "index.html").read_text("utf-8")
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert named and all(n.startswith("./") for n in named)


def test_the_contract_is_of_the_interface_checked_in(explorer: Path, tmp_path: Path) -> None:
    from visualize.web.__main__ import _node

    fresh = tmp_path / "contract.ts"
    tool = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
    done = subprocess.run(
        [str(_node()[0]), str(tool), str(ROOT / "docs" / "openapi.json"), "-o", str(fresh)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert fresh.read_text("utf-8") == (WEB / "src" / "api" / "contract.ts").read_text("utf-8"), (
        "the interface changed: run `python -m visualize.web --types`"
    )


def test_the_words_are_those_of_the_pictures() -> None:
    from visualize.web.terms import PAGE, terms

    assert PAGE.read_text("utf-8") == terms(), "words changed: run `python -m visualize.web.terms`"
