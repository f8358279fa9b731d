"""The written form of names that nothing else describes: a person's, or not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import polars as pl

from graph.names import name_key

_RAW: Final[dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_ORGANISATION: Final = "|".join(_RAW["organisation"]["parts"])
_ORGANISATION_OF_FOUR: Final = "|".join(_RAW["organisation"]["parts_of_four"])
_HAN: Final = r"[\u3400-\u9fff\U00020000-\U0003ffff]"
_PERSONS: Final[dict[str, Any]] = _RAW["person"]
COMPOUND_SURNAMES: Final = "|".join(_PERSONS["compound"])
_SURNAME: Final = rf"^(?:[{_PERSONS['surnames']}]|{COMPOUND_SURNAMES})"
_NO_PERSON: Final = frozenset(_PERSONS["no_persons"])
_TRANSCRIBED: Final = "|".join(_PERSONS["transcribed"])
_PERSON: Final = rf"^{_HAN}{{2,4}}$|^{_HAN}{{1,8}}(·{_HAN}{{1,8}})+$"


def looks_like_person_name(names: pl.Series) -> pl.Series:
    """Whether each name has the form of a person's: two to four Chinese characters without a word of organisations,
    or transcribed parts with dots between them (Boolean; null → false).

    A form says no more than that: who relies on it says so.
    """
    spaced = (names.str.contains(r"\S\s+\S") & is_transcribed(names)).fill_null(False).arg_true()
    if len(spaced):
        # Written with a space for the dot.
        dotted = names.gather(spaced).str.strip_chars().str.replace_all(r"\s+", "·")
        names = names.clone().scatter(spaced, dotted)
    key = name_key(names)
    firm = key.str.contains(_ORGANISATION) | (
        (key.str.len_chars() == 4) & key.str.contains(_ORGANISATION_OF_FOUR)
    )
    return (key.str.contains(_PERSON) & ~firm).fill_null(False)


def begins_with_a_surname(names: pl.Series) -> pl.Series:
    """Whether each name begins with a frequent surname and is no word that does, such as a place's (null → false)."""
    return (names.str.contains(_SURNAME) & ~names.is_in(list(_NO_PERSON))).fill_null(False)


def is_transcribed(names: pl.Series) -> pl.Series:
    """Whether each name holds a part of a name of another language, in Chinese characters (null → false)."""
    return names.str.contains(_TRANSCRIBED).fill_null(False)
