"""Holders that are stated and not known: parties nobody names, and interests nobody says the kind of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from graph.penetration.days import IntArray
from graph.penetration.edges import Edges, spread

if TYPE_CHECKING:
    from graph.penetration.ownership import Ownership

REASONS: Final[dict[str, tuple[str, str]]] = {
    "unknown": ("未知", "unknown"),
    "unspecified": ("未说明", "not given"),
    "subject_unable_to_confirm_or_identify_beneficial_owner": (
        "该主体无法确认或识别其所有人", "the subject is unable to confirm or identify its owner"
    ),
    "interested_party_has_not_provided_information": (
        "该持有人未提供信息", "the party has not provided information"
    ),
    "subject_exempt_from_disclosure": ("该主体豁免披露", "the subject is exempt from disclosure"),
    "interested_party_exempt_from_disclosure": ("该持有人豁免披露", "the party is exempt from disclosure"),
    "information_unknown_to_publisher": ("发布方不掌握", "unknown to the publisher"),
    "unknown_person": ("身份不明的自然人", "a person who is not known"),
    "anonymous_person": ("不公开身份的自然人", "a person who is not made public"),
    "unknown_entity": ("身份不明的实体", "an entity that is not known"),
    "anonymous_entity": ("不公开身份的实体", "an entity that is not made public"),
    "dangling": ("其声明不在已导入的文件中", "its statement is in none of the files loaded"),
}  # fmt: skip
"""Why a party is not named, in Chinese and English. Other reasons are told as the source gives them."""

_PERSONS: Final = ("unknown_person", "anonymous_person", "dangling")
OF_A_FILE: Final = pl.col("id").str.contains(r"^(person\.)?bods\.")
"""Parties that a file tells of and nothing identifies: only among them are some that nobody names."""

WHY_UNNAMED: Final = pl.when(
    OF_A_FILE
    & (pl.col("name").fill_null("") == "")
    & pl.when(pl.col("type") == "Company")
    .then(pl.col("kind") == "unknown")
    .otherwise(pl.col("flag").is_in(_PERSONS))
).then(pl.col("flag"))
"""Of parties (id, type, name, kind, flag) that nobody names: why; null for every other."""


@dataclass(frozen=True)
class Undisclosed:
    """A holder of a company (nodes) of whom something is not known.

    `reason`: why nobody names it; None where it is named, and only the kind of its interest is not known. `share`,
    `votes`: bounds of what is stated; None where nothing is.
    """

    company: int
    holder: int
    reason: str | None
    share: tuple[float, float] | None = None
    votes: tuple[float, float] | None = None


def undisclosed(ownership: Ownership, nodes: IntArray, day: int) -> list[Undisclosed]:
    """Unnamed holders, and holders with an interest of no stated kind, of some companies (nodes) on a day."""
    unnamed, unknown = ownership.unnamed, ownership.unknown_interests
    if unnamed.is_empty() and unknown.is_empty():
        return []
    why: dict[int, str] = dict(unnamed.iter_rows())
    found: dict[tuple[int, int], Undisclosed] = {}
    edges = ownership.holding_edges
    for place in _held_by(edges, nodes, day, unnamed["node"].to_numpy()):
        ends = int(edges.company[place]), int(edges.holder[place])
        row, rows = int(edges.row[place]), ownership.holdings
        before = found.get(ends, Undisclosed(*ends, why[ends[1]]))
        share = (float(rows.low[row]), float(rows.high[row])) if rows.has_share[row] else None
        votes = (float(rows.votes_low[row]), float(rows.votes_high[row])) if rows.has_votes[row] else None
        found[ends] = Undisclosed(
            *ends, before.reason, _added(before.share, share), _added(before.votes, votes)
        )
    edges = ownership.control_edges
    if edges is not ownership.holding_edges:
        for place in _held_by(edges, nodes, day, unnamed["node"].to_numpy()):
            ends = int(edges.company[place]), int(edges.holder[place])
            found.setdefault(ends, Undisclosed(*ends, why[ends[1]]))
    mine = unknown.filter(
        pl.col("company").is_in(pl.Series(nodes).implode()) & (pl.col("start") <= day) & (pl.col("end") > day)
    )
    for company, holder in mine.select("company", "holder").iter_rows():
        found.setdefault((company, holder), Undisclosed(company, holder, why.get(holder)))
    return [found[ends] for ends in sorted(found)]


def _held_by(edges: Edges, companies: IntArray, day: int, holders: IntArray) -> list[int]:
    """Places of the edges from some holders to some companies that hold on a day."""
    if not len(holders):
        return []
    places, _ = spread(edges.pointer, companies)
    live = (edges.start[places] <= day) & (day < edges.end[places]) & np.isin(edges.holder[places], holders)
    found: list[int] = places[live].tolist()
    return found


def _added(one: tuple[float, float] | None, other: tuple[float, float] | None) -> tuple[float, float] | None:
    if one is None or other is None:
        return one or other
    return one[0] + other[0], min(1.0, one[1] + other[1])
