"""Text of a picture: made safe, measured without a font, wrapped, and numbers as words."""

from __future__ import annotations

import unicodedata
from typing import Final

from visualize.wording import Lang

FONT_FAMILY: Final = (
    "'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "'Hiragino Sans GB','WenQuanYi Micro Hei',SimSun,'SimSun-ExtB','Noto Sans',sans-serif"
)
"""Common fonts with Chinese, first found wins."""

ELLIPSIS: Final = "…"
_NO_LINE_START: Final = frozenset("）)】」』》〉、，。；：！？,.;:!?%％·…")
_NO_LINE_END: Final = frozenset("（(【「『《〈")
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE: Final = frozenset("\u00ad\u200b\u2060\ufeff")
_WIDE_LATIN: Final = frozenset("MWmw@%")
_NARROW_LATIN: Final = frozenset("ijlIft.,:;'|!()[]/ ")


def clean(text: object) -> str:
    """One line of text that is legal in XML and shows in the order it is written.

    Line breaks and control characters become one space; characters XML forbids become U+FFFD; marks that
    reverse the reading direction or hide are left out, since a name must not be able to pose as another.
    """
    out: list[str] = []
    for char in str(text):
        code = ord(char)
        if char in _BIDI or char in _INVISIBLE:
            continue
        if code < 0x20 or 0x7F <= code <= 0x9F or char in "\u2028\u2029":
            out.append(" ")
        elif 0xD800 <= code <= 0xDFFF or (code & 0xFFFE) == 0xFFFE:
            out.append("\ufffd")
        else:
            out.append(char)
    return " ".join("".join(out).split())


def _advance(char: str) -> float:
    if char.isascii():
        if char in _WIDE_LATIN:
            return 0.92
        if char in _NARROW_LATIN:
            return 0.36
        return 0.7 if char.isupper() else 0.6
    if is_mark(char):
        return 0.0
    if char in "–×≥≤":
        return 0.7
    return 1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.7


def is_mark(char: str) -> bool:
    """Whether a character takes up no room of its own: combining marks, joiners, variation selectors."""
    return unicodedata.category(char) in ("Mn", "Me", "Cf")


def measure(text: str, size: float) -> float:
    """Width of `text` in pixels at `size`, on the generous side for every font of the stack."""
    return sum(map(_advance, text)) * size


def _clusters(text: str) -> list[str]:
    """Pieces a line may break between: single Han characters, Latin words, each with its marks."""
    pieces: list[str] = []
    for char in text:
        attach = bool(pieces) and (
            unicodedata.category(char) in ("Mn", "Me", "Mc", "Cf")
            or pieces[-1].endswith("\u200d")
            or char in _NO_LINE_START
            or pieces[-1][-1] in _NO_LINE_END
            or (char.isascii() and char != " " and pieces[-1][-1].isascii() and pieces[-1][-1] != " ")
        )
        if attach:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _fill(pieces: list[str], limit: float) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for piece in pieces:
        wide = sum(map(_advance, piece))
        parts = [piece] if wide <= limit else list(piece)
        for part in parts:
            step = sum(map(_advance, part))
            if line and used + step > limit:
                lines.append(line.rstrip())
                line, used = "", 0.0
            if not line and part == " ":
                continue
            line += part
            used += step
    if line:
        lines.append(line.rstrip())
    return lines


def wrap(text: str, limit: float, max_lines: int) -> tuple[str, ...]:
    """Break cleaned text into lines of at most `limit` ems, evenly filled; the last one ends in … if cut."""
    pieces = _clusters(text)
    lines = _fill(pieces, limit)
    if len(lines) > max_lines:
        lines = lines[:max_lines]
        last = lines[-1]
        while last and sum(map(_advance, last)) + 1.0 > limit:
            last = last[:-1]
        lines[-1] = last + ELLIPSIS
        return tuple(lines)
    if len(lines) > 1:
        words = [wide for piece in pieces if (wide := sum(map(_advance, piece))) <= limit]
        even = max([sum(map(_advance, text)) / len(lines), *words])
        while even < limit:
            tried = _fill(pieces, even)
            if len(tried) == len(lines):
                return tuple(tried)
            even += 0.5
    return tuple(lines)


def shorten(text: str, limit: float) -> str:
    """At most `limit` ems of `text`, ending in … where cut."""
    lines = wrap(text, limit, 1)
    return lines[0] if lines else ""


_LEAST: Final = 1e-6
"""The smallest percentage that is written out."""
_LIE: Final = 0.05
"""By so much of itself a share may differ from what is written of it."""


def percent(share: float) -> str:
    """A fraction as a percentage: two decimals, more where two would lie about it: 0, 100, or 0.01% for half of that.

    A share too small to be read so is under what is written: <0.000001%.
    """
    value = share * 100.0
    if 0.0 < value < _LEAST:
        return f"<{_LEAST:f}%"
    for digits in range(2, 11):
        text = f"{value:.{digits}f}"
        shown = float(text)
        zero_lie = shown == 0.0 and value > 1e-12
        full_lie = shown == 100.0 and abs(value - 100.0) > 1e-9
        small_lie = abs(shown - value) > _LIE * value
        if not zero_lie and not full_lie and not small_lie:
            return text + "%"
    return f"{value:.10f}%"


def bound(share: float) -> str:
    """A limit of a band, without idle zeros: 25%, 33.3%."""
    text = percent(share).removesuffix("%")
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def money(minor: int, currency: str, lang: Lang) -> str:
    """An amount in minor units, as people write it (万元 from 10,000 yuan on, in Chinese)."""
    code = currency or "CNY"
    major = minor / 100
    if lang == "en":
        return f"{code} {major:,.2f}"
    unit = "元" if code == "CNY" else f" {code}"
    if code == "CNY" and abs(major) >= 10_000:
        return f"{major / 10_000:,.2f}万元"
    return f"{major:,.2f}{unit}"
