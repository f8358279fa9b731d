"""What can go wrong in making or checking a package, in both languages."""

from __future__ import annotations


class PackageError(ValueError):
    """A package can't be made, or what was given is none. The message says why and what to do."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en
