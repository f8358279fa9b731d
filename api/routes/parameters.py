"""Parameters that many routes share, each bounded."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AfterValidator, WithJsonSchema

from api.forms import PRINTABLE
from graph.penetration.days import EARLIEST, LATEST


def _day(value: dt.date) -> dt.date:
    if not EARLIEST <= value <= LATEST:
        raise ValueError(f"a date from {EARLIEST} to {LATEST}")
    return value


Day = Annotated[
    dt.date,
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
