"""Households that are paid after all of their members left by what lists state, and those innocently so: on both stores."""

from __future__ import annotations

from typing import Any

from detectors.recipients import paid_after_death, paid_after_leaving
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

LEFT, DEAD = paid_after_leaving.DETECTOR, paid_after_death.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
BEFORE, SINCE = MONTHS[:5], MONTHS[5:]
DAY = "2024-05-10"
_ROSTER = "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系,户别"
_CHANGES = "低保证号,户主姓名,家庭成员姓名,公民身份号码,与户主关系,增减类型,增减日期"
_PAID = "低保证号,户主姓名,救助类型,发放年月,发放金额(元)"

CHANGED: dict[str, list[tuple[str, str, str]]] = {
    # All left, in the words of several offices; one of them died; on the first of a month; by name alone.
    "MOVED": [("甲", "迁出", DAY), ("乙", "注销", DAY)],
    "STRUCK": [("甲", "退保", DAY), ("乙", "离开", "2024-03-02")],
    "ONEDIED": [("甲", "死亡", "2024-03-10"), ("乙", "迁出", DAY)],
    "FIRST": [("甲", "退出", "2024-06-01"), ("乙", "退出", "2024-05-31")],
    "NAMED": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
    # Somebody has not left: of one it is not said, of one no day is, one came back, one died last.
    "STAYS": [("甲", "迁出", DAY)],
    "UNDATED": [("甲", "迁出", ""), ("乙", "迁出", DAY)],
    "RETURNED": [("甲", "迁出", DAY), ("乙", "迁出", DAY), ("乙", "增加", "2024-09-01")],
    "DIED": [("甲", "迁出", "2024-03-10"), ("乙", "死亡", DAY)],
    # Paid until then alone, in arrears, for what was skipped, and with all of it back.
    "STOPPED": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
    "ARREARS": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
    "SKIPPED": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
    "BACK": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
    "PARTBACK": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
    "AGED": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
    # Members of another household then, which is paid, or is not.
    "TOPAID": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
    "TOUNPAID": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
    "UNSTATED": [("甲", "迁出", DAY), ("乙", "迁出", DAY)],
}
NUMBERS = {
    h: {"甲": resident(100 + n, "19600101"), "乙": resident(200 + n, "19620101")}
    for n, h in enumerate(CHANGED)
}
FURTHER = {"TOPAID": "NEWPAID", "TOUNPAID": "NEWUNPAID"}


def _payments() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []

    def pay(household: str, months: list[str], amount: Any = 600, program: str = "最低生活保障") -> None:
        rows.extend((household, "甲", program, m, amount) for m in months)

    for h in CHANGED:
        if h in ("STOPPED", "ARREARS", "AGED"):
            pay(h, BEFORE)
        elif h == "SKIPPED":
            pay(h, ["2024-01", "2024-02", "2024-03", "2024-06", "2024-07"])
        elif h in ("BACK", "PARTBACK"):
            pay(h, MONTHS[:7])
            pay(h, ["2024-09"], -1200 if h == "BACK" else -600)
        elif h == "UNSTATED":
            pay(h, BEFORE)
            pay(h, SINCE, "")
        else:
            pay(h, MONTHS)
    pay("ARREARS", ["2024-07"], 300, "低保补发")
    pay("AGED", SINCE, 80, "高龄津贴")
    pay("NEWPAID", SINCE)
    return rows


def _files(people: str = "") -> dict[str, str]:
    relation = {"甲": "户主", "乙": "配偶"}
    roster = [
        (h, "甲", who["甲"], name, number, relation[name], "低保户")
        for h, who in NUMBERS.items()
        for name, number in who.items()
    ]
    changes = [
        (h, "甲", name, "" if h == "NAMED" else NUMBERS[h][name], relation[name], word, day)
        for h, told in CHANGED.items()
        for name, word, day in told
    ]
    changes += [
        (new, "甲", name, NUMBERS[old][name], relation[name], "增加", "2024-05-11")
        for old, new in FURTHER.items()
        for name in "甲乙"
    ]
    return {
        "低保名册.csv": table(_ROSTER, roster),
        "低保人员增减.csv": table(_CHANGES, changes),
        "低保发放明细.csv": table(_PAID, _payments()),
    }


FILES = _files()
found = found_in_files([FILES], [LEFT, DEAD])
one_by_one = found_in_files([{n: FILES[n]} for n in reversed(FILES)], [LEFT, DEAD])


LEADS = {"MOVED", "STRUCK", "ONEDIED", "FIRST", "NAMED", "PARTBACK", "TOPAID", "UNSTATED"}


def _undecided(found: FoundInFiles) -> dict[str, tuple[str, str]]:
    return {
        u.scope_id.removeprefix("local:"): (u.missing_zh, u.missing_en)
        for d, u in found.run.undecided
        if d == LEFT.id
    }


