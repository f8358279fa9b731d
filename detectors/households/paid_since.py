"""What is paid to a household that all have left, and what it may be innocently: arrears, or another household's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from detectors.definition import Row, Values
from detectors.households.all_left import whole_known
from detectors.households.deaths import dead, deaths_among
from detectors.households.drafts import yuan
from detectors.households.late import PAYABLE, RECOVERED, all_recovered, without_recoveries
from detectors.households.months import in_month, later, months_of, months_said
from detectors.households.paid import Recipient, Spell
from detectors.households.unnumbered import unlisted_said
from graph.counted import counted
from graph.programs import ARREARS as SAID_ARREARS
from graph.programs import may_be

ARREARS: Final = (
    "arrears",
    "项目名称写明是补发，补的是以前月份",
    "the programme is named as arrears (补发), which are for earlier months",
)


@dataclass(frozen=True, slots=True)
class Since:
    """What was paid since all left (`spells`, in order of months) and what came back of it.

    `why`: the rule that explains all of it; `open`: in Chinese and English, why it can't be told that anything is left.
    """

    spells: tuple[Spell, ...]
    back: tuple[Spell, ...] = ()
    why: tuple[str, str, str] | None = None
    open: tuple[str, str] | None = None


class Homes:
    """Where people who left a household belong besides, and in which months these households are paid."""

    def __init__(self, members: Sequence[Row], paid: Iterable[Recipient]):
        # A list may tell by name alone who left: then another row of the household has his number.
        left = {m["household_id"] for m in members if m["left_on"]}
        theirs = {m["person_id"] for m in members if m["household_id"] in left}
        self._homes: dict[str, list[Row]] = defaultdict(list)
        for row in members:
            if row["person_id"] in theirs:
                self._homes[str(row["person_id"])].append(row)
        self._paid = {of.id: of for of in paid}

    def unpaid(self, persons: Collection[str], household: str, month: str) -> list[str]:
        """The other households that some of these persons belong to in a month, and that nothing is paid to then."""
        others = {
            str(m["household_id"])
            for p in persons
            for m in self._homes.get(p, ())
            if in_month(m["member_from"], m["member_to"], month)
        }
        return sorted(
            h for h in others - {household} if h not in self._paid or month not in self._paid[h].months
        )


def late(of: Recipient, left: Mapping[str, str], values: Values) -> list[Spell]:
    """What is paid to the household for months after the last left and the months of grace of the rule.

    What is paid to a person without the household's number is his, wherever he lives. Where those who left last left by
    their death, `paid-after-death` tells it.
    """
    last, deaths = max(left.values()), deaths_among(of)
    return [
        s
        for s in of.spells
        if s.benefit.startswith(f"{of.id}/")
        and s.month > later(last[:7], int(of.settled(values, s.month)["grace_months"]))
        and not of.members_in(s.month)
        and not dead(of, s, deaths, 0)
    ]


def paid_since(of: Recipient, left: Mapping[str, str], homes: Homes, values: Values) -> Since:
    """What was paid since all left (`left`: see `all_left`), what explains it, or why that can't be told."""
    paid, returned = without_recoveries((s, ()) for s in late(of, left, values))
    spells, back = tuple(s for s, _ in paid), tuple(returned)
    if not spells:
        return Since(())
    if not whole_known(of):
        return Since(spells, open=_not_whole(of))
    elsewhere = {m: homes.unpaid(left.keys(), of.id, m) for m in {s.month for s in spells}}
    here = tuple(s for s in spells if not elsewhere[s.month])
    if not here:
        return Since(spells, open=_moved({h for others in elsewhere.values() for h in others}))
    named = tuple(s for s in here if not is_arrears(s))
    mine = tuple(s for s in named if not _payable(of, s, values))
    if not mine:
        return Since(here, back, PAYABLE if named else ARREARS)
    may, unpaid = _unpaid_before(of, mine, max(left.values()))
    counted_ = tuple(s for s in mine if s not in may)
    if not counted_:
        return Since(mine, open=_not_paid(unpaid))
    return Since(counted_, back, RECOVERED if all_recovered([(s, ()) for s in counted_], back) else None)


def is_arrears(spell: Spell) -> bool:
    """Does its programme's name say that it is paid in arrears?"""
    return f"{SAID_ARREARS}/" in spell.benefit


def _payable(of: Recipient, spell: Spell, values: Values) -> bool:
    words = str(of.settled(values, spell.month)["payable_programs"]).split(";")
    return any(w.strip() and w.strip() in spell.program for w in words)


def _unpaid_before(of: Recipient, paid: Sequence[Spell], last: str) -> tuple[set[Spell], list[str]]:
    """Of payments since the last left those that come to no more than what was not paid before, and the months of that.

    Under each programme: months that nothing was paid for between the first that was and the last of a member, at the
    most that was paid for one.
    """
    may: set[Spell] = set()
    unpaid: set[str] = set()
    of_program: dict[str, list[Spell]] = defaultdict(list)
    for spell in paid:
        of_program[min(may_be(spell.same), key=len)].append(spell)
    for program, spells in of_program.items():
        before: dict[str, int] = defaultdict(int)
        for s in of.once:
            if s.month <= last[:7] and s.same in may_be(program):
                before[s.month] += s.amount or 0
        skipped = [m for m in months_of(min(before), last) if m not in before] if before else []
        amounts = [s.amount for s in spells if s.amount is not None]
        most = max(before.values(), default=0) * len(skipped)
        if skipped and len(amounts) == len(spells) and sum(amounts) <= most:
            may.update(spells)
            unpaid.update(skipped)
    return may, sorted(unpaid)


def _not_whole(of: Recipient) -> tuple[str, str]:
    if of.unlisted:
        zh, en = unlisted_said(of)
        return f"{zh}，他们均已减少，其余成员没有记录", f"{en} and has left; of the others nothing is stated"
    known = len(of.persons)
    return (
        f"已知的{known}名成员均已减少，而名单没有写明家庭人口，户内是否还有他人不明（请加载写明家庭人口的名册）",
        f"{counted(known, 'known member has', 'known members have')} left, but no list says how many people the household has: "
        "whether there are others is not known (load a list with 家庭人口)",
    )


def _moved(homes: Collection[str]) -> tuple[str, str]:
    named = "、".join(sorted(h.partition(":")[2] for h in homes))
    return (
        f"全部成员均已减少，而有成员已列入另一户（{named}），该户同月没有发放，可能仍以原户号发放",
        f"all members have left, and some belong to another household ({named}) that is not paid then: perhaps it is paid "
        "under the old number",
    )


def _not_paid(months: Sequence[str]) -> tuple[str, str]:
    said, count = months_said(months), len(months)
    return (
        f"全部成员均已减少；减少之前{said}有{count}个月没有发放，其后的发放不超过这些月份的金额，可能是补发",
        f"all members have left; before that nothing was paid for {counted(count, 'month')} of {said}, and what is paid since "
        "is no more than their amount: perhaps arrears",
    )


def sum_said(spells: Sequence[Spell]) -> dict[str, str]:
    """What a sentence says of the money, in both languages: what is stated, and how many payments state nothing."""
    stated = [s.amount for s in spells if s.amount is not None]
    silent = len(spells) - len(stated)
    if not stated:
        return {"sum_zh": "（金额未写明）", "sum_en": " (no amount is stated)"}
    zh, en = f"、{yuan(sum(stated))}元", f", {yuan(sum(stated))} yuan"
    if silent:
        zh += f"（另有{silent}笔未写明金额）"
        en += f" (beside {counted(silent, 'payment')} of which no amount is stated)"
    return {"sum_zh": zh, "sum_en": en}
