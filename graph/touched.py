"""Which lots and tenders loads changed something around, so that only these need be looked at again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

from graph.in_play_changes import (
    MOST,
    closure_above,
    closure_below,
    found_from,
    joined,
    lots_of_companies,
    lots_of_tenders,
    with_mates,
)
from graph.stores.contract import GraphStore
from graph.stores.fingerprint import fingerprint_of
from graph.stores.known_nodes import about
from graph.stores.side_by_side import side_by_side
from graph.stores.touches import SEEN, Touches

_LOTS_OF_BIDS: Final = (about("MATCH (b:Bid)-[:FOR_LOT]->(l:Lot) RETURN DISTINCT l.id", "b:Bid"),)
_COMPANIES_OF_PEOPLE: Final = tuple(
    about(f"MATCH (p:Person)-[:{rel}]->(c:Company) RETURN DISTINCT c.id", "p:Person")
    for rel in ("LEGAL_REP_OF", "OFFICER_OF", "HOLDS_POST", "OWNS")
)
_BIDS_OF_PEOPLE: Final = (
    about("MATCH (p:Person)-[:WORKS_ON_BID]->(b:Bid) RETURN DISTINCT b.id", "p:Person"),
)
_BIDS_OF_UNITS: Final = (
    about("MATCH (c:Company)-[:WORKS_ON_BID]->(b:Bid) RETURN DISTINCT b.id", "c:Company"),
)
_TENDERS_OF_PEOPLE: Final = (
    about("MATCH (p:Person)-[:SERVES_TENDER]->(t:Tender) RETURN DISTINCT t.id", "p:Person"),
)
_COMPANIES_OF_CONTACTS: Final = (
    about("MATCH (c:Company)-[:HAS_CONTACT]->(h:Contact) RETURN DISTINCT c.id", "h:Contact"),
)
_BIDS_OF_CONTACTS: Final = (
    about("MATCH (h:Contact)-[:USED_IN_BID]->(b:Bid) RETURN DISTINCT b.id", "h:Contact"),
)
_TENDERS_OF_LOTS: Final = (about("MATCH (l:Lot)-[:LOT_OF]->(t:Tender) RETURN DISTINCT t.id", "l:Lot"),)
_DERIVED: Final = frozenset({"ULTIMATELY_HOLDS", "CONTROLS"})
_DERIVED_FROM: Final = frozenset(
    {"OWNS", "EXERCISES_CONTROL", "MEMBER_OF_CONCERT", "SAME_AS", "Company", "Person", "Concert"}
)
_RECIPIENTS: Final = tuple(
    about(f"MATCH (p:Person)-[:{rel}]->(x:{node}) RETURN DISTINCT p.id", "p:Person")
    for rel, node in (("MEMBER_OF", "Household"), ("RECEIVES", "Benefit"))
)


@dataclass(frozen=True, slots=True)
class Touched:
    """`lots` with something changed around them, `tenders` likewise. `types`: of the relationships, and of the nodes with
    a field, that changed, and of what is derived from them. `recipients`: something of recipients changed.
    """

    lots: frozenset[str]
    tenders: frozenset[str]
    types: frozenset[str]
    recipients: bool


def batches_since(store: GraphStore, fingerprint: str) -> list[str] | None:
    """The batches loaded since the data had this fingerprint; None where they never had it, or a batch was taken back."""
    done = sorted((b for b in store.batches() if b.state == "done"), key=lambda b: (b.loaded_at, b.id))
    ids = [b.id for b in done]
    known = next((n for n in range(len(ids) + 1) if fingerprint_of(ids[:n]) == fingerprint), None)
    return None if known is None else ids[known:]


def touched_since(store: GraphStore, fingerprint: str) -> Touched | None:
    """What loads touched since the data had this fingerprint; None where everything is to be looked at again.

    Needs no `ULTIMATELY_HOLDS` or `CONTROLS`. Raises a `StoreError`.
    """
    batches = batches_since(store, fingerprint)
    if batches is None:
        return None
    touches = Touches()
    for batch in batches:
        touches.add(Touches.of_json(store.meta(SEEN + batch)))
    if touches.everything:
        return None
    below = closure_below(store, touches.below)
    if below is None:
        return None
    with side_by_side(store) as beside:
        recipients = None if touches.recipients else beside(partial(_recipients_above, store, below))
        lots = _around(store, touches, below)
        if len(lots) > MOST:
            return None
        tenders = touches.tenders | found_from(store, _TENDERS_OF_LOTS, lots)
        derived = _DERIVED if touches.types & _DERIVED_FROM else frozenset[str]()
        return Touched(
            frozenset(lots),
            frozenset(tenders),
            derived | touches.types,
            recipients is None or recipients.result(),
        )


def _recipients_above(store: GraphStore, companies: Collection[str]) -> bool:
    """May a recipient, or a member of a household, stand above one of some companies?"""
    above = closure_above(store, companies)
    return above is None or bool(found_from(store, _RECIPIENTS, above))


def _around(store: GraphStore, touches: Touches, below: Collection[str]) -> set[str]:
    """The lots in which touched parties, people, contacts, bids and tenders play a part."""
    companies = {*below, *touches.near}
    companies |= found_from(store, _COMPANIES_OF_PEOPLE, touches.people)
    companies |= found_from(store, _COMPANIES_OF_CONTACTS, touches.contacts)
    bids = touches.bids | found_from(store, _BIDS_OF_PEOPLE, touches.people)
    bids |= found_from(store, _BIDS_OF_CONTACTS, touches.contacts)
    parties = joined(store, companies)
    bids |= found_from(store, _BIDS_OF_UNITS, parties)
    tenders = touches.tenders | found_from(store, _TENDERS_OF_PEOPLE, touches.people)
    lots = touches.lots | found_from(store, _LOTS_OF_BIDS, bids)
    lots |= lots_of_companies(store, parties) | lots_of_tenders(store, tenders)
    return with_mates(store, lots)
