"""Legal representatives (法定代表人) of companies, of whom each has one at a time, as lists of several days name them.

Neither list need state when one took the other's place. Whom a list names of a day holds the post until a later list names
another person and not him, and one named only then has held it at the earliest since the day after the last list that
still named another. Between the two days either may have: both count. A beginning that a row states is the day itself.

What cannot be told changes nothing: a row of no day of observation, lists of one day that name two persons, names of
which one is masked or in other letters (he may be the same one), and stated dates, which always count. Heads of branches,
operators and managing partners are left alone: a partnership may have several.

Source: 公司法 art. 10 and 32 (a company has one legal representative, whom the register names).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.names import name_key

LEGAL_REPRESENTATIVE: Final = "legal_representative"
_MASKED: Final = r"[*＊●○某?？]"
_HAN: Final = r"\p{Han}"


def may_be_replaced(rows: pl.DataFrame) -> pl.DataFrame:
    """Of some rows those of companies of which several persons are named, and one on a day. `rows`: from_id, to_id,
    observed_on, role."""
    posts = rows.filter(pl.col("role") == LEGAL_REPRESENTATIVE)
    return posts.filter(
        (pl.col("from_id").n_unique().over("to_id") > 1)
        & pl.col("observed_on").is_not_null().any().over("to_id")
    )


def replaced(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """When persons' rows hold by what other rows of the company say: key, since, until (half open; null: nothing said).

    `rows`: key, from_id, to_id, observed, stated_from, stated_to, all days whole and ends half open: all rows of legal
    representatives of each company concerned. `names`: id, name of those persons.
    """
    called = names.select(from_id="id", name=name_key(names["name"]))
    rows = rows.join(called, on="from_id", how="left")
    seen, begun, left = pl.col("observed"), pl.col("stated_from"), pl.col("stated_to")
    # A list that states his end before its own day, or his beginning after it, does not name him as of that day.
    listed = rows.filter(
        seen.is_not_null() & (left.is_null() | (left > seen)) & (begun.is_null() | (begun <= seen))
    )
    named = pl.concat(
        [
            listed.select("to_id", "from_id", "name", day="observed", begins=pl.lit(False)),
            # Who comes after one that has left again is not known: it may be the former one.
            rows.filter(begun.is_not_null() & left.is_null()).select(
                "to_id", "from_id", "name", day="stated_from", begins=pl.lit(True)
            ),
        ]
    ).unique()
    mine = listed.select("key", "to_id", "from_id", "name", "observed", "stated_from", "stated_to")
    both = mine.join(named, on="to_id", suffix="_other").with_columns(other=_another())
    # On what days he is named, or somebody who may be he.
    his = (
        both.filter(~pl.col("other") & ~pl.col("begins"))
        .group_by("key")
        .agg(his=pl.col("day").unique(), last=pl.col("day").max())
    )
    others = both.filter("other").join(his, on="key", how="left")
    # One who is named still after another is said to have begun was not followed by him that day.
    stands = (
        pl.when("begins").then(pl.col("day") > pl.col("last")).otherwise(~pl.col("day").is_in(pl.col("his")))
    )
    others = others.filter(stands.fill_null(True))
    day = pl.col("day")
    after = day.filter(day > seen).min()
    before = day.filter(~pl.col("begins") & (day < seen)).max()
    return (
        others.group_by("key", "stated_from", "stated_to")
        .agg(until=after, since=before)
        .select(
            "key",
            since=pl.when(begun.is_null()).then(
                pl.col("since").str.to_date(strict=False).dt.offset_by("1d").cast(pl.String)
            ),
            until=pl.when(left.is_null()).then("until"),
        )
    )


def _another() -> pl.Expr:
    """Is the other one surely another person?"""
    one, other = pl.col("name"), pl.col("name_other")
    known = ~one.str.contains(_MASKED) & ~other.str.contains(_MASKED)
    letters = one.str.contains(_HAN) == other.str.contains(_HAN)
    different = (pl.col("from_id") != pl.col("from_id_other")) & (one != other)
    return (different & known & letters).fill_null(False)
