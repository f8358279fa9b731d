"""What loads changed since the derived relationships were worked out, and everything that lies below it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from graph.names import UNNUMBERED, name_key
from graph.ownership_above import ask, ownership_above, same_party
from graph.penetration import Ownership
from graph.penetration.days import IntArray
from graph.penetration.edges import reach_up
from graph.stores.contract import GraphStore
from graph.stores.deriving import IN_PLAY_BATCHES, IN_PLAY_FOR, in_play_for
from graph.stores.hops import EACH, hop, types_named
from graph.stores.known_nodes import about
from graph.stores.marks import TOUCHED, Marks

MOST: Final = 2_000
"""Lots around what changed, from which on everything is worked out anew."""

_MOST_BELOW: Final = 5_000
"""Parties below what changed, likewise."""
_MOST_ABOVE: Final = 20_000
"""Parties above what changed, from which on nobody is looked for among them."""
_ID: Final[dict[str, pl.DataType]] = {"id": pl.String()}
_BELOW: Final = (
    *(
        f"{EACH}MATCH (a:{type_} {{id: i}}) {hop(f'(a)-[:{rel}]->(b:Company)', 'b.id')}RETURN DISTINCT b.id"
        for type_ in ("Company", "Person")
        for rel in ("OWNS", "EXERCISES_CONTROL")
    ),
    # What a concert is for, or else what its members hold, has it above.
    *(
        f"{EACH}MATCH (k:Concert {{id: i}}) {hop(f'(m:{type_})-[:MEMBER_OF_CONCERT]->(k)', 'm.id')}RETURN DISTINCT m.id"
        for type_ in ("Company", "Person")
    ),
    *(
        f"{EACH}MATCH (k:Concert {{id: i}}) {hop(f'(m:{type_})-[r:MEMBER_OF_CONCERT]->(k)', 'r.company_id')}"
        "RETURN DISTINCT r.company_id"
        for type_ in ("Company", "Person")
    ),
)
_ITS_LOTS: Final = hop("(l:Lot)-[:LOT_OF]->(t)", "l.id")
_LOTS_OF_COMPANIES: Final = (
    f"{EACH}MATCH (c:Company {{id: i}}) {hop('(c)-[:SUBMITS]->(b:Bid)', 'b.id')}{hop('(b)-[:FOR_LOT]->(l:Lot)', 'l.id')}"
    "RETURN DISTINCT l.id",
    *(
        f"{EACH}MATCH (c:Company {{id: i}}) {hop(f'(c)-[:{rel}]->(t:Tender)', 't.id')}{_ITS_LOTS}RETURN DISTINCT l.id"
        for rel in ("BUYS", "SERVES_TENDER")
    ),
    # For whom persons work who serve.
    *(
        f"{EACH}MATCH (c:Company {{id: i}}) {hop(f'(p:Person)-[:{rel}]->(c)', 'p.id')}"
        f"{hop('(p)-[:SERVES_TENDER]->(t:Tender)', 't.id')}{_ITS_LOTS}RETURN DISTINCT l.id"
        for rel in ("LEGAL_REP_OF", "OFFICER_OF")
    ),
)
_LOTS_OF_TENDERS: Final = f"{EACH}MATCH (t:Tender {{id: i}}) {_ITS_LOTS}RETURN DISTINCT l.id"
_TENDERS_OF_LOTS: Final = (
    f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(l)-[:LOT_OF]->(t:Tender)', 't.id')}RETURN DISTINCT t.id"
)
_COMPANIES_OF_LOTS: Final = (
    f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(b:Bid)-[:FOR_LOT]->(l)', 'b.id')}{hop('(c:Company)-[:SUBMITS]->(b)', 'c.id')}"
    "RETURN DISTINCT c.id",
    *(
        f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(l)-[:LOT_OF]->(t:Tender)', 't.id')}{hop(f'(c:Company)-[:{rel}]->(t)', 'c.id')}"
        "RETURN DISTINCT c.id"
        for rel in ("BUYS", "SERVES_TENDER")
    ),
    *(
        f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(l)-[:LOT_OF]->(t:Tender)', 't.id')}"
        f"{hop('(p:Person)-[:SERVES_TENDER]->(t)', 'p.id')}{hop(f'(p)-[:{rel}]->(c:Company)', 'c.id')}RETURN DISTINCT c.id"
        for rel in ("LEGAL_REP_OF", "OFFICER_OF")
    ),
)
_COMMANDING: Final = (
    f"{EACH}MATCH (m:Company {{id: i}}) {hop('(c:Company)-[:EXERCISES_CONTROL]->(m)', 'c.id')}RETURN DISTINCT c.id",
)
"""Who is said to manage, or to control, a company."""
_HELD: Final = tuple(
    f"{EACH}MATCH (c:Company {{id: i}}) {hop(f'(h:{type_})-[:{rel}]->(c)', 'h.id')}RETURN DISTINCT c.id"
    for type_ in ("Company", "Person")
    for rel in ("OWNS", "EXERCISES_CONTROL")
)
_ABOVE: Final = (
    *(
        f"{EACH}MATCH (b:Company {{id: i}}) {hop(f'(a:{type_})-[:{rel}]->(b)', 'a.id')}RETURN DISTINCT a.id"
        for type_ in ("Company", "Person")
        for rel in ("OWNS", "EXERCISES_CONTROL")
    ),
    *(
        f"{EACH}MATCH (m:{type_} {{id: i}}) {hop('(m)-[:MEMBER_OF_CONCERT]->(k:Concert)', 'k.id')}RETURN DISTINCT k.id"
        for type_ in ("Company", "Person")
    ),
    *(
        f"MATCH (:{type_})-[r:MEMBER_OF_CONCERT]->(k:Concert) WHERE r.company_id IN $ids RETURN DISTINCT k.id"
        for type_ in ("Company", "Person")
    ),
)
_RUN: Final = tuple(
    about(f"MATCH (p:Person)-[:{rel}]->(c:Company) RETURN DISTINCT c.id", "p:Person")
    for rel in ("LEGAL_REP_OF", "OFFICER_OF", "HOLDS_POST")
)
_SERVED: Final = (about("MATCH (p:Person)-[:SERVES_TENDER]->(t:Tender) RETURN DISTINCT t.id", "p:Person"),)
_KIN: Final = tuple(
    about(f"MATCH (a:Person)-[:RELATED_TO]->(b:Person) RETURN DISTINCT {other}.id", f"{one}:Person")
    for one, other in (("a", "b"), ("b", "a"))
)
_STATE: Final = EACH + "MATCH (c:Company {id: i}) WHERE c.kind IN ['state_holder', 'government'] RETURN c.id"
_NOMINATORS: Final = "MATCH (n:Company)-[r:EXERCISES_CONTROL]->(:Company) WHERE r.interest = 'nominator' RETURN DISTINCT n.id AS id"
_DEBARRED: Final = "MATCH (d:Company)-[:DEBARRED_BY]->(:Company) RETURN DISTINCT d.id AS id"


@dataclass(frozen=True, slots=True)
class Affected:
    """`companies`: those whose derived relationships are worked out anew; `lots`: all they take part in; `asked`: all
    companies of these lots, and all debarred ones, as well.
    """

    companies: set[str]
    lots: set[str]
    asked: set[str]


def said_current(store: GraphStore) -> dict[str, str]:
    """What is kept with derived relationships worked out from the store as it is: for which data they are."""
    fingerprint = store.fingerprint()
    done = [b.id for b in store.batches() if b.state == "done"]
    return {IN_PLAY_FOR: in_play_for(fingerprint), IN_PLAY_BATCHES: json.dumps([fingerprint, done])}


def marks_since(store: GraphStore) -> Marks:
    """What was loaded since the derived relationships were worked out; `everything` where that is not known."""
    known = store.meta(IN_PLAY_BATCHES)
    told = json.loads(known) if known else [None, []]
    if told[0] is None or in_play_for(told[0]) != store.meta(IN_PLAY_FOR):
        return Marks(everything=True)
    before = set(told[1])
    batches = store.batches()
    if not before <= {b.id for b in batches if b.state == "done"}:
        return Marks(everything=True)
    marks = Marks()
    for batch in batches:
        if batch.state == "done" and batch.id not in before:
            marks.add(Marks.of_json(store.meta(TOUCHED + batch.id)))
    return marks


def affected(store: GraphStore, marks: Marks) -> Affected | None:
    """What is to be worked out anew for what was marked; None where that is everything."""
    if marks.everything:
        return None
    # Who runs a company is laid beside who runs the rivals of what it controls.
    below = closure_below(store, marks.parties | marks.beside)
    if below is None:
        return None
    # What a renamed person runs or serves: namesakes are laid beside each other.
    marked = marks.beside | found_from(store, _RUN, marks.parties)
    tenders = marks.tenders | found_from(store, _SERVED, marks.parties)
    changed = marks.lots | lots_of_tenders(store, tenders) | lots_of_companies(store, marked)
    changed = with_mates(store, changed)
    lots = with_mates(store, changed | lots_of_companies(store, below))
    if len(lots) > MOST:
        return None
    # Whoever stands behind two of a lot is written at both: a change above one bidder is one of the others too, where
    # there is anybody whom both could have above them.
    others = joined(store, companies_of_lots(store, changed) | marks.beside)
    beside = joined(store, companies_of_lots(store, lots - changed)) - others
    others |= _sharing(store, beside - below, below)
    # Above most buyers nobody is known, so that nothing is written at them.
    companies = below | joined(store, found_from(store, _HELD, others))
    lots = with_mates(store, lots | lots_of_companies(store, companies))
    if len(lots) > MOST:
        return None
    asked, debarred = companies | companies_of_lots(store, lots), debarred_companies(store)
    # Whom the state holds beside a debarred company is told at every bidder it holds.
    if debarred & below or _beside_debarred(store, asked, debarred) or _below_nominators(store, asked):
        return None
    return Affected(companies, lots, asked | debarred)


def _sharing(store: GraphStore, companies: set[str], changed: set[str]) -> set[str]:
    """Those of some companies above which somebody may stand, on any date, who stands above what changed.

    Or his kin, or a namesake where one of the two is known by name alone.
    """
    if not companies or not changed:
        return set()
    ownership = Ownership.build(ownership_above(store, companies | changed))
    mine = pl.Series("id", sorted(companies), pl.String)
    nodes = pl.Series("node", ownership.nodes_of(mine), dtype=pl.Int64)
    at = pl.DataFrame({"id": mine, "node": nodes}).filter(pl.col("node") >= 0)
    theirs = _above_any(ownership, ownership.nodes_of(pl.Series("id", sorted(changed), pl.String)))
    known = pl.Series("id", ownership.ids(theirs["holder"].unique().to_numpy()), pl.String)
    kin = joined(store, found_from(store, _KIN, joined(store, set(known))))
    related = ownership.nodes_of(pl.Series("id", sorted(kin), pl.String))
    shared = pl.concat([theirs["holder"], pl.Series("holder", related[related >= 0], pl.Int64)])
    above = _above_any(ownership, at["node"].to_numpy())
    shared = pl.concat([shared, _namesakes(ownership, above["holder"], theirs["holder"])])
    hit = above.filter(pl.col("holder").is_in(shared.implode()))["company"]
    return set(at.filter(pl.col("node").is_in(hit.implode()))["id"])


def _namesakes(ownership: Ownership, some: pl.Series, others: pl.Series) -> pl.Series:
    """Those of some persons (nodes) who bear the name of one of the others, where one of the two is known by name alone."""
    persons = ownership.nodes.with_row_index("holder").filter(pl.col("type") == "Person")
    names = persons.select(
        pl.col("holder").cast(pl.Int64),
        name=name_key(persons["name"]),
        loose=pl.col("id").cast(pl.String).str.starts_with(UNNUMBERED),
    ).drop_nulls("name")
    mine, theirs = (names.filter(pl.col("holder").is_in(s.unique().implode())) for s in (some, others))
    both = mine.join(theirs, on="name").filter(pl.col("loose") | pl.col("loose_right"))
    return both["holder"].unique()


def _above_any(ownership: Ownership, nodes: IntArray) -> pl.DataFrame:
    """What may stand above each company, itself included, on links of any date: company, holder (nodes)."""
    asked = np.unique(nodes[nodes >= 0])
    found = []
    for edges in (ownership.holding_edges, ownership.control_edges):
        reach = reach_up(edges, asked, None)
        found.append(pl.DataFrame({"company": asked[reach.question], "holder": reach.node}))
    return pl.concat(found)


def _beside_debarred(store: GraphStore, companies: set[str], debarred: set[str]) -> bool:
    """Does anything but the state link one of some companies to a debarred one?

    A debarred company joins the lots of bidders linked to it, and what is written at it hangs on all of them; which state
    holders stand above it hangs on none.
    """
    if not debarred:
        return False
    theirs, mine = (closure_above(store, ids) for ids in (debarred, companies))
    if theirs is None or mine is None:
        return True
    common = theirs & mine
    return bool(common - found_from(store, [_STATE], common))


def _below_nominators(store: GraphStore, companies: set[str]) -> bool:
    """Is a company declared to be behind a nominee somewhere above some companies?

    What is written at it hangs on the lots of all bidders below it.
    """
    nominators = nominating_companies(store)
    if not nominators:
        return False
    above = closure_above(store, companies)
    return above is None or bool(joined(store, above) & nominators)


def closure_below(store: GraphStore, parties: Collection[str]) -> set[str] | None:
    """Some parties and all that lies below them on any date; None where that is too much."""
    return _closure(store, parties, _BELOW, _MOST_BELOW)


def closure_above(store: GraphStore, parties: Collection[str]) -> set[str] | None:
    """Some parties and all that stands above them on any date; None where that is too much."""
    return _closure(store, parties, _ABOVE, _MOST_ABOVE)


def lots_of_companies(store: GraphStore, companies: Collection[str]) -> set[str]:
    """The lots that some companies bid in, buy or serve."""
    return found_from(store, _LOTS_OF_COMPANIES, companies)


def companies_of_lots(store: GraphStore, lots: Collection[str]) -> set[str]:
    """Who bids in some lots, buys or serves, with those who are said to manage or control such."""
    found = found_from(store, _COMPANIES_OF_LOTS, lots)
    # That may be said of another of a bidder's ids than its bid names it by.
    return found | found_from(store, _COMMANDING, joined(store, found))


def debarred_companies(store: GraphStore) -> set[str]:
    """All companies with a debarment, in force or not."""
    if "DEBARRED_BY" not in store.present():
        return set()
    return set(store.query(_DEBARRED, timeout=300).column("id").to_pylist())


def nominating_companies(store: GraphStore) -> set[str]:
    """All companies declared to be behind a nominee, at any time."""
    if "EXERCISES_CONTROL" not in store.present():
        return set()
    return set(store.query(_NOMINATORS, timeout=300).column("id").to_pylist())


def lots_of_tenders(store: GraphStore, tenders: Collection[str]) -> set[str]:
    """All lots of some tenders."""
    return found_from(store, [_LOTS_OF_TENDERS], tenders)


def with_mates(store: GraphStore, lots: Collection[str]) -> set[str]:
    """Some lots with all others of their tenders: who stands behind bidders of two of them is written at both."""
    return {*lots, *lots_of_tenders(store, found_from(store, [_TENDERS_OF_LOTS], lots))}


def _closure(
    store: GraphStore, parties: Collection[str], queries: Collection[str], most: int
) -> set[str] | None:
    """Some parties and all that lies below, or above, them on any date; None where that is too much."""
    seen: set[str] = set()
    frontier = set(parties)
    while frontier:
        frontier = joined(store, frontier) - seen
        seen |= frontier
        if len(seen) > most:
            return None
        frontier = found_from(store, queries, frontier) - seen
    return seen


def joined(store: GraphStore, ids: set[str]) -> set[str]:
    """Some parties with every other id of theirs."""
    pairs = same_party(store, ids)
    return ids | {*pairs["from_id"], *pairs["to_id"]}


def found_from(store: GraphStore, queries: Collection[str], ids: Collection[str]) -> set[str]:
    """What some queries find from some ids; a type of relationship without any rows is not asked for."""
    if not ids:
        return set()
    held = store.present()
    worth = [q for q in queries if held.issuperset(types_named(q))]
    return {i for query in worth for i in ask(store, query, ids, _ID)["id"] if i}
