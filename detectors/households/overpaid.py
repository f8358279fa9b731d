"""What a recipient is paid above its entitlement, month by month, and what explains it innocently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from detectors.definition import Values
from detectors.households.deaths import living
from detectors.households.entitlements import Entitlement
from detectors.households.months import later, months_said
from detectors.households.told_twice import TOLD_TWICE
from graph.counted import counted

EVENED_OUT: Final = (
    "evened-out",
    "多发的金额未超过其他月份少发的金额（如补发、预发或扣回）",
    "what was paid above is no more than what was paid short in other months, as arrears, advances or recoveries are",
)


@dataclass(frozen=True, slots=True)
class Overpaid:
    """Month → minor units above what is due; `ended`: those after all that the list states of the recipient; `waived`:
    those that began after the benefit was declined.

    `partly`: months in which whoever is paid is not all on the list; `unstated`: an amount is missing; `beyond`: the list
    names the recipient before or after alone, or nobody. `paid`: what is laid beside what is due. `told_twice`: nothing of
    it is above once what two lists may both tell counts once.
    """

    above: dict[str, int]
    ended: tuple[str, ...]
    waived: tuple[str, ...]
    partly: tuple[str, ...]
    unstated: tuple[str, ...]
    beyond: tuple[str, ...]
    paid: Mapping[str, int | None]
    told_twice: bool = False


def overpaid(e: Entitlement, values: Values) -> Overpaid:
    """What is paid above the entitlement, from the rule's `surplus` a month on; months after a death are left out.

    Payments that two lists may both tell count once, and all only where nothing is above otherwise (`told_twice`).
    """
    found = _overpaid(e, values, e.paid)
    if not found.above or e.once == e.paid:
        return found
    sure = _overpaid(e, values, e.once)
    return sure if sure.above else replace(found, told_twice=True)


def _overpaid(e: Entitlement, values: Values, by_month: Mapping[str, int | None]) -> Overpaid:
    above: dict[str, int] = {}
    ended, partly, unstated, beyond = [], [], [], []
    for month, paid in sorted(by_month.items()):
        after = month in e.after
        if not e.alive(month):
            continue
        if not (month in e.most or after):
            beyond.append(month)
            continue
        due = 0 if after else e.most[month]
        if not _all_listed(e, month):
            partly.append(month)
        elif paid is None or due is None:
            unstated.append(month)
        elif paid - due >= max(1, round(float(e.of.settled(values, month)["surplus"]) * 100)):
            above[month] = paid - due
            if after:
                ended.append(month)
    waived = tuple(m for m in above if m in e.waived)
    return Overpaid(above, tuple(ended), waived, tuple(partly), tuple(unstated), tuple(beyond), by_month)


def _all_listed(e: Entitlement, month: str) -> bool:
    """Is everybody that is paid for in a month on the list, so that what is paid can be laid beside it?

    A household that declined as a whole is due nothing, whoever of it the list names.
    """
    if "" in e.waived.get(month, ()):
        return True
    paid_for: set[str] = set()
    for spell in (s for s in e.spells if s.month == month):
        paid_for.update([spell.person] if spell.person else living(e.of, month))
    return not e.listed or paid_for <= e.listed


def short_elsewhere(e: Entitlement, found: Overpaid) -> int:
    """Minor units paid short in all months due, as far as amounts are stated; what was declined is not short.

    `found`: what was paid above in each month. The newest month may not be paid yet: while it is not, it is short where
    it can have been paid in advance, whole, in one of these.
    """
    # Of a payment whose amount is not stated nobody knows whether it was short.
    stated = {
        m: amount for m in e.due if (amount := found.paid.get(m, 0)) is not None and m not in e.declined
    }
    short = {m: (e.due[m] or 0) - paid for m, paid in stated.items() if e.alive(m)}
    newest = max(e.covered, default="")
    if newest not in e.paid and short.get(newest, 0) > max(found.above.values(), default=0):
        del short[newest]
    return sum(gap for gap in short.values() if gap > 0)


def explained(e: Entitlement, found: Overpaid) -> tuple[str, str, str] | None:
    """What explains innocently all that is paid above; None where nothing does."""
    if found.told_twice:
        return TOLD_TWICE
    return EVENED_OUT if short_elsewhere(e, found) >= sum(found.above.values()) else None


def leads(e: Entitlement, found: Overpaid) -> bool:
    """Is anything paid above that nothing explains?"""
    return bool(found.above) and explained(e, found) is None


def lacking(e: Entitlement, found: Overpaid) -> tuple[str, str] | None:
    """What is missing, in Chinese and English, without which it can't be told that nothing is paid above."""
    if found.partly:
        return "资格名单只列出部分领取成员", "the list names some of those paid alone"
    if found.unstated:
        return "资格名单或发放记录没有金额", "the list, or the payments, state no amount"
    if found.beyond:
        months, count = months_said(found.beyond), len(found.beyond)
        zh, en = f"资格名单没有{months}中{count}个月的记录", f"{counted(count, 'month')} of {months}"
        return zh, f"the list says nothing of {en}"
    return ("有发放记录没有月份", "some payments state no month") if e.undated else None


def skipped(e: Entitlement, found: Overpaid) -> tuple[str, str] | None:
    """That what is paid above may be for months beside it that are due and in which nobody at all is paid: it is just that."""
    filled: set[str] = set()
    for month, above in found.above.items():
        beside = next((run for run in _runs_beside(e, month) if _due_in(e, run) == above), [])
        if not beside:
            return None
        filled.update(beside)
    if not filled:
        return None
    said, count = months_said(sorted(filled)), len(filled)
    zh = f"{said}有{count}个月应享而没有任何人的发放（可能并入其他月份补发、预发，也可能没有加载）"
    en = f"nobody is paid for {counted(count, 'month')} of {said} that {'is' if count == 1 else 'are'} due"
    return zh, f"{en} (perhaps paid with other months, perhaps not loaded)"


def _runs_beside(e: Entitlement, month: str) -> Iterator[list[str]]:
    """The months skipped just before a month, one and more, and just after it."""
    for step in (-1, 1):
        run: list[str] = []
        while (beside := later(month, step * (len(run) + 1))) in e.skipped:
            run = [*run, beside]
            yield run


def _due_in(e: Entitlement, months: Sequence[str]) -> int:
    return sum(e.skipped[m] or 0 for m in months)
