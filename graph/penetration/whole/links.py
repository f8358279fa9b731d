"""A whole register on one day, as numbered links; and the rows that need no arithmetic at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from graph.penetration.days import ALWAYS, NEVER, IntArray, day_numbers
from graph.penetration.edges import BoolArray, FloatArray, Reach, distinct, summed
from graph.penetration.ownership import Ownership
from graph.penetration.register import TOLERANCE, explained, live_links, tightened
from graph.penetration.tables import OwnershipError, check_bands

ROWS: Final[dict[str, pl.DataType]] = {
    "holder_id": pl.String(),
    "company_id": pl.String(),
    "share": pl.Float64(),
    "share_min": pl.Float64(),
    "share_max": pl.Float64(),
    "min_open": pl.Boolean(),
    "max_open": pl.Boolean(),
    "valid_from": pl.String(),
    "valid_to": pl.String(),
    "share_class": pl.String(),
}
"""Rows of shareholdings; the first two columns must be there, dates are ISO, shares fractions.

`min_open`, `max_open`: that bound is itself excluded (more than half is control, half and more is not).

Rows equal in all of them are one; other rows of one holder on one company are added.
"""


@dataclass(frozen=True)
class WholeLinks:
    """Links between numbered parties, one a (holder, company), sorted by company, then holder.

    `share`: its bounds, shape (links, 1) where all are exact, else (links, 2). Links of company `c` are
    `pointer[c]:pointer[c + 1]`. `ids`: of the parties. `stated`: sum of each register by its lower bounds.
    `by_law`: parties whose owner no list states (see `sole_owners`); None: of nobody.
    """

    ids: pl.Series
    holder: IntArray
    company: IntArray
    share: FloatArray
    pointer: IntArray
    stated: FloatArray
    by_law: BoolArray | None = None

    @classmethod
    def of(
        cls, ids: pl.Series, holder: IntArray, company: IntArray, low: FloatArray, high: FloatArray
    ) -> WholeLinks:
        """Links sorted by company, then holder, each pair once."""
        n = len(ids)
        pointer = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(company, minlength=n), out=pointer[1:])
        exact = bool(np.array_equal(low, high))
        share = low[:, None] if exact else np.stack([low, high], axis=1)
        return cls(ids, holder, company, np.ascontiguousarray(share), pointer, summed(company, low, n))

    @property
    def parties(self) -> int:
        """How many parties."""
        return len(self.ids)

    @property
    def columns(self) -> int:
        """1 where every share is exact, else 2: lower and upper bounds."""
        return int(self.share.shape[1])

    @property
    def has_register(self) -> BoolArray:
        """Which parties have holders."""
        found: BoolArray = self.pointer[1:] > self.pointer[:-1]
        return found


@dataclass(frozen=True)
class Whole:
    """A whole register on one day.

    `plain`: holder, company, share of the rows of companies whose holders are all final holders with an exact share
    stated once: their own answer. `links`: all other companies. `undated`: rows without a date, which count on
    every day. `declared`: declared indirect holdings no stated route explains, taken as links.
    """

    plain: pl.DataFrame
    links: WholeLinks
    undated: int
    declared: int = 0

    @classmethod
    def of_ownership(cls, ownership: Ownership, day: int) -> Whole:
        """From a graph's ownership."""
        edges = ownership.holding_edges
        holds = (edges.start <= day) & (day < edges.end)
        every = np.arange(edges.nodes, dtype=np.int64)
        places = np.arange(len(edges.holder), dtype=np.int64)
        reach = Reach(np.zeros_like(every), every, every[:0], places, edges.company, holds)
        links = live_links(ownership, edges, reach)
        if links.declared.any():
            links = links.only(~explained(links, edges.nodes))
        undated = int((~ownership.holdings.dated[links.rows]).sum())
        whole = WholeLinks.of(ownership.nodes["id"], links.holder, links.company, links.low, links.high)
        if ownership.holdings.by_law.any():
            law = ownership.holdings.by_law[links.rows[links.first[:-1]]]
            whole = replace(whole, by_law=np.bincount(links.company, law, minlength=edges.nodes) > 0)
        return cls(_NOTHING, whole, undated, int(links.declared.sum()))

    @classmethod
    def of_rows(cls, rows: pl.DataFrame, day: int) -> Whole:
        """Straight from a table of shareholdings (`ROWS`).

        Raises `OwnershipError` on a share that is no fraction or a party without an id, `DateError`.
        """
        plain, rest, undated = split_rows(rows, day)
        return cls(plain, _numbered(rest), undated)


