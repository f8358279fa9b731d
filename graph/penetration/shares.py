"""Effective shares (穿透持股比例): what each holder above a company has of it, through every layer.

One pass from the companies asked for upwards, in the order of the condensed graph, with every loop solved exactly
(`graph.penetration.blocks`). With `x[c] = 1` for the company asked for and `x[v] = Σ_w W[v,w] x[w]` else, `x` is
`stop_at_target`; `integrated` is `x / (1 - r)` with `r = Σ_w W[c,w] x[w]`, the first return to c
(Y = (I - W)⁻¹ W; Brioschi, Buzzacchi, Colombo 1989).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from graph.penetration.blocks import BlockSolver
from graph.penetration.components import strong_components
from graph.penetration.days import IntArray
from graph.penetration.edges import BoolArray, FloatArray, distinct, spread
from graph.penetration.register import TOLERANCE, Frontier, Links

Method = Literal["integrated", "stop_at_target", "simple_paths"]
METHODS: Final[tuple[Method, ...]] = ("integrated", "stop_at_target", "simple_paths")
METHOD_NAMES: Final = {
    "integrated": ("全路径（含循环）", "all walks, loops included"),
    "stop_at_target": ("止于目标", "stop at target"),
    "simple_paths": ("简单路径", "simple paths"),
    "declared_indirect": ("申报的间接持股", "indirect holding as declared"),
}
"""What each method that an owner may be answered by is called: Chinese, English."""

NEARLY_CLOSED: Final = 0.95
"""A first return above this is flagged: the answer rests on a cross-holding."""

LOW, HIGH, VOTES_LOW, VOTES_HIGH = range(4)
"""Columns of an answer: bounds of the share, bounds of the votes."""


@dataclass(frozen=True)
class FlowShares:
    """Shares by flow, an instance a row, the columns `LOW` … `VOTES_HIGH`.

    * `first_passage`: `stop_at_target`. Where `closed`, only what does not pass through a closed block.
    * `returns`: first return of each question's company, a question a row.
    * `known_returns`: what of it passes no closed block.
    * `closed`: the value passes through a block owned by itself alone, and has no total.
    * `loop`: number of the strongly connected block an instance is in, -1 outside loops.
    * `refused`: blocks (by `loop` number) that are closed, for the lower bounds.
    * `entering`: what each refused block's members hold of the question's company from below, summed.
    * `basis`: the weakest identity on any way to the company.
    * `opens`: the bound itself is excluded, since one on the way is.
    """

    first_passage: FloatArray
    returns: FloatArray
    known_returns: FloatArray
    closed: BoolArray
    loop: IntArray
    refused: dict[int, float]
    basis: npt.NDArray[np.int8]
    opens: BoolArray

    def integrated(self, question: IntArray) -> FloatArray:
        """`integrated` of each instance; NaN where a closed block leaves no answer."""
        left = 1.0 - self.returns
        usable = np.where(left > TOLERANCE, left, np.nan)
        values: FloatArray = np.where(self.closed, np.nan, self.first_passage / usable[question])
        return values

    def known(self, question: IntArray) -> FloatArray:
        """Lower bounds of `integrated`: what passes no closed block."""
        left = 1.0 - self.known_returns[question, LOW]
        values: FloatArray = self.first_passage[:, LOW] / np.where(left > TOLERANCE, left, 1.0)
        return values


def flow_shares(frontier: Frontier) -> FlowShares:
    """Solve a frontier, all its questions at once."""
    links, reach, size = frontier.links, frontier.reach, frontier.size
    weights = np.stack([links.low, links.high, links.votes_low, links.votes_high], axis=1)
    is_target = np.zeros(size, dtype=np.bool_)
    is_target[reach.targets] = True
    onward = ~is_target[links.holder]
    block = _components(links, onward, size)
    members = np.bincount(block, minlength=block.max(initial=-1) + 1)
    solved = _Pass(links, weights, onward, block, members, size)
    solved.run(reach.targets)

    back = np.flatnonzero(~onward)
    count = len(reach.targets)
    returns = np.zeros((count, 4))
    at = reach.question[links.holder[back]]
    np.add.at(returns, at, weights[back] * solved.x[links.company[back]])
    known = np.zeros((count, 4))
    np.add.at(known, at, weights[back] * solved.passing(links.company[back]))
    through = np.zeros((count, 4), dtype=np.bool_)
    np.logical_or.at(through, at, solved.closed[links.company[back]] & (weights[back] > 0))
    # A return that passes a closed block has no value either.
    returns[through] = 1.0
    loop = _loops(links, size)
    basis = np.maximum(solved.basis, 0).astype(np.int8)
    refused = _named(solved.refused, loop)
    return FlowShares(
        solved.x, returns, known, solved.closed, loop, refused, basis, _opens(links, weights, size)
    )


def _opens(links: Links, weights: FloatArray, size: int) -> BoolArray:
    """Which bounds can't be reached: some way to the company, not empty by that bound, has an open link."""
    opens = np.zeros((size, 4), dtype=np.bool_)
    ends = (links.low_open, links.high_open, links.votes_low_open, links.votes_high_open)
    for column, end in enumerate(ends):
        if not end.any():
            continue
        # "More than nothing" is something: it leads on, and its end stays open.
        leads = (weights[:, column] > 0.0) | (end & (column in (LOW, VOTES_LOW)))
        holder, company = links.holder[leads], links.company[leads]
        found = distinct(holder[end[leads]])
        while len(found):
            opens[found, column] = True
            above = distinct(holder[opens[company, column]])
            found = above[~opens[above, column]]
    return opens


