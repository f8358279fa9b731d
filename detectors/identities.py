"""What it rests on that two statements are of one and the same party: a number, or no more than a name.

By strength: `id` (a document's or register's number), `vendor_id`, `unique_name` (an organisation's full name, or a
person's within one company, that only one with a number bears), `name_only`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import polars as pl

BASES: Final = ("id", "vendor_id", "unique_name", "name_only")
"""From the strongest to the weakest."""
_LABELS: Final = {
    "id": ("证件号或统一社会信用代码一致", "identifier"),
    "vendor_id": ("数据商编号一致", "vendor id"),
    "unique_name": (
        "按名称唯一匹配（企业全称，或同一企业内的姓名）",
        "unique name (a company's full one, or a person's within one company)",
    ),
    "name_only": ("仅凭名称，未核实", "name only, not verified"),
}
_NAMED: Final = ("name:", "scoped:", "person.scoped:")
_WRITTEN: Final = "contact_person:"
"""What a bid's cell for its contact person holds: no register or vendor numbered it."""
_OWN: Final = r"^(?:cn-|lei:|xi-lei:|local[:.]|person[:.]|[a-z]{2}-)"
_OWN_ID: Final = re.compile(_OWN)


def basis_of(id_: str, stated: str | None = None) -> str:
    """What one party's identity rests on; `stated` is the id the row itself gives."""
    if id_.startswith((*_NAMED, _WRITTEN)):
        return "name_only"
    if stated and stated.startswith(_NAMED):
        return "unique_name"
    return "id" if _OWN_ID.match(id_) else "vendor_id"


def weakest(ids: Iterable[tuple[str, str | None]], bases: Iterable[str] = ()) -> str:
    """The weakest thing these (id, stated id) rest on, and what is known of others (`bases`)."""
    return max((*(basis_of(str(i), s) for i, s in ids), *bases), key=BASES.index, default="id")


def identity_label(identity: str) -> tuple[str, str]:
    """What an identity rests on, as a reader is told: Chinese, English."""
    return _LABELS[identity]


def basis_column(id_: str, stated: str) -> pl.Expr:
    """`basis_of` of each row, by the columns of the id and the stated one; null where there is no id."""
    named = pl.any_horizontal(pl.col(id_).str.starts_with(p) for p in (*_NAMED, _WRITTEN))
    by_name = pl.any_horizontal(pl.col(stated).str.starts_with(p) for p in _NAMED).fill_null(False)
    return (
        pl.when(pl.col(id_).is_null())
        .then(None)
        .when(named)
        .then(pl.lit("name_only"))
        .when(by_name)
        .then(pl.lit("unique_name"))
        .when(pl.col(id_).str.contains(_OWN))
        .then(pl.lit("id"))
        .otherwise(pl.lit("vendor_id"))
    )


def weakest_column(*bases: pl.Expr) -> pl.Expr:
    """The weakest of some columns of bases; null where none is known."""
    ranks = {basis: at for at, basis in enumerate(BASES)}
    rank = pl.max_horizontal(b.replace_strict(ranks, default=None, return_dtype=pl.Int8) for b in bases)
    return rank.replace_strict(dict(enumerate(BASES)), default=None, return_dtype=pl.String)
