"""The form of an operator's own detector: which keys there are, and what stands in each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_REQUIRED: Final = {
    **dict.fromkeys(("id", "version", "domain", "scene", "severity"), "text"),
    **dict.fromkeys(("query", "population", "scope", "scope_column"), "text"),
    **dict.fromkeys(("needs", "subjects", "identity"), "texts"),
    **dict.fromkeys(("title", "wording", "innocent"), "table"),
}
_OPTIONAL: Final = {
    **dict.fromkeys(("date_column", "regime_column"), "text"),
    **dict.fromkeys(("nodes", "keys"), "texts"),
    **dict.fromkeys(("basis", "parameter", "suppressor", "keep"), "tables"),
    "support": "bool",
    "warn_above": "number",
}
_LAW: Final = ("law_zh", "law_en", "article", "says_zh", "says_en")
_PARTS: Final[Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]] = {
    "title": ({"zh": "text", "en": "text"}, {}),
    "wording": ({"zh": "text", "en": "text"}, {}),
    "innocent": ({"zh": "texts", "en": "texts"}, {}),
    "basis": (
        dict.fromkeys(_LAW, "text"),
        dict.fromkeys(("in_force_from", "in_force_to", "regime", "link"), "text") | {"compared": "bool"},
    ),
    "parameter": (
        {"name": "text", "default": "value", "unit": "text", "doc_zh": "text", "doc_en": "text"},
        {"citation": "text", "form": "pattern", "least": "number", "greatest": "number"},
    ),
    "suppressor": (dict.fromkeys(("name", "column", "above", "doc_zh", "doc_en"), "text"), {}),
    "keep": (dict.fromkeys(("column", "at_least"), "text"), {}),
}
"""Tables within a definition: (what they must hold, what they may hold)."""
_KINDS: Final = {
    "text": ("文字（加英文引号）", "a text in straight quotes"),
    "texts": ("文字的列表（如 [\"…\"]）", "a list of texts"),
    "table": ("含各项的表（如 { zh = \"…\", en = \"…\" }）", "a table of its parts"),
    "tables": ("各写作一张 [[表]]", "written as [[tables]]"),
    "bool": ("true 或 false", "true or false"),
    "number": ("数字", "a number"),
    "pattern": ("有效的正则表达式", "a valid regular expression"),
    "value": ("数字、文字、true 或 false", "a number, a text, true or false"),
}  # fmt: skip


class WrongDefinitionError(ValueError):
    """A definition that can't be used: what is wrong, in both languages."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh, self.en = zh, en


def check_form(table: Mapping[str, Any]) -> None:
    """Every key known and none missing, each of its kind. Raises `WrongDefinitionError` at the first that is not."""
    _check("", table, _REQUIRED, _OPTIONAL)
    for name, (required, optional) in _PARTS.items():
        stated = table.get(name, ())
        for part in stated if isinstance(stated, list | tuple) else [stated]:
            _check(f"{name}.", part, required, optional)


def _check(
    place: str, table: Mapping[str, Any], required: Mapping[str, str], optional: Mapping[str, str]
) -> None:
    lacking = [place + k for k in required if k not in table]
    unknown = [place + k for k in table if k not in required and k not in optional]
    if lacking or unknown:
        faults = [
            (f"{zh} {'、'.join(keys)}", f"{en}: {', '.join(keys)}")
            for keys, zh, en in ((lacking, "缺少", "missing"), (unknown, "不认识", "unknown"))
            if keys
        ]
        raise WrongDefinitionError("；".join(zh for zh, _ in faults), "; ".join(en for _, en in faults))
    for key, value in table.items():
        kind = required.get(key) or optional[key]
        if not _is(kind, value):
            zh, en = _KINDS[kind]
            raise WrongDefinitionError(f"{place}{key} 应为{zh}", f"{place}{key} must be {en}")


def _is(kind: str, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return {
        "text": isinstance(value, str),
        "texts": isinstance(value, list) and all(isinstance(v, str) for v in value),
        "table": isinstance(value, Mapping),
        "tables": isinstance(value, list) and all(isinstance(v, Mapping) for v in value),
        "bool": isinstance(value, bool),
        "number": number,
        "pattern": isinstance(value, str) and _compiles(value),
        "value": number or isinstance(value, bool | str),
    }[kind]


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
