"""The forms in which an id that somebody typed or pasted may stand in the store."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import polars as pl

from loaders.identity.companies import read_company_ids
from loaders.identity.forms import trim_ids

_SCHEMED: Final = re.compile(r"([A-Za-z][A-Za-z0-9._-]*): *(?=[^\s:/])")
_WRITTEN_TOGETHER: Final = frozenset({"cn-uscc", "cn-regno", "cn-orgcode", "lei"})
"""Schemes whose numbers have neither spaces nor dashes nor small letters."""
_APART: Final = re.compile(r"[\s\-‐-―−]+")
_OF_A_REGISTER: Final = re.compile(r"[0-9A-Z]{9}|[0-9]{15}|[0-9A-Z]{18}|[0-9A-Z]{20}")
_PLAIN: Final = re.compile(
    rf"(?:(?:{'|'.join(sorted(_WRITTEN_TOGETHER))}):)?[0-9A-Z]*"
    rf"|(?!{'|'.join(sorted(_WRITTEN_TOGETHER))})[a-z][a-z0-9.-]*:[0-9A-Za-z/._-]*"
)
"""What is in the one form ids are known by, seen at a glance."""


def asked_forms(text: str) -> tuple[str, ...]:
    """The forms an id, or the bare value of one, may have in the store: as it was typed, then as the loader writes it.

    Half width, without what spreadsheets put around it and signs that nobody sees; numbers of a register (统一社会信用代码
    and the like) in capitals and without the spaces and dashes that people put within. A text that is no id comes back
    as it is, and half width. At least one form; the first is `text` without spaces around it.
    """
    typed = text.strip()
    if _PLAIN.fullmatch(typed):
        return (typed,)
    seen = "".join(c for c in unicodedata.normalize("NFKC", typed) if unicodedata.category(c) != "Cf")
    half: str = trim_ids(pl.Series([seen], dtype=pl.String)).item() or ""
    schemed = _SCHEMED.match(half)
    if schemed is None:
        return _distinct(typed, half, _number(half))
    scheme, value = schemed[1].lower(), half[schemed.end() :]
    if scheme in _WRITTEN_TOGETHER:
        value = _together(value)
    return _distinct(typed, half, f"{scheme}:{value}")


def bare_forms(forms: tuple[str, ...]) -> frozenset[str]:
    """The forms without a scheme, to be compared whatever their case."""
    return frozenset(form.casefold() for form in forms if ":" not in form)


def _number(half: str) -> str:
    """A number of a register written together; nothing where it is none, as an id of one's own may have dashes."""
    number = _together(half)
    if number == half or not _OF_A_REGISTER.fullmatch(number):
        return ""
    read = read_company_ids(pl.Series([number], dtype=pl.String)).row(0, named=True)
    # One with a wrong check digit is found, or not, as it would be in its plain form.
    return number if read["flag"] == "uscc-check-digit" or read["scheme"] not in (None, "local") else ""


def _together(number: str) -> str:
    return _APART.sub("", number).upper()


def _distinct(*forms: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for form in forms if form)) or ("",)
