"""Cypher for the people and contacts of bidding companies, one row a stated link."""

from __future__ import annotations

from typing import Final

from detectors.definition import Parameter, Suppressor
from detectors.question import Few, Question
from detectors.ties.bidding import BIDDING
from detectors.ties.links import LINK_COLUMNS, SPAN
from graph.stores.known_nodes import about

_OF_BIDDERS: Final = ("bidders", "c:Company", BIDDING)


_PERSON: Final = "h.id_masked AS id_masked, h.birth_date AS birth_date"


def _held_by(type_: str, only: str = "") -> str:
    return Question(
        f"{BIDDING}MATCH (h)-[r:{type_}]->(c) WHERE r.counted{only} "
        f"RETURN c.id AS bidder_id, h.id AS holder_id, h.name AS holder_name, r.role AS role, {SPAN}, {_PERSON}",
        *_OF_BIDDERS,
    )


OF_STAFF: Final = ("site_supervisor", "project_manager", "technical_lead", "bid_agent", "employee")
"""Posts that are neither of the board nor of the management."""
_STAFF_POST: Final = f"coalesce(r.role, '') IN {list(OF_STAFF)}"
REPRESENTATIVES: Final = _held_by("LEGAL_REP_OF")
OFFICERS: Final = _held_by("OFFICER_OF", f" AND NOT {_STAFF_POST}")
STAFF: Final = _held_by("OFFICER_OF", f" AND {_STAFF_POST}")
"""Who works for a bidder without any say in it: of who serves its tenders, that ties the two; of two bidders, it does not."""
_OWNERS: Final = (
    "WHERE r.counted AND h.name IS NOT NULL "
    "RETURN DISTINCT c.id AS bidder_id, h.id AS holder_id, h.name AS holder_name, 'shareholder' AS role, "
    f"{SPAN}, {_PERSON}"
)
OWNERS: Final = Question(
    f"{BIDDING}MATCH (h:Person)-[r:OWNS]->(c) {_OWNERS}",
    *_OF_BIDDERS,
    # In one pattern: with the bidders found first, the embedded engine takes three times as long over all holdings.
    whole=f"MATCH (h:Person)-[r:OWNS]->(c:Company)-[:SUBMITS]->(:Bid) {_OWNERS}",
    large=True,
)

_CONTROLLING: Final = (
    "WHERE r.counted AND h.name IS NOT NULL AND NOT coalesce(r.interest, '') IN ['managing_partner', 'operator', 'sole_owner'] "
    "RETURN DISTINCT c.id AS bidder_id, h.id AS holder_id, h.name AS holder_name, 'controller' AS role, "
)
CONTROLLERS: Final = Question(
    f"{BIDDING}MATCH (h:Person)-[r:EXERCISES_CONTROL]->(c) {_CONTROLLING}{SPAN}, {_PERSON}", *_OF_BIDDERS
)
"""Who is said to control a bidder, otherwise than by a post that its register gives (those stand among `REPRESENTATIVES`)."""


_CONTROLLING_BIDDERS: Final = "MATCH (x:Company)-[:CONTROLS]->(:Company) RETURN DISTINCT x.id AS id"


def _held_elsewhere(here: str, there: str) -> str:
    post = (
        f"MATCH (h:Person)-[r:{there}]->(x:Company) WHERE r.counted "
        f"RETURN h.id AS holder_id, h.name AS holder_name, r.role AS role, {SPAN}, "
        "x.id AS party_id, x.name AS party_name, x.kind AS party_kind"
    )
    return Question(
        f"{BIDDING}MATCH (h:Person)-[:{here}]->(c) WITH DISTINCT h {post.replace('(h:Person)', '(h)')}",
        *_OF_BIDDERS,
        few=Few(_CONTROLLING_BIDDERS, about(post, "x:Company")),
    )


POSTS_ELSEWHERE: Final = {
    f"posts_{n}_{m}": _held_elsewhere(here, there)
    for n, here in enumerate(("LEGAL_REP_OF", "OFFICER_OF"))
    for m, there in enumerate(("LEGAL_REP_OF", "OFFICER_OF"))
}
"""Posts of who runs a bidder, with the company, where that controls anything; of others as well."""
LINKED_COLUMNS: Final = ("bidder_id", *LINK_COLUMNS)
PEOPLE_COLUMNS: Final = (*LINKED_COLUMNS, "id_masked", "birth_date")
POSTS_ELSEWHERE_COLUMNS: Final = (*LINK_COLUMNS, "party_id", "party_name", "party_kind")

