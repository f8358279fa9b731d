"""Which days of opening are one round of a tender: none can be held again between them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

_APART: Final = 3
"""Days between two rounds at least: a negotiation leaves three for offers (财政部令第74号 art. 29), a tender twenty."""
MARK: Final = "@开标"
"""What stands between the id of a lot, or a bid, and the day of its round, where one is meant: in questions, and in what a
finding is about. Nowhere is there such a lot."""


def one_round(days: Iterable[str]) -> dict[str, str]:
    """By day (YYYY-MM-DD) the last of those that are one round with it: openings two days apart at most."""
    of: dict[str, str] = {}
    last = ""
    for day in sorted(days, reverse=True):
        if not last or (date.fromisoformat(of[last]) - date.fromisoformat(day)).days >= _APART:
            of[day] = day
        else:
            of[day] = of[last]
        last = day
    return of


def near(day: str, other: str) -> bool:
    """May both days (YYYY-MM-DD, or empty) be of one round?"""
    if len(day) != 10 or len(other) != 10:
        return False
    return abs((date.fromisoformat(day) - date.fromisoformat(other)).days) < _APART
