"""Addresses of one place that registers write in different ways: with the province, with a remark behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from detectors.ties.links import LinkTie
from graph.addresses import place_keys


def with_places(links: pl.DataFrame) -> pl.DataFrame:
    """The links, and beside each address spelt otherwise than its place that place, with the address as proof."""
    stated = links.filter(pl.col("role") == "address")
    spelt = place_keys(stated["holder_name"])
    other = stated.with_columns(more_nodes=pl.concat_list("holder_id"), holder_name=spelt)
    other = other.filter(stated["holder_name"] != spelt).with_columns(
        holder_id="address:" + pl.col("holder_name")
    )
    return pl.concat([links, other], how="diagonal_relaxed")


def users_of(tie: LinkTie, parties: Mapping[str, int]) -> int:
    """How many parties use what ties: of a place, those of each spelling in the tie. `parties`: by contact."""
    stated = (
        {r["more_nodes"][0] if r["more_nodes"] else tie.holder for r in tie.rows} if _by_place(tie) else ()
    )
    return max(parties.get(tie.holder, 0), sum(parties.get(s, 1) for s in stated))


def places_once(ties: Sequence[LinkTie]) -> list[LinkTie]:
    """Without places of bidders whom one spelling ties already."""
    told = {(t.lot["lot_id"], t.bidders) for t in ties if _kind(t) == "address" and not _by_place(t)}
    return [t for t in ties if not (_by_place(t) and (t.lot["lot_id"], t.bidders) in told)]


def _kind(tie: LinkTie) -> str:
    return str(tie.rows[0]["role"])


def _by_place(tie: LinkTie) -> bool:
    return _kind(tie) == "address" and any(r["more_nodes"] for r in tie.rows)
