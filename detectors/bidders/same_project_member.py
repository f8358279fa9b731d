"""D6 `same-project-member`: one person is named in the project management of two bids of one lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding, people, traces
from detectors.ties.links import CLOSING_EN, CLOSING_ZH

_NOT_MEMBERS = ("handler", "bid_agent")
"""They hand the bid in; whoever else a bid names works on the project."""


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and person whom two separate bids name as a project member."""
    members = table(rows["workers"]).filter(~pl.col("role").fill_null("").is_in(_NOT_MEMBERS))
    # One engineer may well be offered in bids for many lots: no hub here.
    unlimited = {**values, "hub_bidders": 1 << 62}
    what = ("项目管理成员数据", "data on project members")
    yield from traces.trace_drafts(rows, members, unlimited, what, people=True)


DETECTOR = Detector(
    id="same-project-member",
    version="1.0",
    domain="政府工程",
    scene="投标文件与保证金",
    title_zh="投标文件载明的项目管理成员为同一人",
    title_en="Two bids name the same project member",
    meaning_zh="同一标段的两份投标文件载明同一个人为项目管理成员。",
    severity="deemed",
    basis=(
        *statutes.deemed_collusion(
            "三",
            "不同投标人的投标文件载明的项目管理成员为同一人",
            "different bidders' documents name one person as project management member",
            order_87=(
                "不同投标人的投标文件载明的项目管理成员或者联系人员为同一人",
                "different bidders' documents name one person as project management member or contact",
            ),
        ),
    ),
    needs=("WORKS_ON_BID", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={"workers": traces.WORKERS, "bidders": bidding.BIDDERS},
    columns={"workers": traces.WORKER_COLUMNS, "bidders": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(people.NAME_ONLY,),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}的投标文件均载明{holder}为项目管理成员：{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): the bids of {bidders_en} both name {holder} as a project member: {links_en}. "
    + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("证件号录入错误", "同名不同人（本项仅按证件号认定）"),
    innocent_en=("a mistyped number", "a namesake (only identified people are compared)"),
)
