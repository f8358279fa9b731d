"""Whoever serves a procedure and has a hand in one of its bids: works on it, or wrote or handled its files, by name.

招标投标法实施条例 art. 13: an agency may not advise the bidders of what it handles. The name is a full registered one, and
the same as the party's; a shorter one tells nobody apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.rows import table
from graph.names import is_full_legal_name, name_key

_HANDS: Final = ("author", "last_saved_by", "contact_person")
"""Traces in a bid's files that name who made or handled it."""


def advising(rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    """Links (`attached.as_links`) of firms that serve the procedure with bids of others that name them."""
    firms = parties.filter(pl.col("party_kind").fill_null("") != "person")
    firms = firms.filter(is_full_legal_name(firms["party_name"]))
    firms = firms.select("lot_id", "party_id", name=name_key(firms["party_name"])).unique()
    traces = table(rows["traces"]).filter(pl.col("role").is_in(_HANDS))
    columns = ["bid_id", "holder_id", "holder_name", "role", "link_key"]
    hands = pl.concat([f.select(columns) for f in (table(rows["workers"]), traces)], how="vertical_relaxed")
    # A name stands on many bids: each is read once, and few are a firm's.
    named = hands.select("holder_name").drop_nulls().unique()
    named = named.with_columns(name=name_key(named["holder_name"])).join(firms, on="name", how="semi")
    found = (
        bids.select("lot_id", "bidder_id", "bid_id")
        .join(hands.join(named, on="holder_name"), on="bid_id")
        .join(firms, on=["lot_id", "name"])
        # Who bids itself is found as that.
        .filter(pl.col("party_id") != pl.col("bidder_id"))
    )
    return found.with_columns(
        how=pl.lit("advises"),
        via_id=pl.col("holder_id"),
        keys=pl.concat_list("link_key"),
        basis=pl.lit("unique_name"),
    )
