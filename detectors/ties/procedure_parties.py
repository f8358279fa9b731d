"""The parties of a procedure: the buyer, the agent, a designer, a supervisor, an evaluator.

The Cypher for them, for what stands above them and for their people, beside what bidders are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from detectors.definition import Row, Suppressor, Values
from detectors.question import Around, Question
from detectors.ties import bidding, kin, managed, people, traces
from detectors.ties.common_holders import HOLDER_SHARE
from detectors.ties.links import SPAN

_PARTY: Final = "p.id AS party_id, p.id AS party_stated, p.name AS party_name"
_LOT: Final = "(t:Tender)<-[:LOT_OF]-(l:Lot)"
BUYERS: Final = Question(
    f"MATCH (p:Company)-[r:BUYS]->{_LOT} WHERE r.counted "
    f"RETURN l.id AS lot_id, {_PARTY}, p.kind AS party_kind, 'buyer' AS party_role, r.key AS party_key",
    "lots",
    "l:Lot",
)
SERVANTS: Final = Question(
    f"MATCH (p:Company)-[r:SERVES_TENDER]->{_LOT} WHERE r.counted "
    f"RETURN l.id AS lot_id, {_PARTY}, p.kind AS party_kind, r.role AS party_role, r.key AS party_key",
    "lots",
    "l:Lot",
)
EVALUATORS: Final = Question(
    f"MATCH (p:Person)-[r:SERVES_TENDER]->{_LOT} WHERE r.counted "
    f"RETURN l.id AS lot_id, {_PARTY}, 'person' AS party_kind, r.role AS party_role, r.key AS party_key",
    "lots",
    "l:Lot",
)
PARTY_COLUMNS: Final = (
    *("lot_id", "party_id", "party_stated", "party_name", "party_kind", "party_role", "party_key"),
)


def _on_the_bid_date(link: str) -> str:
    return (
        f"({link}.holds_from IS NULL OR l.bid_on IS NULL OR {link}.holds_from <= l.bid_on) "
        f"AND ({link}.holds_to IS NULL OR (l.bid_on IS NOT NULL AND l.bid_on < {link}.holds_to))"
    )


HELD: Final = ("share", "share_min", "share_max", "votes", "depth", "method")
"""What a holder above a party has of it; of who controls it alone none of this is known."""


EVER: Final = ", u.holds_from AS holds_from, u.holds_to AS holds_to"
"""What a question about all days returns besides: when it holds."""


def _above(type_: str, side: str, ever: bool = False) -> Question:
    shown = (
        ", ".join(f"u.{c} AS {c}" for c in HELD)
        if type_ == "ULTIMATELY_HOLDS"
        else ", ".join(f"null AS {c}" for c in HELD)
    )
    day = "" if ever else f"WHERE {_on_the_bid_date('u')} "
    return Question(
        f"MATCH (h)-[u:{type_}]->(p:Company)-[:{side}]->{_LOT} {day}"
        f"RETURN DISTINCT l.id AS lot_id, p.id AS party_id, h.id AS holder_id, {shown}, u.derivation AS derivation, "
        f"u.identity AS identity{EVER if ever else ''}",
        "asked",
        "l:Lot",
    )


ABOVE_PARTIES: Final[Mapping[tuple[str, str], Question]] = {
    (type_, side): _above(type_, side)
    for type_ in ("ULTIMATELY_HOLDS", "CONTROLS")
    for side in ("BUYS", "SERVES_TENDER")
}
"""What stands above companies of the procedure on the lot's day, by the type of relationship and the side."""
ABOVE_PARTIES_EVER: Final[Mapping[tuple[str, str], Question]] = {
    key: _above(*key, ever=True) for key in ABOVE_PARTIES
}
"""The same on whatever day."""
ABOVE_COLUMNS: Final = ("lot_id", "party_id", "holder_id", *HELD, "derivation", "identity")


_AROUND: Final[Mapping[str, Around]] = {"BUYS": "buyers", "SERVES_TENDER": "servants"}
# Whoever is named as an operator or a managing partner stands among the representatives already.
_STATED: Final = "AND NOT coalesce(r.interest, '') IN ['managing_partner', 'operator', 'sole_owner'] "


def _people_of(type_: str, side: str, role: str, share: str, only: str) -> str:
    taking_part = f"MATCH (c:Company)-[:{side}]->(:Tender) WITH DISTINCT c "
    told = f"c.id AS party_id, h.id AS holder_id, h.name AS holder_name, {role} AS role, {SPAN}, {share} AS share"
    return Question(
        f"{taking_part}MATCH (h:Person)-[r:{type_}]->(c) WHERE r.counted {only}RETURN {told}",
        _AROUND[side],
        "c:Company",
        taking_part,
        # In one pattern: with the parties found first, the embedded engine looks through all holdings, in ten times the time.
        f"MATCH (h:Person)-[r:{type_}]->(c:Company)-[:{side}]->(:Tender) WHERE r.counted {only}RETURN DISTINCT {told}",
    )


