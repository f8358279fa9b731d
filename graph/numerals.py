"""Chinese numerals as numbers."""

from __future__ import annotations

from typing import Final

_WORTH: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "十": 10, "百": 100}


def han_number(text: str) -> int | None:
    """0 to 999 in Chinese or Arabic digits; None for anything else. 三〇二 is read digit by digit."""
    if text.isdigit():
        return int(text)
    if text and all(_WORTH.get(c, 10) < 10 for c in text):
        return int("".join(str(_WORTH[c]) for c in text))
    total, last = 0, 0
    for char in text:
        value = _WORTH.get(char)
        if value is None:
            return None
        if value >= 10:
            total, last = total + max(last, 1) * value, 0
        else:
            last = value
    return total + last
