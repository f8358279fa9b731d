"""`verify` holds what a household's or a person's package lists of payments, incomes, vehicles and former members against its rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exports import Package, make_package, verify_package
from exports.evidence import paid_and_earned
from graph.stores import Credentials, open_store
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.detectors.small_worlds import DISTRICT, SmallWorld
from tests.exports.conftest import KEY, NOW, forged, unpack, with_facts
from tests.exports.test_payments_told import FILES, SON
from tests.loaders.shapes.numbers import resident

DAUGHTER = resident(3)
found = found_in_files(
    [
        FILES
        | {
            "成员变动.csv": table(
                "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系,迁入日期,迁出日期",
                [("H1", "样本甲", resident(1), "样本丙", DAUGHTER, "女", "2020-01-01", "2023-05-31")],
            )
        }
    ],
    [],
)


def packed(found: FoundInFiles, day: str | None, **how: Any) -> Package:
    return make_package(found.store, "local:H1", as_of=day, actor="测试员", now=NOW, **how)


def _newest_dropped(party: dict[str, Any]) -> None:
    party["payments"] = party["payments"][2:]


def _newest_counted_only(party: dict[str, Any]) -> None:
    party["payments"], party["payments_more"] = party["payments"][1:], 1


def _no_incomes(party: dict[str, Any]) -> None:
    del party["incomes"], party["incomes_more"]


def _no_vehicles(party: dict[str, Any]) -> None:
    del party["vehicles"], party["vehicles_more"]


def _nobody_left(party: dict[str, Any]) -> None:
    party["former"] = []


def _of_another(party: dict[str, Any]) -> None:
    party["payments"][0]["recipient"] = party["incomes"][0]["person"]


def _pension(party: dict[str, Any]) -> None:
    party["incomes"][0]["kind"] = "pension"


def _unknown_row(party: dict[str, Any]) -> None:
    party["vehicles"][0]["rows"] = ["no-such-row"]


def _left_in_anothers_name(party: dict[str, Any]) -> None:
    party["former"][0]["person"] = party["incomes"][0]["person"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (_newest_dropped, "payments"),
        (_newest_counted_only, "payments"),
        (_no_incomes, "incomes"),
        (_no_vehicles, "vehicles"),
        (_nobody_left, "former"),
        (_of_another, "payments/0"),
        (_pension, "incomes/0"),
        (_unknown_row, "vehicles/0/rows"),
        (_left_in_anothers_name, "former/0/rows"),
    ],
)
def test_what_is_left_out_or_told_otherwise_is_found(
    found: FoundInFiles, tmp_path: Path, change: Callable[[dict[str, Any]], None], place: str
) -> None:
    for n, day in enumerate((None, "2024-05-31")):
        for hidden_by in (None, KEY):
            package = packed(found, day, hidden_by=hidden_by)
            folder = tmp_path / f"{n}{hidden_by is None}"
            assert verify_package(unpack(package.files, folder / "whole")).holds
            changed = with_facts(lambda facts: change(facts["party"]))
            faults = verify_package(forged(package, folder / "forged", "facts.json", changed)).faults
            assert f"data/facts.json /party/{place}" in [fault.at for fault in faults]


def test_a_long_list_is_whole_as_long_as_the_rest_is_counted(
    found: FoundInFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paid_and_earned, "MOST_ROWS", 2)
    assert verify_package(unpack(packed(found, None).files, tmp_path / "few")).holds
    (row,) = found.store.query("MATCH (p:Person {name: '样本甲'}) RETURN p.id AS id").to_pylist()
    package = make_package(found.store, row["id"], actor="测试员", now=NOW)
    assert SON and verify_package(unpack(package.files, tmp_path / "son")).holds


def test_a_persons_incomes_are_held_too(found: FoundInFiles, tmp_path: Path) -> None:
    (row,) = found.store.query("MATCH (p:Person {name: '样本甲'}) RETURN p.id AS id").to_pylist()
    package = make_package(found.store, row["id"], actor="测试员", now=NOW)

    def fewer(facts: dict[str, Any]) -> None:
        facts["party"]["incomes"].pop()

    faults = verify_package(forged(package, tmp_path / "forged", "facts.json", with_facts(fewer))).faults
    assert "data/facts.json /party/incomes" in [fault.at for fault in faults]


def test_what_a_person_is_paid_with_the_household_is_enclosed_too(
    tmp_path: Path, store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("both")
    for id_ in ("A", "B"):
        world.node("Person", id_, name=f"样本{id_}")
    world.household("H", ["A", "B"], months=("2024-01", "2024-06"))
    world.rel("RECEIVES", ("Person", "B"), ("Benefit", f"H/虚构救助/{DISTRICT}/2024-01"))
    world.pay(("Person", "A"), ("2024-03", "2024-03"), program="虚构津贴")
    world.find(store_url, store_credentials, [])
    with open_store(store_url, "read", store_credentials) as store:
        package = make_package(store, "local:H", actor="测试员", now=NOW)
        assert verify_package(unpack(package.files, tmp_path / "whole")).holds

        def fewer(facts: dict[str, Any]) -> None:
            facts["party"]["payments"] = facts["party"]["payments"][:1]

        faults = verify_package(forged(package, tmp_path / "forged", "facts.json", with_facts(fewer))).faults
        assert "data/facts.json /party/payments" in [fault.at for fault in faults]
