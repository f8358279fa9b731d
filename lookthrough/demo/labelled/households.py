"""Labelled scenes of recipients: dwellings, registration, deaths, payments twice, accounts."""

from __future__ import annotations

from typing import Any

from lookthrough.demo.labelled.tables import Labelled, Party
from lookthrough.demo.planting import ELSEWHERE, STREET

HOMES, THROUGH, HUKOU = "household-multi-property", "household-property-through-company", "non-local-hukou"
DEATH, SIZE, DOUBLE, ACCOUNT = (
    "paid-after-death",
    "household-size-change",
    "duplicate-benefit",
    "shared-payee-account",
)
MEANS = "undeclared-means"


def plant_households(w: Labelled) -> None:
    """Plant them."""
    _dwellings(w)
    _through_companies(w)
    _registration(w)
    _deaths(w)
    _twice(w)
    _one_account(w)


def _two(w: Labelled, share: float = 100, **second: Any) -> str:
    """A couple with a dwelling each, the second as stated."""
    head, spouse = w.person(), w.person()
    w.home((head, 100))
    w.home((spouse, share), **second)
    return w.household(head, spouse)


def _dwellings(w: Labelled) -> None:
    found: tuple[tuple[dict[str, Any], str], ...] = (
        ({}, "两套住宅"),
        ({"acquired_on": "2025-06-18"}, "领取期间购入第二套"),
        ({"share": 50, "acquired_by": "继承"}, "继承的一半不是小额份额"),
    )
    near: tuple[tuple[dict[str, Any], str], ...] = (
        ({"acquired_on": "2026-01-05"}, "停发之后才购入"),
        ({"acquired_on": "2014-01-01", "disposed_on": "2024-12-31", "status": "历史"}, "领取之前已转让"),
        ({"kind": "商铺"}, "第二处是商铺"),
        ({"status": "预告登记"}, "只有预告登记"),
    )
    explained: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"kind": "农村住宅"}, "rural-homestead", "第二套是宅基地房屋"),
        ({"share": 20, "acquired_by": "继承"}, "inherited-minor-share", "第二套仅继承五分之一"),
        ({"acquired_by": "拆迁安置"}, "resettlement", "第二套是拆迁安置房"),
    )
    for more, why in found:
        scope = _two(w, **more)
        w.finding(HOMES, scope, (scope,), why)
    for more, why in near:
        w.none(HOMES, _two(w, **more), why)
    for more, rule, why in explained:
        scope = _two(w, **more)
        w.suppressed(HOMES, scope, (scope,), rule, why)
    scope = _two(w, kind="其他")
    w.expect(HOMES, scope, "undecided", "第二处用途不明：无法判定")
    head, spouse = w.person(), w.person()
    w.home((head, 50), (spouse, 50))
    w.none(HOMES, w.household(head, spouse), "夫妻共有一套")
    head = w.person()
    for _ in range(2):
        w.home((head, 100), id=None, address="虚构市虚构区标注合户路1号1栋101室")
    w.none(HOMES, w.household(head), "同一坐落两本证，只算一套")


def plant_sold_on(w: Labelled) -> None:
    """Plant dwellings that were sold: with the day, without it while the buyer is registered, and without either."""
    past: dict[str, Any] = {"acquired_on": "2014-01-01", "status": "历史"}
    scope = _two(w, **past, disposed_on="2025-06-20")
    w.finding(HOMES, scope, (scope,), "领取期间的六月转让第二套，此前有两套")
    unit: dict[str, Any] = {"id": "虚构标注转让单元1"}
    buyer = w.person()
    scope = _two(w, **past, **unit)
    w.home((buyer, 100), **unit, acquired_on="2022-05-01")
    w.none(HOMES, scope, "第二套的历史行没有注销时间，2022年起登记为他人所有")
    w.expect(HOMES, _two(w, **past), "undecided", "第二套的历史行没有注销时间：无法判定")


