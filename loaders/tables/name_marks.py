"""Names with what lists write around them: their place in the list, a star, the result, a certificate."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.names import is_full_legal_name
from loaders.identity import looks_like_person_name

_PLACE: Final = r"^\s*(?:[(（]\s*\d{1,2}\s*[)）]|(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s*[、.．])\s*"
_RESULT: Final = (
    r"(?:预|拟|推荐)?(?:中标|成交)(?:人|单位|供应商|候选人)?|第[一二三123](?:名|中标候选人|成交候选人|候选人)?"
    r"|(?:小|微|小微|中小|中)型?企业|监狱企业|独立投标|非联合体"
)
_BEHIND: Final = rf"(?:\s*(?:[*＊★☆▲△●#]+|[(（](?:{_RESULT})[)）]))+\s*$"
WON_BESIDE: Final = r"[(（](?:中标|成交)(?:人|单位|供应商)?[)）][\s*＊★☆]*$"
"""Behind a bidder's name: it won."""
_PAPER: Final = (
    r"\s*[(（][^()（）]*(?:建造师|工程师|造价师|经济师|会计师|证书|证号|注册|职称)[^()（）]*[)）]\s*$"
)


def bare_firms(cells: pl.Series) -> pl.Series:
    """Names of firms without the marks of a list around them, where a full registered name is what is left; else as they are."""
    marked = cells.str.contains(f"{_PLACE}|{_BEHIND}").fill_null(False).arg_true()
    if not len(marked):
        return cells
    some = cells.gather(marked)
    bare = some.str.replace(_PLACE, "").str.replace(_BEHIND, "")
    read = bare.zip_with(is_full_legal_name(bare) & ~bare.str.contains(r"[、,，;；]"), some)
    return cells.clone().scatter(marked, read)


def bare_persons(cells: pl.Series) -> pl.Series:
    """Names of persons without a certificate or title in brackets behind, where a person's name is what is left."""
    marked = cells.str.contains(_PAPER).fill_null(False).arg_true()
    if not len(marked):
        return cells
    some = cells.gather(marked)
    bare = some.str.replace(_PAPER, "").str.strip_chars()
    return cells.clone().scatter(marked, bare.zip_with(looks_like_person_name(bare), some))
