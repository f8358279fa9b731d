"""Names of places as registers and rosters spell them: what is short for what, and what an office's name says of its place."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MUNICIPALITIES: Final = ("北京", "天津", "上海", "重庆")
_OF_PROVINCES: Final = "河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
PROVINCES: Final = {
    **{name: f"{name}省" for name in _OF_PROVINCES.split("|")},
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    **{name: f"{name}市" for name in MUNICIPALITIES},
}
"""How a province or municipality is called for short, and in full."""
REGIONS: Final = ("香港", "澳门")
"""The special administrative ones."""
PREFECTURES: Final = (
    "延边|恩施|湘西|阿坝|甘孜|凉山|黔西南|黔东南|黔南|楚雄|红河|文山|西双版纳|大理|德宏|怒江|迪庆|临夏|甘南|海北|黄南|海南|果洛|玉树|海西"
    "|昌吉|博尔塔拉|巴音郭楞|克孜勒苏|伊犁"
)
"""Autonomous prefectures without the peoples they are of, as alternatives of a pattern."""
_SHORTER: Final = (
    (re.compile(r"村(?:民)?委(?:员)?会"), "村"),
    (re.compile(r"(?:社区)?居(?:民)?委(?:员)?会"), "社区"),
    (re.compile(r"街道办(?:事处)?"), "街道"),
    (re.compile(r"(?:人民政府|政府|民政局|民政办(?:公室)?)$"), ""),
    (re.compile(r"高新?技术(?:产业)?(?:开发)?区"), "高新区"),
    (re.compile(r"经济(?:技术)?开发区"), "经开区"),
)
"""Offices that are named for the place they are of, and zones."""


def plain_place(name: str) -> str:
    """A place's name without spaces, in half width, an office as its place and a zone as it is called for short."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    for longer, short in _SHORTER:
        text = longer.sub(short, text)
    return text