def _named(refused: dict[int, float], loop: IntArray) -> dict[int, float]:
    """Refused blocks by the number of the loop their members are in."""
    named: dict[int, float] = {}
    for member, entering in refused.items():
        number = int(loop[member])
        named[number] = named.get(number, 0.0) + entering
    return named


def _components(links: Links, onward: BoolArray, size: int) -> IntArray:
    """Strongly connected component of each instance, the companies asked for standing alone."""
    return strong_components(links.holder[onward], links.company[onward], size).astype(np.int64)


def _loops(links: Links, size: int) -> IntArray:
    """For each instance the number of its loop in the whole frontier; -1 where it is in none."""
    labels = _components(links, np.ones(len(links), dtype=np.bool_), size)
    looped = np.bincount(labels, minlength=size)[labels] > 1
    looped[links.holder[links.holder == links.company]] = True
    return np.where(looped, labels, -1)


class _Pass:
    """The upward pass: what is known is pushed to those who hold it, a wave at a time."""

    def __init__(
        self,
        links: Links,
        weights: FloatArray,
        onward: BoolArray,
        block: IntArray,
        members: IntArray,
        size: int,
    ):
        keep = np.flatnonzero(onward)
        self.holder, self.company = links.holder[keep], links.company[keep]
        self.weight, self.link_basis = weights[keep], links.basis[keep]
        self.block, self.members = block, members
        self.pointer = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.company, minlength=size), out=self.pointer[1:])
        self.inside = block[self.holder] == block[self.company]
        self.waiting = np.bincount(block[self.holder[~self.inside]], minlength=len(members))
        self.x = np.zeros((size, 4))
        self.closed = np.zeros((size, 4), dtype=np.bool_)
        self.in_closed = np.zeros((size, 4), dtype=np.bool_)
        self.basis = np.full(size, -1, dtype=np.int8)
        self.refused: dict[int, float] = {}
        self.solver = BlockSolver()
        order = np.argsort(block, kind="stable")
        self.by_block = order
        self.block_at = np.zeros(len(members) + 1, dtype=np.int64)
        np.cumsum(members, out=self.block_at[1:])

    def run(self, targets: IntArray) -> None:
        """From the companies asked for to the last holder."""
        self.x[targets] = 1.0
        wave = targets
        while len(wave):
            places, _ = spread(self.pointer, wave)
            places = places[~self.inside[places]]
            holder, company, weight = self.holder[places], self.company[places], self.weight[places]
            np.add.at(self.x, holder, weight * self.passing(company))
            np.logical_or.at(self.closed, holder, self.closed[company] & (weight > 0.0))
            np.maximum.at(self.basis, holder, np.maximum(self.link_basis[places], self.basis[company]))
            touched, done = np.unique(self.block[holder], return_counts=True)
            self.waiting[touched] -= done
            ready = touched[self.waiting[touched] == 0]
            wave_nodes, _ = spread(self.block_at, ready)
            wave = self.by_block[wave_nodes]
            self._close(ready)

    def passing(self, company: IntArray) -> FloatArray:
        """What those who hold these companies have through them: nothing that is known, through a closed block."""
        values: FloatArray = np.where(self.in_closed[company], 0.0, self.x[company])
        return values

    def _close(self, ready: IntArray) -> None:
        """Solve the blocks among those ready: several members, or one that holds itself."""
        single = self.by_block[self.block_at[ready[self.members[ready] == 1]]]
        places, _ = spread(self.pointer, single)
        for node in distinct(self.company[places[self.inside[places]]]):
            self._solve(np.array([node]))
        for block in ready[self.members[ready] > 1]:
            self._solve(self.by_block[self.block_at[block] : self.block_at[block + 1]])

    def _solve(self, nodes: IntArray) -> None:
        places, _ = spread(self.pointer, nodes)
        places = places[self.inside[places]]
        # `nodes` are sorted: instances of one block keep their order.
        holder = np.searchsorted(nodes, self.holder[places])
        company = np.searchsorted(nodes, self.company[places])
        self.basis[nodes] = max(int(self.basis[nodes].max()), int(self.link_basis[places].max()))
        self.closed[nodes] = self.closed[nodes].any(axis=0)
        weight = self.weight[places]
        for column in range(4):
            solve = self.solver.factorise(
                len(nodes), holder, company, np.ascontiguousarray(weight[:, column])
            )
            entering = self.x[nodes, column]
            if solve is not None:
                self.x[nodes, column] = solve(entering[:, None])[:, 0]
                continue
            self.closed[nodes, column] = self.in_closed[nodes, column] = True
            if column == LOW:
                self.refused[int(nodes[0])] = float(entering.sum())
