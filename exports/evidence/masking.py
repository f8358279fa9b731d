"""People's names masked, for those who may not read them in clear: the first character stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from graph.subgraph import SubNode

_STARS: Final = "**"


def masked_name(name: str) -> str:
    """虚构顾远山 → 虚**; the length is not told."""
    return name[:1] + _STARS if name else name


class Masks:
    """Replaces the names of some people wherever they stand in texts."""

    def __init__(self, nodes: Iterable[SubNode]):
        names = {n.name for n in nodes if n.type == "Person" and len(n.name) > 1}
        # The longest first, so that a name inside another does not leave its rest.
        ordered = sorted(names, key=lambda n: (-len(n), n))
        self._names = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """The text with every such name masked."""
        return self._names.sub(lambda m: masked_name(m[0]), text) if self._names else text

    def value(self, value: Any) -> Any:
        """Any JSON value, texts masked; keys stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {k: self.value(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.value(v) for v in value)
        return value
