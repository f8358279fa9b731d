"""Rows of payments that a load refused are told beside what is found not paid, or paid short; on both stores."""

from __future__ import annotations

from typing import Any

from detectors.recipients import eligible_not_receiving, overpayment, underpayment
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import uscc

NOTHING, SHORT, OVER = eligible_not_receiving.DETECTOR, underpayment.DETECTOR, overpayment.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
PAID = "低保证号,救助类型,发放年月,发放金额(元),银行账号"
ENTITLED = table(
    "低保证号,救助类型,应享金额(元),起始日期,截止日期",
    [(id_, "最低生活保障", 600, "2024-01-01", "2025-01-01") for id_ in ("LOST", "JUNE", "ACCOUNT", "PLAIN")],
)


def paid(id_: str, amount: Any, account: str = "62284801") -> list[tuple[Any, ...]]:
    """A year of payments; `amount` is that of June, or of all months where it is a pair's second."""
    june, others = amount if isinstance(amount, tuple) else (amount, 600)
    return [(id_, "最低生活保障", m, june if m == "2024-06" else others, account) for m in MONTHS]


FILES = {
    "资格名单.csv": ENTITLED,
    "东湖低保发放明细.csv": table(PAID, [*paid("JUNE", "六百"), *paid("PLAIN", 600)]),
    "西湖低保发放明细.csv": table(
        PAID, [*paid("ACCOUNT", 600, "6.22848E+18"), *paid("LOST", ("六百", "六百"))]
    ),
    "南湖低保发放明细.csv": table(PAID, [("SOUTH", "最低生活保障", "2024-13", 600, "62284802")]),
    "股东名单.csv": table(
        "企业名称,统一社会信用代码,股东名称,持股比例(%)",
        [("虚构建设有限公司", uscc(1), "虚构甲", 60), ("虚构建设有限公司", uscc(1), "虚构乙", "六成")],
    ),
}
found = found_in_files([FILES], [NOTHING, SHORT, OVER])
REFUSED = {"东湖低保发放明细.csv": 1, "西湖低保发放明细.csv": 12, "南湖低保发放明细.csv": 1}


def test_every_file_of_payments_with_refused_rows_is_told(found: FoundInFiles) -> None:
    told = {f.scope_id.removeprefix("local:"): f for f in found.run.findings}
    assert {id_: f.detector for id_, f in told.items()} == {"LOST": NOTHING.id, "JUNE": SHORT.id}
    for f in told.values():
        assert {r["name"]: r["rows"] for r in f.facts["data"]["refused"]} == REFUSED
        for name, rows in REFUSED.items():
            assert f"{name}导入时有{rows}行被拒绝，未计在内，请核对。" in f.text["zh"]
            assert f"of {name} {'was' if rows == 1 else 'were'} refused by the load" in f.text["en"]


def test_an_account_that_lost_its_end_loses_no_payment(found: FoundInFiles) -> None:
    asked = "MATCH (:Household {id: 'local:ACCOUNT'})-[:RECEIVES]->(b:Benefit) RETURN b.account_key AS key, b.amount AS amount"
    rows = found.store.query(asked).to_pylist()
    assert [(r["key"], r["amount"]) for r in rows] == [(None, 60000)] * 12
    assert len(found.told("numeric-id")) == 12
