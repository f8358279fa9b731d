"""Lists of evaluators as offices write them, with where each works: at a bidder, above one, below one, or elsewhere."""

from __future__ import annotations

from detectors.bidders import bidder_linked_to_buyer, bidder_linked_to_service_party, shared_officer
from detectors.finding import Finding
from detectors.running.one_lot import screen_lot
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident, uscc

SERVES, OFFICERS, BUYER = (
    bidder_linked_to_service_party.DETECTOR,
    shared_officer.DETECTOR,
    bidder_linked_to_buyer.DETECTOR,
)
A, B, C = "虚构甲建设有限公司", "虚构乙路桥有限公司", "虚构丙市政工程有限公司"
GROUP, MIDDLE, BELOW, LAB, SISTER, STATES = (
    "虚构集团有限公司",
    "虚构中间控股有限公司",
    "虚构检测技术有限公司",
    "虚构试验有限公司",
    "虚构咨询有限公司",
    "虚构公用事业有限公司",
)
STATE = "虚构区国有资产监督管理委员会"
NUMBERS = {n: uscc(i) for i, n in enumerate((A, B, C, GROUP, MIDDLE, BELOW, LAB, SISTER, STATES), 1)}
TENDERS = (*(f"P{n}" for n in range(1, 15)),)
FIRMS = {
    "企业信息.csv": table(
        "统一社会信用代码,企业名称,企业类型,成立日期",
        [(c, n, "有限责任公司", "2010-01-01") for n, c in NUMBERS.items()],
    ),
    "招标项目.csv": table(
        "项目编号,项目名称,招标人,招标方式,适用法律,公告日期,投标截止时间",
        [
            (t, f"虚构{t}工程", "虚构交通局", "公开招标", "招标投标法", "2024-04-01", "2024-05-10 09:30")
            for t in TENDERS
        ],
    ),
    "开标一览表.csv": table(
        "项目编号,标段编号,投标人名称,投标报价(万元)",
        [(t, 1, n, 1000 + 37 * i) for t in TENDERS for i, n in enumerate((A, B, C))],
    ),
    "股东信息.csv": table(
        "公司名称,股东名称,股东类型,持股比例(%)",
        [
            (A, MIDDLE, "企业法人", 80),
            (MIDDLE, GROUP, "企业法人", 60),
            (LAB, BELOW, "企业法人", 70),
            (BELOW, B, "企业法人", 90),
            (SISTER, GROUP, "企业法人", 55),
        ],
    ),
    "国资股东信息.csv": table(
        "公司名称,股东名称,股东统一社会信用代码,股东类型,持股比例(%)",
        [(owned, STATE, uscc(40), "国资委", 100) for owned in (C, STATES)],
    ),
}
COMMITTEES = {
    "P1评标委员会名单.csv": "评标委员会成员名单\n项目编号：P1　开标时间：2024-05-10\n"
    + table(
        "序号,姓名,身份证号,工作单位,职称,类别,备注",
        [
            (1, "样本张一", resident(1), A, "高级工程师", "技术专家", "组长"),
            (2, "样本李二", resident(2), "虚构大学", "教授", "经济专家", ""),
            (3, "样本王三", resident(3), "虚构交通局", "科长", "业主代表", ""),
            (4, "样本何九", resident(19), B, "", "现场监督人员", ""),
        ],
    ),
    "评委.csv": table(
        "项目编号,评委姓名,评委身份证号,所在单位,所在单位统一社会信用代码",
        [
            ("P2", "样本赵四", resident(4), GROUP, NUMBERS[GROUP]),
            ("P3", "样本钱五", resident(5), LAB, NUMBERS[LAB]),
            ("P4", "样本孙六", resident(6), "甲建设", ""),
            ("P5", "样本周七", "", "/", ""),
            ("P6", "样本吴八", "", B, ""),
            ("P7", "样本郑九", resident(9), STATE, ""),
            ("P8", "样本冯十", resident(10), "退休", ""),
            ("P9", "样本陈一、样本褚二", "", "", ""),
            ("P13", "样本秦九", resident(20), SISTER, NUMBERS[SISTER]),
            ("P14", "样本尤十", resident(21), STATES, NUMBERS[STATES]),
        ],
    ),
    # Under a heading of units, beside units that serve the tender.
    "参建单位.csv": table(
        "项目编号,角色,姓名,身份证号,单位名称,统一社会信用代码",
        [
            ("P10", "评标专家", "样本卫三", resident(13), C, NUMBERS[C]),
            ("P10", "监理单位", "", "", BELOW, NUMBERS[BELOW]),
            ("P11", "招标人代表", "样本蒋四", resident(14), "虚构交通局", ""),
        ],
    ),
    "主要人员.csv": table(
        "企业名称,姓名,身份证号,职务",
        [
            (A, "样本沈五", resident(15), "党委书记"),
            (B, "样本沈五", resident(15), "监事"),
            (C, "样本韩六", resident(16), "股东"),
            (A, "样本杨七", resident(17), "技术负责人"),
            (B, "样本杨七", resident(17), "技术负责人"),
        ],
    ),
    "项目评标结果.csv": table("招标编号,评标委员会成员", [("P12", "样本张一、样本朱八")]),
}
detectors = [SERVES, OFFICERS, BUYER]
found = found_in_files([FIRMS | COMMITTEES], detectors)
# The committees first, the firms after.
one_by_one = found_in_files([COMMITTEES, FIRMS], detectors)


