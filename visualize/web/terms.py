"""`python -m visualize.web.terms`: write the words pictures and reports use for fields and codes for the explorer too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from visualize.fact_words import FACT_CODES, FACT_FIELDS
from visualize.wording import FACTS, KINDS, ROLES

PAGE: Final = Path(__file__).resolve().parent / "src" / "i18n" / "terms.ts"


def terms() -> str:
    """The module: `FIELDS` and `CODES`, each `{name: [zh, en]}`."""
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
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(terms(), encoding="utf-8")
