"""The enclosed payments of a recipient, month by month, and what sums of money they can come to.

Which of several payments of a month count (of one programme, to the dead alone, once where two lists tell them, an amount
repeated at members as a share of each) is the detector's to say. So a sum is held against every sum that some of them give.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.households.districts import apart
from detectors.households.drafts import yuan
from detectors.households.months import months_of
from exports.verifying.enclosed import FACTS, NODES, Enclosed
from exports.verifying.integrity import Fault
from graph.programs import may_be, same_programme

RECIPIENTS: Final = ("household", "person")
_MOST_SUMS: Final = 20_000
"""Above so many different sums a number is no longer held against each of them, but against the greatest alone."""
_OF_ALL_PROGRAMMES: Final = frozenset({"underpayment", "overpayment", "eligible-not-receiving"})
"""Detectors whose findings name the programme they are about, beside all that was paid in its months."""


@dataclass(frozen=True, slots=True)
class Payment:
    """What one benefit is paid in each of its months. `counts`: minor units that it may count for, one of them.

    `programmes`: what its programme is called, as `same_programme` does, and `names`: as the tables do. `to`: who is paid.
    """

    amount: int
    counts: tuple[int, ...]
    programmes: frozenset[str]
    names: frozenset[str]
    region: str
    to: frozenset[str]

    def of(self, programmes: Collection[str]) -> bool:
        """Is it of one of these programmes, or of none that is enclosed?"""
        return not self.programmes or not self.programmes.isdisjoint(programmes)


Months = Mapping[str, Sequence[Payment]]
Sums = frozenset[int] | None
"""Every sum that is possible, in minor units; None where they are too many to tell."""


def payments_by_month(enclosed: Enclosed) -> dict[str, list[Payment]]:
    """All enclosed payments, by month (YYYY-MM); a spell without an end is of its first alone."""
    to: dict[str, set[str]] = defaultdict(set)
    under: dict[str, set[str]] = defaultdict(set)
    for edge in enclosed.edges.values():
        if edge["type"] == "RECEIVES":
            to[edge["target"]].add(edge["source"])
        elif edge["type"] == "UNDER":
            under[edge["source"]].add(edge["target"])
    found: dict[str, list[Payment]] = defaultdict(list)
    for id_, node in enclosed.nodes.items():
        if node["type"] != "Benefit" or not node.get("from_month"):
            continue
        # One without an amount adds nothing, and its month is paid for.
        amount, repeated = int(float(node.get("amount") or 0)), int(float(node.get("repeated") or 0))
        names = frozenset(enclosed.nodes.get(p, {}).get("name") or "" for p in under[id_])
        called = frozenset(map(same_programme, under[id_]))
        counts = (amount, amount * repeated) if repeated > 1 else (amount,)
        payment = Payment(amount, counts, called, names, node.get("region") or "", frozenset(to[id_]))
        for month in months_of(node["from_month"], node.get("to_month") or node["from_month"]):
            found[month].append(payment)
    return found


def sums_of(payments: Sequence[Payment]) -> Sums:
    """What some of a month's payments, at least one of them, come to; of none 0."""
    if not payments:
        return frozenset({0})
    some: set[int] = set()
    for payment in payments:
        some |= {known + count for known in (0, *some) for count in payment.counts}
        if len(some) > _MOST_SUMS:
            return None
    return frozenset(some)


def over_months(each: Sequence[Sums], count: int) -> Sums:
    """What so many of the months come to, the first and the last among them. `each`: what each may come to."""
    known: dict[int, set[int]] = {0: {0}}
    for n, sums in enumerate(each):
        if sums is None:
            return None
        always, then = n in (0, len(each) - 1), defaultdict[int, set[int]](set)
        for used, totals in known.items():
            left = count - used - (len(each) - 1 - n)
            if not always and left <= 0:
                then[used] |= totals
            if used < count:
                then[used + 1] |= {total + one for total in totals for one in sums}
        known = then
        if sum(map(len, known.values())) > _MOST_SUMS:
            return None
    return frozenset(known.get(count, ()))


