"""Parameters that many routes share, each bounded."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AfterValidator


def _printable(text: str) -> str:
    if any(ord(c) < 32 for c in text):
        raise ValueError("no control characters")
    return text


def _day(value: dt.date) -> dt.date:
    if not 1900 <= value.year <= 2200:
        raise ValueError("a date between 1900 and 2200")
    return value


Id = Annotated[
    str,
    Path(
        min_length=1,
        max_length=300,
        description="An id such as cn-uscc:…; a name or bare number where only one has it",
    ),
    AfterValidator(_printable),
]
Word = Annotated[str, Query(max_length=300), AfterValidator(_printable)]
AsOf = Annotated[
    Annotated[dt.date, AfterValidator(_day)] | None,
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
