"""Chains of holdings shown as proof: simple paths from a holder down to a company, with formula and source rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import heappop, heappush
from typing import Any, Final

import numpy as np

from graph.penetration.ownership import Ownership
from graph.penetration.register import Frontier

MAX_PATHS: Final = 50
MAX_STEPS: Final = 20_000
"""Partial chains looked at before a list of paths is cut; the cut is said."""
MAX_SIMPLE_STEPS: Final = 200_000
"""The same for the method `simple_paths`, which needs every chain."""


Bounds = tuple[float, float, float, float]
"""Lower and upper bound of the share, lower and upper bound of the votes."""


@lru_cache(100_000)
def percent(fraction: float) -> str:
    """A share as people write it: 0.6 → "60%"."""
    return f"{round(fraction * 100, 8):.10g}%"


@lru_cache(100_000)
def band(low: float, high: float) -> str:
    """A share, or the range it lies in: "25%–50%"; "?" where nothing is known."""
    if high - low <= 1e-12:
        return percent(low)
    if low <= 0.0 and high >= 1.0:
        return "?"
    return f"{percent(low)}–{percent(high)}"


def multiplied(factors: Sequence[float]) -> float:
    """The product along a chain, holder first; from the company upwards, so that every way to a chain rounds it alike."""
    return math.prod(reversed(factors))


def _product(links: Sequence[tuple[float, float]]) -> tuple[str, float, float]:
    """Bounds along a chain multiplied: as people write it, low, high."""
    low, high = multiplied([a for a, _ in links]), multiplied([b for _, b in links])
    parts = [band(a, b) for a, b in links]
    total = band(round(low, 12), round(high, 12))
    return (f"{' × '.join(parts)} = {total}" if len(links) > 1 else parts[0]), low, high


@dataclass(frozen=True)
class Path:
    """One chain, holder first: ids, the bounds of each link, their product, and the rows stated for each link.

    `votes_formula`: the same for votes, empty where they are those of the shares. `observed_on`: the latest date
    on which a row of the chain was seen, None where no row says.
    """

    nodes: tuple[str, ...]
    low: float
    high: float
    formula: str
    votes_formula: str
    observed_on: str | None
    rows: tuple[tuple[str, ...], ...]
    sources: tuple[tuple[str, ...], ...]

    @property
    def votes_only(self) -> bool:
        """Does the chain carry votes, and no share that is known?"""
        unknown = self.low <= 0.0 and self.high >= 1.0
        return bool(self.votes_formula) and (self.high <= 0.0 or unknown)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, shares to 10 decimals."""
        return {
            "nodes": list(self.nodes),
            "share_min": round(self.low, 10),
            "share_max": round(self.high, 10),
            "formula": self.formula,
            "votes_formula": self.votes_formula,
            "observed_on": self.observed_on,
            "rows": [list(r) for r in self.rows],
            "sources": [list(s) for s in self.sources],
        }


@dataclass(frozen=True)
class Paths:
    """The chains found, the shortest first; `truncated`: there are more."""

    paths: tuple[Path, ...]
    truncated: bool


