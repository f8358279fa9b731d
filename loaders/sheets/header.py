"""Where a table's header is: under title rows, on one or several levels."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from loaders.sheets.sheet import HeaderHints

LOOK_AT: Final = 60
"""Rows at the top among which a header is looked for."""

_MAX_LEVELS: Final = 4
_VALUE: Final = re.compile(r"[-+]?[\d.,]+[%％]?|\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?.*|\d{17}[\dXx]")
_NOT_A_HEADER: Final = re.compile(
    r"(单位|填报单位|制表单位|编制单位|填表日期|制表日期|打印时间|导出时间|日期|时间|查询条件|数据截至日期?)[:：].*"
)

_CAPTION: Final = re.compile(r"[^\s:：()（）]{2,12}\s*[:：]\s*\S.*")
"""What a line above the headings says of the whole sheet: 项目编号：XG-1."""

Row = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged cell: its first and last row and column, 0-based, all inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Header:
    """`first` is the 0-based row of the upper level, `depth` the number of levels, `names` one a column."""

    first: int
    depth: int
    names: tuple[str, ...]
    levels: tuple[tuple[str | None, ...], ...]
    titles: tuple[str, ...]

    @property
    def end(self) -> int:
        """The first row below the header."""
        return self.first + self.depth


def find_header(
    rows: Sequence[Row], merges: Sequence[Merge] = (), hints: HeaderHints | None = None
) -> Header | None:
    """The header among the top rows (trimmed cells, None = empty); None where every row is empty.

    The row with most known headers wins (`hints`), the upper one of equals; without a known one, the first
    row that is filled about as widely as the table and holds no figures. One known header alone, in a row under
    such a row and no wider, is a value that happens to read like a header.
    """
    width = max((i + 1 for row in rows for i, c in enumerate(row) if c), default=0)
    if not width:
        return None
    grid = [[*row[:width], *[None] * (width - len(row))] for row in rows]
    filled = [sum(c is not None for c in row) for row in grid]
    likely = _likely_row(grid, filled, width)
    best: Header | None = None
    most = 0
    for start in range(len(grid)):
        if not any(grid[start]) or _of_captions(grid[start]):
            continue
        if hints is None:
            break
        header = _header_at(grid, merges, start, width)
        names = [n for n in header.names if n]
        lowest = [n.rsplit("/", 1)[-1] for n in names]
        known = hints(names) if lowest == names else max(hints(names), hints(lowest))
        if known == 1 and start > likely and 1 < filled[start] <= filled[likely]:
            continue
        if known > most:
            best, most = header, known
    return best or _header_at(grid, merges, likely, width)


def _of_captions(row: Row) -> bool:
    """Does each filled cell say something with its value, so that the row holds no headings?"""
    cells = [c for c in row if c]
    return bool(cells) and all(_CAPTION.fullmatch(c) for c in cells)


def _likely_row(grid: list[list[str | None]], filled: list[int], width: int) -> int:
    wide = sorted(n for n in filled if n)
    usual = wide[len(wide) // 2]
    least = 1 if width == 1 else min(max(2, round(usual * 0.6)), max(filled))
    for at, row in enumerate(grid):
        cells = [c for c in row if c]
        if len(cells) < least or _NOT_A_HEADER.fullmatch(cells[0]) or _of_captions(row):
            continue
        if not any(_VALUE.fullmatch(c) for c in cells) and len(set(cells)) * 2 > len(cells):
            return at
    return next(at for at, n in enumerate(filled) if n >= least)


def _header_at(grid: list[list[str | None]], merges: Sequence[Merge], start: int, width: int) -> Header:
    depth = _depth(grid, merges, start, width)
    levels = [list(grid[start + i]) for i in range(depth)]
    for merge in merges:
        if start <= merge.top < start + depth:
            text = grid[merge.top][merge.left] if merge.left < width else None
            for row in range(merge.top, min(merge.bottom, start + depth - 1) + 1):
                for column in range(merge.left, min(merge.right, width - 1) + 1):
                    levels[row - start][column] = text
    for upper, lower in itertools.pairwise(levels):
        group: str | None = None
        for column in range(width):
            if upper[column]:
                group = upper[column]
            elif lower[column]:
                # Without merged cells a group's name stands over its first column alone.
                upper[column] = group
    names = []
    for column in range(width):
        parts: list[str] = []
        for level in levels:
            text = level[column]
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        names.append("/".join(parts))
    titles = tuple(" ".join(c for c in row if c) for row in grid[:start] if any(row))
    return Header(start, depth, tuple(names), tuple(tuple(level) for level in levels), titles)


def _depth(grid: list[list[str | None]], merges: Sequence[Merge], start: int, width: int) -> int:
    row = grid[start]
    if sum(c is not None for c in row) < 2:
        return 1
    here = [m for m in merges if m.top == start and m.left < width]
    across = [m for m in here if m.right > m.left and m.right - m.left + 1 < width]
    down = [m for m in here if m.bottom > m.top]
    if down and across:
        return min(max(m.bottom for m in down) - start + 1, _MAX_LEVELS, len(grid) - start)
    depth = 1
    while depth < _MAX_LEVELS - 1 and start + depth < len(grid):
        if not _is_lower_level(grid[start + depth - 1], grid[start + depth], across if depth == 1 else []):
            break
        depth += 1
    return depth


def _is_lower_level(upper: Row, lower: Row, across: Sequence[Merge]) -> bool:
    """Whether `lower` names columns of groups in `upper`: it is filled under groups and nowhere else."""
    cells = [c for c in lower if c]
    if not cells or any(_VALUE.fullmatch(c) for c in cells):
        return False
    groups: list[tuple[int, int]] = [(m.left, m.right) for m in across]
    if not groups:
        starts = [i for i, c in enumerate(upper) if c]
        if not starts or starts[0] != 0:
            return False
        ends = [*(s - 1 for s in starts[1:]), len(upper) - 1]
        groups = [(s, e) for s, e in zip(starts, ends, strict=True) if e > s]
    if not groups:
        return False
    inside = {c for left, right in groups for c in range(left, right + 1)}
    filled = {i for i, c in enumerate(lower) if c}
    return filled <= inside and all(any(c in filled for c in range(a + 1, b + 1)) for a, b in groups)
