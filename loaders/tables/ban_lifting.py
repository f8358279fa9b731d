"""What a list of penalties says was lifted, or never imposed: 解除暂停投标资格, 撤销禁止投标处罚, 不予限制投标, 暂停投标资格（已解除）."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

# 取消投标资格 and 撤销供应商资格 bar; 取消暂停投标资格 lifts; 解除合同并禁止投标 lifts the contract alone.
_UP_TO: Final = r"(?:(?!资格|合同|协议|并|且)[^;。,、]){0,25}?"
_BAR: Final = r"(?:禁止|暂停|限制|不得|取消|处罚|处理|惩戒|黑名单|失信)"
_LIFTED: Final = re.compile(
    rf"(?:解除|撤销|撤回|不再|停止执行|终止执行|取消){_UP_TO}{_BAR}"
    r"|恢复[^;。,、]{0,25}(?:投标|竞标|采购|资格)"
    r"|移[出除][^;。,、]{0,25}(?:名单|失信)"
)
_NEVER: Final = re.compile(rf"(?:不予|免予|免于|免除){_UP_TO}{_BAR}|(?:未|不|无|没有)被?(?:禁止|暂停|限制)")
_SINCE: Final = re.compile(r"已经?(?:被|依法|予以|提前)*(?:解除|恢复|撤销(?![^;。,、]{0,12}资格))")
"""After the ban it is said of: nothing of the cell is in force any more."""
_BARS: Final = r"禁止|暂停|限制|取消|不得"


def without_lifted(words: pl.Series) -> pl.DataFrame:
    """Each cell without the clauses that lift a ban, or say that none was imposed.

    Columns: `kept` (in its NFKC form, null where nothing is left), `lifted`, `never`, and `bars` (does what is kept speak of a
    bar at all?); of null cells all are false.
    """
    told = [_clauses(w) for w in words.str.normalize("NFKC").to_list()]
    schema = {"kept": pl.String, "lifted": pl.Boolean, "never": pl.Boolean}
    found = pl.DataFrame(told, schema=schema, orient="row")
    return found.with_columns(bars=pl.col("kept").str.contains(_BARS).fill_null(False))


def _clauses(text: str | None) -> tuple[str | None, bool, bool]:
    if text is None:
        return None, False, False
    if _SINCE.search(text):
        return None, True, False
    clauses = re.split(r"[;。,]", text)
    lifted = [c for c in clauses if _LIFTED.search(c)]
    never = [c for c in clauses if _NEVER.search(c)]
    if not lifted and not never:
        return text, False, False
    kept = ";".join(c for c in clauses if c not in lifted and c not in never)
    return kept or None, bool(lifted), bool(never)
