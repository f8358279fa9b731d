"""Which part of the graph a picture shows: what was asked about, and what proves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from detectors.finding import Finding
from graph.current_ownership import current_ownership
from graph.penetration import Ownership, connecting_paths, penetrate
from graph.penetration.days import today
from graph.penetration.owners import Owner
from graph.penetration.paths import Paths, band
from graph.penetration.register import TOLERANCE
from graph.round_of_lot import round_of_lot
from graph.stores import GraphStore
from graph.stores.hops import EACH
from graph.subgraph import SubEdge, Subgraph
from visualize.abridge import first_day
from visualize.gathering import Canvas
from visualize.households import around_households
from visualize.labels import plain_id

MOST_COMPUTED: Final = 12
_CHAINS: Final = 4


def picture_of(
    store: GraphStore,
    ids: Sequence[str],
    as_of: str | None,
    findings: Sequence[Finding] = (),
    *,
    computed: bool = False,
    ownership: Ownership | None = None,
    tied: bool = False,
    round: str | None = None,
) -> Subgraph:
    """The subgraph around some nodes. `ownership`: the store's, where the caller has it.

    A lot: its bids and bidders with every owner above them, at the lot's own date unless `as_of` says otherwise; all else
    as it is today. A company: every owner above it, and what it holds directly. A person: what it holds directly, its
    households. A household: its members, their property and companies, what companies they stand above hold, the
    latest benefits it had by that day. What was found of later
    payments is not marked. At most `MOST_NODES` nodes; `truncated` says when that cut something, `undrawn` how many
    findings rest on more than a lot's picture holds. With `computed`, the
    stakes of the largest `MOST_COMPUTED` indirect holders at the top are edges of their own, marked so, with their formula. With `tied`, of parties that are looked at
    together: what ties them, people and kin included, and not what else they hold. `round`: of one lot that was opened
    several times, the day (YYYY-MM-DD) of the opening that is shown, with its bids and at its own date; raises `KeyError`
    where the lot has none of that day.
    """
    canvas = Canvas(store, as_of, ownership)
    if round is not None:
        canvas.round = round_of_lot(store, ids[0], round)
        if canvas.round is None or len(ids) > 1:
            raise KeyError(round)
        findings = [f for f in findings if f.facts.get("round", round) == round]
    about = [f for f in findings if f.scope_id in ids or set(f.subjects) & set(ids)]
    about = [f for f in about if as_of is None or _paid_from(f) <= as_of[:7]]
    lots = any(type_of(store, id_) == "Lot" for id_ in ids)
    proving = _parties(store, about) if lots else ()
    title = around(canvas, ids, computed=computed, tied=tied, proving=proving)
    if round is not None:
        title = f"{title} · {round}"
    drawn = canvas.subgraph(title, ids, about)
    return replace(drawn, undrawn=canvas.undrawn(about)) if lots else drawn


def around(
    canvas: Canvas,
    ids: Sequence[str],
    *,
    computed: bool = False,
    tied: bool = False,
    proving: Sequence[str] = (),
) -> str:
    """Gather what `picture_of` shows around some nodes; gives the title. A canvas of no date gets one.

    `proving`: parties that, above the bidders of lots, come before all others.
    """
    titles: list[str] = []
    as_of = canvas.as_of
    for id_ in ids:
        type_ = type_of(canvas.store, id_)
        canvas.add_nodes(type_, [id_])
        if id_ not in canvas.nodes:
            continue
        title = canvas.nodes[id_].name or plain_id(id_)
        if type_ == "Lot":
            canvas.as_of = as_of or canvas.nodes[id_].facts.get("bid_on")
            title = " · ".join([*_around_lot(canvas, id_, proving), title])
        else:
            canvas.as_of = as_of or today().isoformat()
        if type_ == "Company":
            canvas.owners_above([id_])
            if len(ids) == 1:
                _look_through(canvas, id_, computed)
            if not tied:
                canvas.follow("OWNS", ("Company", "Company"), [id_], upward=False)
        elif type_ == "Person" and not tied:
            canvas.follow("OWNS", ("Person", "Company"), [id_], upward=False)
            households = canvas.follow("MEMBER_OF", ("Person", "Household"), [id_], upward=False)
            around_households(canvas, households)
        elif type_ == "Household":
            around_households(canvas, [id_])
        titles.append(title)
    if tied:
        canvas.between(ids)
    return "、".join(titles)


def _parties(store: GraphStore, findings: Sequence[Finding]) -> list[str]:
    """The parties in the proofs of findings that stand: what a lot's picture holds of these."""
    proving = sorted({n for f in findings if not f.suppressed_by for n in f.evidence.nodes})
    found = [
        store.query(f"{EACH}MATCH (n:{type_} {{id: i}}) RETURN n.id AS id", {"ids": proving}).column(0)
        for type_ in ("Company", "Person")
        if proving
    ]
    return [id_ for column in found for id_ in column.to_pylist()]


