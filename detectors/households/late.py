"""Payments for months after a death, what came back of them, and what explains them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from detectors.households.drafts import yuan
from detectors.households.paid import Spell

Late = tuple[Spell, tuple[str, ...]]
"""A payment, and who of those it is for was dead."""

SURVIVED: Final = (
    "surviving-members",
    "户内尚有其他共同生活成员，属人口变化，见“家庭成员身故后金额未调整”",
    "other members survive: a change of the household's size, see “A member died and the amount did not change”",
)
PAYABLE: Final = (
    "payable-after-death",
    "该项目按规定在身故后发放（如丧葬补助）",
    "the programme is meant to be paid after a death, as a funeral grant is",
)
RECOVERED: Final = (
    "recovered",
    "身故后发放的金额已在后续月份全部扣回",
    "all that was paid after the death has been recovered in later months",
)


def without_recoveries(late: Iterable[Late]) -> tuple[list[Late], list[Spell]]:
    """(Payments, recoveries): money that came back was not paid for its month, and where none was moved nothing was."""
    paid, back = [], []
    for spell, who in late:
        if spell.amount is None or spell.amount > 0:
            paid.append((spell, who))
        elif spell.amount:
            back.append(spell)
    return paid, back


def total(spells: Iterable[Spell]) -> int:
    """Minor units, as far as amounts are stated."""
    return sum(s.amount or 0 for s in spells)


def all_recovered(paid: Sequence[Late], back: Sequence[Spell]) -> bool:
    """Has all come back? Not known to have where an amount is not stated."""
    return all(s.amount for s, _ in paid) and total(s for s, _ in paid) + total(back) <= 0


def recovered_said(back: Sequence[Spell]) -> dict[str, str]:
    """What a sentence adds of money that came back, in both languages."""
    amount = yuan(-total(back))
    return {
        "recovered_zh": f"，其后扣回{amount}元" if back else "",
        "recovered_en": f", of which {amount} yuan was recovered later" if back else "",
    }
