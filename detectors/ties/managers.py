"""Who controls the company that manages a bidder without shares: as if he managed it himself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.identities import basis_column, weakest_column
from detectors.question import Question
from detectors.rows import table
from detectors.ties.links import LinkTie
from graph.stores.known_nodes import about

_MANAGER: Final = "(x:Company)-[r:EXERCISES_CONTROL]->(c:Company)-[:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l:Lot)"
_MANAGES: Final = "r.counted AND r.interest = 'management_relation'"
ABOVE_MANAGERS: Final = Question(
    f"MATCH (h)-[u:CONTROLS]->{_MANAGER} WHERE {_MANAGES} "
    "AND (u.holds_from IS NULL OR l.bid_on IS NULL OR u.holds_from <= l.bid_on) "
    "AND (u.holds_to IS NULL OR (l.bid_on IS NOT NULL AND l.bid_on < u.holds_to)) "
    "RETURN DISTINCT l.id AS lot_id, x.id AS manager_id, x.id AS manager_stated, x.name AS manager_name, h.id AS holder_id, "
    "h.name AS holder_name, h.kind AS holder_kind, u.depth AS layers, u.derivation AS derivation, u.identity AS identity",
    "asked",
    "l:Lot",
)
"""Who controls a company that is said to manage a bidder, on the bid date."""
COLUMNS: Final = (
    *("lot_id", "manager_id", "manager_stated", "manager_name", "holder_id", "holder_name", "holder_kind"),
    *("layers", "derivation", "identity"),
)
MANAGERS_OF_LOTS: Final = about(
    f"MATCH {_MANAGER} WHERE {_MANAGES} "
    "RETURN DISTINCT l.id AS lot_id, l.bid_on AS bid_on, x.id AS to_id, x.name AS manager_name",
    "l:Lot",
)
"""The managers of bidders of some lots."""
THROUGH: Final = "managed_by_subsidiary"
"""The role of a bidder to who controls its manager."""


def through(rows: Mapping[str, Sequence[Row]], managed: pl.DataFrame) -> pl.DataFrame:
    """Bidders beside who controls their managers: the columns of `managed` (managers on bids), with `above_id`, `above_name` (the
    manager), `layers` (how far above it he stands), `control` (the proof) and `basis`."""
    over = table(rows.get("managers_control", ())).unique(maintain_order=True)
    if over.is_empty() or managed.is_empty():
        return managed.clear()
    told = over.select(
        "lot_id",
        above_id="manager_id",
        above_name="manager_name",
        by_id="holder_id",
        by_name=pl.col("holder_name").cast(pl.String),
        by_kind=pl.col("holder_kind").cast(pl.String),
        layers="layers",
        control="derivation",
        basis=weakest_column(pl.col("identity"), basis_column("manager_id", "manager_stated")),
    )
    found = managed.filter(pl.col("role") == "management_relation").join(
        told, left_on=["lot_id", "holder_id"], right_on=["lot_id", "above_id"], coalesce=False
    )
    found = found.drop("lot_id_right", strict=False).with_columns(
        holder_id="by_id",
        holder_name="by_name",
        holder_kind="by_kind",
        stated_holder_id=pl.lit(None, pl.String),
        role=pl.lit(THROUGH),
    )
    return found.drop("by_id", "by_name", "by_kind")


def nearest(found: Sequence[LinkTie]) -> list[LinkTie]:
    """Those of some ties that no nearer one tells: who controls whoever controls a manager ties nobody more by it."""
    steps = [
        {(r["bidder_id"], r["above_id"]): int(r["layers"] or 0) for r in tie.rows if r["role"] == THROUGH}
        for tie in found
    ]

    def told(tie: LinkTie, mine: Mapping[tuple[str, str], int]) -> bool:
        return any(
            other.lot["lot_id"] == tie.lot["lot_id"]
            and not other.why
            and set(tie.bidders) <= set(other.bidders)
            and all(at in theirs and theirs[at] < layers for at, layers in mine.items())
            for other, theirs in zip(found, steps, strict=True)
        )

    return [tie for tie, mine in zip(found, steps, strict=True) if not (mine and told(tie, mine))]
