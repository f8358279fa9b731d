"""Looking at some lots alone: the detectors see them and what stands around them, and find what they find of all.

A detector asks about everything. Seen from here, a `Question` is asked of the nodes around the lots it says it can begin
at; what is no `Question` (an operator's own queries, registers of debarments) is asked as it stands. What a precision
rule counts over everything (who else uses a device) is counted from the lots outwards. A test holds the answers, lot by
lot, against those of a run over everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import pyarrow as pa

from detectors.question import Around, Question
from detectors.running.standing import Standing
from graph.stores.contract import GraphStore
from graph.stores.known_nodes import about
from graph.stores.side_by_side import Beside

_TIMEOUT: Final = 120.0


def _found(pattern: str, at: str, *, given: str = "c") -> str:
    return about(f"MATCH {pattern} RETURN DISTINCT {given}.id AS id", at)


_BIDS_OF_LOT: Final = _found("(b:Bid)-[:FOR_LOT]->(l:Lot)", "l:Lot", given="b")
_BIDDERS_OF_BID: Final = _found("(c:Company)-[:SUBMITS]->(b:Bid)", "b:Bid")
_BIDDERS_OF_LOT: Final = "MATCH (l:Lot {id: $id}) MATCH (b:Bid)-[:FOR_LOT]->(l) MATCH (c:Company)-[:SUBMITS]->(b) RETURN DISTINCT c.id AS id"
_BIDS_OF_BIDDER: Final = about(
    "MATCH (c:Company)-[:SUBMITS]->(b:Bid) RETURN DISTINCT c.id AS bidder, b.id AS id", "c:Company"
)
_ALONGSIDE: Final = tuple(
    _found(f"(b:Bid)<-[:{rel}]-(h:{type_})-[:{rel}]->(c:Bid)", "b:Bid")
    for type_, rel in (("Contact", "USED_IN_BID"), ("Person", "WORKS_ON_BID"))
)
_UNITS_ON_BID: Final = _found("(c:Company)-[:WORKS_ON_BID]->(b:Bid)", "b:Bid")
_BIDS_OF_UNIT: Final = _found("(c:Company)-[:WORKS_ON_BID]->(b:Bid)", "c:Company", given="b")
_LOTS_OF_BID: Final = _found("(b:Bid)-[:FOR_LOT]->(l:Lot)", "b:Bid", given="l")
_TENDERS_OF_LOT: Final = _found("(l:Lot)-[:LOT_OF]->(t:Tender)", "l:Lot", given="t")
_LOTS_OF_TENDER: Final = _found("(l:Lot)-[:LOT_OF]->(t:Tender)", "t:Tender", given="l")
_PARTIES: Final = tuple(
    _found(f"(c:Company)-[:{rel}]->(t:Tender)", "t:Tender") for rel in ("BUYS", "SERVES_TENDER")
)


@dataclass(frozen=True, slots=True)
class Nearby:
    """Ids around some lots, as they stand in the store."""

    asked: frozenset[str]
    """The lots themselves."""
    mates: frozenset[str]
    """All other lots of their tenders."""
    own: frozenset[str]
    """Companies that bid in them."""
    bids: frozenset[str]
    """Their bids, others of their bidders, those for other lots of their tenders, and bids that share a trace or a
    worker with theirs."""
    traced: frozenset[str]
    """Of these: theirs, and those that share a trace or a worker with them."""
    bidders: frozenset[str]
    """Companies that bid in them or in other lots of their tenders, by all ids of these parties."""
    lots: frozenset[str]
    """The lots, those of their tenders, and those their bidders bid in."""
    tenders: frozenset[str]
    """Of all these."""
    buyers: frozenset[str]
    """Of the tenders of the lots themselves, by all ids of these parties."""
    servants: frozenset[str]
    """Who serves these tenders, by all ids."""

    @property
    def parties(self) -> frozenset[str]:
        """Bidders, buyers and who serves."""
        return self.bidders | self.buyers | self.servants

    def ids(self, of: Around) -> list[str]:
        """Those of one kind, sorted."""
        found: frozenset[str] = getattr(self, of)
        return sorted(found)


def nearby(
    store: GraphStore,
    lots: Collection[str],
    same_party: Mapping[str, Collection[str]],
    beside: Beside,
    tenders: Collection[str] = (),
) -> Nearby:
    """What stands around some lots, and around `tenders` beside theirs.

    `same_party`: for an id of a party that has several, all of them. `beside`: where half of it is asked.
    """

    def found(cypher: str, ids: Collection[str], column: str = "id") -> frozenset[str]:
        if not ids:
            return frozenset()
        rows = store.query(cypher, {"ids": sorted(ids)}, _TIMEOUT).column(column).to_pylist()
        return frozenset(rows)

    def of_tenders() -> list[frozenset[str]]:
        of_tender = found(_TENDERS_OF_LOT, asked)
        return [found(cypher, of_tender) for cypher in (_LOTS_OF_TENDER, *_PARTIES)]

    def of_same(ids: frozenset[str]) -> frozenset[str]:
        return ids.union(*(same_party[i] for i in ids if i in same_party))

    asked = frozenset(lots)
    procedures = beside(of_tenders)
    here = found(_BIDS_OF_LOT, asked)
    alongside = beside(lambda: here.union(*(found(cypher, here) for cypher in _ALONGSIDE)))
    # A unit may stand under its code in one bid, and under its name in another.
    of_units = beside(lambda: found(_BIDS_OF_UNIT, of_same(found(_UNITS_ON_BID, here))))
    own = found(_BIDDERS_OF_BID, here)
    same = of_same(own)
    theirs = store.query(_BIDS_OF_BIDDER, {"ids": sorted(same)}, _TIMEOUT) if same else None
    bidders = frozenset(theirs.column("bidder").to_pylist()) if theirs else frozenset()
    mine = here | (frozenset(theirs.column("id").to_pylist()) if theirs else frozenset())
    lots_of_theirs = found(_LOTS_OF_BID, mine)
    lots_of_tenders, buyers, servants = procedures.result()
    mates = lots_of_tenders - asked
    theirs_too = found(_BIDS_OF_LOT, mates)
    near = asked | lots_of_theirs | lots_of_tenders
    of_near = found(_TENDERS_OF_LOT, near)
    traced = alongside.result() | of_units.result()
    return Nearby(
        asked=asked,
        mates=mates,
        own=own,
        bids=mine | traced | theirs_too,
        traced=traced,
        bidders=of_same(bidders | found(_BIDDERS_OF_BID, theirs_too)),
        lots=near,
        tenders=of_near | frozenset(tenders),
        buyers=of_same(buyers),
        servants=of_same(servants),
    )


def bidders_of(store: GraphStore, lot: str) -> frozenset[str]:
    """The companies that bid in a lot, as its bids state them."""
    return frozenset(store.query(_BIDDERS_OF_LOT, {"id": lot}, _TIMEOUT).column("id").to_pylist())


def lots_of(store: GraphStore, tender: str) -> tuple[str, ...]:
    """The lots of a tender, by their ids in order; none of anything else."""
    return tuple(sorted(store.query(_LOTS_OF_TENDER, {"ids": [tender]}, _TIMEOUT).column("id").to_pylist()))


class NearbyView:
    """A store as the detectors see it when they are asked about some lots. Reads alone; all else is the store's own."""

    def __init__(self, store: GraphStore, near: Nearby, standing: Standing):
        self._store, self._near, self._standing = store, near, standing

    @property
    def near_lots(self) -> frozenset[str]:
        """The lots asked about, and the others of their tenders."""
        return self._near.asked | self._near.mates

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 30.0) -> pa.Table:
        """The answer as far as it bears on the lots."""
        if params:
            return self._store.query(cypher, params, timeout)
        if not isinstance(cypher, Question):
            return self._standing.whole(self._store, cypher, timeout)
        nothing = self._standing.nothing(self._store, cypher)
        if nothing is not None:
            return nothing
        return self._store.query(cypher.near, {"ids": self._near.ids(cypher.of) or [""]}, timeout)


def seen_from(store: GraphStore, near: Nearby, standing: Standing) -> GraphStore:
    """The store as it looks from some lots."""
    return cast(GraphStore, NearbyView(store, near, standing))
