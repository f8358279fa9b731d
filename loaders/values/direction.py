"""Marks that turn the direction of reading: what stands behind them is shown in an order it is not written in.

A name that holds one can pose as another, and pulls figures that follow it into itself.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

_TURNS: Final = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_TURN: Final = re.compile(_TURNS)


def as_written(s: pl.Series) -> pl.Series:
    """Texts without marks that turn the direction of reading."""
    return s.str.replace_all(_TURNS, "") if s.str.contains(_TURNS).any() else s


def text_as_written(text: str) -> str:
    """A text without marks that turn the direction of reading."""
    return text if text.isascii() else _TURN.sub("", text)
