"""Labelled scenes of means, officials' kin, and those who are left out or paid short."""

from __future__ import annotations

from lookthrough.demo.labelled.households import MEANS, owner_of
from lookthrough.demo.labelled.tables import YEAR, Labelled, Party
from lookthrough.demo.planting import REGION

ABOVE = "overpayment"
OFFICIAL, LEFT_OUT, SHORT = "officials-relative", "eligible-not-receiving", "underpayment"
_PROGRAM = "虚构标注高龄津贴"
_CARE = "虚构标注护理补贴"


def plant_means(w: Labelled) -> None:
    """Plant them."""
    _vehicles(w)
    _companies(w)
    _payroll(w)
    _officials(w)
    _entitled(w)


def _vehicles(w: Labelled) -> None:
    for plate, kind, until, expect in (
        ("虚A标0001", "小型轿车", None, "finding"),
        ("虚A标0002", "农用拖拉机", None, "suppressed"),
        ("虚A标0003", "小型轿车", "2024-12-31", "none"),
    ):
        p = w.person()
        row = {"id": plate, "owner_id": p.number, "owner_name": p.name, "kind": kind, "value": 80_000}
        w.add("vehicles", **row, valid_from="2018-05-01", valid_to=until)
        scope = w.household(p)
        rule = "exempt-vehicle" if expect == "suppressed" else None
        subjects = () if expect == "none" else (scope,)
        w.expect(MEANS, scope, expect, f"{kind}，{until or '现仍登记'}", subjects, rule=rule)  # type: ignore[arg-type]


def _companies(w: Labelled) -> None:
    for status, kind, rule in (
        ("存续", "有限责任公司", ""),
        ("吊销", "有限责任公司", "inactive-company"),
        ("存续", "农民专业合作社", "cooperative"),
    ):
        p, company = w.person(), w.company(status=status, kind=kind)
        w.post(p, company)
        scope = w.household(p)
        if rule:
            w.suppressed(MEANS, scope, (scope,), rule, f"担任{status}的{kind}的法定代表人")
        else:
            w.finding(MEANS, scope, (scope,), "担任存续企业的法定代表人")
    for depth in (2, 4):
        p = w.person()
        w.chain(p, [50] * depth)
        scope = w.household(p)
        w.finding(MEANS, scope, (scope,), f"经{depth}层持有企业")
    p, _ = owner_of(w, 0.1)
    w.none(MEANS, w.household(p), "持股仅0.1%")


def _payroll(w: Labelled) -> None:
    for kind in ("财政供养", "工资"):
        p = w.person()
        for month in ("2025-03", "2025-04"):
            row = {"person_id": p.number, "person_name": p.name, "month": month}
            w.add("incomes", **row, kind=kind, amount=1800)
        scope = w.household(p)
        if kind == "财政供养":
            w.finding(MEANS, scope, (scope,), "领取期间由财政供养")
        else:
            w.none(MEANS, scope, "有工资，而当地未设收入标准")


def _official(w: Labelled, region: str = REGION, **span: str) -> Party:
    p = w.person()
    unit = w.company(name=f"虚构标注镇民政办公室{w.take('unit')}", kind="机关", region=region)
    row = {"person_id": p.number, "person_name": p.name, "unit_id": unit.number, "unit_name": unit.name}
    w.add("officials", **row, post="经办员", **span)
    return p


def _officials(w: Labelled) -> None:
    official = _official(w)
    scope = w.household(official)
    w.finding(OFFICIAL, scope, (scope,), "领取人是在任经办人员")
    kin = w.person()
    w.kin(official, kin, "兄弟姐妹")
    scope = w.household(kin)
    w.finding(OFFICIAL, scope, (scope,), "领取人是在任经办人员的申报亲属")
    further = w.person()
    w.kin(kin, further, "子女")
    w.none(OFFICIAL, w.household(further), "两步之外的亲属不在默认范围")
    official, kin = _official(w, valid_to="2024-06-30"), w.person()
    w.kin(official, kin, "兄弟姐妹")
    scope = w.household(kin)
    w.suppressed(OFFICIAL, scope, (scope,), "ended", "该亲属在领取前已离任")
    official, kin = _official(w, region="虚构外县"), w.person()
    w.kin(official, kin, "兄弟姐妹")
    scope = w.household(kin)
    w.suppressed(OFFICIAL, scope, (scope,), "other-district", "该亲属在外县任职")


def _entitled(w: Labelled) -> None:
    for key, months, amount in (
        ("足额", YEAR, 620),
        ("中断", ("2025-01", "2025-08"), 620),
        ("短少", YEAR, 450),
        ("最新月", ("2025-01", "2025-11"), 620),
        ("漏发", None, 620),
        ("已止", None, 620),
        ("已故", None, 620),
    ):
        p = w.person(died_on="2024-10-01") if key == "已故" else w.person()
        scope = w.household(p, months=months, program=_PROGRAM, amount=amount)
        span = {"valid_from": "2025-01-01", "valid_to": "2025-12-31"}
        if key == "已止":
            span = {"valid_from": "2023-01-01", "valid_to": "2024-11-30"}
        w.add("entitlements", household_id=scope.partition(":")[2], program=_PROGRAM, amount=620, **span)
        if key in ("中断", "短少"):
            w.finding(SHORT, scope, (scope,), f"名单内应享620元：{key}")
        elif key == "最新月":
            w.suppressed(SHORT, scope, (scope,), "payment-pending", "只缺最新一个月")
        elif key == "漏发":
            w.finding(LEFT_OUT, scope, (scope,), "在名单内而全年没有发放")
        elif key == "已故":
            w.suppressed(LEFT_OUT, scope, (scope,), "died", "名单所列人员已身故")
        else:
            w.none(SHORT, scope, f"{key}：没有短少")
            w.none(LEFT_OUT, scope, f"{key}：没有漏发")


