"""`agency-bids-in-its-tender`: the agency bids in a project it handles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import attached, bidding, procedure_parties
from detectors.ties.attached_drafts import party_drafts
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, compared


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and agency that is itself among its bidders, alone or in a consortium."""
    agents = table(rows["servants"]).filter(pl.col("party_role") == "agent")
    sides = agents.select("lot_id", "party_id").unique()
    links = attached.as_links([attached.itself(compared(table(rows["bidders"])), sides)])
    yield from party_drafts(rows, agents, links, lambda party, found, lot: None)


DETECTOR = Detector(
    id="agency-bids-in-its-tender",
    version="1.1",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="代理机构在所代理的项目中投标",
    title_en="The agency bids in a project it handles",
    meaning_zh="代理机构在自己代理的项目中投标。",
    severity="prohibited",
    basis=(statutes.REGULATIONS_13, statutes.ORDER_87_8),
    needs=("SERVES_TENDER", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={"servants": procedure_parties.SERVANTS, "bidders": bidding.BIDDERS},
    columns={"servants": procedure_parties.PARTY_COLUMNS, "bidders": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id", "party_id"),
    suppressors=(),
    wording_zh="【风险预警】{tender}（{lot}）：{role_zh}{party}疑似在其代理的项目中参加投标。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): the {role_en}, {party}, appears to bid in a project it handles. "
    + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("代理关系登记错误", "同一企业在另一标段代理"),
    innocent_en=("the agency was entered by mistake", "the same firm acts as agent for another lot only"),
)
