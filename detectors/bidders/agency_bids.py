"""`agency-bids-in-its-tender`: the agency bids in a project it handles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import attached, bidding, managed, procedure_parties
from detectors.ties.attached_drafts import party_drafts
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, compared


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and agency that is among its bidders, alone or in a consortium: itself, or as another branch, or the
    head office, of one company. Undecided where nothing says whose branch a bidder is.
    """
    agents = table(rows["servants"]).filter(pl.col("party_role") == "agent")
    sides = agents.select("lot_id", "party_id").unique()
    bids = compared(table(rows["bidders"])).join(sides.select("lot_id").unique(), on="lot_id", how="semi")
    found = [attached.dated(f) for f in managed.of_one_company(rows, bids, sides)]
    links = attached.as_links([attached.itself(bids, sides), *found])
    yield from party_drafts(rows, agents, links, lambda party, found, lot: None)
    headed = managed.branches(rows["branches"])["bidder_id"].implode()
    for row in bids.filter(pl.col("bidder_kind") == "branch", ~pl.col("bidder_id").is_in(headed)).iter_rows(
        named=True
    ):
        name = row["bidder_name"] or row["bidder_id"]
        yield Undecided(
            "lot",
            row["lot_id"],
            (row["bidder_id"],),
            f"{name}为分支机构，没有总公司数据，是否为代理机构的分支机构无法判定",
            f"{name} is a branch of which no head office is loaded: whether it is the agency's cannot be decided",
        )


DETECTOR = Detector(
    id="agency-bids-in-its-tender",
    version="1.2",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="代理机构在所代理的项目中投标",
    title_en="The agency bids in a project it handles",
    meaning_zh="代理机构在自己代理的项目中投标，本身或者经由其分支机构、总公司。",
    severity="prohibited",
    basis=(statutes.REGULATIONS_13, statutes.ORDER_87_8),
    needs=("SERVES_TENDER", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={
        "servants": procedure_parties.SERVANTS,
        "branches": managed.BRANCHES,
        "bidders": bidding.BIDDERS,
    },
    columns={
        "servants": procedure_parties.PARTY_COLUMNS,
        "branches": managed.MANAGED_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "party_id"),
    suppressors=(ENDED,),
    wording_zh="【风险预警】{tender}（{lot}）：{role_zh}{party}疑似在其代理的项目中参加投标：{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): the {role_en}, {party}, appears to bid in a project it handles: {links_en}. "
    + CLOSING_EN,
    assemble=assemble,
    each_round=True,
    innocent_zh=("代理关系登记错误", "同一企业在另一标段代理"),
    innocent_en=("the agency was entered by mistake", "the same firm acts as agent for another lot only"),
)
