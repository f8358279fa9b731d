"""The order of many texts, by eight bytes at a time in place of one comparison after the other.

Ids of a register share a beginning (`cn-uscc:91…`, `person.local:…`) and differ soon after it. What follows the
shared beginning, read as a number, orders nearly all of them; only ties are looked at again.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

_MANY: Final = 10_000
"""Texts from which on this is worth its steps."""
_BYTES: Final = 8


def text_order(texts: pl.Series) -> pl.Series:
    """Places of texts (none null) in the order of their UTF-8 bytes; equal ones in the order they stand in."""
    if len(texts) <= _MANY:
        return _compared(texts)
    shared = _shared(str(texts.min()), str(texts.max()))
    word = _word(texts, shared)
    if word.min() == word.max():
        return _compared(texts)
    order = word.arg_sort()
    word = word.gather(order)
    new = (word != word.shift(1)).fill_null(True)
    begins = new.arg_true().to_numpy()
    sizes = np.diff(np.append(begins, len(texts)))
    for begin, size in zip(begins[sizes > _MANY].tolist(), sizes[sizes > _MANY].tolist(), strict=True):
        # Several kinds of ids: each has its own beginning.
        mine = order.slice(begin, size).sort()
        order = order.scatter(np.arange(begin, begin + size), mine.gather(text_order(texts.gather(mine))))
    few = np.repeat((sizes > 1) & (sizes <= _MANY), sizes)
    if few.any():
        at = np.flatnonzero(few)
        mine = order.gather(at)
        run = np.repeat(np.arange(len(sizes)), sizes)[at]
        order = order.scatter(at, _tied(texts, mine, run, shared + _BYTES))
    return order


def _shared(first: str, last: str) -> int:
    """How many bytes two texts, and so all between them, begin with alike."""
    one, other = first.encode(), last.encode()
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _compared(texts: pl.Series) -> pl.Series:
    # Two keys: sorted by one, texts are compared one by one, which takes three times as long.
    return texts.rename("text").to_frame().with_row_index("at").sort("text", "at")["at"]


def _tied(texts: pl.Series, places: pl.Series, run: np.ndarray, after: int) -> pl.Series:
    """Places ordered within each run of texts whose bytes are equal up to `after`."""
    mine = texts.gather(places)
    tied = pl.DataFrame({"run": run, "word": _word(mine, after), "at": places}).sort("run", "word", "at")
    same = (tied["run"] == tied["run"].shift(1)) & (tied["word"] == tied["word"].shift(1))
    again = (same | same.shift(-1)).fill_null(False).arg_true()
    ordered = tied["at"]
    if len(again):
        left = tied[again].with_columns(text=texts.gather(tied["at"].gather(again)))
        ordered = ordered.scatter(again, left.sort("run", "word", "text", "at")["at"])
    return ordered


def _word(texts: pl.Series, after: int) -> pl.Series:
    """Eight bytes of each text, from one on, as a number that orders as they do; where it has ended there are zeros."""
    padded = pl.col("text").cast(pl.Binary).bin.slice(after, _BYTES) + pl.lit(bytes(_BYTES))
    number = padded.bin.slice(0, _BYTES).bin.reinterpret(dtype=pl.UInt64(), endianness="big")
    return texts.rename("text").to_frame().select(number).to_series()
