"""Links of chosen kinds at parties, fetched as a search asks for them: ownership from arrays, others from a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import polars as pl

from graph.penetration.days import IntArray, iso_date, iso_dates
from graph.penetration.edges import Reach, distinct, spread
from graph.penetration.owners import shown
from graph.penetration.ownership import HOLDING, Ownership
from graph.penetration.register import Links, live_links
from graph.penetration.tables import OwnershipError

Kind = Literal["ownership", "legal_representative", "officer", "relative", "contact"]
KINDS: Final[dict[Kind, tuple[str, str]]] = {
    "ownership": ("股权", "owns"),
    "legal_representative": ("法定代表人", "legal representative of"),
    "officer": ("董监高", "officer of"),
    "relative": ("亲属", "related to"),
    "contact": ("联系方式", "has contact"),
}
"""Kinds of links a way may use, in Chinese and English."""

HUB: Final = 60
"""Parties of one contact above which it says nothing: an agent's address, a printer's telephone."""


class UnknownKindError(OwnershipError):
    """A kind of link that doesn't exist."""

    def __init__(self, asked: str):
        names = "、".join(KINDS)
        super().__init__(
            f"没有“{asked}”这种关系，可用：{names}。",
            f"No kind of link {asked!r}; there are {', '.join(KINDS)}.",
        )


@dataclass(frozen=True)
class Link:
    """One link between two parties as stated: `source` owns, represents, … `target`. Shares are bounds (ownership only).

    `valid_from`, `valid_to`: ISO dates, half open, None = open. `rows`, `sources`: what states it.
    """

    source: str
    target: str
    kind: Kind
    role: str | None
    low: float | None
    high: float | None
    valid_from: str | None
    valid_to: str | None
    rows: tuple[str, ...]
    sources: tuple[str, ...]

    def to_json(self, forward: bool) -> dict[str, Any]:
        """As a JSON object; `forward`: followed from source to target."""
        return {
            "from": self.source,
            "to": self.target,
            "kind": self.kind,
            "role": self.role,
            "forward": forward,
            "share_min": shown(self.low),
            "share_max": shown(self.high),
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "rows": list(self.rows),
            "sources": list(self.sources),
        }


Related = Callable[[Sequence[str], Sequence[Kind], str | None], Iterable[Link]]
"""Links of other kinds than ownership at some parties or contacts (any of their ids), on a date (ISO)."""


class Web:
    """Links at parties, fetched when first asked for."""

    def __init__(self, ownership: Ownership, day: int, kinds: tuple[Kind, ...], related: Related | None):
        self.ownership, self.day, self.kinds, self.related = ownership, day, kinds, related
        self.hubs: set[str] = set()
        self._at: dict[str, list[Link]] = {}
        self._pointer: IntArray | None = None
        self._by_holder: IntArray | None = None

    def at(self, ids: Sequence[str]) -> dict[str, list[Link]]:
        """Links at each of some parties or contacts, of all chosen kinds, sorted."""
        fresh = [i for i in dict.fromkeys(ids) if i not in self._at]
        found: dict[str, dict[tuple[str, ...], Link]] = {i: {} for i in fresh}
        if fresh and "ownership" in self.kinds:
            for link in self._holdings(fresh):
                for end in (link.source, link.target):
                    if end in found:
                        found[end][link.source, link.target, "ownership"] = link
        others = [k for k in self.kinds if k != "ownership"]
        if fresh and others and self.related is not None:
            for link in self._related(self.related, fresh, others):
                for end in (link.source, link.target):
                    if end in found:
                        found[end][link.source, link.target, link.kind, *link.rows] = link
        for id_, links in found.items():
            listed = [links[key] for key in sorted(links)]
            of_contact = all(link.kind == "contact" and link.target == id_ for link in listed)
            # One party may state it in several rows.
            if of_contact and len({link.source for link in listed}) > HUB:
                self.hubs.add(id_)
                listed = []
            self._at[id_] = listed
        return {i: self._at[i] for i in ids}

    def _related(self, related: Related, ids: Sequence[str], kinds: Sequence[Kind]) -> Iterable[Link]:
        """Links of other kinds, their ends by canonical ids."""
        nodes = self.ownership.nodes_of(pl.Series(ids, dtype=pl.String))
        members = self.ownership.aliases_of(nodes[nodes >= 0])
        canonical = dict(zip(members["id"].to_list(), members["head"].to_list(), strict=True))
        every = list(dict.fromkeys([*ids, *canonical]))
        links = list(related(every, kinds, iso_date(self.day)))
        ends = list(dict.fromkeys(end for link in links for end in (link.source, link.target)))
        at = self.ownership.nodes_of(pl.Series(ends, dtype=pl.String))
        heads = self.ownership.ids(np.maximum(at, 0)).to_list() if self.ownership.nodes.height else ends
        known = {e: h if n >= 0 else e for e, h, n in zip(ends, heads, at.tolist(), strict=True)}
        for link in links:
            yield replace(link, source=known[link.source], target=known[link.target])

    def _holdings(self, ids: Sequence[str]) -> Iterable[Link]:
        """Ownership above and below some parties, each link as its company's whole register makes it."""
        nodes = self.ownership.nodes_of(pl.Series(ids, dtype=pl.String))
        nodes = distinct(nodes[nodes >= 0])
        edges = self.ownership.holding_edges
        if self._pointer is None or self._by_holder is None:
            self._by_holder = np.argsort(edges.holder, kind="stable")
            self._pointer = np.zeros(edges.nodes + 1, dtype=np.int64)
            np.cumsum(np.bincount(edges.holder, minlength=edges.nodes), out=self._pointer[1:])
        below, _ = spread(self._pointer, nodes)
        companies = distinct(np.r_[nodes, edges.company[self._by_holder[below]]])
        places, which = spread(edges.pointer, companies)
        holds = (edges.start[places] <= self.day) & (self.day < edges.end[places])
        holds &= edges.kind[places] == HOLDING
        every = np.arange(edges.nodes, dtype=np.int64)
        reach = Reach(np.zeros_like(every), every, every[:0], places, companies[which], holds)
        links = live_links(self.ownership, edges, reach)
        mine = np.isin(links.company, nodes) | np.isin(links.holder, nodes)
        return self._told(links, np.flatnonzero(mine & ~links.declared))

    def _told(self, links: Links, chosen: IntArray) -> Iterable[Link]:
        holdings, ids = self.ownership.holdings, self.ownership.ids
        edges = self.ownership.holding_edges
        heads = zip(
            ids(links.holder[chosen]).to_list(),
            ids(links.company[chosen]).to_list(),
            chosen.tolist(),
            strict=True,
        )
        for source, target, at in heads:
            rows = links.rows[links.first[at] : links.first[at + 1]].tolist()
            mine = edges.pointer[links.company[at]], edges.pointer[links.company[at] + 1]
            stated = np.flatnonzero(np.isin(edges.row[mine[0] : mine[1]], rows)) + mine[0]
            since = iso_dates(np.array([edges.start[stated].max()]))[0]
            until = iso_dates(np.array([edges.end[stated].min()]))[0]
            yield Link(
                source,
                target,
                "ownership",
                None,
                float(links.low[at]),
                float(links.high[at]),
                since,
                until,
                tuple(k for row in rows for k in holdings.keys(row)),
                tuple(s for row in rows for s in holdings.sources(row)),
            )
