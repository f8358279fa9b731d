"""Organisations of OCDS processes: which company each reference means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from graph.names import is_full_legal_name, name_key
from loaders.context import ReadContext
from loaders.identity import company_name_ids, looks_like_person_number, mask, scoped_company_ids
from loaders.identity.forms import DIGITS_WITHIN
from loaders.ocds.releases import Process, objects, section
from loaders.ocds.values import id_text, text
from loaders.record_rows import RecordRows
from loaders.schemes import (
    StatedIdentifier,
    best_first,
    read_company_identifiers,
    stated_identifiers,
    unverified_id,
)

# org-id.guide codes: country (or XI, XM…), register, then the number.
_ORG_ID: Final = re.compile(r"^([A-Z]{2}-[A-Z0-9]{2,8})-(\S.*)$")
_MAY_HOLD_A_NUMBER: Final = re.compile(DIGITS_WITHIN)


@dataclass(eq=False, slots=True)
class Party:
    """One organisation within one process."""

    process: Process
    key: str
    """Its party id, or its name where a reference has no id."""
    names: list[str] = field(default_factory=list)
    legal_name: str | None = None
    identifiers: list[StatedIdentifier] = field(default_factory=list)
    sources: dict[str, None] = field(default_factory=dict)
    company: str = ""
    """The id of its node, once known."""

    @property
    def name(self) -> str | None:
        """The registered name where it is given, else the first name met."""
        return self.legal_name or (self.names[0] if self.names else None)


class Parties:
    """Every organisation of a load; `company` answers for a reference and states its node once."""

    def __init__(self, processes: Sequence[Process], rows: RecordRows, context: ReadContext):
        self._rows, self._context = rows, context
        self._found: dict[tuple[str, str], Party] = {}
        for process in processes:
            self._collect(process)
        self._identify()

    def company(self, process: Process, reference: Any) -> str | None:
        """The company id a reference `{id, name}` means; None where it says nothing."""
        party = self._found.get((process.id, _key(reference)))
        return party.company if party is not None else None

    def _collect(self, process: Process) -> None:
        data = process.data
        tender = section(data, "tender")
        parties = objects(data.get("parties"))
        for party in parties:
            self._add(process, party, "parties")
        for party in parties:
            for holder in objects(party.get("shareholders")):
                self._add(process, holder.get("shareholder"), "parties", id_text(party.get("id")))
        self._add(process, data.get("buyer"), "buyer")
        self._add(process, tender.get("procuringEntity"), "tender")
        for reference in objects(tender.get("tenderers")):
            self._add(process, reference, "tenderers", id_text(reference.get("id")) or None)
        for bid in objects(section(data, "bids").get("details")):
            for reference in objects(bid.get("tenderers")):
                self._add(process, reference, "bids", id_text(bid.get("id")) or None)
        for award in objects(data.get("awards")):
            for reference in objects(award.get("suppliers")):
                self._add(process, reference, "awards", id_text(award.get("id")) or None)

    def _add(self, process: Process, reference: Any, part: str, item: str | None = None) -> None:
        key = _key(reference)
        if not key:
            return
        party = self._found.setdefault((process.id, key), Party(process, key))
        name = text(reference.get("name"))
        if name and name not in party.names:
            party.names.append(name)
        own = reference.get("identifier")
        if isinstance(own, dict):
            party.legal_name = party.legal_name or text(own.get("legalName"))
        for identifier in stated_identifiers([own, *objects(reference.get("additionalIdentifiers"))]):
            # A spreadsheet turns 11111111 into 11111111.0; the party's id still has the number.
            bare = identifier.value.removesuffix(".0")
            if bare != identifier.value and key == f"{identifier.scheme}-{bare}":
                process.complain(
                    self._context, "ocds-spreadsheet-id", column="identifier.id", value=identifier.value
                )
                identifier = identifier._replace(value=bare)
            if identifier not in party.identifiers:
                party.identifiers.append(identifier)
        if part == "parties" and item is None:
            item = key
        party.sources.update(dict.fromkeys(process.stating(part, item)))

    def _identify(self) -> None:
        parties = list(self._found.values())
        for party in parties:
            org_id = _ORG_ID.match(party.key)
            if not party.identifiers and org_id:
                party.identifiers.append(StatedIdentifier(org_id.group(1), "", org_id.group(2)))
                party.process.complain(
                    self._context, "ocds-id-from-party-id", column="parties.id", value=party.key
                )
        read = read_company_identifiers(i for p in parties for i in p.identifiers)
        nameless: list[Party] = []
        for party in parties:
            found = [read[i] for i in party.identifiers]
            best = best_first(found)
            flag = next((c.flag for c in found if c.flag), None)
            if flag:
                shown = "" if flag == "person-number" else next(c.value for c in found if c.flag)
                party.process.complain(self._context, "ocds-identifier", column="identifier", value=shown)
            wrong = next((c for c in found if c.flag == "uscc-check-digit"), None)
            if best:
                party.company = str(best[0].id)
                for other in best[1:]:
                    self._rows.node(
                        "Identifier", str(other.id), party.sources, scheme=other.scheme, value=other.value
                    )
                    end = ("Company", party.company)
                    self._rows.rel("IDENTIFIES", ("Identifier", str(other.id)), end, party.sources)
            elif wrong is not None:
                party.company = unverified_id(wrong.value, party.name)
            else:
                nameless.append(party)
        self._by_name(nameless)
        for party in parties:
            self._state(party, read)

    def _by_name(self, parties: list[Party]) -> None:
        """A full registered name stands for itself; any other is known within its process alone."""
        if not parties:
            return
        names = pl.Series([p.name or p.key for p in parties], dtype=pl.String)
        private = looks_like_person_number(names).to_list()
        processes = pl.Series([p.process.id for p in parties], dtype=pl.String)
        full = is_full_legal_name(names).to_list()
        named = company_name_ids(names).to_list()
        scoped = scoped_company_ids(self._context.dataset, processes, names).to_list()
        for party, whole, by_name, by_scope, number in zip(
            parties, full, named, scoped, private, strict=True
        ):
            party.company = by_name if whole else by_scope
            if party.name is None:
                # A person's number may stand in any longer key: none of that length is kept.
                if not number and not _MAY_HOLD_A_NUMBER.search(party.key):
                    party.company = f"{party.process.id}/party:{party.key}"
                party.process.complain(
                    self._context, "ocds-party-unnamed", column="parties.id", value=mask(party.key)
                )

    def _state(self, party: Party, read: dict[StatedIdentifier, Any]) -> None:
        id_ = party.company
        flag = next((read[i].flag for i in party.identifiers if read[i].flag), None)
        self._rows.node(
            "Company",
            id_,
            party.sources,
            name=party.name,
            flag=flag if not id_.startswith("cn-uscc") else None,
        )
        for other in _others(party):
            key = f"name:{name_key(pl.Series([other], dtype=pl.String))[0]}"
            self._rows.node("Name", key, party.sources, name=other)
            self._rows.rel("NAMES", ("Name", key), ("Company", id_), party.sources, by="other_name")


def _others(party: Party) -> Iterable[str]:
    """Names beside the registered one."""
    if len(party.names) + (party.legal_name is not None) < 2:
        return []
    names = pl.Series([party.name, *party.names], dtype=pl.String)
    keys = name_key(names).to_list()
    return list({k: n for k, n in zip(keys[1:], names.to_list()[1:], strict=True) if k != keys[0]}.values())


def _key(reference: Any) -> str:
    if not isinstance(reference, dict):
        return ""
    return id_text(reference.get("id")) or (text(reference.get("name")) or "")
