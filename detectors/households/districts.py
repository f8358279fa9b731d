"""Whether a place lies outside the district that pays, by their names or codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graph.places import PREFECTURES, PROVINCES, plain_place

_SHORT: Final = re.compile(rf"(?:中国)?(?P<name>{'|'.join(PROVINCES)})(?:自治区)?(?P<below>.*)")
_NO_PLACE: Final = re.compile(
    r"[省市县区旗盟州]|自治州|蒙古族自治县|(?:大|中|东|西|南|北)?[路道街里巷镇乡村]"
)
"""What follows a province's name that is part of another: 吉林市, 海南州, 河南蒙古族自治县, 北京路街道, 湖南镇."""
_PREFECTURES: Final = re.compile(rf"(?P<name>{PREFECTURES})(?:(?:[^省市县区旗州]{{1,8}})?自治)?州")
"""Autonomous prefectures, with or without the peoples they are of."""
_ZONE: Final = re.compile(r"(?:高新|经开|开发|示范|保税|管理|合作|度假|新)区$")
"""Districts of an office, not of the register: people of the district around them are registered there."""
_STEM: Final = r"[^市县区旗省](?:(?!街道|[镇乡村](?![市县区])|\d)[^市县区旗省]){{0,{}}}?"
_PLACE: Final = re.compile(
    r"(?:中国)?(?P<province>[^省市县区旗]{2,8}?(?:省|自治区))?"
    rf"(?P<city>{_STEM.format(11)}(?:市(?![场民])|自治州|地区|盟))?(?:市辖区)?"
    rf"(?P<district>{_STEM.format(9)}(?:自治县|自治旗|(?<![小社厂校片库景])区(?!域)|县|旗|市(?![场民])))?(?P<rest>.*)"
)
"""Province, city and district at the head of a place's name; a city without districts is a city alone."""
_TOWN: Final = re.compile(r"街道|社区|[镇乡村]")
_AUTONOMOUS: Final = re.compile(r"自治[州县旗]$")
_SUFFIX: Final = re.compile(r"(?:自治[州县旗]|地区|[市县区旗盟])$")
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
    text = plain_place(name)
    text = _in_full(_PREFECTURES.sub(r"\g<name>自治州", text, count=1))
    return _Place(text, **_parts(text))


def _parts(text: str) -> dict[str, str]:
    found = _PLACE.fullmatch(text)
    return found.groupdict("") if found else {"province": "", "city": "", "district": "", "rest": text}


def _in_full(text: str) -> str:
    """A place whose province is called for short (湖南长沙市, 广西自治区南宁市, 上海浦东新区), with it in full."""
    found = _SHORT.fullmatch(text)
    if not found or (text.startswith(full := PROVINCES[found["name"]])):
        return text
    below = found["below"]
    parts = _parts(below)
    stands = not below or parts["city"] or parts["district"]
    return full + below if stands and not _NO_PLACE.match(below) else text


def _same(one: str, other: str) -> bool | None:
    """Are these two names one city or district? None where one may be the other, called for short or renamed."""
    if one == other:
        return True
    for long, short in ((one, other), (other, one)):
        if _AUTONOMOUS.search(long) and long[-1] == short[-1] and long.startswith(short[:-1]):
            return True
        if long.endswith(short):
            return None
    if _SUFFIX.sub("", one) == _SUFFIX.sub("", other):
        return None
    return False


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
        return _districts(here, there)
    if there.district:
        return _city_against_district(here, there)
    if here.district:
        return _district_in(here, there)
    # Neither names a district: a longer spelling of the same begins alike.
    return False if _from_city(here).startswith(_from_city(there)) else None


def _from_city(place: _Place) -> str:
    """The name without the province, which goes without saying where a city is named."""
    return place.text.removeprefix(place.province) if place.city else place.text


def _districts(here: _Place, there: _Place) -> bool | None:
    city = _same(here.city, there.city) if here.city and there.city else True
    district = _same(here.district, there.district)
    if city is False:
        return True
    if district is None and _city_left_out(here, there):
        district = True
    if district is False and any(_ZONE.search(p.district) for p in (here, there)):
        district = None
    return None if city is None or district is None else not district


def _city_left_out(here: _Place, there: _Place) -> bool:
    """Is one district's name the other's with its city before it: 长沙岳麓区 and 长沙市岳麓区?"""
    return any(
        one.city and _SUFFIX.sub("", one.city) + one.district == other.district and not other.city
        for one, other in ((here, there), (there, here))
    )


def _city_against_district(here: _Place, there: _Place) -> bool | None:
    """A place without a district against a region with one."""
    if here.city and _same(here.city, there.district):
        return False
    # One city is not another, nor a city that is no district in it another of its districts.
    differ = here.city and there.city and _same(here.city, there.city) is False
    return True if differ and _same(here.city, there.district) is False else None


def _district_in(here: _Place, there: _Place) -> bool | None:
    """A place with a district against a region without one: a city, a province, or a town or village alone."""
    if there.city:
        told = [_same(name, there.city) for name in (here.city, here.district) if name]
        if True in told:
            # The city pays for all of it; a street of it does for a district that is not named.
            return False if not there.rest or _same(there.city, here.district) else None
        return True if here.city and None not in told else None
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


def serves(unit: str, region: str) -> bool | None:
    """Does an office or body, by its name, serve a region: is it of its district or town, or of the city above it?

    None where the name tells no place that can be compared.
    """
    told = outside(unit, region)
    if told is not None:
        return not told
    here, there = _place(unit), _place(region)
    if here.district or region.isdigit():
        return None
    if here.city or here.province:
        levels = list(_stated_by_both(here, there))
        return True if levels and all(levels) and not _TOWN.search(here.rest) else None
    town = _TOWN_NAMED.match(here.rest)
    return True if town and town[0] in there.rest else None


_TOWN_NAMED: Final = re.compile(r"[^街镇乡村社]{2,}(?:街道|[镇乡])")


def apart(one: str, other: str) -> bool:
    """Are these two places, as far as they can be compared: neither lies within the other?"""
    if not one or not other or one.isdigit() != other.isdigit():
        return False
    if one.isdigit():
        here, there = _levels(one), _levels(other)
        return not (here.startswith(there) or there.startswith(here))
    first, second = _place(one), _place(other)
    if first.text in second.text or second.text in first.text:
        return False
    stated = list(_stated_by_both(first, second))
    if not stated:
        return True
    if any(same is False for same in stated):
        return not _city_left_out(first, second)
    return not (first.rest in second.rest or second.rest in first.rest)


def _stated_by_both(one: _Place, other: _Place) -> Iterator[bool | None]:
    """Of each level that both places state, whether it is the same."""
    if one.province and other.province:
        yield one.province == other.province
    if one.city and other.city:
        either = ((one, other), (other, one))
        alone = any(not a.district and b.district and a.city.endswith(b.district) for a, b in either)
        yield True if alone else _same(one.city, other.city)
    if one.district and other.district:
        yield _same(one.district, other.district)


def _levels(code: str) -> str:
    """A code without its empty levels, to the village."""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code
