"""Lists of households' members, month by month: whom a newer one leaves out is told, on both stores."""

from __future__ import annotations

import pytest

from detectors.recipients import household_multi_property
from graph.checking import check_store
from loaders.rosters import day_of
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

HOMES = household_multi_property.DETECTOR
HEAD = "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系,户别,减少日期"
FATHER, SON, OTHER, CHILD = (resident(n) for n in range(1, 5))


def roster(son: bool = True, child: str = "", left: str = "") -> str:
    """A list of two households; `child`: the number that the other's child is named with."""
    rows = [("DB1", "甲父", FATHER, "甲父", FATHER, "户主", "低保户", "")]
    if son:
        rows.append(("DB1", "甲父", FATHER, "甲子", SON, "子", "低保户", left))
    rows += [
        ("DB2", "乙父", OTHER, "乙父", OTHER, "户主", "低保户", ""),
        ("DB2", "乙父", OTHER, "乙子", child, "子", "低保户", ""),
    ]
    return table(HEAD, rows)


PAID = table(
    "低保证号,户主姓名,户主身份证号,救助类型,发放年月,发放金额(元)",
    [("DB1", "甲父", FATHER, "低保", "2024-07", 600)],
)
JANUARY, JULY = "2024年1月花名册.csv", "2024年7月花名册.csv"

_HOMES = [(f"虚构证{n}", "", number, "住宅", "2010-01-01") for n, number in enumerate((FATHER, SON))]
REGISTER = table("不动产权证号,权利人,权利人证件号,规划用途,登记时间", _HOMES)

left_out = found_in_files(
    [{JANUARY: roster()}, {JULY: roster(son=False), "发放.csv": PAID, "不动产.csv": REGISTER}], [HOMES]
)
at_once = found_in_files([{JANUARY: roster(), JULY: roster(son=False)}], [HOMES])
still_there = found_in_files(
    [{JANUARY: roster()}, {JULY: roster(child=CHILD), "发放.csv": PAID}, {"8月.csv": PAID + "\n"}], [HOMES]
)
stated = found_in_files([{JANUARY: roster(left="2024-03-01")}, {JULY: roster(son=False)}], [HOMES])


def test_a_member_whom_the_newer_list_leaves_out_is_told(left_out: FoundInFiles) -> None:
    (told,) = left_out.told("members-unnamed")
    assert "1户（户号 DB1）" in told and "1名成员" in told
    (weak,) = [q for q in check_store(left_out.store, None) if q.check == "members-unnamed"]
    assert (weak.count, weak.examples) == (1, ("local:DB1",))
    (found,) = left_out.run.findings
    assert len(found.facts["not_on_newest_list"]) == 1
    assert set(found.facts["not_on_newest_list"]) < set(found.facts["members"])


def test_so_it_is_where_both_lists_are_loaded_at_once(at_once: FoundInFiles) -> None:
    (told,) = at_once.told("members-unnamed")
    assert "1户（户号 DB1）" in told


def test_a_member_who_is_named_again_is_not_told(still_there: FoundInFiles) -> None:
    assert not still_there.told("members-unnamed")
    assert not [q for q in check_store(still_there.store, None) if q.check == "members-unnamed"]


def test_a_member_who_is_said_to_have_left_is_not_told(stated: FoundInFiles) -> None:
    assert not stated.told("members-unnamed")
    assert not [q for q in check_store(stated.store, None) if q.check == "members-unnamed"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年7月花名册", "2024-07"),
        ("低保名册202407", "2024-07"),
        ("低保名册_20240715", "2024-07-15"),
        ("名册2024-07-15", "2024-07-15"),
        ("2024年12月31日名册", "2024-12-31"),
        ("2024年度名册", ""),
        ("2024年1-12月名册", ""),
        ("2024年1月至6月名册", ""),
        ("名册12024", ""),
        ("电话02012345678", ""),
    ],
)
def test_the_day_of_a_list_by_its_name(text: str, day: str) -> None:
    assert day_of([text]) == day
