"""Deaths that a list of changes (人员增减) tells of, and payments while nobody is a member any more: on both stores."""

from __future__ import annotations

from detectors.recipients import (
    household_multi_property,
    household_size_change,
    non_local_hukou,
    paid_after_death,
)
from graph.checking import check_store
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

DEAD, SIZE = paid_after_death.DETECTOR, household_size_change.DETECTOR
HOMES = household_multi_property.DETECTOR
HUKOU = non_local_hukou.DETECTOR
LEADS = [DEAD, SIZE, HOMES]
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
_ROSTER = "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系,户别"
_CHANGES = "低保证号,户主姓名,家庭成员姓名,公民身份号码,与户主关系,增减类型,增减日期"
ALONE = {"X1": "死亡", "X2": "整户退出", "X3": "减少", "X4": "配偶死亡"}
"""Households of one, and what the list of changes says of it."""
COUPLE = ("X5", "X6")
"""Households of two: the wife of the first dies, the husband of the other stays as he was."""
NUMBERS = {h: resident(n, "19600101") for n, h in enumerate((*ALONE, *COUPLE), 1)}
WIVES = {h: resident(n, "19620101") for n, h in enumerate(COUPLE, 21)}


def _files(register: bool = False) -> dict[str, str]:
    roster = [(h, f"{h}主", n, f"{h}主", n, "户主", "低保户") for h, n in NUMBERS.items()]
    roster += [(h, f"{h}主", NUMBERS[h], f"{h}妻", n, "配偶", "低保户") for h, n in WIVES.items()]
    changes = [(h, f"{h}主", f"{h}主", NUMBERS[h], "户主", word, "2024-03-05") for h, word in ALONE.items()]
    changes.append(("X5", "X5主", "X5妻", WIVES["X5"], "配偶", "死亡", "2024-03-05"))
    paid = [(h, f"{h}主", "最低生活保障", m, 600) for h in NUMBERS for m in MONTHS]
    homes = [
        (f"U{h}{k}", f"{h}主", NUMBERS[h], "住宅", 90, "现势", since)
        for h in ALONE
        for k, since in (("a", "2010-01-01"), ("b", "2024-06-01"))
    ]
    files = {
        "低保名册.csv": table(_ROSTER, roster),
        "低保人员增减.csv": table(_CHANGES, changes),
        "低保发放明细.csv": table("低保证号,户主姓名,救助类型,发放年月,发放金额(元)", paid),
        "不动产登记.csv": table(
            "不动产单元号,权利人,权利人证件号,规划用途,建筑面积,权属状态,登记时间", homes
        ),
    }
    if register:
        files["死亡名单.csv"] = table(
            "姓名,公民身份号码,死亡日期", [("他人", resident(99, "19500101"), "2024-02-05")]
        )
    return files


# Taken off the list on the first of a month, or within it: nobody comes in her place.
OFF_ON = {"F1": "2024-03-01", "F2": "20240301", "F3": "2024-03-02"}
_OFF = {h: (resident(40 + n, "19600101"), resident(50 + n, "19620101")) for n, h in enumerate(OFF_ON)}
FIRSTS = {
    "低保名册.csv": table(
        "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系,减少日期,减少原因",
        [(h, "甲", one, "甲", one, "户主", "", "") for h, (one, _) in _OFF.items()]
        + [(h, "甲", one, "乙", two, "配偶", OFF_ON[h], "死亡") for h, (one, two) in _OFF.items()],
    ),
    "低保发放明细.csv": table(
        "低保证号,户主姓名,救助类型,发放年月,发放金额(元)",
        [(h, "甲", "最低生活保障", m, 1860) for h in OFF_ON for m in MONTHS],
    ),
}
firsts = found_in_files([FIRSTS], LEADS)
REASONS = {
    "低保名册.csv": table(_ROSTER, [("R1", "甲", NUMBERS["X1"], "甲", NUMBERS["X1"], "户主", "低保户")]),
    "低保减员.csv": table(
        "低保证号,户主姓名,家庭成员姓名,公民身份号码,减少日期,减少原因",
        [("R1", "甲", "甲", NUMBERS["X1"], "2024-03-05", "因病死亡")],
    ),
    "死亡名单.csv": table("姓名,公民身份号码,死亡日期", [("甲", NUMBERS["X1"], "2024-02-20")]),
    "低保发放明细.csv": table(
        "低保证号,户主姓名,救助类型,发放年月,发放金额(元)",
        [("R1", "甲", "最低生活保障", m, 600) for m in MONTHS],
    ),
}

changed = found_in_files([_files()], LEADS)
registered = found_in_files([_files(register=True)], LEADS)
reasons = found_in_files([REASONS], LEADS)


def _undecided(found: FoundInFiles, detector: str) -> set[str]:
    return {u.scope_id.removeprefix("local:") for d, u in found.run.undecided if d == detector}


def test_a_death_of_the_list_of_changes_is_a_death(registered: FoundInFiles) -> None:
    facts = registered.by_household(DEAD)
    assert set(facts) == {"X1"}
    assert facts["X1"]["months"] == {"from": "2024-04", "to": "2024-12", "count": 9}
    assert [d["died_on"] for d in facts["X1"]["deaths"]] == ["2024-03-05"]


