"""Bidders that manage other bidders without holding shares: declared management, and branches."""

from __future__ import annotations

from typing import Final

import polars as pl

from detectors.question import Question
from detectors.ties.links import LINK_COLUMNS, SPAN, LinkTie, compared, link_ties, on_bids

_BIDDING: Final = "MATCH (h:Company)-[:SUBMITS]->(:Bid) WITH DISTINCT h "
_OF_BIDDERS: Final = ("bidders", "h:Company", _BIDDING)
MANAGES: Final = Question(
    f"{_BIDDING}MATCH (h)-[r:EXERCISES_CONTROL]->(c:Company) WHERE r.counted AND r.interest = 'management_relation' "
    f"RETURN c.id AS bidder_id, h.id AS holder_id, h.name AS holder_name, r.interest AS role, {SPAN}",
    *_OF_BIDDERS,
)
BRANCHES: Final = Question(
    f"{_BIDDING}MATCH (c:Company)-[r:BRANCH_OF]->(h) WHERE r.counted "
    f"RETURN c.id AS bidder_id, h.id AS holder_id, h.name AS holder_name, 'branch' AS role, {SPAN}",
    *_OF_BIDDERS,
)
MANAGED_COLUMNS: Final = ("bidder_id", *LINK_COLUMNS)


def managed_bidders(bidders: pl.DataFrame, links: pl.DataFrame) -> list[LinkTie]:
    """Per lot and managing bidder, the bidders it manages; the managing one stands among them, role "itself"."""
    managed = on_bids(bidders, links)
    own = compared(bidders).select("lot_id", holder_id="bidder_id", own_bid="bid_id").unique()
    managed = managed.join(own, on=["lot_id", "holder_id"]).filter(pl.col("bid_id") != pl.col("own_bid"))
    managing = managed.join(
        compared(bidders).select(
            "lot_id",
            bidder="bidder_id",
            named="bidder_name",
            bid="bid_id",
            stated="stated_id",
        ),
        left_on=["lot_id", "holder_id", "own_bid"],
        right_on=["lot_id", "bidder", "bid"],
    ).with_columns(
        bidder_id=pl.col("holder_id"),
        bidder_name=pl.col("named"),
        bid_id=pl.col("own_bid"),
        stated_id=pl.col("stated"),
        role=pl.lit("itself"),
    )
    return link_ties(pl.concat([managed, managing.select(managed.columns)]))
