"""Which bids the refused rows of a list state, so that a row which states one of them all the same can be told from another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import polars as pl

from graph.names import name_key
from graph.records import RefusedBid, spelt_as
from loaders.context import ReadContext
from loaders.tables.parties import Parties
from loaders.tables.rows import AT, SheetRows

_DAY: Final = 10


@dataclass(frozen=True)
class StatedBids:
    """The bids that the rows of a sheet state: one value a row of `lots` and `ids`, one party a row in each of `bidders`."""

    lots: pl.Series
    ids: pl.Series
    bidders: Sequence[Parties]


def keep_where_refused(rows: SheetRows, stated: StatedBids) -> None:
    """Keep which of the bids refused rows state, once all tables of the sheet are read."""
    rows.of_refused.append(partial(_keep, rows, stated))


def _keep(rows: SheetRows, stated: StatedBids) -> None:
    # Equal ones once, with how many rows they are.
    at = pl.Series(rows.bad).arg_true()
    if not len(at):
        return
    found: dict[tuple[str, str | None, tuple[tuple[str, ...], ...], str | None], int] = {}
    days = _days(rows)
    lots, ids = stated.lots.gather(at), stated.ids.gather(at)
    bidders = zip(*(_marks(party.frame[at]) for party in stated.bidders), strict=True)
    for row, lot, bid, marks in zip(at, lots, ids, bidders, strict=True):
        if lot is not None:
            told = (lot, bid, tuple(m for m in marks if m), days.get(row))
            found[told] = found.get(told, 0) + 1
    kept = rows.context.refused_bids.setdefault(rows.file.key, [])
    kept.extend(RefusedBid(*told, n) for told, n in found.items())


def place_lots(context: ReadContext, lots: Mapping[str, str]) -> None:
    """Give the bids that are kept their lots' new ids."""
    for place, file in enumerate(context.extract.files):
        if any(b.lot in lots for b in file.refused_bids):
            placed = tuple(_placed(b, lots) for b in file.refused_bids)
            context.extract.files[place] = replace(file, refused_bids=placed)


def _placed(bid: RefusedBid, lots: Mapping[str, str]) -> RefusedBid:
    lot = lots.get(bid.lot, bid.lot)
    return replace(bid, lot=lot, bid=bid.bid and lot + bid.bid.removeprefix(bid.lot))


def _marks(parties: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    """Of each row's bidder the marks of its id and of its name, as far as they can be read."""
    for id_, name in zip(parties["id"], name_key(parties["name"]), strict=True):
        yield tuple(spelt_as(text) for text in (id_, name) if text)


def _days(rows: SheetRows) -> dict[int, str]:
    """By row the day on which it says that the bids were opened."""
    told: dict[int, str] = {}
    for frame in rows.stated("Tender"):
        if "opened_on" in frame.columns:
            days = frame.select(AT, pl.col("opened_on").str.slice(0, _DAY)).drop_nulls()
            told |= {row: day for row, day in days.iter_rows() if len(day) == _DAY}
    return told
