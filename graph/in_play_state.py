"""State holders above a bidder and a debarred company: the tie is none, and is shown with that reason.

A state holder has thousands of companies. To ask about every debarred one beside every lot of every bidder it holds would
take longer than all else, so each is asked by itself: a debarred company once for each time in which nothing above it
changes, whatever the lots, and a bidder at the date of its lot.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graph.in_play_people import asked_nodes, nodes_of, standing_above
from graph.penetration import Ownership
from graph.penetration.control import STRICT_FROM
from graph.penetration.days import ALWAYS, NEVER, UNDATED, IntArray, day_numbers, iso_dates
from graph.penetration.edges import reach_up
from graph.public_kinds import STATE


def in_force() -> pl.Expr:
    """Is a ban (barred_from, barred_to) in force on `on_date`? Without a date it may be."""
    begun = pl.col("barred_from").is_null() | (pl.col("barred_from") <= pl.col("on_date"))
    lasts = pl.col("barred_to").is_null() | (pl.col("on_date") < pl.col("barred_to"))
    return pl.col("on_date").is_null() | (begun & lasts)


def beside_debarred_by_state(
    ownership: Ownership, bidders: pl.DataFrame, barred: pl.DataFrame
) -> pl.DataFrame:
    """Bidders and debarred companies with the state holders that may stand above both while a ban is in force.

    `bidders`: company_id, on_date, group_id; `barred`: party_id, barred_from, barred_to. Gives the columns of `bidders` with
    company and holder (nodes).
    """
    state = pl.Series(
        "holder", ownership.nodes["kind"].is_in(STATE).fill_null(False).arg_true(), dtype=pl.Int64
    )
    edges, asked = ownership.control_edges, asked_nodes(ownership, bidders)
    known = barred.with_columns(company=nodes_of(ownership, barred["party_id"])).filter(
        pl.col("company") >= 0
    )
    theirs = standing_above(edges, known["company"]).filter(pl.col("holder").is_in(state.implode()))
    over = standing_above(edges, asked["company"]).filter(
        pl.col("holder").is_in(theirs["holder"].unique().implode())
    )
    mine = asked.join(over, on="company")
    if mine.is_empty():
        return mine.select(*asked.columns, "holder")
    bans = theirs.join(known, on="company").select("holder", "barred_from", "barred_to").unique()
    dates = mine.select("holder", "on_date").unique()
    live = dates.join(bans, on="holder").filter(in_force()).select("holder", "on_date").unique()
    mine = mine.join(live, on=["holder", "on_date"], how="semi", nulls_equal=True)
    near = theirs.join(mine.select("holder").unique(), on="holder", how="semi")
    days = _days(ownership, known.join(near.select("company").unique(), on="company", how="semi"))
    beside = near.join(days, on="company").select(
        *("company_id", "on_date"), pl.lit(None, pl.String).alias("group_id"), "company", "holder"
    )
    columns = [*asked.columns, "holder"]
    return pl.concat([mine.select(columns), beside.select(columns)]).unique()


def _days(ownership: Ownership, barred: pl.DataFrame) -> pl.DataFrame:
    """A day of each time in which nothing above a debarred company changes, and no day: company_id, company, on_date."""
    edges, nodes = ownership.control_edges, barred["company"].unique().sort().to_numpy()
    reach = reach_up(edges, nodes, None)
    company = nodes[reach.question[reach.company]]
    changes = [edges.start[reach.touched], edges.end[reach.touched]]
    found = pl.DataFrame({"company": np.r_[company, company], "day": np.concatenate(changes)})
    found = found.filter((pl.col("day") > ALWAYS) & (pl.col("day") < NEVER))
    before = found.group_by("company").agg(pl.col("day").min() - 1)
    begun: IntArray = day_numbers(barred["barred_from"], UNDATED)
    bans = barred.select("company", day=pl.Series(begun)).filter(pl.col("day") != UNDATED)
    law = barred.select("company", day=pl.lit(STRICT_FROM, pl.Int64))
    each = pl.concat([f.select("company", "day") for f in (found, before, bans, law)]).unique()
    dated = each.with_columns(on_date=pl.Series(iso_dates(each["day"].to_numpy()), dtype=pl.String))
    open_ = barred.select("company", on_date=pl.lit(None, pl.String))
    days = pl.concat([dated.select("company", "on_date"), open_]).unique()
    return barred.select("company", company_id="party_id").unique().join(days, on="company")
