"""Labelled scenes of payments, told apart by the month: what changed after a death, came twice, or came late."""

from __future__ import annotations

from lookthrough.demo.labelled.households import ACCOUNT, DEATH, DOUBLE, SIZE
from lookthrough.demo.labelled.means import SHORT
from lookthrough.demo.labelled.tables import YEAR, Labelled, Party
from lookthrough.demo.planting import STREET

CUSTODY = "in-prison"
_ALLOWANCE = "虚构标注护理补贴"
_DIED = "2025-03-10"


def plant_payments(w: Labelled) -> None:
    """Plant them."""
    _after_a_death(w)
    _in_custody(w)
    _twice(w)
    _moved(w)
    _owed(w)


def _number(scope: str) -> str:
    return scope.partition(":")[2]


def _member(w: Labelled, scope: str, person: Party, relation: str, **span: str) -> None:
    row = {"household_id": _number(scope), "household_kind": "低保", "relation_to_head": relation}
    w.add("household_members", **row, person_id=person.number, person_name=person.name, **span)


def _after_a_death(w: Labelled) -> None:
    def couple(months: tuple[str, str] = YEAR, **paid: int) -> str:
        both = w.person(), w.person(died_on=_DIED)
        return w.household(*both, relations=("户主", "父亲"), months=months, **paid)

    scope = couple(("2025-01", "2025-03"))
    w.pay(("2025-04", "2025-12"), household_id=_number(scope), amount=310)
    w.none(SIZE, scope, "次月起已减半发放")
    scope = couple(("2025-01", "2025-03"))
    w.pay(("2025-04", "2025-09"), household_id=_number(scope), amount=310)
    w.pay(("2025-10", "2025-12"), household_id=_number(scope), amount=640)
    w.none(SIZE, scope, "已重新核定，其后标准上调")
    scope = couple(("2025-01", "2025-03"))
    w.pay(("2025-04", "2025-12"), household_id=_number(scope), amount=310)
    w.pay(("2025-04", "2025-12"), household_id=_number(scope), program=_ALLOWANCE)
    w.none(SIZE, scope, "低保已减半，另一项目此后才开始")
    scope = couple()
    _member(w, scope, w.person(child=True), "子", valid_from="2025-03-20")
    w.suppressed(SIZE, scope, (scope,), "somebody-joined", "一人死亡，一人出生，人数未减少")
    scope = w.household(w.person())
    _member(w, scope, w.person(died_on=_DIED), "父亲", valid_to=_DIED)
    w.finding(SIZE, scope, (scope,), "死亡当日已退出家庭名册，金额仍未减少")
    scope = w.household()
    _member(w, scope, w.person(died_on=_DIED), "户主", valid_to=_DIED)
    w.finding(DEATH, scope, (scope,), "名册已无人，死亡次月起仍发放")


def _in_custody(w: Labelled) -> None:
    prison = w.company(name="虚构标注监狱", kind="机关")

    def kept(first: str, last: str | None) -> Party:
        p = w.person()
        row = {
            "person_id": p.number,
            "person_name": p.name,
            "unit_id": prison.number,
            "unit_name": prison.name,
        }
        w.add("custody", **row, kind="服刑", valid_from=first, valid_to=last)
        return p

    scope = w.household(kept("2025-02-10", "2025-08-01"))
    w.finding(CUSTODY, scope, (scope,), "3月至7月整月服刑，仍按月发放")
    scope = w.household(kept("2025-11-01", None))
    w.finding(CUSTODY, scope, (scope,), "11月起服刑，尚未释放")
    w.none(CUSTODY, w.household(kept("2025-03-02", "2025-04-30")), "没有一个整月在押")
    w.none(CUSTODY, w.household(kept("2022-01-01", "2024-12-31")), "领取之前已释放")
    scope = w.household(kept("2025-02-10", "2025-08-01"), w.person())
    w.suppressed(CUSTODY, scope, (scope,), "others-at-home", "一人服刑，配偶在家")


def _twice(w: Labelled) -> None:
    scope = w.household(w.person())
    w.pay(YEAR, household_id=_number(scope), program="特困人员救助供养")
    w.finding(DOUBLE, scope, (scope,), "低保与特困供养同月发放")
    scope = w.household(w.person())
    w.pay(YEAR, household_id=_number(scope), region=f"{STREET}标注社区")
    w.none(DOUBLE, scope, "街道与所属社区记的是同一地的发放")


def _moved(w: Labelled) -> None:
    mover = w.person()
    for span in ({"valid_to": "2025-06-01"}, {"valid_from": "2025-06-01"}):
        _member(w, w.household(w.person(), months=None), mover, "父亲", **span)
    row = {"person_id": mover.number, "person_name": mover.name, "program": _ALLOWANCE}
    w.pay(YEAR, **row, account="9999820099990000", payee=mover.name)
    w.none(ACCOUNT, w.scopes[-1], "一人迁入另一户，账户只为其本人收款")


def _owed(w: Labelled) -> None:
    program = "虚构标注临时生活补贴"

    def listed(*rows: tuple[str, str, int]) -> str:
        scope = w.household(w.person(), months=None)
        for first, last, amount in rows:
            span = {"valid_from": first, "valid_to": last}
            w.add("entitlements", household_id=_number(scope), program=program, amount=amount, **span)
        return scope

    def paid(scope: str, first: str, last: str, amount: int | None) -> None:
        w.pay((first, last), household_id=_number(scope), program=program, amount=amount)

    scope = listed(("2025-01-01", "2025-12-31", 620))
    paid(scope, "2025-01", "2025-02", 620)
    paid(scope, "2025-04", "2025-04", 1240)
    paid(scope, "2025-05", "2025-12", 620)
    w.suppressed(SHORT, scope, (scope,), "made-up-later", "3月未发，4月补发")
    scope = listed(("2025-01-01", "", 620), ("2025-07-01", "", 680))
    paid(scope, "2025-01", "2025-06", 620)
    paid(scope, "2025-07", "2025-12", 680)
    w.none(SHORT, scope, "标准上调后按新标准足额发放")
    scope = listed(("2025-01-01", "", 620), ("2025-07-01", "", 680))
    paid(scope, "2025-01", "2025-12", 620)
    w.finding(SHORT, scope, (scope,), "标准上调后仍按旧标准发放")
    scope = listed(("2025-01-01", "2025-12-31", 620))
    paid(scope, "2025-01", "2025-12", None)
    w.expect(SHORT, scope, "undecided", "发放记录没有金额：无法判定")
