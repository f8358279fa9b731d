"""Values as exchange formats take them: no empties, no dates or decimals as objects, nothing XML forbids."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

Plain = str | int | float | bool

_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def xml_text(text: str) -> str:
    """The text with every character XML 1.0 has no room for shown as U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text)


def plain(value: Any) -> Plain | None:
    """One value as text, number or truth; None where there is nothing.

    Dates and decimals become text, lists of texts are joined by line breaks, anything else nested becomes JSON.
    """
    if value is None or value == "" or value == [] or value == ():
        return None
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return xml_text(value)
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return xml_text("\n".join(value))
    return xml_text(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))


def columns_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, type[Plain]]:
    """Every column that has a value anywhere, by name, with the one type all its values have (else text)."""
    found: dict[str, set[type[Plain]]] = {}
    for row in rows:
        for name, value in row.items():
            shown = plain(value)
            if shown is not None:
                found.setdefault(name, set()).add(type(shown))
    return {name: _one_type(found[name]) for name in sorted(found)}


def _one_type(types: set[type[Plain]]) -> type[Plain]:
    if len(types) == 1:
        return next(iter(types))
    return float if types == {int, float} else str


def typed(value: Any, type_: type[Plain]) -> Plain | None:
    """A value in its column's type."""
    shown = plain(value)
    if shown is None or isinstance(shown, type_):
        return shown
    return type_(shown)


def cell(value: Any) -> str:
    """A value as a CSV cell that no spreadsheet runs: text that begins like a formula gets an apostrophe in front."""
    shown = plain(value)
    if shown is None:
        return ""
    if isinstance(shown, bool):
        return "true" if shown else "false"
    if isinstance(shown, int | float):
        return repr(shown)
    return "'" + shown if _FORMULA.match(shown) else shown


def uncelled(text: str) -> str:
    """What `cell` was given, as text."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
