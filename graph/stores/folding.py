"""The statements a batch makes about nodes, folded: one a node where it does not contradict itself.

A register repeats a company on every row that names it, so this is done in whole columns: each node gets a
number, each field is compared with what was first said of it, and within a node that is told without
contradiction two statements differ only in which fields they leave empty.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

SOURCE_SEPARATOR: Final = "\n"
"""Between the sources of a stored row: kept as one text, which the embedded engine takes in far faster than a list."""

_Ints = npt.NDArray[np.int64]
_MOST_FIELDS: Final = 30
"""So many fields beside a node's number fit into one integer."""


def folded(frame: pl.DataFrame, said: list[str]) -> pl.DataFrame:
    """One row a node where its statements agree, else one a distinct statement.

    `frame`: id, the columns of `said`, `source`. Gives id, the columns of `said`, sources. Equal statements keep
    the source of the first; statements that agree join theirs.
    """
    names = numbered(frame["id"])
    if names is None or len(said) > _MOST_FIELDS:
        return _one_by_one(frame, said)
    node, nodes = names
    told, filled, odd = _compared(frame, said, node, nodes)
    # Which fields a statement fills tells it from the others about the same node: all else is equal.
    place = pl.Series(node << len(said) | filled)
    apart = pl.Series(odd[node])
    distinct = place.is_first_distinct() & ~apart
    if nodes == len(node):
        return frame.rename({"source": "sources"})
    rows = distinct.arg_true()
    times = np.bincount(node[rows], minlength=nodes)
    once = frame[rows.filter(pl.Series(times[node[rows]] == 1))].rename({"source": "sources"})
    several = np.flatnonzero(times > 1)
    agreed = pl.DataFrame(
        {
            "id": frame["id"].gather(_first_of(node, nodes)[several]),
            **{f: frame[f].gather(_or_null(told[f][several])) for f in said},
            "sources": _joined_sources(frame["source"], rows.to_numpy(), node, times, several),
        }
    )
    return pl.concat([once, agreed, *([_at_odds(frame.filter(apart), said)] if odd.any() else [])])


def numbered(ids: pl.Series) -> tuple[_Ints, int] | None:
    """A number for each distinct text, in order of appearance, and how many there are; None on a clash of hashes."""
    hashes = ids.hash()
    first = hashes.is_first_distinct()
    known = pl.DataFrame({"h": hashes.filter(first)}).with_row_index("n")
    number = (
        pl.DataFrame({"h": hashes})
        .join(known, on="h", how="left", maintain_order="left")["n"]
        .cast(pl.Int64)
        .to_numpy()
    )
    if (ids.filter(first).gather(number) != ids).any():
        return None
    return number, known.height


def _first_of(node: _Ints, nodes: int) -> _Ints:
    """The first row of each node."""
    first = np.empty(nodes, dtype=np.int64)
    first[node[::-1]] = np.arange(len(node) - 1, -1, -1)
    return first


def _compared(
    frame: pl.DataFrame, said: list[str], node: _Ints, nodes: int
) -> tuple[dict[str, _Ints], _Ints, npt.NDArray[np.bool_]]:
    """Of each field the row that first says it of each node (-1: none); which fields each row fills; who is at odds."""
    told: dict[str, _Ints] = {}
    filled = np.zeros(len(node), dtype=np.int64)
    odd = np.zeros(nodes, dtype=np.bool_)
    for bit, field in enumerate(said):
        column = frame[field]
        rows = column.is_not_null().arg_true().to_numpy().astype(np.int64)
        who = node[rows]
        first = np.full(nodes, -1, dtype=np.int64)
        first[who[::-1]] = rows[::-1]
        told[field] = first
        filled[rows] |= 1 << bit
        values = column if len(rows) == len(node) else column.gather(rows)
        differs = values.ne_missing(column.gather(first[who])).to_numpy()
        odd[who[differs]] = True
        if field == "observed_on":
            # A dated and an undated statement stay apart: what was observed later counts for more.
            undated = np.bincount(node, minlength=nodes) - np.bincount(who, minlength=nodes)
            odd |= (undated > 0) & (first >= 0)
    return told, filled, odd


def _or_null(rows: _Ints) -> pl.Series:
    index = pl.Series(rows)
    return index.set(index < 0, None)


def _joined_sources(source: pl.Series, rows: _Ints, node: _Ints, times: _Ints, several: _Ints) -> pl.Series:
    """The sources of each node with several statements, each once, in order, as one text."""
    wanted = rows[times[node[rows]] > 1]
    # Rows of one node together, in the order of `several`.
    wanted = wanted[np.argsort(node[wanted], kind="stable")]
    texts = source.gather(wanted)
    starts = np.cumsum(times[several]) - times[several]
    out = texts.gather(starts)
    pairs = times[several] == 2
    one, other = texts.gather(starts[pairs]), texts.gather(starts[pairs] + 1)
    both = pl.select(
        pl.when(one == other)
        .then(one)
        .when(one < other)
        .then(one + SOURCE_SEPARATOR + other)
        .otherwise(other + SOURCE_SEPARATOR + one)
    ).to_series()
    out = out.scatter(np.flatnonzero(pairs), both)
    if not pairs.all():
        group = np.repeat(np.arange(len(several)), times[several])
        more = ~pairs[group]
        joined = (
            pl.DataFrame({"group": group[more], "sources": texts.filter(pl.Series(more))})
            .group_by("group", maintain_order=True)
            .agg(pl.col("sources").unique().sort().str.join(SOURCE_SEPARATOR))
        )
        out = out.scatter(joined["group"], joined["sources"])
    return out


def _at_odds(frame: pl.DataFrame, said: list[str]) -> pl.DataFrame:
    distinct = frame.unique(subset=["id", *said], keep="first", maintain_order=True)
    return distinct.rename({"source": "sources"})


def _one_by_one(frame: pl.DataFrame, said: list[str]) -> pl.DataFrame:
    """The same, node by node."""
    distinct = _at_odds(frame, said)
    repeated = distinct["id"].is_duplicated()
    if not repeated.any():
        return distinct
    dated = "observed_on" in said
    groups = distinct.filter(repeated).group_by("id", maintain_order=True)
    spread = groups.agg(
        *[pl.col(f).min() for f in said],
        *[pl.col(f).max().alias(f"_{f}") for f in said],
        pl.col("sources").unique().sort().str.join(SOURCE_SEPARATOR),
        _undated=pl.col("observed_on").null_count() if dated else pl.len() * 0,
    )
    agreed = spread.filter(
        pl.all_horizontal([pl.lit(True), *[pl.col(f).eq_missing(pl.col(f"_{f}")) for f in said]])
        & ((pl.col("observed_on").is_null() | (pl.col("_undated") == 0)) if dated else pl.lit(True))
    )
    at_odds = distinct.filter(repeated & ~pl.col("id").is_in(agreed["id"].implode()))
    return pl.concat([distinct.filter(~repeated), agreed.select(distinct.columns), at_odds])
