"""Why somebody decided: a free text, kept for good and read by many, never with people's numbers in clear."""

from __future__ import annotations

from cases import audit
from cases.private_numbers import numbers_masked


def said_why(text: str) -> str:
    """A reason as it is kept: as `audit.said`, people's numbers, accounts and telephones masked. Raises `InvalidValueError`."""
    return numbers_masked(audit.said(text, "理由", "the reason"))
