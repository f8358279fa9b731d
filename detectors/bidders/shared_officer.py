"""D2a `shared-officer`: one person is director, supervisor, senior manager or representative of two bidders.

Or runs one and holds, controls, or runs what controls the other, directly or through layers; or does so and works on the other's bid: kin in
these places are a tie, so the person is. Who holds both is a common shareholder, told as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding, managed, people, traces
from detectors.ties.beside_posts import (
    RULING,
    control_beside_shares,
    is_owned,
    managers,
    ruling_words,
    with_a_post,
    with_other_work,
)
from detectors.ties.coverage import lacking
from detectors.ties.drafts import CONSORTIUM, OTHER_LOT
from detectors.ties.further_up import ABOVE, ABOVE_COLUMNS, OWNING, further_up
from detectors.ties.links import (
    CLOSING_EN,
    CLOSING_ZH,
    ENDED,
    compared,
    link_hits,
    link_ties_and_set_aside,
    on_bids,
    reaching_several,
)
from detectors.ties.run_above import COLUMNS as RUN_COLUMNS
from detectors.ties.run_above import QUERIES as RUN_ABOVE
from detectors.ties.run_above import run_above, running_above

_NO_POSTS = ("liaison", *people.OF_STAFF)
"""What registers list beside the board and management, and is neither."""
_POSTS: Final = {"acts_zh": "任职", "acts_en": "posts"}
_WORK: Final = {"acts_zh": "任职、持股或参与投标工作", "acts_en": "posts, shares or work on the bid"}
_BOTH: Final = {"acts_zh": "任职或持股", "acts_en": "posts or shares"}


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and officer; a legal representative or shareholder of another bidder counts as well."""
    bidders = table(rows["bidders"])
    officers = table(rows["officers"])
    links = pl.concat([officers, table(rows["representatives"])], how="vertical_relaxed")
    posts = {r["holder_id"]: int(r["companies"]) for r in rows["posts"]}
    counted = links.filter(~pl.col("role").fill_null("").is_in(_NO_POSTS))
    counted = pl.concat([counted, managers(rows)], how="diagonal_relaxed")
    workers = table(rows["workers"]).drop("certificate_no")
    told = pl.concat([counted, table(rows["owners"])], how="diagonal_relaxed")
    beside = bidders.select("bid_id", "bidder_id").join(workers, on="bid_id")
    reached = [told, beside, running_above(rows, _NO_POSTS), *(table(rows[k]) for k in ABOVE)]
    tying = reaching_several(pl.concat([f.select("holder_id", "bidder_id") for f in reached]))
    acting = pl.concat([f.select("holder_id") for f in (counted, workers)]).unique()
    tying = tying.join(acting, on="holder_id", how="semi")
    linked = on_bids(bidders, told.join(tying, on="holder_id", how="semi", maintain_order="left"))
    runs = linked.filter(~is_owned()).select("lot_id", "holder_id")
    above = run_above(rows, bidders, linked.filter(~is_owned()), _NO_POSTS)
    linked = pl.concat([linked, further_up(rows, runs, linked), above], how="diagonal_relaxed")
    works = on_bids(bidders, workers, "bid_id").with_columns(works=True, of_lot=True)
    linked = with_other_work(pl.concat([linked, works], how="diagonal_relaxed"))
    ruling = control_beside_shares(rows, bidders, acting)
    linked = pl.concat([with_a_post(linked), ruling], how="diagonal_relaxed")
    for tie in link_ties_and_set_aside(linked, bidders):
        # Who manages or controls both is told as that.
        if all(r["role"] in RULING for r in tie.rows):
            continue
        held = posts.get(tie.holder, 0)
        hub = None
        if held > values["hub_posts"]:
            hub = (
                "hub",
                f"{tie.holder_name}在{held}家企业任职，超过{values['hub_posts']}家的阈值，可能为代办或挂名人员",
                f"{tie.holder_name} has posts in {held} companies, more than {values['hub_posts']}: "
                "perhaps a filing intermediary or a nominee",
            )
        at_work = [r["works"] for r in tie.rows]
        if all(at_work):
            continue
        owns = any(r["role"] in OWNING for r in tie.rows)
        acts = ruling_words(tie.rows) or (_WORK if any(at_work) else _BOTH if owns else _POSTS)
        yield from link_hits(tie, suppressed_by=hub, facts={"posts": held}, words=acts)
    yield from lacking(compared(bidders), officers["bidder_id"], "董监高数据", "data on officers")


DETECTOR = Detector(
    id="shared-officer",
    version="1.5",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人存在相同的董事、监事或高级管理人员",
    title_en="Bidders share a director, supervisor or senior manager",
    meaning_zh="同一个人在两家投标人任董事、监事、高级管理人员或负责人，或在一家任职、又直接或者穿透多层持有或控制另一家、或在另一家的控制方任职，或任职、持股于一家而参与另一家的投标工作，或不持股而承包、受托管理或者控制一家，又在另一家任职或持股。",
    severity="lead",
    basis=(
        *statutes.RELATED_PARTIES,
        statutes.KYRGYZ_P3,
    ),
    needs=("SUBMITS", "FOR_LOT"),
    needs_any=("OFFICER_OF", "LEGAL_REP_OF", "EXERCISES_CONTROL"),
    parameters=(people.HUB_POSTS,),
    queries={
        "officers": people.OFFICERS,
        "representatives": people.REPRESENTATIVES,
        "owners": people.OWNERS,
        "posts": people.POSTS,
        "bidders": bidding.BIDDERS,
        "workers": traces.WORKERS,
        "manages": managed.MANAGES,
        **ABOVE,
        **RUN_ABOVE,
    },
    columns={
        "officers": people.PEOPLE_COLUMNS,
        "representatives": people.PEOPLE_COLUMNS,
        "owners": people.PEOPLE_COLUMNS,
        "posts": people.POSTS_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
        "workers": traces.WORKER_COLUMNS,
        "manages": managed.MANAGED_COLUMNS,
        **ABOVE_COLUMNS,
        **RUN_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(ENDED, CONSORTIUM, OTHER_LOT, people.HUB, people.NAME_ONLY),
    wording_zh="【风险预警】{tender}（{lot}）：{holder}疑似{hold_zh}在投标人{bidders_zh}{acts_zh}。{as_of_zh}：{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): {holder} appears to {hold_en} {acts_en} in bidders {bidders_en}. "
    "{as_of_en}: {links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("外部董事、独立董事兼职", "任职已结束而登记未更新"),
    innocent_en=("an outside director with several seats", "the post ended, not yet registered"),
    yields_to=("same-legal-representative",),
    in_play=True,
)
