"""Labelled scenes of recipients whose hit a rule sets aside: one for each rule that no other scene shows."""

from __future__ import annotations

from lookthrough.demo.labelled.households import ACCOUNT, DOUBLE, MEANS
from lookthrough.demo.labelled.means import ABOVE, LEFT_OUT, SHORT
from lookthrough.demo.labelled.payments import CUSTODY
from lookthrough.demo.labelled.tables import YEAR, Labelled, Party

_LIST = "虚构标注取暖补贴"


def plant_explained_payments(w: Labelled) -> None:
    """Plant them."""
    _in_custody(w)
    _of_a_committee(w)
    _of_a_family(w)
    _on_the_list(w)
    _told_twice(w)


def _number(scope: str) -> str:
    return scope.partition(":")[2]


def _in_custody(w: Labelled) -> None:
    """March to July are whole months of it."""
    unit = w.company(name="虚构标注看守所", kind="机关")

    def kept(kind: str) -> Party:
        p = w.person()
        row = {"person_id": p.number, "person_name": p.name, "unit_id": unit.number, "unit_name": unit.name}
        w.add("custody", **row, kind=kind, valid_from="2025-02-10", valid_to="2025-08-01")
        return p

    scope = w.household(kept("社区矫正"))
    w.suppressed(CUSTODY, scope, (scope,), "at-liberty", "社区矫正，人不在监所")
    for back, why in ((3100, "在押五个月发放的已全部扣回"), (2480, "在押五个月，只扣回四个月")):
        scope = w.household(kept("服刑"), months=("2025-01", "2025-07"))
        w.pay(("2025-08", "2025-08"), household_id=_number(scope), amount=-back)
        if back == 3100:
            w.suppressed(CUSTODY, scope, (scope,), "recovered", why)
        else:
            w.finding(CUSTODY, scope, (scope,), why)


def _of_a_committee(w: Labelled) -> None:
    p = w.person()
    w.post(p, w.company(name="虚构标注花园业主委员会", kind="其他"))
    scope = w.household(p)
    w.suppressed(MEANS, scope, (scope,), "no-company", "担任业主委员会的负责人，不是企业")


def _of_a_family(w: Labelled) -> None:
    """Two households are paid into one account in the same months."""
    p, q = w.person(), w.person()
    w.kin(p, q, "父母")
    both = [w.household(person, account="9999820066667777", payee=p.name) for person in (p, q)]
    w.suppressed(ACCOUNT, "*", both, "family", "两户的领取人是申报的亲属", kind="account")


def _on_the_list(w: Labelled) -> None:
    """620 yuan a month to whoever is on the list."""

    def listed(first: str, last: str, *paid: tuple[tuple[str, str], int]) -> str:
        scope = w.household(w.person(), months=None)
        row = {"household_id": _number(scope), "program": _LIST, "amount": 620}
        w.add("entitlements", **row, valid_from=first, valid_to=last)
        for months, amount in paid:
            w.pay(months, household_id=_number(scope), program=_LIST, amount=amount)
        return scope

    scope = listed("2025-01-01", "2025-12-31", (YEAR, 620))
    w.none(SHORT, scope, "每月足额发放")
    scope = listed("2025-12-12", "2025-12-31")
    w.suppressed(LEFT_OUT, scope, (scope,), "part-month", "列入名单的只有12月的后半月，没有发放")
    scope = listed("2025-03-12", "2025-12-31", (("2025-04", "2025-12"), 620))
    w.suppressed(SHORT, scope, (scope,), "part-month", "3月中旬列入名单，自4月起发放")
    ahead = (("2025-01", "2025-01"), 1240)
    scope = listed("2025-01-01", "2025-12-31", ahead, (("2025-03", "2025-12"), 620))
    w.suppressed(SHORT, scope, (scope,), "paid-ahead", "1月连同2月的一并发放，2月没有发放")


def _told_twice(w: Labelled) -> None:
    """What a household is paid, and what its two members are: as much together, or as much to another account."""
    for parts, accounts in (((310, 310), (None, None)), ((620,), ("9999820012120001", "9999820012120002"))):
        persons = w.person(), w.person()
        scope = w.household(*persons, months=None)
        w.pay(YEAR, household_id=_number(scope), program=_LIST, account=accounts[0])
        for p, amount in zip(persons, parts, strict=False):
            row = {"person_id": p.number, "person_name": p.name, "program": _LIST, "amount": amount}
            w.pay(YEAR, **row, account=accounts[1])
        row = {"household_id": _number(scope), "program": _LIST, "amount": 620}
        w.add("entitlements", **row, valid_from="2025-01-01", valid_to="2025-12-31")
        for detector in (DOUBLE, ABOVE):
            if len(parts) > 1:
                why = "按户620元，按人各310元：可能是同一笔发放写了两次"
                w.suppressed(detector, scope, (scope,), "told-twice", why)
            else:
                w.finding(detector, scope, (scope,), "按户、按人各620元，发到两个账户")