def _paid_from(found: Finding) -> str:
    """The first month of the payments a finding is about; empty where it is about none."""
    months = found.facts.get("months")
    return str(months.get("from") or "") if isinstance(months, Mapping) else ""


def _look_through(canvas: Canvas, company: str, computed: bool) -> None:
    """Effective share of every holder, or the range it lies in, what is refused, and stakes with their formula."""
    ownership = canvas.ownership or current_ownership(canvas.store)
    as_of = first_day(canvas.as_of) if canvas.as_of else None
    answer = penetrate(ownership, company, as_of)
    canvas.effective = {o.id: o.share for o in answer.owners if o.share is not None}
    canvas.refused = {i for flag in answer.warnings if flag.code == "closed_block" for i in flag.ids}
    known = [o for o in answer.owners if o.share is None and o.id not in canvas.refused]
    canvas.ranges = {o.id: _range(o, "effective_share") for o in known}
    if not computed:
        return
    stakes = [o for o in answer.owners if o.ultimate and o.depth > 1 and o.id in canvas.nodes]
    for owner in stakes[:MOST_COMPUTED]:
        if owner.share is None and owner.share_min is None and owner.share_max is None:
            continue
        facts: dict[str, Any] = {"share": owner.share, "method": owner.method, "depth": owner.depth}
        if owner.share is None:
            facts |= _range(owner, "share")
        chains = connecting_paths(ownership, owner.id, company, as_of, limit=_CHAINS)
        facts["formula"] = _formula(chains, owner)
        stated = {k: v for k, v in facts.items() if v not in (None, "")}
        id_ = f"ULTIMATELY_HOLDS:{owner.id}>{company}"
        canvas.edges[id_] = SubEdge(id_, "ULTIMATELY_HOLDS", owner.id, company, stated, ("computed",))


def _range(owner: Owner, stem: str) -> dict[str, Any]:
    """The bounds of a share, as facts whose names begin with `stem`; empty where it is not bounded."""
    told = {f"{stem}_min": owner.share_min, f"{stem}_max": owner.share_max}
    bounds: dict[str, Any] = {k: v for k, v in told.items() if v is not None}
    if bounds:
        bounds |= {k: True for k, on in (("min_open", owner.min_open), ("max_open", owner.max_open)) if on}
    return bounds


def _formula(chains: Paths, owner: Owner) -> str:
    """The chains' products and what they come to; "…" where a loop or a limit leaves more, or the range is narrower."""
    products = [path.formula.split(" = ")[0] for path in chains.paths]
    if not products:
        return ""
    if owner.share is not None:
        low, high = owner.share, owner.share
    else:
        low, high = owner.share_min or 0.0, 1.0 if owner.share_max is None else owner.share_max
    reached = (sum(p.low for p in chains.paths), sum(p.high for p in chains.paths))
    whole = not chains.truncated and abs(reached[0] - low) <= TOLERANCE
    whole = whole and (owner.share is not None or abs(reached[1] - high) <= TOLERANCE)
    return f"{' + '.join(products)}{'' if whole else ' + …'} = {band(low, high)}"


def _around_lot(canvas: Canvas, lot: str, proving: Sequence[str]) -> list[str]:
    """Add a lot's tender, bids, bidders and their owners, first those that prove something; gives the tender's name."""
    tenders = canvas.follow("LOT_OF", ("Lot", "Tender"), [lot], upward=False)
    bids = canvas.follow("FOR_LOT", ("Bid", "Lot"), [lot], upward=True)
    bidders = canvas.follow("SUBMITS", ("Company", "Bid"), bids, upward=True)
    canvas.subjects.update(bidders)
    if proving:
        canvas.keep_room([*canvas.nodes, *proving])
    canvas.owners_above(bidders)
    return [canvas.nodes[t].name for t in tenders if canvas.nodes[t].name]


def type_of(store: GraphStore, id_: str) -> str:
    """The node type of an id. Raises `KeyError` where there is no such node."""
    for type_ in ("Lot", "Company", "Person", "Household", "Property", "Tender"):
        if store.query(f"MATCH (n:{type_} {{id: $id}}) RETURN n.id AS id", {"id": id_}).num_rows:
            return type_
    raise KeyError(id_)