def payment_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Faults of the money that findings tell of a recipient: each sum is one that the enclosed payments of its months give."""
    by_month = payments_by_month(enclosed)
    for n, found in enumerate(enclosed.facts["findings"]):
        months = found["facts"].get("months")
        if (
            found.get("own_detector")
            or found["scope"]["kind"] not in RECIPIENTS
            or not isinstance(months, Mapping)
        ):
            continue
        at = f"{FACTS} /findings/{n}/facts"
        yield from _counted(months, f"{at}/months")
        yield from _amounts(enclosed, found, months, by_month, at)
        yield from _back(found["facts"], by_month, at)
        yield from _before(found, by_month, at)
        yield from _of_recipients(enclosed, found["facts"], months, by_month, at)


def months_between(months: Mapping[str, Any]) -> list[str]:
    """Every month of a finding's time, in order."""
    return list(months_of(str(months["from"]), str(months["to"])))


def _counted(months: Mapping[str, Any], at: str) -> Iterator[Fault]:
    most = len(months_between(months))
    if not min(2, most) <= months["count"] <= most:
        yield Fault(
            f"{at}/count",
            f"写为 {months['count']} 个月；{months['from']} 至 {months['to']} 共 {most} 个月",
            f"is stated as {months['count']}; there are {most} from {months['from']} to {months['to']}",
        )


def _amounts(
    enclosed: Enclosed, found: Mapping[str, Any], months: Mapping[str, Any], by_month: Months, at: str
) -> Iterator[Fault]:
    facts = found["facts"]
    told = facts.get("amount")
    if not isinstance(told, int):
        return
    between = months_between(months)
    if "recipients" in facts:
        yield from _overlap(enclosed, facts, told, between, by_month, at)
        return
    mine = {m: [p for p in by_month.get(m, ()) if _paid_to(p, found["scope"])] for m in between}
    if found["detector"] not in _OF_ALL_PROGRAMMES:
        names = set(facts.get("programs") or ())
        mine = {m: [p for p in paid if not p.names or p.names & names] for m, paid in mine.items()}
    each = [sums_of(mine[m]) for m in between]
    if found["detector"] in _OF_ALL_PROGRAMMES:
        # What a person is paid who belonged to another household in a month is that one's.
        each = [_or_nothing(sums, mine[m]) for m, sums in zip(between, each, strict=True)]
    yield from held(told, over_months(each, months["count"]), _most(mine), f"{at}/amount")


def _or_nothing(sums: Sums, payments: Sequence[Payment]) -> Sums:
    if sums is None or not all(to.startswith("person") for p in payments for to in p.to):
        return sums
    return sums | {0}


def _paid_to(payment: Payment, scope: Mapping[str, Any]) -> bool:
    """Is it paid to the recipient, or to somebody who may belong to it?"""
    return not payment.to or any(i == scope["id"] or i.startswith("person") for i in payment.to)


def _most(by_month: Months) -> int:
    return sum(max(0, *p.counts) for paid in by_month.values() for p in paid)


def held(told: int, possible: Sums, most: int, at: str) -> Iterator[Fault]:
    """A sum that is none of those possible; where they are not known, one above the greatest."""
    if told in possible if possible is not None else told <= most:
        return
    above = told > most
    right = yuan(most)
    if above:
        zh, en = f"合计只有 {right} 元", f"come to {right} yuan only"
    else:
        zh, en = "任何组合均不得此数", "give it in no way"
    yield Fault(
        at,
        f"写为 {yuan(told)} 元；{NODES} 中这些月份的发放{zh}",
        f"is stated as {yuan(told)} yuan; the payments of these months in {NODES} {en}",
    )


