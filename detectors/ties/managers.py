"""Who controls the company that manages a bidder without shares: as if he managed it himself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.identities import basis_column, weakest_column
from detectors.rows import table
from detectors.ties.bid_days import held_on_the_bid_date
from detectors.ties.links import LinkTie

_MANAGER: Final = "(x:Company)-[r:EXERCISES_CONTROL]->(c:Company)"
_MANAGES: Final = "r.counted AND r.interest = 'management_relation'"
# Few companies manage another so: asked for all of them, wherever a register's row of management names its two ends by. That
# the managed one bids is found by canonical ids: a list of bids may name it by its code, and that row by its name.
ABOVE_MANAGERS: Final = (
    f"MATCH (h)-[u:CONTROLS]->{_MANAGER} WHERE {_MANAGES} "
    "RETURN DISTINCT x.id AS manager_id, x.id AS manager_stated, x.name AS manager_name, h.id AS holder_id, "
    "h.name AS holder_name, h.kind AS holder_kind, u.holds_from AS holds_from, u.holds_to AS holds_to, u.depth AS layers, "
    "u.derivation AS derivation, u.identity AS identity"
)
"""Who controls a company that is said to manage another, and when."""
COLUMNS: Final = (
    *("manager_id", "manager_stated", "manager_name", "holder_id", "holder_name", "holder_kind"),
    *("holds_from", "holds_to", "layers", "derivation", "identity"),
)
MANAGERS: Final = f"MATCH {_MANAGER} WHERE {_MANAGES} RETURN DISTINCT x.id AS to_id, x.name AS manager_name"
"""All that are said to manage another company."""
THROUGH: Final = "managed_by_subsidiary"
"""The role of a bidder to who controls its manager."""


def through(rows: Mapping[str, Sequence[Row]], managed: pl.DataFrame) -> pl.DataFrame:
    """Bidders beside who controls their managers: the columns of `managed` (managers on bids), with `above_id`, `above_name` (the
    manager), `layers` (how far above it he stands), `control` (the proof) and `basis`."""
    over = table(rows.get("managers_control", ())).unique(maintain_order=True)
    if over.is_empty() or managed.is_empty():
        return managed.clear()
    told = over.select(
        "manager_stated",
        "holds_from",
        "holds_to",
        above_id="manager_id",
        above_name="manager_name",
        by_id="holder_id",
        by_name=pl.col("holder_name").cast(pl.String),
        by_kind=pl.col("holder_kind").cast(pl.String),
        layers="layers",
        control="derivation",
        basis=weakest_column(pl.col("identity"), basis_column("manager_id", "manager_stated")),
    )
    # By the very id that the row of management names him by: what stands above him is written there.
    found = managed.filter(pl.col("role") == "management_relation").join(
        told, left_on="stated_holder_id", right_on="manager_stated"
    )
    found = (
        found.filter(held_on_the_bid_date())
        .drop("holds_from", "holds_to")
        .with_columns(
            holder_id="by_id",
            holder_name="by_name",
            holder_kind="by_kind",
            stated_holder_id=pl.lit(None, pl.String),
            role=pl.lit(THROUGH),
        )
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
