"""The table of keys in the page on local rules, written from the form.

`python -m detectors.rules.docs [FILE]` writes it, into `docs/rules.md` where no file is named.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from detectors.rules.form import KEYS

PAGE: Final = Path("docs/rules.md")
_BEGIN: Final = "<!-- keys: written by python -m detectors.rules.docs -->\n"
_END: Final = "<!-- end of keys -->\n"


def keys() -> str:
    """The table of a rule's keys."""
    lines = ["| key | 必填 · required | 说明 | meaning |", "|---|---|---|---|"]
    for key in KEYS:
        cells = (f"`{key.name}`", " · ".join(key.required), key.zh, key.en)
        lines.append(f"| {' | '.join(c.replace('|', chr(92) + '|') for c in cells)} |")
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with its table as it is to be. Raises `ValueError` where the page has no place for it."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"the page needs a line {_BEGIN.strip()} and a line {_END.strip()}")
    return f"{before}{begin}\n{keys()}\n{end}{after}"


def main(arguments: list[str]) -> int:
    """Write the table."""
    target = Path(arguments[0]) if arguments else PAGE
    target.write_text(page(target.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    sys.stderr.write(f"{target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
