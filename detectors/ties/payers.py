"""Who paid a deposit: an account's number, a payer's name, or words that name nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Severity
from detectors.ties import traces
from detectors.ties.links import LinkTie
from graph.names import is_full_legal_name

_WHOSE: Final = "(?:本|我|该|我司|投标)?(?:公司|单位|企业|供应商|投标人|投标单位|人)?"
_NOBODY: Final = re.compile(
    f"{_WHOSE}(?:财务(?:部门?|科|处|室|中心|人员|专员|管理部)?|会计|出纳|办公室|经办人|业务员)"
    f"|{_WHOSE}(?:投标)?(?:保证金)?(?:专用?|基本|一般|对公|结算|银行)?(?:账户|帐户|专户|账号|帐号|户)"
    f"|{_WHOSE}(?:投标)?保证金|待(?:核实|核查|定|查|确认|补充?)|同上|自有资金|自筹|对公转账"
    "|个人|自然人|本人|他人|企业|公司|单位|本(?:公司|单位)|投标人|投标单位|供应商|法定代表人|现金|转账|汇款|电汇|网银|支票"
    "|(?:电子|银行)?保函|保证保险|其他"
)
"""Kinds of payers and payments, and rooms and accounts that every office has."""
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_FEW_DIGITS: Final = 6
"""No account has fewer."""


def nobody(tie: LinkTie) -> tuple[str, str, str] | None:
    """The rule for what stands in a payer's or an account's place and names none."""
    if not _NOBODY.fullmatch(re.sub(r"\s", "", tie.holder_name)):
        return traces.placeholder(tie)
    return (
        "placeholder",
        f"“{tie.holder_name}”只说明付款人的类别、部门或方式，不是付款人名称，不能指认同一账户",
        f'"{tie.holder_name}" says what kind of payer, office or payment it is and names no account',
    )


def institution(
    tie: LinkTie, listed: set[str], beside: Mapping[str, Sequence[str]]
) -> tuple[str, str, str] | None:
    """The rule for who pays on behalf of many; `listed`: words of their names.

    An account is theirs where every payer named beside it is one (`beside`: bid → the names of its payers).
    """
    named = [beside.get(str(r["bid_id"]), ()) for r in tie.rows]
    # One that a bidder has itself is nobody else's.
    all_named = all(named) and all(r["role"] == "account" for r in tie.rows)
    names = sorted({name for some in named for name in some}) if all_named else [tie.holder_name]
    if not all(any(word in name for word in listed) for name in names):
        return None
    name = "、".join(names)
    return (
        "institution",
        f"{name}为担保、保险、银行机构或交易中心，代众多投标人缴纳或出具保函",
        f"{name} is a guarantee company, insurer, bank or tender centre that pays for many bidders",
    )


def named_payers(paid: pl.DataFrame) -> dict[str, list[str]]:
    """By bid, who is named as payer of its deposit; `paid`: as `with_basis` gives it."""
    named = (
        paid.filter(pl.col("basis").is_not_null())
        .group_by("bid_id")
        .agg(pl.col("holder_name").unique().sort())
    )
    return dict(named.iter_rows())


def with_basis(paid: pl.DataFrame) -> pl.DataFrame:
    """Links to payers with what it rests on that they are one (`basis`): nothing more for an account by its number."""
    name = pl.col("holder_name")
    named = name.str.contains(_HAN.pattern) & (name.str.count_matches("[0-9]") < _FEW_DIGITS)
    full = is_full_legal_name(paid["holder_name"])
    basis = pl.when(named).then(pl.when(full).then(pl.lit("unique_name")).otherwise(pl.lit("name_only")))
    return paid.with_columns(basis=basis)


def identity_words(tie: LinkTie) -> tuple[Severity | None, dict[str, str]]:
    """(What differs from the detector's severity, what differs in words) where a payer is known by name.

    Article 40 asks for one account: an organisation's full name tells whose it is, a person's name does not.
    """
    basis = {r.get("basis") for r in tie.rows} - {None}
    if "name_only" in basis:
        return "review", traces.identity_words(
            tie,
            "汇款人仅名称相同，没有账号，未核实",
            "the payers share a name only, without an account: not verified",
        )
    if "unique_name" in basis:
        return None, traces.identity_words(
            tie,
            "汇款人企业全称相同，没有账号",
            "the payer's full registered name, without an account",
        )
    return None, {}
