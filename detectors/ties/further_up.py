"""Who stands above a bidder further up than its own register says, laid beside its bids as links are (`links.on_bids`).

Of the lot alone: what stands above one bidder is worked out for the sake of the others of its lot, and says nothing of
the other lots of the tender.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from detectors.definition import Row
from detectors.rows import table
from detectors.ties import bidding
from detectors.ties.attached_drafts import added
from detectors.ties.drafts import derivation_of
from detectors.ties.links import HELD, compared
from detectors.ties.roles import OWNING as OWNING

ABOVE: Final[Mapping[str, str]] = {"holdings": bidding.HOLDINGS, "control": bidding.CONTROL}
ABOVE_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "holdings": bidding.HOLDINGS_COLUMNS,
    "control": bidding.CONTROL_COLUMNS,
}
_AT: Final = ["bid_id", "bidder_id", "holder_id"]
_MORE: Final = {"more_nodes": pl.List(pl.String()), "more_keys": pl.List(pl.String()), "of_lot": pl.Boolean()}


def further_up(
    rows: Mapping[str, Sequence[Row]],
    wanted: pl.DataFrame,
    known: pl.DataFrame,
    by: Sequence[str] = tuple(ABOVE),
) -> pl.DataFrame:
    """Links of some parties to bids of the lot by shares, votes or control on the bid date, at any depth.

    `wanted`: lot_id, holder_id; `known`: links on bids (`on_bids`), of which what is owned is not told again; `by`: names of the
    queries. The columns are theirs, with those of `links.HELD`.
    """
    bids = compared(table(rows["bidders"]))
    told = known.filter(pl.col("role").is_in(OWNING) & (pl.col("when") == "yes")).select(_AT).unique()
    at = ["lot_id", "holder_id"]
    found = []
    for name in by:
        held = table(rows[name]).join(wanted.select(at).unique(), on=at, how="semi")
        held = held.filter(pl.col("bidder_id") != pl.col("holder_id")).join(told, on=_AT, how="anti")
        told = pl.concat([told, held.select(_AT)]).unique()
        found += [_as_link(row) for row in held.unique(_AT, maintain_order=True).iter_rows(named=True)]
    kept = {c: t for c, t in known.schema.items() if c not in bids.columns}
    links = pl.DataFrame(
        found, schema={"bid_id": pl.String(), "bidder_id": pl.String(), **kept, **HELD, **_MORE}
    )
    return bids.join(links, on=["bid_id", "bidder_id"])


def _as_link(row: Row) -> dict[str, Any]:
    nodes: set[str] = set()
    keys: set[str] = set()
    added(row["derivation"], nodes, keys)
    seen = [p["observed_on"] for p in derivation_of(row).get("paths", []) if p["observed_on"]]
    role = (
        "controller" if "share" not in row else "indirect_shareholder" if row["depth"] > 1 else "shareholder"
    )
    return {c: row.get(c) for c in (*_AT, "holder_name", "stated_holder_id", *HELD)} | {
        "role": role,
        "when": "yes",
        "observed_on": max(seen, default=None),
        "basis": row["identity"],
        "more_nodes": sorted(nodes),
        "more_keys": sorted(keys),
        "of_lot": True,
    }
