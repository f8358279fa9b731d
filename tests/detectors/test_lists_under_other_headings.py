"""Everyday lists of the bidding under headings of their own: no bidder, winner or ban is left out without a word."""

from __future__ import annotations

from detectors.bidders import affiliate_of_debarred
from detectors.procedure import fewer_than_three_bidders
from detectors.registry import DETECTORS
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident, uscc

FEW, DEBARRED = fewer_than_three_bidders.DETECTOR, affiliate_of_debarred.DETECTOR
BY_ID = {d.id: d for d in DETECTORS}
CONTROLLER, OWNER, OFFICER, MEMBERS, SERVES = (
    BY_ID[i]
    for i in (
        *("common-controller", "common-shareholder", "shared-officer", "same-project-member"),
        "bidder-linked-to-service-party",
    )
)
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


D = "虚构丁园林有限公司"
marked = found_in_files(
    [
        {
            "项目.csv": TENDERS,
            "股东.csv": table(
                "企业名称,股东,股东类型,持股比例", [(n, MOTHER, "企业法人", "80%") for n in (A, B, D)]
            ),
            "投标人名单.csv": table(
                "招标编号,标段,投标人名称,投标报价（万元）",
                [
                    ("S5", 1, f"1、{A}", 100),
                    ("S5", 1, f"二．{B}*", 103),
                    ("S5", 1, f"（3）{D}（中标）", 99),
                    ("S5", 1, f"{C}（小微企业）", 98),
                ],
            ),
            "项目班子.csv": table(
                "招标编号,标段,投标人,项目经理,技术负责人",
                [
                    ("S5", 1, A, "样本张（一级建造师）", "样本李"),
                    ("S5", 1, B, "样本张", "样本赵(高级工程师)"),
                ],
            ),
        }
    ],
    [CONTROLLER, MEMBERS],
)
staff = found_in_files(
    [
        {
            "项目.csv": TENDERS,
            "开标.csv": table("项目编号,标段,投标人,投标总价(元)", [("S1", 1, A, 100), ("S1", 1, B, 101)]),
            "员工花名册.csv": table(
                "姓名,身份证号码,单位名称,岗位,入职日期",
                [
                    ("样本一", resident(1), A, "预算员", "2020-01-01"),
                    ("样本一", resident(1), B, "预算员", "2020-01-01"),
                ],
            ),
            "名册.csv": table(
                "姓名,身份证号码,单位名称", [("样本二", resident(2), A), ("样本二", resident(2), B)]
            ),
            "缴费情况.csv": table(
                "姓名,身份证号,参保单位,参保起始日期", [("样本三", resident(3), A, "2020-01-01")]
            ),
            "主要人员.csv": table("企业名称,姓名,身份证号,职务", [(B, "样本三", resident(3), "监事")]),
            "评标委员会名单.csv": table(
                "项目编号,姓名,身份证号", [("S1", "样本一", resident(1)), ("S1", "样本三", resident(3))]
            ),
        }
    ],
    [CONTROLLER, OWNER, OFFICER, SERVES],
)


def test_marks_of_a_list_are_no_part_of_a_name(marked: FoundInFiles) -> None:
    assert {b["name"] for b in marked.one(CONTROLLER.id, "S5").facts["bidders"]} == {A, B, D}
    query = "MATCH (c:Company)-[:SUBMITS]->(b:Bid) RETURN c.name AS name, b.won AS won"
    assert {(r["name"], r["won"]) for r in marked.store.query(query).to_pylist()} == {
        *((n, None) for n in (A, B, C)),
        (D, True),
    }
    # One name in two bids, and no number: his certificate is no part of it.
    assert "样本张" in str([u.missing_zh for d, u in marked.run.undecided if d == MEMBERS.id])


def test_a_firms_staff_do_not_own_it(staff: FoundInFiles) -> None:
    assert staff.store.counts().get("OWNS", 0) == 0
    assert staff.of(OWNER.id, "S1") == staff.of(CONTROLLER.id, "S1") == staff.of(OFFICER.id, "S1") == []


def test_who_evaluates_the_bid_of_his_employer_is_told_by_its_own_lists(staff: FoundInFiles) -> None:
    told = {f.facts["holder"]["name"]: f.text["zh"] for f in staff.of(SERVES.id, "S1")}
    assert told.keys() == {"样本一", "样本三"}
    assert f"样本一为{A}的工作人员" in told["样本一"] and f"样本一为{B}的工作人员" in told["样本一"]
    assert f"样本三为{A}的工作人员" in told["样本三"] and f"样本三为{B}的监事" in told["样本三"]


in_the_price = found_in_files(
    [
        {
            "项目.csv": TENDERS,
            "股东.csv": OWNERS,
            "开标.csv": table(
                "项目编号,标段,投标人,投标报价(元)",
                [
                    ("S1", 1, A, "下浮12.5%"),
                    ("S1", 1, B, "１３％"),
                    ("S1", 1, C, "未解密"),
                    ("S2", 1, A, 100),
                    ("S2", 1, B, "未递交"),
                    ("S3", 1, A, "见附件"),
                ],
            ),
        }
    ],
    [CONTROLLER],
)


def test_a_rate_or_a_word_in_the_place_of_a_price_leaves_the_bidder_there(in_the_price: FoundInFiles) -> None:
    query = "MATCH (c:Company)-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l:Lot) RETURN l.id AS lot, c.name AS name, b.rate AS rate, b.price_kind AS kind, b.status AS status, b.amount AS amount"
    told = {
        (r["lot"], r["name"]): (r["rate"], r["kind"], r["status"], r["amount"])
        for r in in_the_price.store.query(query).to_pylist()
    }
    assert told == {
        ("local:S1/1", A): (0.125, "reduction", None, None),
        ("local:S1/1", B): (0.13, "rate", None, None),
        ("local:S1/1", C): (None, None, "revoked", None),
        ("local:S2/1", A): (None, None, None, 10000),
        ("local:S2/1", B): (None, None, "not_submitted", None),
        # In words that tell no amount: he bids, at a price that is not known.
        ("local:S3/1", A): (None, None, None, None),
    }
    assert {b["name"] for b in in_the_price.one(CONTROLLER.id, "S1").facts["bidders"]} == {A, B}
    # Who handed nothing in bids against nobody.
    assert in_the_price.of(CONTROLLER.id, "S2") == []
    assert len(in_the_price.told("price-unread")) == 1
