"""What a bid opening record says once, in lines above its headings: 项目编号：…　标段：…　开标时间：…

Each becomes a column with the same value in every row, as if the sheet had it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import Final

import polars as pl

from loaders.sheets import Sheet
from loaders.tables.evaluators import lists_evaluators
from loaders.tables.plans import bare_word
from loaders.tables.schema import TABLES

_COLUMNS: Final = {
    "tenders": ("id", "title", "buyer_name", "regime", "method", "published_on", "bid_deadline", "opened_on"),
    "lots": ("id", "title"),
    "tender_parties": ("agent",),
}
"""What such lines may say, by table."""
_NAMES_A_BIDDER: Final = ("bidder_name", "consortium_lead")
_OF_ANYBODY: Final = ("单位名称", "申请人")
"""Headings of a bidder's name that lists of others have as well."""
_CAPTION: Final = re.compile(r"(?:^|(?<=[\s,，;；]))(?P<key>[^\s:：,，;；]{2,12})\s*[:：]\s*")


@cache
def _known() -> dict[str, tuple[str, str]]:
    """Clean heading → (table, column)."""
    return {
        heading: (name, column)
        for name, columns in _COLUMNS.items()
        for heading, (column, _) in TABLES[name].by_header.items()
        if column in columns
    }


def with_captions(sheet: Sheet, file: str = "") -> Sheet:
    """The sheet, a list of bidders or of evaluators, with a column for each thing said above its headings that no column of it says.

    Where a line says one thing in two ways, none is taken. The sheet as it is where neither tender nor lot is said there.
    """
    if not sheet.titles or not sheet.frame.height:
        return sheet
    headings = {bare_word(h.rsplit("/", 1)[-1]) for h in sheet.frame.columns}
    bids = TABLES["bids"].by_header
    bidders = any(bids.get(h, ("",))[0] in _NAMES_A_BIDDER and h not in _OF_ANYBODY for h in headings)
    if not bidders and not lists_evaluators(sheet, file):
        return sheet
    known = _known()
    present = {known[h] for h in headings if h in known}
    said: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for title in sheet.titles:
        found = list(_CAPTION.finditer(title))
        for n, caption in enumerate(found):
            place = known.get(bare_word(caption["key"]))
            end = found[n + 1].start() if n + 1 < len(found) else len(title)
            value = title[caption.end() : end].strip(" \u3000,，;；")
            if place and value:
                said[place].setdefault(value, caption["key"])
    told = {
        place: next(iter(values.items()))
        for place, values in said.items()
        if len(values) == 1 and place not in present
    }
    if not {("tenders", "id"), ("lots", "id")} & told.keys():
        return sheet
    columns = [pl.lit(value).alias(heading) for value, heading in told.values()]
    return replace(sheet, frame=sheet.frame.with_columns(columns))
