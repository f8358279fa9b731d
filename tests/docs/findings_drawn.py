"""The pictures of docs/detectors: what proves the first finding of each page's example, drawn by the product.

`python -m tests.docs.findings_drawn` makes the demo world and writes those that have changed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from detectors.docs import PICTURES
from detectors.finding import Finding
from detectors.registry import DETECTORS
from detectors.running.detecting import detect
from graph.stores import open_store
from tests.docs import sessions
from visualize import render_bytes
from visualize.proof import proof_picture

FOLDER: Final = Path(__file__).resolve().parents[2] / PICTURES


def drawn(demo: Path) -> Iterator[tuple[str, str]]:
    """File name and SVG, for each detector that finds something in the demo world at `demo/output/demo/store`."""
    with open_store(str(demo / "output" / "demo" / "store"), "read") as store:
        first: dict[str, Finding] = {}
        for found in sorted(detect(store, DETECTORS).findings, key=_order):
            first.setdefault(found.detector, found)
        for detector in DETECTORS:
            if detector.id in first:
                # Which data they are of changes with every load, and says nothing here.
                picture = replace(proof_picture(store, first[detector.id]), fingerprint="")
                yield f"{detector.id}.svg", render_bytes(picture, "svg", "zh", fonts=False).decode()


def _order(found: Finding) -> tuple[bool, str, str]:
    # Not by fingerprint: people's ids hang on a key that every store has of its own.
    return found.suppressed_by is not None, found.scope_id, found.text["zh"]


def said(svg: str) -> list[str]:
    """What a picture says, in any order: where people stand in it hangs on the store's own key, as do their ids."""
    words = " ".join(re.findall(r">([^<>]+)<", svg))
    return sorted(re.sub(r"\b[0-9a-f]{6,}\b|(?<=person:)\w+", "#", words).split())


def main() -> int:
    """Write every picture that has changed, and name it; those no longer drawn are removed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        sessions.make_demo(Path(made).resolve())
        pictures = dict(drawn(Path(made).resolve()))
    for old in FOLDER.glob("*.svg"):
        if old.name not in pictures:
            old.unlink()
    for name, text in pictures.items():
        target = FOLDER / name
        if not target.exists() or said(target.read_text(encoding="utf-8")) != said(text):
            target.write_text(text, encoding="utf-8", newline="\n")
            sys.stderr.write(f"{PICTURES}/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
