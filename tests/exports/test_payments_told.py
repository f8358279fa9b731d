"""A household's package tells what it is paid month by month, what its people earn, and the vehicles in their names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from exports import make_package, verify_package
from exports.evidence import paid_and_earned
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.exports.conftest import KEY, NOW, unpack
from tests.exports.test_findings_about import facts_of, reports
from tests.loaders.shapes.numbers import resident

HEAD, SON = resident(1), resident(2)
FILES = {
    "低保名册.csv": table(
        "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系,增加日期",
        [
            ("H1", "样本甲", HEAD, "样本甲", HEAD, "户主", "2020-01-01"),
            ("H1", "样本甲", HEAD, "样本乙", SON, "子", "2020-01-01"),
        ],
    ),
    "低保发放明细.csv": table(
        # The head stands on the list of payments too: each of his rows is told once.
        "低保证号,户主姓名,户主身份证号,救助类型,发放年月,发放金额(元),银行账号",
        [
            ("H1", "样本甲", HEAD, "最低生活保障", f"2024-0{m}", 600 + m, "6222020000000001234")
            for m in range(1, 7)
        ],
    ),
    "高龄津贴发放明细.csv": table(
        "姓名,身份证号,救助类型,发放年月,发放金额(元)",
        [("样本甲", HEAD, "高龄津贴", "2024-03", 80)],
    ),
    "工资收入.csv": table(
        "姓名,身份证号,收入类型,月份,金额(元)",
        [("样本甲", HEAD, "工资", f"2024-0{m}", 3000 + m) for m in range(1, 4)],
    ),
    "车辆登记.csv": table(
        "所有人,证件号码,号牌号码,车辆类型,登记日期",
        [("样本甲", HEAD, "虚A00001", "小型轿车", "2023-05-06")],
    ),
}
found = found_in_files([FILES], [])
_BEFORE = {"zh": "关系图", "en": "Picture"}
"""What follows prints every row of the sources."""


def packed(
    found: FoundInFiles, folder: Path, id_: str, day: str | None, **how: Any
) -> tuple[Any, dict[str, str]]:
    """A package's facts and the text of its reports; it verifies."""
    package = make_package(found.store, id_, as_of=day, actor="测试员", now=NOW, **how)
    unpacked = unpack(package.files, folder)
    assert verify_package(unpacked).holds
    told = reports(unpacked)
    parts = {k: told[k][: told[k].index(end)] for k, end in _BEFORE.items()}
    return facts_of(unpacked), parts | {"whole": told["zh"] + told["en"]}


def test_each_month_is_told_with_its_programme_amount_and_row(found: FoundInFiles, tmp_path: Path) -> None:
    facts, told = packed(found, tmp_path / "all", "local:H1", None)
    paid = facts["party"]["payments"]
    assert [row["benefit"].split("/")[2] for row in paid] == [f"2024-0{m}" for m in (6, 5, 4, 3, 3, 2, 1)]
    assert [row["recipient"].startswith("person") for row in paid].count(True) == 1
    zh, en = told["zh"], told["en"]
    assert all(f"{600 + m}.00 元" in zh for m in range(1, 7)) and "高龄津贴" in zh and "80.00 元" in zh
    assert "收入" in zh and "3,003.00 元" in zh and "小型轿车" in zh and "2023-05-06" in zh
    assert len(facts["party"]["incomes"]) == 3 and len(facts["party"]["vehicles"]) == 1
    members = zh[zh.index("家庭成员") : zh.index("成员名下的不动产")]
    assert members.count("样本甲") == 1 and members.count("2020-01-01") == 2
    assert "Payments" in en and "Incomes" in en and "Vehicles in their names" in en
    # The account is masked in every package.
    assert "1234" in zh and "6222020000000001234" not in json.dumps(facts) + zh


def test_a_package_of_a_day_tells_what_was_known_until_then(found: FoundInFiles, tmp_path: Path) -> None:
    facts, told = packed(found, tmp_path / "then", "local:H1", "2024-02-29")
    months = [row["benefit"].split("/")[2] for row in facts["party"]["payments"]]
    assert months == ["2024-02", "2024-01"]
    assert "3,003.00 元" not in told["zh"] and "3,002.00 元" in told["zh"]


def test_a_persons_package_tells_his_own(found: FoundInFiles, tmp_path: Path) -> None:
    (row,) = found.store.query("MATCH (p:Person {name: '样本甲'}) RETURN p.id AS id").to_pylist()
    facts, told = packed(found, tmp_path / "head", row["id"], None)
    assert len(facts["party"]["payments"]) == 1 and len(facts["party"]["incomes"]) == 3
    assert "小型轿车" in told["zh"]


def test_who_is_paid_is_masked_for_others(found: FoundInFiles, tmp_path: Path) -> None:
    facts, told = packed(found, tmp_path / "masked", "local:H1", None, hidden_by=KEY)
    written = json.dumps(facts, ensure_ascii=False) + told["whole"]
    assert "样本甲" not in written and "样本乙" not in written
    assert "高龄津贴" in told["zh"]


def test_what_is_too_much_to_list_is_counted(
    found: FoundInFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paid_and_earned, "MOST_ROWS", 2)
    facts, told = packed(found, tmp_path / "few", "local:H1", None)
    assert (len(facts["party"]["payments"]), facts["party"]["payments_more"]) == (2, 5)
    assert "另有 5 条，不逐一列出。" in told["zh"]
