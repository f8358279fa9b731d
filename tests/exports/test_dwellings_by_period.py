"""How many dwellings were held, from when to when: as found, and as a package's titles give it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from detectors.recipients import household_multi_property
from detectors.running.detecting import detect
from exports import make_package, verify_package
from graph.stores import GraphStore, open_store
from loaders.loading import LoadOptions, load
from tests.detectors.files_world import table
from tests.exports.conftest import KEY, NOW, forged, unpack, with_facts
from tests.loaders.shapes.numbers import resident

HOMES = household_multi_property.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
OLD = "2010-01-01"
# Of each household its dwellings: since when, until when; the months paid; and what is told.
SCENES: dict[str, tuple[list[tuple[str, str]], list[str], list[tuple[str, str, int]], str]] = {
    "SOLD": (
        [(OLD, ""), (OLD, ""), (OLD, "2024-07-01")],
        MONTHS,
        [("2024-01", "2024-06", 3), ("2024-07", "2024-12", 2)],
        "住房2024-01—2024-06为3套，2024-07—2024-12为2套（",
    ),
    "GAP": (
        [(OLD, ""), (OLD, "2024-04-01"), ("2024-09-10", "")],
        MONTHS,
        [("2024-01", "2024-03", 2), ("2024-09", "2024-12", 2)],
        "住房2024-01—2024-03为2套，2024-09—2024-12为2套（",
    ),
    "ALL-YEAR": ([(OLD, ""), (OLD, "")], MONTHS, [("2024-01", "2024-12", 2)], "住房2套（"),
    # Paid by the quarter: nothing was sold between.
    "QUARTERS": ([(OLD, ""), (OLD, "")], MONTHS[2::3], [("2024-03", "2024-12", 2)], "住房2套（"),
    # Paid by the quarter, one dwelling sold and another bought between two payments.
    "BETWEEN": (
        [(OLD, ""), (OLD, "2024-04-01"), ("2024-06-10", "")],
        MONTHS[2::3],
        [("2024-03", "2024-03", 2), ("2024-06", "2024-12", 2)],
        "住房2024-03为2套，2024-06—2024-12为2套（",
    ),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    folder = tmp_path_factory.mktemp("homes")
    files = folder / "in"
    files.mkdir()
    number = {id_: resident(n) for n, id_ in enumerate(SCENES, 1)}
    homes: list[tuple[Any, ...]] = []
    for id_, (held, _, _, _) in SCENES.items():
        for since, until in held:
            homes.append(
                (f"999901001001GB{len(homes):05}F00010001", number[id_], "样本甲", "住宅", since, until)
            )
    texts = {
        "低保名册.csv": table(
            "低保证号,成员姓名,公民身份号码,与户主关系",
            [(id_, "样本甲", n, "户主") for id_, n in number.items()],
        ),
        "低保发放.csv": table(
            "低保证号,救助类型,发放年月,发放金额(元)",
            [(id_, "最低生活保障", m, 600) for id_, scene in SCENES.items() for m in scene[1]],
        ),
        "不动产.csv": table("不动产单元号,权利人证件号,权利人,规划用途,登记时间,注销时间", homes),
    }
    for name, text in texts.items():
        (files / name).write_text(text, encoding="utf-8")
    with open_store(str(folder / "store")) as store:
        load(store, [files], LoadOptions(), KEY, folder / "reports", lambda *_: None)
        yield store


def found(store: GraphStore) -> dict[str, Any]:
    return {f.scope_id.removeprefix("local:"): f for f in detect(store, [HOMES]).findings}


def test_each_number_is_told_with_its_months(store: GraphStore) -> None:
    told = found(store)
    for id_, (_, _, periods, said) in SCENES.items():
        facts = told[id_].facts
        assert [(p["from"], p["to"], p["dwelling_count"]) for p in facts["dwelling_periods"]] == periods, id_
        assert facts["dwelling_count"] == max(n for _, _, n in periods)
        assert said in told[id_].text["zh"], told[id_].text["zh"]
    assert "held 3 dwellings in 2024-01—2024-06, 2 in 2024-07—2024-12 (" in told["SOLD"].text["en"]
    assert "held 2 dwellings (" in told["QUARTERS"].text["en"]


def test_the_titles_give_each_period_again(store: GraphStore, tmp_path: Path) -> None:
    def alter(n: int, field: str, value: Any) -> Any:
        def change(facts: dict[str, Any]) -> None:
            facts["findings"][0]["facts"]["dwelling_periods"][n][field] = value

        return with_facts(change)

    told = found(store)
    for id_, finding in told.items():
        package = make_package(store, finding, actor="测试员", now=NOW)
        whole = verify_package(forged(package, tmp_path / id_, "facts.json", lambda text: text))
        assert not [f for f in whole.faults if "dwelling" in f.at], (id_, whole.faults)
    package = make_package(store, told["SOLD"], actor="测试员", now=NOW)
    # Three in July, or in all months, when there were two; and months before the finding's.
    for n, (at, field, value) in enumerate(
        [(0, "to", "2024-07"), (1, "dwelling_count", 3), (0, "from", "2023-12")]
    ):
        change = alter(at, field, value)
        faults = verify_package(forged(package, tmp_path / f"SOLD-{n}", "facts.json", change)).faults
        assert any(f.at.endswith(f"dwelling_periods/{at}") for f in faults), (field, value, faults)


def test_a_masked_package_of_a_dead_members_homes_holds(tmp_path: Path) -> None:
    """The days of deaths are left out of it."""
    head, wife = resident(1), resident(2)
    texts = {
        "低保名册.csv": table(
            "低保证号,成员姓名,公民身份号码,与户主关系",
            [("H", "样本甲", head, "户主"), ("H", "样本乙", wife, "配偶")],
        ),
        "低保发放.csv": table(
            "低保证号,救助类型,发放年月,发放金额(元)", [("H", "最低生活保障", m, 600) for m in MONTHS]
        ),
        "不动产.csv": table(
            "不动产单元号,权利人证件号,权利人,规划用途,登记时间",
            [(f"999901001001GB{n:05}F00010001", head, "样本甲", "住宅", OLD) for n in range(2)]
            + [("999901001001GB00009F00010001", wife, "样本乙", "住宅", OLD)],
        ),
        "死亡名单.csv": table("姓名,公民身份号码,死亡日期", [("样本乙", wife, "2024-03-15")]),
    }
    files = tmp_path / "in"
    files.mkdir()
    for name, text in texts.items():
        (files / name).write_text(text, encoding="utf-8")
    with open_store(str(tmp_path / "store")) as store:
        load(store, [files], LoadOptions(), KEY, tmp_path / "reports", lambda *_: None)
        (finding,) = found(store).values()
        assert finding.facts["deaths"]
        package = make_package(store, finding, actor="测试员", now=NOW, hidden_by=KEY)
    assert verify_package(unpack(package.files, tmp_path / "masked")).holds
    assert not any(b"2024-03-15" in text for text in package.files.values())
