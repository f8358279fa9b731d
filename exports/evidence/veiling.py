"""Ids that tell what nobody may read who may not see personal data: a vehicle's plate, a home's number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from loaders.identity import PersonKey, without_private_numbers

VEILED_TYPES: Final = {"Vehicle": "vehicle", "Property": "property"}
"""Types of nodes whose id is told as a keyed hash, and the scheme of that hash."""
NAMED_CONTACT: Final = "contact_person:"
"""How the id of a contact begins that is a person's name."""
_VEILED: Final = re.compile(r"[a-z_]+:~[0-9a-f]{20}")
_HOME: Final = re.compile(r"(?:cn-bdcdy|cn-bdcqz):.+|address:[0-9a-f]{32}", re.DOTALL)
"""A home's id by its scheme: of its unit, of its certificate, of its address (`loaders.tables.property`)."""
_HOMES: Final = frozenset({"properties", "not_counted"})
"""Fields of answers and facts that list homes, whatever the scheme of their ids."""


def veiled_thing(type_: str, id_: str, key: PersonKey) -> str:
    """The id under which a vehicle or home is told to those who may not see it: the same wherever the key is the same."""
    scheme = VEILED_TYPES[type_]
    return f"{scheme}:~{key.digest(f'{scheme} {id_}'.encode())[:20]}"


def veiled_name(id_: str, key: PersonKey) -> str:
    """The id under which somebody named as a contact is told to those who may not read names: as `veiled_thing`."""
    return f"{NAMED_CONTACT}~{key.digest(id_.encode())[:20]}"


def is_veiled(id_: str) -> bool:
    """Is it an id that `veiled_thing` made, or its like for a contact?"""
    return _VEILED.fullmatch(id_) is not None


def things_in(value: Any) -> dict[str, str]:
    """The type of every vehicle and home whose id stands anywhere in an answer, by id."""
    found: dict[str, str] = {}
    _look(value, found)
    return {id_: type_ for id_, type_ in found.items() if not is_veiled(id_)}


def _look(value: Any, found: dict[str, str]) -> None:
    if isinstance(value, str):
        if _HOME.fullmatch(value):
            found[value] = "Property"
    elif isinstance(value, Mapping):
        id_ = value.get("id")
        if isinstance(id_, str):
            type_ = "Vehicle" if value.get("kind") == "vehicle" else value.get("type")
            if type_ in VEILED_TYPES:
                found[id_] = str(type_)
        for name, inner in value.items():
            if name in _HOMES and isinstance(inner, list | tuple):
                ids = [one.get("id") if isinstance(one, Mapping) else one for one in inner]
                found.update((one, "Property") for one in ids if isinstance(one, str))
            _look(inner, found)
    elif isinstance(value, list | tuple):
        for inner in value:
            _look(inner, found)


def personal_values(value: Any) -> set[str]:
    """What stands in columns that facts name as personal (`personal_columns`, `rows`), wherever such facts are."""
    found: set[str] = set()
    if isinstance(value, Mapping):
        for row in _rows(value):
            for column in value[PERSONAL]:
                told = row.get(column)
                found.update(str(v) for v in (told if isinstance(told, list | tuple) else (told,)) if v)
        for inner in value.values():
            found |= personal_values(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            found |= personal_values(inner)
    return found


def without_personal(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Facts without what their rows hold in columns they name as personal; anything else as it is."""
    rows = _rows(value)
    if not rows:
        return value
    told = value[PERSONAL]
    return {**value, "rows": [{c: STARS if c in told and v else v for c, v in r.items()} for r in rows]}


def _rows(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = value.get("rows") if isinstance(value.get(PERSONAL), list | tuple) else None
    return [r for r in rows if isinstance(r, Mapping)] if isinstance(rows, list | tuple) else []


def within_texts(values: set[str]) -> re.Pattern[str] | None:
    """Finds these values inside texts, where nothing goes on that is a letter or digit; none for no value."""
    # Shorter ones are hidden only where they stand alone: within a text they would be anything.
    told = sorted({v for v in values if len(v) >= _SHORT}, key=lambda v: (-len(v), v))
    if not told:
        return None
    return re.compile(r"(?<![0-9A-Za-z])(?:" + "|".join(map(re.escape, told)) + r")(?![0-9A-Za-z])")


def masked_value(value: str) -> str:
    """A contact, plate or number without what it says: 13800000021 → ***21.

    Of words nothing stays: an address or an author may end with a name.
    """
    return STARS + (value[-2:] if len(value) >= _ONE_KEPT and _NUMBERED.fullmatch(value[-2:]) else "")


def told_reason(reason: str, hides: bool) -> str:
    """A reason that a person gave, as it may be read: never with people's numbers, accounts or telephones.

    `hides`: for readers who may not see personal data it is `HIDDEN_REASON`: a free text may name anybody, also
    people the data do not know, whom no list of names would find.
    """
    return HIDDEN_REASON if hides and reason else without_private_numbers(reason)


def with_told_reasons(life: Mapping[str, Any], hides: bool) -> dict[str, Any]:
    """A finding's life in the ledger (`FindingRecord.to_json`, or part of it) with its reasons as `told_reason` tells them.

    Of `suppression` and `history` that are there; why a rule of precision explains it (`suppressed_by`) stays. `hides`:
    of what changed the names of the fields alone. What a finding said before may name people whom the data loaded do
    not, so no mask would find them.
    """
    told = dict(life)
    if told.get("suppression"):
        told["suppression"] = _reason_told(told["suppression"], hides)
    if told.get("history"):
        told["history"] = [_change_told(_reason_told(entry, hides), hides) for entry in told["history"]]
    return told


def _change_told(entry: dict[str, Any], hides: bool) -> dict[str, Any]:
    return {**entry, "changes": sorted(entry["changes"])} if hides and entry.get("changes") else entry


def _reason_told(entry: Mapping[str, Any], hides: bool) -> dict[str, Any]:
    reason = entry.get("reason")
    return {**entry, "reason": told_reason(reason, hides)} if isinstance(reason, str) else dict(entry)


HIDDEN_REASON: Final = "（理由已隐去 · reason hidden）"
"""Stands for a reason in either language."""
STARS: Final = "***"
_NUMBERED: Final = re.compile(r"[0-9A-Za-z]*[0-9][0-9A-Za-z]*")
PERSONAL: Final = "personal_columns"
"""The fact that names the columns of `rows` nobody reads who may not see personal data."""
_SHORT: Final = 3
_ONE_KEPT: Final = 8
"""From this length on the last two characters stay, so that people can compare with their papers."""