def split_rows(rows: pl.DataFrame, day: int) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """(plain rows as in `Whole`, all others as in `ROWS`, how many have no date) of those that hold on a day.

    Raises `OwnershipError` on a share that is no fraction or a party without an id, `DateError`.
    """
    check_rows(rows)
    rows, undated = _on(rows.select(c for c in ROWS if c in rows.columns), day)
    # A stated holding of nothing is no holding.
    nothing = (_high(rows) <= 0.0).fill_null(False)
    if rows.select(nothing.alias("n").any()).item():
        rows = rows.filter(~nothing)
    plain = _plain(rows)
    answers = rows.lazy().filter(plain).select(holder="holder_id", company="company_id", share="share")
    # A row stated twice is one row; other rows of one holder on one company are added.
    return answers.collect(), rows.filter(~plain).unique(maintain_order=True), undated


_NOTHING: Final = pl.DataFrame(schema={"holder": pl.String, "company": pl.String, "share": pl.Float64})


def check_rows(rows: pl.DataFrame) -> None:
    """Raises `OwnershipError` naming the first row that can't enter, and how many there are."""
    _check_ids_and_shares(rows)
    check_bands(rows)


def _check_ids_and_shares(rows: pl.DataFrame) -> None:
    for column in ("holder_id", "company_id"):
        missing = rows[column].is_null() | (rows[column] == "")
        if missing.any():
            at = int(missing.arg_max() or 0)
            raise OwnershipError(
                f"第 {at + 1} 条数据（共 {missing.sum()} 条）缺少 {column}：整册穿透按编号进行；"
                "只有名称的股东请先用 lookthrough load 导入。",
                f"Data row {at + 1} ({missing.sum()} in all) has no {column}: a whole register goes by ids; "
                "holders known by name alone have to be loaded first (lookthrough load).",
            )
    for column in ("share", "share_min", "share_max"):
        if column not in rows.columns:
            continue
        value = rows[column]
        wrong = value.is_not_null() & ~(value.is_finite() & value.is_between(0.0, 1.0 + TOLERANCE)).fill_null(
            False
        )
        if wrong.any():
            at = int(wrong.arg_max() or 0)
            row = rows.row(at, named=True)
            raise OwnershipError(
                f"第 {at + 1} 条数据（共 {wrong.sum()} 条）的 {column} 为 {row[column]}："
                f"{row['holder_id']} → {row['company_id']}。持股比例须为 0 到 1 的小数；百分数请用 share_percent 列或写成 51%。",
                f"Data row {at + 1} ({wrong.sum()} in all) has {column} {row[column]}: "
                f"{row['holder_id']} → {row['company_id']}. A share is a fraction from 0 to 1; "
                "for per cent use a column share_percent, or write 51%.",
            )


def _on(rows: pl.DataFrame, day: int) -> tuple[pl.DataFrame, int]:
    """The rows that hold on a day, and how many of them have no date."""
    dates = [
        c for c in ("valid_from", "valid_to") if c in rows.columns and rows[c].null_count() < rows.height
    ]
    if not dates:
        return rows, rows.height
    holds = np.ones(rows.height, dtype=np.bool_)
    if "valid_from" in dates:
        holds &= day_numbers(rows["valid_from"], ALWAYS) <= day
    if "valid_to" in dates:
        holds &= day < day_numbers(rows["valid_to"], NEVER)
    rows = rows.filter(holds)
    return rows, int(rows.select(pl.all_horizontal(pl.col(dates).is_null()).sum()).item())


