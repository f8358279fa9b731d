"""Payments that are said to have been made again (退票重发): beside the first, which came back, or that money told once more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from detectors.households.months import months_of
from graph.programs import REISSUED, may_be

if TYPE_CHECKING:
    from detectors.households.paid import Spell


def one_money(spells: Sequence[Spell]) -> tuple[Spell, ...]:
    """The payments of one recipient, of which one made again adds nothing to the first where that is not known to have failed.

    It failed where as much was taken back in that month or one before, or where a month before, between the first that
    was paid and this one, is without a payment: a list that says that a payment failed leaves none.
    """
    again = [s for s in spells if f"{REISSUED}/" in s.benefit]
    if not again:
        return tuple(spells)
    told: set[Spell] = set()
    for program in {min(may_be(s.same), key=len) for s in again}:
        told |= _told_again([s for s in spells if program in may_be(s.same)])
    return tuple(replace(s, amount=0) if s in told else s for s in spells)


def _told_again(spells: Sequence[Spell]) -> set[Spell]:
    """Of one programme's payments those made again that tell the first."""
    first: dict[str, list[int]] = defaultdict(list)
    back: list[tuple[str, int]] = []
    for s in spells:
        if f"{REISSUED}/" not in s.benefit and s.amount:
            if s.amount > 0:
                first[s.month].append(s.amount)
            else:
                back.append((s.month, -s.amount))
    empty = (
        [m for m in months_of(min(first), max(s.month for s in spells)) if m not in first] if first else []
    )
    told = set()
    for s in sorted((s for s in spells if f"{REISSUED}/" in s.benefit), key=lambda s: (s.month, s.benefit)):
        came_back = next((b for b in sorted(back) if b[0] <= s.month and b[1] == s.amount), None)
        skipped = next((m for m in empty if m <= s.month), None)
        if came_back:
            back.remove(came_back)
        elif skipped:
            empty.remove(skipped)
        elif s.amount in first.get(s.month, ()):
            told.add(s)
    return told
