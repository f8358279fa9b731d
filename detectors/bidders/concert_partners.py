"""`concert-partners`: bidders of one lot are, or belong to, different parties to one agreement to act in concert."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import LEAST_SHARE, Detector, Draft, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.question import Question
from detectors.rows import table
from detectors.ties import bidding, concerts, people
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, link_hits, link_ties, on_bids

_OWNED: Final = (
    "WHERE r.counted RETURN DISTINCT m.id AS related_id, c.id AS bidder_id, r.share AS share, r.share_max AS share_max, "
    "r.valid_from AS owned_from, r.valid_to AS owned_to, r.observed_on AS observed_on, r.key AS owned_key"
)
_HELD_COLUMNS: Final = ("owned_from", "owned_to", "observed_on", "owned_key")
_HELD: Final = Question(
    f"{bidding.BIDDING}MATCH (:Concert)<-[:MEMBER_OF_CONCERT]-(m)-[r:OWNS]->(c) {_OWNED}",
    "bidders",
    "c:Company",
    bidding.BIDDING,
    f"MATCH (:Concert)<-[:MEMBER_OF_CONCERT]-(m)-[r:OWNS]->(c:Company)-[:SUBMITS]->(:Bid) {_OWNED}",
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and concert; ties through one and the same member are other detectors'."""
    bidders = table(rows["bidders"])
    members = table(rows["members"])
    known = pl.coalesce(pl.col("share", "share_max").cast(pl.Float64), pl.lit(1.0))
    owned = table(rows["held"]).filter(known >= float(values["share"]) - 1e-9)
    held = members.join(owned, on="related_id").with_columns(
        role=pl.lit("shareholder"),
        held_from=pl.max_horizontal("member_from", "owned_from"),
        held_to=pl.min_horizontal("member_to", "owned_to"),
        link_key=pl.col("owned_key"),
        more_keys=pl.concat_list("member_key"),
    )
    own = members.join(
        bidders.select("bidder_id").unique(), left_on="related_id", right_on="bidder_id"
    ).with_columns(
        bidder_id=pl.col("related_id"),
        role=pl.lit("concert_member"),
        held_from=pl.col("member_from"),
        held_to=pl.col("member_to"),
        observed_on=pl.lit(None, pl.String),
        link_key=pl.col("member_key"),
        more_keys=pl.concat_list("member_key"),
    )
    columns = [*people.LINKED_COLUMNS, "related_id", "more_keys"]
    links = pl.concat([f.select(columns) for f in (held, own)], how="vertical_relaxed")
    links = links.with_columns(more_nodes=pl.concat_list("related_id"))
    far = _through_others(table(rows["holdings"]), members, float(values["share"]))
    linked = pl.concat(
        [
            on_bids(bidders, links),
            on_bids(bidders, far, "bid_id").filter(pl.col("of") == pl.col("bidder_id")).drop("of"),
        ],
        how="diagonal_relaxed",
    )
    for tie in link_ties(linked):
        by_bidder = {
            r["bidder_id"]: {x["related_id"] for x in tie.rows if x["bidder_id"] == r["bidder_id"]}
            for r in tie.rows
        }
        if len(set.union(*by_bidder.values())) > 1 and not set.intersection(*by_bidder.values()):
            members_of = {b: sorted(m) for b, m in sorted(by_bidder.items())}
            concert = {"id": tie.holder, "name": tie.rows[0]["holder_name"], "kind": "concert"}
            yield from link_hits(tie, facts={"holder": concert, "members": members_of})


def _through_others(holdings: pl.DataFrame, members: pl.DataFrame, least: float) -> pl.DataFrame:
    """Members who hold `least` of a bidder through other companies on its bid date, with the rows of the paths."""
    reached = pl.max_horizontal(pl.col(c).cast(pl.Float64) for c in ("share", "share_max", "votes"))
    far = holdings.filter((pl.col("depth").cast(pl.Int64) > 1) & (reached >= least - 1e-9)).select(
        "bid_id", "derivation", of="bidder_id", related_id="holder_id"
    )
    joined = far.join(members, on="related_id")
    paths = [json.loads(d).get("paths", []) if d else [] for d in joined["derivation"].to_list()]
    nodes = [sorted({n for p in ps for n in p["nodes"]}) for ps in paths]
    keys = [sorted({k for p in ps for step in p["rows"] for k in step}) for ps in paths]
    return joined.with_columns(
        role=pl.lit("shareholder"),
        held_from=pl.col("member_from"),
        held_to=pl.col("member_to"),
        observed_on=pl.lit(None, pl.String),
        link_key=pl.col("member_key"),
        more_nodes=pl.Series(nodes, dtype=pl.List(pl.String)),
        more_keys=pl.Series(keys, dtype=pl.List(pl.String)),
    ).drop("derivation", "member_from", "member_to", "member_key")


DETECTOR = Detector(
    id="concert-partners",
    version="1.3",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人的股东为一致行动人",
    title_en="Bidders belong to parties acting in concert",
    meaning_zh="同一标段的投标人本身，或者其股东，是同一份一致行动安排的不同成员。",
    severity="lead",
    basis=(
        *statutes.RELATED_PARTIES,
        statutes.red_flag(
            "R033",
            "投标人拥有同一主要股东（一致行动的股东为参照）",
            "bidders have the same major shareholder (those in concert: by analogy)",
        ),
    ),
    needs=("MEMBER_OF_CONCERT", "SUBMITS", "FOR_LOT"),
    parameters=(
        Parameter(
            "share",
            0.05,
            "fraction",
            "成员直接持有或者穿透持有投标人达到此比例才计",
            "a member counts from this share of a bidder, held directly or through others",
            least=LEAST_SHARE,
        ),
    ),
    queries={
        "members": concerts.MEMBERS,
        "held": _HELD,
        "holdings": bidding.HOLDINGS,
        "bidders": bidding.BIDDERS,
    },
    columns={
        "members": concerts.MEMBERS_COLUMNS,
        "held": (*("related_id", "bidder_id", "share", "share_max"), *_HELD_COLUMNS),
        "holdings": bidding.HOLDINGS_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    in_play=True,
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(ENDED,),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}疑似{belong_zh}分属同一一致行动安排（{holder}）的不同成员。{as_of_zh}：{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidders {bidders_en} appear to {belong_en} to different parties acting in concert "
    "({holder}). {as_of_en}: {links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("一致行动仅限于另一家公司的表决事项", "协议已到期"),
    innocent_en=("the concert is only about votes in another company", "the agreement has expired"),
)
