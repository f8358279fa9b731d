"""Dates as day numbers, so that a date is a comparison of integers.

A day number counts days from 1970-01-01. Spans are half open: `start <= day < end`. A source that gives a
month alone (`2023-06`) means its first day; ends that are stated so are made whole days where rows are read
(`graph.resolution.spans.span_ends`).
"""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

IntArray = npt.NDArray[np.int64]

ALWAYS: Final = -(2**40)
"""The day number of an open start."""
NEVER: Final = 2**40
"""The day number of an open end."""
UNDATED: Final = NEVER - 1
"""Asked without a date: what has no end counts."""

EARLIEST: Final = dt.date(1900, 1, 1)
LATEST: Final = dt.date(2100, 12, 31)
"""The dates that can be asked for."""

_EPOCH: Final = dt.date(1970, 1, 1)
_DATE: Final = r"^\d{4}-\d{2}-\d{2}(?:[T ]|$)"
"""A whole date, of which a time of day is left out: alone, "24-07-01" would be read as the year 24."""


class DateError(ValueError):
    """A date that is none. The message, in both languages, says what is expected."""

    def __init__(self, value: object):
        self.zh = f"日期“{value}”无法识别：请写成 2024-07-01 或 2024-07。"
        self.en = f"{value!r} is not a date: write 2024-07-01 or 2024-07."
        super().__init__(f"{self.zh} {self.en}")


class DateRangeError(DateError):
    """A date nobody can mean: before 1900, or after 2100."""

    def __init__(self, value: object):
        super().__init__(value)
        self.zh = f"日期 {value} 超出范围：须在 {EARLIEST} 至 {LATEST} 之间。"
        self.en = f"{value} is out of range: ask for a date from {EARLIEST} to {LATEST}."
        self.args = (f"{self.zh} {self.en}",)


def today() -> dt.date:
    """Today in Asia/Shanghai, the default date of every question."""
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()


def day_number(value: str | dt.date | None) -> int:
    """The day number of a date asked for; None is today in Asia/Shanghai. Raises `DateError`, `DateRangeError`."""
    if value is None:
        value = today()
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, str):
        text = f"{value}-01" if len(value) == 7 else value
        try:
            value = dt.date.fromisoformat(text)
        except ValueError:
            raise DateError(value) from None
    if not EARLIEST <= value <= LATEST:
        raise DateRangeError(value)
    return (value - _EPOCH).days


def iso_date(day: int) -> str | None:
    """The ISO date of a day number; None where it is an open end or no date was asked for."""
    if day <= ALWAYS or day >= UNDATED:
        return None
    return (_EPOCH + dt.timedelta(days=int(day))).isoformat()


def iso_dates(days: IntArray) -> pl.Series:
    """`iso_date` of each."""
    closed = (days > ALWAYS) & (days < UNDATED)
    shown = pl.Series(np.where(closed, days, 0).astype(np.int32)).cast(pl.Date).dt.to_string("%Y-%m-%d")
    return shown.zip_with(pl.Series(closed), pl.repeat(None, len(days), dtype=pl.String, eager=True))


def day_numbers(dates: pl.Series, open_end: int) -> IntArray:
    """Day numbers of ISO dates; null is `open_end`. Raises `DateError` naming the first that is none."""
    text = dates.cast(pl.String)
    if text.null_count() == len(text):
        return np.full(len(text), open_end, dtype=np.int64)
    frame = text.rename("d").to_frame()
    full = pl.when(pl.col("d").str.len_chars() == 7).then(pl.col("d") + "-01").otherwise(pl.col("d"))
    whole = pl.when(full.str.contains(_DATE)).then(full.str.slice(0, 10))
    read = frame.select(pl.col("d"), day=whole.str.to_date("%Y-%m-%d", strict=False).to_physical())
    wrong = read.filter(pl.col("d").is_not_null() & pl.col("day").is_null())
    if wrong.height:
        raise DateError(wrong["d"][0])
    return read["day"].cast(pl.Int64).fill_null(open_end).to_numpy().astype(np.int64)
