"""`python -m visualize.web.terms`: write the words pictures and reports use for fields and codes for the explorer too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from detectors.registry import DETECTORS
from loaders.tables import TABLES
from loaders.tables.schema import data_file
from visualize.fact_words import FACT_CODES, FACT_FIELDS
from visualize.field_words import FIELDS, VALUES
from visualize.wording import FACTS, KINDS, ROLES

_UNHEADED: Final = {"months": ("各月", "months")}
"""Columns that go by headings of no fixed text."""
PAGE: Final = Path(__file__).resolve().parent / "src" / "i18n" / "terms.ts"


def _feeding() -> dict[str, list[str]]:
    """By relationship, the tables that bring it; by property that a detector needs, table and column: what a user would
    load.
    """
    found: dict[str, list[str]] = {}
    needed = {f for d in DETECTORS for f in d.needs_fields}
    for name, table in TABLES.items():
        for column, c in table.columns.items():
            for fed in needed.intersection(c.feeds):
                found.setdefault(fed, []).append(f"{name}.{column}")
        for fed in dict.fromkeys(f for c in table.columns.values() for f in c.feeds):
            relationship, _, field = fed.partition(".")
            if field in ("from_id", "to_id") and name not in found.setdefault(relationship, []):
                found[relationship].append(name)
    return dict(sorted(found.items()))


def _columns() -> dict[str, dict[str, str]]:
    """By table and column, the first Chinese heading that the column answers to; else the word for such a field."""
    raw = data_file("headers.toml")
    return {
        name: {
            column: next((h for h in raw[name]["columns"][column]["headers"] if not h.isascii()), None)
            or {**FACTS, **FACT_FIELDS, **_UNHEADED}[column][0]
            for column in table.columns
        }
        for name, table in TABLES.items()
    }


def terms() -> str:
    """The module: `FIELDS`, `STATED` (of fields that mean another thing in data than in findings) and `CODES`, each `{name: [zh, en]}`, `VALUES` by field before any `CODES`, `FEEDING`, and `COLUMNS`, `{table: {column: zh}}`."""
    parts = ["/** Written by `python -m visualize.web.terms` from the words of pictures and reports. */"]
    for name, pairs in (
        ("FIELDS", {**FIELDS, **FACTS, **FACT_FIELDS}),
        ("STATED", {k: v for k, v in {**FACTS, **FIELDS}.items() if FACT_FIELDS.get(k, v) != v}),
        ("CODES", {**KINDS, **ROLES, **FACT_CODES}),
    ):
        rows = "\n".join(
            f"  {json.dumps(k, ensure_ascii=False)}: {json.dumps(list(v), ensure_ascii=False)},"
            for k, v in pairs.items()
        )
        parts.append(f"export const {name}: Record<string, [string, string]> = {{\n{rows}\n}};")
    by_field = "\n".join(
        f"  {name}: {json.dumps({k: list(v) for k, v in values.items()}, ensure_ascii=False)},"
        for name, values in VALUES.items()
    )
    parts.append(
        f"export const VALUES: Record<string, Record<string, [string, string]>> = {{\n{by_field}\n}};"
    )
    fed = "\n".join(f"  {json.dumps(k) if '.' in k else k}: {json.dumps(v)}," for k, v in _feeding().items())
    parts.append(f"export const FEEDING: Record<string, string[]> = {{\n{fed}\n}};")
    named = "\n".join(f"  {k}: {json.dumps(v, ensure_ascii=False)}," for k, v in _columns().items())
    parts.append(f"export const COLUMNS: Record<string, Record<string, string>> = {{\n{named}\n}};")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(terms(), encoding="utf-8")
