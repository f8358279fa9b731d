"""弃标 beside a rank or a price: the bid was handed in, so it is counted and compared; beside neither, there was none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.both_stores import Store
from tests.loaders.test_tables_rules import uscc

ONE, TWO, THREE = uscc(71), uscc(72), uscc(73)
NAMES = {ONE: "虚构甲建设有限公司", TWO: "虚构乙建设有限公司", THREE: "虚构丙建设有限公司"}
HEAD = "项目编号,标段编号,投标人,统一社会信用代码"
FEW, RULED, DECLINED = "fewer-than-three-bidders", "common-controller", "winner-declines"


@pytest.fixture
def said(store_url: str, store_credentials, tmp_path: Path):
    """Loads sheets of bids; gives what is found of the lot, and the codes of what the load reports."""
    store = Store(store_url, tmp_path / "data", store_credentials)
    files = tmp_path / "in"
    files.mkdir()
    (files / "招标.csv").write_text(
        "项目编号,适用法律,招标方式,开标时间\nR-1,招标投标法,公开招标,2025-03-14 09:30\n", encoding="utf-8"
    )
    owner = "样本王五,110101198001010053,100"
    held = "".join(f"{NAMES[c]},{c},{owner}\n" for c in (ONE, TWO))
    (files / "股东.csv").write_text(
        f"公司名称,统一社会信用代码,股东名称,证照号码,持股比例(%)\n{held}", encoding="utf-8"
    )

    def told(**sheets: tuple[str, tuple[str, str, str]]) -> tuple[set[str], set[str]]:
        for name, (heads, rows) in sheets.items():
            lines = [f"R-1,1,{NAMES[c]},{c},{row}" for c, row in zip(NAMES, rows, strict=True)]
            (files / f"{name}.csv").write_text("\n".join([f"{HEAD},{heads}", *lines, ""]), encoding="utf-8")
        ran = store("load", files, "--format", "json")
        problems = {p["code"] for p in ran.json["problems"]}
        found = store("screen", "R-1/1", "--format", "json", "--no-ledger").json["findings"]
        return {f["detector"] for f in found if not f["suppressed_by"]} & {FEW, RULED, DECLINED}, problems

    return told


@pytest.mark.parametrize("word", ["弃标", "放弃", "放弃投标", "放弃中标", "放弃中标资格"])
def test_who_is_ranked_declined_the_award(said, word):
    found, problems = said(
        投标=("投标报价(元),评审结果,排名", (f"1000,{word},1", "1010,中标,2", "1020,未中标,3"))
    )
    assert found == {RULED, DECLINED}
    assert not problems & {"unknown-word", "given-up-after-bid"}


def test_a_rank_in_the_sheet_of_results_is_enough(said):
    opening = ("投标报价(元)", ("1000", "1010", "1020"))
    found, _ = said(开标记录=opening, 评标结果=("排名,评审结果", ("1,弃标", "2,中标", "3,未中标")))
    assert found == {RULED, DECLINED}


def test_a_price_beside_the_word_is_a_bid_and_is_told(said):
    found, problems = said(投标=("投标报价(元),评审结果", ("1000,弃标", "1010,中标", "1020,未中标")))
    assert found == {RULED}
    assert "given-up-after-bid" in problems


def test_a_price_at_the_opening_outweighs_the_word_in_the_results(said):
    opening = ("投标报价(元)", ("1000", "1010", "1020"))
    found, _ = said(开标记录=opening, 评标结果=("评审结果", ("弃标", "中标", "未中标")))
    assert found == {RULED}


@pytest.mark.parametrize("word", ["弃标", "放弃投标", "未递交"])
def test_where_nothing_says_that_it_was_handed_in_there_was_no_bid(said, word):
    found, problems = said(投标=("投标报价(元),评审结果,排名", (f",{word},", "1010,中标,1", "1020,未中标,2")))
    assert found == {FEW}
    assert "given-up-after-bid" not in problems
