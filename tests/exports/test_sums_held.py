"""`verify` holds sums by month and programme, income by head and declared relations against the enclosed rows, on both stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detectors.recipients import (
    duplicate_benefit,
    household_size_change,
    officials_relative,
    overpayment,
    undeclared_means,
    underpayment,
)
from exports import make_package, verify_package
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.exports.conftest import KEY, NOW, forged, unpack, with_facts
from tests.loaders.shapes.numbers import resident, uscc

OVER, UNDER, TWICE = overpayment.DETECTOR, underpayment.DETECTOR, duplicate_benefit.DETECTOR
MEANS, KIN, SIZE = undeclared_means.DETECTOR, officials_relative.DETECTOR, household_size_change.DETECTOR
RULES = """\
[[rule]]
detector = "undeclared-means"
parameter = "income_per_head_limit"
value = 1000
unit = "元/月"
citation = "《虚构标准》"
"""
MONTHS = [f"2024-{m:02}" for m in range(1, 7)]
BOTH = [("样本甲", resident(1), "户主"), ("样本乙", resident(2), "配偶")]
found = found_in_files(
    [
        {
            "低保名册.csv": table(
                "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系",
                [
                    *(("H1", "样本甲", resident(1), *who) for who in BOTH),
                    ("H2", "样本丙", resident(3), "样本丙", resident(3), "户主"),
                    ("H3", "样本丁", resident(4), "样本丁", resident(4), "户主"),
                    ("H3", "样本丁", resident(4), "样本戊", resident(5), "父亲"),
                ],
            ),
            "低保发放明细.csv": table(
                "低保证号,救助类型,发放年月,发放金额(元),发放街道",
                [
                    *(("H1", "最低生活保障", m, 650, "虚构街道") for m in MONTHS),
                    *(("H2", "最低生活保障", m, 450, "虚构街道") for m in MONTHS),
                    *(("H3", "最低生活保障", m, 620, "虚构街道") for m in MONTHS),
                ],
            ),
            "特困发放明细.csv": table(
                "姓名,身份证号,救助类型,发放年月,发放金额(元)",
                [("样本丙", resident(3), "特困人员救助供养", m, 400) for m in MONTHS],
            ),
            "资格名单.csv": table(
                "低保证号,救助类型,应享金额(元),起始日期",
                [(h, "最低生活保障", 600, "2023-01-01") for h in ("H1", "H2")],
            ),
            "工资收入.csv": table(
                "姓名,身份证号,收入类型,月份,金额(元)",
                [("样本甲", resident(1), "工资", m, 2400) for m in MONTHS]
                + [("样本乙", resident(2), "工资", m, 100) for m in MONTHS],
            ),
            "死亡登记.csv": table("姓名,公民身份号码,死亡日期", [("样本戊", resident(5), "2024-02-20")]),
            "officials.csv": table(
                "person_id,unit_id,unit_name,post,region",
                [(resident(9), uscc(7), "虚构街道民政办公室", "经办员", "虚构街道")],
            ),
            "relatives.csv": table("person_id,relative_id,relation", [(resident(9), resident(3), "父母")]),
        }
    ],
    [OVER, UNDER, TWICE, MEANS, KIN, SIZE],
    RULES,
)
Facts = dict[str, Any]


def _paid(facts: Facts) -> None:
    facts["by_month"][1]["paid"] += 500
    facts["surplus"] += 500


def _due(facts: Facts) -> None:
    facts["by_month"][1]["due"] -= 500
    facts["surplus"] += 500


def _surplus(facts: Facts) -> None:
    facts["surplus"] += 500


def _month(facts: Facts) -> None:
    del facts["by_month"][1]


def _ended(facts: Facts) -> None:
    facts["months_after_end"] = ["2024-06"]


def _due_more(facts: Facts) -> None:
    facts["by_month"][0]["due"] += 10000
    facts["shortfall"] += 10000


def _unpaid(facts: Facts) -> None:
    facts["unpaid_months"] = ["2024-01"]


def _of_programme(facts: Facts) -> None:
    next(r for r in facts["recipients"] if r["id"] == "local:H2")["amount"] += 100


def _overlap(facts: Facts) -> None:
    facts["amount"] -= 100


def _per_head(facts: Facts) -> None:
    facts["means"][0] |= {"per_head": 1600.0, "note": "1,600.00"}


def _limit(facts: Facts) -> None:
    facts["means"][0]["limit"] = 800.0


def _relation(facts: Facts) -> None:
    facts["relation"]["relations"] = ["spouse"]


def _office(facts: Facts) -> None:
    facts["official"]["posts"][0]["name"] = "虚构别处办公室"


def _member(facts: Facts) -> None:
    facts["member"]["relation"] = "child"


def _before(facts: Facts) -> None:
    facts["amount_before"] += 100


def _too_early(facts: Facts) -> None:
    facts["months"]["from"] = "2024-02"


def _less(facts: Facts) -> None:
    facts["amount"] -= 100


@pytest.mark.parametrize(
    ("detector", "change", "place"),
    [
        (OVER, _paid, "by_month/1/paid"),
        (OVER, _due, "by_month/1/due"),
        (OVER, _surplus, "surplus"),
        (OVER, _month, "by_month"),
        (OVER, _ended, "months_after_end"),
        (UNDER, _due_more, "by_month/0/due"),
        (UNDER, _unpaid, "unpaid_months"),
        (UNDER, _less, "amount"),
        (TWICE, _of_programme, "recipients/"),
        (TWICE, _overlap, "amount"),
        (MEANS, _per_head, "means/0/per_head"),
        (MEANS, _limit, "means/0/limit"),
        (KIN, _relation, "relation/relations/0"),
        (KIN, _office, "official/posts/0/name"),
        (SIZE, _member, "member/relation"),
        (SIZE, _before, "amount_before"),
        (SIZE, _too_early, "months/from"),
    ],
)
def test_a_sum_or_relation_that_no_row_gives_is_named(
    found: FoundInFiles, tmp_path: Path, detector: Any, change: Callable[[Facts], None], place: str
) -> None:
    (one,) = [f for f in found.run.findings if f.detector == detector.id and f.suppressed_by is None]
    package = make_package(found.store, one, actor="测试员", now=NOW)
    assert verify_package(unpack(package.files, tmp_path / "whole")).holds
    told = with_facts(lambda facts: change(facts["findings"][0]["facts"]))
    faults = verify_package(forged(package, tmp_path / "forged", "facts.json", told)).faults
    named = [f for f in faults if f.at.startswith(f"data/facts.json /findings/0/facts/{place}")]
    assert named and named[0].zh and named[0].en


def test_masked_packages_hold_too(found: FoundInFiles, tmp_path: Path) -> None:
    for n, one in enumerate(found.run.findings):
        package = make_package(found.store, one, actor="测试员", now=NOW, hidden_by=KEY)
        assert verify_package(unpack(package.files, tmp_path / str(n))).holds


@pytest.mark.parametrize(
    ("told", "wrong"), [("3,900.00元", "4,900.00元"), ("6个月", "5个月"), ("2024-01—", "2024-02—")]
)
def test_so_is_a_sentence_of_other_numbers(
    found: FoundInFiles, tmp_path: Path, told: str, wrong: str
) -> None:
    detector = OVER if "月" in told else MEANS
    (one,) = [f for f in found.run.findings if f.detector == detector.id and f.suppressed_by is None]
    package = make_package(found.store, one, actor="测试员", now=NOW)
    assert told in one.text["zh"]

    def change(facts: dict[str, Any]) -> None:
        text = facts["findings"][0]["text"]
        text["zh"] = text["zh"].replace(told, wrong)

    faults = verify_package(forged(package, tmp_path / "forged", "facts.json", with_facts(change))).faults
    assert "data/facts.json /findings/0/text/zh" in [f.at for f in faults]
