"""Months (`YYYY-MM`) as benefits are paid for them: from one to another, against a span of days, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final


def months_of(first: str, last: str) -> Iterator[str]:
    """The months from first to last (`YYYY-MM…`), both included."""
    year, month = int(first[:4]), int(first[5:7])
    while f"{year:04d}-{month:02d}" <= last[:7]:
        yield f"{year:04d}-{month:02d}"
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def in_month(start: str | None, end: str | None, month: str) -> bool:
    """Does a half-open span cover some day of the month?"""
    return (not start or start[:7] <= month) and (not end or end > f"{month}-01")


def all_of_month(spans: Iterable[tuple[str | None, str | None]], month: str) -> bool:
    """Do half-open spans of days together leave no day of the month outside? An end may be the last day itself."""
    reached = 0
    days = [
        (
            1 if not start or start <= f"{month}-01" or len(start) == len(month) else int(start[8:10]),
            _LAST if not end or end >= f"{month}-{_LAST - 3}" else int(end[8:10] or _LAST),
        )
        for start, end in spans
        if in_month(start, end, month)
    ]
    for first, last in sorted(days):
        if first <= reached + 1:
            reached = max(reached, last)
    return reached >= _LAST


_LAST: Final = 31


def on_day(start: str | None, end: str | None, day: str) -> bool:
    """Does a half-open span cover the day?"""
    return (not start or start <= day) and (not end or end > day)


def days_of_change(starts: Iterable[str | None], month: str) -> list[str]:
    """The first of the month, and every later day of it on which something begins: nothing grows between them."""
    first = f"{month}-01"
    return [first, *sorted({s for s in starts if s and s[:7] == month and s > first})]


def later(month: str, by: int) -> str:
    """The month `by` months later."""
    count = int(month[:4]) * 12 + int(month[5:7]) - 1 + by
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def months_said(months: Sequence[str]) -> str:
    """The months as a person writes them: first and last."""
    return f"{months[0]}—{months[-1]}" if months[0] != months[-1] else months[0]
