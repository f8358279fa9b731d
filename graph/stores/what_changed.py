"""What a batch changed, from which it is known what is worked out anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from graph.resolution.investors import standing
from graph.stores.marks import Marks
from graph.stores.touches import Touches


@dataclass
class Touched:
    """What a batch changed, so that what follows from it is worked out anew."""

    nodes: set[str] = field(default_factory=set)
    """Node types with a new, changed or removed node."""
    rels: set[str] = field(default_factory=set)
    added: dict[str, int] = field(default_factory=dict)
    """How many nodes and relationships of each type are new."""
    companies: list[pl.Series] = field(default_factory=list)
    """Companies whose register, or whose rank of lists, changed."""
    dated: dict[str, list[pl.Series]] = field(default_factory=dict)
    """By type of `OF_ALL_ROWS`, the nodes that rows with a stated date ended at which are gone."""
    undated: dict[str, list[pl.Series]] = field(default_factory=dict)
    """Likewise, of rows without one."""
    regarded: list[str] = field(default_factory=list)
    """Firms whose investors are something else now: owners by law, or holders."""
    linked: list[pl.Series] = field(default_factory=list)
    """Companies that rows lead to which are new, or stated by more sources."""
    renamed: dict[str, list[str]] = field(default_factory=dict)
    """Parties of each type with another name or masked number than before."""
    taken_back: bool = False
    """Rows may be gone, and all derived relationships are."""
    marks: Marks = field(default_factory=Marks)
    """What is to be looked through anew."""
    touches: Touches = field(default_factory=Touches)
    """What detectors are to look at again."""

    def told_otherwise(self, type_name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """A node says something else than before."""
        if type_name != "Company":
            return
        if (before["kind"] == "listed") != (after["kind"] == "listed"):
            self.companies.append(pl.Series("id", [after["id"]], pl.String))
        if standing(before["kind"], before["name"]) != standing(after["kind"], after["name"]):
            self.regarded.append(after["id"])

    def relations(self, name: str, rows: pl.DataFrame) -> None:
        """Rows of a relationship type are new, gone, or valid at other times."""
        self.marks.relations(name, rows)
        self.touches.relations(name, rows)
