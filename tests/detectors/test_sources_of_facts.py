"""A finding names also the files that state what decides of its persons and its tender."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.procedure import short_bid_period
from detectors.recipients import non_local_hukou, paid_after_death
from detectors.registry import DETECTORS
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident, uscc

AFTER_DEATH, NOT_LOCAL = paid_after_death.DETECTOR, non_local_hukou.DETECTOR
(CONTROLLER,) = [d for d in DETECTORS if d.id == "common-controller"]
FATHER = resident(3, "19400101")
PAID = table(
    "公民身份号码,姓名,救助类型,发放年月,发放金额(元),乡镇街道",
    [
        (FATHER, "样本父", "特困人员救助供养", f"2024-{m:02}", 600, "榕城市东湖区幸福街道")
        for m in range(1, 13)
    ],
)
DEAD = table("公民身份号码,姓名,死亡日期", [(FATHER, "样本父", "2024-03-05")])
LATER = table("公民身份号码,姓名,死亡日期", [(FATHER, "样本父", "2024-10-05")])
REGISTER = table("公民身份号码,姓名,户籍所在地", [(FATHER, "样本父", "安徽省合肥市庐阳区")])

welfare = found_in_files(
    [{"发放.csv": PAID}, {"死亡名单.csv": DEAD}, {"另一死亡名单.csv": LATER}, {"人口信息.csv": REGISTER}],
    [AFTER_DEATH, NOT_LOCAL],
)


def sources(found: FoundInFiles, detector: str) -> Sequence[str]:
    """The files that the one finding of a detector names, which its text names too."""
    (one,) = [f for f in found.run.findings if f.detector == detector]
    named: list[str] = one.facts["data"]["sources"]
    shown = "、".join(named)
    assert len(named) > 3 or (f"来源：{shown}。" in one.text["zh"] and ", ".join(named) in one.text["en"])
    return named


def test_the_list_that_states_the_death_is_named(welfare: FoundInFiles) -> None:
    # Not the one whose day does not count, nor what says where he is registered.
    assert sources(welfare, AFTER_DEATH.id) == ["发放.csv", "死亡名单.csv"]


def test_the_list_that_states_where_somebody_is_registered_is_named(welfare: FoundInFiles) -> None:
    assert sources(welfare, NOT_LOCAL.id) == ["人口信息.csv", "发放.csv"]


ONE, OTHER, THIRD, OWNER = uscc(1), uscc(2), uscc(3), resident(1)
_FIRMS = [("虚构子建设有限公司", ONE), ("虚构丑建设有限公司", OTHER), ("虚构寅建设有限公司", THIRD)]
BIDS = table(
    "项目编号,标段,投标人,投标人代码,投标报价(元)",
    [("P1", "1", name, code, 1000000 + 13000 * n) for n, (name, code) in enumerate(_FIRMS)],
)
HOLDERS = table(
    "企业名称,统一社会信用代码,股东名称,股东证件号,股东类型,持股比例(%)",
    [(name, code, "样本甲", OWNER, "自然人股东", 100) for name, code in _FIRMS[:2]],
)
REGISTERED = table("企业名称,统一社会信用代码,经营状态", [(name, code, "存续") for name, code in _FIRMS])
TENDER = "项目编号,项目名称,适用法律,招标方式,公告日期,投标截止时间"


def tender(day: str) -> str:
    """The tender, published five days before its deadline of a day in June."""
    return table(
        TENDER, [("P1", "虚构路工程", "招标投标法", "公开招标", "2024-06-01", f"2024-06-{day} 09:30")]
    )


bidding = found_in_files(
    [
        {"开标记录.csv": BIDS, "股东信息.csv": HOLDERS},
        {"招标项目.csv": tender("06")},
        {"更正.csv": tender("07")},
        {"企业名录.csv": REGISTERED},
    ],
    [CONTROLLER, short_bid_period.DETECTOR],
)


def test_the_notice_whose_day_a_lot_is_judged_at_is_named_and_no_register(bidding: FoundInFiles) -> None:
    assert sources(bidding, CONTROLLER.id) == ["开标记录.csv", "更正.csv", "股东信息.csv"]


def test_the_notices_that_state_the_days_of_a_tender_are_named(bidding: FoundInFiles) -> None:
    assert sources(bidding, "short-bid-period") == ["招标项目.csv", "更正.csv"]
