"""Places in Chinese law as English cites them."""

from __future__ import annotations

import re
from typing import Final

from graph.numerals import han_number

_PARTS: Final = {"条": ("art.", "arts."), "款": ("para.", "paras."), "项": ("item", "items")}
_ONE: Final = r"[（(]?(?:[〇零一二三四五六七八九十百]+|[0-9]+)[）)]?"
_CITED: Final = re.compile(f"第({_ONE}(?:、{_ONE})*)([{''.join(_PARTS)}])")


def articles(text: str) -> str:
    """Where a law says it, in English: 第三十七条第（一）、（三）项 is art. 37 items 1, 3. What is written otherwise stays."""
    told = _CITED.sub(_in_english, text)
    return re.sub(r"、\s*", ", ", told).strip()


def _in_english(cited: re.Match[str]) -> str:
    numbers = [str(han_number(one.strip("（()）"))) for one in cited[1].split("、")]
    return f" {_PARTS[cited[2]][len(numbers) > 1]} {', '.join(numbers)}"
