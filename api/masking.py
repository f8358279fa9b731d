"""Hiding personal data from callers who may not see it: persons' names, contacts, addresses, in whatever leaves.

A person's name is found by the ids an answer holds, asked of the data, and hidden wherever it stands, texts included.
A contact's value (a phone number, an account, a device, the author of a file), a vehicle's plate and a home's number are
part of their ids: the id goes out as a keyed hash, which is the same in every answer, and the value is hidden wherever it
stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from exports.evidence.masking import PRIVATE_FIELDS
from exports.evidence.people import texts_in
from exports.evidence.veiling import (
    STARS,
    VEILED_TYPES,
    masked_value,
    personal_values,
    things_in,
    veiled_thing,
    within_texts,
    without_personal,
)
from graph.model import CONTACT_KINDS
from graph.subgraph import Subgraph
from loaders.identity import PersonKey

_CONTACT: Final = re.compile(
    rf"(?P<kind>{'|'.join(CONTACT_KINDS)}):(?![0-9a-f]{{16,64}}$)(?!~)(?P<value>.+)",
    re.DOTALL,
)
"""A text that is a contact's id with its value in clear. Accounts, and homes without a number, have hashes for ids."""
_ID: Final = re.compile(r"[a-z][a-z0-9.-]*:\S")
_KEPT: Final = frozenset({"kind", "type", "id", "sources", "merged", "identity"})
_PLACES: Final = frozenset({"Contact", "Property"})
"""Nodes whose name is what must not be told."""
_HIDDEN_FIELDS: Final = PRIVATE_FIELDS | {"payee"}


def masked_name(name: str) -> str:
    """A name with its first character alone: 虚构顾远山 → 虚**."""
    return f"{name[0]}**" if name else name


def contact_ids(value: Any) -> set[str]:
    """Every contact's id anywhere in an answer that shows its value."""
    return {text for text in texts_in(value) if ":" in text and _CONTACT.fullmatch(text)}


def veiled(id_: str, key: PersonKey) -> str:
    """The id under which a contact is told to those who may not see its value; any other id as it is."""
    found = _CONTACT.fullmatch(id_)
    return id_ if found is None else f"{found['kind']}:~{key.digest(f'contact {id_}'.encode())[:20]}"


def shows_contact(id_: str) -> bool:
    """Is it a contact's id with the value in clear?"""
    return _CONTACT.fullmatch(id_) is not None


def hide(value: Any, names: Iterable[str], key: PersonKey) -> Any:
    """The answer with these names and all contacts masked wherever they stand, and personal fields left out."""
    masked = _text_mask(names, contact_ids(value), things_in(value), key, personal_values(value))
    return _hidden(value, masked)


def _text_mask(
    names: Iterable[str],
    contacts: Iterable[str],
    things: Mapping[str, str],
    key: PersonKey,
    personal: Collection[str] = (),
) -> Callable[[str], str]:
    """`things`: the type of vehicles and homes, by id; `personal`: texts to hide whole."""
    veils = {id_: veiled_thing(type_, id_, key) for id_, type_ in things.items()}
    values = {id_.partition(":")[2] for id_ in (*contacts, *veils)}
    # Longer ones first: one name may begin with another.
    people = sorted({n for n in names if n}, key=len, reverse=True)
    by_name = re.compile("|".join(map(re.escape, people))) if people else None
    by_value = within_texts(values)
    whole = within_texts(set(personal))

    def masked(text: str) -> str:
        if text in personal:
            return STARS
        if text in veils:
            return veils[text]
        if text in values:
            return masked_value(text)
        if ":" in text and (hidden := veiled(text, key)) != text:
            return hidden
        if whole and not _ID.match(text):
            text = whole.sub(STARS, text)
        if by_name:
            text = by_name.sub(lambda m: masked_name(m[0]), text)
        if by_value and not _ID.match(text):
            text = by_value.sub(lambda m: masked_value(m[0]), text)
        return text

    return masked


def _hidden(value: Any, masked: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        value = without_personal(value)
        place = value.get("type") in _PLACES
        return {
            masked(k) if ":" in k else k: None
            if k in _HIDDEN_FIELDS and v
            else STARS
            if place and k == "name" and v and value["type"] == "Property"
            else [_hidden(s, masked) if not isinstance(s, str) or _ID.match(s) else STARS for s in v]
            if k == "subjects" and isinstance(v, list | tuple)
            else _hidden(v, masked)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [_hidden(v, masked) for v in value]
    return value


def hidden_subgraph(subgraph: Subgraph, key: PersonKey) -> Subgraph:
    """The subgraph with persons, contacts and homes masked and only the kind of what is known of them kept."""
    names = {n.name for n in subgraph.nodes if n.type == "Person" and n.name}
    contacts = {n.id for n in subgraph.nodes if n.type == "Contact" and shows_contact(n.id)}
    things = {n.id: n.type for n in subgraph.nodes if n.type in VEILED_TYPES}
    masked = _text_mask(names, contacts, things, key)

    def told(id_: str) -> str:
        if id_ in things:
            return veiled_thing(things[id_], id_, key)
        return veiled(id_, key) if id_ in contacts else id_

    nodes = tuple(
        replace(
            n,
            id=told(n.id),
            name=masked_name(n.name)
            if n.type == "Person"
            else masked_value(n.name)
            if n.type == "Contact"
            else STARS
            if n.type == "Property"
            else masked(n.name),
            facts=_hidden(
                {k: v for k, v in n.facts.items() if k in _KEPT or n.type not in ("Person", *_PLACES)}, masked
            ),
        )
        for n in subgraph.nodes
    )
    edges = tuple(
        replace(
            e,
            source=told(e.source),
            target=told(e.target),
            facts=_hidden(e.facts, masked),
        )
        for e in subgraph.edges
    )
    return replace(subgraph, nodes=nodes, edges=edges, title=masked(subgraph.title))
