"""The domains of bidders' mail addresses, which tie them as one address or web site does."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from detectors.ties.links import LinkTie


def with_mail_domains(links: pl.DataFrame, public: set[str]) -> pl.DataFrame:
    """The links, and beside each mail address of a domain that is no public one that domain, with the address as proof."""
    mail = links.filter(pl.col("role") == "email").with_columns(
        more_nodes=pl.concat_list("holder_id"), holder_name=pl.col("holder_name").str.replace(r"^.*@", "")
    )
    own = mail.filter(~pl.col("holder_name").is_in(sorted(public))).with_columns(
        holder_id="domain:" + pl.col("holder_name"), role=pl.lit("domain")
    )
    return pl.concat([links, own], how="diagonal_relaxed")


def told_once(ties: Sequence[LinkTie]) -> list[LinkTie]:
    """Without domains of bidders whom one mail address ties already."""
    mails = {
        (t.lot["lot_id"], t.holder_name.partition("@")[2], t.bidders)
        for t in ties
        if t.rows[0]["role"] == "email"
    }
    return [t for t in ties if (t.lot["lot_id"], t.holder_name, t.bidders) not in mails]
