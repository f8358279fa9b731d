"""Whether a place lies outside the district that pays, by their names or codes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from detectors.rules.values import lies_within

_OFFICES: Final = (
    (re.compile(r"村(?:民)?委(?:员)?会"), "村"),
    (re.compile(r"(?:社区)?居(?:民)?委(?:员)?会"), "社区"),
    (re.compile(r"街道办(?:事处)?"), "街道"),
    (re.compile(r"(?:人民政府|政府|民政局|民政办(?:公室)?)$"), ""),
)
"""Offices that are named for the place they are of."""
_STEM: Final = r"[^市县区旗省](?:(?!街道|[镇乡村](?![市县区])|\d)[^市县区旗省]){{0,{}}}?"
_PLACE: Final = re.compile(
    r"(?:中国)?(?P<province>[^省市县区旗]{2,8}?(?:省|自治区))?"
    rf"(?P<city>{_STEM.format(11)}(?:市(?![场民])|自治州|地区|盟))?(?:市辖区)?"
    rf"(?P<district>{_STEM.format(9)}(?:自治县|自治旗|(?<![小社厂校片库景])区(?!域)|县|旗|市(?![场民])))?(?P<rest>.*)"
)
"""Province, city and district at the head of a place's name; a city without districts is a city alone."""
_TOWN: Final = re.compile(r"街道|社区|[镇乡村]")
_DISTRICT_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class _Place:
    text: str
    province: str
    city: str
    district: str
    rest: str


@lru_cache(maxsize=65536)
def _place(name: str) -> _Place:
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    for office, place in _OFFICES:
        text = office.sub(place, text)
    found = _PLACE.fullmatch(text)
    parts = found.groupdict("") if found else {"province": "", "city": "", "district": "", "rest": text}
    return _Place(text, **parts)


def outside(place: str | None, region: str) -> bool | None:
    """Is a place outside the district of a region? None where that can't be told.

    That is: the data don't say, or in two ways that can't be compared; a district is missing on one side (its town's
    name may be that of many), or the place is a city or province in which the region lies.
    """
    if not place or not region or place.isdigit() != region.isdigit():
        return None
    if place.isdigit():
        return _outside_by_code(place, region)
    here, there = _place(place), _place(region)
    if here.text == there.text:
        return False
    if here.province and there.province and here.province != there.province:
        return True
    if here.district and there.district:
        apart_ = here.city and there.city and here.city != there.city
        return bool(apart_) or here.district != there.district
    if there.district:
        return _city_against_district(here, there)
    if here.district:
        return _district_in(here, there)
    # Neither names a district: a longer spelling of the same begins alike.
    return False if here.text.startswith(there.text) else None


def _city_against_district(here: _Place, there: _Place) -> bool | None:
    """A place without a district against a region with one."""
    if here.city and here.city == there.district:
        return False
    # One city is not another, nor a city that is no district in it another of its districts.
    return True if here.city and there.city and here.city != there.city else None


def _district_in(here: _Place, there: _Place) -> bool | None:
    """A place with a district against a region without one: a city, a province, or a town or village alone."""
    if there.city:
        if there.city in (here.city, here.district):
            # The city pays for all of it; a street of it does for a district that is not named.
            return False if not there.rest or there.city == here.district else None
        return True if here.city else None
    if there.province:
        return False if here.province == there.province and not there.rest else None
    # One name of a town is that of many; one of a village in a town of that name is not.
    named = len(_TOWN.findall(there.rest)) > 1 and here.text.find(there.rest) >= 0
    return False if named else None


def _outside_by_code(place: str, region: str) -> bool | None:
    here, there = (_stem(code) for code in (place, region))
    if here.startswith(there):
        return False
    if len(here) == len(there) == _DISTRICT_DIGITS:
        return here != there
    # The place is all of what the region is a part of.
    return None if there.startswith(here) else True


def _stem(code: str) -> str:
    """A code to its district, without empty levels: 440100 is all of 4401, 440106001 in 440106."""
    code = code[:_DISTRICT_DIGITS]
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def apart(one: str, other: str) -> bool:
    """Are these two places, as far as they can be compared: neither lies within the other?"""
    comparable = one and other and one.isdigit() == other.isdigit()
    return bool(comparable) and not lies_within(_place(one).text, _place(other).text)