def plant_by_no_means(w: Labelled) -> None:
    """Plant owners of two dwellings who are paid for their age or their land, whatever they have."""
    for program, why in (
        ("虚构标注高龄津贴", "高龄津贴不以家庭财产为条件"),
        ("虚构标注耕地补贴", "耕地补贴不以家庭财产为条件"),
    ):
        owner = w.person(hukou_region=ELSEWHERE)
        for _ in range(2):
            w.home((owner, 100))
        scope = w.household(owner, program=program)
        w.none(HOMES, scope, why)
        w.none(HUKOU, scope, why)


def _through_companies(w: Labelled) -> None:
    for depth, first in ((1, 30), (2, 60), (4, 80)):
        head, spouse = w.person(), w.person()
        w.home((head, 100))
        company = w.chain(head, [*([first] * (depth - 1)), 60 if depth > 1 else first])
        w.home((company, 100))
        scope = w.household(head, spouse)
        w.finding(THROUGH, scope, (scope,), f"自有一套，经{depth}层持股的企业另有一套")
        w.finding(MEANS, scope, (scope,), "领取人持有企业股权")
    head = w.person()
    w.home((head, 100))
    company = w.chain(head, [40, 30])
    w.home((company, 100))
    scope = w.household(head)
    w.none(THROUGH, scope, "穿透持股只有12%")
    w.finding(MEANS, scope, (scope,), "领取人持有企业股权")
    head = w.person()
    company = w.chain(head, [100])
    w.home((company, 100))
    scope = w.household(head)
    w.none(THROUGH, scope, "连同企业只有一套")
    w.finding(MEANS, scope, (scope,), "领取人持有企业股权")
    head = w.person()
    w.home((head, 100))
    company = w.chain(head, [100])
    w.home((company, 100), kind="商铺")
    scope = w.household(head)
    w.none(THROUGH, scope, "企业持有的是商铺")
    w.finding(MEANS, scope, (scope,), "领取人持有企业股权")


def _registration(w: Labelled) -> None:
    later = ("2026-07", "2026-09")
    scope = w.household(w.person(hukou_region=ELSEWHERE))
    w.finding(HUKOU, scope, (scope,), "申请人户籍在外地")
    permit: dict[str, Any] = {"hukou_region": ELSEWHERE, "residence_permit_region": STREET}
    scope = w.household(w.person(**permit))
    w.finding(HUKOU, scope, (scope,), "2026年7月前按户籍地申请，居住证不改变")
    scope = w.household(w.person(**permit), months=later)
    w.suppressed(HUKOU, scope, (scope,), "residence-permit", "2026年7月起持居住证可在居住地申请")
    scope = w.household(w.person(hukou_region=ELSEWHERE), months=later)
    w.finding(HUKOU, scope, (scope,), "户籍在外地，也没有居住证")
    w.none(HUKOU, w.household(w.person(), w.person(hukou_region=ELSEWHERE)), "申请人户籍在本地，配偶在外地")
    scope = w.household(w.person(hukou_region=None))
    w.expect(HUKOU, scope, "undecided", "没有户籍信息：无法判定")


def plant_spelt_regions(w: Labelled) -> None:
    """Plant paying places and registrations of which one leaves something out."""
    for region, why in (("示例街道", "发放地只写街道，没有区县"), ("虚构市", "")):
        scope = w.household(w.person(hukou_region="虚构市虚构区另一街道"), region=region)
        if why:
            w.expect(HUKOU, scope, "undecided", f"{why}：无法判定")
        else:
            w.none(HUKOU, scope, "发放地写到市，户籍在该市")
    scope = w.household(w.person(hukou_region="虚构市"))
    w.expect(HUKOU, scope, "undecided", "户籍只写到市：无法判定")
    village = w.person(hukou_region="虚构市虚构区示例街道示例村")
    w.none(HUKOU, w.household(village, region="示例街道示例村村民委员会"), "由户籍所在村的村委会发放")


