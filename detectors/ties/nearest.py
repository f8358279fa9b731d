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
from detectors.ties.drafts import NOT_A_BID, Tie

_PAIR: Final = ["lot_id", "holder_id"]
_TOLD: Final = 20
"""Holders above the nearest one that are told one by one; behind a block of cross-holdings there are thousands."""
_FAR: Final = pl.col("depth").cast(pl.Int64).fill_null(0).min()
"""Layers between a holder and the nearest of its bidders; none where it bids itself."""
_PATHS: Final = pl.Struct(
    {
        "paths": pl.List(pl.Struct({"nodes": pl.List(pl.String())})),
        "truncated": pl.Boolean(),
        "links": pl.List(pl.Struct({"holder": pl.String()})),
    }
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
    found = tied(rows, itself)
    numbers = pl.struct(_PAIR).rank("dense").alias("tie")
    return list(_made(found.with_columns(numbers)).values()) if found.height else []


def tied(rows: Sequence[Row], itself: Sequence[Row], one_bid: bool = False) -> pl.DataFrame:
    """The rows of `ties`, sorted; those of holders that bid themselves have `itself`.

    `one_bid`: of parties that tie only members of one consortium, who submit a single bid.
    """
    if not len(rows):
        return pl.DataFrame(schema=dict.fromkeys((*_PAIR, "bidder_id", "derivation"), pl.String))
    held = counted(table(rows)).with_columns(itself=pl.lit(None, pl.Boolean))
    if len(itself):
        own = counted(table(itself)).with_columns(holder_id=pl.col("bidder_id"), itself=pl.lit(True))
        own = own.join(held.select(_PAIR).unique(), on=_PAIR, how="semi")
        own = own.join(held.select(*_PAIR, "bidder_id"), on=[*_PAIR, "bidder_id"], how="anti")
        held = pl.concat([held, own], how="diagonal_relaxed")
    # Counted before a bidder of several bids is told once: which of them is kept must not decide.
    bids, bidders = (pl.col(c).n_unique().over(_PAIR) for c in ("bid_id", "bidder_id"))
    wanted = (bids == 1) & (bidders > 1) if one_bid else (bids > 1) & (bidders > 1)
    each, at = held.filter(wanted), [*_PAIR, "bidder_id"]
    once = each.unique(at, keep="last", maintain_order=True)
    if once.height < each.height:
        once = once.join(each.group_by(at).agg(bids=pl.col("bid_id").unique().sort()), on=at)
    return once.sort(at)


def counted(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of bids that are compared."""
    return rows.filter(~pl.col("status").fill_null("").is_in(NOT_A_BID))


def _made(tied: pl.DataFrame) -> dict[int, Tie]:
    """Ties by their number, from their rows."""
    groups: dict[int, list[Row]] = {}
    for row in tied.iter_rows(named=True):
        groups.setdefault(row["tie"], []).append(row)
    return {
        number: Tie(next(r for r in members if not r["itself"]), members[0]["holder_id"], tuple(members))
        for number, members in groups.items()
    }


def nearest(
    rows: Sequence[Row], itself: Sequence[Row], explained: Callable[[Tie], bool], one_bid: bool = False
) -> Iterator[tuple[Tie, Above]]:
    """Each nearest tie with the ties above it: those whose every path to every bidder runs through it.

    Inside a block of cross-holdings there are too many chains to show, and every member reaches all the others: there
    a party is above a nearer one which ties all its bidders and which the chains shown to one of them run through. A
    tie that is innocently `explained` takes none above it along in this way, since another chain may lead around it.
    `one_bid`: see `tied`.
    """
    found = tied(rows, itself, one_bid)
    if found.is_empty():
        return
    ties_of = found.select(_PAIR).unique(maintain_order=True).with_row_index("tie")
    found = found.join(ties_of, on=_PAIR, maintain_order="left")
    kept = _over(found, ties_of)
    while True:
        lowest = found.join(kept, left_on="tie", right_on="upper", how="anti")
        guessed = kept.filter(~pl.col("whole"))
        made = _made(lowest.join(guessed, left_on="tie", right_on="lower", how="semi"))
        quiet = [number for number, tie in made.items() if explained(tie)]
        if not quiet:
            break
        explaining = pl.DataFrame({"lower": quiet}, schema={"lower": pl.UInt32})
        behind = kept.join(explaining, on="lower", how="semi").select(lower="upper")
        weak = guessed.join(pl.concat([explaining, behind]), on="lower", how="semi")
        kept = kept.join(weak, on=["upper", "lower"], how="anti")
    depths = found.group_by("tie").agg(far=_FAR)
    lows = lowest.select(lower="tie").unique()
    above = kept.join(lows, on="lower", how="semi").join(depths, left_on="upper", right_on="tie")
    told = (
        above.sort("lower", "far", "upper")
        .group_by("lower", maintain_order=True)
        .agg(count=pl.len(), upper=pl.col("upper").head(_TOLD))
    )
    shown = told.select(tie=pl.col("upper").explode().unique())
    upper = _made(found.join(shown, on="tie", how="semi"))
    by_tie = {
        number: Above(count, tuple(upper[u] for u in uppers)) for number, count, uppers in told.iter_rows()
    }
    for number, tie in _made(lowest).items():
        yield tie, by_tie.get(number, Above())


def _with_control(paths: pl.DataFrame) -> pl.DataFrame:
    """Where no holding carries a control, its winning links are the path that is shown."""
    alone = pl.col("paths").is_null() & pl.col("links").is_not_null()
    if not paths.select(alone.any()).item():
        return paths
    between = pl.col("links").list.eval(pl.element().struct.field("holder"))
    nodes = pl.concat_list(pl.lit(""), between, pl.lit(""))
    return paths.with_columns(
        paths=pl.when(alone).then(pl.concat_list(pl.struct(nodes=nodes))).otherwise("paths")
    )


def _over(tied: pl.DataFrame, ties_of: pl.DataFrame) -> pl.DataFrame:
    """Pairs of ties of a lot by number, one (`upper`) above another (`lower`); `whole`: all chains of the upper are shown."""
    # Ids are compared as numbers: there are millions of steps.
    parties = pl.Enum(pl.concat([tied["holder_id"], tied["bidder_id"]]).unique())
    lots = pl.col("lot_id").rank("dense")
    at = ties_of.select("tie", lot=lots, party=pl.col("holder_id").cast(parties).to_physical())
    held = tied.select(
        "tie", "itself", "derivation", lot=lots, bidder=pl.col("bidder_id").cast(parties).to_physical()
    ).with_row_index("row")
    paths = held.select(
        "row", "tie", "lot", "bidder", told=pl.col("derivation").str.json_decode(_PATHS)
    ).unnest("told")
    paths = _with_control(paths).drop("links")
    steps = (
        paths.select("row", "tie", "lot", "paths", of=pl.col("paths").list.len())
        .explode("paths")
        .with_row_index("path")
        .with_columns(party=pl.col("paths").struct.field("nodes"))
        .with_columns(pl.col("party").list.slice(1, pl.col("party").list.len().cast(pl.Int64) - 2))
        .drop("paths")
        .explode("party")
        .with_columns(pl.col("party").cast(parties, strict=False).to_physical())
        .drop_nulls("party")
        .join(at.rename({"tie": "lower"}), on=["lot", "party"])
    )
    # On every path to this bidder; a holder reaches a nearer holder that bids itself by holding it.
    through = steps.group_by("row", "tie", "lower").agg(pl.col("path").n_unique(), pl.col("of").first())
    through = through.filter(pl.col("path") == pl.col("of")).select("row", "tie", "lower")
    own = paths.select("row", "tie", "lot", party="bidder").join(
        at.rename({"tie": "lower"}), on=["lot", "party"]
    )
    both = pl.concat([through, own.select(through.columns)]).unique().filter(pl.col("lower") != pl.col("tie"))
    sizes = paths.group_by("tie").agg(bidders=pl.len(), whole=~pl.col("truncated").fill_null(False).any())
    sizes = sizes.join(held.filter("itself").select("tie"), on="tie", how="anti")
    near = tied.group_by("tie").agg(far=_FAR)
    name = ties_of.select("tie", pl.col("holder_id").rank("dense").alias("name"))
    near = near.join(name, on="tie")
    pairs = (
        both.group_by("tie", "lower")
        .agg(n=pl.col("row").n_unique())
        .join(sizes, on="tie")
        .filter((pl.col("n") == pl.col("bidders")) | ~pl.col("whole"))
        .join(near, on="tie")
        .join(near, left_on="lower", right_on="tie", suffix="_low")
        # The nearer one is nearer, so that two of one loop are not each above the other.
        .filter(
            (pl.col("far_low") < pl.col("far"))
            | ((pl.col("far_low") == pl.col("far")) & (pl.col("name_low") < pl.col("name")))
        )
    )
    # And it ties all of the same bidders.
    bidders = held.select("tie", "bidder")
    lacking = (
        pairs.select("tie", "lower")
        .join(bidders, on="tie")
        .join(bidders, left_on=["lower", "bidder"], right_on=["tie", "bidder"], how="anti")
        .select("tie", "lower")
        .unique()
    )
    return pairs.join(lacking, on=["tie", "lower"], how="anti").select("lower", "whole", upper="tie")
