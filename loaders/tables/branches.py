"""Whose branches (分公司) are: a branch is no legal person, and its head office owns and controls the whole of it.

Source: 公司法 (2023) art. 13, 民法典 art. 74. A branch's name begins with the full name of its company and ends in 分公司, 分厂
or 分店 (企业名称登记管理规定 (2021) art. 13), a bank's in 分行 or 支行: where no source says whose a branch is, its name does.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.names import name_key
from graph.penetration.rows import HEAD_OFFICE, HEAD_OFFICE_BY_NAME
from graph.records import Extract
from graph.resolution.unnumbered_ids import company_name_ids

BY_NAME: Final = "branch_by_name"
"""The role of a branch of which only its name says whose it is."""
_ENDINGS: Final = r"(?:分公司|分厂|分店|分行|支行)$"
_OF_A_COMPANY: Final = r"^(.+(?:有限责任公司|有限公司|股份公司|集团公司|总公司)).+$"
_STATED: Final = ("from_id", "to_id", "source", "observed_on", "stated_from", "stated_to")
_BRANCH_OF: Final = ("BRANCH_OF", "Company", "Company")
_CONTROL: Final = ("EXERCISES_CONTROL", "Company", "Company")


def settle_branches(extract: Extract) -> None:
    """State for each branch that its head office controls it; of one that nobody states, the company its name begins with.

    That company is named alone: it is the one company of this full name that is loaded, where there is but one. Calling it
    again changes nothing.
    """
    _name_head_offices(extract)
    told = _headed(extract)
    stated = [f for f in extract.rels.get(_BRANCH_OF, []) if f.height]
    if not stated:
        return
    branches = pl.concat([f.select(*_STATED, "role") for f in stated])
    branches = branches.filter(~pl.col("from_id").is_in(told.implode()), pl.col("from_id") != pl.col("to_id"))
    by_name = (pl.col("role") == BY_NAME).fill_null(False)
    control = branches.select(
        *_STATED[2:],
        from_id="to_id",
        to_id="from_id",
        interest=pl.when(by_name).then(pl.lit(HEAD_OFFICE_BY_NAME)).otherwise(pl.lit(HEAD_OFFICE)),
        direct=pl.lit(True),
    )
    extract.add_rel(*_CONTROL, control)


def _headed(extract: Extract) -> pl.Series:
    """The branches of which it is said already."""
    known = (HEAD_OFFICE, HEAD_OFFICE_BY_NAME)
    of = [f.filter(pl.col("interest").is_in(known))["to_id"] for f in extract.rels.get(_CONTROL, [])]
    return pl.concat([pl.Series("to_id", [], pl.String), *of])


def _name_head_offices(extract: Extract) -> None:
    found = [
        f.select("id", "name", "kind", "source", "observed_on").filter(
            (pl.col("kind") == "branch").fill_null(False)
            | (
                pl.col("kind").fill_null("unknown").is_in(["unknown", "company"])
                & pl.col("name").str.contains(_ENDINGS).fill_null(False)
            )
        )
        for f in extract.nodes.get("Company", [])
    ]
    branches = pl.concat(found) if found else None
    if branches is None or branches.is_empty():
        return
    stated = [f["from_id"] for f in extract.rels.get(_BRANCH_OF, [])]
    named = pl.concat([pl.Series("from_id", [], pl.String), *stated])
    keys = name_key(branches["name"])
    branches = branches.with_columns(head=keys.str.extract(_OF_A_COMPANY)).filter(
        pl.col("head").is_not_null(), ~pl.col("id").is_in(named.implode())
    )
    branches = branches.sort("id", "source").unique("id", keep="first", maintain_order=True)
    branches = branches.with_columns(head_id=company_name_ids(branches["head"]))
    branches = branches.filter(pl.col("head_id").is_not_null(), pl.col("head_id") != pl.col("id"))
    if branches.is_empty():
        return
    extract.add_node("Company", branches.select("source", "observed_on", id="head_id", name="head"))
    links = branches.select("source", "observed_on", from_id="id", to_id="head_id", role=pl.lit(BY_NAME))
    extract.add_rel(*_BRANCH_OF, links)