class Chains:
    """Walks the links of a frontier."""

    def __init__(self, ownership: Ownership, frontier: Frontier):
        self.ownership, self.frontier = ownership, frontier
        links = frontier.links
        self._holder = links.holder.tolist()
        self._company = links.company.tolist()
        self._low, self._high = links.low.tolist(), links.high.tolist()
        self._votes_low, self._votes_high = links.votes_low.tolist(), links.votes_high.tolist()
        self._first = links.first.tolist()
        self._at = np.searchsorted(links.company, np.arange(frontier.size + 1)).tolist()
        self._down: dict[int, dict[int, int]] = {}

    @cached_property
    def _apart(self) -> list[bool]:
        """Which links have other votes than shares."""
        links = self.frontier.links
        apart = (links.low != links.votes_low) | (links.high != links.votes_high)
        told: list[bool] = apart.tolist()
        return told

    @cached_property
    def ids(self) -> list[str]:
        """Canonical id of each instance."""
        return self.ownership.ids(self.frontier.reach.node).to_list()

    @cached_property
    def _keys(self) -> list[list[str]]:
        """Keys of the rows behind each of `links.rows`."""
        return self.ownership.holdings.table["keys"].gather(self.frontier.links.rows).to_list()

    @cached_property
    def _observed(self) -> list[str | None]:
        """When each of `links.rows` was seen."""
        return self.ownership.holdings.table["observed_on"].gather(self.frontier.links.rows).to_list()

    @cached_property
    def _held(self) -> dict[int, list[int]]:
        held: dict[int, list[int]] = {}
        for link, holder in enumerate(self._holder):
            held.setdefault(holder, []).append(link)
        return held

    def _links_down(self, holder: int) -> dict[int, int]:
        """Everything a holder reaches downwards, itself included, and by how few links."""
        found = self._down.get(holder)
        if found is None:
            found, wave = {holder: 0}, [holder]
            for at in wave:
                for link in self._held.get(at, ()):
                    company = self._company[link]
                    if company not in found:
                        found[company] = found[at] + 1
                        wave.append(company)
            self._down = {holder: found}
        return found

    def between(self, holder: int, company: int, limit: int = MAX_PATHS, sources: bool = True) -> Paths:
        """Up to `limit` simple paths from a holder to a company (instances), the shortest first."""
        found: list[Path] = []
        for chain in self.link_chains(holder, company, limit + 1):
            if not chain or len(found) == limit:
                return Paths(tuple(found), True)
            found.append(self._path(chain, sources))
        return Paths(tuple(found), False)

    def every_row(self, holder: int, limit: int) -> tuple[list[str], list[str]] | None:
        """Ids and row keys of every link on any walk from a holder down to the question's company, loops included.

        None where there are more than `limit` keys.
        """
        useful = self._links_down(holder)
        links: list[int] = []
        for company in useful:
            links += [
                link
                for link in range(self._at[company], self._at[company + 1])
                if self._holder[link] in useful
            ]
            # Every link has a row of its own.
            if len(links) > limit:
                return None
        places = [place for link in links for place in range(self._first[link], self._first[link + 1])]
        keys = {key for place in places for key in self._keys[place]}
        ends = {end for link in links for end in (self._holder[link], self._company[link])}
        return None if len(keys) > limit else (sorted(self.ids[end] for end in ends), sorted(keys))

    def link_chains(self, holder: int, company: int, limit: int) -> Iterator[tuple[int, ...]]:
        """Up to `limit` simple paths as links, the shortest first; an empty one where the budget ran out.

        Best first: a chain begun at the company goes on only towards the holder, by how many links are left at
        least, so that a dense block above the company costs no more than the chains asked for. Of equally long
        ones the first by the places of their links, from the company upwards.
        """
        left = self._links_down(holder)
        if company not in left:
            return
        count = steps = 0
        open_: list[tuple[int, tuple[int, ...]]] = [(left[company], ())]
        while open_:
            _, chain = heappop(open_)
            at = self._holder[chain[-1]] if chain else company
            if at == holder and chain:
                yield chain[::-1]
                count += 1
                if count == limit:
                    return
                continue
            visited = {company, *(self._holder[link] for link in chain)}
            for link in range(self._at[at], self._at[at + 1]):
                above = self._holder[link]
                if above in left and above not in visited:
                    steps += 1
                    if steps > MAX_STEPS:
                        yield ()
                        return
                    heappush(open_, (len(chain) + 1 + left[above], (*chain, link)))

    def _path(self, chain: tuple[int, ...], sources: bool) -> Path:
        formula, low, high = _product([(self._low[link], self._high[link]) for link in chain])
        votes = ""
        if any(self._apart[link] for link in chain):
            votes, _, _ = _product([(self._votes_low[link], self._votes_high[link]) for link in chain])
        spans = [range(self._first[link], self._first[link + 1]) for link in chain]
        nodes = (self.ids[self._holder[chain[0]]], *(self.ids[self._company[link]] for link in chain))
        return Path(
            nodes,
            low,
            min(high, 1.0),
            formula,
            "" if votes == formula else votes,
            max((o for span in spans for place in span if (o := self._observed[place])), default=None),
            tuple(tuple(key for place in span for key in self._keys[place]) for span in spans),
            tuple(self._sources(span) for span in spans) if sources else (),
        )

    def _sources(self, places: range) -> tuple[str, ...]:
        rows, holdings = self.frontier.links.rows, self.ownership.holdings
        return tuple(source for place in places for source in holdings.sources(int(rows[place])))

    def simple_paths(self, company: int) -> tuple[dict[int, Bounds], bool]:
        """For each holder above a company the sums, over simple paths, of the products of each kind of bound.

        The second value: the budget ran out, and the sums are lower bounds.
        """
        sums: dict[int, Bounds] = {}
        path, on_path = [self._links(company)], {company}
        entered: list[tuple[int, Bounds]] = [(company, (1.0, 1.0, 1.0, 1.0))]
        steps = 0
        while path:
            link = next(path[-1], None)
            if link is None:
                path.pop()
                on_path.discard(entered.pop()[0])
                continue
            above = self._holder[link]
            if above in on_path:
                continue
            steps += 1
            if steps > MAX_SIMPLE_STEPS:
                return self._shortest_first(company), True
            product = self._product(entered[-1][1], link)
            sums[above] = _added(sums.get(above), product)
            on_path.add(above)
            entered.append((above, product))
            path.append(self._links(above))
        return sums, False

    def _shortest_first(self, company: int) -> dict[int, Bounds]:
        """The sums over as many simple paths as the budget allows, short ones before long ones: they carry most."""
        sums: dict[int, Bounds] = {}
        # Who stands at the upper end of each path, the path it prolongs, what it carries.
        ends: list[tuple[int, int, Bounds]] = [(company, -1, (1.0, 1.0, 1.0, 1.0))]
        at = steps = 0
        while at < len(ends):
            on_path, step = set(), at
            while step >= 0:
                on_path.add(ends[step][0])
                step = ends[step][1]
            for link in self._links(ends[at][0]):
                above = self._holder[link]
                if above in on_path:
                    continue
                steps += 1
                if steps > MAX_SIMPLE_STEPS:
                    return sums
                product = self._product(ends[at][2], link)
                sums[above] = _added(sums.get(above), product)
                ends.append((above, at, product))
            at += 1
        return sums

    def _product(self, so_far: Bounds, link: int) -> Bounds:
        return (
            so_far[0] * self._low[link],
            so_far[1] * self._high[link],
            so_far[2] * self._votes_low[link],
            so_far[3] * self._votes_high[link],
        )

    def _links(self, company: int) -> Iterator[int]:
        return iter(range(self._at[company], self._at[company + 1]))


def _added(was: Bounds | None, more: Bounds) -> Bounds:
    if was is None:
        return more
    return was[0] + more[0], was[1] + more[1], was[2] + more[2], was[3] + more[3]
