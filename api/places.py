"""Where things lie on the server: said in its own log and on its terminal, told to no client."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import unquote

_FURTHER: Final = r"""(?:[/\\][^\s，。；：、（）()'"“”]*)?"""
"""What leads on from a place, to the end of the path."""


class Places:
    """Paths and addresses, each told by its last part alone: `/srv/data/ledger.db` is `ledger.db`."""

    def __init__(self, places: Iterable[str | Path]):
        known = {form for place in places for form in _forms(str(place))}
        # The longest first: one may begin with another.
        ordered = sorted(known, key=lambda p: (-len(p), p))
        self._places = (
            re.compile("(?:" + "|".join(map(re.escape, ordered)) + ")" + _FURTHER) if ordered else None
        )

    def hidden(self, text: str) -> str:
        """The text without where anything lies."""
        return self._places.sub(lambda m: _last(m[0]), text) if self._places else text


def _forms(place: str) -> set[str]:
    """How errors name a place: as it was given, and an SQLite address or a path as a path of the system."""
    if "://" in place:
        path = place.partition(":///")[2] if place.startswith("sqlite") else ""
        return {place, unquote(place), *([path, unquote(path)] if path else [])}
    return {place, str(Path(place).resolve())} if place else set()


def _last(place: str) -> str:
    parts = [part for part in re.split(r"[/\\]+", place.partition("?")[0]) if part]
    return parts[-1].partition("@")[2] or parts[-1] if parts else ""
