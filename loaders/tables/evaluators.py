"""Which sheets list the persons who evaluate a tender (评标委员会名单), where no column gives each one's role."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from loaders.sheets import Sheet
from loaders.tables.plans import TablePlan, bare_word
from loaders.tables.schema import TABLES

PERSONS: Final = ("evaluator", "buyer_representative")
"""Roles that persons have; whoever else serves a tender is an organisation."""
_CALLED: Final = re.compile(
    r"评标委员会|评审委员会|谈判委员会|评标专家|评审专家|评委|评标小组|(?:评审|磋商|谈判|询价)小组"
)
_POOL: Final = re.compile(r"专家库")
"""Who may be drawn to evaluate evaluates nothing yet."""
_SAYS_SO: Final = re.compile(r"评标|评审|评委|专家")


def with_evaluators(plan: TablePlan, sheet: Sheet, file: str) -> TablePlan:
    """The plan of `tender_parties`, with the role of the persons listed where headings, or what the sheet is called, say
    that they evaluate, and no column does for each."""
    if plan.table.name == "tender_parties" and lists_evaluators(sheet, file):
        return replace(plan, values={"role": "evaluator", **plan.values})
    return plan


def lists_evaluators(sheet: Sheet, file: str) -> bool:
    """Does a sheet list persons as evaluators? By a heading of their names, by its own name, a title, or the file's name."""
    columns = TABLES["tender_parties"].by_header
    headings = [bare_word(h.rsplit("/", 1)[-1]) for h in sheet.frame.columns]
    names = [h for h in headings if columns.get(h, ("",))[0] == "person_name"]
    if any(_SAYS_SO.search(h) for h in names):
        return True
    persons = [h for h in headings if columns.get(h, ("",))[0] in ("person_name", "person_id")]
    bids = TABLES["bids"]
    bidders = bids.columns["bidder_name"].headers
    if not persons or any(h in bidders and h != "单位名称" for h in headings):
        return False
    stem = PurePosixPath(file.replace("\\", "/")).stem
    return any(_CALLED.search(t) and not _POOL.search(t) for t in (sheet.name, stem, *sheet.titles) if t)
