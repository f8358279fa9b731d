"""Lots whose bids were opened on several days: a tender that failed and was held again (二次招标) under the same number.

Each day is a round; days so close that no tender can be held between them are one, the last (an opening that took two days,
or a slip). Who bid in one of them did not bid together with who bid in another, though one number makes one lot
of both. The day is the one that the row of a bid itself states: a tender's own row says when it was opened as a whole.
A bid whose row states none may be of any of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Protocol

import polars as pl
import pyarrow as pa

from graph.round_days import MARK, one_round
from graph.stores.hops import EACH, hop
from graph.stores.statements import resolved


class Asked(Protocol):
    """What answers questions: a store, or one that is being written."""

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 30.0) -> pa.Table:
        """See `GraphStore.query`."""
        ...


Rounds = Mapping[str, frozenset[str]]
"""By company, as its bids name it, the days on which its bids for a lot were opened: none where no row states one."""

_TENDERS: Final = "MATCH (t:Tender) WHERE size(t.stated) > 1 AND t.opened_on IS NOT NULL RETURN t.id AS tender, t.stated AS stated"
_TENDERS_OF: Final = (
    f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(l)-[:LOT_OF]->(t:Tender)', 't.id')}"
    "AND size(t.stated) > 1 AND t.opened_on IS NOT NULL RETURN DISTINCT t.id AS tender, t.stated AS stated"
)
_OPENINGS: Final = (
    f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(l)-[:LOT_OF]->(t:Tender)', 't.id')}"
    "AND size(t.stated) > 1 AND t.opened_on IS NOT NULL RETURN i AS lot, t.stated AS stated"
)
# A bid keeps the first of several rows that say the same, its bidder's relationship to it every one.
_BIDS: Final = (
    f"{EACH}MATCH (t:Tender {{id: i}}) {hop('(l:Lot)-[:LOT_OF]->(t)', 'l.id')}"
    f"{hop('(b:Bid)-[:FOR_LOT]->(l)', 'b.id')}{hop('(c:Company)-[s:SUBMITS]->(b)', 'c.id')}"
    "RETURN DISTINCT i AS tender, l.id AS lot, c.id AS bidder, s.sources AS sources, b.id AS bid, b.stated AS stated, "
    "b.won AS won, b.status AS status"
)
_AT_ONCE: Final = 5000
_OUT: Final = ("rejected", "withdrawn", "revoked", "not_submitted", "late_refused")
"""Of a bid: what ends it at one opening."""
_ASKED: Final = {"company_id": pl.String(), "on_date": pl.String(), "group_id": pl.String()}


@dataclass(frozen=True, slots=True)
class BidOfRounds:
    """A bidder, as its bid names it, with the days on which its bid was opened, and on which it won.

    `said`: by day what the rows of that round state of it, where they state something else than those of another
    (fields of `Bid`). `rows`: by day the source rows that have this bidder in it, those of no day under "".
    """

    bidder: str
    bid: str
    days: frozenset[str]
    won_on: frozenset[str]
    said: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, frozenset[str]]


class Opened:
    """On which days a tender was opened, by the rows that state it.

    Of a sheet that states one day alone not every row is kept with it: there the sheet's other rows are of that day too.
    """

    def __init__(self, days: Mapping[str, str]):
        self._days = days
        sheets: dict[str, set[str]] = defaultdict(set)
        for source, day in days.items():
            sheets[source.rpartition("#")[0]].add(day)
        self._of_sheet = {sheet: next(iter(on)) for sheet, on in sheets.items() if len(on) == 1}

    def day(self, source: str) -> str:
        """The day that a row is of; empty where it states none."""
        return self._days.get(source) or self._of_sheet.get(source.rpartition("#")[0]) or ""

    def on(self, sources: Iterable[str]) -> set[str]:
        """The days that some rows are of."""
        return {day for s in sources if (day := self.day(s))}

    def of(self, day: str, sources: Iterable[str]) -> list[str]:
        """Of some rows those of a day, and those of none, which may be of any."""
        return [s for s in sources if self.day(s) in ("", day)]

    def stating(self, day: str) -> set[str]:
        """The rows that state a day."""
        return {source for source, on in self._days.items() if on == day}


def rounds(store: Asked, lots: Iterable[str] | None = None) -> dict[str, Rounds]:
    """The bidders of each such lot, of these or of all, with their days."""
    return {lot: _by_bidder(bids) for lot, bids in bids_of_rounds(store, lots).items()}


def bids_of_rounds(store: Asked, lots: Iterable[str] | None = None) -> dict[str, list[BidOfRounds]]:
    """The bids of each such lot, of these or of all, by lot in order.

    Where all who bid on one of the days bid on the other as well, it is one where a bid of both is another on each.
    """
    return {
        lot: bids
        for lot, bids in _bids(store, lots).items()
        if _apart(_by_bidder(bids)) or any(_bid_anew(b) for b in bids)
    }


def bids_of_all_openings(store: Asked, lots: Iterable[str] | None = None) -> dict[str, list[BidOfRounds]]:
    """The bids of every lot, of these or of all, of a tender that was opened on several days, also where all bidders bid on each of them."""
    return _bids(store, lots)


def opened_last(store: Asked) -> dict[str, str]:
    """Of lots of tenders that were opened on several days the last one that rows of their own bids state."""
    days = {lot: {day for b in bids for day in b.days} for lot, bids in _bids(store, None).items()}
    return {lot: max(on) for lot, on in days.items() if on}


def _bids(store: Asked, lots: Iterable[str] | None) -> dict[str, list[BidOfRounds]]:
    """The bids of all lots of tenders that were opened on several days."""
    if lots is None:
        tenders = store.query(_TENDERS, timeout=300).to_pylist()
    else:
        tenders = _each(store, _TENDERS_OF, lots)
    opened: dict[str, Opened] = {}
    for row in tenders:
        days = _days(row["stated"])
        if len(set(days.values())) > 1:
            opened[row["tender"]] = Opened(days)
    rows: dict[tuple[str, str, str], tuple[dict[str, set[str]], dict[str, Any]]] = {}
    for row in _each(store, _BIDS, opened):
        mine, _ = rows.setdefault((row["lot"], row["bidder"], row["bid"]), (defaultdict(set), row))
        for source in row["sources"].split("\n"):
            mine[opened[row["tender"]].day(source)].add(source)
    found: dict[str, list[BidOfRounds]] = defaultdict(list)
    for (lot, bidder, bid), (of, row) in sorted(rows.items(), key=lambda r: r[0]):
        on = of.keys() - {""}
        said = _said(bid, on, row["stated"] or (), opened[row["tender"]])
        last = sorted(on)[-1:]
        won = {d for d in on if _won(said[d])} if said else {*last} if _won(row) else set()
        by_day = {day: frozenset(sources) for day, sources in of.items()}
        found[lot].append(BidOfRounds(bidder, bid, frozenset(on), frozenset(won), said, by_day))
    return found


def openings(store: Asked, lots: Iterable[str]) -> dict[str, Opened]:
    """The days of opening of these lots, of those whose tender's rows state several rounds."""
    found = {}
    for row in _each(store, _OPENINGS, lots):
        days = _days(row["stated"])
        if len(set(days.values())) > 1:
            found[row["lot"]] = Opened(days)
    return found


