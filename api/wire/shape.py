"""What all shapes share."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, Field


class Wire(BaseModel, extra="allow"):
    """A shape of an answer."""


class Words(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


LINKS: Final = (
    "Paths relative to the service's root, where `v1/` stands: with `--prefix /a`, `/a/` goes before them"
)
"""What `links` in answers are, and `link` of refused rows."""
Fraction = Annotated[float | None, Field(description="A fraction; null where it is not known exactly")]
Day = Annotated[str | None, Field(description="YYYY-MM-DD; null = unknown or open")]


class Named(Wire):
    """A node by id, type and name."""

    id: str
    type: str
    name: str


class Flag(Wire):
    """Something to know beside an answer."""

    code: str
    zh: str
    en: str


class DatasetOf(BaseModel):
    """The data an answer comes from."""

    fingerprint: str
    newest_source: str | None
