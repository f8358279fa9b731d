"""The people whom any JSON value tells of: their ids wherever these stand, texts included, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from graph.stores import GraphStore

_PERSON: Final = re.compile(r"person(?:\.[a-z]+)*:[0-9A-Za-z._/#-]+")
"""A person's id inside a text."""
_WHOLE: Final = re.compile(r"person(?:\.[a-z]+)*:.+", re.DOTALL)
"""A text that is a person's id: an id of the user's own may hold any character."""
_SECONDS: Final = 60.0


def person_ids(value: Any) -> set[str]:
    """Every person's id anywhere in a value."""
    found: set[str] = set()
    for text in texts_in(value):
        if "person" in text:
            found.update(_PERSON.findall(text))
            if _WHOLE.fullmatch(text):
                found.add(text)
    return found


def names_of(store: GraphStore, ids: Iterable[str]) -> dict[str, str]:
    """The names of persons, by id. Raises a `StoreError`."""
    rows = store.query(
        "UNWIND $ids AS i MATCH (n:Person {id: i}) RETURN n.id AS id, n.name AS name",
        {"ids": sorted(ids)},
        _SECONDS,
    ).to_pylist()
    return {row["id"]: row["name"] for row in rows if row["name"]}


def names_told(value: Any) -> set[str]:
    """What a value itself calls persons, in its `names` by id and wherever a `name` stands beside an `id`.

    The ledger's findings outlive the data: who was taken back has no name in the store, and is named in what was found.
    """
    found: set[str] = set()
    if isinstance(value, Mapping):
        names = value.get("names")
        pairs = [*names.items()] if isinstance(names, Mapping) else []
        for id_, name in (*pairs, (value.get("id"), value.get("name"))):
            if isinstance(id_, str) and isinstance(name, str) and _WHOLE.fullmatch(id_) and name != id_:
                found.add(name)
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            found |= names_told(inner)
    return found - {""}


def texts_in(value: Any) -> Iterator[str]:
    """All texts of a value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)
