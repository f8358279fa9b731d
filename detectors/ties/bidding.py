"""Cypher and law that detectors of ties between bidders share."""

from __future__ import annotations

from typing import Final

from detectors.definition import LegalBasis, Parameter, Suppressor
from detectors.law import texts
from detectors.law.methods import BY_TENDER
from detectors.question import Question

LOT_COLUMNS: Final = ("lot_id", "lot_title", "bid_on", "tender_id", "tender_title", "regime")
BIDDER_COLUMNS: Final = ("bidder_id", "bidder_name", "bidder_kind", "bid_id", "status")
_LOT: Final = (
    "l.id AS lot_id, coalesce(l.title, l.number) AS lot_title, l.bid_on AS bid_on, t.id AS tender_id, t.title AS tender_title, "
    "t.regime AS regime"
)
_BIDDER: Final = (
    "c.id AS bidder_id, c.name AS bidder_name, c.kind AS bidder_kind, b.id AS bid_id, b.status AS status"
)

_OF_BID: Final = (
    "c.founded_on AS founded_on, b.amount AS amount, b.currency AS currency, b.won AS won, b.rank AS rank, "
    "b.consortium AS consortium, b.price_kind AS price_kind, b.rate AS rate, b.submitted_at AS submitted_at, "
    "b.list_kind AS list_kind"
)
_OF_LOT: Final = (
    "t.method AS method, t.awarded_on AS awarded_on, l.status AS lot_status, l.estimate AS estimate, "
    "t.status AS tender_status, l.bid_on_from AS bid_on_from"
)
BIDDERS: Final = Question(
    "MATCH (c:Company)-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l:Lot) OPTIONAL MATCH (l)-[:LOT_OF]->(t:Tender) "
    f"RETURN {_LOT}, {_BIDDER}, {_OF_BID}, {_OF_LOT}",
    "bids",
    "b:Bid",
)
BIDDERS_COLUMNS: Final = (
    *LOT_COLUMNS,
    *BIDDER_COLUMNS,
    *("founded_on", "amount", "currency", "won", "rank", "consortium", "price_kind", "rate", "submitted_at"),
    *("list_kind", "method", "awarded_on", "lot_status", "estimate", "tender_status", "bid_on_from"),
)
BIDS: Final = (
    f"MATCH (c:Company)-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l:Lot) RETURN l.id AS lot_id, {_BIDDER}, {_OF_BID}"
)
LOTS_AND_TENDERS: Final = f"MATCH (l:Lot) OPTIONAL MATCH (l)-[:LOT_OF]->(t:Tender) RETURN {_LOT}, {_OF_LOT}"
"""`BIDDERS` in two: over everything, an engine else says the same of a lot with each of its bids."""


def _on_the_bid_date(link: str) -> str:
    return (
        f"({link}.holds_from IS NULL OR l.bid_on IS NULL OR {link}.holds_from <= l.bid_on) "
        f"AND ({link}.holds_to IS NULL OR (l.bid_on IS NOT NULL AND l.bid_on < {link}.holds_to))"
    )


HOLDING: Final = (
    "h.id AS holder_id, h.name AS holder_name, "
    "u.share AS share, u.share_min AS share_min, u.share_max AS share_max, u.votes AS votes, u.depth AS depth, "
    "u.method AS method, u.identity AS identity, u.derivation AS derivation"
)
HOLDINGS: Final = Question(
    "MATCH (h)-[u:ULTIMATELY_HOLDS]->(c:Company)-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l:Lot) "
    f"WHERE {_on_the_bid_date('u')} OPTIONAL MATCH (l)-[:LOT_OF]->(t:Tender) "
    f"RETURN {_LOT}, {_BIDDER}, {HOLDING}",
    "asked",
    "l:Lot",
)
HOLDINGS_COLUMNS: Final = (
    *LOT_COLUMNS,
    *BIDDER_COLUMNS,
    *("holder_id", "holder_name", "share", "share_min", "share_max", "votes", "depth"),
    *("method", "identity", "derivation"),
)

HOLDINGS_ELSEWHEN: Final = Question(
    "MATCH (h)-[u:ULTIMATELY_HOLDS]->(c:Company)-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l:Lot) "
    "WHERE u.holds_to <= l.bid_on OR l.bid_on < u.holds_from OR (l.bid_on IS NULL AND u.holds_to IS NOT NULL) "
    "OPTIONAL MATCH (l)-[:LOT_OF]->(t:Tender) "
    f"RETURN {_LOT}, {_BIDDER}, {HOLDING}, u.holds_from AS holds_from, u.holds_to AS holds_to",
    "asked",
    "l:Lot",
)
"""What is held on other days than the bid date."""
HOLDINGS_ELSEWHEN_COLUMNS: Final = (*HOLDINGS_COLUMNS, "holds_from", "holds_to")

CONTROLLING: Final = (
    "h.id AS holder_id, h.name AS holder_name, k.rule AS rule, k.via AS via, "
    "k.depth AS depth, k.identity AS identity, k.derivation AS derivation"
)
CONTROL: Final = Question(
    "MATCH (h)-[k:CONTROLS]->(c:Company)-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l:Lot) "
    f"WHERE {_on_the_bid_date('k')} OPTIONAL MATCH (l)-[:LOT_OF]->(t:Tender) "
    f"RETURN {_LOT}, {_BIDDER}, {CONTROLLING}",
    "asked",
    "l:Lot",
)
CONTROL_COLUMNS: Final = (
    *LOT_COLUMNS,
    *BIDDER_COLUMNS,
    *("holder_id", "holder_name", "rule", "via", "depth", "identity", "derivation"),
)

