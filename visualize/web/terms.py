"""`python -m visualize.web.terms`: write the words pictures and reports use for fields and codes for the explorer too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from loaders.tables import TABLES
from visualize.fact_words import FACT_CODES, FACT_FIELDS
from visualize.wording import FACTS, KINDS, ROLES

PAGE: Final = Path(__file__).resolve().parent / "src" / "i18n" / "terms.ts"


def _feeding() -> dict[str, list[str]]:
    """By relationship, the tables that bring it: what a user would load."""
    found: dict[str, list[str]] = {}
    for name, table in TABLES.items():
        for fed in dict.fromkeys(f for c in table.columns.values() for f in c.feeds):
            relationship, _, field = fed.partition(".")
            if field in ("from_id", "to_id") and name not in found.setdefault(relationship, []):
                found[relationship].append(name)
    return dict(sorted(found.items()))


def terms() -> str:
    """The module: `FIELDS` and `CODES`, each `{name: [zh, en]}`, and `FEEDING`."""
    parts = ["/** Written by `python -m visualize.web.terms` from the words of pictures and reports. */"]
    for name, pairs in (
        ("FIELDS", {**FACTS, **FACT_FIELDS}),
        ("CODES", {**KINDS, **ROLES, **FACT_CODES}),
    ):
        rows = "\n".join(
            f"  {json.dumps(k, ensure_ascii=False)}: {json.dumps(list(v), ensure_ascii=False)},"
            for k, v in pairs.items()
        )
        parts.append(f"export const {name}: Record<string, [string, string]> = {{\n{rows}\n}};")
    fed = "\n".join(f"  {k}: {json.dumps(v)}," for k, v in _feeding().items())
    parts.append(f"export const FEEDING: Record<string, string[]> = {{\n{fed}\n}};")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(terms(), encoding="utf-8")
