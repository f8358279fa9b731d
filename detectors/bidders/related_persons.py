"""D2b `related-persons`: declared kin hold, run or represent two bidders of one lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import attached, bidding, kin, people, traces
from detectors.ties.kin_drafts import kin_draft
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, compared
from detectors.ties.stakes import stakes_of


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and pair of kin behind two separate bids."""
    bids = compared(table(rows["bidders"]))
    pairs = kin.both_ways(rows["kin"]).filter(pl.col("person_id") < pl.col("kin_id"))
    wanted = pl.concat([pairs["person_id"], pairs["kin_id"].rename("person_id")]).unique()
    persons = attached.bidders_people(rows, bids, wanted)
    one = persons.join(pairs, left_on="person", right_on="person_id").with_columns(person_id=pl.col("person"))
    other = persons.rename({c: f"{c}_2" for c in persons.columns if c != "lot_id"})
    both = one.join(other, left_on=["lot_id", "kin_id"], right_on=["lot_id", "person_2"])
    apart = (pl.col("bid_id") != pl.col("bid_id_2")) & (pl.col("bidder_id") != pl.col("bidder_id_2"))
    whole = both.filter(apart).join(bids.select(_LOT).unique("lot_id"), on="lot_id")
    stated = bids.select("bid_id", "bidder_id", "stated_id").unique(["bid_id", "bidder_id"])
    for n in ("", "_2"):
        at = [f"bid_id{n}", f"bidder_id{n}"]
        whole = whole.join(stated.rename({c: f"{c}{n}" for c in stated.columns}), on=at, how="left")
    named = dict(bids.select("bidder_id", "bidder_name").unique("bidder_id").iter_rows())
    ends = (("person_id", "bidder_id"), ("kin_id", "bidder_id_2"))
    stakes = stakes_of(rows, pl.concat(whole.select("lot_id", holder_id=p, company=b) for p, b in ends))
    at = ["lot_id", "person_id", "kin_id"]
    for _, group in whole.sort(*at, "bidder_id", "bidder_id_2", "role", "role_2", nulls_last=True).group_by(
        at, maintain_order=True
    ):
        yield kin_draft(group.to_dicts(), named, stakes)


_LOT = list(bidding.LOT_COLUMNS)


DETECTOR = Detector(
    id="related-persons",
    version="1.2",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人的股东或管理人员之间存在亲属关系",
    title_en="Owners or officers of bidders are kin",
    meaning_zh="申报的亲属分别持有、管理或代表同一标段的两家投标人。",
    severity="lead",
    basis=(
        *statutes.RELATED_PARTIES,
        statutes.KYRGYZ_P3,
    ),
    needs=("RELATED_TO", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={
        "holdings": bidding.HOLDINGS,
        "representatives": people.REPRESENTATIVES,
        "officers": people.OFFICERS,
        "workers": traces.WORKERS,
        "kin": kin.KIN,
        "bidders": bidding.BIDDERS,
    },
    columns={
        "holdings": bidding.HOLDINGS_COLUMNS,
        "representatives": people.PEOPLE_COLUMNS,
        "officers": people.PEOPLE_COLUMNS,
        "workers": traces.WORKER_COLUMNS,
        "kin": kin.KIN_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "related_id", "to_id"),
    suppressors=(ENDED, people.NAME_ONLY),
    wording_zh="【风险预警】{tender}（{lot}）：{one}与{other}为申报的亲属（{relation_zh}），分别关联投标人{bidders_zh}。{as_of_zh}，"
    "{links_zh}。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): {one} and {other} are declared kin ({relation_en}) behind bidders {bidders_en}. "
    "{as_of_en}: {links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("亲属各自独立经营", "申报关系已解除（如离婚）"),
    innocent_en=("the kin run separate businesses", "the relation is dissolved, as by divorce"),
    in_play=True,
)
