"""Who runs a company that controls one bidder, and runs another bidder of the lot himself, as links on bids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.rows import table
from detectors.ties import people
from detectors.ties.attached_drafts import added
from detectors.ties.links import on_bids
from graph.public_kinds import STATE

QUERIES: Final[Mapping[str, str]] = people.POSTS_ELSEWHERE
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = dict.fromkeys(QUERIES, people.POSTS_ELSEWHERE_COLUMNS)
_PERSON: Final = ["lot_id", "holder_id"]


def run_above(
    rows: Mapping[str, Sequence[Row]], bidders: pl.DataFrame, posts: pl.DataFrame, left_out: Sequence[str]
) -> pl.DataFrame:
    """Posts in companies above bidders, with the control between as proof. `posts`: direct ones, on bids.

    A company above both bidders ties them itself, and so does one that bids: what is run there says nothing more. What
    the state runs is no tie. `left_out`: roles that run nothing.
    """
    told = _run_beside(rows, left_out)
    # One post may stand in several of the queries.
    told = told.unique(maintain_order=True)
    control = table(rows["control"]).select("bid_id", above_id="holder_id", control="derivation")
    linked = on_bids(bidders, told.join(control, on="above_id"), "bid_id")
    own = bidders.select("lot_id", above_id="bidder_id").unique()
    linked = linked.join(own, on=["lot_id", "above_id"], how="anti")
    direct = posts.select(*_PERSON, "bidder_id").unique()
    linked = linked.join(direct, on=[*_PERSON, "bidder_id"], how="anti")
    over = table(rows["control"]).select("lot_id", above_id="holder_id", runs="bidder_id").unique()
    pairs = linked.select(*_PERSON, "above_id", "bidder_id").unique()
    pairs = pairs.join(direct.rename({"bidder_id": "runs"}), on=_PERSON)
    apart = pairs.join(over, on=["lot_id", "above_id", "runs"], how="anti").drop("runs").unique()
    linked = linked.join(apart, on=apart.columns, how="semi")
    proofs = [_proof(c, a) for c, a in linked.select("control", "above_id").iter_rows()]
    return linked.drop("control").with_columns(
        more_nodes=pl.Series([sorted(n) for n, _ in proofs], dtype=pl.List(pl.String)),
        more_keys=pl.Series([sorted(k) for _, k in proofs], dtype=pl.List(pl.String)),
        of_lot=pl.lit(True),
    )


def running_above(rows: Mapping[str, Sequence[Row]], left_out: Sequence[str]) -> pl.DataFrame:
    """Who runs what controls which bidder: holder_id, bidder_id."""
    control = table(rows["control"]).select("bidder_id", above_id="holder_id").unique()
    return _run_beside(rows, left_out).join(control, on="above_id").select("holder_id", "bidder_id")


def _run_beside(rows: Mapping[str, Sequence[Row]], left_out: Sequence[str]) -> pl.DataFrame:
    """Posts, in companies that control bidders, of who runs a bidder."""
    control = table(rows["control"])["holder_id"].unique().implode()
    told = pl.concat(
        [table(rows[k]).filter(pl.col("party_id").is_in(control)) for k in QUERIES], how="vertical_relaxed"
    )
    runs = [table(rows[k]).select("stated_holder_id") for k in ("officers", "representatives")]
    told = told.join(pl.concat(runs).unique(), on="stated_holder_id", how="semi", maintain_order="left")
    told = told.rename({"party_id": "above_id", "party_name": "above_name", "party_kind": "above_kind"})
    told = told.filter(~pl.col("role").fill_null("").is_in(left_out))
    return told.filter(~pl.col("above_kind").fill_null("").is_in(STATE))


def _proof(control: str | None, above: str) -> tuple[set[str], set[str]]:
    nodes, keys = {above}, set[str]()
    added(control, nodes, keys)
    return nodes, keys
