"""Dated edges from holder to company, laid out so that what lies above a company is found without a search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph.penetration.days import ALWAYS, NEVER, IntArray

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Edges:
    """Edges sorted by company: those of company `c` are `pointer[c]:pointer[c + 1]`.

    `start`, `end`: day numbers, half open. `row`: the place of the edge in the table it came from. `kind`: see
    `graph.penetration.ownership`.
    """

    holder: IntArray
    company: IntArray
    start: IntArray
    end: IntArray
    row: IntArray
    kind: npt.NDArray[np.int8]
    pointer: IntArray
    nodes: int

    @classmethod
    def of(
        cls,
        nodes: int,
        holder: IntArray,
        company: IntArray,
        start: IntArray,
        end: IntArray,
        row: IntArray,
        kind: npt.NDArray[np.int8],
    ) -> Edges:
        """Edges in any order, over nodes 0 to `nodes` - 1."""
        pointer = np.zeros(nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(company, minlength=nodes), out=pointer[1:])
        key = company * nodes + holder
        if (key[1:] >= key[:-1]).all():
            return cls(holder, company, start, end, row, kind, pointer, nodes)
        order = np.argsort(key, kind="stable")
        return cls(
            holder[order], company[order], start[order], end[order], row[order], kind[order], pointer, nodes
        )


def spread(pointer: IntArray, nodes: IntArray) -> tuple[IntArray, IntArray]:
    """The places `pointer[v]:pointer[v + 1]` of each of `nodes`, in turn, and for each the index into `nodes`."""
    begins = pointer[nodes]
    counts = pointer[nodes + 1] - begins
    total = int(counts.sum())
    which = np.repeat(np.arange(len(nodes), dtype=np.int64), counts)
    offset = np.arange(total, dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    return begins[which] + offset, which


def distinct(values: IntArray) -> IntArray:
    """The values there are, in order, each once: what `np.unique` gives, at a tenth of its time on large arrays."""
    ordered = np.sort(values)
    if len(ordered) < 2:
        return ordered
    new = np.empty(len(ordered), dtype=np.bool_)
    new[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]


def summed(at: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Sums of values by place, shape (at least `size`,)."""
    totals: FloatArray = np.bincount(at, values, minlength=size).astype(np.float64)
    return totals


@dataclass(frozen=True)
class Reach:
    """What lies above each question's company.

    An *instance* is a node within one question; instances are sorted by question, then node. `touched` are all
    edges into an instance, of any date, and `company`, for each, its instance; `live` marks those that hold on
    the question's day.
    """

    question: IntArray
    node: IntArray
    targets: IntArray
    touched: IntArray
    company: IntArray
    live: BoolArray

    def instance(self, question: IntArray, node: IntArray, nodes: int) -> IntArray:
        """The instance of each (question, node); -1 where there is none."""
        if len(self.node) == nodes and nodes and self.question[0] == self.question[-1]:
            # One question has every node: each is its own instance.
            return np.where(question == self.question[0], node, -1)
        keys = self.question * nodes + self.node
        asked = question * nodes + node
        if not len(keys):
            return np.full(len(asked), -1, dtype=np.int64)
        found = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        return np.where(keys[found] == asked, found, -1)


def reach_up(edges: Edges, companies: IntArray, days: IntArray | None, together: bool = False) -> Reach:
    """Everything above each company, breadth first, all questions at once.

    Question `i` is (`companies[i]`, `days[i]`); `together`: all companies (unique, sorted) are one question, on
    `days[0]`. Without days every edge counts, whatever its dates: structure.
    """
    n = edges.nodes
    asked = np.zeros_like(companies) if together else np.arange(len(companies), dtype=np.int64)
    frontier = asked * n + companies
    seen = frontier
    touched: list[IntArray] = []
    below: list[IntArray] = []
    live: list[BoolArray] = []
    while len(frontier):
        question, node = np.divmod(frontier, n)
        places, which = spread(edges.pointer, node)
        if days is None:
            holds = np.ones(len(places), dtype=np.bool_)
        else:
            day = days[question][which]
            holds = (edges.start[places] <= day) & (day < edges.end[places])
        touched.append(places)
        below.append(frontier[which])
        live.append(holds)
        found = distinct(question[which[holds]] * n + edges.holder[places[holds]])
        at = np.minimum(np.searchsorted(seen, found), len(seen) - 1)
        frontier = found[seen[at] != found]
        seen = _merged(seen, frontier)
    question, node = np.divmod(seen, n)
    targets = np.searchsorted(seen, asked * n + companies)
    if not touched:
        empty = np.empty(0, dtype=np.int64)
        return Reach(question, node, targets, empty, empty, np.empty(0, dtype=np.bool_))
    return Reach(
        question,
        node,
        targets,
        np.concatenate(touched),
        np.searchsorted(seen, np.concatenate(below)),
        np.concatenate(live),
    )


def reach_down(edges: Edges, holders: IntArray, day: int) -> IntArray:
    """Everything below some nodes on a day, themselves included, sorted."""
    holds = np.flatnonzero((edges.start <= day) & (day < edges.end))
    order = holds[np.argsort(edges.holder[holds], kind="stable")]
    pointer = np.zeros(edges.nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(edges.holder[holds], minlength=edges.nodes), out=pointer[1:])
    seen = distinct(holders)
    frontier = seen
    while len(frontier):
        places, _ = spread(pointer, frontier)
        frontier = np.setdiff1d(edges.company[order[places]], seen)
        seen = np.union1d(seen, frontier)
    return seen


def _merged(sorted_keys: IntArray, more: IntArray) -> IntArray:
    if not len(more):
        return sorted_keys
    return np.insert(sorted_keys, np.searchsorted(sorted_keys, more), more)


def spans(
    edges: Edges, reach: Reach, days: IntArray, extra: IntArray | None = None
) -> tuple[IntArray, IntArray]:
    """For each question the span around its day in which nothing above its company changes, half open.

    `extra`: further days on which something changes for every question.
    """
    since = np.full(len(days), ALWAYS, dtype=np.int64)
    until = np.full(len(days), NEVER, dtype=np.int64)
    question = reach.question[reach.company]
    for change in (edges.start[reach.touched], edges.end[reach.touched]):
        past = change <= days[question]
        np.maximum.at(since, question[past], change[past])
        np.minimum.at(until, question[~past], change[~past])
    for moment in extra if extra is not None else ():
        past = moment <= days
        since[past] = np.maximum(since[past], moment)
        until[~past] = np.minimum(until[~past], moment)
    return since, until
