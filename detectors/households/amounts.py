"""What a household is paid a month, under each programme, and before and after one of its members died."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from detectors.definition import Undecided
from detectors.households.deaths import living
from detectors.households.paid import Recipient, Spell


@dataclass(frozen=True, slots=True)
class Unlowered:
    """A programme that went on as it was: `before` and, by month until less was paid, `paid`, in minor units.

    `joined`: those of the months in which no fewer people lived in the household than when the member died.
    """

    program: str
    before: int
    paid: Mapping[str, int]
    joined: frozenset[str]


def unlowered(of: Recipient, person: str, date: str) -> tuple[list[Unlowered], bool]:
    """The programmes that paid no less after a member's death on `date`; are amounts missing that would tell?

    Programmes are compared each with itself, and only while somebody else lives on. What rises again after it was
    lowered has been recalculated.
    """
    died = date[:7]
    later = {str(m["person_id"]) for m in of.members if str(m["member_from"] or "") > date}
    programs: dict[str, list[Spell]] = defaultdict(list)
    for spell in of.once:
        if not spell.person or (of.unlisted and of.kind == "person"):
            programs[spell.same].append(spell)
    found, lacking = [], False
    for _, spells in sorted(programs.items()):
        paid = by_month(spells)
        last = max((m for m in paid if m <= died), default="")
        after = [m for m in sorted(paid) if m > died and (of.unlisted or living(of, m) - {person})]
        if not last or not after:
            continue
        before = paid[last]
        if before is None or all(paid[m] is None for m in after):
            lacking = True
            continue
        stated = {m: amount for m in after if (amount := paid[m]) is not None}
        lowered = next((m for m, amount in stated.items() if amount < before), "9999-12")
        unchanged = {m: amount for m, amount in stated.items() if m < lowered}
        if unchanged:
            # Who is taken off the list on the first of the month lived there when he died.
            size = len((living(of, last) - later) | {person})
            joined = frozenset(m for m in unchanged if len(living(of, m)) >= size)
            found.append(Unlowered(spells[0].program, before, unchanged, joined))
    return found, lacking


def by_month(spells: Sequence[Spell]) -> dict[str, int | None]:
    """Minor units by month; empty where one of the month's payments states none."""
    paid: dict[str, int | None] = {}
    for s in spells:
        known = paid.get(s.month, 0)
        paid[s.month] = None if known is None or s.amount is None else known + s.amount
    return paid


def no_amount(of: Recipient, person: str) -> Iterator[Undecided]:
    """After a member's death it can't be told whether the payments changed."""
    zh = "发放记录没有金额，人口减少后金额是否调整无法判定"
    en = "the payments state no amount: whether it changed can't be decided"
    yield Undecided(of.kind, of.id, (person,), zh, en)
