"""Which parties tie bidders of one lot, and which of them is the nearest.

All of it in columns: behind a block of cross-holdings a single lot has a thousand common holders, and only the nearest
become Python objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.rows import table
from detectors.ties import NOT_A_BID, Tie

_PAIR: Final = ["lot_id", "holder_id"]
_TOLD: Final = 20
"""Holders above the nearest one that are told one by one; behind a block of cross-holdings there are thousands."""
_PATHS: Final = pl.Struct(
    {"paths": pl.List(pl.Struct({"nodes": pl.List(pl.String())})), "truncated": pl.Boolean()}
)


@dataclass(frozen=True, slots=True)
class Above:
    """Ties above the nearest one: how many, and the nearest of them."""

    count: int = 0
    told: tuple[Tie, ...] = ()


def ties(rows: Sequence[Row], itself: Sequence[Row] = ()) -> list[Tie]:
    """Group rows by lot and tying party; keep those that tie two or more separate bids.

    `itself`: (lot_id, bidder_id, bid_id …) of every bidder, so that a holder which bids itself counts.
    """
    return list(_made(_tied(rows, itself)).values())


def _tied(rows: Sequence[Row], itself: Sequence[Row]) -> pl.DataFrame:
    """The rows of `ties`, sorted; those of holders that bid themselves have `itself`."""
    if not len(rows):
        return pl.DataFrame(schema=dict.fromkeys((*_PAIR, "bidder_id", "derivation"), pl.String))
    held = _bids(table(rows)).unique([*_PAIR, "bidder_id"], keep="last", maintain_order=True)
    held = held.with_columns(itself=pl.lit(None, pl.Boolean))
    if len(itself):
        own = _bids(table(itself)).with_columns(holder_id=pl.col("bidder_id"), itself=pl.lit(True))
        own = own.join(held.select(_PAIR).unique(), on=_PAIR, how="semi")
        own = own.join(held.select(*_PAIR, "bidder_id"), on=[*_PAIR, "bidder_id"], how="anti")
        own = own.unique([*_PAIR, "bidder_id"], keep="last", maintain_order=True)
        held = pl.concat([held, own], how="diagonal_relaxed")
    return held.filter(pl.col("bid_id").n_unique().over(_PAIR) > 1).sort(*_PAIR, "bidder_id")


def _bids(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(~pl.col("status").fill_null("").is_in(NOT_A_BID))


def _made(tied: pl.DataFrame) -> dict[tuple[str, str], Tie]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in tied.iter_rows(named=True):
        groups.setdefault((row["lot_id"], row["holder_id"]), []).append(row)
    return {
        (lot, holder): Tie(next(r for r in members if not r["itself"]), holder, tuple(members))
        for (lot, holder), members in groups.items()
    }


def nearest(
    rows: Sequence[Row], itself: Sequence[Row], explained: Callable[[Tie], bool]
) -> Iterator[tuple[Tie, Above]]:
    """Each nearest tie with the ties above it: those whose every path to every bidder runs through it.

    Where there are too many chains to show all, those shown decide; but a tie that is innocently `explained` then
    takes none above it along, since another chain may lead around it.
    """
    tied = _tied(rows, itself)
    if tied.is_empty():
        return
    pairs = _over(tied)
    guessed = pairs.filter(~pl.col("whole")).select("lot_id", holder_id="holder_id").unique()
    quiet = [key for key, tie in _made(tied.join(guessed, on=_PAIR, how="semi")).items() if explained(tie)]
    explaining = pl.DataFrame(quiet, schema=dict.fromkeys(_PAIR, pl.String), orient="row")
    kept = pl.concat(
        [pairs.filter("whole"), pairs.filter(~pl.col("whole")).join(explaining, on=_PAIR, how="anti")]
    )
    lowest = tied.join(kept, left_on=_PAIR, right_on=["lot_id", "upper"], how="anti")
    depths = tied.group_by(_PAIR).agg(far=pl.col("depth").cast(pl.Int64).min().fill_null(0))
    above = kept.join(depths, left_on=["lot_id", "upper"], right_on=_PAIR).sort("lot_id", "far", "upper")
    told = above.group_by(_PAIR, maintain_order=True).agg(count=pl.len(), upper=pl.col("upper").head(_TOLD))
    shown = told.select("lot_id", pl.col("upper").alias("holder_id")).explode("holder_id").unique()
    upper = _made(tied.join(shown, on=_PAIR, how="semi"))
    by_tie = {
        (lot, holder): Above(count, tuple(upper[lot, u] for u in uppers))
        for lot, holder, count, uppers in told.iter_rows()
    }
    for key, tie in _made(lowest).items():
        yield tie, by_tie.get(key, Above())


def _over(tied: pl.DataFrame) -> pl.DataFrame:
    """Pairs of ties of a lot, one (`upper`) above another (`holder_id`); `whole`: all chains of the upper are shown."""
    ends = ["lot_id", "upper", "bidder_id"]
    held = tied.rename({"holder_id": "upper"}).select(*ends, "itself", "derivation").with_row_index("row")
    paths = held.select("row", *ends, told=pl.col("derivation").str.json_decode(_PATHS)).unnest("told")
    steps = (
        paths.with_columns(of=pl.col("paths").list.len())
        .explode("paths")
        .with_row_index("path")
        .with_columns(holder_id=pl.col("paths").struct.field("nodes"))
        .with_columns(pl.col("holder_id").list.slice(1, pl.col("holder_id").list.len().cast(pl.Int64) - 2))
        .explode("holder_id")
        .drop_nulls("holder_id")
        .join(tied.select(_PAIR).unique(), on=_PAIR, how="semi")
    )
    # On every path to this bidder; a holder reaches a nearer holder that bids itself by holding it.
    through = steps.group_by("row", *ends, "holder_id").agg(pl.col("path").n_unique(), pl.col("of").first())
    through = through.filter(pl.col("path") == pl.col("of")).select("row", *ends, "holder_id")
    own = paths.select("row", *ends, holder_id="bidder_id")
    own = own.join(tied.select(_PAIR).unique(), on=_PAIR, how="semi")
    both = pl.concat([through, own]).unique().filter(pl.col("holder_id") != pl.col("upper"))
    # On every path to every bidder, which the nearer one ties as well.
    both = both.join(tied.select(*_PAIR, "bidder_id"), on=[*_PAIR, "bidder_id"], how="semi")
    sizes = paths.group_by("lot_id", "upper").agg(
        bidders=pl.len(), whole=~pl.col("truncated").fill_null(False).any()
    )
    sizes = sizes.join(held.filter("itself").select("lot_id", "upper"), on=["lot_id", "upper"], how="anti")
    pairs = (
        both.group_by("lot_id", "upper", "holder_id")
        .agg(n=pl.col("row").n_unique())
        .join(sizes, on=["lot_id", "upper"])
        .filter(pl.col("n") == pl.col("bidders"))
        .select("lot_id", "upper", "holder_id", "whole")
    )
    # Two parties in one loop are each above the other: the first by id is taken as the nearer.
    back = pairs.select("lot_id", upper="holder_id", holder_id="upper", back=pl.lit(True))
    return (
        pairs.join(back, on=["lot_id", "upper", "holder_id"], how="left")
        .filter(pl.col("back").is_null() | (pl.col("holder_id") < pl.col("upper")))
        .drop("back")
    )
