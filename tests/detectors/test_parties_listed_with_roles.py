"""Lists of a tender's units with their roles beside its bids: who serves, who bids, and what does not say so."""

from __future__ import annotations

from detectors.bidders import bidder_linked_to_service_party
from detectors.procedure import fewer_than_three_bidders
from detectors.registry import DETECTORS
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident, uscc

SERVES, FEW = bidder_linked_to_service_party.DETECTOR, fewer_than_three_bidders.DETECTOR
(CONTROLLER,) = [d for d in DETECTORS if d.id == "common-controller"]
A, B, DESIGNER, BUILDER = (
    "虚构甲建设有限公司",
    "虚构乙建设有限公司",
    "虚构设计咨询有限公司",
    "虚构监理有限公司",
)
CODES = {A: uscc(1), B: uscc(2), DESIGNER: uscc(70), BUILDER: uscc(71)}
BIDS = {
    "开标记录.csv": table(
        "项目编号,标段,投标人,投标人代码,投标报价(元),开标时间",
        [
            ("C1", "1", name, CODES[name], price, "2024-05-25 09:30")
            for name, price in ((A, 1000000), (B, 1031337))
        ],
    ),
    "招标项目.csv": table(
        "项目编号,项目名称,招标人,招标方式,公告日期,投标截止时间,适用法律",
        [("C1", "虚构路工程", "虚构交通局", "公开招标", "2024-04-20", "2024-05-25 09:30", "招标投标法")],
    ),
    "股东信息.csv": table(
        "企业名称,统一社会信用代码,股东名称,股东证件号,股东类型,持股比例(%)",
        [
            (name, CODES[name], owner, resident(n), "自然人股东", 100)
            for name, owner, n in (
                (A, "样本甲", 1),
                (B, "样本乙", 2),
                (DESIGNER, "样本甲", 1),
                (BUILDER, "样本丙", 3),
            )
        ],
    ),
}


def units(*roles: tuple[str, str]) -> str:
    """A list of units with their roles in the tender."""
    head = "项目编号,标段,单位名称,统一社会信用代码,角色"
    return table(head, [("C1", "1", name, CODES[name], role) for name, role in roles])


SERVING = units((DESIGNER, "设计单位"), (BUILDER, "监理单位"))
detectors = [SERVES, FEW, CONTROLLER]
serving = found_in_files([BIDS | {"项目参建单位.csv": SERVING}], detectors)
# A name that says nothing, and one that is there for bids: the words of the roles decide.
unnamed = found_in_files([BIDS | {"名册.csv": SERVING, "投标情况2.csv": SERVING}], detectors)
unsaid = found_in_files([BIDS | {"名册.csv": units((DESIGNER, "施工单位"), (BUILDER, "参建方"))}], detectors)
builder = found_in_files([BIDS | {"参建单位.csv": units((DESIGNER, "设计单位"), (A, "施工单位"))}], detectors)
bidding = found_in_files(
    [BIDS | {"名册.csv": units((DESIGNER, "联合体牵头人"), (BUILDER, "投标人"))}], detectors
)
# Whoever stands under 投标人 bids, whatever its part in the works.
under_bidder = found_in_files(
    [
        {"招标项目.csv": BIDS["招标项目.csv"], "股东信息.csv": BIDS["股东信息.csv"]}
        | {
            "报价.csv": table(
                "项目编号,标段,投标人,统一社会信用代码,角色,投标报价(元)",
                [
                    ("C1", "1", A, CODES[A], "设计单位", 1000000),
                    ("C1", "1", B, CODES[B], "施工单位", 1031337),
                ],
            )
        }
    ],
    detectors,
)


def counted(found: FoundInFiles) -> tuple[int, int]:
    """How many bids, and how many parties that serve, the store holds."""
    asked = (
        "MATCH (b:Bid) RETURN count(b) AS n",
        "MATCH ()-[r:SERVES_TENDER]->(:Tender) RETURN count(r) AS n",
    )
    bids, serving = (found.store.query(query).column("n")[0].as_py() for query in asked)
    return bids, serving


def live(found: FoundInFiles) -> set[str]:
    return {f.detector for f in found.run.findings if f.suppressed_by is None}


def check_serving(found: FoundInFiles) -> None:
    """No bidder more, and the designer, whose owner is a bidder's, tied to that bidder as who serves."""
    assert counted(found) == (2, 2)
    assert live(found) == {SERVES.id, FEW.id}
    (tie,) = [f for f in found.run.findings if f.detector == SERVES.id]
    assert (tie.facts["holder"]["name"], tie.facts["holder"]["role"]) == (DESIGNER, "designer")


def test_units_that_serve_the_tender_are_no_bidders(serving: FoundInFiles) -> None:
    check_serving(serving)


def test_the_words_of_the_roles_decide_whatever_the_list_is_called(unnamed: FoundInFiles) -> None:
    check_serving(unnamed)


def test_units_in_roles_that_are_neither_are_refused(unsaid: FoundInFiles) -> None:
    assert counted(unsaid) == (2, 0)
    told = unsaid.told("role-undecided")
    assert len(told) == 2 and "无法判定" in told[0]


def test_the_builder_among_them_serves_nothing(builder: FoundInFiles) -> None:
    assert counted(builder) == (2, 1)
    assert len(builder.told("role-undecided")) == 1
    assert [f.facts["holder"]["name"] for f in builder.run.findings if f.detector == SERVES.id] == [DESIGNER]


def test_units_in_a_bidders_role_bid(bidding: FoundInFiles) -> None:
    assert counted(bidding) == (4, 0)
    assert live(bidding) == {CONTROLLER.id}


def test_who_stands_under_the_bidders_heading_bids(under_bidder: FoundInFiles) -> None:
    assert counted(under_bidder) == (2, 0)
    assert live(under_bidder) == {FEW.id}
