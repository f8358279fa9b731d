"""Where a finding's facts name a node by its id: what a package has to enclose, and a check to look for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_ONE: Final = frozenset(
    {"id", "lot", "holder", "company", "person", "member", "place", "unit", "via", "winner", "through"}
)
_SEVERAL: Final = frozenset({"members", "core", "persons", "recipients", "bidders", "circle", "nodes"})
_LEFT_OUT: Final = frozenset({"parameters", "data"})
_CODES: Final = frozenset({"payroll", "name"})
"""Kinds of what has a code or a name for an id: an income, and people of one name who are not known to be one."""


def ids_told(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every id of a node in some facts, with the place where it stands (a JSON pointer below them)."""
    for key, value in facts.items():
        if key == "names" and isinstance(value, Mapping):
            yield from ((f"/names/{id_}", str(id_)) for id_ in value)
        elif key not in _LEFT_OUT and key != "unit":
            yield from _told(key, value, f"/{key}")


def _told(key: str, value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if key in _ONE:
            yield at, value
    elif isinstance(value, Mapping):
        several = key in _SEVERAL
        for name, inner in value.items():
            # Members of several are told by whose they are.
            coded = name == "id" and value.get("kind") in _CODES
            # The unit of a price is none in which a post is held.
            if not coded and (name != "unit" or "post" in value):
                yield from _told(key if several and isinstance(inner, list) else name, inner, f"{at}/{name}")
    elif isinstance(value, list | tuple):
        for n, inner in enumerate(value):
            if isinstance(inner, str):
                if key in _SEVERAL:
                    yield f"{at}/{n}", inner
            else:
                yield from _told(key, inner, f"{at}/{n}")
