"""Lots some of whose bids a load refused: too few of them is no finding, until another row states these bids."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from detectors.definition import Detector, Undecided
from detectors.finding import Finding
from graph.names import name_key
from graph.records import RefusedBid, spelt_as
from graph.round_days import near
from graph.rounds import bids_of_all_openings
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop

_BIDS: Final = tuple(
    f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(b:Bid)-[:FOR_LOT]->(l)', 'b.id')}{hop(f'(c:{type_})-[:SUBMITS]->(b)', 'c.id')}"
    "RETURN DISTINCT i AS lot, b.id AS bid, c.id AS bidder"
    for type_ in ("Company", "Person")
)
_NAMES: Final = tuple(
    f"{EACH}MATCH (n:{type_} {{id: i}}) RETURN i AS id, n.name AS name" for type_ in ("Company", "Person")
)
_OPENED: Final = (
    f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(l)-[:LOT_OF]->(t:Tender)', 't.id')}"
    "AND t.opened_on IS NOT NULL RETURN DISTINCT i AS lot, t.opened_on AS day"
)
_AT_ONCE: Final = 5000
_DAY: Final = 10
_FIND_ZH: Final = "本标段的投标有行在导入时被拒绝，未计在内：投标个数无法判定。"
_NAMED_ZH: Final = (
    "请改正后导入载有改正行的表（写明同一标段、同一投标人），或撤回所在批次，改正全表后重新导入"
)
_UNNAMED_ZH: Final = "这些行看不出投标人，请撤回所在批次，改正后重新导入"
_NAMED_EN: Final = "Correct them and load the corrected rows, with the same lot and bidder; or unload their batch, and load it again corrected"
_UNNAMED_EN: Final = "Nothing in them names the bidder: unload their batch, correct it, and load it again"


@dataclass
class _Stated:
    """A bid of a lot: of each bidder the marks of all its ids and names; the days on which it was opened, none where not known."""

    bidders: list[set[str]] = field(default_factory=list)
    days: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A refused bid, with the key (batch and start of its hash) and the name of its file."""

    key: str
    name: str
    bid: RefusedBid


