"""Each round of a tender held again is judged by itself: bidders counted, prices compared, ties as of its day; on both stores.

Apart from `test_rounds`: each store that is open takes eight of the 128 terabytes of addresses that a process has.
"""

from __future__ import annotations

from detectors.behaviour import regular_price_difference
from detectors.bidders import shared_officer
from detectors.procedure import fewer_than_three_bidders
from detectors.running.one_lot import screen_lot
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.detectors.test_rounds import CODES, FIRST, LEADS, NAMES, ONE, SECOND, TWO, bids, tied
from tests.loaders.shapes.numbers import resident

TENDER = "项目编号,项目名称,适用法律,招标方式,公告日期\nP1,虚构路工程,招标投标法,公开招标,2024-02-20\n"
AWARD = table("项目编号,标段,投标人,投标人代码,中标", [("P1", "1", NAMES["丑"], CODES["丑"], "是")])
FEW, PRICES = fewer_than_three_bidders.DETECTOR, regular_price_difference.DETECTOR

few = found_in_files(
    [
        {"开标记录.csv": bids(("子", FIRST), ("寅", FIRST)), "招标项目.csv": TENDER},
        {"开标记录（第二次）.csv": TWO, "中标结果.csv": AWARD},
    ],
    [FEW],
)
# Nobody bids again, and nothing says that the first failed; after an award no tender is held again.
strangers = found_in_files(
    [
        {
            "开标记录.csv": bids(("子", FIRST), ("丑", SECOND), ("寅", SECOND)),
            "招标项目.csv": TENDER,
            "中标结果.csv": AWARD,
        }
    ],
    [FEW],
)
after_award = found_in_files(
    [
        {
            "开标记录.csv": bids(("子", FIRST), ("丑", FIRST), ("寅", FIRST), ("卯", SECOND), ("子", SECOND)),
            "招标项目.csv": TENDER,
            "中标结果.csv": AWARD,
        }
    ],
    [FEW],
)
STATED = {"标段.csv": table("项目编号,标段,标段名称,标段状态", [("P1", "1", "虚构路一标", "流标")])}
stated_failed = found_in_files(
    [
        {"开标记录.csv": ONE, "招标项目.csv": TENDER, **STATED},
        {"开标记录（第二次）.csv": TWO, "中标结果.csv": AWARD},
    ],
    [FEW],
)
enough = found_in_files(
    [
        {"开标记录.csv": ONE, "招标项目.csv": TENDER, "中标结果.csv": AWARD},
        {"开标记录（第二次）.csv": bids(("丑", SECOND), ("寅", SECOND), ("卯", SECOND))},
    ],
    [FEW],
)
some_day = found_in_files(
    [{"开标记录.csv": bids(("子", FIRST), ("丑", SECOND), ("寅", "")), "招标项目.csv": TENDER}], [FEW, PRICES]
)


def test_bidders_are_counted_in_each_round_and_one_that_failed_is_no_violation(few: FoundInFiles) -> None:
    (one,) = few.run.findings
    assert (one.facts["bids"], one.facts["round"], one.severity) == (2, SECOND, "review")
    assert sorted(one.subjects) == sorted(f"cn-uscc:{CODES[who]}" for who in "丑寅")
    assert f"{SECOND}开标" in one.text["zh"] and f"opened on {SECOND}" in one.text["en"]


def check_mistyped(found: FoundInFiles) -> None:
    assert found.run.findings == ()
    ((detector, gap),) = found.run.undecided
    assert (detector, gap.scope_id) == (FEW.id, "local:P1/1")
    assert f"投标在不同日期开标（{FIRST}、{SECOND}）" in gap.missing_zh and "日期写错" in gap.missing_zh
    alone = screen_lot(found.store, gap.scope_id).run
    assert not [f for f in alone.findings if f.detector == FEW.id] and (FEW.id, gap) in alone.undecided


def test_where_a_day_may_be_mistyped_bidders_of_a_round_are_not_counted(strangers: FoundInFiles) -> None:
    check_mistyped(strangers)


def test_after_an_award_no_tender_is_held_again(after_award: FoundInFiles) -> None:
    check_mistyped(after_award)


def test_that_the_lot_failed_is_said_of_the_round_that_nobody_won(stated_failed: FoundInFiles) -> None:
    (one,) = stated_failed.run.findings
    assert (one.facts["bids"], one.facts["round"]) == (2, SECOND)


def test_of_a_round_with_three_nothing_is_told(enough: FoundInFiles) -> None:
    assert enough.run.findings == () and enough.run.undecided == ()


def test_where_a_bid_states_no_day_rounds_cannot_be_counted(some_day: FoundInFiles) -> None:
    told = {d: u.subjects for d, u in some_day.run.undecided if "未载明开标日期" in u.missing_zh}
    assert told == {d.id: (f"cn-uscc:{CODES['寅']}",) for d in (FEW, PRICES)}


def priced(*rows: tuple[str, str, int]) -> str:
    told = [("P1", "1", NAMES[who], CODES[who], price, f"{day} 09:30") for who, day, price in rows]
    return table("项目编号,标段,投标人,投标人代码,投标报价(元),开标时间", told)


