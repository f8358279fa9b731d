"""A block of companies that hold each other, inside a whole register: solved for all who stand above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from graph.penetration.blocks import BlockSolver
from graph.penetration.days import IntArray
from graph.penetration.edges import FloatArray
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
    source, at = np.nonzero(depth < _FAR)
    given = np.argsort(depth[source, at], kind="stable")
    levels = depth[source[given], at[given]]
    rows, columns = source[:0], at[:0]
    begin = level = 0
    while len(rows) or begin < len(given):
        # Only what is new at a level is looked at: a long loop has as many levels as members.
        level = level + 1 if len(rows) else int(levels[begin])
        end = int(np.searchsorted(levels, level, side="right"))
        known_here = given[begin:end]
        known_here = known_here[depth[source[known_here], at[known_here]] == level]
        begin = end
        rows, columns = np.r_[rows, source[known_here]], np.r_[columns, at[known_here]]
        rows, columns = _onward(rows, columns, depth, level + 1, graph, dense)
        depth[rows, columns] = level + 1
    return depth


def _onward(
    rows: IntArray,
    columns: IntArray,
    depth: Depths,
    level: int,
    graph: sparse.csr_array[np.float32, tuple[int, int]],
    dense: npt.NDArray[np.float32] | None,
) -> tuple[IntArray, IntArray]:
    """Which members are held by the given ones and were further off than `level`: each source and member once."""
    here, row = np.unique(rows, return_inverse=True)
    if dense is not None:
        newest = np.zeros((len(here), len(dense)), dtype=np.float32)
        newest[row, columns] = 1.0
        found, member = np.nonzero((newest @ dense > 0.0) & (depth[here] > level))
        return here[found], member
    ones = np.ones(len(rows), dtype=np.float32)
    product = (sparse.csr_array((ones, (row, columns)), shape=(len(here), graph.shape[0])) @ graph).tocoo()
    source, member = here[product.row], product.col.astype(np.int64)
    nearer = depth[source, member] > level
    return source[nearer], member[nearer]


def _marks(source: IntArray, outside: Entries, sources: int) -> Marks:
    """Marks of each source. The block is connected: a mark on one member is one on all."""
    marks = np.zeros(sources, dtype=np.uint8)
    np.bitwise_or.at(marks, source, outside.marks)
    return marks
