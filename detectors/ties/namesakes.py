"""Two people of one name: who they are, what speaks for their being one person, and what rules it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from detectors.definition import Row, Values
from detectors.rows import table
from detectors.ties.further_up import further_up
from detectors.ties.links import on_bids
from graph.names import UNNUMBERED, name_key

_SHOWN_DIGITS: Final = 6
TOLD: Final = {
    "masked_number": ("证件号掩码相符", "masked numbers agree"),
    "birth_date": ("出生日期相同", "same date of birth"),
    "contact": ("联系方式相同", "same contact"),
    "co_officer": ("另有同一人或同名人员在双方任职", "another person, or namesake, at both"),
}


class Beside:
    """What companies share: contacts below the hub limit, and names of their people."""

    def __init__(
        self, several: pl.DataFrame, told: pl.DataFrame, rows: Mapping[str, Sequence[Row]], values: Values
    ):
        parties = several["bidder_id"].unique()
        near = pl.col("bidder_id").is_in(parties.implode())
        hubs = {r["holder_id"] for r in rows["parties"] if int(r["parties"]) > int(values["hub_parties"])}
        self.contacts: dict[str, set[str]] = defaultdict(set)
        for bidder, contact in (
            table(rows["contacts"]).filter(near).select("bidder_id", "holder_id").iter_rows()
        ):
            if contact not in hubs:
                self.contacts[bidder].add(contact)
        self.names: dict[str, set[str]] = defaultdict(set)
        for bidder, name in told.filter(near).select("bidder_id", "name").iter_rows():
            self.names[bidder].add(name)


def pair_of(one: Row, other: Row, beside: Beside) -> dict[str, Any] | None:
    """The two as a possible pair, with what speaks for it; None where they cannot be one person."""
    if (
        one["holder_id"] == other["holder_id"]
        or one["bid_id"] == other["bid_id"]
        or one["bidder_id"] == other["bidder_id"]
    ):
        return None
    if not (one["holder_id"].startswith(UNNUMBERED) or other["holder_id"].startswith(UNNUMBERED)):
        return None
    masked = masks_agree(one["id_masked"], other["id_masked"])
    born = {one["birth_date"], other["birth_date"]} - {None}
    if masked is False or len(born) > 1:
        return None
    a, b = one["bidder_id"], other["bidder_id"]
    speaks = {
        "masked_number": bool(masked),
        "birth_date": bool(one["birth_date"] and other["birth_date"]),
        "contact": bool(beside.contacts[a] & beside.contacts[b]),
        "co_officer": bool((beside.names[a] & beside.names[b]) - {one["name"]}),
    }
    return {
        "persons": [one["holder_id"], other["holder_id"]],
        "bidders": [a, b],
        "corroboration": [k for k, v in speaks.items() if v],
    }


def masks_agree(one: str | None, other: str | None) -> bool | None:
    """Do two masked numbers agree in enough shown digits? None: they say too little; False: they differ."""
    if not one or not other or len(one) != len(other):
        return None
    shown = [(a, b) for a, b in zip(one, other, strict=True) if a.isdigit() and b.isdigit()]
    if any(a != b for a, b in shown):
        return False
    return True if len(shown) >= _SHOWN_DIGITS else None


def with_namesakes_above(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, told: pl.DataFrame
) -> pl.DataFrame:
    """People of names that several bear, one without a number, laid beside the bids; with who stands further above."""
    over = table(rows["holdings"]).filter(pl.col("holder_id").str.starts_with("person"))
    over = over.select("lot_id", "holder_id", name=name_key(over["holder_name"])).drop_nulls("name").unique()
    both = pl.concat([told.select("holder_id", "name"), over.select("holder_id", "name")]).unique()
    loose = pl.col("holder_id").str.starts_with(UNNUMBERED).any().over("name")
    shared = both.filter((pl.col("holder_id").n_unique().over("name") > 1) & loose)["name"].unique().implode()
    linked = on_bids(bids, told.filter(pl.col("name").is_in(shared)))
    wanted = over.filter(pl.col("name").is_in(shared))
    above = further_up(rows, wanted, linked.drop("name", "id_masked", "birth_date"), by=("holdings",))
    above = above.with_columns(name=name_key(above["holder_name"]))
    above = above.join(table(rows["above"]).unique("holder_id"), on="holder_id", how="left")
    return pl.concat([linked, above], how="diagonal_relaxed")