def _low(rows: pl.DataFrame) -> pl.Expr:
    return pl.coalesce([c for c in ("share", "share_min") if c in rows.columns] + [pl.lit(0.0)])


def _high(rows: pl.DataFrame) -> pl.Expr:
    stated = pl.coalesce([c for c in ("share", "share_max") if c in rows.columns] + [pl.lit(1.0)])
    return pl.max_horizontal(stated, _low(rows))


def _plain(rows: pl.DataFrame) -> pl.Series:
    """Which rows belong to companies that need no arithmetic.

    Ids are compared by a 64-bit hash. Two ids of one hash can only make a plain row look like another kind, and
    those are numbered by their text.
    """
    holder, company = rows["holder_id"].hash(), rows["company_id"].hash()
    middle = holder.is_in(company.unique().implode())
    pairs = (holder.to_numpy() * _ODD) ^ company.to_numpy()
    ordered = np.sort(pairs)
    twice = pl.Series(pairs).is_in(pl.Series(distinct(ordered[1:][ordered[1:] == ordered[:-1]])).implode())
    special = middle | company.is_in(holder.filter(middle).unique().implode()) | twice
    if "share" not in rows.columns:
        return pl.repeat(False, rows.height, eager=True)
    special |= rows["share"].is_null()
    apart = pl.concat([company.filter(special), _above_100(company, rows["share"])]).unique()
    return ~company.is_in(apart.implode())


_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


def _above_100(company: pl.Series, share: pl.Series) -> pl.Series:
    """Companies whose shares add up to more than 100%; a sort is several times faster than grouping here."""
    hashes = company.to_numpy()
    order = np.argsort(hashes)
    hashes = hashes[order]
    if not len(order):
        return company
    first = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    total = np.add.reduceat(share.fill_null(0.0).to_numpy()[order], first)
    return pl.Series(company.name, hashes[first[total > 1.0 + TOLERANCE]], dtype=pl.UInt64)


def _numbered(rows: pl.DataFrame) -> WholeLinks:
    """Links of rows in any order: rows of one holder on one company added, bands tightened."""
    ids, holder, company = _codes(rows["holder_id"], rows["company_id"])
    low, high = (rows.select(v=e)["v"].to_numpy() for e in (_low(rows), _high(rows)))
    silent = np.ones(rows.height, dtype=np.bool_)
    for column in ("share", "share_min", "share_max"):
        if column in rows.columns:
            silent &= rows[column].is_null().to_numpy()
    order = np.argsort(company * max(1, len(ids)) + holder, kind="stable")
    holder, company = holder[order], company[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (holder[1:] != holder[:-1]) | (company[1:] != company[:-1])
    link, at = np.cumsum(new) - 1, np.flatnonzero(new)
    low, high = summed(link, low[order], len(at)), summed(link, high[order], len(at))
    unknown = np.bincount(link, silent[order], minlength=len(at)) > 0
    high = np.where(unknown, 1.0, high)
    company = company[at]
    none = np.zeros(len(at), dtype=np.bool_)
    low, high, _ = tightened(company, (low, high), (none, none), unknown, none)
    return WholeLinks.of(ids, holder[at], company, low, high)


def _codes(holder: pl.Series, company: pl.Series) -> tuple[pl.Series, IntArray, IntArray]:
    """(ids, number of each holder, number of each company): numbers by hash, each checked against the text."""
    both = pl.concat([holder.rename("id"), company.rename("id")])
    seed = 0
    while True:
        _, first, numbers = np.unique(both.hash(seed).to_numpy(), return_index=True, return_inverse=True)
        ids = both.gather(first)
        numbers = numbers.astype(np.int64)
        if bool((ids.gather(numbers) == both).all()):
            return ids, numbers[: len(holder)], numbers[len(holder) :]
        seed += 1
