"""Cross-holdings (循环持股、交叉持股): every block of companies that hold each other, its loops, and what they are worth.

A loop's value is the product of its links. A member's first return `r` sums all walks that leave it and come back
for the first time; its self-ownership is `Y[c,c] = 1 / (1 - r) - 1`, every turn counted (reference: `stop_at_target`
and `integrated`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, Final

import networkx as nx
import numpy as np

from graph.penetration.blocks import MOST_VALUED, self_ownership
from graph.penetration.components import strong_components
from graph.penetration.days import IntArray, day_number, iso_date
from graph.penetration.edges import FloatArray
from graph.penetration.identities import IdentityMode
from graph.penetration.owners import shown
from graph.penetration.ownership import Ownership
from graph.penetration.paths import band, multiplied
from graph.penetration.register import Links, Register

MOST_LOOPS: Final = 50
"""Loops listed a block; more are said to exist."""
_LONGEST: Final = 12
"""Links of a listed loop in blocks too large to list all."""
_SMALL: Final = 30


@dataclass(frozen=True)
class Loop:
    """One way round: its companies, each holding the next and the last the first; bounds of its value; the rows."""

    nodes: tuple[str, ...]
    low: float
    high: float
    formula: str
    rows: tuple[tuple[str, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, values to 10 decimals."""
        return {
            "nodes": list(self.nodes),
            "value": shown(self.low) if self.high - self.low <= 1e-12 else None,
            "value_min": shown(self.low),
            "value_max": shown(self.high),
            "formula": self.formula,
            "rows": [list(keys) for keys in self.rows],
        }


@dataclass(frozen=True)
class SelfOwnership:
    """What a member of a block holds of itself; None where the block is closed, by that bound."""

    id: str
    name: str | None
    first_return_min: float | None
    first_return_max: float | None
    self_owned_min: float | None
    self_owned_max: float | None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, values to 10 decimals."""
        return {
            "id": self.id,
            "name": self.name,
            "first_return": shown(self.first_return_min)
            if self.first_return_min == self.first_return_max
            else None,
            "first_return_min": shown(self.first_return_min),
            "first_return_max": shown(self.first_return_max),
            "self_owned_min": shown(self.self_owned_min),
            "self_owned_max": shown(self.self_owned_max),
        }


@dataclass(frozen=True)
class Block:
    """Companies that hold each other. `closed`: owned wholly by itself, or by more than all of itself, so that no effective share through it exists.

    `loops`: the shortest first; `truncated`: there are more. `members`: empty in blocks above `MOST_VALUED`.
    """

    ids: tuple[str, ...]
    closed: bool
    loops: tuple[Loop, ...]
    truncated: bool
    members: tuple[SelfOwnership, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "ids": list(self.ids),
            "closed": self.closed,
            "loops": [loop.to_json() for loop in self.loops],
            "truncated": self.truncated,
            "members": [member.to_json() for member in self.members],
        }


@dataclass(frozen=True)
class Loops:
    """All blocks on a date, the largest first; above one company, or of the whole register (`company` None)."""

    company: str | None
    as_of: str | None
    blocks: tuple[Block, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {"company": self.company, "as_of": self.as_of, "blocks": [b.to_json() for b in self.blocks]}


def loops(
    ownership: Ownership,
    company_id: str | None = None,
    as_of: str | dt.date | None = None,
    identity: IdentityMode | None = None,
) -> Loops:
    """Cross-holdings on a date: those a company and what is above it are in, or all there are.

    Raises `UnknownCompanyError`, `DateError`.
    """
    ownership = ownership.reading(identity or ownership.identity)
    register = Register(ownership, day_number(as_of))
    company = None
    if company_id is None:
        links, nodes = register.links(), np.arange(ownership.nodes.height, dtype=np.int64)
    else:
        at = ownership.node_of(company_id)
        company = str(ownership.nodes["id"][at])
        above = register.above(np.array([at], dtype=np.int64))
        links, nodes = above.links.only(~above.links.declared), above.reach.node
    reader = _Reader(ownership, links, nodes)
    blocks = sorted(
        (reader.block(*block) for block in _blocks(links, len(nodes))), key=lambda b: (-len(b.ids), b.ids)
    )
    return Loops(company, iso_date(register.day), tuple(blocks))


def _blocks(links: Links, size: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Members and inner links of each strongly connected block, and of each company that holds itself."""
    leads = links.high > 0.0
    holder, company = links.holder[leads], links.company[leads]
    labels = strong_components(holder, company, size)
    counts = np.bincount(labels, minlength=size)
    looped = counts[labels] > 1
    looped[holder[holder == company]] = True
    members = np.flatnonzero(looped)
    if not len(members):
        return
    members = members[np.argsort(labels[members], kind="stable")]
    inside = np.flatnonzero(leads)[(labels[holder] == labels[company]) & looped[holder]]
    inside = inside[np.argsort(labels[links.holder[inside]], kind="stable")]
    cuts = np.flatnonzero(np.diff(labels[members])) + 1
    link_cuts = np.flatnonzero(np.diff(labels[links.holder[inside]])) + 1
    # Every block has a link, so both are cut into the same number of parts.
    yield from zip(np.split(members, cuts), np.split(inside, link_cuts), strict=True)


