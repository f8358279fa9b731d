"""One name on the side of the procedure and at a bidder, and no number: whether it is one person cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Row, Undecided
from detectors.rows import table
from detectors.ties.attached import dated
from detectors.ties.further_up import further_up
from detectors.ties.links import compared, on_bids
from detectors.ties.names_alone import AT, UNCOMPARED_EN, UNCOMPARED_ZH, undecided
from detectors.ties.procedure_parties import PARTY_QUERY_COLUMNS
from graph.names import UNNUMBERED, name_key


def across_the_procedure(rows: Mapping[str, Sequence[Row]], parties: pl.DataFrame) -> Iterator[Undecided]:
    """People of the buyer, an agent or an evaluation, and people of or above a bidder of the lot, of one name.

    `parties`: the columns of `PARTY_COLUMNS`; `rows`: those of `procedure_parties.QUERIES`.
    """
    bids = compared(table(rows["bidders"]))
    side = _people_of(rows, parties, bids)
    # Few of a register bear a name of the procedure's: only they are laid beside the bids.
    wanted = side["name"].unique().implode()
    linked = [
        on_bids(bids, told.filter(pl.col("name").is_in(wanted)), by)
        for told, by in (
            (_named(table(rows["representatives"])), "bidder_id"),
            (_named(table(rows["officers"])), "bidder_id"),
            (_named(table(rows["owners"])), "bidder_id"),
            (_named(table(rows["workers"])), "bid_id"),
        )
    ]
    theirs = pl.concat(linked, how="diagonal_relaxed").filter(pl.col("when") == "yes")
    theirs = pl.concat([theirs, _above(rows, theirs, wanted)], how="diagonal_relaxed")
    both = theirs.join(side, on=AT).filter(
        (pl.col("holder_id") != pl.col("person_id"))
        & (pl.col("bidder_id") != pl.col("party_id"))
        & (pl.col("holder_id").str.starts_with(UNNUMBERED) | pl.col("person_id").str.starts_with(UNNUMBERED))
    )
    for _, group in both.sort(*AT, "bidder_id", "holder_id", "person_id").group_by(AT, maintain_order=True):
        found = group.to_dicts()
        yield undecided(
            found,
            f"招标采购一方的人员“{{name}}”与{{bidders}}的一名人员同名，{UNCOMPARED_ZH}：是否为同一人无法核实",
            f"“{{name}}” on the side of the procedure has the name of one at {{bidders}}, {UNCOMPARED_EN}: whether it is one "
            "person cannot be told",
            {r["person_id"] for r in found},
        )


def _above(rows: Mapping[str, Sequence[Row]], linked: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """People of these names who hold bidders of the lot through layers."""
    over = table(rows["holdings"]).filter(pl.col("holder_id").str.starts_with("person"))
    over = over.with_columns(name=name_key(over["holder_name"])).filter(pl.col("name").is_in(names))
    above = further_up(rows, over.select("lot_id", "holder_id"), linked.drop("name"), by=("holdings",))
    return above.with_columns(name=name_key(above["holder_name"]))


def _people_of(rows: Mapping[str, Sequence[Row]], parties: pl.DataFrame, bids: pl.DataFrame) -> pl.DataFrame:
    """The persons of a procedure, by lot: lot_id, party_id, person_id, name."""
    columns = ["lot_id", "party_id", "person_id", "person_name"]
    itself = parties.filter(pl.col("party_kind") == "person")
    itself = itself.with_columns(person_id="party_id", person_name="party_name")
    posts = pl.concat(
        [table(rows[k]) for k in PARTY_QUERY_COLUMNS if k.startswith("party_people")], how="vertical_relaxed"
    )
    staff = parties.filter(pl.col("party_kind").fill_null("") != "person").select("lot_id", "party_id")
    days = bids.select("lot_id", "bid_on").unique()
    posted = dated(staff.unique().join(posts, on="party_id").join(days, on="lot_id"))
    posted = posted.filter(pl.col("when") == "yes").with_columns(
        person_id="holder_id", person_name="holder_name"
    )
    both = pl.concat([itself.select(columns), posted.select(columns)], how="vertical_relaxed").unique()
    return _named(both, "person_name").drop("person_name")


def _named(told: pl.DataFrame, of: str = "holder_name") -> pl.DataFrame:
    return told.with_columns(name_key(told[of]).alias("name")).drop_nulls("name")
