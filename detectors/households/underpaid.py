"""What explains innocently that a recipient is paid short of its entitlement, and by how much it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from detectors.households.drafts import yuan
from detectors.households.entitlements import DECLINED, PART_MONTH, Entitlement
from graph.counted import counted

PENDING: Final = (
    "payment-pending",
    "仅最近一个发放月份未到账，可能尚在发放中",
    "only the latest month paid by the programme is missing: perhaps still under way",
)
MADE_UP: Final = (
    "made-up-later",
    "此后月份多发的金额已足以补足",
    "what was paid above the entitlement in later months makes up for it",
)


AHEAD: Final = (
    "paid-ahead",
    "此前月份多发的金额已足以抵补（如节前预发，或扣回以前多发）",
    "what was paid above the entitlement in earlier months makes up for it, as an advance does, or is taken back",
)


def paid_ahead(e: Entitlement, short: Mapping[str, int]) -> set[str]:
    """Months short by no more than was paid above in all months before, taken together: advances, and what is taken back."""
    ahead, balance = set(), 0
    for month in sorted(e.due):
        due, paid = e.due[month], e.paid.get(month, 0)
        if due is None or paid is None or (month in e.declined and not paid) or e.in_part(month):
            continue
        if month in short and balance >= due - paid > 0:
            ahead.add(month)
        balance += paid - due
    return ahead


def explained(e: Entitlement, short: Mapping[str, int], ahead: set[str]) -> tuple[str, str, str] | None:
    """What explains these months short, of which those in `ahead` are made up for before; None where nothing does."""
    if e.declined.issuperset(short):
        return DECLINED
    if all(m in e.declined or e.in_part(m) or m in ahead for m in short):
        return AHEAD if any(m in ahead for m in short) else PART_MONTH
    if all(m not in e.paid and m == max(e.covered) for m in short):
        return PENDING
    if any(e.due[m] is None for m in short):
        return None
    later = {m: paid for m, paid in e.paid.items() if m > min(short) and paid is not None}
    # What comes after it was declined can only be for months before.
    due = {m: e.most[m] if m in e.waived else e.due.get(m, 0) for m in later}
    surplus = sum(max(0, paid - amount) for m, paid in later.items() if (amount := due[m]) is not None)
    return MADE_UP if surplus >= sum(short.values()) else None


def short_by(total: int, unknown: int) -> dict[str, str]:
    """By how much (minor units) in words (`short_zh`, `short_en`), where of so many months nobody states what is due."""
    if not total:
        return {
            "short_zh": "名单没有写明标准，少发金额不详",
            "short_en": "by an amount that is not known, since the list states none",
        }
    zh, en = f"按已知标准少发{yuan(total)}元", f"by {yuan(total)} yuan as far as amounts are stated"
    if unknown:
        zh += f"（另有{unknown}个月标准不详）"
        en += f" (what is due in {counted(unknown, 'more month')} is not known)"
    return {"short_zh": zh, "short_en": en}
