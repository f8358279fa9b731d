"""Telephones and mail addresses that stand where none was given."""

from __future__ import annotations

import re
from typing import Final

from detectors.definition import Suppressor

PLACEHOLDER: Final = Suppressor(
    "placeholder",
    "没有填写时的占位电话、邮箱",
    "a telephone or mail address that stands where none was given",
)
_SAME: Final = re.compile(r"(\d)\1{6,}$")
"""One digit to the end, behind an area code or not: 00000000, 020-88888888."""
_COUNTED: Final = ("1234567", "12345678", "123456789", "1234567890", "12345678900", "12345678901")
_NOBODY: Final = re.compile(
    r"(?:无|没有|暂无|不详|未填|none|null|no|na|n/a|test|abc|aaa+|xxx+|\*+|0+|1+|123|1234|12345|123456)",
    re.IGNORECASE,
)


def placeholder(kind: str, value: str) -> tuple[str, str, str] | None:
    """The rule for a telephone or mail address that a form was filled up with."""
    digits = re.sub(r"\D", "", value.partition("-")[0])
    blank = {
        "phone": bool(_SAME.search(digits)) or digits in _COUNTED,
        "email": bool(_NOBODY.fullmatch(value.partition("@")[0])),
        "domain": bool(_NOBODY.fullmatch(value.rpartition(".")[0])),
    }.get(kind, False)
    if not blank:
        return None
    return (
        "placeholder",
        f"“{value}”是没有填写时的占位内容，不能指认同一联系方式",
        f'"{value}" stands where nothing was given and is nobody\'s',
    )
