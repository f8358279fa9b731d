"""A warning beside the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

NAMED: Final = 20
"""Parties named in the texts of flags; all of them are in their `ids`."""


@dataclass(frozen=True)
class Flag:
    """A warning: stable code, the parties concerned, a value where there is one, and one sentence each language."""

    code: str
    ids: tuple[str, ...]
    zh: str
    en: str
    value: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, the value to 10 decimals."""
        value = None if self.value is None else round(self.value, 10)
        return {"code": self.code, "ids": list(self.ids), "value": value, "zh": self.zh, "en": self.en}
