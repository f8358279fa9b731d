"""Texts in which something can be seen."""

from __future__ import annotations

import re
from typing import Final

VISIBLE: Final = r"[^\s\x00-\x1f\x7f-\xa0]"
"""Text in which something can be seen, as an expression that every dialect reads alike."""


def visible(text: str) -> bool:
    """Whether something can be seen in a text: characters of control alone say nothing."""
    return re.search(VISIBLE, text) is not None
