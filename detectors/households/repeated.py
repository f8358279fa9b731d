"""An amount that one list repeats at several members of a household, into one account: all of it, or a share of each.

The rows alone don't say which. What is due says it, where one of the two readings is exactly that and the other never is. A list
headed 领取人 pays each whom it names; but what it repeats at several, into one account, may be the household's all the same:
then only what is due to all of them together says that it is a share of each, and the least that was paid is what counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from detectors.households.amounts import by_month
from detectors.households.paid import Spell, as_shares
from detectors.households.told_twice import counted_once, told_again
from graph.programs import may_be


def settled(spells: Sequence[Spell], due: Mapping[str, int | None]) -> tuple[tuple[Spell, ...], bool]:
    """The payments of one programme as `due` (minor units by month) says that they are meant, and whether it leaves that open.

    A list is kept in one way: what one month settles is so in all of them. Repeated amounts that another list tells in
    full are shares. Left open, they are the household's.
    """
    spells, to_payees = _at_payees(spells)
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
    return spells, bool(months) and (to_payees or not (fits_one and not fits_shares))


def _at_payees(spells: Sequence[Spell]) -> tuple[tuple[Spell, ...], bool]:
    """The payments, what one programme pays several of a household in a month, as much to each and into one account, as one
    that is repeated at them; and whether there is any.
    """
    parts: dict[tuple[str, str], list[Spell]] = defaultdict(list)
    for s in spells:
        if s.person and s.amount and not s.benefit.startswith(f"{s.person}/"):
            parts[s.month, min(may_be(s.same), key=len)].append(s)
    read: dict[Spell, Spell] = {}
    for mine in parts.values():
        alike = {(s.amount, s.account_key) for s in mine}
        persons = {s.person for s in mine}
        if len(mine) == len(persons) > 1 and len(alike) == 1 and mine[0].account_key:
            first, *others = sorted(mine, key=lambda s: s.benefit)
            read[first] = replace(first, repeated=len(mine))
            read.update({s: replace(s, amount=0) for s in others})
    return tuple(read.get(s, s) for s in spells), bool(read)
