"""Numbers with their nouns, in English."""

from __future__ import annotations

import re
from typing import Final

_ES: Final = re.compile(r"(?:s|x|ch|sh)$")
_IES: Final = re.compile(r"(?<=[^aeiou])y$")


def counted(n: int | str, one: str, several: str = "") -> str:
    """A number with what it counts: "1 month", "2 months", "0 companies".

    `n` as it is to be shown. `several`: the words for any number but 1, where they are not `one` with a regular ending
    (`counted(n, "property has", "properties have")`).
    """
    if str(n) == "1":
        return f"{n} {one}"
    return f"{n} {several or (_IES.sub('ie', one) + 's' if _IES.search(one) else one + ('es' if _ES.search(one) else 's'))}"


class Told(str):
    """A text that a wording fills in. `{count:month}` and `{count:person|people}` say what it counts."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        """The text itself, or with its noun."""
        one, _, several = spec.partition("|")
        return counted(str(self), one, several) if spec else str(self)
