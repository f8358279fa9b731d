"""Amounts of money: which fields hold them, in minor units, and how they are written in full."""

from __future__ import annotations

from typing import Final

from graph.model import NODE_TYPES, REL_TYPES
from visualize.wording import Lang

_STATED: Final = frozenset(
    f.name
    for fields in (*(t.fields for t in NODE_TYPES.values()), *(t.fields for t in REL_TYPES.values()))
    for f in fields
    if f.type == "MONEY"
)
_OF_FINDINGS: Final = frozenset(
    {"amount_before", "due", "paid", "price", "shortfall", "sub_amount", "surplus"}
)
MONEY_FIELDS: Final = _STATED | _OF_FINDINGS
"""Fields of the data and of findings' facts that hold money; a text of such a name (a contact's value) is none."""


def whole_amount(minor: float, currency: str, lang: Lang) -> str:
    """An amount in minor units, to the last cent and with its unit: 10,500,000.00 元, 10,500,000.00 CNY."""
    code = currency or "CNY"
    return f"{minor / 100:,.2f} " + ("元" if code == "CNY" and lang == "zh" else code)
