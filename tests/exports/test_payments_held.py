"""`verify` holds the money that a recipient's finding tells against the payments of its months, which its package encloses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detectors.recipients import paid_after_death
from exports import Package, make_package, verify_package
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.exports.conftest import KEY, NOW, forged, unpack, with_facts
from tests.loaders.shapes.numbers import resident

WHO = resident(1)
found = found_in_files(
    [
        {
            "低保名册.csv": table(
                "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系",
                [("H1", "样本甲", WHO, "样本甲", WHO, "户主")],
            ),
            "死亡登记.csv": table("姓名,公民身份号码,死亡日期", [("样本甲", WHO, "2024-01-20")]),
            "低保发放明细.csv": table(
                "低保证号,救助类型,发放年月,发放金额(元)",
                [
                    *(("H1", "最低生活保障", f"2024-{m:02d}", 600 + m) for m in range(1, 13)),
                    ("H1", "最低生活保障", "2025-01", -613),
                ],
            ),
        }
    ],
    [paid_after_death.DETECTOR],
)
Facts = dict[str, Any]
# Paid from February to December, 602 to 612 yuan.
PAID = sum(600 + m for m in range(2, 13)) * 100


def packed(found: FoundInFiles, **how: Any) -> Package:
    (one,) = found.run.findings
    assert one.facts["amount"] == PAID and one.facts["recovered"] == 61300
    return make_package(found.store, one, actor="测试员", now=NOW, **how)


def _more(facts: Facts) -> None:
    facts["amount"] += 1


def _fewer_months(facts: Facts) -> None:
    facts["months"]["from"] = "2024-04"


def _all_back(facts: Facts) -> None:
    facts["recovered"] = PAID


@pytest.mark.parametrize(
    ("change", "name"), [(_more, "amount"), (_fewer_months, "amount"), (_all_back, "recovered")]
)
def test_more_money_than_is_enclosed_is_found(
    found: FoundInFiles, tmp_path: Path, change: Callable[[Facts], None], name: str
) -> None:
    for hidden_by in (None, KEY):
        package = packed(found, hidden_by=hidden_by)
        folder = tmp_path / str(hidden_by is None)
        assert verify_package(unpack(package.files, folder / "whole")).holds
        # Of every month, not of the last alone.
        assert package.files["data/graph/edges.csv"].count(b"RECEIVES") == len(range(1, 12)) + 1
        told = with_facts(lambda facts: change(facts["findings"][0]["facts"]))
        faults = verify_package(forged(package, folder / "forged", "facts.json", told)).faults
        (fault,) = [f for f in faults if f.at == f"data/facts.json /findings/0/facts/{name}"]
        assert "元" in fault.zh and "yuan" in fault.en