HOLDERS: Final = Question(
    "MATCH (h)-[:ULTIMATELY_HOLDS]->(p:Company) WITH DISTINCT h MATCH (h)-[:OWNS]->(c:Company) "
    "RETURN h.id AS holder_id, count(DISTINCT c.id) AS companies",
    "parties",
    "p:Company",
)
HOLDERS_COLUMNS: Final = ("holder_id", "companies")
KINDS: Final = Question(
    "MATCH (h:Company)-[:ULTIMATELY_HOLDS]->(p:Company) RETURN DISTINCT h.id AS holder_id, h.kind AS holder_kind",
    "parties",
    "p:Company",
)
KINDS_COLUMNS: Final = ("holder_id", "holder_kind")
BIDDING: Final = "MATCH (c:Company)-[:SUBMITS]->(:Bid) WITH DISTINCT c "
COVERED: Final = Question(
    f"{BIDDING}MATCH (h)-[o:OWNS]->(c) RETURN DISTINCT c.id AS bidder_id",
    "bidders",
    "c:Company",
    BIDDING,
    "MATCH (h)-[o:OWNS]->(c:Company)-[:SUBMITS]->(:Bid) RETURN DISTINCT c.id AS bidder_id",
)
COVERED_COLUMNS: Final = ("bidder_id",)
_STATED: Final = (
    "CASE WHEN o.votes IS NOT NULL OR coalesce(o.list_kind, '') IN ['top_ten', 'top_ten_float'] THEN 1.0 "
    "ELSE coalesce(o.share, o.share_max, 1.0) END"
)
# Of the largest ten, whoever is left out has less than each of them.
_OF_UNLISTED: Final = "WHERE o.counted AND coalesce(c.kind, '') <> 'listed'"
STATED: Final = Question(
    f"{BIDDING}MATCH (h)-[o:OWNS]->(c) {_OF_UNLISTED} "
    f"RETURN c.id AS bidder_id, round(sum({_STATED}), 6) AS known, max({_STATED}) AS largest",
    "bidders",
    "c:Company",
    BIDDING,
    f"MATCH (h)-[o:OWNS]->(c:Company)-[:SUBMITS]->(b:Bid) {_OF_UNLISTED} "
    f"RETURN c.id AS bidder_id, round(sum({_STATED}) / count(DISTINCT b.id), 6) AS known, max({_STATED}) AS largest",
)
"""How much of a bidder that is not listed its holders are ever stated to have together (rounded: engines add in orders of their
own), and the largest of them, at most."""
STATED_COLUMNS: Final = ("bidder_id", "known", "largest")
LOTS: Final = "MATCH (l:Lot)<-[:FOR_LOT]-(b:Bid) RETURN count(DISTINCT l.id) AS n"

FUND_SHARE: Final = Parameter(
    "fund_share",
    0.05,
    "fraction",
    "基金持股，或上市公司股东持股，低于此比例视为财务性小额持股",
    "a fund's stake, or a stake in a listed company, below this is a financial minority",
)
HUB_COMPANIES: Final = Parameter(
    "hub_companies",
    200,
    "companies",
    "直接持有企业数超过此值的主体视为平台或代持",
    "a holder of more companies than this is taken for a platform or nominee",
    least=2,
)

STATE: Final = Suppressor(
    "state",
    "国有资产监管机构不视为共同股东；其下的集团公司仍计",
    "a state holder is no common holder; the operating group below it still is",
)
SUPPRESSORS: Final = (
    STATE,
    Suppressor("fund", "基金或上市公司的小额持股", "small stakes of funds, or in listed companies"),
    Suppressor("hub", "持有大量企业的平台、代持主体", "platforms and nominees that hold very many companies"),
)

ARTICLE_34: Final = LegalBasis(
    "招标投标法实施条例",
    "Regulations for the Implementation of the Bidding Law",
    "第三十四条第二款",
    "单位负责人为同一人或者存在控股、管理关系的不同单位，不得参加同一标段投标或者未划分标段的同一招标项目投标",
    "units with the same responsible person, or in a holding or management relation, may not bid in the same lot",
    in_force_from="2012-02-01",
    regime="construction",
    link=texts.BIDDING_REGULATIONS,
    methods=BY_TENDER,
)
ARTICLE_39: Final = LegalBasis(
    "招标投标法实施条例",
    "Regulations for the Implementation of the Bidding Law",
    "第三十九条第四项",
    "属于同一集团、协会、商会等组织成员的投标人按照该组织要求协同投标",
    "members of one group bidding in concert as it requires (prohibited once the coordination is shown)",
    in_force_from="2012-02-01",
    regime="construction",
    link=texts.BIDDING_REGULATIONS,
    methods=BY_TENDER,
)
PROCUREMENT_18: Final = LegalBasis(
    "政府采购法实施条例",
    "Regulations for the Implementation of the Government Procurement Law",
    "第十八条第一款",
    "单位负责人为同一人或者存在直接控股、管理关系的不同供应商，不得参加同一合同项下的政府采购活动",
    "suppliers with the same responsible person, or in a direct holding or management relation, may not take part "
    "in the same contract",
    in_force_from="2015-03-01",
    regime="government_procurement",
    link=texts.PROCUREMENT_REGULATIONS,
)
RED_FLAG_33: Final = LegalBasis(
    "OCP《公共采购红旗指标指南》(2024)",
    "Open Contracting Partnership, Red flags in public procurement (2024)",
    "R033",
    "投标人拥有同一主要股东（指标，非法条）",
    "bidders have the same major shareholder (an indicator, no article of law)",
    link=texts.RED_FLAGS,
)
