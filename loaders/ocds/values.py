"""Ids, times and money as OCDS writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from loaders.identity import masked_in
from loaders.values import text_as_written

_SHANGHAI: Final = timezone(timedelta(hours=8))
_FLOAT_ID: Final = re.compile(r"^(\d+)\.0+$")
_DAY: Final = re.compile(r"^\d{4}-\d{2}(-\d{2})?$")

# Digits after the point of currencies that don't have two (ISO 4217).
_DIGITS: Final = dict.fromkeys(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ],
    0,
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)


def id_text(value: Any) -> str:
    """An id as text; numbers too. A spreadsheet's `1.0` is `1`; nothing usable gives ""."""
    if value is None or isinstance(value, (dict, list, bool)):
        return ""
    text = str(value).strip()
    whole = _FLOAT_ID.match(text)
    return whole.group(1) if whole else text


def text(value: Any) -> str | None:
    """A trimmed text in which no number of a person stands, or None."""
    return masked_in(text_as_written(value)).strip() or None if isinstance(value, str) else None


def time_of(value: Any) -> tuple[str | None, bool]:
    """(`YYYY-MM-DDTHH:MM:SS` in Asia/Shanghai, or the bare date as given; whether it is a time or absent).

    A time without an offset is taken as it stands.
    """
    if value is None or value == "":
        return None, True
    if not isinstance(value, str):
        return None, False
    stripped = value.strip()
    try:
        if _DAY.match(stripped):
            datetime.fromisoformat(stripped if len(stripped) == 10 else stripped + "-01")
            return stripped, True
        moment = datetime.fromisoformat(stripped)
    except ValueError:
        return None, False
    if moment.tzinfo is not None:
        moment = moment.astimezone(_SHANGHAI)
    return moment.strftime("%Y-%m-%dT%H:%M:%S"), True


def money_of(value: Any) -> tuple[int | None, str | None, str]:
    """(minor units, currency, a complaint's code or "") of an OCDS `value` object.

    Complaints: `ocds-currency` (an amount without one; never guessed), `ocds-amount` (no number), and
    `ocds-amount-rounded` (finer than the currency's smallest unit; the nearest is given).
    """
    if not isinstance(value, dict) or value.get("amount") is None:
        return None, None, ""
    currency = text(value.get("currency"))
    raw = value["amount"]
    if isinstance(raw, bool):
        return None, currency, "ocds-amount"
    try:
        amount = Decimal(str(raw).strip())
    except InvalidOperation:
        return None, currency, "ocds-amount"
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 15:
        return None, currency, "ocds-amount"
    if currency is None:
        return None, None, "ocds-currency"
    currency = currency.upper()
    exact = amount.scaleb(_DIGITS.get(currency, 2))
    minor = exact.to_integral_value()
    return int(minor), currency, "" if minor == exact else "ocds-amount-rounded"
