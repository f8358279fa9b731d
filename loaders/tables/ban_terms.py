"""How long a ban lasts where a list says so in words: 禁止参加政府采购活动一年, 取消6个月投标资格, 2024年1月1日至2024年12月31日."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

import polars as pl

from graph.numerals import han_number
from loaders.tables.columns import TableRows

BARRING: Final = r"(?:禁止|取消|暂停|限制|不得)[^;。,]{0,25}(?:投标|竞标|政府采购|采购活动)"
"""A bar with its term in the midst of it (取消其一年内参加投标的资格), a fine beside it or not."""
_DAY: Final = r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?"
_SPAN: Final = re.compile(rf"{_DAY}\s*起?\s*(?:至|到|—+|-+|~)\s*{_DAY}")
_DATE: Final = re.compile(r"\d{4}\s*年(?:\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?)?|\d{4}[./-]\d{1,2}[./-]\d{1,2}")
_TERM: Final = re.compile(r"(?<![\d第])(\d{1,3}|[一二两三四五六七八九十半]{1,3})\s*(个月|年|月|天|日)")
_LONGEST: Final = 50
"""Years: more is no term but something else."""


def read_terms(table: TableRows, starts: pl.Series) -> pl.Series:
    """The first day after each ban (`YYYY-MM-DD`), by what the row says in words; null where it says nothing of it.

    `starts`: the day from which a ban runs, `YYYY-MM-DD`, from which a term is counted. Of several terms in the row's
    clauses that bar from bidding the longest counts. Rows whose end is read so are told.
    """
    words = [table.text(column).to_list() for column in ("term", "kind")]
    read = [_end(*said) for said in zip(*words, starts.to_list(), strict=True)]
    return pl.Series(read, dtype=pl.String)


def _end(term: str | None, kind: str | None, start: str | None) -> str | None:
    own = _plain(term)
    clauses = [own] if own else [c for c in re.split(r"[;。]", _plain(kind)) if re.search(BARRING, c)]
    ends = [day for clause in clauses for day in (_stated_end(clause), _after(clause, start)) if day]
    return max(ends, default=None)


def _plain(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "")


def _stated_end(clause: str) -> str | None:
    spans = _SPAN.findall(clause)
    days = [_day(*map(int, span[3:])) for span in spans]
    return max((_next(d) for d in days if d), default=None)


def _after(clause: str, start: str | None) -> str | None:
    """The day a term after the start: 一年 from 2024-03-01 holds until 2025-02-28."""
    if not start or len(start) < len("2000-01-01"):
        return None
    begun = date.fromisoformat(start)
    months = [m for number, unit in _TERM.findall(_DATE.sub("", clause)) if (m := _months(number, unit))]
    days = [
        d
        for number, unit in _TERM.findall(_DATE.sub("", clause))
        if unit in ("天", "日") and (d := han_number(number))
    ]
    if months:
        return _later(begun, max(months))
    return date.fromordinal(begun.toordinal() + max(days)).isoformat() if days else None


def _months(number: str, unit: str) -> int | None:
    if unit in ("天", "日"):
        return None
    each = 12 if unit == "年" else 1
    if number == "半":
        return each // 2 or None
    known = han_number(number)
    return known * each if known and known * each <= _LONGEST * 12 else None


def _later(begun: date, months: int) -> str:
    year, month = divmod(begun.year * 12 + begun.month - 1 + months, 12)
    for day in range(begun.day, 27, -1):
        if ends := _day(year, month + 1, day):
            return ends.isoformat()
    return date(year, month + 1, begun.day).isoformat()


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next(day: date) -> str:
    return date.fromordinal(day.toordinal() + 1).isoformat()


def tell_terms(table: TableRows, read: pl.Series) -> None:
    """Say of which bans (`read`: true) the end was worked out from words, each by the cell that has them."""
    own = table.text("term").is_not_null()
    for column, mine in (("term", own), ("kind", ~own)):
        table.rows.report("note", read & mine, "ban-term", table.header(column), table.text(column))