def test_who_is_paid_after_all_have_left(found: FoundInFiles) -> None:
    facts = found.by_household(LEFT)
    assert set(facts) == LEADS
    assert facts["MOVED"]["months"] == {"from": "2024-06", "to": "2024-12", "count": 7}
    assert facts["MOVED"]["amount"] == 7 * 60000 and facts["MOVED"]["left_on"] == DAY
    assert sorted(m["left_on"] for m in facts["STRUCK"]["former_members"]) == ["2024-03-02", DAY]
    # The month in which the last one left is payable, also where he left on its first day.
    assert facts["FIRST"]["months"]["from"] == "2024-07"
    assert facts["PARTBACK"]["recovered"] == 60000


def test_what_the_sentence_says(found: FoundInFiles) -> None:
    (moved,) = (f for f in found.run.findings if (f.detector, f.scope_id) == (LEFT.id, "local:MOVED"))
    assert (
        "全部2名成员均已减少（最后一名：2024-05-10），此后2024-06—2024-12仍发放最低生活保障共7个月、4,200.00元"
        in moved.text["zh"]
    )
    assert "(2) have left, the last on 2024-05-10" in moved.text["en"] and "for 7 months" in moved.text["en"]
    (unstated,) = (f for f in found.run.findings if (f.detector, f.scope_id) == (LEFT.id, "local:UNSTATED"))
    assert "共7个月（金额未写明）" in unstated.text["zh"] and "no amount is stated" in unstated.text["en"]


def test_what_is_not_said_of_everybody_is_no_lead(found: FoundInFiles) -> None:
    told = {f.scope_id.removeprefix("local:") for f in found.run.findings if f.detector == LEFT.id}
    assert told.isdisjoint({"STAYS", "UNDATED", "RETURNED", "DIED", "STOPPED", "SKIPPED", "AGED", "TOUNPAID"})
    # Who died last is told by the detector of deaths.
    assert "DIED" in found.by_household(DEAD)
    (flag,) = found.told("member-left-undated")
    assert "没有减少的日期" in flag


def test_what_explains_it(found: FoundInFiles) -> None:
    why = {
        f.scope_id: f.suppressed_by for f in found.run.findings if f.detector == LEFT.id and f.suppressed_by
    }
    assert {h: by["rule"] for h, by in why.items()} == {"local:ARREARS": "arrears", "local:BACK": "recovered"}


def test_what_cannot_be_told(found: FoundInFiles) -> None:
    told = _undecided(found)
    assert "2024-04—2024-05有2个月没有发放" in told["SKIPPED"][0] and "perhaps arrears" in told["SKIPPED"][1]
    assert "NEWUNPAID" in told["TOUNPAID"][0] and "原户号" in told["TOUNPAID"][0]
    # Somebody came back after months in which nobody was a member.
    assert "2024-06—2024-08" in told["RETURNED"][0]
    aged = next(zh for zh, _ in told.values() if "高龄津贴" in zh)
    assert "不是须核定家庭经济状况的项目" in aged


def test_in_whatever_order_the_lists_are_loaded(one_by_one: FoundInFiles) -> None:
    assert set(one_by_one.by_household(LEFT)) == LEADS
    assert {"SKIPPED", "TOUNPAID", "RETURNED"} <= _undecided(one_by_one).keys()


# Of households whose lists don't tell that those who left are all: of three, of the head alone, and by lists of changes alone.
_WHOLE = (("THREE", 3, 2), ("TWO", 2, 2), ("HEAD", "", 1), ("ONE", 1, 1), ("CHANGES", "", 0))
_OF = {h: [resident(300 + 10 * n + k, "19600101") for k in range(2)] for n, (h, _, _) in enumerate(_WHOLE)}
PARTS = {
    "低保名册.csv": table(
        f"{_ROSTER},家庭人口",
        [
            (h, "甲", _OF[h][0], "甲乙"[k], _OF[h][k], "户主" if k == 0 else "配偶", "低保户", people)
            for h, people, listed in _WHOLE
            for k in range(listed)
        ],
    ),
    "低保人员增减.csv": table(
        _CHANGES,
        [
            (h, "甲", "甲乙"[k], _OF[h][k], "户主" if k == 0 else "配偶", "整户退出", DAY)
            for h, _, listed in _WHOLE
            for k in range(listed or 2)
        ],
    ),
    "低保发放明细.csv": table(
        _PAID, [(h, "甲", "最低生活保障", m, 600) for h, _, _ in _WHOLE for m in MONTHS]
    ),
}
parts = found_in_files([PARTS], [LEFT])


def test_only_where_those_who_left_are_known_to_be_all(parts: FoundInFiles) -> None:
    assert set(parts.by_household(LEFT)) == {"TWO", "ONE"}
    told = _undecided(parts)
    assert set(told) == {"THREE", "HEAD", "CHANGES"}
    assert "名单写明3人" in told["THREE"][0]
    assert "已知的1名成员均已减少，而名单没有写明家庭人口" in told["HEAD"][0]
    assert "2 known members have left" in told["CHANGES"][1]


NOBODY = {n: FILES[n] for n in ("低保名册.csv", "低保发放明细.csv")}
silent = found_in_files([NOBODY], [LEFT])


def test_where_no_list_tells_of_anybody_who_left_nothing_is_innocent(silent: FoundInFiles) -> None:
    assert not silent.run.findings
    assert any("没有写明任何成员减少的日期" in zh for zh, _ in _undecided(silent).values())
