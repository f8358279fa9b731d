"""Whose holders and bans the refused rows of a list state, so that nobody takes the companies for free of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import polars as pl

from graph.names import name_key
from graph.records import RefusedTie, spelt_as
from loaders.tables.parties import Parties
from loaders.tables.rows import SheetRows


def keep_where_refused(
    rows: SheetRows,
    type_: Literal["OWNS", "DEBARRED_BY"],
    company: Parties,
    other: Parties,
    left_out: pl.Series | None = None,
    days: Sequence[pl.Series] = (),
) -> None:
    """Keep of which companies refused rows state a holder or a ban, once all tables of the sheet are read.

    One party a row in `company` and in `other` (the holder, the authority). `left_out`: rows of neither, such as totals; `days`: those
    of the ban.
    """
    rows.of_refused.append(partial(_keep, rows, type_, company.frame, other.frame, left_out, days))


def _keep(
    rows: SheetRows,
    type_: str,
    company: pl.DataFrame,
    other: pl.DataFrame,
    left_out: pl.Series | None,
    days: Sequence[pl.Series],
) -> None:
    bad = pl.Series(rows.bad)
    at = (bad if left_out is None else bad & ~left_out.fill_null(False)).arg_true()
    if not len(at):
        return
    sides = company[at], other[at]
    ends = zip(sides[1]["id"], name_key(sides[1]["name"]), strict=True)
    said = zip(*(d.gather(at) for d in days), strict=True) if days else [()] * len(at)
    found = {
        RefusedTie(type_, id_, tuple(spelt_as(t) for t in end if t), tuple(d for d in on if d))
        for id_, person, end, on in zip(sides[0]["id"], sides[0]["person"], ends, said, strict=True)
        if id_ is not None and not person
    }
    kept = rows.context.refused_ties.setdefault(rows.file.key, [])
    kept.extend(sorted(found, key=lambda t: (t.company, t.other, t.days)))
