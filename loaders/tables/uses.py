"""What a property is used for (规划用途), as registers write it: several uses in a cell, with the land's and the rights."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import polars as pl

from loaders.tables.columns import TableRows
from loaders.tables.vocabulary import VOCABULARIES

_BETWEEN: Final = re.compile(r"[、,;/\\|+\s]+")
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_NO_DWELLING: Final = re.compile("非住宅|非居住")
_HOMES: Final = ("dwelling", "rural_dwelling")
_BESIDE: Final = ("parking", "storage", "land")
"""What belongs to a dwelling that is named with it: 住宅、车库 is one home."""


def read_uses(table: TableRows, column: str) -> pl.Series:
    """Codes of `property_kind`: null where the cell is empty, `unknown` where it says something that is not known.

    Of several uses a dwelling goes before what belongs to it, and before the land it stands on; a dwelling with another
    use beside it is `mixed`. What stands in brackets says which part of a building it is: 住宅（储藏室） is a store room.
    """
    words = table.text(column)
    distinct = words.drop_nulls().unique(maintain_order=True).to_list()
    codes = {word: use_of(word) for word in distinct}
    read = words.replace_strict(distinct, list(codes.values()), default=None, return_dtype=pl.String)
    known = VOCABULARIES["property_kind"]
    table.rows.report(
        "flag", words.is_not_null() & read.is_null(), "unknown-use", table.header(column), words, known=known
    )
    return pl.select(pl.when(words.is_not_null()).then(read.fill_null("unknown"))).to_series()


def use_of(text: str) -> str | None:
    """The code of one cell; None where no word of it is known."""
    if whole := _exact(text):
        return whole
    plain = unicodedata.normalize("NFKC", text)
    inside = [code for part in _BRACKETS.findall(plain) for code in _codes(part)]
    codes = inside or _codes(_BRACKETS.sub(" ", plain))
    homes = [c for c in codes if c in _HOMES]
    others = [c for c in codes if c not in _HOMES and c not in _BESIDE]
    if homes:
        return "mixed" if others else homes[0]
    if "房屋" in plain and set(codes) <= {"land"}:
        return None  # 国有建设用地使用权/房屋所有权 names rights, not what the house is for.
    return next(iter(others or sorted(codes, key=_BESIDE.index)), None)


def _exact(text: str) -> str | None:
    return VOCABULARIES["property_kind"].whole(text)


def _codes(text: str) -> list[str]:
    parts = [p for p in _BETWEEN.split(text) if p and not _NO_DWELLING.search(p)]
    return [c for c in VOCABULARIES["property_kind"].read(pl.Series(parts, dtype=pl.String)).to_list() if c]
