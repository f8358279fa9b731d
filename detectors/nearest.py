"""Which parties tie bidders of one lot, and which of them is the nearest.

Rows meet in columns: only those of a tie become Python objects, since behind a block of cross-holdings a single lot
has thousands of common holders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.rows import table
from detectors.ties import NOT_A_BID, Tie, derivation_of

_PAIR: Final = ["lot_id", "holder_id"]


def ties(rows: Sequence[Row], itself: Sequence[Row] = ()) -> list[Tie]:
    """Group rows by lot and tying party; keep those that tie two or more separate bids.

    `itself`: (lot_id, bidder_id, bid_id …) of every bidder, so that a holder which bids itself counts.
    """
    if not len(rows):
        return []
    held = _bids(table(rows)).unique([*_PAIR, "bidder_id"], keep="last", maintain_order=True)
    held = held.with_columns(itself=pl.lit(None, pl.Boolean))
    if len(itself):
        own = _bids(table(itself)).with_columns(holder_id=pl.col("bidder_id"), itself=pl.lit(True))
        own = own.join(held.select(_PAIR).unique(), on=_PAIR, how="semi")
        own = own.join(held.select(*_PAIR, "bidder_id"), on=[*_PAIR, "bidder_id"], how="anti")
        own = own.unique([*_PAIR, "bidder_id"], keep="last", maintain_order=True)
        held = pl.concat([held, own], how="diagonal_relaxed")
    tied = held.filter(pl.col("bid_id").n_unique().over(_PAIR) > 1).sort(*_PAIR, "bidder_id")
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in tied.iter_rows(named=True):
        groups[row["lot_id"], row["holder_id"]].append(row)
    return [
        Tie(next(r for r in members if not r["itself"]), holder, tuple(members))
        for (_, holder), members in groups.items()
    ]


def _bids(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(~pl.col("status").fill_null("").is_in(NOT_A_BID))


@dataclass(frozen=True, slots=True)
class _Through:
    """Parties that every chain shown from a tie's holder to its bidders runs through; `whole`: all chains are shown."""

    parties: frozenset[str]
    whole: bool


def nearest(
    all_ties: Sequence[Tie], explained: Callable[[Tie], bool] = lambda tie: False
) -> Iterator[tuple[Tie, list[Tie]]]:
    """Each nearest tie with the ties above it: those whose every path to every bidder runs through it.

    Where there are too many chains to show all, those shown decide; but a tie that is innocently `explained` then
    takes none above it along, since another chain may lead around it.
    """
    by_lot: dict[str, list[Tie]] = defaultdict(list)
    for tie in all_ties:
        by_lot[str(tie.lot["lot_id"])].append(tie)
    for lot_ties in by_lot.values():
        if len(lot_ties) == 1:
            yield lot_ties[0], []
            continue
        by_holder = {t.holder: t for t in lot_ties}
        through = {t.holder: _through(t) for t in lot_ties}
        above: dict[str, list[Tie]] = defaultdict(list)
        under: set[str] = set()
        for tie in lot_ties:
            mine = through[tie.holder]
            for holder in sorted(mine.parties & by_holder.keys()):
                lower = by_holder[holder]
                if not tie.bidders <= lower.bidders or (not mine.whole and explained(lower)):
                    continue
                # Two parties in one loop are each above the other: the first by id is taken as the nearer.
                if tie.holder in through[holder].parties and not holder < tie.holder:
                    continue
                above[holder].append(tie)
                under.add(tie.holder)
        for tie in lot_ties:
            if tie.holder not in under:
                yield tie, above[tie.holder]


def _through(tie: Tie) -> _Through:
    common: frozenset[str] | None = None
    whole = True
    for row in tie.rows:
        if row.get("itself"):
            return _Through(frozenset(), True)
        derivation = derivation_of(row)
        inner = [frozenset(p["nodes"][1:-1]) for p in derivation.get("paths", ())]
        whole = whole and not derivation.get("truncated")
        # A holder reaches a nearer holder that bids itself by holding it.
        here = (frozenset.intersection(*inner) if inner else frozenset()) | {str(row["bidder_id"])}
        common = here if common is None else common & here
        if not common:
            break
    return _Through((common or frozenset()) - {tie.holder}, whole)
