"""Everyday lists of the bidding under headings of their own: no bidder, winner or ban is left out without a word."""

from __future__ import annotations

from detectors.bidders import affiliate_of_debarred
from detectors.procedure import fewer_than_three_bidders
from detectors.registry import DETECTORS
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import uscc

FEW, DEBARRED = fewer_than_three_bidders.DETECTOR, affiliate_of_debarred.DETECTOR
(CONTROLLER,) = [d for d in DETECTORS if d.id == "common-controller"]
A, B, C, MOTHER = "虚构甲园林有限公司", "虚构乙园林有限公司", "虚构丙园林有限公司", "虚构母园林有限公司"
TENDERS = table(
    "招标项目编号,招标项目名称,招标人,招标方式,适用法律,公告日期,投标截止时间",
    [
        (t, f"虚构{t}工程", "虚构园林局", "公开招标", "招标投标法", "2024-04-01", "2024-05-10 09:30")
        for t in ("S1", "S2", "S3", "S4", "S5")
    ],
)
OWNERS = table("企业名称,股东,股东类型,持股比例", [(n, MOTHER, "企业法人", "80%") for n in (A, B)])
LISTS = {
    "项目.csv": TENDERS,
    "股东.csv": OWNERS,
    "投标人情况.csv": table(
        "招标编号,标段,投标人全称,社会统一信用代码,总报价（元）,递交投标文件时间",
        [("S1", 1, n, uscc(i), 3500000 + 7 * i, "2024-05-10 08:55") for i, n in enumerate((A, B, C), 1)],
    ),
    "中标候选人公示.csv": table(
        "招标项目编号,标段,中标候选人名称,排序,投标报价(元),项目负责人",
        [("S2", 1, A, 1, 100, "样本一"), ("S2", 1, B, 2, 101, "样本二"), ("S2", 1, C, 3, 102, "样本三")],
    ),
    "中标结果公告.csv": table(
        "项目编号,项目名称,中标人,中标金额(万元),中标日期", [("S3", "虚构S3工程", A, 350, "2024-06-01")]
    ),
    "成交结果.csv": table("采购项目编号,包号,成交供应商,成交金额(元)", [("S4", 1, B, 3500)]),
    "政府采购严重违法失信行为记录名单.csv": table(
        "序号,企业名称,统一社会信用代码,严重违法失信行为的具体情形,处罚结果,处罚日期,执法单位",
        [(1, C, uscc(3), "提供虚假材料", "罚款，禁止1年内参加政府采购活动", "2024-01-10", "虚构市财政局")],
    ),
    "黑名单.csv": table(
        "被处罚人,处罚内容,处罚单位,处罚日期,期限至",
        [(A, "禁止投标", "虚构市住建局", "2022-01-01", "2022-12-31")],
    ),
}
found = found_in_files([LISTS], [FEW, DEBARRED, CONTROLLER])
unread = found_in_files(
    [
        {
            "项目.csv": TENDERS,
            "投标明细.csv": table(
                "招标项目编号,标段,参与单位全名,总价款", [("S5", 1, A, 100), ("S5", 1, B, 101)]
            ),
            "标段.csv": table("招标项目编号,标段,备注", [("S5", 2, "无")]),
        }
    ],
    [CONTROLLER],
)


def test_bidders_under_other_headings_bid(found: FoundInFiles) -> None:
    for tender in ("S1", "S2"):
        assert {b["name"] for b in found.one(CONTROLLER.id, tender).facts["bidders"]} == {A, B}
        assert found.of(FEW.id, tender) == []


def test_whom_a_heading_calls_the_winner_won(found: FoundInFiles) -> None:
    query = "MATCH (c:Company)-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l:Lot) WHERE b.won RETURN l.id AS lot, c.name AS name, b.amount AS amount"
    won = {(r["lot"], r["name"], r["amount"]) for r in found.store.query(query).to_pylist()}
    assert won == {("local:S3", A, 350000000), ("local:S4/1", B, 350000)}
    # Who else bid, a notice of the award does not say: that is no sign of too few.
    assert found.of(FEW.id, "S3") == found.of(FEW.id, "S4") == []


def test_bans_under_other_headings_bar(found: FoundInFiles) -> None:
    for tender in ("S1", "S2"):
        (hit,) = [f for f in found.of(DEBARRED.id, tender) if f.suppressed_by is None]
        assert hit.facts["holder"]["name"] == C and hit.facts["authority"] == "虚构市财政局"
        # One that ended before is kept, and set aside.
        assert [f.suppressed_by["rule"] for f in found.of(DEBARRED.id, tender) if f.suppressed_by] == [
            "ended"
        ]


def test_a_list_of_which_no_more_than_numbers_is_read_is_in_doubt(unread: FoundInFiles) -> None:
    (said,) = unread.told("numbers-alone")
    assert "参与单位全名、总价款" in said and "投标人" in said
