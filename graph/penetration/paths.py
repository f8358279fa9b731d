"""Chains of holdings shown as proof: simple paths from a holder down to a company, with formula and source rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from graph.penetration.ownership import Ownership
from graph.penetration.register import Frontier

MAX_PATHS: Final = 50
MAX_STEPS: Final = 20_000
"""Partial chains looked at before a list of paths is cut; the cut is said."""
MAX_SIMPLE_STEPS: Final = 200_000
"""The same for the method `simple_paths`, which needs every chain."""


def percent(fraction: float) -> str:
    """A share as people write it: 0.6 → "60%"."""
    return f"{round(fraction * 100, 8):.10g}%"


def band(low: float, high: float) -> str:
    """A share, or the range it lies in: "25%–50%"; "?" where nothing is known."""
    if high - low <= 1e-12:
        return percent(low)
    if low <= 0.0 and high >= 1.0:
        return "?"
    return f"{percent(low)}–{percent(high)}"


@dataclass(frozen=True)
class Path:
    """One chain, holder first: ids, the bounds of each link, their product, and the rows stated for each link."""

    nodes: tuple[str, ...]
    low: float
    high: float
    formula: str
    rows: tuple[tuple[str, ...], ...]
    sources: tuple[tuple[str, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, shares to 10 decimals."""
        return {
            "nodes": list(self.nodes),
            "share_min": round(self.low, 10),
            "share_max": round(self.high, 10),
            "formula": self.formula,
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
        self._first = links.first.tolist()
        self._at = np.searchsorted(links.company, np.arange(frontier.size + 1)).tolist()

    @cached_property
    def ids(self) -> list[str]:
        """Canonical id of each instance."""
        return self.ownership.ids(self.frontier.reach.node).to_list()

    @cached_property
    def _keys(self) -> list[list[str]]:
        """Keys of the rows behind each of `links.rows`."""
        return self.ownership.holdings.table["keys"].gather(self.frontier.links.rows).to_list()

    @cached_property
    def _held(self) -> dict[int, list[int]]:
        held: dict[int, list[int]] = {}
        for link, holder in enumerate(self._holder):
            held.setdefault(holder, []).append(link)
        return held

    def _below(self, holder: int) -> set[int]:
        """Everything a holder reaches downwards, itself included."""
        seen, open_ = {holder}, [holder]
        while open_:
            for link in self._held.get(open_.pop(), ()):
                company = self._company[link]
                if company not in seen:
                    seen.add(company)
                    open_.append(company)
        return seen

    def between(self, holder: int, company: int, limit: int = MAX_PATHS, sources: bool = True) -> Paths:
        """Up to `limit` simple paths from a holder to a company (instances), the shortest first."""
        useful = self._below(holder)
        found: list[Path] = []
        steps = 0
        open_: deque[tuple[int, tuple[int, ...]]] = deque([(company, ())])
        while open_:
            at, chain = open_.popleft()
            if at == holder and chain:
                if len(found) == limit:
                    return Paths(tuple(found), True)
                found.append(self._path(chain, sources))
                continue
            visited = {company, *(self._holder[link] for link in chain)}
            for link in range(self._at[at], self._at[at + 1]):
                above = self._holder[link]
                if above in useful and above not in visited:
                    steps += 1
                    if steps > MAX_STEPS:
                        return Paths(tuple(found), True)
                    open_.append((above, (link, *chain)))
        return Paths(tuple(found), False)

    def _path(self, chain: tuple[int, ...], sources: bool) -> Path:
        low = high = 1.0
        for link in chain:
            low *= self._low[link]
            high *= self._high[link]
        parts = [band(self._low[link], self._high[link]) for link in chain]
        total = band(round(low, 12), round(high, 12))
        formula = f"{' × '.join(parts)} = {total}" if len(chain) > 1 else parts[0]
        spans = [range(self._first[link], self._first[link + 1]) for link in chain]
        nodes = (self.ids[self._holder[chain[0]]], *(self.ids[self._company[link]] for link in chain))
        return Path(
            nodes,
            low,
            min(high, 1.0),
            formula,
            tuple(tuple(key for place in span for key in self._keys[place]) for span in spans),
            tuple(self._sources(span) for span in spans) if sources else (),
        )

    def _sources(self, places: range) -> tuple[str, ...]:
        rows, holdings = self.frontier.links.rows, self.ownership.holdings
        return tuple(source for place in places for source in holdings.sources(int(rows[place])))

    def simple_paths(self, company: int) -> tuple[dict[int, tuple[float, float]], bool]:
        """For each holder above a company the sums, over simple paths, of the products (low, high).

        The second value: the budget ran out, and the sums are lower bounds.
        """
        sums: dict[int, tuple[float, float]] = {}
        path, on_path = [self._links(company)], {company}
        entered: list[tuple[int, float, float]] = [(company, 1.0, 1.0)]
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
                return sums, True
            low, high = entered[-1][1] * self._low[link], entered[-1][2] * self._high[link]
            was = sums.get(above, (0.0, 0.0))
            sums[above] = (was[0] + low, was[1] + high)
            on_path.add(above)
            entered.append((above, low, high))
            path.append(self._links(above))
        return sums, False

    def _links(self, company: int) -> Iterator[int]:
        return iter(range(self._at[company], self._at[company + 1]))
