"""A son leaves his parents' household, as a list of changes (人员增减) says, and is paid in his own: on both stores."""

from __future__ import annotations

from collections.abc import Mapping

from detectors.recipients import duplicate_benefit, household_multi_property
from graph.checking import check_store
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

HOMES, TWICE = household_multi_property.DETECTOR, duplicate_benefit.DETECTOR
FATHER, MOTHER, SON = (resident(n) for n in range(1, 4))


def roster(title: str = "") -> str:
    """The parents' household, with the son."""
    head = "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系,户别"
    members = (("甲父", FATHER, "户主"), ("甲母", MOTHER, "配偶"), ("甲子", SON, "儿子"))
    rows = table(head, [("S1", "甲父", FATHER, *member, "低保户") for member in members])
    return f"{title},,,,,,\n{rows}" if title else rows


CHANGES = table(
    "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系,增减类型,增减日期",
    [
        ("S1", "甲父", FATHER, "甲子", SON, "儿子", "减少", "2024-06-15"),
        ("S1B", "甲子", SON, "甲子", SON, "户主", "增加", "2024-06-15"),
    ],
)
_PAID = [("S1", "甲父", "最低生活保障", f"2024-{m:02}", 600) for m in range(1, 13)]
_PAID += [("S1B", "甲子", "最低生活保障", f"2024-{m:02}", 500) for m in range(7, 13)]
BESIDE = {
    "低保发放明细.csv": table("低保证号,户主姓名,救助类型,发放年月,发放金额(元)", _PAID),
    "不动产登记.csv": table(
        "不动产单元号,权利人,权利人证件号,规划用途,建筑面积,权属状态,登记时间",
        [
            ("U1", "甲父", FATHER, "住宅", 90, "现势", "2010-01-01"),
            ("U2", "甲子", SON, "住宅", 90, "现势", "2024-09-01"),
        ],
    ),
}
MOVED = {"低保人员增减.csv": CHANGES}
LEADS = [HOMES, TWICE]

undated = found_in_files([{"低保名册.csv": roster(), **BESIDE, **MOVED}], LEADS)
in_january = found_in_files([{"低保名册.csv": roster("2024年1月低保名册"), **BESIDE}, MOVED], LEADS)
changes_first = found_in_files(
    [{"低保人员增减202407.csv": CHANGES}, {"低保名册.csv": roster(), **BESIDE}], LEADS
)
unchanged = found_in_files([{"低保名册.csv": roster(), **BESIDE}], LEADS)


def test_who_left_is_no_member_any_more(undated: FoundInFiles) -> None:
    assert_left(undated)


def test_nor_where_the_list_is_dated(in_january: FoundInFiles) -> None:
    assert_left(in_january)


def test_nor_where_the_changes_are_loaded_first(changes_first: FoundInFiles) -> None:
    assert_left(changes_first)


def assert_left(found: FoundInFiles) -> None:
    """No live lead, and each membership has the day of the change."""
    assert [f for f in found.run.findings if f.suppressed_by is None] == []
    rows = found.store.query(
        "MATCH (p:Person {name: '甲子'})-[m:MEMBER_OF]->(h:Household) WHERE m.counted AND p.id_masked IS NOT NULL "
        "RETURN h.id AS id, m.valid_from AS since, m.valid_to AS until"
    )
    days = {(r["id"], r["since"], r["until"]) for r in rows.to_pylist()}
    assert days == {("local:S1", None, "2024-06-15"), ("local:S1B", "2024-06-15", None)}


def test_the_list_of_changes_leaves_nobody_out(changes_first: FoundInFiles, in_january: FoundInFiles) -> None:
    for found in (changes_first, in_january):
        assert not found.told("members-unnamed")
        assert "members-unnamed" not in {q.check for q in check_store(found.store, None)}


def test_without_it_he_still_counts(unchanged: FoundInFiles) -> None:
    facts: Mapping[str, object] = unchanged.by_household(HOMES)
    assert set(facts) == {"S1"}


UNNUMBERED_CHANGE = table("低保证号,家庭成员姓名,增减类型,增减日期", [("S1", "甲子", "减少", "2024-06-15")])
OWN = table(
    "低保证号,家庭成员姓名,公民身份号码,与户主关系,增减类型,增减日期",
    [("S1B", "甲子", SON, "户主", "增加", "2024-06-15")],
)
NAMED = {"低保减员.csv": UNNUMBERED_CHANGE, "低保增员.csv": OWN}
NAMESAKE = roster() + table("", [("S1", "甲父", FATHER, "甲子", resident(4), "儿子", "低保户")]).lstrip("\n")
NOBODY = table("低保证号,家庭成员姓名,增减类型,增减日期", [("S1", "甲丁", "减少", "2024-06-15")])

by_name = found_in_files([{"低保名册.csv": roster(), **BESIDE}, NAMED], LEADS)
by_name_first = found_in_files([NAMED, {"低保名册.csv": roster(), **BESIDE}], LEADS)
two_of_a_name = found_in_files([{"低保名册.csv": NAMESAKE, **BESIDE}, NAMED], LEADS)
of_nobody = found_in_files([{"低保名册.csv": roster(), **BESIDE, "低保减员.csv": NOBODY}], LEADS)


def unclear(found: FoundInFiles) -> list[tuple[str, ...]]:
    """The households of which `check` says that who left is not known."""
    return [q.examples for q in check_store(found.store, None) if q.check == "left-by-name"]


def test_a_departure_by_name_alone_is_of_the_one_member_of_that_name(by_name: FoundInFiles) -> None:
    assert_left(by_name)
    assert unclear(by_name) == []


def test_nor_does_it_matter_which_comes_first(by_name_first: FoundInFiles) -> None:
    assert_left(by_name_first)
    assert unclear(by_name_first) == []


def test_where_two_bear_the_name_nobody_has_left_and_check_says_so(two_of_a_name: FoundInFiles) -> None:
    assert "S1" in two_of_a_name.by_household(HOMES)
    assert unclear(two_of_a_name) == [("local:S1",)]


def test_and_where_nobody_does(of_nobody: FoundInFiles) -> None:
    assert "S1" in of_nobody.by_household(HOMES)
    assert unclear(of_nobody) == [("local:S1",)]
