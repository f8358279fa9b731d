"""Words of the sources → codes of the model, as declared in `vocabularies.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from graph.names import name_key
from loaders.tables.schema import data_file


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One vocabulary. `codes` are all codes it can give; a code itself is a word too, with `_`, a space or `-` between."""

    name: str
    exact: Mapping[str, str]
    within: tuple[tuple[str, tuple[str, ...]], ...]
    """(code, parts of the cell), tried in order."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code, in the order of the file."""
        return tuple(dict.fromkeys([*self.exact.values(), *(c for c, _ in self.within)]))

    @property
    def told(self) -> str:
        """Every code after a Chinese word for it, where there is one: 增加（joined）."""
        words: dict[str, list[str]] = {code: [] for code in self.codes if code != "none"}
        for word, code in [*self.exact.items(), *((w, c) for c, parts in self.within for w in parts)]:
            if code in words and not word.isascii():
                words[code].append(word)
        # 增 alone is how a cell has it; people say 增加.
        said = ((next((w for w in ws if len(w) > 1), ws[0]) if ws else "", c) for c, ws in words.items())
        return "、".join(f"{word}（{code}）" if word else code for word, code in said)

    def read(self, words: pl.Series) -> pl.Series:
        """The code of each word; null where empty or unknown."""
        distinct = words.drop_nulls().unique()
        keys = name_key(distinct).str.to_lowercase().to_list()
        found = {word: self._one(key) for word, key in zip(distinct.to_list(), keys, strict=True) if key}
        old, new = list(found), list(found.values())
        if not old:
            return pl.Series(words.name, [None] * len(words), dtype=pl.String)
        return words.replace_strict(old, new, default=None, return_dtype=pl.String)

    def whole(self, word: str) -> str | None:
        """The code of a word as it stands; None where only a part of it is known."""
        return self.exact.get(name_key(pl.Series([word])).str.to_lowercase().item())

    def _one(self, key: str) -> str | None:
        if key in self.exact:
            return self.exact[key]
        for code, parts in self.within:
            if any(part in key for part in parts):
                return code
        return None


def _vocabulary(name: str, raw: Mapping[str, Any]) -> Vocabulary:
    within = [(entry["code"], tuple(w.lower() for w in entry["words"])) for entry in raw.get("within", ())]
    codes = [*raw.get("exact", {}), *(c for c, _ in within)]
    # People write a code as two words, or with a hyphen.
    own = [(code.replace("_", mark), code) for code in codes for mark in ("_", "", "-")]
    said = [(word, code) for code, words in raw.get("exact", {}).items() for word in words]
    keys = name_key(pl.Series([word for word, _ in own + said], dtype=pl.String)).str.to_lowercase()
    exact = {key: code for key, (_, code) in zip(keys.to_list(), own + said, strict=True)}
    return Vocabulary(name, exact, tuple(within))


_RAW: Final = data_file("vocabularies.toml")

VOCABULARIES: Final[dict[str, Vocabulary]] = {
    name: _vocabulary(name, raw) for name, raw in _RAW.items() if name != "relation_code"
}
"""Every vocabulary, by name."""


def read_relation_codes(words: pl.Series) -> tuple[pl.Series, bool]:
    """与户主关系 by name or GB/T 4761 code → (codes, undecidable).

    Codes come with one or two digits, and spreadsheets turn `01` into `1`: which scheme it is follows from the
    whole column (any value of 10 or more, or a leading zero: two digits; else 0 or 3 to 9: one digit). `undecidable` is true where numbers
    stand in the column and neither is seen. Source: GB/T 4761-2008.
    """
    named = VOCABULARIES["relation_to_head"].read(words)
    digits = words.str.extract(r"^\s*(\d{1,2})\s*$", 1)
    numbers = digits.cast(pl.Int64)
    if numbers.null_count() == len(numbers):
        return named, False
    two = bool((numbers >= 10).any()) or bool(digits.str.contains(r"^0\d$").any())
    # The two-digit scheme has no codes 00 and 03 to 09.
    one = not two and bool(((numbers == 0) | (numbers >= 3)).any())
    if not two and not one:
        return named, True
    ranges = _RAW["relation_code"]["two_digit" if two else "one_digit"]["ranges"]
    codes = {n: code for low, high, code in ranges for n in range(low, high + 1)}
    by_number = numbers.replace_strict(
        list(codes), list(codes.values()), default=None, return_dtype=pl.String
    )
    return named.zip_with(named.is_not_null(), by_number), False