def _back(facts: Mapping[str, Any], by_month: Months, at: str) -> Iterator[Fault]:
    """What came back, whenever it did: some of what is enclosed."""
    told = facts.get("recovered")
    if not isinstance(told, int):
        return
    back = {p for paid in by_month.values() for p in paid if p.amount < 0}
    whole = [p for paid in by_month.values() for p in paid if p in back]
    possible = sums_of(whole)
    negated = None if possible is None else frozenset({0, *(-s for s in possible)})
    yield from held(told, negated, -sum(min(p.counts) for p in whole), f"{at}/recovered")


def programmes_called(enclosed: Enclosed, name: str) -> frozenset[str]:
    """What a programme of this name may be called, as `same_programme` calls it."""
    ids = {id_ for id_, n in enclosed.nodes.items() if n["type"] == "Program" and n["name"] == name}
    return frozenset().union(*(may_be(same_programme(i)) for i in (name, *ids)))


def _before(found: Mapping[str, Any], by_month: Months, at: str) -> Iterator[Fault]:
    """What a household was paid a month until somebody died: in the last month by then, under each programme."""
    facts = found["facts"]
    told = facts.get("amount_before")
    if not isinstance(told, int):
        return
    died = str(facts["member"].get("died_on") or facts["member"].get("cremated_on") or "")[:7]
    # Where people are masked the day of a death is left out.
    if not died:
        return
    possible: set[int] = {0}
    most = 0
    for programme in facts["programs"]:
        paid = {
            m: mine
            for m, payments in by_month.items()
            if m <= died and (mine := [p for p in payments if programme in p.names])
        }
        whole = max(
            (m for m, mine in paid.items() if any(p.to == {found["scope"]["id"]} for p in mine)), default=""
        )
        sums = [sums_of(mine) for m, mine in paid.items() if m >= whole]
        if not sums or None in sums:
            return
        each = frozenset().union(*(s or () for s in sums))
        possible = {one + other for one in possible for other in each}
        most = max(possible)
    yield from held(told, frozenset(possible), most, f"{at}/amount_before")


def _of_recipients(
    enclosed: Enclosed, facts: Mapping[str, Any], months: Mapping[str, Any], by_month: Months, at: str
) -> Iterator[Fault]:
    """What each of several recipients is paid under one programme in these months."""
    between = months_between(months)
    for n, one in enumerate(facts.get("recipients") or ()):
        if not isinstance(one, Mapping) or not isinstance(one.get("amount"), int):
            continue
        mine = _of_one(enclosed, one, between, by_month)
        each = [sums_of(mine[m]) for m in between]
        yield from held(
            one["amount"], over_months(each, months["count"]), _most(mine), f"{at}/recipients/{n}/amount"
        )


def _of_one(
    enclosed: Enclosed, one: Mapping[str, Any], between: Iterable[str], by_month: Months
) -> dict[str, list[Payment]]:
    programmes = programmes_called(enclosed, str(one.get("program") or ""))
    region = str(one.get("region") or "")
    return {
        m: [
            p
            for p in by_month.get(m, ())
            if one["id"] in p.to and p.of(programmes) and not apart(p.region, region)
        ]
        for m in between
    }


def _overlap(
    enclosed: Enclosed, facts: Mapping[str, Any], told: int, between: Sequence[str], by_month: Months, at: str
) -> Iterator[Fault]:
    """What two recipients are both paid: in each month no more than the less of the two, all of it where neither is shared."""
    sides = [_of_one(enclosed, r, between, by_month) for r in facts["recipients"] if isinstance(r, Mapping)]
    if not sides:
        return
    each: list[Sums] = []
    for month in between:
        sums = [sums_of(side[month]) for side in sides]
        each.append(
            None if None in sums else frozenset(min(a, b) for a in sums[0] or () for b in (sums[-1] or ()))
        )
    most = min(_most(side) for side in sides)
    possible = None if facts.get("by_share") else over_months(each, facts["months"]["count"])
    yield from held(told, possible, most, f"{at}/amount")
