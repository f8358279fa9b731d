"""Why a picture can't be drawn."""

from __future__ import annotations


class DrawingError(ValueError):
    """A picture can't be drawn or written. The message, in both languages, says why and what to do."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en
