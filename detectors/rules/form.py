"""The form of a rules file: which keys a rule has, and what stands in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a `[[rule]]`; `required` is yes, no, or which other key may stand in its place."""

    name: str
    required: tuple[str, str]
    zh: str
    en: str


_YES: Final = ("是", "yes")
_NO: Final = ("否", "no")

KEYS: Final = (
    Key("detector", ("或 detectors", "or detectors"), "检测项编号", "the id of a detector"),
    Key(
        "detectors",
        ("或 detector", "or detector"),
        '共用此值的几个检测项编号，写作 ["…", "…"]',
        'the ids of several detectors that share the value, as ["…", "…"]',
    ),
    Key(
        "parameter",
        _YES,
        "参数名称，见 lookthrough detectors show ID",
        "the parameter's name: see lookthrough detectors show ID",
    ),
    Key(
        "value",
        _YES,
        "值，与内置值同一类型，且在检测项页面所列的允许范围之内；比例写 0 到 1 之间的小数（0.25，不写 25）",
        "the value, of the same type as the built-in one and within what the detector's page allows; a fraction is from 0 to 1 (0.25, not 25)",
    ),
    Key(
        "unit",
        ("有单位时", "where there is one"),
        "单位，须与参数的单位一致，中文或英文写法均可（套住房、dwellings）",
        "the parameter's unit, written as in English or in Chinese (dwellings, 套住房)",
    ),
    Key(
        "citation",
        _YES,
        "依据：文件名称与条款，逐条记入预警",
        "the document and article it rests on; every finding made with it cites it",
    ),
    Key("link", _NO, "依据全文的网址", "where the document can be read"),
    Key(
        "region",
        _NO,
        "地区名称或行政区划代码，空为各地；只用于按地区判断的检测项（民生保障）",
        "a region, by name or code; empty is everywhere; only for detectors that judge by place (those of recipients)",
    ),
    Key("in_force_from", _NO, "施行日期（当日起），空为一直", "in force from this day; empty is always"),
    Key(
        "in_force_to",
        _NO,
        "废止日期（当日起不再适用），空为至今",
        "no longer in force on this day; empty is until now",
    ),
)
"""In the order in which people write them."""
TOP: Final = ("title", "rule")
