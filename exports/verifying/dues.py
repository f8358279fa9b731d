"""What is due and paid month by month, by a finding about a list of those entitled, held against the enclosed list and payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from detectors.households.drafts import yuan
from detectors.households.months import in_month, later
from exports.verifying.enclosed import EDGES, FACTS, Enclosed
from exports.verifying.integrity import Fault
from exports.verifying.payments import (
    Payment,
    months_between,
    over_months,
    payments_by_month,
    programmes_called,
    sums_of,
)

_PERIODS: Final = (1, 2, 3, 4, 6, 12)
"""Months that one payment may be for (`detectors.households.periods`)."""
_MOST: Final = 5_000
Row = Mapping[str, str]
Due = frozenset[int | None]
"""Each amount that may be due, in minor units; None: an amount that is not stated. Empty: nothing is due."""


def due_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Faults of what findings say is due, paid, short and above, in each month and in all."""
    paid = payments_by_month(enclosed)
    for n, found in enumerate(enclosed.facts["findings"]):
        facts = found["facts"]
        if found.get("own_detector") or "program" not in facts:
            continue
        at, listed = f"{FACTS} /findings/{n}/facts", _Listed(enclosed, found)
        mine = {m: [p for p in one if p.of(listed.programmes)] for m, one in paid.items()}
        if "by_month" in facts:
            yield from _months(facts, at)
            yield from _paid(facts["by_month"], mine, at)
            yield from _due(facts, listed, mine, at)
            yield from _after(facts, listed, at)
            yield from _totals(facts, at)
        elif isinstance(facts.get("due"), int):
            yield from _due_in_all(facts, listed, mine, at)


class _Listed:
    """The rows of the list that a finding rests on, and of what was declined."""

    def __init__(self, enclosed: Enclosed, found: Mapping[str, Any]):
        keys = set(found["evidence"]["keys"])
        self.rows = [e for k, e in enclosed.edges.items() if e["type"] == "ENTITLED_TO" and k in keys]
        self.declined = [e for e in enclosed.edges.values() if e["type"] == "DECLINES"]
        names = {enclosed.nodes.get(r["target"], {}).get("name") or r["target"] for r in self.rows}
        called = {str(found["facts"]["program"]), *names}
        self.programmes = frozenset().union(*(programmes_called(enclosed, name) for name in called))
        self._whose: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            self._whose[row["source"]].append(row)

    def declines(self, month: str) -> bool:
        """Is it enclosed that somebody had declined in a month?"""
        return any(in_month(d["valid_from"], d["valid_to"], month) for d in self.declined)

    def due(self, month: str) -> Due:
        """What may be due in a month: of each household or person the rows that name the month, else those that began last."""
        sums: set[int | None] = set()
        for rows in self._whose.values():
            amounts = _stated(rows, month)
            if not amounts:
                continue
            # Of several one may have declined, by a row that need not be part of the proof.
            waived = len(self._whose) > 1 or self.declines(month)
            options = amounts | ({0} if waived else set())
            sums = {_sum(known, one) for known in (sums or {0}) for one in options}
        return frozenset(sums)


def _stated(rows: Sequence[Row], month: str) -> set[int | None]:
    named = [r for r in rows if (r.get("month") or "")[:7] == month]
    if named:
        amounts = [_amount(r) for r in named]
        return {None if None in amounts else sum(a or 0 for a in amounts)}
    lasting = [
        r
        for r in rows
        if not r.get("month") and in_month(r["valid_from"] or None, r["valid_to"] or None, month)
    ]
    began = max((r["valid_from"] for r in lasting), default="")
    latest = {_amount(r) for r in lasting if r["valid_from"] == began}
    return {None} if None in latest else latest


def _amount(row: Row) -> int | None:
    return int(float(row["amount"])) if row.get("amount") else None


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _folded(listed: _Listed, month: str, period: int, first: int) -> Due | None:
    """What may be due for all the months that a payment of this one is for; None where that is too much to tell."""
    sums: set[int | None] = set()
    for n in range(period):
        one = listed.due(later(month, first + n))
        if one:
            # What was declined in a month beside that of the payment need not be part of the proof.
            options = one | {0} if period > 1 else one
            sums = {_sum(known, more) for known in (sums or {0}) for more in options}
        if len(sums) > _MOST:
            return None
    return frozenset(sums)


def _windows(paid: Mapping[str, Sequence[Payment]]) -> list[tuple[int, int]]:
    """The periods that payments may be for, and how far before its month each begins: no longer than they lie apart."""
    months = sorted(m for m, payments in paid.items() if payments)
    counts = [int(m[:4]) * 12 + int(m[5:7]) for m in months]
    least = min((b - a for a, b in pairwise(counts)), default=_PERIODS[-1])
    return [(p, first) for p in _PERIODS if p <= max(1, least) for first in sorted({1 - p, 0})]


