"""What a load changed of that which `ULTIMATELY_HOLDS` and `CONTROLS` rest on: marked with the load, in its own write.

Marks name nodes by id. What lies downstream of them is found when it is worked out anew, not when it is marked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

import polars as pl

MOST: Final = 20_000
"""Marks of one kind beyond which everything is worked out anew."""
TOUCHED: Final = "touched:"
"""Before a batch's id: the `Meta` record with its marks."""
_EVERYTHING: Final = frozenset({"DEBARRED_BY", "RELATED_TO", "MEMBER_OF", "RECEIVES"})
"""Relationships that decide who is asked about, anywhere."""
_EVERYBODY: Final = frozenset({"Household", "Benefit"})
"""Nodes whose own fields do."""

# Where the ends of a relationship are marked: what is downstream of a party, what it does in tenders, or a lot.
_PARTIES: Final = {
    "OWNS": ("to_id",),
    # Who manages without shares is looked for above bidders anywhere.
    "EXERCISES_CONTROL": ("from_id", "to_id"),
    "MEMBER_OF_CONCERT": ("from_id", "to_id", "company_id"),
    "SAME_AS": ("from_id", "to_id"),
}
_BESIDE: Final = {
    "SUBMITS": "from_id",
    "LEGAL_REP_OF": "to_id",
    "OFFICER_OF": "to_id",
    "HOLDS_POST": "to_id",
    # Who manages a bidder is asked about beside it.
    "EXERCISES_CONTROL": "to_id",
}
_LOTS: Final = {"FOR_LOT": "to_id", "LOT_OF": "from_id"}
_TENDERS: Final = {"BUYS": "to_id", "SERVES_TENDER": "to_id"}

_KINDS: Final = ("parties", "beside", "lots", "tenders")


@dataclass
class Marks:
    """`parties`: whatever stands below them is to be worked out anew. `beside`: companies whose bids, offices or
    people changed. `lots`, `tenders`: those themselves. `everything`: no marks would do.
    """

    parties: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)
    tenders: set[str] = field(default_factory=set)
    everything: bool = False

    def relations(self, name: str, rows: pl.DataFrame) -> None:
        """Mark rows of a relationship type that are new, gone, or valid at other times."""
        if rows.is_empty() or self.everything:
            return
        if name in _EVERYTHING:
            self.everything = True
            return
        for kinds, marked in ((_BESIDE, self.beside), (_LOTS, self.lots), (_TENDERS, self.tenders)):
            if name in kinds:
                self._add(marked, rows[kinds[name]])
        for column in _PARTIES.get(name, ()):
            if column in rows.columns:
                self._add(self.parties, rows[column].drop_nulls())

    def nodes(self, name: str, ids: Iterable[str]) -> None:
        """Mark nodes whose own fields bear on it: the kind of a company, the name of a person, the date of a
        lot.
        """
        found = pl.Series("id", list(ids), pl.String)
        if found.is_empty():
            return
        if name in _EVERYBODY:
            self.everything = True
        elif name == "Lot":
            self._add(self.lots, found)
        elif name in ("Company", "Person"):
            self._add(self.parties, found)

    def _add(self, marked: set[str], ids: pl.Series) -> None:
        marked.update(ids.unique().to_list())
        if len(marked) > MOST:
            self.everything = True

    def add(self, other: Marks) -> None:
        """Take in another load's marks."""
        self.everything = self.everything or other.everything
        for name in _KINDS:
            getattr(self, name).update(getattr(other, name))

    def to_json(self) -> str:
        """As kept with the store."""
        if self.everything:
            return json.dumps({"everything": True})
        return json.dumps({name: sorted(getattr(self, name)) for name in _KINDS}, ensure_ascii=False)

    @classmethod
    def of_json(cls, text: str | None) -> Self:
        """As it was kept; where nothing was, `everything`."""
        said = json.loads(text) if text else {"everything": True}
        found = cls(everything=bool(said.get("everything")))
        for name in _KINDS:
            getattr(found, name).update(said.get(name, ()))
        return found
