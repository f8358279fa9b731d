"""Why somebody decided: a free text, kept for good and read by many, never with people's numbers in clear."""

from __future__ import annotations

from cases import audit


def said_why(text: str) -> str:
    """A reason as it is kept: as `audit.said`, people's numbers, accounts and telephones masked. Raises `InvalidValueError`."""
    return numbers_masked(audit.said(text, "理由", "the reason"))


def numbers_masked(reason: str) -> str:
    """A reason without such numbers: also one that was kept before they were masked."""
    # Loads what reads tables: only where there is a reason at all.
    from loaders.identity import without_private_numbers

    return without_private_numbers(reason)
