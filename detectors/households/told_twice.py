"""Payments that one list states by household and another by person: perhaps the same money, told twice.

What a load can't know, since the rows name different recipients: offices keep a list of households and a list of those
whose cards are paid. Where the amounts of a month meet, and no place or account says that they are two payments, nothing
that rests on both together is a lead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from detectors.households.districts import apart
from graph.programs import may_be

if TYPE_CHECKING:
    from detectors.households.paid import Spell

TOLD_TWICE: Final = (
    "told-twice",
    "按户与按人的发放金额相等（或多数月份相等），可能是同一笔发放在两份名单上各写一次，只计一次",
    "what is paid by household and by person is the same amount, or is in most months: perhaps one payment that two lists state, and it counts once",
)
_ALONE: Final = 2
_OF_PERSON: Final = "person"
"""How ids of payments begin that name a person and no household (`loaders.tables.payments`)."""


def told_again(spells: Sequence[Spell]) -> frozenset[Spell]:
    """Of one recipient's payments those that may tell, once more, what its others of the same month and programme tell.

    What is paid to persons of a household beside what is paid to it: all of theirs together, or one person's, is as much
    as all of the household's or one of its payments. Of payments that name no person, the several that together are as
    much as the one beside them. What one person is paid by a list with the household's number, and by one without it, is
    one payment if it is as much. So is what a list repeats at members, by the amount or by all their shares. Lists that
    tell the same money in most of their common months do so in the others, where one states more. An amount that is not
    stated tells nothing.
    """
    # What most recipients are paid: once a month.
    if len(spells) < _ALONE or len({s.month for s in spells}) == len(spells):
        return frozenset()
    of_month: dict[tuple[str, str], list[Spell]] = defaultdict(list)
    for spell in spells:
        # 低保 may be 城市低保 or 农村低保: a list leaves the area out.
        of_month[spell.month, min(may_be(spell.same), key=len)].append(spell)
    found: set[Spell] = set()
    of_program: dict[str, list[list[Spell]]] = defaultdict(list)
    for (_, program), paid in of_month.items():
        if len(paid) >= _ALONE:
            stated = [s for s in paid if s.amount]
            found.update(_again(stated))
            of_program[program].append(stated)
    for months in of_program.values():
        found.update(_with_a_difference(months, found))
    return frozenset(found)


def counted_once(spells: Sequence[Spell]) -> tuple[Spell, ...]:
    """The payments, without those that may be told twice."""
    again = told_again(spells)
    return tuple(s for s in spells if s not in again) if again else tuple(spells)


def _again(paid: Sequence[Spell]) -> list[Spell]:
    whole, parts = [s for s in paid if not s.person], [s for s in paid if s.person]
    found = _at_members(whole)
    whole = [s for s in whole if s not in found]
    found += _parts_of_one(whole)
    whole = [s for s in whole if s not in found]
    own = [s for s in parts if not s.benefit.startswith(_OF_PERSON)]
    alone = [s for s in parts if s.benefit.startswith(_OF_PERSON)]
    found += [*_of_persons(whole, own), *_of_persons(whole, alone)]
    known = set(found)
    for person in sorted({s.person for s in alone} & {s.person for s in own}):
        mine = [[s for s in side if s.person == person] for side in (own, alone)]
        if known.isdisjoint(mine[1]) and _one_money(*mine):
            found.extend(mine[1])
    return found


def _of_persons(whole: Sequence[Spell], parts: Sequence[Spell]) -> list[Spell]:
    """Of what persons are paid, all of it or else one person's, that is as much as what the household is paid."""
    mine = [[s for s in parts if s.person == p] for p in sorted({s.person for s in parts})]
    for those in (parts, *mine):
        if any(_one_money(of, those) for of in (whole, *([s] for s in whole))):
            return list(those)
    return []


def _with_a_difference(months: Sequence[Sequence[Spell]], found: Collection[Spell]) -> list[Spell]:
    """Of two kinds of lists that tell the same money in most of their common months, the one that states less in the others.

    `months`: of each month what one programme pays; `found`: what is known to be told again.
    """
    more: list[Spell] = []
    for kinds in _KINDS:
        alike, others = 0, []
        for paid in months:
            one, other = ([s for s in paid if _kind(s) == kind] for kind in kinds)
            if not one or not other or not _comparable(one, other):
                continue
            if _one_money(one, other) or _of_persons(one, other):
                alike += 1
            elif not any(s in found for s in (*one, *other)):
                others.append(min(one, other, key=lambda side: max(_totals(side))))
        if alike > len(others):
            more += [s for side in others for s in side]
    return more


_KINDS: Final = (("whole", "members"), ("whole", "own"), ("whole", "alone"), ("members", "alone"))


def _kind(spell: Spell) -> str:
    """In what kind of list a payment stands: by household, of its amount at each member, or by person with or without it."""
    if not spell.person:
        return "members" if spell.repeated else "whole"
    return "alone" if spell.benefit.startswith(_OF_PERSON) else "own"


def _at_members(paid: Sequence[Spell]) -> list[Spell]:
    """Of what a list repeats at members, all or else one payment, that is as much as what is paid to the household."""
    mine, whole = [s for s in paid if s.repeated], [s for s in paid if not s.repeated]
    for those in (mine, *([s] for s in mine)):
        if any(_one_money(of, those) for of in (whole, *([s] for s in whole))):
            return list(those)
    return []


def _parts_of_one(paid: Sequence[Spell]) -> list[Spell]:
    """The several that together are as much as the largest; nothing where money was taken back among them."""
    if len(paid) <= _ALONE or any((s.amount or 0) < 0 for s in paid):
        return []
    largest = max(paid, key=lambda s: (s.amount or 0, s.benefit))
    others = [s for s in paid if s is not largest]
    return others if _one_money([largest], others) else []


def _one_money(one: Sequence[Spell], other: Sequence[Spell]) -> bool:
    """As much in all, above nothing, for one programme, in no two districts, and not into different accounts where both state theirs."""
    return any(total > 0 for total in _totals(one) & _totals(other)) and _comparable(one, other)


def _comparable(one: Sequence[Spell], other: Sequence[Spell]) -> bool:
    """For one programme, in no two districts, and not into different accounts where both state theirs?"""
    if any(a.same not in may_be(b.same) or apart(a.region, b.region) for a in one for b in other):
        return False
    accounts = [{s.account_key for s in side if s.account_key} for side in (one, other)]
    return not all(accounts) or not accounts[0].isdisjoint(accounts[1])


def _totals(spells: Sequence[Spell]) -> set[int]:
    """What is paid in all, by either reading of amounts that are repeated at members."""
    return {sum(s.amount or 0 for s in spells), sum(s.in_all or 0 for s in spells)}