def told(found: FoundInFiles, tender: str) -> str:
    return found.one(SERVES.id, tender).text["zh"]


def of_people(found: FoundInFiles, tender: str) -> list[tuple[str, ...]]:
    """What is undecided of the evaluators themselves; that of bidders whose owners nobody loaded left out."""
    return [g for g in found.undecided(SERVES.id, tender) if any(s.startswith("person") for s in g)]


def test_who_works_for_a_bidder(found: FoundInFiles) -> None:
    hit = found.one(SERVES.id, "P1")
    assert (
        hit.facts["holder"]["name"] == "样本张一"
        and "样本张一为虚构甲建设有限公司的工作人员" in hit.text["zh"]
    )
    assert [b["name"] for b in hit.facts["bidders"]] == [A]
    assert hit.facts["identity"] == "unique_name"
    assert len(found.told("no-evaluator")) == 1
    # Neither a university nor the buyer's own man: he is no link, and nothing of him is undecided.
    assert of_people(found, "P1") == of_people(found, "P11") == []
    assert found.of(SERVES.id, "P11") == found.of(BUYER.id, "P11") == []


def test_who_works_for_what_controls_a_bidder_or_is_controlled_by_it(found: FoundInFiles) -> None:
    assert f"样本赵四在{GROUP}任职，{GROUP}控制{A}" in told(found, "P2")
    assert f"样本钱五在{LAB}任职，{B}控制{LAB}" in told(found, "P3")
    hit = found.one(SERVES.id, "P2")
    assert hit.facts["identity"] == "unique_name" and len(hit.evidence.keys) >= 4
    assert NUMBERS[MIDDLE] in str(hit.evidence.nodes)
    # A body of the state that holds a bidder makes no tie of those who work for it.
    assert found.of(SERVES.id, "P7") == []


def test_who_works_for_a_company_under_one_controller_with_a_bidder(found: FoundInFiles) -> None:
    hit = found.one(SERVES.id, "P13")
    assert f"样本秦九在{SISTER}任职，{GROUP}同时控制{SISTER}与{A}" in hit.text["zh"]
    (bidder,) = hit.facts["bidders"]
    (link,) = bidder["links"]
    assert bidder["name"] == A and link["controller"]["name"] == GROUP and "kin" not in link
    assert NUMBERS[MIDDLE] in str(hit.evidence.nodes) and len(hit.evidence.keys) >= 5
    # A body of the state above both is no tie: shown, and set aside.
    (aside,) = (f for f in found.run.findings if f.scope_id == "local:P14/1" and f.detector == SERVES.id)
    assert aside.suppressed_by is not None and aside.suppressed_by["rule"] == "state"


def test_what_is_not_known_of_an_evaluator_is_said(found: FoundInFiles) -> None:
    said = {
        u.scope_id: u.missing_zh
        for d, u in found.run.undecided
        if d == SERVES.id and "评标专家" in u.missing_zh and "没有股权数据" not in u.missing_zh
    }
    assert {s.split(":")[1].split("/")[0] for s in said} == {"P4", "P5", "P9", "P12"}
    assert "“甲建设”不是登记的全称" in said["local:P4/1"]
    assert "样本周七既没有证件号，也没有工作单位" in said["local:P5/1"]
    assert "样本陈一、样本褚二" in said["local:P9/1"]
    assert all(found.of(SERVES.id, t) == [] for t in ("P4", "P5", "P8", "P9"))


