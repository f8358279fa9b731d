"""What a header says: its name, and the unit it states."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BRACKETS: Final = re.compile(r"[(\[【〔{]([^()\[\]【】〔〕{}]*)[)\]】〕}]")
_CURRENCY: Final = (
    r"人民币|美元|美金|港元|港币|欧元|日元|英镑|澳元|加元|新加坡元|台币|新台币|韩元|澳门元|"
    r"rmb|cny|usd|hkd|eur|jpy|gbp|aud|cad|sgd|twd|krw|chf|mop"
)
_MONEY: Final = re.compile(
    rf"(?:单位:?)?((?:{_CURRENCY})?(?:百|千|十万|百万|千万|万|亿|万亿)?(?:元|圆|{_CURRENCY})?(?:人民币)?)(?:/月|每月|/年|每年)?",
    re.IGNORECASE,
)
_PERCENT: Final = frozenset({"%", "百分比", "百分数", "百分之", "percent", "pct", "%比例"})
_AREA: Final = frozenset({"m2", "m²", "㎡", "平方米", "平米", "平方", "sqm"})
_NO_UNIT: Final = frozenset({"必填", "选填", "可选", "非必填", "*"})


def _unit(text: str) -> str | None:
    """The unit a bracket holds: `percent`, `m2`, `shares`, a money unit as written, "" for a remark, or None."""
    word = re.sub(r"\s+", "", text).strip("*:,;")
    word = re.sub(r"^单位:?", "", word)
    lower = word.lower()
    if not word or lower in _NO_UNIT:
        return ""
    if lower in _PERCENT:
        return "percent"
    if lower in _AREA:
        return "m2"
    if word in ("股", "万股", "亿股"):
        return "shares"
    match = _MONEY.fullmatch(word)
    return match.group(1) if match and match.group(1) else None


def unit_of_header(header: str) -> tuple[str, str | None]:
    """(clean header, unit it states, or None).

    Units: `percent`, `m2`, `shares` (a count), or a money unit as written (`万元`, `USD`, `万美元`), which
    `parse_money` reads. `持股比例（%）`, `投标报价(万元)`, `金额:元`, `面积/平方米`, `持股比例%` are understood.
    """
    text = unicodedata.normalize("NFKC", header)
    text = re.sub(r"[\s\u200b\ufeff]+", "", text).replace("*", "")
    unit: str | None = None
    out = ""
    end = 0
    for match in _BRACKETS.finditer(text):
        found = _unit(match.group(1))
        out += text[end : match.start()]
        if found is None:
            out += match.group(1)
        elif found:
            unit = found
        end = match.end()
    out += text[end:]
    if unit is None:
        tail = re.fullmatch(r"(.+?)(?:[:/,]|(?=%$))(?:单位:?)?([^:/,]+)", out)
        if tail and (found := _unit(tail.group(2))):
            out, unit = tail.group(1), found
    return re.sub(r"[()\[\]【】〔〕{}\"'“”‘’:]", "", out).lower(), unit


def clean_header(header: str) -> str:
    """A header as it is compared: NFKC, lower case, without spaces, line breaks, `*`, colons, units, brackets.

    What a bracket holds stays unless it is a unit or a remark such as 必填: 股东（发起人） → 股东发起人.
    """
    return unit_of_header(header)[0]
