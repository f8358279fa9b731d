"""Who stands above those who buy and serve, and concerns a bidder of the lot: runs it, or is kin of who runs or holds it.

A holder of both sides is found in the lot's own group, and so is who controls both. Who stands above a party alone is in
play only where he, or his kin, runs a bidder of the lot, or where kin of his stands above one; and who is said to control
the one and holds some of the other. The party, or the bidder, is then asked singly.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graph.in_play_people import asked_nodes, standing_above
from graph.penetration import Ownership
from graph.penetration.ownership import DECLARED_CONTROL


def above_parties(
    ownership: Ownership, bidders: pl.DataFrame, parties: pl.DataFrame, posts: pl.DataFrame, kin: pl.DataFrame
) -> pl.DataFrame:
    """Parties and bidders to be asked singly, with who stands above them, by structure of any date.

    `bidders`, `parties`: company_id, on_date, group_id (the lot); `posts`: as `in_play_people.posts_of` gives; `kin`:
    relative_id, with node and relative (nodes), both ways. Gives the columns of `bidders` with company and holder (nodes).
    """
    bids, sides = asked_nodes(ownership, bidders), asked_nodes(ownership, parties)
    theirs = posts.join(kin, left_on="party_id", right_on="relative_id").select("runs", holder="node")
    runs = pl.concat([posts.select("runs", "holder"), theirs]).filter(pl.col("holder") >= 0).unique()
    related = (
        kin.select("node", "relative").filter((pl.col("node") >= 0) & (pl.col("relative") >= 0)).unique()
    )
    edges = ownership.control_edges
    said = pl.Series("holder", np.unique(edges.holder[edges.kind == DECLARED_CONTROL]), dtype=pl.Int64)
    said = said.filter(said.is_in((ownership.nodes["type"] == "Person").arg_true().cast(pl.Int64).implode()))
    concerned = pl.concat([runs["holder"], related["node"].rename("holder"), said]).unique()
    above = standing_above(edges, sides["company"])
    above = above.filter(pl.col("holder").is_in(concerned.implode()))
    owned = sides.join(above, on="company")
    if owned.is_empty():
        return owned
    bids = bids.join(owned.select("group_id").unique(), on="group_id", how="semi")
    at = ["group_id", "holder"]
    run = bids.join(runs, left_on="company", right_on="runs").select(at).unique()
    over = standing_above(edges, bids["company"])
    wanted = pl.concat([related["node"].rename("holder"), said]).unique()
    held = bids.join(over.filter(pl.col("holder").is_in(wanted.implode())), on="company")
    pairs = owned.select(at).unique().join(related, left_on="holder", right_on="node")
    pairs = pairs.join(held.select(at).unique(), left_on=["group_id", "relative"], right_on=at, how="semi")
    both = owned.filter(pl.col("holder").is_in(said.implode())).select(at).unique()
    both = both.join(held.select(at).unique(), on=at, how="semi")
    mine = pl.concat([run, pairs.select(at), both]).unique()
    others = pl.concat([pairs.select("group_id", holder="relative"), both]).unique()
    parts = [owned.join(mine, on=at, how="semi"), held.join(others, on=at, how="semi")]
    return pl.concat([p.select(owned.columns) for p in parts]).unique()
