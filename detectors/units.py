"""The units of parameters: as definitions write them, and as people read them, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "bidders": ("家投标人", "bidders"),
    "bids": ("次投标", "bids"),
    "companies": ("家企业", "companies"),
    "date": ("", ""),
    "days": ("天", "days"),
    "domains": ("", ""),
    "dwellings": ("套住房", "dwellings"),
    "fraction": ("（比例）", "as a fraction"),
    "lots": ("个标段", "lots"),
    "m2": ("平方米", "m²"),
    "months": ("个月", "months"),
    "names": ("", ""),
    "parties": ("个主体", "parties"),
    "recipients": ("名领取人", "recipients"),
    "relations": ("", ""),
    "vehicles": ("辆车", "vehicles"),
    "words": ("", ""),
    "years": ("年", "years"),
    "yuan": ("元", "yuan"),
    "yuan/month": ("元/月", "yuan a month"),
}


SEPARATORS: Final[Mapping[str, str]] = {"domains": ",", "names": ",", "words": ","}
"""Units of texts that are lists, with what stands between their words."""


def spellings(unit: str) -> tuple[str, ...]:
    """Every way a unit may be written: as definitions do, which comes first, and as either language prints it."""
    return tuple(
        dict.fromkeys([unit, *(s for word in UNITS.get(unit, ()) for s in (word, word.strip("（）")))])
    )
