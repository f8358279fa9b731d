"""Shares: one figure, a band, or a bound, as fractions from 0 to 1."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

import polars as pl

from graph.numerals import han_number
from loaders.values.distinct import parse_column

ShareUnit = Literal["percent", "fraction"]

_SCHEMA: Final[dict[str, pl.DataType]] = {
    "share": pl.Float64(),
    "share_min": pl.Float64(),
    "share_max": pl.Float64(),
    "min_open": pl.Boolean(),
    "max_open": pl.Boolean(),
    "error": pl.String(),
}
_NUMBER: Final = r"(\d+(?:\.\d*)?|\.\d+)"
_PLAIN_PERCENT: Final = r"^(?:\d{1,2}(?:\.\d{1,12})?|100(?:\.0{1,12})?)%$"
_PLAIN_FRACTION: Final = r"^(?:0(?:\.\d{1,14})?|1(?:\.0{1,14})?)$"
_ONE: Final = re.compile(rf"([-+]?){_NUMBER}(%|‰)?")
_BAND: Final = re.compile(
    rf"([\[(])?{_NUMBER}(%|‰)?(\((?:不?含|不?包含)\))?(?:-|~|至|到|—|–|―|,)"
    rf"{_NUMBER}(%|‰)?(\((?:不?含|不?包含)\))?([\])])?(?:之间)?"
)
_RATIO: Final = re.compile(r"(\d{1,9})/(\d{1,9})")
_HAN_RATIO: Final = re.compile(r"([一二两三四五六七八九十百\d]+)分之([一二两三四五六七八九十百\d]+)")
_BOUND: Final = re.compile(
    rf"(<=?|>=?|≤|≥|≦|≧|不足|不满|不到|低于|少于|小于|未达到?|不超过|不高于|不多于|不大于|最多|至多|小于等于|小于或等于|"
    rf"超过|高于|多于|大于|至少|不少于|不低于|不小于|最少|达到|大于等于|大于或等于)?{_NUMBER}(%|‰)?"
    rf"(以上|及以上|\(含\)以上|以上\(含\)|以下|及以下|\(含\)以下|以下\(含\)|以内|以外)?"
)
# Of the words, 以上, 以下, 以内 include the number; 不满, 超过, 以外 don't (民法典 art. 1259).
_BELOW_OPEN: Final = frozenset({"<", "不足", "不满", "不到", "低于", "少于", "小于", "未达", "未达到"})
_BELOW: Final = frozenset(
    {"<=", "≤", "≦", "不超过", "不高于", "不多于", "不大于", "最多", "至多", "小于等于", "小于或等于"}
    | {"以下", "及以下", "(含)以下", "以下(含)", "以内"}
)
_ABOVE_OPEN: Final = frozenset({">", "超过", "高于", "多于", "大于", "以外"})
_ABOVE: Final = frozenset(
    {">=", "≥", "≧", "至少", "不少于", "不低于", "不小于", "最少", "达到", "大于等于", "大于或等于"}
    | {"以上", "及以上", "(含)以上", "以上(含)"}
)
_Result = tuple[float | None, float | None, float | None, bool | None, bool | None, str | None]
_EXACT_TOLERANCE: Final = Decimal("1e-9")

_SPACE: Final = re.compile(r"\s")
_PARTED: Final = re.compile(r"[\d.]\s+[\d.]")


def parse_shares(s: pl.Series, unit: ShareUnit | str | None = None) -> pl.DataFrame:
    """Shares of a column: `share`, `share_min`, `share_max` (fractions), `min_open`, `max_open`, `error`.

    A figure (`51%`, `14.5％`, `1/6`, `三分之一`) fills `share` and both bounds. A band or bound (`5-10%`, `<5%`,
    `75%以上`, `不足25%`) fills the bounds alone; an open end excludes its number; an end nothing bounds is 0 or
    1, closed. `unit` (`percent`, `fraction`) is the header's, for bare numbers; a cell's own sign goes before it.

    Errors: `unit-unknown` (a bare number nothing gives a unit for; never guessed from its size),
    `share-over-100`, `share-negative`, `share-count` (股), `band-reversed`, `not-a-share`. Null stays null.
    """
    plain = (
        rf"{_PLAIN_PERCENT}|^(?:\d{{1,2}}(?:\.\d{{1,12}})?|100(?:\.0{{1,12}})?)$"
        if unit == "percent"
        else (rf"{_PLAIN_PERCENT}|{_PLAIN_FRACTION}" if unit == "fraction" else _PLAIN_PERCENT)
    )
    return parse_column(s, plain, lambda texts: _quick(texts, unit), lambda texts: _slow(texts, unit))


def _quick(texts: pl.Series, unit: str | None) -> pl.DataFrame:
    # The decimal point moves in the text, so that 29.57% is the float nearest to 0.2957.
    if unit == "fraction":
        number = texts.str.replace("%", "e-2", literal=True).cast(pl.Float64)
    else:
        number = (texts.str.strip_chars_end("%") + "e-2").cast(pl.Float64)
    closed = pl.lit(False)
    return pl.DataFrame({"share": number}).with_columns(
        share_min=pl.col("share"),
        share_max=pl.col("share"),
        min_open=closed,
        max_open=closed,
        error=pl.lit(None, pl.String),
    )


def _slow(texts: pl.Series, unit: str | None) -> pl.DataFrame:
    clean = texts.str.normalize("NFKC").to_list()
    # A space within a number may part two of them: 1 and 5 in one cell are not 15.
    read = [_error("not-a-share") if _PARTED.search(t) else _share(_SPACE.sub("", t), unit) for t in clean]
    return pl.DataFrame(read, schema=_SCHEMA, orient="row")


def _error(code: str) -> _Result:
    return None, None, None, None, None, code


def _fraction(number: str, sign: str | None, unit: str | None) -> Decimal | None:
    value = Decimal(number)
    if sign == "%":
        return value / 100
    if sign == "‰":
        return value / 1000
    if unit == "percent":
        return value / 100
    return value if unit == "fraction" else None


def _share(text: str, unit: str | None) -> _Result:
    if re.fullmatch(r"[-+]?[\d.,]+[万亿]?股", text):
        return _error("share-count")
    if match := _ONE.fullmatch(text):
        minus, number, sign = match.groups()
        value = _fraction(number, sign, unit)
        if minus == "-" and Decimal(number):
            return _error("share-negative")
        return _exact(value) if value is not None else _error("unit-unknown")
    if match := _RATIO.fullmatch(text):
        return _ratio(int(match[1]), int(match[2]))
    if match := _HAN_RATIO.fullmatch(text):
        whole, part = han_number(match[1]), han_number(match[2])
        return _ratio(part, whole) if whole and part is not None else _error("not-a-share")
    if (match := _BAND.fullmatch(text)) and ("," not in text or match[1]):
        return _band(match, unit)
    if match := _BOUND.fullmatch(text):
        return _bound(match, unit)
    return _error("not-a-share")


def _exact(value: Decimal) -> _Result:
    if value > 1 + _EXACT_TOLERANCE:
        return _error("share-over-100")
    share = min(float(value), 1.0)
    return share, share, share, False, False, None


def _ratio(part: int, whole: int) -> _Result:
    if not whole:
        return _error("not-a-share")
    if part > whole:
        return _error("share-over-100")
    return part / whole, part / whole, part / whole, False, False, None


def _band(match: re.Match[str], unit: str | None) -> _Result:
    left, low, low_sign, low_word, high, high_sign, high_word, right = match.groups()
    # In 5-10% the sign at the end counts for both.
    bottom = _fraction(low, low_sign or high_sign, unit)
    top = _fraction(high, high_sign or low_sign, unit)
    if bottom is None or top is None:
        return _error("unit-unknown")
    if top > 1 + _EXACT_TOLERANCE:
        return _error("share-over-100")
    if bottom > top:
        return _error("band-reversed")
    min_open = left == "(" or bool(low_word and "不" in low_word)
    max_open = right == ")" or bool(high_word and "不" in high_word)
    return None, float(bottom), min(float(top), 1.0), min_open, max_open, None


def _bound(match: re.Match[str], unit: str | None) -> _Result:
    before, number, sign, after = match.groups()
    if bool(before) == bool(after):
        return _error("not-a-share")
    word = before or after
    value = _fraction(number, sign, unit)
    if value is None:
        return _error("unit-unknown")
    if value > 1 + _EXACT_TOLERANCE:
        return _error("share-over-100")
    figure = min(float(value), 1.0)
    if word in _BELOW_OPEN or word in _BELOW:
        return None, 0.0, figure, False, word in _BELOW_OPEN, None
    return None, figure, 1.0, word in _ABOVE_OPEN, False, None
