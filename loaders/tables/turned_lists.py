"""Lists in which a company's plain name and code are not those of whom the list is: what it invested in, its branches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_INVESTED: Final = re.compile("被投资|标的")
OF_FIRMS: Final = {
    "companies": ("name", "id"),
    "positions": ("company_name", "company_id"),
    "identifiers": ("party_name", "party_id"),
    "contacts": ("party_name", "party_id"),
    "former_names": ("company_name", "company_id"),
}
"""Tables about companies, and the columns of a company's name and code."""
_BRANCH_NAME: Final = re.compile("(?:分支机构|分公司)(?:名称|全称)")
_BRANCH_CODE: Final = re.compile("(?:分支机构|分公司)(?:统一)?(?:社会)?信用代码")

Hits = dict[str, list[tuple[int, int, str]]]
"""Columns of a table, and what headings may be them: rank, position, heading."""


def turn_round(found: Hits, chosen: Mapping[str, tuple[str, ...]]) -> None:
    """A list of what a company has invested in (对外投资): its plain 企业名称, beside 被投资企业, is the holder.

    So is a plain code that stands before the heading of the company held; one behind it is that company's.
    """
    names = found.get("company_name", [])
    held = [hit for hit in names if _INVESTED.search(hit[2])]
    plain = [hit for hit in names if hit not in held]
    if not held or not plain or {"holder_name", "holder_id"} & {*found, *chosen} or "company_name" in chosen:
        return
    found["company_name"], found["holder_name"] = held, plain
    at = min(position for _, position, _ in held)
    codes = found.pop("company_id", [])
    for column, mine in (
        ("company_id", [h for h in codes if _INVESTED.search(h[2]) or h[1] > at]),
        ("holder_id", [h for h in codes if not _INVESTED.search(h[2]) and h[1] < at]),
    ):
        if mine:
            found[column] = mine


def turn_to_branches(
    table: str, clean: Mapping[str, str], found: Hits, chosen: Mapping[str, tuple[str, ...]]
) -> None:
    """A list of branches (分支机构名称 beside 企业名称) is of the branches: the plain name, and a code before it, is whose they
    are. Their heads and days are not those of the company."""
    name, number = OF_FIRMS[table]
    every = [(0, position, header) for position, header in enumerate(clean)]
    names = [hit for hit in every if _BRANCH_NAME.fullmatch(clean[hit[2]])]
    if not names or name in chosen or number in chosen:
        return
    at = names[0][1]
    plain = found.pop(name, [])
    codes = [hit for hit in found.pop(number, []) if not _BRANCH_CODE.fullmatch(clean[hit[2]])]
    own = [hit for hit in every if _BRANCH_CODE.fullmatch(clean[hit[2]])] or [h for h in codes if h[1] > at]
    found[name] = names
    parents = (
        {"parent_name": plain, "parent_id": [h for h in codes if h[1] < at]} if table == "companies" else {}
    )
    for column, hits in {number: own, **parents}.items():
        if hits and column not in found and column not in chosen:
            found[column] = hits
