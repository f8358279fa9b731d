"""Payments that may be one money: as much, for one household, programme and month, in two sheets that part it otherwise."""

from __future__ import annotations

import polars as pl

_MONTH = ["of", "turn", "kind"]


def as_much(told: pl.DataFrame, before: pl.DataFrame, *, each: bool) -> pl.DataFrame:
    """The rows of `told` that, with the others of their sheet and kind or (`each`) alone, are as much as what a sheet of an
    earlier turn states with another kind: with its `place`, each once.

    Both: id, of (recipient, programme and month), amount (as an id says it), turn, kind; `before` with `place`. Nothing, or
    less, is as much as nothing.
    """
    yuan = (
        pl.col("amount").str.extract(r"^(-?\d+\.\d\d)$", 1).str.replace(".", "", literal=True).cast(pl.Int64)
    )
    later, earlier = (f.with_columns(minor=yuan).drop_nulls("minor") for f in (told, before))
    sums = earlier.group_by(_MONTH).agg(pl.col("minor").sum(), pl.col("place").first())
    known = pl.concat([sums, *([earlier.select(sums.columns)] if each else [])])
    known = known.filter(pl.col("minor") > 0).rename({"turn": "since", "kind": "other"})
    with_sum = later.with_columns(whole=pl.col("minor").sum().over(_MONTH))
    found = [_met(with_sum, known, "whole")]
    if each:
        found.append(_met(with_sum, sums.rename({"turn": "since", "kind": "other"}), "minor"))
    met = pl.concat(found).sort("since", "place").unique("id", keep="first", maintain_order=True)
    return told.join(met.select("id", "place"), on="id", how="inner", maintain_order="left")


def _met(later: pl.DataFrame, known: pl.DataFrame, amount: str) -> pl.DataFrame:
    both = later.filter(pl.col(amount) > 0).join(
        known, left_on=["of", amount], right_on=["of", "minor"], how="inner"
    )
    earlier = (pl.col("since") < pl.col("turn")) & (pl.col("other") != pl.col("kind"))
    return both.filter(earlier).select("id", "since", "place")
