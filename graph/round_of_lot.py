"""One round of a lot whose tender was held again: its bids and what its own rows state of them, for whoever shows it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from graph.rounds import Asked, BidOfRounds, Opened, bids_of_rounds, openings
from graph.stores.hops import EACH, hop
from graph.subgraph import SubEdge, SubNode

_PRICES: Final = ("amount", "rate")
_LOTS: Final = (
    f"{EACH}MATCH (b:Bid {{id: i}}) {hop('(b)-[:FOR_LOT]->(l:Lot)', 'l.id')}RETURN DISTINCT l.id AS lot"
)
_TENDER: Final = (
    "MATCH (l:Lot {id: $id}) MATCH (l)-[:LOT_OF]->(t:Tender) RETURN t.id AS id, t.stated AS stated"
)


@dataclass(frozen=True, slots=True)
class RoundOfLot:
    """A round of a lot, by its day (YYYY-MM-DD).

    `bids`: by id of a bid of this round the fields of `Bid` that its rows state otherwise than those of another round (None:
    not stated), and `opened_on`, the day, where they state that they are of this one. `rows`: the source rows of each such bid. `elsewhere`: the lot's bids that are of
    other rounds alone. `tenders`: what the rows of the day state of the tender's opening, by its id. `failed`: nobody
    won in it and it was held again.
    """

    lot: str
    day: str
    bids: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, frozenset[str]]
    elsewhere: frozenset[str]
    tenders: Mapping[str, str]
    failed: bool
    won: bool
    opened: Opened

    def node(self, node: SubNode) -> SubNode:
        """A node with what is stated of it in this round; the lot's day, the tender's and the bids' own."""
        if node.id in self.bids:
            told = {**node.facts, **self.bids[node.id], "sources": sorted(self.rows[node.id])}
            return replace(node, facts={k: v for k, v in told.items() if v is not None})
        if node.id in self.tenders:
            return replace(node, facts={**node.facts, "opened_on": self.tenders[node.id]})
        if node.id == self.lot:
            facts = {**node.facts, "bid_on": self.day, "bid_on_from": "opened_on"}
            # What is stated of the lot as a whole is how it ended.
            ended = facts.get("status") == "lot_failed"
            if (self.failed and not ended) or (self.won and ended):
                facts.pop("status", None)
            return replace(node, facts=facts)
        return node

    def edge(self, edge: SubEdge) -> SubEdge | None:
        """A relationship with the rows of this round; None where all of its rows are of others."""
        bid = {"SUBMITS": edge.target, "FOR_LOT": edge.source}.get(edge.type, "")
        if bid not in self.bids or not (sources := edge.facts.get("sources")):
            return edge
        mine = [s for s in sources if s in self.rows[bid]]
        return replace(edge, facts={**edge.facts, "sources": mine}) if mine else None

    def said(self, id_: str, statements: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Of the statements about a node those of this round: all, where it is no bid of it."""
        if id_ not in self.rows:
            return list(statements)
        kept = [{**one, "s": [s for s in one["s"] if s in self.rows[id_]]} for one in statements]
        told = [one for one in kept if one["s"]]
        if not told:
            # A later row that says the same is kept with the earlier one: what it says is what counts in this round.
            values = {k: v for k, v in self.bids[id_].items() if v is not None and k != "opened_on"}
            told = [{"s": sorted(self.rows[id_]), "d": None, "o": None, "v": values}]
        return told


def rounds_of_lot(store: Asked, lot: str) -> list[RoundOfLot]:
    """All rounds of a lot, by day; none where its bids were opened on one day, or nobody says."""
    bids = bids_of_rounds(store, [lot]).get(lot)
    if not bids:
        return []
    opened = openings(store, [lot])[lot]
    tenders = store.query(_TENDER, {"id": lot}).to_pylist()
    days = sorted({day for b in bids for day in b.days})
    return [_round(lot, day, days, bids, opened, tenders) for day in days]


def round_of_lot(store: Asked, lot: str, day: str) -> RoundOfLot | None:
    """The round of a lot on a day; None where it has none."""
    return next((r for r in rounds_of_lot(store, lot) if r.day == day), None)


def in_all_rounds(store: Asked, bids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of bids for lots of several rounds what a picture of the whole lot tells instead of their fields: by id of the bid.

    `opened_on`: its days; where rounds state different things of it, `by_round`: a text for each, and None for what differs.
    """
    of = store.query(_LOTS, {"ids": sorted(bids)}).to_pylist()
    told: dict[str, dict[str, Any]] = {}
    for b in (b for found in bids_of_rounds(store, {r["lot"] for r in of}).values() for b in found):
        mine = told.setdefault(b.bid, {})
        days = sorted({*b.days, *filter(None, str(mine.get("opened_on") or "").split("、"))})
        if days:
            mine["opened_on"] = "、".join(days)
        if b.said:
            mine["by_round"] = [f"{day} {_price(b.said[day])}".strip() for day in sorted(b.said)]
            names = {k for said in b.said.values() for k in said}
            mine |= {k: None for k in names if len({str(said.get(k)) for said in b.said.values()}) > 1}
    return {bid: facts for bid, facts in told.items() if facts}


def each_opening(store: Asked, lot: str, bidders: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a lot's bidders (`id` as the bid names it, `bid`, fields of `Bid`), one for each opening it took part in.

    Each with `opened_on` (YYYY-MM-DD), and what is stated of the bid in that opening; null where the lot was opened once, or
    no row says in which opening the bid was.
    """
    of = {(b.bidder, b.bid): b for b in bids_of_rounds(store, [lot]).get(lot, ())}
    told: list[dict[str, Any]] = []
    for row in bidders:
        b = of.get((row["id"], row["bid"]))
        days = sorted(b.days) if b else []
        if b is None or not days:
            told.append({**row, "opened_on": None})
            continue
        for day in days:
            said = {k: v for k, v in b.said.get(day, {}).items() if k in row}
            told.append({**row, **said, "opened_on": day})
    # Extracts of different days state a bidder's part in one bid twice.
    once = {tuple(sorted(row.items(), key=lambda f: f[0])): row for row in told}
    return sorted(once.values(), key=lambda r: str(r["opened_on"] or ""))


def _price(said: Mapping[str, Any]) -> str:
    """What is bid, as it is written: an amount with its currency, a rate; empty where no row states it."""
    if isinstance(said.get("amount"), int):
        return f"{said.get('currency') or ''} {said['amount'] / 100:,.2f}".strip()
    return f"{said['rate']:.2%}" if isinstance(said.get("rate"), int | float) else ""


def _round(
    lot: str,
    day: str,
    days: list[str],
    bids: Iterable[BidOfRounds],
    opened: Opened,
    tenders: Iterable[Mapping[str, Any]],
) -> RoundOfLot:
    mine: dict[str, dict[str, Any]] = {}
    rows: dict[str, set[str]] = defaultdict(set)
    every: set[str] = set()
    won = False
    for b in bids:
        every.add(b.bid)
        if b.days and day not in b.days:
            continue
        # A row of no day, as of the award, is about the last; where none states one, it may be of any.
        undated = b.rows.get("", frozenset()) if not b.days or day == max(b.days) else frozenset()
        rows[b.bid] |= b.rows.get(day, frozenset()) | undated
        told = mine.setdefault(b.bid, {})
        if b.days:
            told |= {**b.said.get(day, {}), "opened_on": day}
        else:
            # Of which round its price is, is not known.
            told |= dict.fromkeys(_PRICES)
        won = won or day in b.won_on
    return RoundOfLot(
        lot,
        day,
        mine,
        {bid: frozenset(of) for bid, of in rows.items()},
        frozenset(every - mine.keys()),
        {t["id"]: at for t in tenders if (at := _opening(t["stated"] or (), opened.stating(day)))},
        not won and day != days[-1],
        won,
        opened,
    )


def _opening(stated: Iterable[str], sources: set[str]) -> str:
    """When a tender was opened by the rows of one round: the latest they state."""
    told = [json.loads(text) for text in stated]
    return max(
        (str(s["v"].get("opened_on") or "") for s in told if not sources.isdisjoint(s["s"])), default=""
    )
