"""Memberships of households of which one row tells a beginning or an end, and another one nothing of it.

A list of members says who belongs on its day, a list of changes (人员增减) who came or left on a day: whatever files and data
sets they stand in, they are of one membership. Of each row the dates that it does not state itself follow from those that
other rows of the same person and household state:

* A row with a day of observation lasts from the last change before that day until the first departure not before it. Listed
  after his departure, somebody has come back: his row begins with it.
* A row that states a beginning lasts until the first departure after it, one that states an end since the last beginning before.
* A row without any date tells nothing that the dated ones don't: it is of the last membership that these state.

A departure and a beginning of one day, or within a month where a month is all that is stated of either, change nothing: the
member is named otherwise, or nobody can tell which came first.
"""

from __future__ import annotations

from typing import Final

import polars as pl

_PAIR: Final = ["from_id", "to_id"]
_NEVER: Final = "0000-00-00"


def stayed(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the beginnings and ends that other rows of the same person and household state.

    `rows`: key, from_id, to_id, dataset, observed, stated_from, stated_to, all days whole and ends half open; from_text,
    until_text: the stated dates as they are written. All rows of every household concerned.
    """
    events = _changes(rows)
    if events.is_empty():
        return rows
    since, until, seen = pl.col("stated_from"), pl.col("stated_to"), pl.col("observed")
    undated = pl.all_horizontal(since.is_null(), until.is_null(), seen.is_null())
    day, leaves = pl.col("day"), pl.col("leaves")
    both = rows.select("key", *_PAIR, "observed", "stated_from", "stated_to").join(events, on=_PAIR)
    both = both.with_columns(
        undated=undated,
        last_begun=day.filter(~leaves).max().over("key"),
        last_left=day.filter(leaves).max().over("key"),
        first_left=day.filter(leaves & (day > since.fill_null(_NEVER)) & (day >= seen.fill_null(_NEVER)))
        .min()
        .over("key"),
    )
    gone = pl.col("last_begun").is_null() | (pl.col("last_begun") < pl.col("last_left"))
    both = both.with_columns(
        end=pl.when(until.is_not_null())
        .then(until)
        .when("undated")
        .then(pl.when(gone).then("last_left"))
        .otherwise("first_left")
    )
    before = day < pl.col("end").fill_null("9999-99-99")
    known = pl.when(leaves).then(day < seen.fill_null(_NEVER)).otherwise(seen.is_null() | (day <= seen))
    begun = day.filter(before & known).max().over("key")
    both = both.with_columns(begin=pl.when(since.is_not_null()).then(since).otherwise(begun))
    told = both.unique("key").select("key", "begin", "end")
    return (
        rows.join(told, on="key", how="left", maintain_order="left")
        .with_columns(
            stated_from=pl.coalesce("stated_from", "begin"), stated_to=pl.coalesce("stated_to", "end")
        )
        .drop("begin", "end")
    )


def _changes(rows: pl.DataFrame) -> pl.DataFrame:
    """The days on which somebody came to a household or left it: from_id, to_id, day, leaves."""
    # What a row begins and ends on one day is of no day.
    whole = rows.filter((pl.col("stated_from") < pl.col("stated_to")).fill_null(True))
    begun = whole.select(*_PAIR, "key", day="stated_from", text="from_text").drop_nulls("day")
    left = whole.select(*_PAIR, "key", day="stated_to", text="until_text").drop_nulls("day")
    one, other = pl.col("text"), pl.col("text_left")
    same = (
        begun.join(left, on=_PAIR, suffix="_left")
        .filter(pl.col("key") != pl.col("key_left"))
        .filter(one.str.starts_with(other) | other.str.starts_with(one))
    )
    begun = begun.join(same, on=[*_PAIR, "day"], how="anti")
    left = left.join(same.select(*_PAIR, day="day_left"), on=[*_PAIR, "day"], how="anti")
    return pl.concat(
        [
            begun.select(*_PAIR, "day", leaves=pl.lit(False)),
            left.select(*_PAIR, "day", leaves=pl.lit(True)),
        ]
    ).unique()
