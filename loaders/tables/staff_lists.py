"""Which sheets list who works for a firm (员工花名册, 社保缴费名单), where no column says what each does there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from loaders.sheets import Sheet
from loaders.tables.plans import TablePlan, bare_word

_CALLED: Final = re.compile(r"员工|职工|花名册|社保|社会保险|参保|在职人员|从业人员|staff|employees", re.I)
_OF_STAFF: Final = ("参保单位", "参保单位名称", "用人单位", "缴费单位")
"""Headings of a firm that such lists alone have."""
_ANYBODY: Final = ("姓名",)
"""Headings of a holder that every list of persons has."""
_NO_HOLDING: Final = frozenset(
    {
        *("company_id", "company_name", "holder_id", "holder_name", "holder_id_kind"),
        *("valid_from", "valid_to", "changed_on", "observed_on", "report_year", "currency"),
    }
)


def with_staff(plan: TablePlan, sheet: Sheet, file: str) -> TablePlan:
    """The plan of `positions`, whose persons work for the firm where headings or what the sheet is called say so, and no
    column says as what."""
    columns = plan.columns
    if not {"person_id", "person_name"} & columns.keys() or "role" in columns:
        return plan
    heads = {bare_word(h) for c in ("company_name", "company_id") for h in columns.get(c, ())}
    stem = PurePosixPath(file.replace("\\", "/")).stem
    called = any(_CALLED.search(t) for t in (sheet.name, stem, *sheet.titles) if t)
    if called or heads & set(_OF_STAFF):
        return replace(plan, values={"role": "employee", **plan.values})
    return plan


def holds_nothing(plan: TablePlan) -> bool:
    """Does a plan of `shareholdings` read persons beside firms and no word of a holding? So does any list of persons."""
    (name,) = plan.columns.get("holder_name", ("",))
    return bare_word(name) in _ANYBODY and plan.present <= _NO_HOLDING


def is_of_staff(plans: Mapping[str, TablePlan]) -> bool:
    """Was `with_staff` right to give the role?"""
    plan = plans["positions"]
    return "role" in plan.values and "role" not in plan.columns and not plan.missing
