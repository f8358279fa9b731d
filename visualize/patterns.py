"""The bids behind findings on how bidders behave: their evidence names the bidders alone, the pattern is in many lots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from detectors.behaviour.co_bidding import submitted
from detectors.behaviour.prices import bids_table, valid_bids
from detectors.finding import Finding
from detectors.ties.bidding import BIDDERS
from graph.lot_names import lot_names
from graph.model import REL_TYPES
from graph.stores.hops import EACH, hop
from visualize.gathering import Canvas

_WON: Final = pl.col("won").fill_null(False) | (pl.col("status").fill_null("") == "won")


def add_bids(canvas: Canvas, found: Finding) -> None:
    """Add the bids a pattern is made of, with their lots; those that won where winning is the pattern are marked."""
    of = _PATTERNS.get(found.detector)
    firms = [i for i in found.evidence.nodes if (n := canvas.nodes.get(i)) and n.type == "Company"]
    if of is None or not firms:
        return
    bids = _bids(canvas, firms).with_columns(pl.col("bidder_id").replace(_subjects(canvas, found)))
    day = str(found.facts.get("as_of") or "")
    if day:
        bids = bids.filter(pl.col("bid_on").is_null() | (pl.col("bid_on") <= day))
    chosen = of(canvas, found, bids).sort("bid_on", "lot_id", "bid_id", nulls_last=True)
    added = canvas.add_nodes("Lot", chosen["lot_id"])
    # Lots of many tenders are called alike.
    for lot, name in lot_names(canvas.store, added).items():
        canvas.nodes[lot] = replace(canvas.nodes[lot], name=name)
    drawn = [b for b, lot in chosen.select("bid_id", "lot_id").iter_rows() if lot in canvas.nodes]
    canvas.add_nodes("Bid", drawn)
    for pair in REL_TYPES["SUBMITS"].pairs:
        canvas.join("SUBMITS", pair, drawn, upward=True)
    canvas.join("FOR_LOT", ("Bid", "Lot"), drawn, upward=False)
    if found.detector in _OF_WINNERS:
        won = set(chosen.filter(_WON)["bid_id"])
        for edge in canvas.edges.values():
            if (edge.type == "SUBMITS" and edge.target in won) or (
                edge.type == "FOR_LOT" and edge.source in won
            ):
                canvas.proving.add(edge.id)


def _subjects(canvas: Canvas, found: Finding) -> dict[str, str]:
    """The subject that each of its other ids stands for: a bid under one counts as its own."""
    pairs = [(e.source, e.target) for e in canvas.edges.values() if e.type == "SAME_AS"]
    known = {s: s for s in found.subjects}
    while more := {
        other: known[one]
        for pair in pairs
        for one, other in (pair, pair[::-1])
        if one in known and other not in known
    }:
        known |= more
    return known


def _bids(canvas: Canvas, firms: Sequence[str]) -> pl.DataFrame:
    """All bids for the lots these have bid for, as detectors see them."""
    lots = canvas.store.query(
        f"{EACH}MATCH (c:Company {{id: i}}) {hop('(c)-[s:SUBMITS]->(b:Bid)', 's.key')}"
        f"{hop('(b)-[f:FOR_LOT]->(l:Lot)', 'f.key')}RETURN DISTINCT l.id AS id",
        {"ids": sorted(firms)},
    )
    bids = canvas.store.query(
        f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(b:Bid)-[f:FOR_LOT]->(l)', 'f.key')}RETURN DISTINCT b.id AS id",
        {"ids": sorted(lots["id"].to_pylist())},
    )
    return bids_table(canvas.store.query(BIDDERS.near, {"ids": sorted(bids["id"].to_pylist())}).to_pylist())


def _in_turn(canvas: Canvas, found: Finding, bids: pl.DataFrame) -> pl.DataFrame:
    """The group's bids for the lots that its members won in turn."""
    lots = [str(w["lot"]) for w in found.facts.get("winners") or ()]
    return bids.filter(pl.col("lot_id").is_in(lots) & pl.col("bidder_id").is_in(list(found.subjects)))


def _together(canvas: Canvas, found: Finding, bids: pl.DataFrame) -> pl.DataFrame:
    """The group's bids for the lots that two or more of it bid for."""
    pairs = submitted(bids, int(found.parameters.get("max_bidders") or 100))
    met = pairs.filter(pl.col("bidder_id").is_in(list(found.subjects))).filter(pl.len().over("lot_id") >= 2)
    return bids.join(met, on=["lot_id", "bidder_id"], how="semi")


def _alone(canvas: Canvas, found: Finding, bids: pl.DataFrame) -> pl.DataFrame:
    """A bidder's own valid bids for lots somebody won."""
    settled = valid_bids(bids).filter(
        _WON.any().over("lot_id") & (pl.col("parties") == 1) & pl.col("consortium").is_null()
    )
    return settled.filter(pl.col("bidder_id").is_in(list(found.subjects)))


def _at_one_buyer(canvas: Canvas, found: Finding, bids: pl.DataFrame) -> pl.DataFrame:
    """A bidder's bids for the lots of one buyer, whose tenders are added."""
    buyers = [i for i in found.evidence.nodes if i not in found.subjects]
    own = bids.filter(pl.col("bidder_id").is_in(list(found.subjects)))
    tenders = canvas.store.query(
        f"{EACH}MATCH (u:Company {{id: i}}) {hop('(u)-[r:BUYS]->(t:Tender)', 'r.key')}RETURN DISTINCT t.id AS id",
        {"ids": sorted(buyers)},
    )["id"].to_pylist()
    own = own.filter(pl.col("tender_id").is_in(tenders)).sort(~_WON, maintain_order=True)
    canvas.add_nodes("Tender", own["tender_id"])
    canvas.add_nodes("Lot", own["lot_id"])
    canvas.join("BUYS", ("Company", "Tender"), buyers, upward=False)
    canvas.join("LOT_OF", ("Lot", "Tender"), own["lot_id"].unique(maintain_order=True), upward=False)
    return own


_PATTERNS: Final[Mapping[str, Callable[[Canvas, Finding, pl.DataFrame], pl.DataFrame]]] = {
    "bid-rotation": _in_turn,
    "co-bidding-group": _together,
    "habitual-loser": _alone,
    "serial-winner": _at_one_buyer,
}
_OF_WINNERS: Final = frozenset({"bid-rotation", "serial-winner"})
