"""Bidders that control, or may control, other bidders of their lot: by votes, each link on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from detectors.definition import Row
from detectors.rows import Rows, table

_STRICT_FROM = "2024-07-01"
_KEPT = ("share", "share_min", "share_max", "votes", "method", "derivation")


def controlling(rows: Mapping[str, Sequence[Row]], bidders: pl.DataFrame) -> list[Row]:
    """A row a controlling bidder and controlled one, with `certain`: a band that may reach a majority is not."""
    holdings = _by_bidders(table(rows["holdings"]), bidders)
    shares = {(r["lot_id"], r["holder_id"], r["bidder_id"]): r for r in holdings}
    certain = [_with_share(r, shares) for r in _by_bidders(table(rows["control"]), bidders)]
    taken = {(r["lot_id"], r["holder_id"], r["bidder_id"]) for r in certain}
    possible = [
        {**r, "certain": False}
        for r in holdings
        if _may_control(r) and (r["lot_id"], r["holder_id"], r["bidder_id"]) not in taken
    ]
    return [*certain, *possible]


def _by_bidders(held: pl.DataFrame, bidders: pl.DataFrame) -> Rows:
    """The rows whose holder is itself a bidder of the lot."""
    own = bidders.select("lot_id", holder_id="bidder_id").unique()
    return Rows(held.join(own, on=["lot_id", "holder_id"], maintain_order="left"))


def _with_share(row: Row, shares: Mapping[tuple[str, str, str], Row]) -> dict[str, Any]:
    held = shares.get((row["lot_id"], row["holder_id"], row["bidder_id"]), {})
    kept = {k: held.get(k) for k in _KEPT}
    return {
        **row,
        **kept,
        "derivation": kept["derivation"] or row["derivation"],
        "control": row["derivation"],
        "certain": True,
    }


def _may_control(row: Row) -> bool:
    """A direct band that may reach the majority of its date and does not surely."""
    if row["depth"] != 1 or row["share"] is not None or row["share_max"] is None:
        return False
    half = 0.5 - 1e-9 if row["bid_on"] and row["bid_on"] < _STRICT_FROM else 0.5 + 1e-9
    return bool(row["share_max"] > half)
