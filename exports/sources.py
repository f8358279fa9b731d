"""Where a record came from, taken apart: batch, file, sheet, row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One source row. `file`: the first 12 characters of the file's SHA-256; `row`: a number or a statement's id."""

    batch: str
    file: str
    sheet: str
    row: str

    @classmethod
    def read(cls, text: str) -> Source:
        """A source as the store writes it: `batch:file#sheet#row`."""
        batch, _, place = text.partition(":")
        file, _, rest = place.partition("#")
        sheet, _, row = rest.rpartition("#")
        return cls(batch, file, sheet, row)

    def columns(self) -> dict[str, Any]:
        """As columns of a table."""
        return {
            "source_batch": self.batch,
            "source_file": self.file,
            "source_sheet": self.sheet,
            "source_row": self.row,
        }
