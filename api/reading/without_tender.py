"""Findings of parties that are screened with no tender, told without one: no bidder, no lot and no bid date in words.

Detectors word what they find of the bidders of a lot. Here the lot is made up for the question, and its date is the day
asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from detectors.definition import Undecided
from detectors.finding import Finding

TENDER: Final = "所列主体"
LOT: Final = "临时核查"
"""Titles of what is made up, as a store keeps them: in one language."""
_ZH: Final = (
    (f"{TENDER}（{LOT}）：投标人", f"{TENDER}（{LOT}）："),
    ("同时在投标人", "同时在"),
    ("疑似控股或管理同一标段的投标人", "疑似控股或管理其中另一主体"),
    ("其本身亦为投标人", "其本身亦在所列主体之中"),
    ("自身参加投标", "本身即在所列主体之中"),
    ("投标时状态", "当日状态"),
    ("投标日期", "核查日"),
    ("投标日", "核查日"),
    ("家投标人", "家主体"),
    ("投标人", "主体"),
)
_EN: Final = (
    (f"{TENDER} ({LOT}): bidders ", "the parties listed (screening): "),
    (f"{TENDER} ({LOT}): bidder ", "the parties listed (screening): "),
    (f"{TENDER} ({LOT})", "the parties listed (screening)"),
    (" in bidders ", " in "),
    ("a bidder of the same lot", "another of them"),
    ("itself a bidder", "itself among those listed"),
    ("bids itself", "is itself among those listed"),
    ("verify the state at the bid", "verify the state on that day"),
    ("later than the bid", "later than that day"),
    ("after the bid:", "after that day:"),
    ("bid date", "day of the screening"),
    ("bidders", "parties"),
    ("bidder", "party"),
)
"""Chinese and English of a lot → of a list; longer ones first."""


def of_list(found: Finding) -> Finding:
    """The finding in words that fit a list of parties; facts and fingerprint are as they were."""
    names = {str(n) for n in dict(found.facts.get("names", {})).values() if n}
    told = {
        "zh": _reworded(found.text["zh"], _ZH, names),
        "en": _reworded(found.text["en"], _EN, names),
    }
    why = found.suppressed_by and {
        **found.suppressed_by,
        "reason": _reworded(found.suppressed_by["reason"], _ZH, names),
        "reason_en": _reworded(found.suppressed_by["reason_en"], _EN, names),
    }
    return replace(found, text=told, suppressed_by=why or None)


def gap_of_list(gap: Undecided) -> Undecided:
    """The same of what can't be decided."""
    zh, en = _reworded(gap.missing_zh, _ZH, ()), _reworded(gap.missing_en, _EN, ())
    return replace(gap, missing_zh=zh, missing_en=en)


def _reworded(text: str, words: Collection[tuple[str, str]], names: Collection[str]) -> str:
    """The text with each of the words replaced, but for names: a firm may be called anything."""
    kept = "|".join(re.escape(n) for n in sorted(names, key=lambda n: (-len(n), n)))
    # Split by a group, every other part is a name.
    parts = re.split(f"({kept})", text) if kept else [text]
    for at in range(0, len(parts), 2):
        for word, instead in words:
            parts[at] = parts[at].replace(word, instead)
    return "".join(parts)
