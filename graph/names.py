"""How names are compared: the key of a name, and whether a name is a full registered one."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

UNNUMBERED: Final = "person.scoped:"
"""Ids of people known by name alone begin so."""
# Endings of registered names of legal persons and partnerships. Sole traders (经营部, 商行, 店…) and
# branches (分公司) have no legal personality; a bare 公司 is as often a short name as a full one.
_CHINESE_FORMS: Final = (
    r"有限责任公司|有限公司|股份公司|集团公司|总公司|有限责任公司\(国有独资\)|"
    r"合伙企业|\((?:有限|普通|特殊普通|特殊的普通)合伙\)|"
    r"专业合作社|专业合作社联合社|专业合作联社|股份合作社|经济合作社|经济联合社"
)
_FOREIGN_FORMS: Final = (
    r"ltd|limited|plc|p\.l\.c|llc|l\.l\.c|llp|l\.l\.p|lp|l\.p|inc|incorporated|corp|corporation|"
    r"gmbh|ag|kgaa|kg|se|sa|s\.a|sas|s\.a\.s|sarl|s\.à\.?r\.l|s\.a\.r\.l|bv|b\.v|nv|n\.v|"
    r"spa|s\.p\.a|srl|s\.r\.l|ab|asa|a/s|aps|oy|oyj|sp\.? ?z ?o\.?o|pte|pty|berhad|bhd|jsc|pjsc|ooo"
)
_FULL_NAME: Final = rf"[^()（）\s].*\S(?:{_CHINESE_FORMS})$|(?i:\w.*[\s,.)](?:{_FOREIGN_FORMS})\.?$)"

_PARTNERSHIP: Final = r"合伙(?:企业|[)）])$"
_ONE_PARTNERSHIP: Final = re.compile(_PARTNERSHIP.replace("$", r"\Z"))


def name_key(names: pl.Series) -> pl.Series:
    """The form two spellings of one name share: NFKC (so （） is ()), all whitespace removed, nothing else.

    Letters keep their case and characters their variant: what is not a matter of typing is not folded.
    Null stays null; a name of nothing but whitespace becomes null.
    """
    key = names.cast(pl.String).str.normalize("NFKC").str.replace_all(r"\s+", "")
    return key.replace("", None)


def is_full_legal_name(names: pl.Series) -> pl.Series:
    """Whether a name ends in the legal form of a legal person or partnership (Boolean; null → false).

    Only such a name is registered as unique in its district and may stand for an identifier; a sole trader's,
    a branch's, a short or a personal name may not. Source of the forms: 企业名称登记管理规定 (2021), art. 10.
    """
    text = names.cast(pl.String).str.normalize("NFKC").str.strip_chars()
    return text.str.contains(_FULL_NAME).fill_null(False)


def is_partnership_name(names: pl.Series) -> pl.Series:
    """Whether a registered name is a partnership's, which has to say so (Boolean; null → false).

    Source: 合伙企业法 art. 15, 56 and 62.
    """
    return names.cast(pl.String).str.contains(_PARTNERSHIP).fill_null(False)


def is_partnerships_name(name: str | None) -> bool:
    """`is_partnership_name` of one name: of a few names a table takes longer than they do."""
    return name is not None and _ONE_PARTNERSHIP.search(name) is not None