def _deaths(w: Labelled) -> None:
    scope = w.household(w.person(died_on="2025-03-10"))
    w.finding(DEATH, scope, (scope,), "3月死亡，4月至12月仍发放")
    scope = w.household(w.person(cremated_on="2025-05-02"), months=("2025-04", "2025-06"))
    w.finding(DEATH, scope, (scope,), "5月火化，6月仍发放")
    w.none(DEATH, w.household(w.person(died_on="2025-12-03")), "死亡当月可以发放")
    w.none(DEATH, w.household(w.person(died_on="2025-05-02"), months=("2025-01", "2025-05")), "次月已停发")
    scope = w.household(w.person(died_on="2025-03-10"), months=("2025-04", "2025-04"), program="丧葬补助")
    w.suppressed(DEATH, scope, (scope,), "payable-after-death", "丧葬补助本就在死亡后发放")
    scope = w.household(w.person(died_on="2025-03-10"), w.person())
    w.suppressed(DEATH, scope, (scope,), "surviving-members", "户主死亡，仍有共同生活的配偶")
    w.finding(SIZE, scope, (scope,), "户内一人死亡后金额未变")
    scope = w.household(w.person(), w.person(died_on="2025-03-10"), relations=("户主", "父亲"))
    w.finding(SIZE, scope, (scope,), "户内一人死亡后金额未变")
    scope = w.household(
        w.person(), w.person(died_on="2025-05-02"), relations=("户主", "母亲"), months=("2025-01", "2025-07")
    )
    w.suppressed(SIZE, scope, (scope,), "recalculation-pending", "死亡后两个月内，重新核算尚未完成")
    w.none(SIZE, w.household(w.person(), w.person()), "没有成员死亡")


def _pair(w: Labelled, one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str]:
    """One person in two households of two districts, paid in these months."""
    both = w.person(residence_permit_region="虚构标注西区")
    first = w.household(both, months=None)
    second = w.household(both, months=None)
    w.pay(one, household_id=first.partition(":")[2], region=STREET)
    w.pay(other, household_id=second.partition(":")[2], region="虚构区标注西街道")
    return first, second


def _twice(w: Labelled) -> None:
    year = ("2025-01", "2025-12")
    first, second = _pair(w, year, year)
    w.finding(DOUBLE, first, (first, second), "同一人同月在两个街道领取同一救助")
    first, second = _pair(w, ("2025-01", "2025-06"), ("2025-06", "2025-12"))
    w.suppressed(DOUBLE, first, (first, second), "move-month", "只在迁移当月重叠")
    for scope in _pair(w, ("2025-01", "2025-06"), ("2025-07", "2025-12")):
        w.none(DOUBLE, scope, "先后领取，没有同月")
    head = w.person()
    scope = w.household(head)
    w.pay(year, household_id=scope.partition(":")[2], program="虚构残疾补贴")
    w.none(DOUBLE, scope, "两项救助可以同时享受")


def _one_account(w: Labelled) -> None:
    def paid(account: str, payee: str, months: tuple[str, str] = ("2025-01", "2025-12")) -> str:
        return w.household(w.person(), months=months, account=account, payee=payee)

    two = [paid("9999820011112222", "样本收款标注") for _ in range(2)]
    w.finding(ACCOUNT, "*", two, "两户的救助金发到同一账户", kind="account")
    two = [paid("9999820033334444", "虚构标注村村民委员会") for _ in range(2)]
    w.suppressed(ACCOUNT, "*", two, "institution", "账户属于村民委员会", kind="account")
    for months in (("2025-01", "2025-06"), ("2025-07", "2025-12")):
        paid("9999820055556666", "样本先后标注", months)
    many = [paid("9999820077778888", "样本代领标注", ("2025-01", "2025-01")) for _ in range(21)]
    w.suppressed(ACCOUNT, "*", many, "hub", "21户使用同一账户，是集中代发账户", kind="account")


def owner_of(w: Labelled, percent: float) -> tuple[Party, Party]:
    """A person and a company they hold so much of."""
    person = w.person()
    return person, w.owned(w.company(), (person, percent))
