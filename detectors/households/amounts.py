"""What a household is paid a month, under each programme, and before and after one of its members died."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from detectors.definition import Undecided
from detectors.households.deaths import living
from detectors.households.paid import Recipient, Spell, as_shares


@dataclass(frozen=True, slots=True)
class Unlowered:
    """A programme that went on as it was: `before` and, by month until less was paid, `paid`, in minor units.

    `joined`: those of the months in which no fewer people lived in the household than when the member died.
    """

    program: str
    before: int
    paid: Mapping[str, int]
    joined: frozenset[str]


NO_AMOUNT: Final = "发放记录没有金额", "the payments state no amount"
REPEATED: Final = (
    "同额各行是全户一笔还是各成员各一份，发放记录看不出",
    "the payments repeat one amount at several members, of the household or a share of each",
)


def repeated_said(one: Mapping[str, int | None], shares: Mapping[str, int | None]) -> tuple[str, str]:
    """As `REPEATED`, with what was paid by either reading. Minor units by month."""
    sums = []
    for paid in (one, shares):
        total = sum(paid[m] or 0 for m in paid if shares.get(m) != one.get(m))
        sums.append(f"{total / 100:,.2f}")
    zh, en = REPEATED
    return (
        f"{zh}（全户一笔：共{sums[0]}元；各成员各一份：共{sums[1]}元）",
        f"{en} ({sums[0]} yuan in all, or {sums[1]})",
    )


def unlowered(of: Recipient, person: str, date: str) -> tuple[list[Unlowered], tuple[str, str] | None]:
    """The programmes that paid no less after a member's death on `date`; what is missing that would tell, if anything is.

    Programmes are compared each with itself, and only while somebody else lives on. What rises again after it was
    lowered has been recalculated.
    """
    died = date[:7]
    later = {str(m["person_id"]) for m in of.members if str(m["member_from"] or "") > date}
    programs: dict[str, list[Spell]] = defaultdict(list)
    for spell in of.once:
        if not spell.person or (of.unlisted and of.kind == "person"):
            programs[spell.same].append(spell)
    found: list[Unlowered] = []
    lacking = None
    for _, spells in sorted(programs.items()):
        paid = by_month(spells)
        last = max((m for m in paid if m <= died), default="")
        after = [m for m in sorted(paid) if m > died and (of.unlisted or living(of, m) - {person})]
        if not last or not after:
            continue
        before = paid[last]
        if before is None or all(paid[m] is None for m in after):
            lacking = NO_AMOUNT
            continue
        stated = {m: amount for m in after if (amount := paid[m]) is not None}
        lowered = next((m for m, amount in stated.items() if amount < before), "9999-12")
        # Of what a list repeats at members fewer of them may be paid their shares.
        shares = by_month(as_shares(spells))
        fewer = min((m for m in stated if (shares[m] or 0) < (shares[last] or 0)), default="9999-12")
        if fewer < lowered:
            lacking = REPEATED
        unchanged = {m: amount for m, amount in stated.items() if m < min(lowered, fewer)}
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


def unknown_change(of: Recipient, person: str, lacking: tuple[str, str]) -> Iterator[Undecided]:
    """After a member's death it can't be told whether the payments changed; `lacking`: why, in Chinese and English."""
    zh = f"{lacking[0]}，人口减少后金额是否调整无法判定"
    en = f"{lacking[1]}: whether it changed can't be decided"
    yield Undecided(of.kind, of.id, (person,), zh, en)
