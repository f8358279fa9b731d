"""A holder of both a party of the procedure and a bidder, which controls the one or holds a fair part of it.

The nearest is told: whoever reaches one of the two only through another common holder, or through the other one of the two,
says nothing more. Who controls both is told as that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from detectors.definition import LEAST_SHARE, Parameter, Row
from detectors.identities import weakest_column
from detectors.rows import table
from detectors.ties.drafts import derivation_of

HOLDER_SHARE: Final = Parameter(
    "holder_share",
    0.25,
    "fraction",
    "同一持股人至少对其中一方的穿透持股达到此比例（或者控制该方），才视为双方的关联",
    "a holder of both ties them where it effectively holds at least this much of one of them, or controls it",
    least=LEAST_SHARE,
)
_PAIR: Final = ["lot_id", "party_id", "bidder_id"]


def common_holders(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, controllers: pl.DataFrame, least: float
) -> pl.DataFrame:
    """One row a lot, party, bidder and holder (`via_id`) of both on the bid date, with `share` and `party_share`.

    `bids`: those compared; `controllers`: who controls both (`via_id`), with the pair. A share that is not known counts
    where it may reach `least`.
    """
    theirs = table(rows["party_holdings"]).select(
        *("lot_id", "party_id", "holder_id"),
        party_share=pl.col("share").cast(pl.Float64),
        party_most=pl.col("share_max").cast(pl.Float64),
        other="derivation",
        other_identity="identity",
    )
    held = table(rows["holdings"]).join(
        theirs.select("lot_id", "holder_id").unique(), on=["lot_id", "holder_id"], how="semi"
    )
    held = held.join(bids.select("bid_id", "bidder_id").unique(), on=["bid_id", "bidder_id"], how="semi")
    mine = held.select(
        *("lot_id", "bidder_id", "bid_id", "holder_id", "bidder_kind", "derivation", "identity"),
        pl.col("share", "share_max").cast(pl.Float64),
    )
    both = mine.join(theirs, on=["lot_id", "holder_id"]).rename({"holder_id": "via_id"})
    both = both.filter(
        (pl.col("party_id") != pl.col("bidder_id"))
        & (pl.col("via_id") != pl.col("party_id"))
        & (pl.col("via_id") != pl.col("bidder_id"))
    ).join(controllers.select(*_PAIR, "via_id"), on=[*_PAIR, "via_id"], how="anti")
    reaches = [
        pl.coalesce(share, most, pl.lit(1.0)) >= least - 1e-9
        for share, most in (("share", "share_max"), ("party_share", "party_most"))
    ]
    ruled = _controlled(rows)
    one = both.join(
        ruled,
        left_on=["lot_id", "via_id", "bidder_id"],
        right_on=["lot_id", "holder_id", "company"],
        how="semi",
    )
    other = both.join(
        ruled,
        left_on=["lot_id", "via_id", "party_id"],
        right_on=["lot_id", "holder_id", "company"],
        how="semi",
    )
    counting = pl.concat([both.filter(pl.any_horizontal(reaches)), one, other]).unique(maintain_order=True)
    return _nearest(counting, controllers).with_columns(
        how=pl.lit("holder"),
        derivations=pl.concat_list("derivation", "other"),
        basis=weakest_column(pl.col("identity"), pl.col("other_identity")),
    )


def _controlled(rows: Mapping[str, Sequence[Row]]) -> pl.DataFrame:
    """Who controls a bidder or a party of a lot: lot_id, holder_id, company."""
    sides = (("control", "bidder_id"), ("party_control", "party_id"))
    return pl.concat([table(rows[k]).select("lot_id", "holder_id", company=at) for k, at in sides]).unique()


def _nearest(found: pl.DataFrame, controllers: pl.DataFrame) -> pl.DataFrame:
    """Without those who reach the party, or the bidder, through another of them, a controller, or the other of the two."""
    if found.is_empty():
        return found
    others = pl.concat([found.select(*_PAIR, "via_id"), controllers.select(*_PAIR, "via_id")]).unique()
    beside = found.join(
        others.group_by(_PAIR).agg(others="via_id"), on=_PAIR, how="left", maintain_order="left"
    )
    kept = [not _through(row) for row in beside.iter_rows(named=True)]
    return found.filter(pl.Series(kept, dtype=pl.Boolean))


def _through(row: Mapping[str, Any]) -> bool:
    between = {*row["others"], row["party_id"], row["bidder_id"]} - {row["via_id"]}
    return any(
        paths and all(between.intersection(p["nodes"][1:-1]) for p in paths)
        for paths in (derivation_of({"derivation": row[c]}).get("paths", []) for c in ("derivation", "other"))
    )
