"""How addresses are compared: the key that two spellings of one address share."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import polars as pl

from graph.numerals import han_number

_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212\uFE58\uFE63~]|(?<=\d)[—一](?=\d)")
_BETWEEN_WORDS: Final = re.compile(r"(?<![0-9A-Za-z])-|-(?![0-9A-Za-z])")
_NUMBERED: Final = re.compile(
    r"第?(?P<number>[零〇一二三四五六七八九十百两]+|\d+)(?=号|楼|层|室|栋|幢|座|单元|弄|房|户|梯)"
)
_SPACES: Final = re.compile(r"\s+")
_STOPS: Final = re.compile(r"[,。.、]+")
_REMARK: Final = re.compile(r"\([^()]*(?:申报|注册|登记|办公|一照多址|一址多照|集群|托管)[^()]*\)")
"""What registers add behind an address: (自主申报), (集群注册), (仅限办公)."""
_PROVINCE: Final = re.compile(
    r"^(?:中国)?(?:[\u4e00-\u9fff]{2,3}省|(?:内蒙古|广西(?:壮族)?|西藏|宁夏(?:回族)?|新疆(?:维吾尔)?)自治区)"
    r"(?=[\u4e00-\u9fff]{2,}?[市州县区盟])"
)

_PARTS: Final = re.compile(r"(?<![0-9A-Z-])(\d{1,3})-(\d{1,2})-(\d{3,4}(?=\D*$))")
"""What stands for building, staircase and room: 12号3-2-501."""
_STAIRCASE: Final = re.compile(r"(?<=栋)(\d{1,2})-(\d{3,4}(?=\D*$))")
_ROOM: Final = re.compile(r"(?<=[0-9A-Z])[室房]$")

_PLAIN: Final = r"^[\u4e00-\u9fff0-9A-Z]*$"
_CHANGED: Final = r"[零一二三四五六七八九十百两第幢省]|自治区|(?:^|[^0-9])0"
"""What `place_key` would change, or look at, of an address of plain characters."""

_AREA: Final = re.compile(
    r"[\u4e00-\u9fff]{1,8}?(?:自治[州县旗区]|市(?!场)|(?<![小社园厂校片库景])区|[县盟旗镇乡]|街道)"
    r"(?![市区县])(?=[\u4e00-\u9fff]{2})"
)
"""A city, district, county, town or sub-district before the name of a road or estate; no part of an estate (小区)."""


def plain_numbers(address: str) -> str:
    """The address with the numbers of its houses, storeys and rooms in digits: 三楼 is 3楼, 第二单元 is 2单元."""
    return _NUMBERED.sub(_in_digits, _DASHES.sub("-", unicodedata.normalize("NFKC", address)))


def _in_digits(found: re.Match[str]) -> str:
    number = han_number(found["number"])
    return found[0] if number is None else str(number)


@lru_cache(maxsize=65536)
def address_key(address: str) -> str:
    """What two spellings of one address share: numbers in digits, no spaces or punctuation.

    What parts two numbers stays: 1-12 is another room than 11-2.
    """
    return _without_stops(plain_numbers(_SPACES.sub("", address)))


def _without_stops(plain: str) -> str:
    plain = _STOPS.sub("", plain)
    return _BETWEEN_WORDS.sub("", plain) if "-" in plain else plain


@lru_cache(maxsize=65536)
def place_key(address: str) -> str:
    """What addresses of one place share that one source writes longer, or in another word.

    No province, no remark of the register; 幢 is 栋, 3-2-501 is 3栋2单元501, and the last number a room, with 室 or 房
    behind it or neither.
    """
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", address))
    # Looked for before it is cut: a register's addresses come by the hundred thousand.
    if "(" in plain:
        plain = _REMARK.sub("", plain)
    if "省" in plain or "自治区" in plain:
        plain = _PROVINCE.sub("", plain)
    key = _without_stops(_NUMBERED.sub(_in_digits, _DASHES.sub("-", plain))).upper().replace("幢", "栋")
    if "-" in key:
        key = _STAIRCASE.sub(r"\1单元\2", _PARTS.sub(r"\1栋\2单元\3", key))
    return _ROOM.sub("", key)


def place_keys(addresses: pl.Series) -> pl.Series:
    """`place_key` of many: those in which there is nothing to change but the room's word at once."""
    plain = addresses.str.contains(_PLAIN) & ~addresses.str.contains(_CHANGED)
    short = addresses.str.replace(r"([0-9A-Z])[室房]$", "${1}")
    spelt = addresses.filter(~plain).map_elements(place_key, return_dtype=pl.String)
    return short.scatter(plain.not_().arg_true(), spelt) if spelt.len() else short


@lru_cache(maxsize=65536)
def areas_and_place(address: str) -> tuple[tuple[str, ...], str]:
    """The areas an address begins with, and the place within them: (虚构市, 甲区), 示例路1号."""
    key = place_key(address).replace("市市辖区", "市")
    areas, at = [], 0
    while found := _AREA.match(key, at):
        areas.append(found[0])
        at = found.end()
    return tuple(areas), key[at:]


def within(fewer: tuple[str, ...], more: tuple[str, ...]) -> bool:
    """Are these areas some of those, in their order: an address told without its city, or without its district?"""
    left = iter(more)
    return all(area in left for area in fewer)
