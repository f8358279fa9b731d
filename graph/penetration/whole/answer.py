"""The effective shares of a whole register, written to a file, with a report of what must be said beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from graph.penetration.days import iso_date
from graph.penetration.edges import FloatArray
from graph.penetration.register import TOLERANCE
from graph.penetration.shares import NEARLY_CLOSED, Method
from graph.penetration.tables import OwnershipError
from graph.penetration.thresholds import read_threshold
from graph.penetration.whole.entries import HIGH_CLOSED, LOW_CLOSED, Entries
from graph.penetration.whole.flows import WholeFlows
from graph.penetration.whole.links import Whole
from graph.penetration.whole.writing import Sink, written

COLUMNS: Final[dict[str, pl.DataType]] = {
    "holder": pl.String(),
    "company": pl.String(),
    "share": pl.Float64(),
    "share_min": pl.Float64(),
    "share_max": pl.Float64(),
    "depth": pl.Int32(),
    "ultimate": pl.Boolean(),
    "method": pl.Categorical(),
    "bounds": pl.Categorical(),
    "flags": pl.Categorical(),
    "as_of": pl.Date(),
}
"""Columns of the answer, a row a holder and company.

`share` is null where it is not exact; then `share_min` and `share_max` bound it (null: not bounded by the data).
`bounds`: exact, or outer (the bounds hold, but need not be the tightest). `flags`: register_above_100 (the company's
own register adds up to more than 100%), above_100 (the share itself), closed_block (some way passes a block that owns
itself: only what does not is counted), unbounded, owner_by_law (no list states the company's owner: a sole trader's has
the whole by law); several are joined by a space.
"""

_ROWS: Final = 1_000_000
_NAMED: Final = 1000
"""Companies named in a report; the answer flags all of them."""

Progress = Callable[[str, int, int], None]
"""Called as (what, done, total); total 0 where it is not known."""


@dataclass(frozen=True)
class LoopFound:
    """A loop of holdings: its companies, and the first return of the one that holds most of itself (None: closed)."""

    ids: tuple[str, ...]
    returns: float | None


@dataclass(frozen=True)
class WholeReport:
    """What was written, and what must be said of it.

    `closed`: blocks that own themselves and are refused, named. `nearly_closed`: loops that hold over 95% of
    themselves. `above_100`: companies whose register adds up to more than 100%, with the sum, at most 1000 of the
    `above_100_count`. `undated`: rows without a date, which count on every day. `inexact`: whether bounds occur.
    """

    to: Path
    as_of: str | None
    companies: int
    pairs: int
    loops: int
    closed: tuple[LoopFound, ...]
    nearly_closed: tuple[LoopFound, ...]
    above_100: tuple[tuple[str, float], ...]
    above_100_count: int
    undated: int
    declared: int
    inexact: bool

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, shares to 10 decimals."""
        return {
            "to": str(self.to),
            "as_of": self.as_of,
            "companies": self.companies,
            "pairs": self.pairs,
            "loops": self.loops,
            "closed_blocks": [list(b.ids) for b in self.closed],
            "nearly_closed_loops": [
                {"ids": list(b.ids), "self_held": None if b.returns is None else round(b.returns, 10)}
                for b in self.nearly_closed
            ],
            "registers_above_100": [{"id": i, "sum": round(s, 10)} for i, s in self.above_100],
            "registers_above_100_count": self.above_100_count,
            "undated_rows": self.undated,
            "declared_indirect": self.declared,
            "bounds": "outer" if self.inexact else "exact",
        }


@dataclass
class _Written:
    sink: Sink
    as_of: dt.date
    threshold: float | None
    method: Method | None
    pairs: int = 0

    def plain(self, rows: pl.DataFrame) -> None:
        """Rows that are their own answer."""
        if self.threshold is not None:
            rows = rows.filter(pl.col("share") >= self.threshold - TOLERANCE)
        share = pl.col("share")
        self._write(
            rows.select(
                "holder",
                "company",
                "share",
                share_min=share,
                share_max=share,
                depth=pl.lit(1, pl.Int32),
                ultimate=pl.lit(True),
                method=_word(self.method or "integrated"),
                bounds=_word("exact"),
                flags=pl.lit(None, pl.Categorical()),
                as_of=pl.lit(self.as_of, pl.Date),
            )
        )

    def entries(self, flows: WholeFlows, entries: Entries) -> None:
        """Pairs that took arithmetic."""
        entries = entries.only(entries.holder != entries.company)
        looped = flows.looped[entries.holder]
        stops = looped if self.method is None else np.full(len(entries), self.method == "stop_at_target")
        share = entries.share
        if stops.any():
            # x[h] = Y[h,c] (1 - r_c); where c's own block is closed there is no share at all.
            passage = share * (1.0 - np.nan_to_num(flows.returns[entries.company]))
            share = np.where(stops[:, None], passage, share)
        low, high = share[:, 0], share[:, -1]
        shut = np.isnan(flows.returns[entries.company, 0])
        low_closed = (entries.marks & LOW_CLOSED) > 0
        high_closed = low_closed | ((entries.marks & (HIGH_CLOSED if share.shape[1] > 1 else LOW_CLOSED)) > 0)
        exact = ~high_closed & (high - low <= TOLERANCE * np.maximum(1.0, low))
        keep = np.ones(len(entries), dtype=np.bool_)
        if self.threshold is not None:
            # What may reach the threshold, as far as the data go, is kept.
            keep = high_closed | (np.where(exact, low, high) >= self.threshold - TOLERANCE)
        if not keep.any():
            return
        above = flows.links.stated[entries.company] > 1.0 + TOLERANCE
        over = exact & (low > 1.0 + TOLERANCE) & ~looped
        ids, by_law = flows.links.ids, flows.links.by_law
        law = np.zeros(len(entries), dtype=np.bool_) if by_law is None else by_law[entries.company]
        frame = pl.DataFrame(
            {
                "holder": ids.gather(entries.holder[keep]),
                "company": ids.gather(entries.company[keep]),
                "share": _where(exact, low, keep),
                "share_min": _where(~shut, np.where(exact, low, np.minimum(low, 1.0)), keep),
                "share_max": _where(~high_closed, np.where(exact, low, np.minimum(high, 1.0)), keep),
                "depth": entries.depth[keep],
                "ultimate": ~flows.links.has_register[entries.holder[keep]],
                "method": _choice(("integrated", "stop_at_target"), stops[keep].astype(np.uint32)),
                "bounds": _choice(("exact", "outer"), (~exact[keep]).astype(np.uint32)),
                "flags": _flags((above, over, low_closed, high_closed & ~low_closed, law), keep),
                "as_of": pl.repeat(self.as_of, int(keep.sum()), dtype=pl.Date, eager=True),
            }
        )
        self._write(frame)

    def _write(self, frame: pl.DataFrame) -> None:
        self.pairs += frame.height
        for at in range(0, frame.height, _ROWS):
            self.sink.write(frame.slice(at, _ROWS))