def _months(facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """The months listed are those the finding is about."""
    told, months = [one["month"] for one in facts["by_month"]], facts["months"]
    if (told[:1], told[-1:], len(told)) != (
        [months["from"]],
        [months["to"]],
        months["count"],
    ) or told != sorted(set(told)):
        yield Fault(
            f"{at}/by_month",
            f"所列 {len(told)} 个月与 months 不符（{months['from']} 至 {months['to']}，{months['count']} 个月）",
            f"lists {len(told)} months, which are not those of months ({months['count']} from {months['from']} to {months['to']})",
        )


def _paid(
    by_month: Sequence[Mapping[str, Any]], paid: Mapping[str, list[Payment]], at: str
) -> Iterator[Fault]:
    for n, one in enumerate(by_month):
        payments = paid.get(one["month"], [])
        possible = sums_of(payments)
        # What a person is paid who belonged to another household in a month is that one's.
        nobody = all(to.startswith("person") for p in payments for to in p.to)
        if one["paid"] is None or possible is None or one["paid"] in possible or (nobody and not one["paid"]):
            continue
        yield _apart(f"{at}/by_month/{n}/paid", one["paid"], sorted(possible), one["month"])


def _due(
    facts: Mapping[str, Any], listed: _Listed, paid: Mapping[str, Sequence[Payment]], at: str
) -> Iterator[Fault]:
    wrong: list[tuple[int, Mapping[str, Any], Due]] = []
    after = set(facts.get("months_after_end") or ())
    for period, first in _windows(paid):
        found = []
        for n, one in enumerate(facts["by_month"]):
            if one["month"] in after and one["due"] == 0:
                continue
            possible = _folded(listed, one["month"], period, first)
            if possible is not None and one["due"] not in possible:
                found.append((n, one, possible))
        if not found:
            return
        wrong = wrong or found
    for n, one, right in wrong:
        yield _apart(f"{at}/by_month/{n}/due", one["due"], sorted(right, key=str), one["month"])


def _after(facts: Mapping[str, Any], listed: _Listed, at: str) -> Iterator[Fault]:
    """After its end the list states nothing any more, and what was declined was declined by then."""
    ended, declined = (facts.get(f"months_after_{what}") or () for what in ("end", "declining"))
    wrong = [("end", m) for m in ended if listed.due(m)]
    wrong += [("declining", m) for m in declined if not listed.declines(m)]
    months = {one["month"] for one in facts["by_month"]}
    wrong += [("end", m) for m in ended if m not in months]
    wrong += [("declining", m) for m in declined if m not in months]
    for what, month in wrong:
        name = f"months_after_{what}"
        yield Fault(
            f"{at}/{name}",
            f"列有 {month}，与 {EDGES} 中的名单与放弃记录不符",
            f"has {month}, which the list and what was declined in {EDGES} do not bear out",
        )


def _totals(facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """What is short or above in all is what the months come to."""
    each = facts["by_month"]
    sums = {
        "shortfall": sum((one["due"] or 0) - (one["paid"] or 0) for one in each),
        "surplus": sum((one["paid"] or 0) - (one["due"] or 0) for one in each),
    }
    for name, right in sums.items():
        if name in facts and facts[name] != right:
            yield Fault(
                f"{at}/{name}",
                f"写为 {yuan(facts[name])} 元；各月合计为 {yuan(right)} 元",
                f"is stated as {yuan(facts[name])} yuan; the months come to {yuan(right)}",
            )
    lists = {
        "unpaid_months": [one["month"] for one in each if not one["paid"]],
        "amount_unknown": [one["month"] for one in each if not one["paid"] and one["due"] is None],
    }
    for name, months in lists.items():
        if name in facts and facts[name] != months:
            yield Fault(
                f"{at}/{name}",
                f"写为 {'、'.join(facts[name]) or '—'}；按各月应为 {'、'.join(months) or '—'}",
                f"is stated as {', '.join(facts[name]) or '—'}; by the months it is {', '.join(months) or '—'}",
            )


def _due_in_all(
    facts: Mapping[str, Any], listed: _Listed, paid: Mapping[str, Sequence[Payment]], at: str
) -> Iterator[Fault]:
    """What is due over months that nothing is paid for."""
    if not listed.rows:
        return
    between, count = months_between(facts["months"]), facts["months"]["count"]
    for period, first in _windows(paid):
        each = [_folded(listed, m, period, first) for m in between]
        known = [None if one is None else frozenset(a or 0 for a in one or {0}) for one in each]
        possible = over_months(known, count)
        if possible is None or facts["due"] in possible:
            return
    yield Fault(
        f"{at}/due",
        f"写为 {yuan(facts['due'])} 元；按 {EDGES} 中的名单不得此数",
        f"is stated as {yuan(facts['due'])} yuan; the list in {EDGES} does not give it",
    )


def _apart(at: str, told: int | None, right: Sequence[int | None], month: str) -> Fault:
    said, known = _said(told), "、".join(map(_said, right[:_SHOWN])) or "—"
    return Fault(
        at,
        f"{month} 写为 {said} 元；按所附记录为 {known} 元",
        f"is stated as {said} yuan in {month}; what is enclosed gives {known}",
    )


_SHOWN: Final = 5


def _said(amount: int | None) -> str:
    return "—" if amount is None else yuan(amount)