def test_an_evaluator_without_a_number_is_met_in_his_own_row(found: FoundInFiles) -> None:
    hit = found.one(SERVES.id, "P6")
    assert f"样本吴八为{B}的工作人员" in hit.text["zh"] and hit.facts["identity"] == "unique_name"


def test_units_and_persons_of_one_list(found: FoundInFiles) -> None:
    hits = {f.facts["holder"]["name"]: f for f in found.of(SERVES.id, "P10")}
    assert hits.keys() == {"样本卫三", BELOW}
    assert f"样本卫三为{C}的工作人员" in hits["样本卫三"].text["zh"]
    assert hits[BELOW].facts["holder"]["role"] == "site_supervisor"


def test_a_post_in_other_words_is_kept_and_one_of_the_staff_ties_no_two_bidders(found: FoundInFiles) -> None:
    hits = found.of(OFFICERS.id, "P1")
    assert [f.facts["holder"]["name"] for f in hits] == ["样本沈五"] and "党委书记" in hits[0].text["zh"]
    assert len(found.told("unknown-post")) == 1 and len(found.told("no-post")) == 1
    # One whose workplace alone is known tells nothing of the board: that of C is not known, and said so.
    (gap,) = found.undecided(OFFICERS.id, "P1")
    assert len(gap) == 1


def test_the_order_of_loads_changes_nothing(found: FoundInFiles, one_by_one: FoundInFiles) -> None:
    one, other = (
        {f.fingerprint: (f.facts["bidders"], f.suppressed_by) for f in of.run.findings}
        for of in (found, one_by_one)
    )
    assert one == other and len(one) >= 6


def test_one_lot_says_the_same(found: FoundInFiles) -> None:
    def of(findings: tuple[Finding, ...], lot: str) -> dict[str, object]:
        return {f.fingerprint: f.to_json() for f in findings if f.detector == SERVES.id and f.scope_id == lot}

    for tender in TENDERS:
        lot = f"local:{tender}/1"
        assert of(screen_lot(found.store, lot).run.findings, lot) == of(found.run.findings, lot)


without_tender = found_in_files(
    [FIRMS | {"评标委员会名单.csv": table("姓名,身份证号,工作单位", [("样本张一", resident(1), A)])}],
    [SERVES],
)


def test_a_committee_that_does_not_say_whose_it_is_is_refused(without_tender: FoundInFiles) -> None:
    (why,) = without_tender.told("missing-column")
    assert "项目编号" in why
    assert without_tender.store.counts().get("Person", 0) == 0


in_one_cell = found_in_files(
    [
        FIRMS
        | {
            "评标委员会名单.csv": table(
                "项目编号,评标委员会成员,工作单位",
                [
                    ("P1", "样本张一、样本李二", A),
                    ("P2", "样本王三（组长）、样本赵四、样本钱五（经济专家）", f"{A}、虚构大学、虚构交通局"),
                    # Of one, each workplace is his.
                    ("P3", "样本孙六（组长）", f"虚构大学、{A}"),
                    ("P4", "样本周七", f"{GROUP}/虚构大学"),
                    ("P5", "样本吴八", f"虚构大学；{C}；乙路桥"),
                ],
            )
        }
    ],
    [SERVES],
)


def test_whose_workplace_it_is_where_a_cell_names_several_is_not_guessed(in_one_cell: FoundInFiles) -> None:
    assert len(in_one_cell.told("workplace-of-several")) == 2
    assert in_one_cell.of(SERVES.id, "P1") == in_one_cell.of(SERVES.id, "P2") == []
    assert len(of_people(in_one_cell, "P1")) == len(of_people(in_one_cell, "P2")) == 1
    asked = "MATCH (p:Person)-[:SERVES_TENDER]->(t:Tender) WHERE t.id = 'local:P2' RETURN p.name AS name"
    assert set(in_one_cell.store.query(asked).column("name").to_pylist()) == {
        "样本王三",
        "样本赵四",
        "样本钱五",
    }


def test_several_workplaces_of_one_are_each_his(in_one_cell: FoundInFiles) -> None:
    assert f"样本孙六为{A}的工作人员" in told(in_one_cell, "P3")
    assert f"样本周七在{GROUP}任职，{GROUP}控制{A}" in told(in_one_cell, "P4")
    assert f"样本吴八为{C}的工作人员" in told(in_one_cell, "P5")
    (gap,) = [
        u for d, u in in_one_cell.run.undecided if u.scope_id == "local:P5/1" and "乙路桥" in u.missing_zh
    ]
    assert "不是登记的全称" in gap.missing_zh
