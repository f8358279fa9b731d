"""A saved mapping (`load --map FILE.toml`): what a person has said about how sheets are to be read.

[[sheet]]
file = "*.xlsx"              # pattern of the file's name; default: every file
sheet = "股东*"              # pattern of the sheet's name; default: every sheet
table = "shareholdings"
header_row = 3
year = 2023                  # of month columns 1月…12月
observed_on = "2024-06-30"   # date of the extract
list_kind = "registered"
lang = "zh"                  # language the headings are in; both are tried without it
skip = false                 # true: leave the sheet out
[sheet.columns]              # table column = heading in the file
share = "持股比例"
[sheet.units]                # table column = percent, fraction, 元, 万元…
share = "percent"
[sheet.values]               # a value for every row
company_name = "示例虚构有限公司"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from graph.written_toml import WrittenTomlError, read_toml_file
from loaders.tables.schema import TABLES
from loaders.tables.vocabulary import VOCABULARIES

_KEYS: Final[dict[str, type]] = {
    "file": str,
    "sheet": str,
    "table": str,
    "header_row": int,
    "year": int,
    "observed_on": str,
    "list_kind": str,
    "lang": str,
    "skip": bool,
    "columns": dict,
    "units": dict,
    "values": dict,
}

_KINDS: Final[dict[type, tuple[str, str]]] = {
    str: ("带引号的文本", "a quoted text"),
    int: ("整数", "a whole number"),
    bool: ("true 或 false", "true or false"),
    dict: ("一张表，写作 [sheet.…]", "a table, written as [sheet.…]"),
}


class MappingError(ValueError):
    """A saved mapping can't be used. The message, in both languages, names the key."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """What a mapping says of one sheet."""

    file: str = "*"
    sheet: str = "*"
    table: str | None = None
    header_row: int | None = None
    year: int | None = None
    observed_on: str | None = None
    list_kind: str | None = None
    lang: str | None = None
    skip: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


def read_mapping(path: Path) -> dict[str, Any]:
    """A mapping file, checked. Raises `MappingError`."""
    try:
        raw = read_toml_file(path)
    except WrittenTomlError as error:
        raise MappingError(f"映射文件 {path} {error.zh}。", f"The mapping {path}: {error.en}.") from error
    sheet_choices(raw)
    return raw


def sheet_choices(raw: Mapping[str, Any]) -> list[SheetChoice]:
    """Every `[[sheet]]` of a mapping, checked. Raises `MappingError`."""
    for key in raw:
        if key != "sheet":
            raise _unknown(key, ("sheet",))
    entries = raw.get("sheet", [])
    if not isinstance(entries, list):
        raise MappingError("映射文件的 sheet 应写成 [[sheet]]。", "In the mapping, write sheet as [[sheet]].")
    return [_choice(entry, f"sheet[{number}]") for number, entry in enumerate(entries, 1)]


def choose(raw: Mapping[str, Any], file_name: str, sheet_name: str) -> SheetChoice:
    """The first `[[sheet]]` that fits a file and sheet; an empty choice where none does."""
    base = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    for choice in sheet_choices(raw):
        file_fits = fnmatchcase(file_name, choice.file) or fnmatchcase(base, choice.file)
        if file_fits and fnmatchcase(sheet_name, choice.sheet):
            return choice
    return SheetChoice()


def _choice(entry: Any, where: str) -> SheetChoice:
    if not isinstance(entry, dict):
        raise MappingError("映射文件的 sheet 应写成 [[sheet]]。", "In the mapping, write sheet as [[sheet]].")
    for key, value in entry.items():
        if key not in _KEYS:
            raise _unknown(f"{where}.{key}", tuple(_KEYS))
        if not isinstance(value, _KEYS[key]) or (_KEYS[key] is int and isinstance(value, bool)):
            zh, en = _KINDS[_KEYS[key]]
            raise MappingError(
                f"映射文件的 {where}.{key} 应为{zh}。", f"In the mapping, {where}.{key} must be {en}."
            )
    table = entry.get("table")
    if table is not None and table not in TABLES:
        raise _unknown(f"{where}.table = {table!r}", tuple(TABLES))
    known = TABLES[table].columns if table else {c: None for t in TABLES.values() for c in t.columns}
    for part in ("columns", "units", "values"):
        for key, value in entry.get(part, {}).items():
            if key not in known:
                raise _unknown(f"{where}.{part}.{key}", tuple(known))
            if not isinstance(value, str):
                raise MappingError(
                    f"映射文件的 {where}.{part}.{key} 应为带引号的文本。",
                    f"In the mapping, {where}.{part}.{key} must be a quoted text.",
                )
    for key, value in entry.get("units", {}).items():
        # A wrong unit must not pass for a share of a hundredth, so only these two are known for shares.
        is_share = any(key in t.columns and t.columns[key].value == "share" for t in TABLES.values())
        if is_share and value not in ("percent", "fraction"):
            raise _unknown(f"{where}.units.{key} = {value!r}", ("percent", "fraction"))
    kinds = VOCABULARIES["list_kind"].codes
    if "list_kind" in entry and entry["list_kind"] not in kinds:
        raise _unknown(f"{where}.list_kind = {entry['list_kind']!r}", kinds)
    if "observed_on" in entry and not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", entry["observed_on"]):
        raise MappingError(
            f"映射文件的 {where}.observed_on 应为 2024-06-30 这样的日期。",
            f"In the mapping, {where}.observed_on must be a date such as 2024-06-30.",
        )
    return SheetChoice(**entry)


def _unknown(key: str, known: tuple[str, ...]) -> MappingError:
    names = "、".join(known)
    return MappingError(
        f"映射文件里不认识 {key}；可用的是：{names}。",
        f"The mapping has {key}, which is not known; known are: {', '.join(known)}.",
    )
