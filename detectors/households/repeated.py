"""An amount that one list repeats at several members of a household, into one account: all of it, or a share of each.

The rows alone don't say which. What is due says it, where one of the two readings is exactly that and the other never is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detectors.households.amounts import by_month
from detectors.households.paid import Spell, as_shares
from detectors.households.told_twice import counted_once, told_again


def settled(spells: Sequence[Spell], due: Mapping[str, int | None]) -> tuple[tuple[Spell, ...], bool]:
    """The payments of one programme as `due` (minor units by month) says that they are meant, and whether it leaves that open.

    A list is kept in one way: what one month settles is so in all of them. Repeated amounts that another list tells in
    full are shares. Left open, they are the household's.
    """
    if not any(s.repeated > 1 for s in spells):
        return tuple(spells), False
    again = told_again(spells)
    spells = tuple(s for t in spells for s in (as_shares([t]) if t in again else (t,)))
    months = {s.month for s in spells if s.repeated > 1}
    one, shares = (by_month(counted_once(read)) for read in (spells, as_shares(spells)))
    known = {m for m in months if due.get(m)}
    fits_one, fits_shares = (any(paid.get(m) == due[m] for m in known) for paid in (one, shares))
    if fits_shares and not fits_one:
        return as_shares(spells), False
    return spells, bool(months) and not (fits_one and not fits_shares)
