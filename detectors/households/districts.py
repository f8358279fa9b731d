"""Whether a place lies outside the district that pays, by their names or codes."""

from __future__ import annotations

import re
from typing import Final

from detectors.rules.values import lies_within

_DISTRICT: Final = re.compile(
    r"(?:.+?(?:省|自治区))?(?P<city>.+?(?:市|自治州|地区|盟))?(?P<district>[^市县区旗]{1,10}(?:自治县|区|县|旗|市))(?!域)"
)
"""A province's, city's and district's name at the head of a place's; a city without districts has none."""


def outside(place: str | None, region: str) -> bool | None:
    """Is a place outside a region? None where the data don't say, or say it in two ways that can't be compared."""
    if not place or not region or place.isdigit() != region.isdigit():
        return None
    if lies_within(place, region):
        return False
    here, there = (_DISTRICT.match(x) for x in (place, region))
    # Two streets of one district: both pay, and register, for the district.
    return not (
        here
        and there
        and here["district"] == there["district"]
        and (not here["city"] or not there["city"] or here["city"] == there["city"])
    )


def apart(one: str, other: str) -> bool:
    """Are these two places, as far as they can be compared: neither lies within the other?"""
    comparable = one and other and one.isdigit() == other.isdigit()
    return bool(comparable) and not lies_within(one, other)
