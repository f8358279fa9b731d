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
_PERSON: Final = rf"^{_HAN}{{2,4}}$|^{_HAN}{{1,8}}(·{_HAN}{{1,8}})+$"


def looks_like_person_name(names: pl.Series) -> pl.Series:
    """Whether each name has the form of a person's: two to four Chinese characters without a word of organisations,
    or transcribed parts with dots between them (Boolean; null → false).

    A form says no more than that: who relies on it says so.
    """
    key = name_key(names)
    firm = key.str.contains(_ORGANISATION) | (
        (key.str.len_chars() == 4) & key.str.contains(_ORGANISATION_OF_FOUR)
    )
    return (key.str.contains(_PERSON) & ~firm).fill_null(False)
