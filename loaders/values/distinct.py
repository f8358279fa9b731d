"""Plain texts parsed as a column, the others once each: a column of dates or shares repeats itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from loaders.values.empties import normalise_empty

Parser = Callable[[pl.Series], pl.DataFrame]


def parse_column(s: pl.Series, plain: str, quick: Parser, slow: Parser) -> pl.DataFrame:
    """One result row a cell: `quick` for texts matching `plain`, `slow` for each distinct text among the rest.

    Both give the same columns. Cells that are null, or only say "empty", give a row of nulls.
    """
    text = s.cast(pl.String)
    # `\d` matches full-width and other scripts' digits too, which no fast parser takes.
    easy = text.str.contains(plain.replace(r"\d", "[0-9]")).fill_null(False)
    if easy.all():
        return quick(text)
    rest = normalise_empty(pl.select(pl.when(~easy).then(text)).to_series())
    hard = rest.is_not_null()
    quick_part = quick(text.filter(easy))
    distinct = rest.filter(hard).unique()
    slow_part = slow(distinct).cast(quick_part.schema) if len(distinct) else quick_part.clear()
    nothing = pl.DataFrame({n: pl.Series([None], dtype=t) for n, t in quick_part.schema.items()})
    parts = pl.concat([quick_part, slow_part.select(quick_part.columns), nothing])
    position = np.full(len(s), parts.height - 1, np.uint32)
    position[easy.to_numpy()] = np.arange(quick_part.height, dtype=np.uint32)
    if len(distinct):
        where = rest.filter(hard).replace_strict(
            distinct, pl.Series(range(len(distinct)), dtype=pl.UInt32), return_dtype=pl.UInt32
        )
        position[hard.to_numpy()] = where.to_numpy() + quick_part.height
    return parts.select(pl.all().gather(pl.Series(position)))
