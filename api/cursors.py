"""Cursors: where a page ended, in which data. Opaque to the client, checked by us."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Final

from api.problems import ProblemError

LEDGER: Final = "ledger"
"""In place of a fingerprint: pages of what the ledger holds stand where no load makes their cursors outdated."""


def cursor(fingerprint: str, key: str) -> str:
    """The cursor after an entry."""
    return base64.urlsafe_b64encode(json.dumps([fingerprint, key]).encode()).decode().rstrip("=")


def malformed() -> ProblemError:
    """The problem with a cursor that this service did not give."""
    return ProblemError(
        "malformed-cursor",
        "游标无效：请用上一页给出的 next。",
        "This is no cursor: use `next` of the page before.",
    )


def key_of(text: str | None, fingerprint: str) -> str:
    """The key a cursor stands at; empty without one. Raises a problem: malformed, or of older data."""
    if not text:
        return ""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        made_for, key = json.loads(base64.b64decode(padded, b"-_", validate=True))
        if not (isinstance(made_for, str) and isinstance(key, str)):
            raise ValueError
        if made_for != fingerprint and LEDGER in (made_for, fingerprint):
            # One of another list: no data changed.
            raise ValueError
    except (ValueError, TypeError, binascii.Error, UnicodeError) as error:
        raise malformed() from error
    if made_for != fingerprint:
        raise ProblemError(
            "outdated-cursor",
            "数据已更新，此游标属于旧数据：请从第一页重新开始。",
            "The data changed since this cursor was given: begin again from the first page.",
        )
    return key