def plant_overpaid(w: Labelled) -> None:
    """Plant those who are paid beside a list of 620 yuan a month: more, as much, after its end, and arrears."""
    whole = {"valid_from": "2025-01-01", "valid_to": "2025-12-31"}
    for key, span, paid, expect in (
        ("每月700元", whole, ((YEAR, 700),), "finding"),
        ("6月底终止而全年发放", {**whole, "valid_to": "2025-06-30"}, ((YEAR, 620),), "finding"),
        ("足额", whole, ((YEAR, 620),), "none"),
        ("月底停发", {**whole, "valid_to": "2025-06-30"}, ((("2025-01", "2025-06"), 620),), "none"),
        (
            "3月补发前两个月",
            whole,
            ((("2025-03", "2025-12"), 620), (("2025-03", "2025-03"), 1240)),
            "suppressed",
        ),
    ):
        scope = w.household(w.person(), months=None)
        number = scope.partition(":")[2]
        for months, amount in paid:
            w.pay(months, household_id=number, program=_CARE, amount=amount)
        w.add("entitlements", household_id=number, program=_CARE, amount=620, **span)
        if expect == "finding":
            w.finding(ABOVE, scope, (scope,), f"名单内应享620元：{key}")
        elif expect == "suppressed":
            w.suppressed(ABOVE, scope, (scope,), "evened-out", f"名单内应享620元：{key}")
            w.suppressed(SHORT, scope, (scope,), "made-up-later", f"名单内应享620元：{key}")
        else:
            w.none(ABOVE, scope, f"名单内应享620元：{key}")
    listed, beside = w.person(), w.person()
    scope = w.household(listed, beside, program=_CARE, amount=1240)
    row = {"person_id": listed.number, "person_name": listed.name, "program": _CARE, "amount": 620}
    w.add("entitlements", **row, **whole)
    w.expect(ABOVE, scope, "undecided", "发给全户而名单只列一人：无法判定")


def plant_on_file(w: Labelled) -> None:
    """Plant those who declined what they are on the list for, and officials who stand aside from their relatives."""
    for key, declined, expect in (
        ("上年已放弃", "2024-11-20", "suppressed"),
        ("年中放弃", "2025-07-10", "finding"),
    ):
        scope = w.household(w.person(), months=None)
        row = {"household_id": scope.partition(":")[2], "program": _CARE, "amount": 620}
        w.add("entitlements", **row, valid_from="2025-01-01", valid_to="2025-12-31", declined_on=declined)
        if expect == "finding":
            w.finding(LEFT_OUT, scope, (scope,), f"{key}：放弃之前的月份没有发放")
        else:
            w.suppressed(LEFT_OUT, scope, (scope,), "declined", f"{key}：有放弃日期")
    for key, recused, expect in (
        ("领取前已登记回避", "2024-12-20", "suppressed"),
        ("领取期间才回避", "2025-04-15", "finding"),
    ):
        official, kin = _official(w), w.person()
        w.kin(official, kin, "兄弟姐妹", recused_on=recused)
        scope = w.household(kin)
        if expect == "finding":
            w.finding(OFFICIAL, scope, (scope,), key)
        else:
            w.suppressed(OFFICIAL, scope, (scope,), "recused", key)


def plant_paid_after_declining(w: Labelled) -> None:
    """Plant those who declined in July what they are on the list for."""
    for key, paid, expect in (
        ("放弃之后仍每月发放", (YEAR,), "finding"),
        ("发放到放弃当月为止", (("2025-01", "2025-07"),), "none"),
        ("放弃之后补发此前漏发的一个月", (("2025-01", "2025-05"), ("2025-07", "2025-08")), "suppressed"),
    ):
        scope = w.household(w.person(), months=None)
        number = scope.partition(":")[2]
        for months in paid:
            w.pay(months, household_id=number, program=_CARE, amount=620)
        row = {"household_id": number, "program": _CARE, "amount": 620}
        w.add("entitlements", **row, valid_from="2025-01-01", valid_to="2025-12-31", declined_on="2025-07-10")
        if expect == "finding":
            w.finding(ABOVE, scope, (scope,), key)
        elif expect == "suppressed":
            w.suppressed(ABOVE, scope, (scope,), "evened-out", key)
            w.suppressed(SHORT, scope, (scope,), "made-up-later", key)
        else:
            w.none(ABOVE, scope, key)
            w.suppressed(SHORT, scope, (scope,), "declined", key)
