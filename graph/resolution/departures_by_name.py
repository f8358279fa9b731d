"""Departures from a household that a list tells by name alone: whom of its members they are of.

People are never merged by name; but within one household a name that one member bears tells who left it, as it does for
whoever reads the list. Where several bear it, or nobody, it tells nothing, and `check` says so.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.names import UNNUMBERED, name_key

_PAIR: Final = ["from_id", "to_id"]


def leaving_by_name(rows: pl.DataFrame) -> pl.Series:
    """The households (ids) that somebody known by name alone is said to have left. `rows`: as `meant_by` takes them."""
    return rows.filter(_by_name())["to_id"].unique()


def meant_by(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Who is meant, in a household, by whom a row there lets leave by name alone: from_id, to_id, meant.

    `rows`: from_id, to_id, stated_from, stated_to of all memberships of these households; `names`: id, name.
    """
    called = names.select(from_id="id", called=name_key(names["name"])).drop_nulls()
    members = rows.join(called, on="from_id")
    leaving = members.filter(_by_name()).group_by(*_PAIR, "called").agg(left=pl.col("stated_to").max())
    gone = (
        rows.group_by(_PAIR)
        .agg(ended=pl.col("stated_to").max(), begun=pl.col("stated_from").max())
        .filter(
            pl.col("ended").is_not_null() & (pl.col("begun").is_null() | (pl.col("begun") < pl.col("ended")))
        )
    )
    others = members.select(other="from_id", to_id="to_id", called="called").unique()
    found = (
        leaving.join(others, on=["to_id", "called"])
        .filter(pl.col("other") != pl.col("from_id"))
        .join(gone.select("to_id", "ended", other="from_id"), on=["to_id", "other"], how="left")
        # Who had left before is not who leaves now.
        .filter(pl.col("ended").is_null() | (pl.col("ended") >= pl.col("left")))
    )
    one = found.filter(pl.len().over(_PAIR) == 1)
    return one.select(*_PAIR, meant="other").sort(_PAIR)


def _by_name() -> pl.Expr:
    return pl.col("from_id").str.starts_with(UNNUMBERED) & pl.col("stated_to").is_not_null()
