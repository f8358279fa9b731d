"""Whether a place lies in the region of a local rule: by the parts of its name, or by its code.

No list of districts is at hand, so that a name is taken apart at the words that end one (市, 区, 县 …). Provinces, the
prefectures of nationalities and the longer names of cities are closed lists: they tell where a name spelt without its
ending ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

from graph.places import MUNICIPALITIES, PREFECTURES, PROVINCES, REGIONS, plain_place

_PROVINCES: Final = "|".join((*PROVINCES, *REGIONS))
_CITY: Final = re.compile(
    "..|石家庄|秦皇岛|张家口|呼和浩特|鄂尔多斯|呼伦贝尔|巴彦淖尔|乌兰察布|葫芦岛|哈尔滨|齐齐哈尔|双鸭山|佳木斯|七台河|牡丹江|连云港|马鞍山"
    "|景德镇|平顶山|三门峡|驻马店|张家界|防城港|攀枝花|六盘水|日喀则|嘉峪关|石嘴山|乌鲁木齐|克拉玛依|吐鲁番|锡林郭勒|阿拉善|大兴安岭"
    f"|{PREFECTURES}"
)
"""A city's or prefecture's name without its ending: of two characters, else one of these."""
_NATIONS: Final = r"(?:[藏羌彝苗侗傣壮白回]|土家|布依|哈尼|景颇|傈僳|蒙古|朝鲜|哈萨克|柯尔克孜)族?"
_HEAD: Final = re.compile(
    rf"(?:中国)?(?P<province>{_PROVINCES})"
    rf"(?:省|(?:壮族|回族|维吾尔)?自治区|特别行政区|(?<={'|'.join(MUNICIPALITIES)})市"
    # Without its ending it is one only before a city or district: 海南州, 河北区 and 上海路 are others.
    r"|$|(?!市|区|县|州|旗|镇|乡|村|社区|街|[东南西北中]?路|(?:蒙古|藏)族自治)(?=.+?[市区县州盟旗]))"
)
_PREFECTURE: Final = re.compile(rf"({PREFECTURES})(?:(?:{_NATIONS})*自治)?州")
_PART: Final = re.compile(
    r".{1,11}?(?:省(?!道)|自治[县旗]|地区|盟|市(?![场民区]|市(?![中北南]))|(?<![小社厂校片库景])区(?!域)|县(?!区)|旗(?![区街镇乡])"
    r"|街道|社区|苏木|[镇乡村](?![市县区]))"
)
_ENDINGS: Final = re.compile(r"(?:省|自治[州县旗]|地区|[市区县盟旗])$")
_LEVELS: Final = (
    ("province", ("省",)),
    ("city", ("市", "自治州", "盟", "地区")),
    ("town", ("街道", "镇", "乡", "苏木")),
    ("village", ("村", "社区")),
    ("district", ("区", "县", "旗")),
)
"""By its ending; a city of a county's rank is one beside the city that it is in."""
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    end: int = 0
    """Where it ends in the name as taken apart."""

    @property
    def stem(self) -> str:
        return _ENDINGS.sub("", self.name)

    @property
    def level(self) -> str:
        """Empty where it is written without its ending."""
        return next((level for level, endings in _LEVELS if self.name.endswith(endings)), "")


@lru_cache(maxsize=65536)
def _parts(name: str) -> tuple[_Part, ...]:
    text = plain_place(name).replace("市辖区", "")
    found: list[str] = []
    if head := _HEAD.match(text):
        # Of municipalities too: it only marks the level.
        found.append(f"{head['province']}省")
        text = text[head.end() :]
    if prefecture := _PREFECTURE.match(text):
        found.append(f"{prefecture[1]}自治州")
        text = text[prefecture.end() :]
    while part := _PART.match(text):
        found.append(part[0])
        text = text[part.end() :]
    # What is left is written without its ending: dropped, 榕城市东湖 would be all of 榕城市.
    found.extend([text] if text else ())
    ends = accumulate(map(len, found))
    return tuple(_Part(part, end) for part, end in zip(found, ends, strict=True))


def names_district(place: str) -> bool:
    """Does a name say in which district, city or province it lies? That of a town or village alone does not."""
    return any(p.level in ("province", "city", "district") for p in _parts(place))


def reach(place: str, region: str) -> int | None:
    """How far into `place` the region reaches that it lies in: of two regions, the narrower has the greater number.

    None where it does not lie in it. Either may leave out what stands above its first part, or a city's ending: 榕城市东湖区
    示例街道 and 榕城东湖区 lie in 东湖区, 东湖区 in 榕城市东湖区. A city does not lie in its districts, nor 西长安区 in 长安区.
    """
    if place.isdigit() != region.isdigit():
        return None
    if place.isdigit():
        stem = _stem(region)
        return len(stem) if place.startswith(stem) else None
    here, there = _parts(place), _parts(region)
    if not there:
        return None
    for number, part in enumerate(here):
        met = _meet(part, there[-1])
        if met and _agree([*here[:number], *met.here], [*there[:-1], *met.there]):
            return part.end - met.left
    return None


@dataclass(frozen=True, slots=True)
class _Met:
    """The last part of a region in a place: the city that either is written with, and how much of the place's is left."""

    here: tuple[_Part, ...] = ()
    there: tuple[_Part, ...] = ()
    left: int = 0


def _meet(part: _Part, sought: _Part) -> _Met | None:
    bare = not (part.level and sought.level)
    if part.name == sought.name or (bare and part.stem == sought.stem):
        return _Met()
    if city := _city_before(part.name, sought.name):
        return _Met(here=(_Part(f"{city}市"),))
    if city := _city_before(sought.name, part.name):
        return _Met(there=(_Part(f"{city}市"),))
    # All of a city, with the place in it written together with the city's name.
    district = part.name.removeprefix(sought.stem)
    if sought.level in ("city", "") and _city_before(part.name, district) == sought.stem:
        return _Met(left=len(district))
    return None


def _city_before(name: str, part: str) -> str:
    """The city written without its ending before a part (长沙岳麓区); empty where `name` is no such thing."""
    city = name.removesuffix(part)
    # One character more is another name (西长安区), and a part of one character (城区) may end any.
    return (
        city if _CITY.fullmatch(city) and name.endswith(part) and len(_ENDINGS.sub("", part)) >= _PAIR else ""
    )


def _agree(here: Sequence[_Part], there: Sequence[_Part]) -> bool:
    """Do the parts above say nothing against each other? What either leaves out says nothing."""
    for level, _ in _LEVELS:
        one, other = ([p for p in parts if p.level == level] for parts in (here, there))
        if one and other and not any(_meet(a, b) for a in one for b in other):
            return False
    return True


def _stem(code: str) -> str:
    """A code without its empty levels: 440100 is all of 4401."""
    while len(code) > _PAIR and code.endswith("00"):
        code = code[:-_PAIR]
    return code
