"""What the scope of a subcontract says is subcontracted: works, labour alone, or a supply or service.

Labour alone (劳务分包) is a kind of its own, and buying, renting or testing is no subcontract of works. A word in the
text is not enough: 含劳务 and 非劳务 are works, and so is a scope that names another kind of works beside the labour.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Kind = Literal["works", "labour", "supply", ""]

_LABOUR: Final = re.compile(r"劳务|清包工")
_NOT_LABOUR: Final = re.compile(
    r"(?:非|含|包括|除|扣除|以外).*(?:劳务|清包工)|(?:劳务|清包工).*(?:除外|以外|之外)"
)
_SUPPLY: Final = re.compile(
    r"(?:检测|监测|检验|试验|测试|采购|购置|买卖|租赁|供应|供货)(?:服务|合同|业务|工作|费用?|项目)?$"
)
_BARE: Final = re.compile(
    r"(?:仅|纯|限)?(?:劳务|人工|清包工|检测|监测|试验|采购|租赁|供应|供货)(?:分包|作业|施工|承包|外包|服务|工程|部分|合同|费)*"
)
_OTHER: Final = re.compile(
    r"主体|工程|施工|专业|安装|装饰|装修|采购|供应|材料|设备|机械|租赁|制作|总包|整体|转包|包料|安拆"
)
_SMALL: Final = re.compile(r"(?:含|及|包括)*(?:辅材|辅料|辅助材料|小型机具|小型机械|低值易耗品)(?:等)?")
_BRACKETS: Final = re.compile(r"[(（\[【](.*?)[)）\]】]")
_CLAUSES: Final = re.compile(r"[，,；;。+/\n]|以及|[及和与]")


_FURTHER: Final = re.compile(r"（第\d+份）$")


def told(scope: str | None) -> str:
    """What a contract's scope says; the loader marks further contracts that are alike in all else, without a scope too."""
    return re.sub(r"\s+", "", _FURTHER.sub("", scope or ""))


def scope_kind(scope: str | None) -> Kind:
    """Of what kind a subcontract is by its scope; empty where there is none. What is not surely another is works."""
    text = told(scope)
    if not text:
        return ""
    inside = [c for found in _BRACKETS.findall(text) for c in _parts(found)]
    bare = _BRACKETS.sub("", text)
    if any(_NOT_LABOUR.search(t) for t in (bare, *_BRACKETS.findall(text))):
        return "works"
    clauses = [c for c in _CLAUSES.split(bare) if c and not _SMALL.fullmatch(c)]
    kinds = {_of_clause(c, alone=len(clauses) == 1) for c in clauses}
    if "works" in kinds and len(kinds) == 1 and any(_BARE.fullmatch(c) and _LABOUR.search(c) for c in inside):
        return "labour"  # 土方（劳务分包)
    if any(re.match(r"含|包括", c) and _OTHER.search(c) and not _SMALL.fullmatch(c) for c in inside):
        return "works"  # 劳务分包（含材料）
    own = kinds - {""}
    return own.pop() if len(own) == 1 else "works"


def _parts(text: str) -> list[str]:
    return [p for c in _CLAUSES.split(text) for p in c.split("、") if p]


def _of_clause(clause: str, alone: bool) -> Kind:
    """One clause; empty: things that the next clause's word may be about (钢筋 in 钢筋及模板劳务)."""
    parts = [p for p in clause.split("、") if p and not _SMALL.fullmatch(p)]
    told = [p for p in parts if _kind(p) != "works"]
    rest = [p for p in parts if _kind(p) == "works"]
    if not told:
        return "works" if alone or any(_OTHER.search(p) for p in rest) else ""
    kinds = {_kind(p) for p in told}
    # 钢筋、模板劳务 is labour on both; 主体施工、劳务分包 are two things.
    about_all = not _BARE.fullmatch(told[-1]) and not any(re.search(r"工程|施工|安装|专业", p) for p in rest)
    return kinds.pop() if len(kinds) == 1 and (not rest or about_all) else "works"


def _kind(part: str) -> Kind:
    if _LABOUR.search(part):
        return "labour"
    return "supply" if _SUPPLY.search(part) else "works"
