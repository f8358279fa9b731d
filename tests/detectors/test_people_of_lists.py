"""Lists that say how many people a household has (家庭人口, 保障人口) and name fewer: who is not named is not cleared, and the
household outlives its head; on both stores."""

from __future__ import annotations

from detectors.definition import Detector
from detectors.recipients import household_multi_property, household_size_change, in_prison, paid_after_death
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

DEAD, SMALLER = paid_after_death.DETECTOR, household_size_change.DETECTOR
HOMES, PRISON = household_multi_property.DETECTOR, in_prison.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 7)]
PEOPLE = {
    "ALONE": "1",
    "THREE": "3人",
    "DIED": "三",
    "DIED-ALONE": "1",
    "INSIDE": "2",
    "INSIDE-ALONE": "1",
    "UNSAID": "",
}
NUMBERS = {id_: resident(n) for n, id_ in enumerate(PEOPLE, 1)}
NAMES = dict(zip(PEOPLE, ("样本甲", "样本丙", "样本丁", "样本戊", "样本己", "样本庚", "样本辛"), strict=True))
REGISTERS = {
    "不动产.csv": table(
        "权利人,证件号码,不动产单元号,用途,登记时间",
        [("样本乙", resident(90), "110101001001GB00001F00010001", "住宅", "2010-01-01")],
    ),
    "死亡名单.csv": table(
        "姓名,公民身份号码,死亡日期",
        [(NAMES[id_], NUMBERS[id_], "2024-02-20") for id_ in ("DIED", "DIED-ALONE")],
    ),
    "在押人员名单.csv": table(
        "姓名,身份证号,监所名称,入监日期,释放日期,在押类型",
        [
            (NAMES[id_], NUMBERS[id_], "虚构监狱", "2024-01-01", "2025-12-31", "服刑")
            for id_ in ("INSIDE", "INSIDE-ALONE")
        ],
    ),
}
OF_HEADS = {
    "低保名册.csv": table(
        "低保证号,户主姓名,户主身份证号,保障人口,家庭人口",
        [(id_, NAMES[id_], NUMBERS[id_], "1", people) for id_, people in PEOPLE.items()],
    ),
    "低保发放明细.csv": table(
        "低保证号,救助类型,发放年月,发放金额(元)",
        [(id_, "最低生活保障", month, 1200) for id_ in PEOPLE for month in MONTHS],
    ),
}
# No household's number at all: the payments alone say for how many they are.
OF_PAYMENTS = {
    "低保发放明细.csv": table(
        "姓名,身份证号,救助类型,发放年月,发放金额(元),保障人数",
        [
            (NAMES[id_], NUMBERS[id_], "最低生活保障", month, 1200, people)
            for id_, people in PEOPLE.items()
            for month in MONTHS
        ],
    ),
}
BOTH = [DEAD, SMALLER, HOMES, PRISON]
by_heads = found_in_files([OF_HEADS | REGISTERS], BOTH)
by_payments = found_in_files([OF_PAYMENTS | REGISTERS], BOTH)


def called(found: FoundInFiles) -> dict[str, str]:
    """What the lists call each household and person, by its id in the graph."""
    persons = found.store.query("MATCH (p:Person) RETURN p.id AS id, p.name AS name").to_pylist()
    ids = {name: id_ for id_, name in NAMES.items()}
    return {f"local:{id_}": id_ for id_ in PEOPLE} | {p["id"]: ids.get(p["name"], "") for p in persons}


def live(found: FoundInFiles, detector: Detector) -> dict[str, str]:
    """What is said of whom, where no rule suppresses it."""
    names = called(found)
    return {
        names[f.scope_id]: f.text["zh"]
        for f in found.run.findings
        if f.detector == detector.id and f.suppressed_by is None
    }


def suppressed(found: FoundInFiles, detector: Detector) -> dict[str, str]:
    """Of whom a finding is suppressed, by which rule."""
    names = called(found)
    return {
        names[f.scope_id]: f.suppressed_by["rule"]
        for f in found.run.findings
        if f.detector == detector.id and f.suppressed_by is not None
    }


def undecided(found: FoundInFiles, detector: Detector) -> dict[str, str]:
    """What is missing of whom."""
    names = called(found)
    return {names[u.scope_id]: u.missing_zh for d, u in found.run.undecided if d == detector.id}


def check_told(found: FoundInFiles) -> None:
    """Whom a list does not name is not cleared by the registers of homes and of custody."""
    for detector in (HOMES, PRISON):
        told = undecided(found, detector)
        assert "名单写明3人" in told["THREE"] and "只有1人" in told["THREE"]
        assert told.keys() == {"THREE", "DIED", *({"INSIDE"} if detector is HOMES else ())}


def check_died(found: FoundInFiles) -> None:
    """Of three the dead head leaves two; of one nobody."""
    assert live(found, DEAD).keys() == {"DIED-ALONE"}
    assert suppressed(found, DEAD) == {"DIED": "surviving-members"}


def test_whom_a_roster_of_heads_leaves_unnamed_is_undecided(by_heads: FoundInFiles) -> None:
    check_told(by_heads)


def test_whom_payments_leave_unnamed_is_undecided(by_payments: FoundInFiles) -> None:
    check_told(by_payments)


def test_a_household_outlives_its_head_by_a_roster(by_heads: FoundInFiles) -> None:
    check_died(by_heads)
    assert live(by_heads, SMALLER).keys() == {"DIED"}


def test_a_household_outlives_its_head_by_its_payments(by_payments: FoundInFiles) -> None:
    check_died(by_payments)


def test_who_is_at_home_beside_a_prisoner(by_heads: FoundInFiles, by_payments: FoundInFiles) -> None:
    for found in (by_heads, by_payments):
        assert live(found, PRISON).keys() == {"INSIDE-ALONE"}
        assert suppressed(found, PRISON).keys() == {"INSIDE"}


def test_where_two_columns_say_it_the_household_counts(by_heads: FoundInFiles) -> None:
    (told,) = by_heads.store.query(
        "MATCH (h:Household {id: 'local:THREE'}) RETURN h.people AS people"
    ).to_pylist()
    assert told["people"] == 3


def test_two_columns_of_people_are_no_column_left_out(by_heads: FoundInFiles) -> None:
    assert not [told for told in by_heads.told("columns-ignored") if "保障人口" in told]
    assert not by_heads.told("bad-people")
