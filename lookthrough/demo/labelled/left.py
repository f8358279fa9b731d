"""Labelled scenes of households that all of their members have left by what lists state, and of those that somebody has not."""

from __future__ import annotations

from typing import Any

from lookthrough.demo.labelled.households import DEATH, SIZE
from lookthrough.demo.labelled.tables import YEAR, Labelled, Party

LEFT = "paid-after-leaving"
_ON = "2025-05-10"
_RELATIONS = ("户主", "配偶")
_BEFORE, _SINCE = ("2025-01", "2025-05"), ("2025-06", "2025-12")


def plant_left(w: Labelled) -> None:
    """Plant them: two members each, 620 yuan a month."""
    _found(w)
    _near(w)
    _explained(w)
    _open(w)


def _row(scope: str, person: Party, relation: str, **more: Any) -> dict[str, Any]:
    row = {"household_id": scope.partition(":")[2], "household_kind": "低保", "relation_to_head": relation}
    return {**row, "person_id": person.number, "person_name": person.name, **more}


def _couple(
    w: Labelled, *ends: str | None, months: tuple[str, str] | None = YEAR, **more: Any
) -> tuple[str, tuple[Party, Party]]:
    """A household of two, of whom each has left on the day given; `more`: of the rows that say so."""
    both = w.person(), w.person()
    scope = w.household(*both, months=months)
    for person, relation, day in zip(both, _RELATIONS, ends, strict=True):
        if day:
            w.add("household_members", **_row(scope, person, relation, valid_to=day, **more))
    return scope, both


def _paid(w: Labelled, scope: str, months: tuple[str, str], **more: Any) -> None:
    w.pay(months, household_id=scope.partition(":")[2], **more)


def _found(w: Labelled) -> None:
    alone = w.person()
    scope = w.household(alone)
    w.add("household_members", **_row(scope, alone, "户主", valid_to=_ON, people=1))
    w.finding(LEFT, scope, (scope,), "家庭人口1人，5月退出，6月起仍发放")
    scope, _ = _couple(w, _ON, _ON)
    w.finding(LEFT, scope, (scope,), "两人5月迁出，6月至12月仍发放")
    one, two = w.person(died_on="2025-03-10"), w.person()
    scope = w.household(one, two)
    w.add("household_members", **_row(scope, one, "户主", valid_to="2025-03-10"))
    w.add("household_members", **_row(scope, two, "配偶", valid_to=_ON))
    w.finding(LEFT, scope, (scope,), "一人3月死亡，另一人5月迁出，6月起仍发放")
    w.suppressed(SIZE, scope, (scope,), "recalculation-pending", "死亡后两个月内另一人也已迁出")
    scope, both = _couple(w, _ON, _ON)
    other = w.household(months=_SINCE)
    for person, relation in zip(both, _RELATIONS, strict=True):
        w.add("household_members", **_row(other, person, relation, valid_from=_ON))
    w.finding(LEFT, scope, (scope,), "迁入另一户并由该户领取，原户仍发放")
    w.none(LEFT, other, "迁入的户有成员")


def _near(w: Labelled) -> None:
    scope, _ = _couple(w, _ON, _ON, months=_BEFORE)
    w.none(LEFT, scope, "减少当月可以发放，次月起已停发")
    scope, _ = _couple(w, _ON, None)
    w.none(LEFT, scope, "只有一人迁出，另一人仍在户")
    scope, both = _couple(w, "2025-03-10", "2025-03-10", months=_BEFORE)
    _paid(w, scope, ("2025-08", "2025-12"))
    w.add("household_members", **_row(scope, both[0], "户主", valid_from="2025-04-01"))
    w.none(LEFT, scope, "一人4月重新纳入")
    scope = w.household(w.person(died_on="2025-03-10"))
    w.add("household_members", **_row(scope, w.person(), "配偶", valid_to="2025-02-10"))
    w.none(LEFT, scope, "最后一名成员是去世，由身故后仍在发放提示")
    w.finding(DEATH, scope, (scope,), "配偶2月迁出，户主3月死亡，4月起仍发放")
    scope, _ = _couple(w, _ON, _ON, months=_BEFORE)
    _paid(w, scope, _SINCE, program="虚构标注高龄津贴")
    w.none(LEFT, scope, "高龄津贴不因退出低保而停发")


def _explained(w: Labelled) -> None:
    scope, _ = _couple(w, _ON, _ON, months=("2025-01", "2025-07"))
    _paid(w, scope, ("2025-09", "2025-09"), amount=-1240)
    w.suppressed(LEFT, scope, (scope,), "recovered", "多发的两个月已在9月全部扣回")
    scope, _ = _couple(w, _ON, _ON, months=_BEFORE)
    _paid(w, scope, ("2025-07", "2025-07"), program="低保补发")
    w.suppressed(LEFT, scope, (scope,), "arrears", "7月补发以前月份")
    scope, _ = _couple(w, _ON, _ON, months=_BEFORE)
    _paid(w, scope, ("2025-06", "2025-06"), program="困难群众丧葬补助")
    w.suppressed(LEFT, scope, (scope,), "payable-after-death", "丧葬补助本就在此后发放")


def _open(w: Labelled) -> None:
    scope, _ = _couple(w, _ON, _ON, people=3)
    w.expect(LEFT, scope, "undecided", "家庭人口3人，名册只有两人：无法判定")
    alone = w.person()
    scope = w.household(alone)
    w.add("household_members", **_row(scope, alone, "户主", valid_to=_ON))
    w.expect(LEFT, scope, "undecided", "只列出户主一人，没有写明家庭人口：无法判定")
    scope, both = _couple(w, _ON, _ON)
    other = w.household(months=None)
    for person, relation in zip(both, _RELATIONS, strict=True):
        w.add("household_members", **_row(other, person, relation, valid_from=_ON))
    w.expect(LEFT, scope, "undecided", "迁入的另一户没有发放，可能仍以原户号发放：无法判定")
    scope, _ = _couple(w, _ON, _ON, months=("2025-01", "2025-03"))
    _paid(w, scope, ("2025-06", "2025-07"))
    w.expect(LEFT, scope, "undecided", "4月、5月没有发放，6月、7月的可能是补发：无法判定")
