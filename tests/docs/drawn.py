"""The pictures of docs/pictures.md, drawn from invented subgraphs: `python -m tests.docs.drawn` writes them anew."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from graph.subgraph import Subgraph
from tests.visualize import pictures
from visualize import Style, render_bytes
from visualize.wording import Lang

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "images"
_FACES: Final = re.compile(r"base64,[A-Za-z0-9+/=]+")

PICTURES: Final[dict[str, tuple[Callable[[], Subgraph], Lang, Style, bool]]] = {
    "signs-chinese.svg": (pictures.refused_and_abroad, "zh", "chinese", False),
    "signs-open-ownership.svg": (pictures.refused_and_abroad, "en", "open_ownership", False),
    "signs-grey.svg": (pictures.refused_and_abroad, "en", "chinese", True),
    "doubts.svg": (pictures.doubts, "en", "chinese", False),
    "household.svg": (pictures.household, "zh", "chinese", False),
    "many-holders.svg": (pictures.hub, "en", "chinese", False),
}


def drawn(name: str) -> str:
    """One picture as it is drawn today."""
    make, lang, style, grey = PICTURES[name]
    return render_bytes(make(), "svg", lang, style, grey=grey).decode()


def comparable(text: str) -> str:
    """A picture without its typefaces, whose compression may differ from one machine to the next."""
    return _FACES.sub("", text)


def main() -> int:
    """Write every picture that has changed, and name it."""
    for name in PICTURES:
        text = drawn(name)
        target = FOLDER / name
        if not target.exists() or comparable(target.read_text(encoding="utf-8")) != comparable(text):
            target.write_text(text, encoding="utf-8", newline="\n")
            sys.stderr.write(f"docs/images/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
