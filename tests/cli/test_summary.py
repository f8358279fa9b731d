"""Whatever a load counts has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from loaders.sheets.sheet import SKIP_REASONS
from loaders.summary import SUMMARY_WORDS

LOADERS = Path(__file__).resolve().parents[2] / "loaders"


def test_every_count_has_words():
    text = "\n".join(path.read_text(encoding="utf-8") for path in LOADERS.rglob("*.py"))
    counted = set(re.findall(r'context\.count\("([\w-]+)"', text))
    counted |= set(re.findall(r'count_once\("([\w-]+)"', text))
    counted |= {"starts-in-a-month", "ends-in-a-month"}
    counted |= {f"skipped-{reason}" for reason in SKIP_REASONS}
    counted |= {f"bods_{kind}_statements" for kind in ("entity", "person", "relationship")}
    assert counted
    assert counted == set(SUMMARY_WORDS)
