"""What a load changed of anything that detectors look at: kept with the load, in its own write.

Ids of what stands at the changed rows. Which lots have it around them is found when they are looked at again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

import polars as pl

MOST: Final = 20_000
"""Ids of one kind from which on everything is looked at again."""
SEEN: Final = "seen:"
"""Before a batch's id: the `Meta` record with what it touched."""
KINDS: Final = ("below", "near", "people", "contacts", "bids", "lots", "tenders")

# What is touched at a changed relationship, by the column that names it.
AT_RELATIONS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    # How many companies a holder holds decides about all of them.
    "OWNS": {"from_id": ("below",), "to_id": ("below",)},
    "EXERCISES_CONTROL": {"to_id": ("below",)},
    "BRANCH_OF": {"from_id": ("near",), "to_id": ("near",)},
    "SAME_AS": {"from_id": ("below",), "to_id": ("below",)},
    "MEMBER_OF_CONCERT": {"from_id": ("below",), "to_id": ("below",), "company_id": ("below",)},
    # How many posts a person has decides about every company of his.
    "LEGAL_REP_OF": {"from_id": ("people",), "to_id": ("near",)},
    "OFFICER_OF": {"from_id": ("people",), "to_id": ("near",)},
    "HOLDS_POST": {"to_id": ("near",)},
    "HAS_CONTACT": {"from_id": ("near",), "to_id": ("contacts",)},
    "USED_IN_BID": {"from_id": ("contacts",), "to_id": ("bids",)},
    "WORKS_ON_BID": {"from_id": ("people", "near"), "to_id": ("bids",)},
    "SUBMITS": {"from_id": ("near",), "to_id": ("bids",)},
    "FOR_LOT": {"from_id": ("bids",), "to_id": ("lots",)},
    "LOT_OF": {"from_id": ("lots",), "to_id": ("tenders",)},
    "BUYS": {"to_id": ("tenders",)},
    "SERVES_TENDER": {"to_id": ("tenders",)},
    "SUBCONTRACTS_TO": {"from_id": ("near",), "to_id": ("near",), "lot": ("lots",)},
}
AT_NODES: Final[dict[str, tuple[str, ...]]] = {
    "Company": ("below",),
    "Person": ("below", "people"),
    "Concert": ("below",),
    "Contact": ("contacts",),
    "Bid": ("bids",),
    "Lot": ("lots",),
    "Tender": ("tenders",),
}
OF_RECIPIENTS: Final = frozenset(
    {
        *("HOLDS_PROPERTY", "HOLDS_VEHICLE", "UNDER", "EARNS", "ENTITLED_TO", "HOLDS_POST", "IN_CUSTODY"),
        *("DECLINES", "RECUSED_FROM"),
        *("Person", "Property", "Vehicle", "Program"),
    }
)
"""What detectors of recipients look at."""
OF_ALL: Final = frozenset({"DEBARRED_BY", "RELATED_TO", "MEMBER_OF", "RECEIVES", "Household", "Benefit"})
"""What bears on parties anywhere."""
OF_NONE: Final = frozenset(
    {
        "IDENTIFIES",
        "NAMES",
        "POSSIBLY_SAME",
        "STAGE_OF",
        "PROJECT_OF",
        "Identifier",
        "Name",
        "Project",
        "Stage",
    }
)
"""What no detector looks at; that two ids are one party is touched at `SAME_AS`."""


@dataclass
class Touches:
    """`below`: parties, with all they own. `near`: companies. `people`: with the companies and bids they serve.
    `contacts`: with all who use them. `bids`, `lots`, `tenders`: those themselves. `types`: of the relationships, and of
    the nodes with a field, that changed. `recipients`: something detectors of recipients look at. `everything`: nothing
    less would do.
    """

    below: set[str] = field(default_factory=set)
    near: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    contacts: set[str] = field(default_factory=set)
    bids: set[str] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)
    tenders: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    recipients: bool = False
    everything: bool = False

    def relations(self, name: str, rows: pl.DataFrame) -> None:
        """Rows of a relationship type that are new, gone, valid at other times, or stated by other sources."""
        if rows.is_empty() or not self._kind(name):
            return
        self.types.add(name)
        for column, kinds in AT_RELATIONS.get(name, {}).items():
            if column in rows.columns:
                self._add(kinds, rows[column].drop_nulls().unique().to_list())

    def nodes(self, name: str, ids: Iterable[str]) -> None:
        """Nodes whose own fields changed."""
        found = list(ids)
        if found and self._kind(name):
            self.types.add(name)
            self._add(AT_NODES.get(name, ()), found)

    def _kind(self, name: str) -> bool:
        """Is anything to be kept of this type?"""
        self.everything = self.everything or name in OF_ALL
        self.recipients = self.recipients or name in OF_RECIPIENTS
        return not self.everything

    def _add(self, kinds: Iterable[str], ids: list[str]) -> None:
        for kind in kinds:
            touched: set[str] = getattr(self, kind)
            touched.update(ids)
            if len(touched) > MOST:
                self.everything = True

    def add(self, other: Touches) -> None:
        """Take in what another load touched."""
        self.everything = self.everything or other.everything
        self.recipients = self.recipients or other.recipients
        for kind in (*KINDS, "types"):
            getattr(self, kind).update(getattr(other, kind))

    def to_json(self) -> str:
        """As kept with the store."""
        if self.everything:
            return json.dumps({"everything": True})
        told: dict[str, object] = {kind: sorted(getattr(self, kind)) for kind in (*KINDS, "types")}
        told["recipients"] = self.recipients
        return json.dumps(told, ensure_ascii=False)

    @classmethod
    def of_json(cls, text: str | None) -> Self:
        """As it was kept; where nothing was, `everything`."""
        said: dict[str, Any] = json.loads(text) if text else {"everything": True}
        found = cls(everything=bool(said.get("everything")), recipients=bool(said.get("recipients")))
        for kind in KINDS:
            getattr(found, kind).update(said.get(kind, ()))
        # Loads of before said nothing of types: any may have changed.
        found.types.update(said.get("types", (*AT_RELATIONS, *AT_NODES)))
        return found
