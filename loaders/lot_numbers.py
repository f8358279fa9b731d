"""Numbers of lots: one number, however a file writes it (1, 01, 第一标段, 包1, １标).

A lot is known by its number within its tender, and each office's list writes that number in its own way. What differs
in form alone is one number; a number of an exchange that says more (`E4401-003`, `TJ-1`) stays as it is written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import polars as pl

from graph.numerals import han_number

_WORD: Final = "(?:标段编号|标段号|标包号|包号|标号|合同包|采购包|标段|标包|标项|包件|包组|分包|包|标|段)"
_HAN: Final = "[零〇一二三四五六七八九十]{1,3}"
_CODE: Final = "[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_WRITTEN: Final = (
    r"(?i)^(?:lot|package|section|no)[:.#]*([0-9]{1,4})$",
    f"^(?:第|{_WORD}[:.#-]?第?)?({_HAN}|{_CODE})(?:\\.0+)?号?{_WORD}?$",
)
_DIGITS: Final = "^0*([0-9]*)$"
_LONGEST: Final = 4
"""Longer ones are an exchange's codes: their zeros may tell."""
_ONE_FORM: Final = re.compile(r"[1-9][0-9]*|(?!lot|package|section|no)[a-z0-9-]{5,}", re.IGNORECASE)
"""Seen to be in it at a glance."""
_UNDIVIDED: Final = (
    "不分标段",
    "未分标段",
    "未划分标段",
    "不划分标段",
    "无标段",
    "不分包",
    "未分包",
    "不分标包",
)


def one_number(written: pl.Series) -> pl.Series:
    """Each number in the one form lots are known by: Arabic, without leading zeros and words; null where it says that
    there are no lots. `written`: as `stated_number` gives it.
    """
    distinct = written.drop_nulls().unique()
    if distinct.is_empty():
        return written
    return written.replace_strict(distinct, _read(distinct), return_dtype=pl.String)


def _read(written: pl.Series) -> pl.Series:
    bare = written.str.replace_all(r"\s", "")
    read = pl.select(pl.coalesce(*(pl.lit(bare).str.extract(p, 1) for p in _WRITTEN))).to_series()
    han = read.filter(read.str.contains(f"^{_HAN}$").fill_null(False)).unique().to_list()
    if han:
        read = read.replace(han, [str(han_number(h)) for h in han])
    short = read.str.len_chars() <= _LONGEST
    plain = pl.select(pl.when(short).then(read.str.extract(_DIGITS, 1))).to_series().replace("", "0")
    # What is more than a number and words around it stays as it is written.
    found = plain.fill_null(read).fill_null(written)
    return found.set(bare.is_in(_UNDIVIDED), None)


def stated_number(cells: pl.Series) -> pl.Series:
    """Numbers as they are written: half width, without what stands around them."""
    return cells.str.normalize("NFKC").str.strip_chars(" \t'`").replace("", None)


def known_id(id_: str) -> str:
    """The id of the lot a person means by `<tender>/<number>`, whatever form he writes the number in."""
    tender, slash, number = id_.rpartition("/")
    if not slash or not number:
        return id_
    kept = number if _ONE_FORM.fullmatch(number) else _one(number)
    return tender if kept is None else f"{tender}/{kept}"


@cache
def _one(number: str) -> str | None:
    kept: str | None = one_number(stated_number(pl.Series([number], dtype=pl.String))).item()
    return kept
