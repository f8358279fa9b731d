"""Hiding persons from callers who may not see them: names in whatever leaves, and what is kept of a person.

A name is found by the ids an answer holds, asked of the data, and hidden wherever it stands, texts included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from graph.stores import GraphStore
from graph.subgraph import Subgraph

_PERSON: Final = re.compile(r"person(?:\.[a-z]+)*:[0-9A-Za-z._/#-]+")
"""A person's id inside a text."""
_WHOLE: Final = re.compile(r"person(?:\.[a-z]+)*:.+", re.DOTALL)
"""A text that is a person's id: an id of the user's own may hold any character."""
_KEPT: Final = frozenset({"kind", "type", "id", "sources", "merged", "identity"})
_HIDDEN_FIELDS: Final = frozenset(
    {"birth_date", "hukou_region", "residence_permit_region", "died_on", "cremated_on", "masked_number", "id_masked",
     "address", "account", "payee", "certificate_no"}
)  # fmt: skip


def masked_name(name: str) -> str:
    """A name with its first character alone: 虚构顾远山 → 虚**."""
    return f"{name[0]}**" if name else name


def person_ids(value: Any) -> set[str]:
    """Every person's id anywhere in an answer."""
    found: set[str] = set()
    for text in _texts(value):
        if "person" in text:
            found.update(_PERSON.findall(text))
            if _WHOLE.fullmatch(text):
                found.add(text)
    return found


def names_of(store: GraphStore, ids: Iterable[str]) -> dict[str, str]:
    """The names of persons, by id."""
    rows = store.query(
        "UNWIND $ids AS i MATCH (n:Person {id: i}) RETURN n.id AS id, n.name AS name", {"ids": sorted(ids)}
    ).to_pylist()
    return {row["id"]: row["name"] for row in rows if row["name"]}


def hide(value: Any, names: Mapping[str, str]) -> Any:
    """The answer with these names masked wherever they stand, and personal fields left out."""
    # Longer names first: one name may begin with another.
    ordered = sorted({n for n in names.values() if n}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None
    return _hidden(value, pattern)


def _hidden(value: Any, pattern: re.Pattern[str] | None) -> Any:
    if isinstance(value, str):
        return pattern.sub(lambda m: masked_name(m[0]), value) if pattern else value
    if isinstance(value, Mapping):
        return {
            k: None if k in _HIDDEN_FIELDS and value[k] else _hidden(v, pattern) for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [_hidden(v, pattern) for v in value]
    return value


def hidden_subgraph(subgraph: Subgraph) -> Subgraph:
    """The subgraph with persons' names masked and only the kind of what is known of them kept."""
    names = {n.id: n.name for n in subgraph.nodes if n.type == "Person" and n.name}
    nodes = tuple(
        replace(
            n,
            name=masked_name(n.name)
            if n.type == "Person"
            else hide(n.name, names)
            if n.type != "Contact"
            else "***",
            facts={k: v for k, v in n.facts.items() if k in _KEPT}
            if n.type in ("Person", "Contact")
            else hide(n.facts, names),
        )
        for n in subgraph.nodes
    )
    edges = tuple(replace(e, facts=hide(e.facts, names)) for e in subgraph.edges)
    return replace(subgraph, nodes=nodes, edges=edges, title=hide(subgraph.title, names))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
