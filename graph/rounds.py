"""Lots whose bids were opened on several days: a tender that failed and was held again (二次招标) under the same number.

Each day is a round. Who bid in one of them did not bid together with who bid in another, though one number makes one lot
of both. The day is the one that the row of a bid itself states: a tender's own row says when it was opened as a whole.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Final

from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop

Rounds = Mapping[str, frozenset[str]]
"""By company, as its bids name it, the days on which its bids for a lot were opened: none where no row states one."""

_TENDERS: Final = "MATCH (t:Tender) WHERE t.stated IS NOT NULL AND t.opened_on IS NOT NULL RETURN t.id AS tender, t.stated AS stated"
_TENDERS_OF: Final = (
    f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(l)-[:LOT_OF]->(t:Tender)', 't.id')}"
    "AND t.stated IS NOT NULL AND t.opened_on IS NOT NULL RETURN DISTINCT t.id AS tender, t.stated AS stated"
)
# A bid keeps the first of several rows that say the same, its bidder's relationship to it every one.
_BIDS: Final = (
    f"{EACH}MATCH (t:Tender {{id: i}}) {hop('(l:Lot)-[:LOT_OF]->(t)', 'l.id')}"
    f"{hop('(b:Bid)-[:FOR_LOT]->(l)', 'b.id')}{hop('(c:Company)-[s:SUBMITS]->(b)', 'c.id')}"
    "RETURN DISTINCT l.id AS lot, c.id AS bidder, s.sources AS sources"
)
_AT_ONCE: Final = 5000


def rounds(store: GraphStore, lots: Iterable[str] | None = None) -> dict[str, Rounds]:
    """The bidders of each such lot, of these or of all, with their days."""
    if lots is None:
        tenders = store.query(_TENDERS, timeout=300).to_pylist()
    else:
        tenders = _each(store, _TENDERS_OF, lots)
    opened: dict[str, str] = {}
    several = []
    for row in tenders:
        days = _days(row["stated"])
        if len(set(days.values())) > 1:
            several.append(row["tender"])
            opened |= days
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in _each(store, _BIDS, several):
        here = (opened.get(source) for source in row["sources"].split("\n"))
        found[row["lot"]][row["bidder"]].update(day for day in here if day)
    told = {lot: {who: frozenset(days) for who, days in bids.items()} for lot, bids in found.items()}
    return {lot: told[lot] for lot in sorted(told) if _apart(told[lot])}


def _each(store: GraphStore, query: str, ids: Iterable[str]) -> list[dict[str, str]]:
    listed = sorted(set(ids))
    parts = (listed[at : at + _AT_ONCE] for at in range(0, len(listed), _AT_ONCE))
    return [row for part in parts for row in store.query(query, {"ids": part}, timeout=300).to_pylist()]


def _days(stated: Iterable[str]) -> dict[str, str]:
    """By source the day on which it says a tender was opened; a month alone is none."""
    told = [json.loads(text) for text in stated]
    days = [(s["s"], str(s["v"].get("opened_on") or "")[:10]) for s in told]
    return {source: day for sources, day in days if len(day) == 10 for source in sources}


def _apart(bids: Rounds) -> bool:
    """Were bids of several days alone, so that they did not meet?"""
    return any(one and other and not one & other for one, other in combinations(set(bids.values()), 2))
