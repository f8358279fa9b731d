"""Parameters that many routes share, each bounded."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from api.forms import DAY_FORM, PRINTABLE
from graph.penetration.days import EARLIEST, LATEST


class DayError(ValueError):
    """A text that is no day that can be asked for, told in both languages."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh, self.en = zh, en


def _written(value: object) -> object:
    """A day as it is written in requests: no moment, and no number of seconds, which would be days as well."""
    if isinstance(value, dt.date) or (isinstance(value, str) and re.fullmatch(DAY_FORM, value)):
        return value
    raise DayError("应为日期，如 2025-05-20", "Should be a date such as 2025-05-20")


def _day(value: dt.date) -> dt.date:
    if not EARLIEST <= value <= LATEST:
        raise DayError(
            f"应为 {EARLIEST} 至 {LATEST} 之间的日期", f"Should be a date from {EARLIEST} to {LATEST}"
        )
    return value


Day = Annotated[
    dt.date,
    BeforeValidator(_written),
    AfterValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(19[0-9]{2}|20[0-9]{2}|2100)-"}),
]
"""A day on which ownership can be asked for."""
Id = Annotated[
    str,
    Path(
        min_length=1,
        max_length=300,
        pattern=PRINTABLE,
        description="An id such as cn-uscc:…; a name or bare number where only one has it",
    ),
]
Word = Annotated[str, Query(max_length=300, pattern=PRINTABLE)]
AsOf = Annotated[
    Day | None,
    Query(description="Ownership on this day; today in Asia/Shanghai by default"),
]
Limit = Annotated[int, Query(ge=1, le=500, description="Entries of the page")]
Cursor = Annotated[
    str | None, Query(max_length=600, description="`next` of the page before"), AfterValidator(lambda t: t)
]
Language = Annotated[Literal["zh", "en"], Query(description="Language of texts")]


def iso(day: dt.date | None) -> str | None:
    """The day as text."""
    return None if day is None else day.isoformat()