def asked_of_rounds(store: Asked, lots: Iterable[str] | None = None) -> pl.DataFrame:
    """Who bid together on which day in such lots: company_id, on_date, group_id (the round)."""
    rows = [
        (b.bidder, day, f"{lot}{MARK}{day}")
        for lot, bids in bids_of_rounds(store, lots).items()
        for b in bids
        for day in sorted(b.days or {d for other in bids for d in other.days})
    ]
    return pl.DataFrame(rows, schema=_ASKED, orient="row")


def _by_bidder(bids: Iterable[BidOfRounds]) -> Rounds:
    days: dict[str, frozenset[str]] = {}
    for b in bids:
        days[b.bidder] = days.get(b.bidder, frozenset()) | b.days
    return days


def _said(
    bid: str, days: Iterable[str], stated: Iterable[str], opened: Opened
) -> dict[str, Mapping[str, Any]]:
    """By day what rows state of a bid that was opened on several; a row of no day, as of the award, is about the last."""
    told = [json.loads(text) for text in stated]
    each = sorted(days)
    if len(each) < 2 or not told:
        return {}
    of = [opened.on(s["s"]) for s in told]
    said: dict[str, Mapping[str, Any]] = {}
    for day in each:
        mine = [s for s, on in zip(told, of, strict=True) if day in on or (not on and day == each[-1])]
        if not mine:
            # What a row says that an earlier one says too, is kept with the earlier one alone.
            before = [s for s, on in zip(told, of, strict=True) if s["v"] and on and min(on) < day]
            mine = before if len(before) == 1 else []
        values = resolved("Bid", bid, mine)
        said[day] = {k: v for k, v in values.items() if k not in ("id", "stated", "sources")}
    return said


def _won(values: Mapping[str, Any]) -> bool:
    return bool(values["won"]) or values["status"] == "won"


def _each(store: Asked, query: str, ids: Iterable[str]) -> list[dict[str, Any]]:
    listed = sorted(set(ids))
    parts = (listed[at : at + _AT_ONCE] for at in range(0, len(listed), _AT_ONCE))
    return [row for part in parts for row in store.query(query, {"ids": part}, timeout=300).to_pylist()]


def _days(stated: Iterable[str]) -> dict[str, str]:
    """By source the day on which it says a tender was opened; a month alone is none."""
    told = [json.loads(text) for text in stated]
    days = [(s["s"], str(s["v"].get("opened_on") or "")[:10]) for s in told]
    of = one_round({day for _, day in days if len(day) == 10})
    return {source: of[day] for sources, day in days if day in of for source in sources}


def _apart(bids: Rounds) -> bool:
    """Were bids of several days alone, so that they did not meet?"""
    return any(one and other and not one & other for one, other in combinations(set(bids.values()), 2))


def _bid_anew(bid: BidOfRounds) -> bool:
    """Did a bidder of several days bid something else on one than on another, or was his bid thrown out on one alone?"""
    said = list(bid.said.values())
    if any(len({s[name] for s in said if s.get(name) is not None}) > 1 for name in ("amount", "rate")):
        return True
    return len({s["status"] in _OUT for s in said if s.get("status")}) > 1
