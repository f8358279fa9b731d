"""Sheets that stand on their side: pairs of a heading and its cell, one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Final

import polars as pl

from loaders.sheets import Sheet
from loaders.tables.schema import count_known_headers

_LABELS: Final = 3
"""Known headings below one another from which on a sheet stands on its side; fewer do where there is nothing else."""
_LOOKED_AT: Final = 100
"""Lines by which it is told."""


def upright(sheet: Sheet) -> Sheet:
    """The same with a row a party, where the sheet tells of each in pairs of a heading and its cell, one below the other.

    So do the reports on a single company: 企业名称 | 虚构有限公司, 统一社会信用代码 | …, in two columns or in four.
    A party begins where the first heading comes again. A sheet of headings alone tells of one, and nothing of it.
    """
    if sheet.frame.width not in (1, 2, 4, 6) or not sheet.frame.height:
        return sheet
    first: list[str | None] = [re.sub(r"#\d+$", "", h) for h in sheet.frame.columns]
    if not _on_its_side(first, [first, *(list(row) for row in sheet.frame.head(_LOOKED_AT).rows())]):
        return sheet
    parties: list[dict[str, tuple[str | None, bool]]] = []
    began: list[int] = []
    for n, line in enumerate([first, *(list(row) for row in sheet.frame.rows())]):
        for at in range(0, len(line), 2):
            label = line[at]
            if not label:
                continue
            if not parties or (label == next(iter(parties[0])) and parties[-1]):
                parties.append({})
                began.append(sheet.rows[n - 1] if n else sheet.header_row)
            cell = line[at + 1] if at + 1 < len(line) else None
            typed = sheet.numeric.get(sheet.frame.columns[at + 1]) if at + 1 < len(line) else None
            told = parties[-1]
            # What a heading says a second time of one party stands beside it, as another column of that heading.
            told[next(h for h in _numbered(label) if h not in told)] = (
                cell or None,
                bool(n and typed is not None and typed[n - 1]),
            )
    labels = list(dict.fromkeys(label for told in parties for label in told))
    cells = {label: [told.get(label, (None, False)) for told in parties] for label in labels}
    return replace(
        sheet,
        frame=pl.DataFrame(
            {label: [cell for cell, _ in column] for label, column in cells.items()},
            schema=dict.fromkeys(labels, pl.String()),
        ),
        rows=pl.Series(began, dtype=pl.Int64),
        numeric={
            label: pl.Series([typed for _, typed in column])
            for label, column in cells.items()
            if any(typed for _, typed in column)
        },
        ragged=pl.Series([False]).new_from_index(0, len(parties)),
    )


def _on_its_side(first: list[str | None], lines: list[list[str | None]]) -> bool:
    """Do the headings stand below one another, and not beside one another in the first line?"""
    named = [label for line in lines for label in line[::2] if label]
    known = count_known_headers(named)
    if count_known_headers([h or "" for h in first[1::2]]) or 2 * known < len(named):
        return False
    return known >= _LABELS or 1 < known == len(named) == len(set(named))


def _numbered(label: str) -> Iterator[str]:
    """The heading, then as it is called where it is there already."""
    yield label
    for n in count(2):
        yield f"{label}#{n}"
