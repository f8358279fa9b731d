"""The pictures of a finding: what proves it and nothing else, or that with all that is around it."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.finding import Finding
from graph.model import NODE_TYPES, REL_TYPES
from graph.penetration import Ownership
from graph.round_of_lot import RoundOfLot, round_of_lot
from graph.stores import GraphStore
from graph.subgraph import SubEdge, Subgraph, SubNode
from visualize.excerpt import around, type_of
from visualize.gathering import Canvas
from visualize.labels import plain_id
from visualize.patterns import add_bids

PAID_INTO = "PAID_INTO"
"""From a payment to the account it is paid into: of fields of the payment, no relationship of the graph."""


def proof_picture(store: GraphStore, found: Finding) -> Subgraph:
    """What proves a finding and nothing else: the nodes of its evidence, and the rows between them.

    Ids that are one party are tied; of what rests on many bids, such as who wins in turn, those bids are drawn with their
    lots; an account that is shared is a node.
    """
    canvas = Canvas(store, _day(found))
    canvas.round = round_of(store, found)
    _prove(canvas, found)
    return _finished(canvas, found)


def finding_picture(store: GraphStore, found: Finding, ownership: Ownership | None = None) -> Subgraph:
    """What proves a finding, and what is around its lot, its household or its subjects, as of the finding's own date.

    `ownership`: the store's, where the caller has it.
    """
    at = (
        [found.scope_id] if _known(store, found.scope_id) else [s for s in found.subjects if _known(store, s)]
    )
    canvas = Canvas(store, _day(found), ownership)
    canvas.round = round_of(store, found)
    canvas.keep_room([*at, *found.evidence.nodes])
    around(canvas, at, tied=len(at) > 1)
    _prove(canvas, found)
    return _finished(canvas, found)


def round_of(store: GraphStore, found: Finding) -> RoundOfLot | None:
    """The round that a finding is about, where its lot's bids were opened several times; None where it names none."""
    day = found.facts.get("round")
    return round_of_lot(store, found.scope_id, str(day)) if day and found.scope_kind == "lot" else None


def _day(found: Finding) -> str | None:
    """The date of a finding, or its month; None where it has none."""
    return str(found.facts.get("as_of") or "")[:10] or None


def _known(store: GraphStore, id_: str) -> bool:
    try:
        type_of(store, id_)
    except KeyError:
        return False
    return True


def _finished(canvas: Canvas, found: Finding) -> Subgraph:
    return canvas.subgraph(_title(canvas, found), [found.scope_id, *found.subjects], [found])


def _title(canvas: Canvas, found: Finding) -> str:
    """What it is about by its name: a group by its members, an account as far as it is told, a lot with its tender."""

    def called(ids: Sequence[str]) -> list[str]:
        return [(n.name if (n := canvas.nodes.get(i)) else "") or plain_id(i) for i in ids]

    if found.scope_kind == "group":
        return "、".join(called(found.subjects))
    if found.scope_kind == "account":
        return str(found.facts.get("account") or plain_id(found.scope_id))
    tenders: list[str] = []
    if found.scope_kind == "lot":
        of = {e.target for e in canvas.edges.values() if e.type == "LOT_OF" and e.source == found.scope_id}
        tenders = [n.name for i in sorted(of) if (n := canvas.nodes.get(i)) and n.name]
    # Of a lot that was opened several times, the day says which one it is.
    day = [canvas.round.day] if canvas.round else []
    return " · ".join([*tenders, *called([found.scope_id]), *day])


def _prove(canvas: Canvas, found: Finding) -> None:
    """Add the evidence, and what it leaves to be read beside it."""
    proof = found.evidence
    for type_ in NODE_TYPES:
        canvas.add_nodes(type_, proof.nodes)
    stated = [(name, pair) for name, rel in REL_TYPES.items() if not rel.derived for pair in rel.pairs]
    for name, pair in stated:
        canvas.stated(name, pair, proof.nodes, proof.keys)
    for upward in (False, True):
        # Rows that lead to what the evidence does not name itself, such as who debarred a party.
        left = set(proof.keys) - canvas.edges.keys()
        for name, pair in stated if left else ():
            canvas.stated(name, pair, proof.nodes, left, outward=True, upward=upward)
    for pair in REL_TYPES["SAME_AS"].pairs:
        canvas.join("SAME_AS", pair, proof.nodes, upward=False)
    # Whose bid it was, or whose member somebody is, need not be what proves it; without it they stand alone.
    canvas.join("MEMBER_OF", ("Person", "Household"), proof.nodes, upward=False)
    if found.scope_kind == "lot" and not any(n.type == "Bid" for n in canvas.nodes.values()):
        _add_own_bids(canvas, found)
    if found.scope_kind == "account":
        _add_account(canvas, found)
    add_bids(canvas, found)


def _add_own_bids(canvas: Canvas, found: Finding) -> None:
    """Add the bids for the lot of those the proof names."""
    bids = [r["from_id"] for r in canvas.links("FOR_LOT", ("Bid", "Lot"), [found.scope_id], upward=True)]
    for pair in REL_TYPES["SUBMITS"].pairs:
        own = [r for r in canvas.links("SUBMITS", pair, bids, upward=True) if r["from_id"] in canvas.nodes]
        canvas.add_nodes("Bid", [r["to_id"] for r in own])
        canvas.join("SUBMITS", pair, [r["to_id"] for r in own], upward=True)
    canvas.join("FOR_LOT", ("Bid", "Lot"), bids, upward=False)


def _add_account(canvas: Canvas, found: Finding) -> None:
    """Add the account several are paid into, and that their payments go there."""
    key = found.scope_id.removeprefix("account:")
    paid = [n for n in canvas.nodes.values() if n.type == "Benefit" and n.facts.get("account_key") == key]
    if not paid:
        return
    told = {"kind": "account", "value": found.facts.get("account")}
    facts = {k: v for k, v in told.items() if v}
    canvas.nodes[found.scope_id] = SubNode(found.scope_id, "Contact", "", "account", facts)
    canvas.proving.add(found.scope_id)
    for benefit in paid:
        id_ = f"{PAID_INTO}:{benefit.id}>{found.scope_id}"
        sources = {"sources": benefit.facts["sources"]} if benefit.facts.get("sources") else {}
        canvas.edges[id_] = SubEdge(id_, PAID_INTO, benefit.id, found.scope_id, sources)
        canvas.proving.add(id_)