_FLAGS: Final = ("register_above_100", "above_100", "closed_block", "unbounded", "owner_by_law")


def _word(text: str) -> pl.Expr:
    return pl.lit(text, pl.Categorical())


def _choice(words: tuple[str, ...], which: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> pl.Series:
    return pl.Series(words, dtype=pl.Categorical()).gather(which)


def _where(
    known: np.ndarray[tuple[int], np.dtype[np.bool_]],
    values: FloatArray,
    keep: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> pl.Series:
    return pl.Series(np.where(known, values, np.nan)[keep]).fill_nan(None)


def _flags(
    marks: tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], ...],
    keep: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> pl.Series:
    code = sum(
        (m[keep].astype(np.uint32) << i for i, m in enumerate(marks)), np.zeros(int(keep.sum()), np.uint32)
    )
    words = [" ".join(f for i, f in enumerate(_FLAGS) if n >> i & 1) or None for n in range(1 << len(_FLAGS))]
    return pl.Series(words, dtype=pl.Categorical()).gather(code)


def write_shares(
    whole: Whole,
    to: Path,
    day: int,
    threshold: str | float | None = None,
    ultimate_only: bool = False,
    method: str | None = None,
    progress: Progress = lambda what, done, total: None,
) -> WholeReport:
    """Write the effective share of every holder in every company of a register (`COLUMNS`).

    `to`: `.parquet` or `.csv`, written whole or not at all. `threshold`: as `read_threshold` takes it; pairs that can't reach it are
    left out. `ultimate_only`: only holders without a register of their own. `method`: integrated or stop_at_target;
    None is integrated, and stop_at_target for holders inside a loop. Raises `OwnershipError`.
    """
    least = None if threshold is None else read_threshold(threshold)
    chosen = check_method(method)
    flows = WholeFlows(whole.links, not ultimate_only)
    as_of = dt.date.fromisoformat(iso_date(day) or "9999-12-31")
    with written(to, COLUMNS) as sink:
        answer = _Written(sink, as_of, least, chosen)
        progress("shares", 0, 0)
        for at in range(0, whole.plain.height, _ROWS):
            answer.plain(whole.plain.slice(at, _ROWS))
        for entries in flows.entries(lambda done, total: progress("shares", done, total)):
            answer.entries(flows, entries)
    return _report(whole, flows, to, day, answer.pairs)


def check_method(method: str | None) -> Method | None:
    """The method, if a whole register can be answered by it. Raises `OwnershipError`."""
    if method is None or method == "integrated" or method == "stop_at_target":
        return method  # type: ignore[return-value]
    raise OwnershipError(
        f"整册穿透不支持“{method}”，可用 integrated、stop_at_target；simple_paths 请逐家计算。",
        f"A whole register can't be answered by {method!r}: integrated or stop_at_target; "
        "for simple_paths ask company by company.",
    )


def _report(whole: Whole, flows: WholeFlows, to: Path, day: int, pairs: int) -> WholeReport:
    links = whole.links
    closed, nearly = [], []
    for loop in flows.loops:
        low = loop.returns[:, 0]
        if loop.closed:
            closed.append(LoopFound(tuple(sorted(links.ids.gather(loop.members))), None))
        elif low.max() > NEARLY_CLOSED + TOLERANCE:
            nearly.append(LoopFound(tuple(sorted(links.ids.gather(loop.members))), float(low.max())))
    above = np.flatnonzero(links.stated > 1.0 + TOLERANCE)
    named = above[np.argsort(-links.stated[above], kind="stable")][:_NAMED]
    return WholeReport(
        to,
        iso_date(day),
        whole.plain["company"].n_unique() + int(links.has_register.sum()),
        pairs,
        len(flows.loops),
        tuple(sorted(closed, key=lambda b: b.ids)),
        tuple(sorted(nearly, key=lambda b: b.ids)),
        tuple(zip(links.ids.gather(named), links.stated[named].tolist(), strict=True)),
        len(above),
        whole.undated,
        whole.declared,
        links.columns > 1,
    )
