"""Holdings of which one row tells the end, and another one nothing of it.

An exit is the end of a stated row on a day on which nothing of the same holder in the company begins. It ends

* a row of that holder in a list observed no later than the exit, of the same share, or where the exit's row states none;
* a row without any date beside it in the same list, of the same share: that is one holding, stated once with its dates.

A row without a date that the exit does not end so (a former holder who stands in a list of today, say) goes on, since he
may have come back: `left_and_listed` tells of these. A record of changes has ends of its own, and is not looked at.
"""

from __future__ import annotations

from typing import Final

import polars as pl

_PAIR: Final = ["from_id", "to_id"]
_KIND: Final = pl.col("list_kind").fill_null("registered")


def ended(rows: pl.DataFrame, ends: pl.Series) -> pl.DataFrame:
    """Shareholdings with the ends, and beginnings, that other rows of the same holder and company state.

    `rows`: as `spans.owns_spans` takes them; `ends`: the day each row ends by its own dates (null: none). Gives `rows`,
    with whole days where an end was put in.
    """
    rows = rows.with_columns(end=ends).with_row_index("_at")
    leaving = rows.filter(pl.col("end").is_not_null() & (_KIND != "changes"))
    if leaving.is_empty():
        return rows.drop("_at", "end")
    mine = rows.join(leaving.select(_PAIR).unique(), on=_PAIR, how="semi")
    listed = mine.filter(pl.col("end").is_null() & ~_KIND.is_in(["changes", "former"]))
    if listed.is_empty():
        return rows.drop("_at", "end")
    begun = mine.select(*_PAIR, end=_first_day("stated_from")).drop_nulls("end").unique()
    exits = leaving.select(
        *_PAIR,
        "end",
        left_share="share",
        left_class="share_class",
        left_kind=_KIND,
        left_dataset="dataset",
        left_observed="observed_on",
        left_from="stated_from",
    ).join(begun, on=[*_PAIR, "end"], how="anti")
    both = listed.drop("end").join(exits, on=_PAIR)
    equal = ((pl.col("share") - pl.col("left_share")).abs() <= 1e-9).fill_null(False)
    observed = _first_day("observed_on")
    later = (pl.col("left_share").is_null() | equal) & (observed <= pl.col("end"))
    later &= pl.col("stated_from").is_null() | (_first_day("stated_from") < pl.col("end"))
    undated = pl.all_horizontal(pl.col("observed_on", "stated_from", "left_observed").is_null())
    beside = undated & equal & pl.col("share_class").eq_missing(pl.col("left_class"))
    beside &= (pl.col("left_kind") == _KIND) & pl.col("left_dataset").eq_missing(pl.col("dataset"))
    # Of several times at which he held as much it can't be told which one a row without a date states.
    beside &= pl.struct("left_from", "end").n_unique().over("_at") == 1
    found = both.with_columns(beside=beside).filter(later.fill_null(False) | pl.col("beside"))
    first = found.sort("_at", "end", "left_from", nulls_last=False).unique(
        "_at", keep="first", maintain_order=True
    )
    told = first.select("_at", until="end", since=pl.when("beside").then("left_from"))
    return (
        rows.join(told, on="_at", how="left", maintain_order="left")
        .with_columns(
            stated_to=pl.coalesce("stated_to", "until"), stated_from=pl.coalesce("stated_from", "since")
        )
        .drop("_at", "end", "until", "since")
    )


def left_and_listed(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Holdings that count, and beside each without any date the last exit of the same holder: `left_on`, its day, and
    `left_by`, the keys of the row that states it; null where there is none.

    A former holding that a list states as well, as large and for all of its days, is left out: lists are never added. `rows`,
    by company and holder: holder, company, share, share_class, list_kind, observed_on, valid_from, valid_to, keys (a list).
    """
    pair = ["holder", "company"]
    nobody = pl.DataFrame(
        {
            "left_on": pl.repeat(None, rows.height, dtype=pl.String, eager=True),
            "left_by": pl.repeat(None, rows.height, dtype=pl.List(pl.String), eager=True),
        }
    )
    if rows["valid_to"].null_count() == rows.height:
        return rows, nobody
    again = (rows["company"] == rows["company"].shift(1)) & (rows["holder"] == rows["holder"].shift(1))
    several = (again | again.shift(-1)).fill_null(False).arg_true()
    mine = rows[several].select(
        *pair, "share", "share_class", "list_kind", "observed_on", "valid_from", "valid_to", "keys"
    )
    mine = mine.with_columns(_at=several).filter(~(_KIND == "changes").any().over(pair))
    if mine.is_empty():
        return rows, nobody
    undated = mine.filter(pl.all_horizontal(pl.col("observed_on", "valid_from", "valid_to").is_null()))
    begun = mine.select(*pair, left_on="valid_from").drop_nulls("left_on").unique()
    leaving = mine.rename({"valid_to": "left_on", "keys": "left_by"}).drop_nulls("left_on")
    leaving = leaving.join(begun, on=[*pair, "left_on"], how="anti").sort(*pair, "left_on", "left_by")
    last = leaving.unique(pair, keep="last").select(*pair, *nobody.columns)
    told = undated.join(last, on=pair).select("_at", *nobody.columns)
    twice = _stated_again(mine)
    if told.is_empty() and twice.is_empty():
        return rows, nobody
    whole = pl.int_range(rows.height, dtype=pl.UInt32, eager=True).alias("_at").to_frame()
    whole = whole.join(told, on="_at", how="left", maintain_order="left")
    kept = ~whole["_at"].is_in(twice.implode())
    return rows.filter(kept), whole.filter(kept).select(nobody.columns)


def _stated_again(rows: pl.DataFrame) -> pl.Series:
    """The former holdings (`_at`) that lie, as large, within one of a list."""
    former = _KIND == "former"
    as_much = ["holder", "company", "share", "share_class"]
    lists = rows.filter(~former).select(*as_much, since="valid_from", until="valid_to").drop_nulls("share")
    both = rows.filter(former).join(lists, on=as_much, nulls_equal=True)
    begun = pl.col("since").is_null() | (pl.col("since") <= pl.col("valid_from")).fill_null(False)
    lasts = pl.col("until").is_null() | (pl.col("until") >= pl.col("valid_to")).fill_null(False)
    return both.filter(begun & lasts)["_at"].unique()


def _first_day(column: str) -> pl.Expr:
    text = pl.col(column)
    return pl.when(text.str.len_chars() == 7).then(text + "-01").otherwise(text)
