"""Of which opening each row is, in lots whose bids were opened on several days: rows of two openings contradict nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from graph.rounds import Asked, Opened, bids_of_all_openings, bids_of_rounds, openings
from graph.stores.hops import EACH, hop

_TENDERS: Final = f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(l)-[:LOT_OF]->(t:Tender)', 't.id')}RETURN DISTINCT i AS lot, t.id AS tender"


@dataclass(frozen=True, slots=True)
class RowsOfRounds:
    """`bids`: by id of a bid the day of each of its rows, "" for a row that states none. `opened`: by id of a lot or a tender.

    `said`: by id of a bid and day what counts of it in that round (fields of `Bid`), where its rounds differ.
    """

    bids: Mapping[str, Mapping[str, str]]
    opened: Mapping[str, Opened]
    said: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def known(self, type_: str) -> list[str]:
        """The nodes of a type that are of several rounds."""
        return (
            sorted(self.bids) if type_ == "Bid" else sorted(self.opened) if type_ in ("Lot", "Tender") else []
        )

    def days(self, id_: str, sources: Iterable[str]) -> list[str]:
        """The days (YYYY-MM-DD) that the rows of a statement are of; "" alone where they state none."""
        if id_ in self.bids:
            of = self.bids[id_]
            # A row of no day, as of the award, is about the last.
            found = {of.get(s, "") for s in sources} - {""} or {max(of.values(), default="")}
        else:
            found = self.opened[id_].on(sources)
        return sorted(found) or [""]


def rows_of_rounds(store: Asked) -> RowsOfRounds:
    """Of all lots that have several rounds."""
    lots = bids_of_rounds(store)
    opened = openings(store, lots)
    bids: dict[str, dict[str, str]] = {}
    said: dict[str, Mapping[str, Mapping[str, Any]]] = {}
    for b in (b for found in lots.values() for b in found):
        bids.setdefault(b.bid, {}).update({row: day for day, rows in b.rows.items() for row in rows})
        if b.said:
            said[b.bid] = b.said
    tenders = store.query(_TENDERS, {"ids": sorted(opened)}).to_pylist() if opened else []
    return RowsOfRounds(bids, {**opened, **{t["tender"]: opened[t["lot"]] for t in tenders}}, said)


def perhaps_mistyped(store: Asked) -> list[str]:
    """Lots two of whose days of opening differ as a slip of the pen would have it: by whole years, or two digits exchanged."""
    found = []
    for lot, bids in bids_of_all_openings(store).items():
        days = sorted({day for b in bids for day in b.days})
        if any(_slip(one, other) for one, other in combinations(days, 2)):
            found.append(lot)
    return found


def _slip(one: str, other: str) -> bool:
    if one[4:] == other[4:]:
        return True
    apart = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(apart) == 2 and apart[0] == apart[1][::-1]
