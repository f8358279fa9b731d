"""Telephones behind one switchboard: its number alone, and its number with an extension.

Who gives a switchboard's number without an extension is reached by it as all behind it are: that ties as one number does.
Two extensions are two lines, which a business centre or a landlord gives to its tenants: they tie nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from detectors.definition import Suppressor
from detectors.ties.links import LinkTie

EXTENSION: Final = Suppressor(
    "extension",
    "同一总机的不同分机，为不同线路（写字楼、商务中心等）",
    "different extensions of one switchboard are different lines (an office building, a business centre)",
)


def with_main_numbers(links: pl.DataFrame) -> pl.DataFrame:
    """The links, and beside each telephone with an extension its switchboard's number, with the telephone as proof."""
    behind = (pl.col("role") == "phone") & pl.col("holder_name").str.contains("-", literal=True)
    number = pl.col("holder_name").str.extract("^([^-]+)-")
    other = links.filter(behind).with_columns(
        more_nodes=pl.concat_list("holder_id"), holder_name=number, holder_id="phone:" + number
    )
    return pl.concat([links, other], how="diagonal_relaxed")


def lines_once(ties: Sequence[LinkTie]) -> list[LinkTie]:
    """Without switchboards of bidders whom one number with its extension ties already."""
    told = {_at(t) for t in ties if t.rows[0]["role"] == "phone" and not _behind(t)}
    return [t for t in ties if not (_behind(t) and _at(t) in told)]


def extensions(tie: LinkTie) -> tuple[str, str, str] | None:
    """The rule for bidders that have nothing but different extensions in common."""
    if not _behind(tie) or not all(r["more_nodes"] for r in tie.rows):
        return None
    lines = sorted({str(n).partition(":")[2].partition("-")[2] for r in tie.rows for n in r["more_nodes"]})
    return (
        EXTENSION.name,
        f"同一总机{tie.holder_name}的不同分机（{'、'.join(lines)}），为不同线路",
        f"different extensions ({', '.join(lines)}) of one switchboard, {tie.holder_name}: different lines",
    )


def _at(tie: LinkTie) -> tuple[str, str, tuple[str, ...]]:
    return str(tie.lot["lot_id"]), tie.holder_name.partition("-")[0], tie.bidders


def _behind(tie: LinkTie) -> bool:
    return tie.rows[0]["role"] == "phone" and any(r.get("more_nodes") for r in tie.rows)
