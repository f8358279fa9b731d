"""Texts that people write freely: numbers that give a person away are blotted out in them."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from loaders.identity.companies import read_company_ids
from loaders.identity.forms import mask, masked_in

_START, _END = r"(?<![0-9])(?<![0-9][A-Za-z])", r"(?![0-9])"
"""Not inside a credit code, whose letters stand between digits; a word may stand right before: Tel138…."""
_LONG: Final = re.compile(_START + r"(?:\d{15,19}|\d{17}[Xx])(?![0-9A-Za-z])")
"""A resident number mistyped, or an account."""
_TELEPHONE: Final = re.compile(
    _START
    + r"(?:(?:(?:\+|00)?86[ \-－—]?)?1[3-9]\d(?:[ \-－—]?\d{4}){2}|[(（]?0\d{2,3}[)） \-－—]?\d{7,8})"
    + _END
)
_MAIL: Final = re.compile(r"[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+")
_SHORTEST: Final = 6
_WIDE: Final = {ord(c) + 0xFEE0: c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
"""Full-width digits and letters; punctuation stays as it was written."""


def without_private_numbers(text: str) -> str:
    """A text with people's numbers, accounts, telephones and mail addresses masked; a company's codes stay.

    核对赵六（110101199001011234，13800000021） → 核对赵六（1101**********1234，***21）
    """
    if len(text) < _SHORTEST:
        return text
    plain = masked_in(text.translate(_WIDE))
    told = _LONG.sub(lambda m: m[0] if _is_a_companys(m[0]) else mask(m[0]), plain)
    return _MAIL.sub("***", _TELEPHONE.sub(lambda m: "***" + m[0][-2:], told))


def _is_a_companys(number: str) -> bool:
    scheme = read_company_ids(pl.Series([number], dtype=pl.String))["scheme"][0]
    return scheme in ("cn-uscc", "cn-regno")
