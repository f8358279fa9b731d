"""D2a `shared-officer`: one person is director, supervisor, senior manager or representative of two bidders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding, people
from detectors.ties.coverage import lacking
from detectors.ties.drafts import CONSORTIUM, OTHER_LOT
from detectors.ties.links import (
    CLOSING_EN,
    CLOSING_ZH,
    ENDED,
    compared,
    link_hits,
    link_ties_and_set_aside,
    on_bids,
)

_NO_POSTS = ("liaison", "site_supervisor", "project_manager", "technical_lead", "bid_agent")
"""What registers list beside the board and management, and is neither."""


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and officer; a legal representative of one bidder who sits on another's board counts too."""
    bidders = table(rows["bidders"])
    officers = table(rows["officers"])
    links = pl.concat([officers, table(rows["representatives"])], how="vertical_relaxed")
    posts = {r["holder_id"]: int(r["companies"]) for r in rows["posts"]}
    counted = links.filter(~pl.col("role").fill_null("").is_in(_NO_POSTS))
    for tie in link_ties_and_set_aside(on_bids(bidders, counted), bidders):
        held = posts.get(tie.holder, 0)
        hub = None
        if held > values["hub_posts"]:
            hub = (
                "hub",
                f"{tie.holder_name}在{held}家企业任职，超过{values['hub_posts']}家的阈值，可能为代办或挂名人员",
                f"{tie.holder_name} has posts in {held} companies, more than {values['hub_posts']}: "
                "perhaps a filing intermediary or a nominee",
            )
        yield from link_hits(tie, suppressed_by=hub, facts={"posts": held})
    yield from lacking(compared(bidders), links["bidder_id"], "董监高数据", "data on officers")


DETECTOR = Detector(
    id="shared-officer",
    version="1.0",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人存在相同的董事、监事或高级管理人员",
    title_en="Bidders share a director, supervisor or senior manager",
    meaning_zh="同一个人在两家投标人任董事、监事、高级管理人员或负责人。",
    severity="lead",
    basis=(
        *statutes.RELATED_PARTIES,
        statutes.KYRGYZ_P3,
    ),
    needs=("OFFICER_OF", "SUBMITS", "FOR_LOT"),
    parameters=(people.HUB_POSTS,),
    queries={
        "officers": people.OFFICERS,
        "representatives": people.REPRESENTATIVES,
        "posts": people.POSTS,
        "bidders": bidding.BIDDERS,
    },
    columns={
        "officers": people.PEOPLE_COLUMNS,
        "representatives": people.PEOPLE_COLUMNS,
        "posts": people.POSTS_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(ENDED, CONSORTIUM, OTHER_LOT, people.HUB, people.NAME_ONLY),
    wording_zh="【风险预警】{tender}（{lot}）：{holder}疑似同时在投标人{bidders_zh}任职。{as_of_zh}：{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): {holder} appears to hold posts in bidders {bidders_en}. "
    "{as_of_en}: {links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("外部董事、独立董事兼职", "任职已结束而登记未更新"),
    innocent_en=("an outside director with several seats", "the post ended, not yet registered"),
    yields_to=("same-legal-representative",),
)
