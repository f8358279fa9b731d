"""A block of companies that hold each other, inside a whole register: solved for all who stand above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from graph.penetration.blocks import BlockSolver
from graph.penetration.days import IntArray
from graph.penetration.edges import BoolArray, FloatArray
from graph.penetration.whole.entries import Depths, Entries, Marks
from graph.penetration.whole.links import WholeLinks

_CELLS: Final = 20_000_000
"""Right-hand sides solved at a time, in numbers: 160 MB."""
_CROWDED: Final = 0.05
"""From this share of all links that could be, a dense product is the faster one."""


@dataclass(frozen=True)
class Loop:
    """A strongly connected block, or one company that holds itself.

    `members`: numbers, sorted. `returns`: first return of each by each bound, NaN by a bound that closes the block.
    """

    members: IntArray
    returns: FloatArray

    @property
    def closed(self) -> bool:
        """Whether the block is owned wholly by itself (or more), by its lower bounds."""
        return bool(np.isnan(self.returns[:, 0]).any())


def solve_loop(links: WholeLinks, nodes: IntArray, inner: IntArray, outside: Entries) -> tuple[Loop, Entries]:
    """Solve one block.

    `nodes`: its members, sorted; `inner`: places of the links within it; `outside`: entries of its members by ways
    that reach the block only there, sorted by company, then holder. Gives the block, and its members' entries by all
    ways. By a bound that closes the block they are nothing, and marked.
    """
    k = len(nodes)
    holder = np.searchsorted(nodes, links.holder[inner])
    company = np.searchsorted(nodes, links.company[inner])
    at = np.searchsorted(nodes, outside.company)
    sources, source = np.unique(outside.holder, return_inverse=True)
    depth = _depths(k, holder, company, (source, at), outside.depth, len(sources))
    returns = np.full((k, links.columns), np.nan)
    found = depth < _FAR
    rows, columns = np.nonzero(found)
    share = np.zeros((len(rows), links.columns))
    marks = _marks(source, outside, len(sources))[rows]
    begins = np.r_[0, np.cumsum(found.sum(axis=1))]
    solver = BlockSolver()
    for bound in range(links.columns):
        weight = np.ascontiguousarray(links.share[inner, bound])
        # The transposed block: each source's row is a right-hand side.
        solve = solver.factorise(k, company, holder, weight)
        if solve is None:
            marks |= np.uint8(1 << bound)
            continue
        step = max(1, _CELLS // k)
        matrix = sparse.coo_array((outside.share[:, bound], (source, at)), shape=(len(sources), k)).tocsr()
        for first in range(0, len(sources), step):
            last = min(first + step, len(sources))
            values = solve(np.ascontiguousarray(matrix[first:last].toarray().T)).T
            share[begins[first] : begins[last], bound] = values[found[first:last]]
        for first in range(0, k, step):
            last = min(first + step, k)
            unit = np.zeros((k, last - first))
            unit[np.arange(first, last), np.arange(last - first)] = 1.0
            walks = solve(unit)[np.arange(first, last), np.arange(last - first)]
            returns[first:last, bound] = 1.0 - 1.0 / walks
    order = np.argsort(columns, kind="stable")
    entries = Entries(
        nodes[columns[order]],
        sources[rows[order]],
        share[order],
        depth[rows, columns][order].astype(np.int32),
        marks[order],
    )
    return Loop(nodes, returns), entries


_FAR: Final = 2**30


def _depths(
    k: int,
    holder: IntArray,
    company: IntArray,
    cells: tuple[IntArray, IntArray],
    known: Depths,
    sources: int,
) -> Depths:
    """Fewest links from each source to each member: shape (sources, k), `_FAR` where there is no way."""
    depth = np.full((sources, k), _FAR, dtype=np.int32)
    np.minimum.at(depth, cells, known)
    graph = sparse.coo_array(
        (np.ones(len(holder), dtype=np.float32), (holder, company)), shape=(k, k)
    ).tocsr()
    crowded = graph.nnz > _CROWDED * k * k
    dense = graph.toarray() if crowded else None
    level = int(depth.min(initial=_FAR))
    while level < _FAR:
        newest = depth == level
        reached = _onward(newest, graph, dense) & (depth > level + 1)
        depth[reached] = level + 1
        later = depth[depth > level]
        level = int(later.min(initial=_FAR))
    return depth


def _onward(
    newest: BoolArray,
    graph: sparse.csr_array[np.float32, tuple[int, int]],
    dense: npt.NDArray[np.float32] | None,
) -> BoolArray:
    """Which members are held by one of the newest, source by source."""
    rows = np.flatnonzero(newest.any(axis=1))
    reached = np.zeros_like(newest)
    if dense is not None:
        reached[rows] = newest[rows].astype(np.float32) @ dense > 0.0
    else:
        product = (sparse.csr_array(newest[rows].astype(np.float32)) @ graph).tocoo()
        reached[rows[product.row], product.col] = True
    return reached


def _marks(source: IntArray, outside: Entries, sources: int) -> Marks:
    """Marks of each source. The block is connected: a mark on one member is one on all."""
    marks = np.zeros(sources, dtype=np.uint8)
    np.bitwise_or.at(marks, source, outside.marks)
    return marks
