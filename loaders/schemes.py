"""Identifiers with a named scheme, as BODS and OCDS give them, turned into ids.

Two files speak of one organisation where scheme and value are equal; the scheme is compared without regard to
case, the value as it stands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from loaders.identity import PersonKey, read_company_ids, read_person_ids, unverified_company_ids

_RAW: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "schemes.toml").read_text("utf-8"))
_ALIAS: Final[Mapping[str, str]] = _RAW["alias"]
_BY_FORM: Final = frozenset(_RAW["by_form"]["schemes"])
_VENDOR: Final = frozenset(_RAW["vendor"]["schemes"])
_NOBODY: Final = frozenset(_RAW["nobody"]["schemes"])
_PERSON: Final[Mapping[str, str]] = _RAW["person"]

# Which of several identifiers names a company: docs/architecture.md.
_RANK: Final = {"cn-uscc": 0, "lei": 2, "cn-regno": 3, "cn-orgcode": 4, "local": 7}


class StatedIdentifier(NamedTuple):
    """An identifier as a file gives it; `scheme` or `scheme_name` may be empty."""

    scheme: str
    scheme_name: str
    value: str


@dataclass(frozen=True, slots=True)
class CompanyIdentifier:
    """`id` is `scheme:value`, or None where the value identifies nobody (`flag` says why)."""

    id: str | None
    scheme: str
    value: str
    rank: int
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class PersonIdentifier:
    """`id` is a keyed hash, or None where the number identifies nobody (`flag` says why)."""

    id: str | None
    id_kind: str | None
    id_masked: str | None
    birth_date: str | None
    flag: str | None


def stated_identifiers(items: Any) -> list[StatedIdentifier]:
    """The identifiers in a JSON array of `{scheme, schemeName, id}`; other content is passed over."""
    out: list[StatedIdentifier] = []
    for item in items if isinstance(items, list) else [items]:
        if not isinstance(item, dict):
            continue
        value = item.get("id")
        if value is None or isinstance(value, (dict, list, bool)) or not str(value).strip():
            continue
        out.append(
            StatedIdentifier(
                str(item.get("scheme") or "").strip(),
                str(item.get("schemeName") or "").strip(),
                str(value).strip(),
            )
        )
    return out


def _scheme_key(item: StatedIdentifier) -> tuple[str, bool]:
    """(scheme in an id, whether it comes from a name and not from a code); empty = unknown."""
    if item.scheme:
        key = re.sub(r"[\s:/]+", "-", item.scheme.lower())
        return _ALIAS.get(item.scheme.lower(), key), False
    name = item.scheme_name.lower()
    if name in _ALIAS:
        return _ALIAS[name], False
    return re.sub(r"[^0-9a-z\u0080-\U0010ffff]+", "-", name).strip("-"), True


def scheme_codes(words: pl.Series) -> pl.Series:
    """The scheme of an id that each word or code names, in lower case; one that has no other name is its own."""
    return words.str.to_lowercase().replace(dict(_ALIAS))


def read_company_identifiers(
    items: Iterable[StatedIdentifier],
) -> dict[StatedIdentifier, CompanyIdentifier]:
    """What each identifier of an organisation says; read in one go for all of a load."""
    by_scheme: dict[tuple[str, bool], list[StatedIdentifier]] = {}
    for item in dict.fromkeys(items):
        by_scheme.setdefault(_scheme_key(item), []).append(item)
    out: dict[StatedIdentifier, CompanyIdentifier] = {}
    for (scheme, named), group in by_scheme.items():
        if scheme in _NOBODY:
            out.update({i: CompanyIdentifier(None, scheme, i.value, 9) for i in group})
            continue
        free = not scheme or scheme in _BY_FORM
        # A colon would be taken for a scheme of its own.
        values = pl.Series(
            [i.value.replace(":", "∶") if not free else i.value for i in group], dtype=pl.String
        )
        read = read_company_ids(values, scheme=None if free else scheme)
        for item, row in zip(group, read.iter_rows(named=True), strict=True):
            id_, found = row["id"], row["scheme"] or scheme
            value = (row["value"] or "").replace("∶", ":")
            if not scheme and found not in ("cn-uscc", "lei"):
                # Without a scheme only a number with a check digit says what it is.
                id_ = None
            elif free and id_ is not None and found == "local":
                found = scheme
            rank = _RANK.get(found, 5 if named else 6 if found in _VENDOR else 1)
            out[item] = CompanyIdentifier(
                None if id_ is None else f"{found}:{value}", found, value, rank, row["flag"] or row["error"]
            )
    return out


def best_first(
    found: Iterable[CompanyIdentifier], jurisdiction: str | None = None
) -> list[CompanyIdentifier]:
    """Usable identifiers, the one that names the company first: credit code, registers (that of its own
    country first), LEI, registration number, organisation code, vendors' numbers. Independent of file order."""
    country = (jurisdiction or "")[:2].lower()
    usable = {c.id: c for c in found if c.id is not None}
    return sorted(
        usable.values(), key=lambda c: (c.rank, not country or c.scheme[:2] != country, c.scheme, c.value)
    )


def unverified_id(value: str, name: str | None) -> str:
    """The id of a company whose credit code has a wrong check digit: it meets nothing but itself."""
    ids = unverified_company_ids(pl.Series([value], dtype=pl.String), pl.Series([name], dtype=pl.String))
    return str(ids[0])


def read_person_identifiers(
    items: Iterable[StatedIdentifier], key: PersonKey
) -> dict[StatedIdentifier, PersonIdentifier]:
    """What each document of a person says; numbers leave here only hashed or masked.

    People meet on (scheme, number), or (schemeName, number) where there is no scheme.
    """
    distinct = list(dict.fromkeys(items))
    if not distinct:
        return {}
    kinds = [_PERSON.get(i.scheme.lower(), i.scheme.lower()) if i.scheme else i.scheme_name for i in distinct]
    read = read_person_ids(
        pl.Series([i.value for i in distinct], dtype=pl.String),
        pl.Series([k or "unspecified" for k in kinds], dtype=pl.String),
        key,
    )
    return {
        item: PersonIdentifier(
            row["id"], row["id_kind"], row["id_masked"], row["birth_date"], row["flag"] or row["error"]
        )
        for item, row in zip(distinct, read.iter_rows(named=True), strict=True)
    }
