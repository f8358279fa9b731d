"""Effective shares of a whole register: one pass from the last holders down, each loop solved exactly.

With M the companies that are themselves holders, `Y[:, c] = W[:, c] + Σ_{m in M} Y[:, m] W[m, c]`. M is passed in the
order of the condensed graph, a wave at a time; a strongly connected block B adds `Y_B = R (I - W_BB)⁻¹`, R being what
comes from outside. Companies that hold nothing come last, a chunk at a time, so that memory stays bounded. Cost is
linear in links plus pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from graph.penetration.days import IntArray
from graph.penetration.edges import distinct, spread
from graph.penetration.whole.entries import Entries, Solved
from graph.penetration.whole.links import WholeLinks
from graph.penetration.whole.loops import Loop, solve_loop

CHUNK: Final = 2_000_000
"""Walk ends gathered at a time for companies that hold nothing."""

Step = Callable[[int, int], None]
"""Told (companies done, of how many)."""


class WholeFlows:
    """The pass over one register. `loops` fills while `entries` is drawn from."""

    def __init__(self, links: WholeLinks, every_holder: bool):
        """`every_holder`: holders that are companies with a register of their own are answered for too."""
        self.links, self.every = links, every_holder
        n = links.parties
        self.loops: list[Loop] = []
        self.looped = np.zeros(n, dtype=np.bool_)
        """Which parties are in a loop."""
        self.returns = np.zeros((n, links.columns))
        """First return of each company (`r_c`); NaN where its own block is closed by that bound."""
        holds = np.zeros(n, dtype=np.bool_)
        holds[links.holder] = True
        self.middle = links.has_register & holds
        self._solved = Solved(n, links.columns)

    def entries(self, step: Step) -> Iterator[Entries]:
        """All (holder, company) pairs, companies that are holders first; a company with itself among them."""
        n = self.links.parties
        final = np.flatnonzero(self.links.has_register & ~self.middle)
        total, done = int(self.links.has_register.sum()), 0
        for entries, companies in self._middles():
            done += companies
            yield entries
            step(done, total)
        links = self.links
        begins, ends = links.pointer[final], links.pointer[final + 1]
        weight = np.where(self.middle[links.holder], self._solved.counts(links.holder) + self.every, 1)
        before = np.r_[0, np.cumsum(weight)]
        size = before[ends] - before[begins]
        part = np.cumsum(size) // CHUNK if len(size) else size
        for chunk in np.split(final, np.flatnonzero(np.diff(part)) + 1) if len(final) else ():
            places, _ = spread(links.pointer, chunk)
            yield self._gathered(places).added_up(n)
            done += len(chunk)
            step(done, total)

    def _gathered(self, places: IntArray) -> Entries:
        """What these links bring to their companies: their holders, and all above those."""
        links = self.links
        holder, company, weight = links.holder[places], links.company[places], links.share[places]
        middle = self.middle[holder]
        named = np.ones(len(places), dtype=np.bool_) if self.every else ~middle
        direct = Entries(
            company[named],
            holder[named],
            weight[named],
            np.ones(int(named.sum()), dtype=np.int32),
            np.zeros(int(named.sum()), dtype=np.uint8),
        )
        if self.every and self.loops:
            direct = self._within_closed(direct)
        if not middle.any():
            return direct
        which, above = self._solved.of(holder[middle])
        onward = Entries(
            company[middle][which],
            above.holder,
            weight[middle][which] * above.share,
            above.depth + np.int32(1),
            above.marks,
        )
        return Entries.joined([direct, onward])

    def _within_closed(self, direct: Entries) -> Entries:
        """Members of closed blocks hold what they hold directly, but what that is worth in all is not known."""
        closed = np.isnan(self.returns[direct.holder])
        if not closed.any():
            return direct
        marks = direct.marks.copy()
        for column in range(self.links.columns):
            marks[closed[:, column]] |= np.uint8(1 << column)
        return Entries(direct.company, direct.holder, direct.share, direct.depth, marks)

    def _middles(self) -> Iterator[tuple[Entries, int]]:
        """Entries of companies that are holders, in waves; with each, how many companies it is of."""
        links, n = self.links, self.links.parties
        inner = np.flatnonzero(self.middle[links.holder] & self.middle[links.company])
        holder, company = links.holder[inner], links.company[inner]
        graph = sparse.coo_array(
            (np.ones(len(inner), dtype=np.int8), (holder, company)), shape=(n, n)
        ).tocsr()
        block = csgraph.connected_components(graph, directed=True, connection="strong")[1].astype(np.int64)
        inside = block[holder] == block[company]
        members = np.bincount(block[self.middle], minlength=n)
        self.looped = (members > 1)[block] & self.middle
        self.looped[links.holder[links.holder == links.company]] = True

        outside = np.flatnonzero(~inside)
        waiting = np.bincount(block[company[outside]], minlength=n)
        by_holder = outside[np.argsort(holder[outside], kind="stable")]
        pointer = _pointer(holder[by_holder], n)
        order = np.flatnonzero(self.middle)
        order = order[np.argsort(block[order], kind="stable")]
        block_at = np.r_[0, np.cumsum(members)]
        ready = distinct(block[order])
        ready = ready[waiting[ready] == 0]
        while len(ready):
            places, _ = spread(block_at, ready)
            nodes = order[places]
            yield self._wave(nodes, block), len(nodes)
            below, _ = spread(pointer, nodes)
            touched, freed = np.unique(block[company[by_holder[below]]], return_counts=True)
            waiting[touched] -= freed
            ready = touched[waiting[touched] == 0]

    def _wave(self, nodes: IntArray, block: IntArray) -> Entries:
        links, n = self.links, self.links.parties
        places, _ = spread(links.pointer, nodes)
        # Within a block holders count by themselves; what stands above them enters by the block's solution.
        within = self.middle[links.holder[places]]
        within &= block[links.holder[places]] == block[links.company[places]]
        entries = self._gathered(places[~within])
        if self.every and within.any():
            at = places[within]
            own = Entries(
                links.company[at],
                links.holder[at],
                links.share[at],
                np.ones(len(at), dtype=np.int32),
                np.zeros(len(at), dtype=np.uint8),
            )
            entries = Entries.joined([entries, own])
        entries = entries.added_up(n)
        if within.any():
            entries = self._looped(entries, places[within], block)
        self._solved.add(entries)
        return entries

    def _looped(self, entries: Entries, inner: IntArray, block: IntArray) -> Entries:
        """Entries of a wave with its blocks solved; `inner`: the links within them."""
        links = self.links
        inner = inner[np.argsort(block[links.company[inner]], kind="stable")]
        link_block = block[links.company[inner]]
        numbers, first, counts = np.unique(link_block, return_index=True, return_counts=True)
        order = np.argsort(block[entries.company], kind="stable")
        sorted_blocks = block[entries.company][order]
        begins = np.searchsorted(sorted_blocks, numbers, side="left")
        ends = np.searchsorted(sorted_blocks, numbers, side="right")
        parts = [entries.only(~np.isin(block[entries.company], numbers))]
        alone = links.holder[inner[first]] == links.company[inner[first]]
        alone &= counts == 1
        if alone.any():
            mine = entries.only(np.sort(order[_ranges(begins[alone], ends[alone])]))
            parts.append(self._held_by_itself(mine, inner[first[alone]]))
        for at in np.flatnonzero(~alone).tolist():
            mine = entries.only(np.sort(order[begins[at] : ends[at]]))
            within = inner[first[at] : first[at] + counts[at]]
            loop, solved = solve_loop(links, distinct(links.company[within]), within, mine)
            self.returns[loop.members] = loop.returns
            self.loops.append(loop)
            parts.append(solved)
        joined = Entries.joined(parts)
        return joined.only(np.argsort(joined.company, kind="stable"))

    def _held_by_itself(self, entries: Entries, inner: IntArray) -> Entries:
        """Companies that hold themselves and are in no other loop (treasury shares)."""
        links = self.links
        company, own = links.company[inner], links.share[inner]
        returns = np.where(own < 1.0, own, np.nan)
        self.returns[company] = returns
        self.loops += [Loop(company[i : i + 1], returns[i : i + 1]) for i in range(len(company))]
        left = 1.0 - self.returns[entries.company]
        closed = np.isnan(left)
        marks = entries.marks.copy()
        for bound in range(links.columns):
            marks[closed[:, bound]] |= np.uint8(1 << bound)
        share = np.where(closed, 0.0, entries.share / np.where(closed, 1.0, left))
        return Entries(entries.company, entries.holder, share, entries.depth, marks)


def _ranges(begins: IntArray, ends: IntArray) -> IntArray:
    """All places from each begin to its end."""
    counts = ends - begins
    offset = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    places: IntArray = np.repeat(begins, counts) + offset
    return places


def _pointer(sorted_numbers: IntArray, size: int) -> IntArray:
    pointer = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(sorted_numbers, minlength=size), out=pointer[1:])
    return pointer
