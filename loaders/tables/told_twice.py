"""Payments that may be one money: as much, for one household, programme and month, in two sheets that part it otherwise."""

from __future__ import annotations

import polars as pl

_MONTH = ["of", "turn", "kind"]


def as_much(told: pl.DataFrame, before: pl.DataFrame, *, each: bool) -> pl.DataFrame:
    """The rows of `told` that, with the others of their sheet and kind or (`each`) alone, are as much as what a sheet of an
    earlier turn states with another kind: with its `place`, each once.

    Both: id, of (recipient, programme and month), amount (as an id says it), repeated (at how many members, if at several),
    turn, kind; `before` with `place`. An amount that is repeated at members is as much as it says, or as all of their shares
    together, as detection weighs it (`detectors.households.told_twice`). Nothing, or less, is as much as nothing.
    """
    yuan = (
        pl.col("amount").str.extract(r"^(-?\d+\.\d\d)$", 1).str.replace(".", "", literal=True).cast(pl.Int64)
    )
    shares = pl.max_horizontal(pl.lit(1), pl.col("repeated").fill_null(1))
    later, earlier = (
        f.with_columns(minor=yuan).drop_nulls("minor").with_columns(in_all=pl.col("minor") * shares)
        for f in (told, before)
    )
    sums = earlier.group_by(_MONTH).agg(pl.col("minor", "in_all").sum(), pl.col("place").first())
    known = _by_either_reading(pl.concat([sums, *([earlier.select(sums.columns)] if each else [])]))
    readings = {"whole": "minor", "whole_in_all": "in_all"}
    with_sum = later.with_columns(**{name: pl.col(of).sum().over(_MONTH) for name, of in readings.items()})
    found = [_met(with_sum, known, name) for name in readings]
    if each:
        found += [_met(with_sum, _by_either_reading(sums), of) for of in readings.values()]
    met = pl.concat(found).sort("since", "place").unique("id", keep="first", maintain_order=True)
    return told.join(met.select("id", "place"), on="id", how="inner", maintain_order="left")


def _by_either_reading(known: pl.DataFrame) -> pl.DataFrame:
    """What is known of earlier turns, above nothing, once by each reading of what is repeated at members."""
    kept = {"turn": "since", "kind": "other"}
    one = known.drop("in_all")
    all_ = known.filter(pl.col("in_all") != pl.col("minor")).drop("minor").rename({"in_all": "minor"})
    return pl.concat([one, all_.select(one.columns)]).filter(pl.col("minor") > 0).rename(kept)


def _met(later: pl.DataFrame, known: pl.DataFrame, amount: str) -> pl.DataFrame:
    both = later.filter(pl.col(amount) > 0).join(
        known, left_on=["of", amount], right_on=["of", "minor"], how="inner"
    )
    earlier = (pl.col("since") < pl.col("turn")) & (pl.col("other") != pl.col("kind"))
    return both.filter(earlier).select("id", "since", "place")