_SHORT_NAMED: Final = (
    "WHERE r.counted AND h.id STARTS WITH 'scoped:' AND NOT coalesce(h.kind, '') IN ['state_holder', 'government'] "
    f"RETURN DISTINCT c.id AS bidder_id, h.id AS holder_id, h.name AS holder_name, 'shareholder' AS role, {SPAN}"
)
SHORT_NAMED: Final = Question(
    f"{BIDDING}MATCH (h:Company)-[r:OWNS]->(c) {_SHORT_NAMED}",
    *_OF_BIDDERS,
    whole=f"MATCH (h:Company)-[r:OWNS]->(c:Company)-[:SUBMITS]->(:Bid) {_SHORT_NAMED}",
)
"""Holders that are organisations known by a name that is no full registered one."""
CONTROLLING_SHORT: Final = Question(
    f"{BIDDING}MATCH (h:Company)-[r:EXERCISES_CONTROL]->(c) WHERE r.counted AND h.id STARTS WITH 'scoped:' "
    "AND NOT coalesce(h.kind, '') IN ['state_holder', 'government'] "
    f"RETURN DISTINCT c.id AS bidder_id, h.id AS holder_id, h.name AS holder_name, 'controller' AS role, {SPAN}",
    *_OF_BIDDERS,
)
"""The same of those said to control a bidder."""
OF_ANY_KIND: Final = {
    "representatives": REPRESENTATIVES,
    "officers": OFFICERS,
    "owners": OWNERS,
    "controllers": CONTROLLERS,
}
"""Whoever owns, controls or runs a bidder (`PEOPLE_COLUMNS`)."""

ABOVE: Final = Question(
    f"MATCH (h:Person)-[:ULTIMATELY_HOLDS]->(p:Company) RETURN DISTINCT h.id AS holder_id, {_PERSON}",
    "parties",
    "p:Company",
)
"""What is known of the persons who stand above companies in play."""
ABOVE_COLUMNS: Final = ("holder_id", "id_masked", "birth_date")

CONTACTS: Final = Question(
    f"{BIDDING}MATCH (c)-[r:HAS_CONTACT]->(h:Contact) WHERE r.counted "
    f"RETURN c.id AS bidder_id, h.id AS holder_id, h.value AS holder_name, h.kind AS role, {SPAN}",
    *_OF_BIDDERS,
)
_USED_BY: Final = (
    "WITH h.id AS holder_id, count(DISTINCT x.id) AS parties WHERE parties > 1 "
    "RETURN holder_id AS holder_id, parties AS parties"
)
CONTACT_USERS: Final = Question(
    f"{BIDDING}MATCH (c)-[:HAS_CONTACT]->(h:Contact) WITH DISTINCT h MATCH (x)-[:HAS_CONTACT]->(h) {_USED_BY}",
    *_OF_BIDDERS,
    # Most contacts have one user: with these gone before the users are told apart, in a third of the time.
    whole="MATCH (x)-[:HAS_CONTACT]->(h:Contact) WITH h, count(*) AS n WHERE n > 1 "
    "MATCH (c:Company)-[:HAS_CONTACT]->(h) MATCH (c)-[:SUBMITS]->(:Bid) WITH DISTINCT h "
    f"MATCH (x)-[:HAS_CONTACT]->(h) {_USED_BY}",
)
CONTACT_USERS_COLUMNS: Final = ("holder_id", "parties")
POSTS: Final = Question(
    f"{BIDDING}MATCH (h)-[:OFFICER_OF]->(c) WITH DISTINCT h MATCH (h)-[:OFFICER_OF]->(x:Company) "
    "WITH h.id AS holder_id, count(DISTINCT x.id) AS companies WHERE companies > 1 "
    "RETURN holder_id AS holder_id, companies AS companies",
    *_OF_BIDDERS,
)
POSTS_COLUMNS: Final = ("holder_id", "companies")

HUB_POSTS: Final = Parameter(
    "hub_posts",
    20,
    "companies",
    "任职企业数超过此值的人视为代办或挂名",
    "a person with posts in more companies than this is taken for a filing intermediary or a nominee",
    least=2,
)
HUB_PARTIES: Final = Parameter(
    "hub_parties",
    10,
    "parties",
    "使用同一联系方式的主体超过此数，视为集中登记地、代办机构或园区",
    "a contact of more parties than this is taken for a registration address, an intermediary or an incubator",
    least=2,
)
HUB: Final = Suppressor(
    "hub",
    "大量主体共用（集中登记地址、代办机构、园区、挂名人员）",
    "shared by very many parties: registration addresses, intermediaries, incubators, nominees",
)
NAME_ONLY: Final = Suppressor(
    "name-only",
    "仅姓名相同、身份未核实的不作为同一人",
    "people of one name without an identifier are not taken for one person",
)
