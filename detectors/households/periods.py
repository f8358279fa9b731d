"""Programmes that are paid for several months at once: which months each payment is for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import pairwise
from typing import Final

from detectors.households.months import later

Windows = dict[str, tuple[str, ...]]
"""Month in which a programme pays → the months it pays for."""
Paid = Mapping[str, int | None]
"""Month → minor units paid, or due; empty: not stated."""
Due = Callable[[Iterable[str]], Paid]
"""What is due to a recipient in each of these months."""

_PERIODS: Final = (2, 3, 4, 6, 12)


def windows(covered: set[str], recipients: Iterable[tuple[Paid, Due]]) -> Windows:
    """The months that each payment is for: itself, or as many as there are between two payments.

    A programme whose payments lie apart is paid by the quarter or the like, in arrears or in advance, if most of what
    its recipients are paid is what is due for the whole period, and not for one month. `covered`: the months in which it
    pays; `recipients`: what each is paid, and what is due to it.
    """
    alone: Windows = {m: (m,) for m in covered}
    least = _apart(covered)
    if least < _PERIODS[0]:
        return alone
    known = [(paid, due) for paid, due in recipients if any(paid.values())]
    best, fitting = alone, 0
    for period in _PERIODS:
        for first in (1 - period, 0) if period <= least else ():
            tried = {m: tuple(later(m, first + n) for n in range(period)) for m in covered}
            fits, compared = _fit(tried, known)
            if fits * 2 > compared and fits > fitting:
                best, fitting = tried, fits
    return best


def _apart(covered: set[str]) -> int:
    """The fewest months from one payment to the next; of a single payment a year."""
    counts = sorted(int(m[:4]) * 12 + int(m[5:7]) for m in covered)
    return min((b - a for a, b in pairwise(counts)), default=_PERIODS[-1])


def _fit(tried: Windows, known: list[tuple[Paid, Due]]) -> tuple[int, int]:
    """(Payments that are what is due for their window and not for their month, payments compared)."""
    fits = compared = 0
    for paid, due in known:
        each = due({m for months in tried.values() for m in months})
        whole = fold(each, tried)
        for month, amount in paid.items():
            if amount is None or whole.get(month) is None or month not in tried:
                continue
            compared += 1
            fits += amount == whole[month] != each.get(month)
    return fits, compared


def between(covered: Collection[str], by: Windows) -> list[str]:
    """The months between those covered that are not, and for which no payment of another month is either."""
    paid_for = {*covered, *(m for months in by.values() for m in months)}
    first, last = min(covered, default=""), max(covered, default="")
    found, month = [], first
    while month < last:
        month = later(month, 1)
        if month not in paid_for:
            found.append(month)
    return found


def fold(due: Paid, by: Windows) -> dict[str, int | None]:
    """What is due for the months of each window, by the month in which it is paid; nothing where no month is due."""
    found: dict[str, int | None] = {}
    for month, months in by.items():
        amounts = [due[m] for m in months if m in due]
        if amounts:
            found[month] = None if None in amounts else sum(a or 0 for a in amounts)
    return found