class RefusedBids:
    """The bids of refused rows, and which of them no other row states. `canonical`: id → canonical id of parties with several."""

    def __init__(self, store: GraphStore, canonical: Mapping[str, str]):
        self._store, self._canonical = store, canonical
        self._kept: list[_Kept] | None = None

    def of_whole_lots(
        self, findings: Sequence[Finding], detectors: Mapping[str, Detector]
    ) -> tuple[list[Finding], list[tuple[str, Undecided]]]:
        """The findings without those that count the bids of a lot (`counts_rows`) of which rows were refused; these are undecided.

        A refused row is answered by another of the same lot, bidder and opening, whichever was loaded first: the bidder counts.
        """
        counting = [f for f in findings if detectors[f.detector].counts_rows and f.scope_kind == "lot"]
        lots = {f.scope_id for f in counting}
        refused = [k for k in self._all() if k.bid.lot in lots] if counting else []
        left, days = self._unanswered(refused)
        lost: dict[str, list[_Kept]] = {}
        for f in counting:
            if mine := [k for k in left if k.bid.lot == f.scope_id and _concerns(k.bid, f, days)]:
                lost[f.fingerprint] = mine
        kept = [f for f in findings if f.fingerprint not in lost]
        return kept, [
            (f.detector, _undecided(f, lost[f.fingerprint])) for f in counting if f.fingerprint in lost
        ]

    def answered(self) -> dict[str, int]:
        """By file (batch and start of its hash) how many of its refused rows other rows answer."""
        kept = self._all()
        left = {id(k) for k in self._unanswered(kept)[0]}
        rows: dict[str, int] = defaultdict(int)
        for k in kept:
            if id(k) not in left:
                rows[k.key] += k.bid.rows
        return dict(rows)

    def _all(self) -> list[_Kept]:
        if self._kept is None:
            table = self._store.query(
                "MATCH (b:Batch) WHERE b.state = 'done' RETURN b.id AS id, b.files AS files", timeout=120
            )
            self._kept = [
                _Kept(f"{row['id']}:{file['sha256'][:12]}", str(file["name"]), RefusedBid.of_json(bid))
                for row in table.to_pylist()
                for file in map(json.loads, row["files"] or ())
                for bid in file.get("refused_bids", ())
            ]
        return self._kept

    def _unanswered(self, refused: Sequence[_Kept]) -> tuple[list[_Kept], Mapping[str, set[str]]]:
        """Those that no row answers, and by lot the days of its openings."""
        lots = sorted({k.bid.lot for k in refused})
        stated = self._stated(lots)
        days = {lot: {d for b in bids.values() for d in b.days} for lot, bids in stated.items()}
        left = [
            k
            for k in refused
            if not any(
                _same(k.bid, id_, b) and _opened_with(k.bid, b, days[k.bid.lot])
                for id_, b in stated.get(k.bid.lot, {}).items()
            )
        ]
        return left, days

    def _stated(self, lots: Sequence[str]) -> dict[str, dict[str, _Stated]]:
        """By lot the bids that stand, by id."""
        found: dict[str, dict[str, _Stated]] = defaultdict(lambda: defaultdict(_Stated))
        rows = [row for query in _BIDS for row in self._each(query, lots)]
        marks = self._marks({row["bidder"] for row in rows})
        parties = {
            (row["lot"], row["bid"], self._canonical.get(row["bidder"], row["bidder"])) for row in rows
        }
        for lot, bid, party in sorted(parties):
            found[lot][bid].bidders.append(marks[party])
        for lot, opened in bids_of_all_openings(self._store, lots).items() if lots else ():
            for b in opened:
                found[lot][b.bid].days |= b.days
        several = {lot for lot, bids in found.items() if any(b.days for b in bids.values())}
        for row in self._each(_OPENED, [lot for lot in lots if lot not in several]):
            if len(day := row["day"][:_DAY]) == _DAY:
                for bid in found[row["lot"]].values():
                    bid.days.add(day)
        return found

    def _marks(self, bidders: Iterable[str]) -> dict[str, set[str]]:
        """By canonical id of a party the marks of all its ids, and of what they are called."""
        of: dict[str, set[str]] = defaultdict(set)
        for id_ in bidders:
            of[self._canonical.get(id_, id_)].add(id_)
        for id_, party in self._canonical.items():
            if party in of:
                of[party].add(id_)
        ids = sorted({i for each in of.values() for i in each})
        told = [(row["id"], row["name"]) for query in _NAMES for row in self._each(query, ids)]
        named = pl.DataFrame(told, schema={"id": pl.String, "name": pl.String}, orient="row")
        names = dict(zip(named["id"], name_key(named["name"]), strict=True))
        return {
            party: {spelt_as(text) for i in each for text in (i, names.get(i)) if text}
            for party, each in of.items()
        }

    def _each(self, query: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        parts = (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
        return [row for part in parts for row in self._store.query(query, {"ids": part}, 300).to_pylist()]


def _same(refused: RefusedBid, id_: str, bid: _Stated) -> bool:
    """Is it a bid of the same bidders? A row of one member alone states the whole consortium's only by the bid's own id."""
    if not refused.bidders or (id_ != refused.bid and len(bid.bidders) != len(refused.bidders)):
        return False
    return all(any(not own.isdisjoint(marks) for own in bid.bidders) for marks in refused.bidders)


def _opened_with(refused: RefusedBid, bid: _Stated, days: set[str]) -> bool:
    """Was the bid opened when the refused row's was, as far as both say? A row of no day may be of any opening."""
    if not bid.days:
        return True
    return any(near(refused.day, day) for day in bid.days) if refused.day else days <= bid.days


def _concerns(refused: RefusedBid, found: Finding, days: Mapping[str, set[str]]) -> bool:
    """May the refused row be of the opening that was found? Not where its day is another's."""
    opened = str(found.facts.get("round", ""))
    if not opened or not refused.day or near(refused.day, opened):
        return True
    return not any(near(refused.day, day) for day in days.get(found.scope_id, ()))


def _undecided(found: Finding, refused: Sequence[_Kept]) -> Undecided:
    names = "、".join(sorted({k.name for k in refused}))
    unnamed = any(not k.bid.bidders for k in refused)
    return Undecided(
        found.scope_kind,
        found.scope_id,
        found.subjects,
        f"{names}中{_FIND_ZH}{_UNNAMED_ZH if unnamed else _NAMED_ZH}",
        f"rows of {names} about bids for this lot were refused by the load and are not counted: how many bids there were cannot "
        f"be decided. {_UNNAMED_EN if unnamed else _NAMED_EN}",
    )
