"""Members whom a list of changes names without their number: who left, came back, or died; on both stores."""

from __future__ import annotations

from typing import Any

import pytest

from detectors.recipients import household_multi_property, household_size_change, paid_after_death
from graph.checking import check_store
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

HOMES, SIZE = household_multi_property.DETECTOR, household_size_change.DETECTOR
DEAD = paid_after_death.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
LISTED = "2024-01-01"

# Of each household what a list of changes says of its second member: (change, day, is the number stated?).
CHANGES: dict[str, list[tuple[str, str, bool]]] = {
    "STAYS": [],
    "LEFT": [("减少", "2024-03-10", False)],
    "BACK": [("减少", "2024-03-10", False), ("增加", "2024-08-01", False)],
    "LEFT-AGAIN": [
        ("减少", "2024-03-10", False),
        ("增加", "2024-08-01", False),
        ("减少", "2024-10-05", False),
    ],
    "BACK-OF-NUMBER": [("减少", "2024-03-10", True), ("增加", "2024-08-01", False)],
    "LEFT-BY-NUMBER-AT-LAST": [
        ("减少", "2024-03-10", True),
        ("增加", "2024-08-01", False),
        ("减少", "2024-10-05", True),
    ],
    "DIED": [("死亡", "2024-03-10", False)],
    "DIED-NUMBERED": [("死亡", "2024-03-10", True)],
}
HELD = {
    "STAYS": [("2024-01", "2024-12")],
    "LEFT": [("2024-01", "2024-03")],
    "BACK": [("2024-01", "2024-03"), ("2024-08", "2024-12")],
    "LEFT-AGAIN": [("2024-01", "2024-03"), ("2024-08", "2024-10")],
    "BACK-OF-NUMBER": [("2024-01", "2024-03"), ("2024-08", "2024-12")],
    "LEFT-BY-NUMBER-AT-LAST": [("2024-01", "2024-03"), ("2024-08", "2024-10")],
    "DIED": [("2024-01", "2024-03")],
    "DIED-NUMBERED": [("2024-01", "2024-03")],
}
NUMBERS = {id_: (resident(2 * n), resident(2 * n + 1)) for n, id_ in enumerate(CHANGES, 1)}


def files() -> dict[str, str]:
    homes: list[tuple[Any, ...]] = [
        (f"999901001001GB{2 * n + at:05}F00010001", number, f"样本{'甲乙'[at]}", "住宅", "2010-01-01")
        for n, numbers in enumerate(NUMBERS.values())
        for at, number in enumerate(numbers)
    ]
    return {
        f"低保名册{LISTED}.csv": table(
            "低保证号,成员姓名,公民身份号码,与户主关系",
            [
                (id_, f"样本{'甲乙'[at]}", number, ("户主", "配偶")[at])
                for id_, numbers in NUMBERS.items()
                for at, number in enumerate(numbers)
            ],
        ),
        "人员增减.csv": table(
            "低保证号,成员姓名,公民身份号码,增减类型,变动日期",
            [
                (id_, "样本乙", NUMBERS[id_][1] if numbered else "", change, day)
                for id_, changes in CHANGES.items()
                for change, day, numbered in changes
            ],
        ),
        "低保发放.csv": table(
            "低保证号,救助类型,发放年月,发放金额(元)",
            [(id_, "最低生活保障", m, 600) for id_ in CHANGES for m in MONTHS],
        ),
        "不动产.csv": table("不动产单元号,权利人证件号,权利人,规划用途,登记时间", homes),
        # A register of deaths is seen: who is not in it has not died.
        "死亡名单.csv": table("姓名,公民身份号码,死亡日期", [("样本丙", resident(99), "2020-01-01")]),
    }


found = found_in_files([files()], [HOMES, SIZE, DEAD])


@pytest.mark.parametrize("id_", CHANGES)
def test_dwellings_count_while_who_is_named_is_a_member(found: FoundInFiles, id_: str) -> None:
    facts = found.by_household(HOMES)[id_]
    assert [(p["from"], p["to"]) for p in facts["dwelling_periods"]] == HELD[id_]
    rests_on_name = id_.startswith(("BACK", "LEFT-AGAIN", "LEFT-BY", "DIED")) and id_ != "DIED-NUMBERED"
    assert facts["identity"] == ("name_only" if rests_on_name else "id")


def test_a_death_told_by_name_is_the_members(found: FoundInFiles) -> None:
    facts = found.by_household(SIZE)
    assert set(facts) == {"DIED", "DIED-NUMBERED"}
    for id_ in facts:
        assert facts[id_]["member"]["died_on"] == "2024-03-10"
        assert facts[id_]["months"] == facts["DIED-NUMBERED"]["months"]
    assert facts["DIED"]["identity"] == "name_only"
    assert facts["DIED-NUMBERED"]["identity"] == "id"


def test_the_row_that_ended_or_began_it_again_is_cited(found: FoundInFiles) -> None:
    rows = found.store.query(
        "MATCH (p:Person)-[m:MEMBER_OF]->(h:Household) WHERE m.stated_from IS NOT NULL OR m.stated_to IS NOT NULL "
        "RETURN h.id AS home, m.key AS key"
    ).to_pylist()
    for f in found.run.findings:
        if f.detector == HOMES.id:
            stated = {r["key"] for r in rows if r["home"] == f.scope_id}
            assert len(stated) == len(CHANGES[f.scope_id.removeprefix("local:")])
            assert stated <= set(f.evidence.keys), f.scope_id


def test_nobody_who_came_after_the_list_is_missed_on_it(found: FoundInFiles) -> None:
    assert not [q for q in check_store(found.store, None) if q.check in ("members-unnamed", "left-by-name")]
    assert not [f for f in found.run.findings if "not_on_newest_list" in f.facts]
