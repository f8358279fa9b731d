"""Bids at a rate in place of a price (下浮率, 费率, 折扣率): the bidder stands, and only like is compared with like."""

from __future__ import annotations

import pytest

from detectors.behaviour.regular_price_difference import DETECTOR as REGULAR
from detectors.procedure.fewer_than_three_bidders import DETECTOR as FEW
from tests.detectors.files_world import FoundInFiles, found_in_files, table

FIRMS = [f"虚构{w}路桥有限公司" for w in "甲乙丙丁"]
TENDERS = table(
    "项目编号,项目名称,适用法律,招标方式,投标截止时间",
    [(f"S{n}", f"虚构{n}号工程", "招标投标法", "公开招标", "2024-05-25 09:30") for n in range(1, 8)],
)


def offered(heading: str, tender: str, cells: list[object]) -> str:
    return table(
        f"项目编号,标段,投标人,{heading}", [(tender, 1, f, c) for f, c in zip(FIRMS, cells, strict=True)]
    )


rates = found_in_files(
    [
        {
            "招标项目.csv": TENDERS,
            "下浮.csv": offered("投标报价（下浮率%）", "S1", [10, 11, 12, 13]),
            # Each taken off twice as much as the one before: no ratio of prices.
            "下浮成倍.csv": offered("投标下浮率", "S2", ["1%", "2%", "4%", "8%"]),
            "混合.csv": offered("投标报价(元)", "S3", ["下浮10%", "下浮11%", "费率88%", "89%"]),
            "价与率.csv": table(
                "项目编号,标段,投标人,投标报价(元),下浮率(%)",
                [
                    ("S4", 1, f, *c)
                    for f, c in zip(FIRMS, [(100, ""), (110, ""), ("", 12), ("", 13)], strict=True)
                ],
            ),
            "折扣.csv": offered("折扣率(%)", "S5", [88, 88, 90, 95]),
            "费率.csv": offered("费率报价(%)", "S6", [1, 2, 4, 8]),
            "未写单位.csv": offered("下浮率", "S7", [10, 11, 12, 13]),
        }
    ],
    [REGULAR, FEW],
)


def kinds(found: FoundInFiles, lot: str) -> list[tuple[object, object]]:
    query = "MATCH (b:Bid)-[:FOR_LOT]->(l:Lot {id: $lot}) RETURN b.rate AS rate, b.price_kind AS kind ORDER BY rate"
    return [(r["rate"], r["kind"]) for r in found.store.query(query, {"lot": f"local:{lot}/1"}).to_pylist()]


def test_what_is_taken_off_is_compared_among_itself(rates: FoundInFiles) -> None:
    assert kinds(rates, "S1") == [(r, "reduction") for r in (0.1, 0.11, 0.12, 0.13)]
    found = rates.one(REGULAR.id, "S1")
    assert found.facts["unit"] == "reduction" and found.facts["pattern"] == "arithmetic"
    assert "下浮10.00%" in found.text["zh"] and "10.00% off" in found.text["en"]


def test_its_ratios_are_none_of_prices(rates: FoundInFiles) -> None:
    assert kinds(rates, "S2") == [(r, "reduction") for r in (0.01, 0.02, 0.04, 0.08)]
    assert rates.of(REGULAR.id, "S2") == []
    # Of what is paid they are.
    assert rates.one(REGULAR.id, "S6").facts["pattern"] == "geometric"


@pytest.mark.parametrize("tender", ["S3", "S4", "S7"])
def test_bids_of_different_kinds_are_compared_with_none_and_the_bidders_counted(
    rates: FoundInFiles, tender: str
) -> None:
    assert rates.of(REGULAR.id, tender) == [] and rates.of(FEW.id, tender) == []
    told = [
        u.missing_zh
        for id_, u in rates.run.undecided
        if (id_, u.scope_id) == (REGULAR.id, f"local:{tender}/1")
    ]
    assert len(told) == 1 and "币种、报价方式不同" in told[0]


def test_whether_a_discount_rate_is_paid_or_taken_off_is_not_said(rates: FoundInFiles) -> None:
    found = rates.one(REGULAR.id, "S5")
    assert found.facts["pattern"] == "equal" and found.facts["unit"] == "discount"
    assert "折扣率88.00%" in found.text["zh"]
