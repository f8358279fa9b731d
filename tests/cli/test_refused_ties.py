"""A holder, or a ban, whose row a load refused is not one that nobody has: of a lot of that company nobody reads of none."""

from __future__ import annotations

import json

TENDERS = "项目编号,项目名称,适用法律,招标方式,投标截止时间\nR-1,虚构一号工程,招标投标法,公开招标,2024-05-25 09:30\nR-2,虚构二号工程,招标投标法,公开招标,2024-05-25 09:30\n"
CODES = {"甲": "91330100MA0000015W", "乙": "91330100MA0000023P", "丙": "91330100MA0000031J"}
BIDS = "项目编号,标段编号,投标人,统一社会信用代码,投标报价(元)\n" + "".join(
    f"{tender},1,虚构{firm}路桥有限公司,{CODES[firm]},{1000 + n}\n"
    for n, (tender, firm) in enumerate((("R-1", "甲"), ("R-1", "乙"), ("R-2", "甲"), ("R-2", "丙")))
)
HOLDERS = "统一社会信用代码,公司名称,股东名称,股东类型,证照号码,持股比例(%)\n"
BANS = "被处罚单位,统一社会信用代码,处罚类别,处罚机关,处罚决定日期,处罚截止日期\n"
WANG, LI = "测试人王五,自然人,110101198001010053", "测试人李六,自然人,110101198001010061"
TOLD = "的行在导入时被拒绝"
OWNING = {
    "bidder-controls-bidder",
    "common-controller",
    "common-beneficial-owner",
    "common-shareholder",
    "bidder-linked-to-buyer",
    "bidder-linked-to-service-party",
    "affiliate-of-debarred",
}


def holds(firm: str, holder: str, percent: str) -> str:
    return f"{CODES[firm]},虚构{firm}路桥有限公司,{holder},{percent}\n"


def ban(firm: str, since: str, until: str = "2026-12-31", by: str = "虚构市财政局") -> str:
    return f"虚构{firm}路桥有限公司,{CODES[firm]},禁止参加政府采购活动三年,{by},{since},{until}\n"


GOOD = holds("甲", WANG, "100") + holds("丙", LI, "100")
BAD = holds("乙", WANG, "120")


def load(lookthrough, folder, name: str, text: str) -> str:
    """Load one file; gives the batch."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    ran = lookthrough("load", folder / name, "--format", "json")
    assert ran.code in (0, 3), ran.err
    return json.loads(ran.out)["batch"]


def begun(lookthrough, folder) -> None:
    load(lookthrough, folder, "招标项目.csv", TENDERS)
    load(lookthrough, folder, "投标.csv", BIDS)


def told(lookthrough, lot: str = "R-1/1") -> dict[str, str]:
    """What is undecided of a lot for a refused row, by detector."""
    answer = json.loads(lookthrough("screen", lot, "--format", "json", "--no-ledger").out)
    return {u["detector"]: u["missing"]["zh"] for u in answer["undecided"] if TOLD in u["missing"]["zh"]}


def test_a_refused_holder_leaves_ties_of_shares_undecided(lookthrough, tmp_path):
    begun(lookthrough, tmp_path)
    load(lookthrough, tmp_path, "股东.csv", HOLDERS + GOOD + BAD + holds("乙", LI, "40"))
    said = told(lookthrough)
    assert "common-controller" in said and set(said) <= OWNING
    assert (
        "股东.csv中关于“虚构乙路桥有限公司”股东的行在导入时被拒绝：其股权关系无法判定"
        in said["common-controller"]
    )
    assert told(lookthrough, "R-2/1") == {}
    assert "refused_ties" not in lookthrough("status", "--format", "json").out


def test_a_corrected_row_answers_in_either_order_and_until_it_is_taken_back(lookthrough, tmp_path):
    begun(lookthrough, tmp_path)
    first = load(lookthrough, tmp_path, "先.csv", HOLDERS + holds("乙", WANG, "12"))
    load(lookthrough, tmp_path, "股东.csv", HOLDERS + GOOD + BAD)
    assert told(lookthrough) == {}
    assert lookthrough("unload", first).code == 0
    assert told(lookthrough)
    second = load(lookthrough, tmp_path, "改正.csv", HOLDERS + holds("乙", WANG, "12"))
    assert told(lookthrough) == {}
    assert lookthrough("unload", second).code == 0
    # Of another holder, or of another company, it says nothing.
    load(lookthrough, tmp_path, "他人.csv", HOLDERS + holds("乙", LI, "12") + holds("丙", WANG, "1"))
    assert told(lookthrough)


def test_another_row_of_the_same_list_answers_nothing(lookthrough, tmp_path):
    begun(lookthrough, tmp_path)
    load(lookthrough, tmp_path, "股东.csv", HOLDERS + GOOD + BAD + holds("乙", WANG, "12"))
    assert told(lookthrough)


def test_a_refused_total_is_no_holder(lookthrough, tmp_path):
    begun(lookthrough, tmp_path)
    load(
        lookthrough,
        tmp_path,
        "股东.csv",
        HOLDERS + GOOD + holds("乙", LI, "100") + holds("乙", "合计,,", "1200"),
    )
    assert told(lookthrough) == {}


def test_a_refused_ban_is_undecided_until_one_of_its_days_is_stated(lookthrough, tmp_path):
    begun(lookthrough, tmp_path)
    load(lookthrough, tmp_path, "股东.csv", HOLDERS + GOOD + holds("乙", LI, "100"))
    load(
        lookthrough,
        tmp_path,
        "行政处罚.csv",
        BANS + ban("丙", "2010-01-01", "2010-12-31") + ban("乙", "2024年13月"),
    )
    said = told(lookthrough)
    assert set(said) == {"affiliate-of-debarred"}
    assert "行政处罚.csv中关于“虚构乙路桥有限公司”禁止投标处罚的行" in said["affiliate-of-debarred"]
    assert told(lookthrough, "R-2/1") == {}
    # An earlier ban by the same authority is another.
    load(lookthrough, tmp_path, "以前.csv", BANS + ban("乙", "2019-01-01", "2019-12-31"))
    assert told(lookthrough)
    load(lookthrough, tmp_path, "改正.csv", BANS + ban("乙", "2024-12-01"))
    assert told(lookthrough) == {}


def test_a_run_of_what_changed_says_the_same_until_the_correction(lookthrough, tmp_path):
    begun(lookthrough, tmp_path)
    load(lookthrough, tmp_path, "股东.csv", HOLDERS + GOOD)
    lookthrough("detect")
    load(lookthrough, tmp_path, "补充.csv", HOLDERS + BAD + holds("丙", LI, "100"))
    said = lookthrough("detect", "--changed", "--lang", "zh").err
    assert "补充.csv中关于“虚构乙路桥有限公司”股东" in said
    load(lookthrough, tmp_path, "改正.csv", HOLDERS + holds("乙", WANG, "12"))
    assert TOLD not in lookthrough("detect", "--lang", "zh").err
