"""What went wrong, or is worth knowing, about one row or one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["reject", "flag", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One row refused ("reject"), kept with a doubt ("flag"), or a fact for the summary ("note").

    `code` is a stable kebab-case id, `value` the offending text (already masked where personal), `expected_*`
    one sentence that says what was expected and what to do.
    """

    kind: Kind
    code: str
    file: str
    sheet: str
    row: str
    column: str
    value: str
    expected_zh: str
    expected_en: str


class UnreadableFileError(ValueError):
    """A whole file can't be read. The message, in both languages, says why and what to do.

    `path`: which one, where several are read together.
    """

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.path: Path | None = None


def brief(text: str, most: int = 80) -> str:
    """A text of a file for a message: on one line, cut where it is longer than `most` characters."""
    line = " ".join(text[: 2 * most].splitlines())
    return line if len(text) <= most else line[:most] + "…"


def brief_list(texts: Sequence[str], between: str, most: int = 30) -> str:
    """Several such texts, the first `most` of them."""
    more = f"{between}… (+{len(texts) - most})" if len(texts) > most else ""
    return between.join(brief(t) for t in texts[:most]) + more
