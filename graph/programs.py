"""Names of programmes: which of them are one programme, spelt otherwise or paid in arrears."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_PLAIN: Final = "最低生活保障"
_CITY: Final = "城市最低生活保障"
_RURAL: Final = "农村最低生活保障"
NAMES: Final[dict[str, tuple[str, ...]]] = {
    _PLAIN: ("低保", "居民最低生活保障", "城乡低保", "城乡居民最低生活保障", "城乡最低生活保障"),
    _CITY: (
        "城市低保",
        "城镇低保",
        "城镇最低生活保障",
        "城市居民最低生活保障",
        "城镇居民最低生活保障",
    ),
    _RURAL: ("农村低保", "农村居民最低生活保障"),
    "特困人员救助供养": (
        *("特困", "特困供养", "特困人员", "特困人员供养", "特困救助供养", "特困人员基本生活", "特困供养人员"),
    ),
    "农村五保供养": ("五保", "五保供养", "农村五保"),
    "高龄津贴": ("高龄补贴", "高龄老人津贴", "高龄老人补贴", "老年人高龄津贴"),
    "困难残疾人生活补贴": ("残疾人生活补贴",),
    "重度残疾人护理补贴": ("残疾人护理补贴",),
}
"""What laws and ministries call a programme: how else lists and payments call it. 城市低保 and 农村低保 stay two."""
_CALLED: Final = {name: programme for programme, names in NAMES.items() for name in (programme, *names)}
_EITHER: Final[dict[str, frozenset[str]]] = {
    _PLAIN: frozenset({_PLAIN, _CITY, _RURAL}),
    _CITY: frozenset({_PLAIN, _CITY}),
    _RURAL: frozenset({_PLAIN, _RURAL}),
}
_RAISED: Final = "(?:提标|调标|提高标准|调整标准)"
_ARREARS: Final = re.compile(
    rf"\(?(?:{_RAISED}?补发|{_RAISED}补差)(?:资金|金|款)?\)?$|^(?:(?:提标|调标)?补发|(?:提标|调标)补差)"
)
_TOPPED_UP: Final = re.compile(r"\(?补差(?:资金|金|款)?\)?$|^补差")
"""低保补差 pays the difference to the standard (差额补助), month by month: no arrears, unless the standard was raised."""
_MONEY: Final = re.compile(r"(?<=.{2})(?:资金|金|款)$")
"""低保金 is what 低保 pays; 养老金 is a word of its own."""
_WHOLE: Final = re.compile(r"(?:养老|抚恤|公积|保险|基|奖)金$")
_TIME: Final = re.compile(
    r"^(?:(?:19|20)\d\d年度?)?(?:\d{1,2}月份?|第?[一二三四1-4]季度)?|\((?:19|20)\d\d年?度?(?:\d{1,2}月份?)?\)$"
)
_AREA: Final = re.compile(r"^(?P<name>.+)\((?P<area>城市|城镇|农村|城乡)\)$")
_CLASS: Final = re.compile(
    r"^(?:[A-E一二三四][类档]|(?:分散|集中)(?:供养)?|(?:城市|城镇|农村|城乡)(?=特困)|\d{2,3}(?:周岁|岁)(?:及?以上)?(?:老人|老年人)?)"
    r"|\(?(?:[A-E一二三四][类档]|分散(?:供养)?|集中(?:供养)?)\)?$"
)
"""The class of those paid, by which the amount is set: A类低保, 特困供养(分散), 80岁以上高龄津贴."""
_PURPOSE: Final = re.compile(r"(?:家庭|户|对象|人员|保障|救助|补助|生活|费|标准)$")
"""What follows a programme's name and changes nothing: 低保户救助费 is 低保."""
_PARTS: Final = 5
"""So many of these follow one another at most."""


@lru_cache(maxsize=4096)
def same_programme(id_: str) -> str:
    """What ids of one programme share, however its lists and payments spell it: `program:低保金` is 最低生活保障.

    What is paid in arrears (低保补发), or up to the standard (低保补差), is of its programme. Names that are not known here are compared as they are.
    """
    name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", id_.removeprefix("program:")))
    owed = _ARREARS.sub("", name)
    name = _TOPPED_UP.sub("", owed) or owed or name
    if not _WHOLE.search(name):
        name = _MONEY.sub("", name)
    return _known(name) or name


ARREARS: Final = "(补发)"
REISSUED: Final = "(重发)"
"""What ids of payments say behind the programme: that they are arrears, or were made again after they had come back."""


def paid_under(name: str, *, reissued: bool = False) -> str:
    """What the ids of its payments say of a programme: as `same_programme`, and of what is paid in arrears (补发) that it is.

    Arrears equal to the month's payment, in a list of their own, are no second telling of it; nor is what is said to have
    been paid again (`reissued`, 退票重发) after the first came back.
    """
    programme = same_programme(name)
    written = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name.removeprefix("program:")))
    if _ARREARS.sub("", written) not in ("", written):
        return f"{programme}{ARREARS}"
    return f"{programme}{REISSUED}" if reissued else programme


def _known(name: str) -> str:
    """The programme that a name is of, if it is one of `NAMES`: without time, class and what it is paid for."""
    name = _TIME.sub("", name)
    area = _AREA.match(name)
    name = area["area"] + area["name"] if area else name
    for _ in range(_PARTS):
        if name in _CALLED:
            return _CALLED[name]
        shorter = _MONEY.sub("", _CLASS.sub("", name))
        name = shorter if shorter != name else _PURPOSE.sub("", name)
    return _CALLED.get(name, "")


def may_be(programme: str) -> frozenset[str]:
    """The programmes (see `same_programme`) that one of this name may be: 低保 alone is of either kind."""
    return _EITHER.get(programme, frozenset({programme}))


def is_known(programme: str) -> bool:
    """Is it one of the programmes whose spellings are known?"""
    return programme in NAMES
