"""Names of programmes: which of them are one programme, spelt otherwise or paid in arrears."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "最低生活保障": ("低保", "居民最低生活保障", "城乡低保", "城乡居民最低生活保障", "城乡最低生活保障"),
    "城市最低生活保障": (
        "城市低保",
        "城镇低保",
        "城镇最低生活保障",
        "城市居民最低生活保障",
        "城镇居民最低生活保障",
    ),
    "农村最低生活保障": ("农村低保", "农村居民最低生活保障"),
    "特困人员救助供养": (
        *("特困", "特困供养", "特困人员", "特困人员供养", "特困救助供养", "特困人员基本生活", "特困供养人员"),
    ),
    "农村五保供养": ("五保", "五保供养", "农村五保"),
    "高龄津贴": ("高龄补贴", "高龄老人津贴", "高龄老人补贴", "老年人高龄津贴"),
    "困难残疾人生活补贴": ("残疾人生活补贴",),
    "重度残疾人护理补贴": ("残疾人护理补贴",),
}
"""What laws and ministries call a programme: how else lists and payments call it. 城市低保 and 农村低保 stay two."""
_CALLED: Final = {name: programme for programme, names in NAMES.items() for name in names}
_ARREARS: Final = re.compile(r"\(?补[发差](?:资金|金|款)?\)?$|^补[发差]")
_MONEY: Final = re.compile(r"(?<=.{2})(?:资金|金|款)$")
"""低保金 is what 低保 pays; 养老金 is a word of its own."""
_WHOLE: Final = re.compile(r"(?:养老|抚恤|公积|保险|基|奖)金$")


@lru_cache(maxsize=4096)
def same_programme(id_: str) -> str:
    """What ids of one programme share, however its lists and payments spell it: `program:低保金` is 最低生活保障.

    What is paid in arrears (低保补发) is of its programme. Names that are not known here are compared as they are.
    """
    name = re.sub(r"\s+", "", unicodedata.normalize("NFKC", id_.removeprefix("program:")))
    name = _ARREARS.sub("", name) or name
    if not _WHOLE.search(name):
        name = _MONEY.sub("", name)
    return _CALLED.get(name, name)
