"""Which lots, tenders, households and persons the data still hold: who is not there any more, nobody has looked at again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from graph.model import REL_TYPES
from graph.rounds import bids_of_rounds
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop, may_hop, types_named

_LABELS: Final = {"lot": "Lot", "tender": "Tender", "household": "Household", "person": "Person"}
_COUNTED_BY: Final = {
    ("lot", "FOR_LOT"): (hop("(b:Bid)-[r:FOR_LOT]->(n)", "r.key"),),
    ("household", "RECEIVES"): (
        hop("(n)-[r:RECEIVES]->(b:Benefit)", "r.key"),
        hop("(p:Person)-[m:MEMBER_OF]->(n)", "m.key") + hop("(p)-[r:RECEIVES]->(b:Benefit)", "r.key"),
    ),
    ("person", "RECEIVES"): (hop("(n)-[r:RECEIVES]->(b:Benefit)", "r.key"),),
}
"""By kind and by what a detector's population is counted by: how it is reached from one of them."""
_AT_ONCE: Final = 10_000


class StillHeld:
    """What a store still holds of what findings were about."""

    def __init__(self, store: GraphStore):
        self._store = store

    def scopes(self, kind: str, population: str, ids: Collection[str]) -> set[str]:
        """Those of some ids of one kind of scope that can still be looked at.

        `population`: Cypher for a detector's denominator. Where it counts lots by their bids or recipients by their
        payments, a lot that has no bid left, or a recipient whose payments are all gone, cannot be looked at either. Of
        kinds that are no nodes (groups, accounts) all are given. Raises a `StoreError`.
        """
        label = _LABELS.get(kind)
        if label is None:
            return set(ids)
        counted = [_COUNTED_BY[kind, t] for t in types_named(population) if (kind, t) in _COUNTED_BY]
        found: set[str] = set()
        for part in _parts(sorted(ids)):
            for way in counted[0] if counted else ("",):
                rows = self._store.query(
                    f"{EACH}MATCH (n:{label} {{id: i}}) {way}RETURN DISTINCT n.id AS id", {"ids": part}
                )
                found.update(rows["id"].to_pylist())
        return found

    def bids(self, lots: Collection[str]) -> dict[str, set[str]]:
        """The ids of the bids for each lot, and of who submits them; none of a lot without. Raises a `StoreError`."""
        found: dict[str, set[str]] = {}
        for part in _parts(sorted(lots)):
            for type_, _ in REL_TYPES["SUBMITS"].pairs:
                rows = self._store.query(
                    f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(b:Bid)-[r:FOR_LOT]->(l)', 'r.key')}"
                    f"{may_hop(f'(c:{type_})-[s:SUBMITS]->(b)')}RETURN l.id AS lot, b.id AS bid, c.id AS bidder",
                    {"ids": part},
                )
                for row in rows.to_pylist():
                    found.setdefault(row["lot"], set()).update(i for i in (row["bid"], row["bidder"]) if i)
        return found

    def opened(self, lots: Collection[str]) -> dict[str, set[str]]:
        """The days (YYYY-MM-DD) on which bids for each lot were opened, or were due, as far as known. Raises a `StoreError`."""
        found = {
            lot: {day for b in bids for day in b.days}
            for lot, bids in bids_of_rounds(self._store, sorted(lots)).items()
        }
        for part in _parts(sorted(set(lots) - found.keys())):
            rows = self._store.query(
                f"{EACH}MATCH (l:Lot {{id: i}}) {may_hop('(l)-[:LOT_OF]->(t:Tender)')}"
                "RETURN l.id AS lot, l.bid_on AS bid_on, t.opened_on AS opened_on",
                {"ids": part},
            )
            for row in rows.to_pylist():
                days = {str(row[c] or "")[:10] for c in ("bid_on", "opened_on")}
                found.setdefault(row["lot"], set()).update(days - {""})
        return found


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