def test_a_members_death_too_and_it_is_told_once(registered: FoundInFiles) -> None:
    of = [f for f in registered.run.findings if f.detector == SIZE.id and f.suppressed_by is None]
    assert [(f.scope_id, f.facts["member"]["died_on"]) for f in of] == [("local:X5", "2024-03-05")]


def test_that_it_names_nobody_else_is_no_sign_that_nobody_died(
    changed: FoundInFiles, registered: FoundInFiles
) -> None:
    for detector in (DEAD.id, SIZE.id):
        assert any(s.startswith("program") for s in _undecided(changed, detector))
        assert not any(s.startswith("program") for s in _undecided(registered, detector))


def test_a_reason_for_leaving_tells_it_and_the_earlier_day_counts(reasons: FoundInFiles) -> None:
    facts = reasons.by_household(DEAD)
    assert [d["died_on"] for d in facts["R1"]["deaths"]] == ["2024-02-20"]
    assert facts["R1"]["months"]["from"] == "2024-03"
    (apart,) = [q for q in check_store(reasons.store, None) if q.check == "dates-differ"]
    assert apart.count == 1


def test_what_is_paid_while_nobody_is_a_member_is_never_innocent(registered: FoundInFiles) -> None:
    """Of one who died the detector of deaths tells it, of those who left nothing can be told; the couples have members."""
    assert _undecided(registered, DEAD.id) == {"X2", "X3", "X4"}
    assert _undecided(registered, HOMES.id) == set(ALONE)
    (of,) = [u for d, u in registered.run.undecided if d == HOMES.id and u.scope_id == "local:X2"]
    assert "2024-04—2024-12" in of.missing_zh and "2024-04—2024-12" in of.missing_en
    # What the list of changes states is told: who left, when, and that it may have been to be stopped.
    assert "按增减记录，全部成员均已减少（最后一名：2024-03-05）" in of.missing_zh and "停发" in of.missing_zh
    assert "9 months of 2024-04—2024-12" in of.missing_en


# Left by a list of changes; by a newer list alone, that does not name her; and before somebody else came.
SILENT = {
    "低保名册2024-01-01.csv": table(
        _ROSTER,
        [(h, "甲", resident(n), "甲", resident(n), "户主", "低保户") for n, h in enumerate(("S1", "S2"), 31)],
    ),
    "低保人员增减.csv": table(
        _CHANGES,
        [
            ("S1", "甲", "甲", resident(31), "户主", "减少", "2024-03-05"),
            ("S2", "甲", "甲", resident(32), "户主", "减少", "2024-03-05"),
            ("S2", "乙", "乙", resident(33), "户主", "增加", "2024-08-01"),
        ],
    ),
    "低保发放明细.csv": table(
        "低保证号,户主姓名,救助类型,发放年月,发放金额(元)",
        [(h, "甲", "最低生活保障", m, 600) for h in ("S1", "S2") for m in MONTHS],
    ),
    "不动产登记.csv": table(
        "不动产单元号,权利人,权利人证件号,规划用途,登记时间",
        [("US1", "甲", resident(31), "住宅", "2010-01-01")],
    ),
}
silent = found_in_files([SILENT], [HOMES])


def test_only_where_all_have_left_by_such_a_list(silent: FoundInFiles) -> None:
    told = {u.scope_id: u.missing_zh for d, u in silent.run.undecided if d == HOMES.id}
    assert "按增减记录，全部成员均已减少" in told["local:S1"]
    assert "均已减少、退出，或尚未增加" in told["local:S2"] and "2024-04—2024-07" in told["local:S2"]


def test_who_is_taken_off_on_the_first_of_a_month_leaves_one_fewer(firsts: FoundInFiles) -> None:
    of = {f.scope_id: f.suppressed_by for f in firsts.run.findings if f.detector == SIZE.id}
    assert of == {f"local:{h}": None for h in OFF_ON}


# Of everybody it is known where he is registered, and of all but the last which place pays.
LOCAL = {
    **SILENT,
    "人口信息.csv": table(
        "公民身份号码,姓名,户籍所在地",
        [
            (resident(n), name, "虚构市虚构区幸福街道")
            for n, name in ((31, "甲"), (32, "甲"), (33, "乙"), (34, "丙"))
        ],
    ),
    "低保名册2.csv": table(_ROSTER, [("S3", "丙", resident(34), "丙", resident(34), "户主", "低保户")]),
    "低保发放明细.csv": table(
        "低保证号,户主姓名,救助类型,发放年月,发放金额(元),乡镇街道",
        [
            (h, "甲", "最低生活保障", m, 600, "" if h == "S3" else "虚构市虚构区幸福街道")
            for h in ("S1", "S2", "S3")
            for m in MONTHS
        ],
    ),
}
local = found_in_files([LOCAL], [HUKOU])


def test_whose_registration_could_be_asked_is_told_by_who_left(local: FoundInFiles) -> None:
    """Registration and place are both known: what can't be told is for whom it was paid."""
    assert not [f for f in local.run.findings if f.detector == HUKOU.id]
    told = {u.scope_id: u.missing_zh for d, u in local.run.undecided if d == HUKOU.id}
    assert "按增减记录，全部成员均已减少" in told["local:S1"]
    assert "均已减少、退出，或尚未增加" in told["local:S2"] and "2024-04—2024-07" in told["local:S2"]
    assert "缺少申请人户籍地或发放地" in told["local:S3"]
