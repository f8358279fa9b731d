"""Times as the ledger takes them from people: a date, or a time with its offset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from cases.errors import InvalidValueError
from cases.tables import timestamp

Clock = Callable[[], dt.datetime]
CHINA: Final = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")


def system_clock() -> dt.datetime:
    """The time now."""
    return dt.datetime.now(dt.UTC)


def moment(stated: str | dt.datetime | dt.date, *, end_of_day: bool = False) -> str:
    """A stated time in the ledger's form. A date is its beginning in Asia/Shanghai, or its end. Raises `InvalidValueError`."""
    try:
        if isinstance(stated, str):
            stated = stated.strip()
            stated = dt.date.fromisoformat(stated) if len(stated) == 10 else dt.datetime.fromisoformat(stated)
        if not isinstance(stated, dt.datetime):
            day = dt.datetime.combine(stated, dt.time(), CHINA)
            return timestamp(day + dt.timedelta(days=1) if end_of_day else day)
        if stated.tzinfo is None:
            raise ValueError(stated)
        return timestamp(stated)
    except (ValueError, OverflowError) as error:
        raise InvalidValueError(
            f"无法识别的时间：{stated}。请写成 2026-12-31，或带时区的 2026-12-31T18:00:00+08:00。",
            f"{stated} is no time that can be read. Write 2026-12-31, or 2026-12-31T18:00:00+08:00 with its offset.",
        ) from error


def end_said(until: str) -> str:
    """An end in the ledger's form as people write it, in Asia/Shanghai: the last day, or the minute."""
    end = dt.datetime.fromisoformat(until).astimezone(CHINA)
    if end.time() == dt.time():
        return (end.date() - dt.timedelta(days=1)).isoformat()
    return end.strftime("%Y-%m-%d %H:%M")


def later_than(at: str, last: str) -> str:
    """`at`, or the moment after `last` where a clock went back: writes have times that only grow."""
    if at > last:
        return at
    return timestamp(dt.datetime.fromisoformat(last) + dt.timedelta(microseconds=1))