AGAIN = (("子", 900_000), ("丑", 955_000), ("寅", 961_000), ("卯", 999_000))
across = found_in_files(
    [
        {"开标记录.csv": priced(("子", FIRST, 955_000), ("辰", FIRST, 961_000))},
        {"开标记录（第二次）.csv": priced(*((w, SECOND, p) for w, p in AGAIN))},
    ],
    [PRICES],
)
within = found_in_files(
    [
        {"开标记录.csv": priced(("子", FIRST, 1), ("辰", FIRST, 961_000))},
        {"开标记录（第二次）.csv": priced(("子", SECOND, 955_000), *((w, SECOND, p) for w, p in AGAIN[1:]))},
    ],
    [PRICES],
)


ONE_SHEET = priced(
    ("子", FIRST, 3_000_000),
    ("辰", FIRST, 1_500_000),
    *((w, SECOND, p) for w, p in AGAIN[1:]),
    ("子", SECOND, 955_000),
)
handed_in = table(
    "项目编号,标段,投标人,投标人代码,投标报价(元),开标时间,递交时间",
    [
        ("P2", "1", NAMES[who], CODES[who], price, f"{day} 09:30", f"{day} 08:{at}0")
        for day, told in (
            (FIRST, {"子": 955_000, "丑": 955_000, "寅": 970_000, "卯": 999_000}),
            (SECOND, {"子": 3_000_000, "辰": 2_220_000, "寅": 1_930_000, "卯": 1_510_000}),
        )
        for at, (who, price) in enumerate(told.items())
    ],
)
one_sheet = found_in_files([{"开标记录.csv": ONE_SHEET, "开标记录（二）.csv": handed_in}], [PRICES])


def test_in_one_sheet_too_each_round_has_the_price_that_its_row_states(one_sheet: FoundInFiles) -> None:
    found = {f.scope_id: (f.facts["round"], sorted(f.subjects)) for f in one_sheet.run.findings}
    assert found == {
        "local:P1/1": (SECOND, sorted(f"cn-uscc:{CODES[w]}" for w in "子丑")),
        "local:P2/1": (FIRST, sorted(f"cn-uscc:{CODES[w]}" for w in "子丑")),
    }


def test_prices_of_one_round_are_not_compared_with_those_of_another(across: FoundInFiles) -> None:
    # 子's earlier price is that of 丑 in the next round, 辰's that of 寅.
    assert across.run.findings == ()


def test_and_each_bid_has_the_price_of_its_round(within: FoundInFiles) -> None:
    (equal,) = within.run.findings
    assert {b["name"] for b in equal.facts["bidders"]} == {NAMES["子"], NAMES["丑"]}
    assert equal.facts["bids"] == 4 and equal.facts["round"] == SECOND


OWNED_FIRST = table(
    "企业名称,统一社会信用代码,股东名称,股东证件号,股东类型,持股比例(%),入股日期,退出日期",
    [
        (NAMES["子"], CODES["子"], "样本1", resident(1), "自然人股东", 100, "2012-01-01", ""),
        (NAMES["卯"], CODES["卯"], "样本1", resident(1), "自然人股东", 100, "2012-01-01", "2024-05-01"),
        (NAMES["卯"], CODES["卯"], "样本2", resident(2), "自然人股东", 100, "2024-05-01", ""),
        (NAMES["丑"], CODES["丑"], "样本3", resident(3), "自然人股东", 100, "2012-01-01", "2024-05-01"),
        (NAMES["丑"], CODES["丑"], "样本4", resident(4), "自然人股东", 100, "2024-05-01", ""),
        (NAMES["寅"], CODES["寅"], "样本3", resident(3), "自然人股东", 100, "2012-01-01", ""),
    ],
)
POSTS = table(
    "姓名,证件号码,企业名称,统一社会信用代码,职务,任职日期,离任日期",
    [
        ("样本9", resident(9), NAMES["子"], CODES["子"], "监事", "2012-01-01", ""),
        ("样本9", resident(9), NAMES["卯"], CODES["卯"], "监事", "2012-01-01", "2024-05-01"),
    ],
)
on_its_day = found_in_files(
    [{"开标记录.csv": ONE, "开标记录（第二次）.csv": TWO, "股东信息.csv": OWNED_FIRST, "任职.csv": POSTS}],
    [*LEADS, shared_officer.DETECTOR],
)


def test_a_tie_is_judged_on_the_day_of_the_round_the_two_met_in(on_its_day: FoundInFiles) -> None:
    # 子 and 卯 had one owner and one supervisor in the first round; 丑 and 寅 no more in the second.
    assert tied(on_its_day) == [{"子", "卯"}, {"子", "卯"}]
    live = [f for f in on_its_day.run.findings if f.suppressed_by is None]
    alone = screen_lot(on_its_day.store, "local:P1/1").run.findings
    here = {f.fingerprint for f in alone if f.detector in {f.detector for f in live} and not f.suppressed_by}
    assert {f.fingerprint for f in live} == here
    assert {f.facts["as_of"] for f in live} == {FIRST} and all(f"截至{FIRST}" in f.text["zh"] for f in live)
