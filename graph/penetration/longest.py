"""The longest chain of holdings above a company."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.penetration.paths import MAX_STEPS
from graph.penetration.register import Frontier


@dataclass(frozen=True)
class Longest:
    """The chain with most links, holder first; `truncated`: there may be a longer one."""

    nodes: tuple[str, ...]
    truncated: bool

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {"nodes": list(self.nodes), "links": len(self.nodes) - 1, "truncated": self.truncated}


def longest_chain(frontier: Frontier, ids: Sequence[str], company: int) -> Longest:
    """The longest chain above a company (an instance) without a repeated party; `ids` of the instances.

    Of equally long ones, the one that carries most (the product of its upper bounds), then the first by id.
    """
    return _Walk(frontier, ids).above(company)


class _Walk:
    def __init__(self, frontier: Frontier, ids: Sequence[str]):
        links = frontier.links
        self._size, self._ids, self._all = frontier.size, ids, links
        self._holder, self._company = links.holder.tolist(), links.company.tolist()
        self._high = links.high.tolist()
        self._at = np.searchsorted(links.company, np.arange(frontier.size + 1)).tolist()

    def above(self, company: int) -> Longest:
        """See `longest_chain`."""
        order = self._falling()
        if order is not None:
            return self._longest_without_loops(company, order)
        best: tuple[int, ...] = ()
        most = (0, 0.0)
        chain: list[int] = []
        products = [1.0]
        path, on_path = [self._links(company)], {company}
        steps = 0
        while path:
            link = next(path[-1], None)
            if link is None:
                path.pop()
                products.pop()
                if chain:
                    on_path.discard(self._holder[chain.pop()])
                continue
            if self._holder[link] in on_path:
                continue
            steps += 1
            if steps > MAX_STEPS:
                return self._as_longest(company, best, True)
            chain.append(link)
            on_path.add(self._holder[link])
            products.append(products[-1] * self._high[link])
            if (len(chain), products[-1]) > most:
                best, most = tuple(chain), (len(chain), products[-1])
            path.append(self._links(self._holder[link]))
        return self._as_longest(company, best, False)

    def _falling(self) -> list[int] | None:
        """Instances in an order in which each company comes before its holders; None where something goes round."""
        waiting = np.bincount(self._all.holder, minlength=self._size).tolist()
        ready = [at for at, held in enumerate(waiting) if held == 0]
        order: list[int] = []
        while ready:
            at = ready.pop()
            order.append(at)
            for link in range(self._at[at], self._at[at + 1]):
                waiting[self._holder[link]] -= 1
                if waiting[self._holder[link]] == 0:
                    ready.append(self._holder[link])
        return order if len(order) == self._size else None

    def _longest_without_loops(self, company: int, order: list[int]) -> Longest:
        reached = [(0, 1.0)] * self._size
        by = [-1] * self._size
        for at in order:
            length, product = reached[at]
            for link in range(self._at[at], self._at[at + 1]):
                above = self._holder[link]
                if by[above] < 0 or (length + 1, product * self._high[link]) > reached[above]:
                    reached[above], by[above] = (length + 1, product * self._high[link]), link
        at = max(range(self._size), key=lambda i: (*reached[i], -i))
        chain: list[int] = []
        while by[at] >= 0:
            chain.append(by[at])
            at = self._company[by[at]]
        return self._as_longest(company, tuple(reversed(chain)), False)

    def _as_longest(self, company: int, chain: tuple[int, ...], truncated: bool) -> Longest:
        """`chain`: links from the company upwards."""
        nodes = [self._ids[company], *(self._ids[self._holder[link]] for link in chain)]
        return Longest(tuple(reversed(nodes)), truncated)

    def _links(self, company: int) -> Iterator[int]:
        return iter(range(self._at[company], self._at[company + 1]))
