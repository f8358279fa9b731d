"""Amounts of money as a reader is told them, each in its own currency; amounts of different ones are never added up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_NAMES: Final = {
    "CNY": ("元", " yuan"),
    "USD": ("美元", " US dollars"),
    "HKD": ("港元", " Hong Kong dollars"),
    "EUR": ("欧元", " euros"),
    "JPY": ("日元", " yen"),
    "GBP": ("英镑", " pounds"),
    "MOP": ("澳门元", " patacas"),
    "TWD": ("新台币元", " Taiwan dollars"),
}
_NO_MINOR_UNITS: Final = ("JPY", "KRW")


def said(amount: int, currency: str | None) -> tuple[str, str]:
    """An amount in minor units, in Chinese and English; without a currency it is yuan, as loaders read 元."""
    code = currency or "CNY"
    number = f"{amount:,}" if code in _NO_MINOR_UNITS else f"{amount / 100:,.2f}"
    zh, en = _NAMES.get(code, (f" {code}", f" {code}"))
    return number + zh, number + en


def sums(amounts: Iterable[tuple[int | None, str | None]]) -> tuple[str, str]:
    """The sum of each currency; empty where no amount is known. `amounts`: (minor units, currency)."""
    totals: dict[str, int] = {}
    for amount, currency in amounts:
        if amount:
            totals[currency or "CNY"] = totals.get(currency or "CNY", 0) + amount
    told = [said(total, code) for code, total in sorted(totals.items())]
    return "、".join(zh for zh, _ in told), " and ".join(en for _, en in told)
