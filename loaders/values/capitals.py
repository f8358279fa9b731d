"""Amounts in Chinese capitals (壹佰万元整, 人民币伍仟叁佰元贰角), exactly; anything that is not wholly one is none."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DIGITS: Final = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")} | {
    "〇": 0,
    "两": 2,
    "贰": 2,
    "叄": 3,
    "弍": 2,
}
_TENS: Final = {"拾": 10, "佰": 100, "仟": 1000}
_SECTIONS: Final = ("亿", "万", "")
_AMOUNT: Final = re.compile(
    r"(?:人民币)?(?:\(大写\))?:?(?P<yuan>[零〇壹贰弍叁叄肆伍陆柒捌玖两拾佰仟万亿]+)[元圆]"
    r"(?:整|正|(?P<jiao>[零〇壹贰弍叁叄肆伍陆柒捌玖])角)?(?:整|正|零?(?P<fen>[壹贰弍叁叄肆伍陆柒捌玖])分)?"
)
_SPACE: Final = re.compile(r"\s")


def capital_amount(text: str) -> int | None:
    """The amount in fen of a cell that states yuan in capitals; None of anything else."""
    found = _AMOUNT.fullmatch(_SPACE.sub("", unicodedata.normalize("NFKC", text)))
    if not found:
        return None
    yuan = _yuan(found["yuan"])
    if yuan is None:
        return None
    return yuan * 100 + _DIGITS[found["jiao"] or "零"] * 10 + _DIGITS[found["fen"] or "零"]


def _yuan(text: str) -> int | None:
    total = 0
    for unit, worth in (("亿", 10**8), ("万", 10**4)):
        before, here, text = text.rpartition(unit) if unit in text else ("", "", text)
        if here:
            # 壹万亿 is a figure of its own kind: nobody bids it.
            section = _section(before)
            if section is None:
                return None
            total += section * worth
    last = _section(text) if text else 0
    return None if last is None else total + last


def _section(text: str) -> int | None:
    """Below ten thousand: 伍仟零叁拾, each place once and in order. None where it is none."""
    digit: int | None = None
    total, place = 0, 10_000
    for char in text:
        if (tens := _TENS.get(char)) is not None:
            # 拾万 leaves out its one, and nothing else does.
            if digit is None and tens == 10 and not total:
                digit = 1
            if tens >= place or not digit:
                return None
            total, digit, place = total + digit * tens, None, tens
        elif (value := _DIGITS.get(char)) is None or digit:
            return None
        else:
            digit = value
    return total + (digit or 0) if text else None
