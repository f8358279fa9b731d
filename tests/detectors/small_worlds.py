"""Invented worlds for tests of detectors: rows as a loader would state them, applied as one batch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from detectors.definition import Detector
from detectors.rules.values import NO_RULES, LocalRules
from detectors.running.runner import Run, run
from graph.in_play import put_in_play
from graph.records import Extract, SourceFile, source
from graph.stores import Credentials, open_store

YEAR = ("2025-01", "2025-12")
DISTRICT = "虚构区"


class SmallWorld:
    """Statements of one batch. Ids are given without their scheme: `local:` is added, `person.local:` for persons."""

    def __init__(self, name: str):
        self._file = SourceFile(name, hashlib.sha256(name.encode()).hexdigest(), "csv", 1, 0)
        self._extract = Extract("main", [self._file])
        self._row = 1

    def node(self, type_: str, id_: str, **fields: Any) -> str:
        """State a node; gives its id."""
        self._row += 1
        full = id_ if ":" in id_ else ("person.local:" if type_ == "Person" else "local:") + id_
        row = {"id": full, "source": source(self._file, "", self._row), **fields}
        self._extract.add_node(type_, pl.DataFrame([row], infer_schema_length=None))
        return full

    def rel(self, type_: str, start: tuple[str, str], end: tuple[str, str], **fields: Any) -> None:
        """State a relationship between (type, id) and (type, id), and both ends."""
        self._row += 1
        row = {
            "from_id": self.node(*start),
            "to_id": self.node(*end),
            "source": source(self._file, "", self._row),
            **fields,
        }
        self._extract.add_rel(type_, start[0], end[0], pl.DataFrame([row], infer_schema_length=None))

    def household(
        self,
        id_: str,
        members: Sequence[str] | Mapping[str, str],
        months: tuple[str | None, str | None] | None = YEAR,
        program: str = "虚构救助",
        amount: int | None = 60000,
        region: str = DISTRICT,
        **benefit: Any,
    ) -> None:
        """A benefit household; `members` by id, or id → relation to the head (the first one is the head)."""
        roles = (
            members
            if isinstance(members, Mapping)
            else {p: "head" if i == 0 else "spouse" for i, p in enumerate(members)}
        )
        self.node("Household", id_, kind="benefit", region=region)
        for person, role in roles.items():
            self.rel("MEMBER_OF", ("Person", person), ("Household", id_), relation_to_head=role)
        if months is not None:
            self.pay(("Household", id_), months, program, amount, region, **benefit)

    def pay(
        self,
        recipient: tuple[str, str],
        months: tuple[str | None, str | None],
        program: str = "虚构救助",
        amount: int | None = 60000,
        region: str = DISTRICT,
        **fields: Any,
    ) -> None:
        """One spell of payments to (type, id)."""
        spell = f"{recipient[1]}/{program}/{region}/{months[0]}"
        self.node(
            "Benefit", spell, from_month=months[0], to_month=months[1], amount=amount, currency="CNY",
            region=region, **fields,
        )  # fmt: skip
        self.node("Program", f"program:{program}", name=program)
        self.rel("RECEIVES", recipient, ("Benefit", spell))
        self.rel("UNDER", ("Benefit", spell), ("Program", f"program:{program}"))

    def home(
        self, id_: str, holders: Mapping[str, float | None], kind: str | None = "dwelling", **held: Any
    ) -> None:
        """A property and its holders: persons, or companies whose id begins with `co`; `area` goes to the property."""
        area = held.pop("area", None)
        self.node("Property", id_, kind=kind, area_m2=area, address_key=held.pop("address", None))
        for holder, share in holders.items():
            type_ = "Company" if holder.startswith("co") else "Person"
            self.rel("HOLDS_PROPERTY", (type_, holder), ("Property", id_), share=share, **held)

    def owns(self, holder: str, company: str, share: float | None, **fields: Any) -> None:
        """A holding; holders whose id begins with `co` are companies."""
        type_ = "Company" if holder.startswith("co") else "Person"
        self.rel("OWNS", (type_, holder), ("Company", company), share=share, **fields)

    def lot(self, id_: str, bids: Sequence[tuple[Any, ...]], on: str = "2025-03-01", **tender: Any) -> None:
        """A tender of one lot; bids are (bidder, amount in yuan, status) and perhaps further fields as a dict."""
        lot_fields = tender.pop("lot", {})
        buyer = tender.pop("buyer", None)
        self.node(
            "Tender", f"T{id_}", **{"bid_deadline": f"{on}T09:00:00", "regime": "construction", **tender}
        )
        self.node("Lot", id_, title=f"虚构标段{id_}", **lot_fields)
        self.rel("LOT_OF", ("Lot", id_), ("Tender", f"T{id_}"))
        if buyer:
            self.rel("BUYS", ("Company", buyer), ("Tender", f"T{id_}"))
        for place, (bidder, amount, status, *more) in enumerate(bids):
            bid = f"{id_}/{place}"
            fields = {
                "amount": round(amount * 100),
                "currency": "CNY",
                "price_kind": "total",
                "status": status,
            }
            self.node("Bid", bid, **{**fields, "won": status == "won", **(more[0] if more else {})})
            self.rel("SUBMITS", ("Company", bidder), ("Bid", bid), role="bidder")
            self.rel("FOR_LOT", ("Bid", bid), ("Lot", id_))

    def find(
        self,
        url: str,
        credentials: Credentials,
        detectors: Sequence[Detector],
        rules: LocalRules = NO_RULES,
    ) -> Run:
        """Load into a store, look through what is in play, run the detectors."""
        with open_store(url, "write", credentials) as store:
            store.apply(self._extract)
            if any(d.in_play for d in detectors):
                put_in_play(store)
            return run(store, detectors, rules)


def verdicts(found: Run, detector: str) -> dict[str, str]:
    """What was decided of each scope, without its scheme: finding, the suppressing rule, or undecided."""
    said = {u.scope_id.partition(":")[2]: "undecided" for d, u in found.undecided if d == detector}
    for f in found.findings:
        if f.detector == detector:
            said[f.scope_id.partition(":")[2]] = (f.suppressed_by or {}).get("rule", "finding")
    return said
