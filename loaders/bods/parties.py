"""Entities and people of BODS: which node each is, and what is stated of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from graph.names import name_key
from loaders.bods.complaints import complain
from loaders.bods.history import Record, Records, gone_spans
from loaders.bods.statements import Statement, read_date
from loaders.bods.vocabulary import ENTITY, PERSON_TYPES, UNKNOWN_ENTITIES, UNKNOWN_PERSONS, snake
from loaders.context import InputFile, ReadContext
from loaders.identity import looks_like_person_number, masked_in
from loaders.record_rows import RecordRows
from loaders.schemes import (
    CompanyIdentifier,
    PersonIdentifier,
    StatedIdentifier,
    best_first,
    read_company_identifiers,
    read_person_identifiers,
    stated_identifiers,
    unverified_id,
)
from loaders.values import text_as_written

_LISTED: Final = ("publicListing", "hasPublicListing")


def file_scope(file: InputFile, name: str) -> str:
    """The id of what a file names and nothing identifies: never met by another file."""
    return f"bods.{file.sha256[:8]}:{name}"


class Parties:
    """Names every entity and person of a load and states their nodes."""

    def __init__(self, records: Records, rows: RecordRows, context: ReadContext):
        self._rows, self._context = rows, context
        entities, people = records.of_kind("entity"), records.of_kind("person")
        stated = {
            v: stated_identifiers(v.details.get("identifiers"))
            for r in (*entities, *people)
            for v in r.versions
        }
        companies = read_company_identifiers(i for r in entities for v in r.versions for i in stated[v])
        persons = read_person_identifiers(
            (i for r in people for v in r.versions for i in stated[v]), context.person_key
        )
        self._private = _private_ids(people)
        for record in entities:
            self._entity(record, stated, companies)
        for record in people:
            self._person(record, stated, persons)

    def _entity(
        self,
        record: Record,
        stated: Mapping[Statement, list[StatedIdentifier]],
        read: Mapping[StatedIdentifier, CompanyIdentifier],
    ) -> None:
        found = [read[i] for v in record.versions for i in stated[v]]
        for version in record.versions:
            for identifier in stated[version]:
                self._doubt(version, read[identifier].flag, read[identifier].value)
        best = best_first(found, _jurisdiction(record.versions[-1].details))
        doubtful = next((c for c in found if c.flag == "uscc-check-digit"), None)
        name = _name(record.versions[-1].details)
        if best:
            id_ = str(best[0].id)
        elif doubtful is not None:
            id_ = unverified_id(doubtful.value, name)
        else:
            id_ = file_scope(record.home, record.record_id)
        record.node = ("Company", id_)
        record.gone = gone_spans(record, "dissolutionDate")
        for version in record.versions:
            self._company_node(id_, version, None if best or doubtful is None else doubtful.flag)
        sources = [v.source for v in record.versions]
        for other in best[1:]:
            self._identifier(record.node, str(other.id), other.scheme, other.value, sources)
        self._names(record, ("Company", id_), name)

    def _company_node(self, id_: str, version: Statement, flag: str | None) -> None:
        details = version.details
        kind_of = details.get("entityType")
        code = snake(kind_of.get("type") if isinstance(kind_of, dict) else kind_of)
        kind = ENTITY.get(code)
        if code and kind is None:
            complain(
                self._context,
                "bods-unknown-code",
                version.file,
                version.id,
                column="entityType",
                value=code,
            )
        listing = details.get(_LISTED[0])
        if kind == "company" and isinstance(listing, dict) and listing.get(_LISTED[1]) is True:
            kind = "listed"
        self._rows.node(
            "Company",
            id_,
            [version.source],
            observed_on=version.day,
            name=_name(details),
            kind=kind,
            founded_on=self._date(version, "foundingDate"),
            dissolved_on=self._date(version, "dissolutionDate"),
            jurisdiction=_jurisdiction(details),
            flag=code if flag is None and code in UNKNOWN_ENTITIES else flag,
        )

    def _person(
        self,
        record: Record,
        stated: Mapping[Statement, list[StatedIdentifier]],
        read: Mapping[StatedIdentifier, PersonIdentifier],
    ) -> None:
        found = [read[i] for v in record.versions for i in stated[v]]
        usable = {p.id: p for p in found if p.id is not None}
        best = sorted(
            usable.values(), key=lambda p: (p.id_kind != "resident_id", p.id_kind or "", p.id or "")
        )
        for version in record.versions:
            for identifier in stated[version]:
                self._doubt(version, read[identifier].flag, read[identifier].id_masked)
        id_ = str(best[0].id) if best else "person." + file_scope(record.home, self._safe(record.record_id))
        record.node = ("Person", id_)
        record.gone = gone_spans(record, "deathDate")
        shown = best[0] if best else (found[0] if found else None)
        for version in record.versions:
            code = snake(version.details.get("personType"))
            if code and code not in PERSON_TYPES:
                complain(
                    self._context,
                    "bods-unknown-code",
                    version.file,
                    version.id,
                    column="personType",
                    value=code,
                )
            self._rows.node(
                "Person",
                id_,
                [version.source],
                observed_on=version.day,
                name=self._person_name(version),
                birth_date=self._date(version, "birthDate") or (shown.birth_date if shown else None),
                died_on=self._date(version, "deathDate"),
                id_kind=shown.id_kind if shown else None,
                id_masked=shown.id_masked if shown else None,
                flag=code if code in UNKNOWN_PERSONS else (shown.flag if shown and not best else None),
            )
        for other in best[1:]:
            value = str(other.id).partition(":")[2]
            self._identifier(record.node, str(other.id), "person", value, [v.source for v in record.versions])

    def _safe(self, record_id: str) -> str:
        """A record id that is no person's number: such a number is hashed."""
        if record_id not in self._private:
            return record_id
        return self._context.person_key.person_id("record", record_id).partition(":")[2]

    def _identifier(
        self, party: tuple[str, str], id_: str, scheme: str, value: str, sources: list[str]
    ) -> None:
        self._rows.node("Identifier", id_, sources, scheme=scheme, value=value)
        self._rows.rel("IDENTIFIES", ("Identifier", id_), party, sources)

    def _names(self, record: Record, node: tuple[str, str], current: str | None) -> None:
        """Other names, and those borne before, until the day they changed."""
        for i, version in enumerate(record.versions):
            names = version.details.get("alternateNames")
            for other in names if isinstance(names, list) else []:
                if isinstance(other, str) and (told := _written(other)):
                    self._further_name(node, told, "other_name", [version.source], None)
            name = _name(version.details)
            later = next((v for v in record.versions[i + 1 :] if _name(v.details) not in (None, name)), None)
            if name and later is not None and name != current:
                sources = [version.source, later.source]
                self._further_name(node, name, "former_name", sources, later.day)

    def _further_name(
        self, party: tuple[str, str], name: str, by: str, sources: list[str], until: str | None
    ) -> None:
        id_ = f"name:{name_key(pl.Series([name], dtype=pl.String))[0]}"
        self._rows.node("Name", id_, sources, name=name)
        self._rows.rel("NAMES", ("Name", id_), party, sources, by=by, stated_to=until)

    def _person_name(self, version: Statement) -> str | None:
        names = [n for n in version.details.get("names") or [] if isinstance(n, dict)]
        if not names:
            return None
        legal = next((n for n in names if snake(n.get("type")) in ("legal", "individual")), names[0])
        full = legal.get("fullName")
        if isinstance(full, str) and full.strip():
            return _written(full)
        complain(self._context, "bods-person-name", version.file, version.id, column="names.fullName")
        parts = (legal.get(k) for k in ("givenName", "patronymicName", "familyName"))
        return _written(" ".join(p.strip() for p in parts if isinstance(p, str) and p.strip()))

    def _date(self, version: Statement, key: str) -> str | None:
        value = version.details.get(key)
        day, good = read_date(value)
        if not good:
            complain(self._context, "bods-date", version.file, version.id, column=key, value=value)
        if day is not None and len(day) == 4:
            # The model's dates have a month at least; a year alone must not turn into one.
            self._context.count("dates_by_year_only")
            return None
        return day

    def _doubt(self, version: Statement, flag: str | None, value: str | None) -> None:
        if flag is None:
            return
        code = "bods-person-number" if flag == "person-number" else "bods-identifier"
        shown = "" if flag == "person-number" else value
        complain(self._context, code, version.file, version.id, column="identifiers", value=shown)


def _name(details: Mapping[str, Any]) -> str | None:
    name = details.get("name")
    return _written(name) if isinstance(name, str) else None


def _written(text: str) -> str | None:
    """A text without the number of any person in it; None where nothing is left."""
    return masked_in(text_as_written(text)).strip() or None


def _jurisdiction(details: Mapping[str, Any]) -> str | None:
    """The jurisdiction's code: `jurisdiction` in 0.4, `incorporatedInJurisdiction` before (and after)."""
    place = details.get("jurisdiction") or details.get("incorporatedInJurisdiction")
    code = place.get("code") if isinstance(place, dict) else place
    return code.strip().upper() or None if isinstance(code, str) else None


def _private_ids(people: list[Record]) -> set[str]:
    """Record ids that are people's numbers."""
    ids = [r.record_id for r in people]
    if not ids:
        return set()
    flags = looks_like_person_number(pl.Series(ids, dtype=pl.String)).to_list()
    return {i for i, bad in zip(ids, flags, strict=True) if bad}
