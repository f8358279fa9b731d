"""Sheets that tell of bribery convictions (行贿犯罪档案查询结果): no decision bars anybody there, and nothing is to rest on them unsaid."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from loaders.sheets import Sheet

_SAYS_SO: Final = re.compile(r"行贿")
_DECIDES: Final = "debarments"
"""A list of decisions may name bribery as their reason: its rows are read as decisions."""


def tells_of_bribery(sheet: Sheet, file: str, table: str | None) -> bool:
    """Does a sheet say by a heading, a title, its own or its file's name whether parties bribed? `table`: what it is taken for."""
    stem = PurePosixPath(file.replace("\\", "/")).stem
    told = (*sheet.frame.columns, *sheet.titles, sheet.name, stem)
    return table != _DECIDES and any(_SAYS_SO.search(t) for t in told if t)