class _Reader:
    """Turns members of a block into an answer."""

    def __init__(self, ownership: Ownership, links: Links, nodes: IntArray):
        self.ownership, self.links, self.nodes = ownership, links, nodes

    def block(self, members: IntArray, inside: IntArray) -> Block:
        links = self.links
        holder = np.searchsorted(members, links.holder[inside])
        company = np.searchsorted(members, links.company[inside])
        ids = self.ownership.ids(self.nodes[members]).to_list()
        names = self.ownership.nodes["name"].gather(self.nodes[members]).to_list()
        least = self_ownership(len(members), holder, company, links.low[inside])
        most = self_ownership(len(members), holder, company, links.high[inside])
        listed, truncated = self._loops(inside, holder, company, ids)
        valued: list[SelfOwnership] = []
        if len(members) <= MOST_VALUED:
            for at, (id_, name) in enumerate(zip(ids, names, strict=True)):
                low, high = _at(least, at), _at(most, at)
                valued.append(SelfOwnership(id_, name, _return(low), _return(high), low, high))
        return Block(
            tuple(sorted(ids)), least is None, listed, truncated, tuple(sorted(valued, key=lambda m: m.id))
        )

    def _loops(
        self, inside: IntArray, holder: IntArray, company: IntArray, ids: list[str]
    ) -> tuple[tuple[Loop, ...], bool]:
        graph: nx.DiGraph[int] = nx.DiGraph()
        link_of: dict[tuple[int, int], int] = {}
        for link, h, c in zip(inside.tolist(), holder.tolist(), company.tolist(), strict=True):
            graph.add_edge(h, c)
            link_of[h, c] = link
        bound = None if len(ids) <= _SMALL else _LONGEST
        found = list(islice(nx.simple_cycles(graph, length_bound=bound), MOST_LOOPS * 20 + 1))
        truncated = len(found) > MOST_LOOPS or bound is not None
        told = [self._loop(cycle, link_of, ids) for cycle in found]
        told.sort(key=lambda loop: (len(loop.nodes), -loop.low, loop.nodes))
        return tuple(told[:MOST_LOOPS]), truncated

    def _loop(self, cycle: list[int], link_of: dict[tuple[int, int], int], ids: list[str]) -> Loop:
        begin = min(range(len(cycle)), key=lambda i: ids[cycle[i]])
        turned = [*cycle[begin:], *cycle[:begin]]
        links = [link_of[pair] for pair in pairwise([*turned, turned[0]])]
        lows = [float(self.links.low[i]) for i in links]
        highs = [float(self.links.high[i]) for i in links]
        low, high = multiplied(lows), min(1.0, multiplied(highs))
        parts = " × ".join(band(a, b) for a, b in zip(lows, highs, strict=True))
        formula = f"{parts} = {band(round(low, 12), round(high, 12))}" if len(links) > 1 else parts
        first, rows = self.links.first, self.links.rows
        keys = tuple(
            tuple(
                key
                for row in rows[first[i] : first[i + 1]].tolist()
                for key in self.ownership.holdings.keys(row)
            )
            for i in links
        )
        return Loop(tuple(ids[i] for i in turned), low, high, formula, keys)


def _at(owned: FloatArray | None, place: int) -> float | None:
    return None if owned is None else float(owned[place])


def _return(self_owned: float | None) -> float | None:
    return None if self_owned is None else self_owned / (1.0 + self_owned)
