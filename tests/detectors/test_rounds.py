"""A tender that failed and was held again (二次招标) under the same number: who bid in one round did not meet who bid in the
other; on both stores.
"""

from __future__ import annotations

from detectors.bidders import common_controller
from graph.checking import check_store
from graph.rounds import rounds
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident, uscc

LEADS = [common_controller.DETECTOR]
FIRST, SECOND = "2024-03-25", "2024-06-10"
NAMES = {letter: f"虚构{letter}建设有限公司" for letter in "子丑寅卯辰"}
CODES = {letter: uscc(at) for at, letter in enumerate(NAMES, start=1)}


def bids(*rows: tuple[str, str]) -> str:
    """Who bid for the one lot, and when that was opened (empty: not stated)."""
    told = [
        ("P1", "1", NAMES[who], CODES[who], 1_000_000 + at * 7_000, f"{day} 09:30" if day else "")
        for at, (who, day) in enumerate(rows)
    ]
    return table("项目编号,标段,投标人,投标人代码,投标报价(元),开标时间", told)


def owned(*together: str) -> str:
    """The one owner of some, and one of each other company."""
    rows = []
    for at, who in enumerate(NAMES, start=2):
        n = 1 if who in together else at
        rows.append((NAMES[who], CODES[who], f"样本{n}", resident(n), "自然人股东", 100))
    return table("企业名称,统一社会信用代码,股东名称,股东证件号,股东类型,持股比例(%)", rows)


ONE, TWO = bids(("子", FIRST), ("卯", FIRST)), bids(("丑", SECOND), ("寅", SECOND))
TIED = {"股东信息.csv": owned("子", "丑")}

two_files = found_in_files([{"开标记录.csv": ONE, "开标记录（第二次）.csv": TWO, **TIED}], LEADS)
later = found_in_files([{"开标记录（第二次）.csv": TWO, **TIED}, {"开标记录.csv": ONE}], LEADS)
one_sheet = found_in_files(
    [
        {
            "开标记录.csv": bids(
                ("子", FIRST), ("卯", FIRST), ("丑", SECOND), ("卯", SECOND), ("寅", SECOND)
            ),
            "股东信息.csv": owned("子", "丑", "卯"),
        }
    ],
    LEADS,
)
apart_from_two = found_in_files(
    [{"开标记录.csv": ONE, "开标记录（第二次）.csv": TWO, "股东信息.csv": owned("子", "丑", "寅")}], LEADS
)
not_stated = found_in_files(
    [{"开标记录.csv": bids(("子", FIRST), ("丑", ""), ("寅", SECOND)), **TIED}], LEADS
)
put_off = found_in_files(
    [
        {
            "开标记录.csv": bids(("子", SECOND), ("丑", SECOND), ("寅", SECOND)),
            "招标项目.csv": f"项目编号,项目名称,开标时间\nP1,虚构工程,{FIRST} 09:30\n",
            **TIED,
        }
    ],
    LEADS,
)


def tied(found: FoundInFiles) -> list[set[str]]:
    """The bidders of each live lead."""
    letters = {f"cn-uscc:{code}": who for who, code in CODES.items()}
    return [{letters[s] for s in f.subjects} for f in found.run.findings if f.suppressed_by is None]


def open_for(found: FoundInFiles) -> list[str]:
    """What is missing, of what is undecided of rounds."""
    return [u.missing_zh for _, u in found.run.undecided if "不同日期开标" in u.missing_zh]


def named(found: FoundInFiles) -> list[tuple[str, ...]]:
    return [q.examples for q in check_store(found.store, None) if q.check == "lot-of-several-rounds"]


def test_bidders_of_two_rounds_are_no_live_tie(two_files: FoundInFiles) -> None:
    assert tied(two_files) == []
    (missing,) = open_for(two_files)
    assert FIRST in missing and SECOND in missing and "编号" in missing
    assert named(two_files) == [("local:P1/1",)]


def test_nor_where_the_rounds_are_loaded_one_after_the_other(later: FoundInFiles) -> None:
    assert tied(later) == []
    assert len(open_for(later)) == 1
    assert named(later) == [("local:P1/1",)]


def test_who_bid_in_both_rounds_met_the_bidders_of_both(one_sheet: FoundInFiles) -> None:
    assert tied(one_sheet) == [{"子", "卯"}, {"丑", "卯"}]
    assert [f.facts["as_of"] for f in one_sheet.run.findings] == [FIRST, SECOND]
    assert len({f.fingerprint for f in one_sheet.run.findings}) == 2
    for f in one_sheet.run.findings:
        assert f"{f.facts['round']}开标" in f.text["zh"] and f.scope_id == "local:P1/1"
        assert not any("开标" in node for node in f.evidence.nodes)
    assert open_for(one_sheet) == []
    (days,) = (dict(r) for r in rounds(one_sheet.store).values())
    assert days[f"cn-uscc:{CODES['卯']}"] == {FIRST, SECOND}
    assert days[f"cn-uscc:{CODES['子']}"] == {FIRST}


def test_of_a_tie_of_several_who_met_none_of_the_others_is_undecided(apart_from_two: FoundInFiles) -> None:
    assert tied(apart_from_two) == [{"丑", "寅"}]
    assert len(open_for(apart_from_two)) == 1


def test_whose_day_is_not_stated_may_have_met_any(not_stated: FoundInFiles) -> None:
    assert tied(not_stated) == [{"子", "丑"}]
    assert open_for(not_stated) == []
    assert named(not_stated) == [("local:P1/1",)]


def test_a_tender_that_was_put_off_is_one_round(put_off: FoundInFiles) -> None:
    assert tied(put_off) == [{"子", "丑"}]
    assert open_for(put_off) == []
    assert named(put_off) == []
