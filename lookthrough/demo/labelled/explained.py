"""Labelled scenes of hits with an innocent explanation in the data, each beside a case that it does not explain."""

from __future__ import annotations

import datetime as dt

from lookthrough.demo.labelled.documents import ACCOUNT, AUTHOR, DEVICE, left
from lookthrough.demo.labelled.households import DEATH, HOMES, MEANS, THROUGH
from lookthrough.demo.labelled.persons import YOUNG
from lookthrough.demo.labelled.tables import DEADLINE, Labelled


def plant_explained(w: Labelled) -> None:
    """Plant them."""
    _no_number(w)
    _of_model(w)
    _own_network(w)
    _project_company(w)
    _recovered(w)
    _one_home_beside(w)


def _no_number(w: Labelled) -> None:
    """What software or a clerk writes where a number was not read, beside a number that is one."""
    for detector, key, kind, empty, number in (
        (DEVICE, "D5c-硬盘", "硬盘序列号", "0000_0000_0000_0000", "0025_38B1_9181_0B77"),
        (AUTHOR, "D5b-未插锁", "计价软件加密锁序列号", "未插锁", "BZ-LOCK-0003"),
    ):
        for value, real in ((empty, False), (number, True)):
            a, b = w.bidder(), w.bidder()
            at = f"{key}{'' if real else '空值'}"
            for bidder in (a, b):
                left(w, at, bidder, kind, value)
            lot = w.lot(at, a, b)
            if real:
                w.finding(detector, lot, (a, b), f"两家的{kind}相同")
            else:
                w.suppressed(detector, lot, (a, b), "placeholder", f"“{value}”是没有读出序列号时的值")
    a, b = w.bidder(), w.bidder()
    lot = w.lot("D4-个人", a, b, bids={x: {"deposit_payer": "个人"} for x in (a, b)})
    w.suppressed(ACCOUNT, lot, (a, b), "placeholder", "“个人”只是汇款人的类别")


def _of_model(w: Labelled) -> None:
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        left(w, "D5c-同型号", bidder, "CPU序列号", "BFEBFBFF000906EA")
    w.suppressed(DEVICE, w.lot("D5c-同型号", a, b), (a, b), "cpu-model", "处理器的型号标识，同型号的都相同")


def _own_network(w: Labelled) -> None:
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        left(w, "D5c-内网", bidder, "上传IP", "192.168.81.5")
    w.suppressed(DEVICE, w.lot("D5c-内网", a, b), (a, b), "local-address", "内网地址，各单位内部都可使用")


def _project_company(w: Labelled) -> None:
    day = dt.date.fromisoformat(DEADLINE) - dt.timedelta(days=60)
    a = w.bidder(name="虚构标注快速路项目公司有限公司", founded_on=str(day))
    lot = w.lot("D14-项目公司", a, buyer_name="虚构标注快速路业主中心")
    w.suppressed(YOUNG, lot, (a,), "project-company", "名称为项目公司，可能按招标文件设立")


def _recovered(w: Labelled) -> None:
    """Three months of 620 yuan are paid after a death in March, and taken back in July: all, or two of them."""
    for back, why in ((1860, "身故后发放的三个月已全部扣回"), (1240, "身故后发放三个月，只扣回两个月")):
        scope = w.household(w.person(died_on="2025-03-10"), months=("2025-01", "2025-06"))
        w.pay(("2025-07", "2025-07"), household_id=scope.partition(":")[2], amount=-back)
        if back == 1860:
            w.suppressed(DEATH, scope, (scope,), "recovered", why)
        else:
            w.finding(DEATH, scope, (scope,), why)


def _one_home_beside(w: Labelled) -> None:
    """One dwelling that does not count on its own, and one of a company that a member holds 60% of."""
    for share, more, rule, why in (
        (20, {"acquired_by": "继承"}, "inherited-minor-share", "自有的一套仅继承五分之一"),
        (100, {"kind": "农村住宅"}, "rural-homestead", "自有的一套是宅基地房屋"),
        (100, {"acquired_by": "拆迁安置"}, "resettlement", "自有的一套是拆迁安置房"),
        (50, {"acquired_by": "继承"}, "", "自有的一套继承一半，不是小额份额"),
    ):
        head = w.person()
        w.home((head, share), **more)
        company = w.chain(head, [60])
        w.home((company, 100))
        scope = w.household(head)
        if rule:
            w.suppressed(THROUGH, scope, (scope,), rule, f"{why}，企业另有一套")
        else:
            w.finding(THROUGH, scope, (scope,), f"{why}，企业另有一套")
        w.none(HOMES, scope, f"{why}，此外没有自有住房")
        w.finding(MEANS, scope, (scope,), "领取人持有企业股权")