def _owned(side: str) -> str:
    taking_part = f"MATCH (c:Company)-[:{side}]->(:Tender) WITH DISTINCT c "
    return Question(
        f"{taking_part}MATCH (h)-[o:OWNS]->(c) RETURN DISTINCT c.id AS party_id",
        _AROUND[side],
        "c:Company",
        taking_part,
    )


_PEOPLE: Final = (
    ("LEGAL_REP_OF", "r.role", "null", ""),
    ("OFFICER_OF", "r.role", "null", ""),
    ("HOLDS_POST", "'official'", "null", ""),
    ("OWNS", "'shareholder'", "r.share", ""),
    ("EXERCISES_CONTROL", "'controller'", "null", _STATED),
)
"""Who is of a party, by the type of relationship: what he is there, how much he holds, and of which rows alone."""
QUERIES: Final = {
    "control": bidding.CONTROL,
    "holdings": bidding.HOLDINGS,
    "elsewhen": bidding.HOLDINGS_ELSEWHEN,
    "kinds": bidding.KINDS,
    "holders": bidding.HOLDERS,
    "posts": people.POSTS,
    "representatives": people.REPRESENTATIVES,
    "officers": people.OFFICERS,
    "staff": people.STAFF,
    "owners": people.OWNERS,
    "workers": traces.WORKERS,
    "kin": kin.KIN,
    "manages": managed.MANAGES,
    "branches": managed.BRANCHES,
    "covered": bidding.COVERED,
    "bidders": bidding.BIDDERS,
}
COLUMNS: Final = {
    "control": bidding.CONTROL_COLUMNS,
    "holdings": bidding.HOLDINGS_COLUMNS,
    "elsewhen": bidding.HOLDINGS_ELSEWHEN_COLUMNS,
    "kinds": bidding.KINDS_COLUMNS,
    "holders": bidding.HOLDERS_COLUMNS,
    "posts": people.POSTS_COLUMNS,
    "representatives": people.PEOPLE_COLUMNS,
    "officers": people.PEOPLE_COLUMNS,
    "staff": people.PEOPLE_COLUMNS,
    "owners": people.PEOPLE_COLUMNS,
    "workers": traces.WORKER_COLUMNS,
    "kin": kin.KIN_COLUMNS,
    "manages": managed.MANAGED_COLUMNS,
    "branches": managed.MANAGED_COLUMNS,
    "covered": bidding.COVERED_COLUMNS,
    "bidders": bidding.BIDDERS_COLUMNS,
}


HUBS: Final = (people.HUB_POSTS, bidding.HUB_COMPANIES)
"""The parameters of `hubs`."""
PARAMETERS: Final = (HOLDER_SHARE, bidding.FUND_SHARE, *HUBS)
"""Those of a detector of links with a party of the procedure."""
FUND: Final = Suppressor(
    "fund",
    "仅因基金的、或者上市公司的小额持股而相连",
    "only a small stake of a fund, or in a listed company, links them",
)


def hubs(rows: Mapping[str, Sequence[Row]], values: Values) -> frozenset[str]:
    """People with posts in, and holders of, more companies than the limits."""
    limits = (("posts", "hub_posts"), ("holders", "hub_companies"))
    return frozenset(
        str(r["holder_id"])
        for of, limit in limits
        for r in rows[of]
        if int(r["companies"]) > int(values[limit])
    )


def party_queries(side: str) -> dict[str, str]:
    """What stands above, who works for and who owns companies on one side of a procedure ("BUYS", "SERVES_TENDER")."""
    return {
        "party_holdings": ABOVE_PARTIES["ULTIMATELY_HOLDS", side],
        "party_control": ABOVE_PARTIES["CONTROLS", side],
        **{f"party_people_{n}": _people_of(type_, side, *told) for n, (type_, *told) in enumerate(_PEOPLE)},
        "party_owned": _owned(side),
    }


PARTY_QUERY_COLUMNS: Final = {
    "party_holdings": ABOVE_COLUMNS,
    "party_control": ABOVE_COLUMNS,
    **{f"party_people_{n}": ("party_id", *people.LINKED_COLUMNS[1:], "share") for n in range(len(_PEOPLE))},
    "party_owned": ("party_id",),
}
