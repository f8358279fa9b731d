"""The most a party can have of one company: each register an interval with its sum limit.

All upper bounds at once may break registers: what one holder has more, another has less. For one holder the
optimum is a decision taken register by register. With `y[w]` its share in w,

    y[w] = max over p in P_w of  Σ_v p_v g[v],    P_w = {lo ≤ p ≤ hi, Σ p ≤ 1},

where `g[v]` is what each unit of v is worth to it: `y[v]`, and one more for itself. All registers reach their optimum
together, since every value only rises with the others (a positive Markov decision process; Puterman, Markov Decision
Processes, section 7.2). Each maximum is a fractional knapsack: what is left of the register goes to those worth most.
Loops are solved by policy iteration. The least is all lower bounds at once, which break no register.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from graph.penetration.components import strong_components
from graph.penetration.days import IntArray
from graph.penetration.edges import BoolArray, FloatArray, distinct, spread, summed
from graph.penetration.register import TOLERANCE, Frontier

MOST_CELLS: Final = 4_000_000
"""Links times holders up to which the optimum is worked out; beyond it bounds are outer ones, and said to be."""
_MOST_BLOCK: Final = 400
_ROUNDS: Final = 500


class Registers:
    """The registers above one company by bounds of shares, or of votes.

    `low`, `high`: bounds of each link of the frontier.
    """

    def __init__(self, frontier: Frontier, low: FloatArray, high: FloatArray):
        links = frontier.links
        self.size, self.target = frontier.size, int(frontier.reach.targets[0])
        self.holder, self.company = links.holder, links.company
        self.low, self.high = low, np.maximum(low, high)
        counted = np.where(links.declared, 0.0, low)
        stated = summed(self.company, counted, self.size)
        # A register above 100% sets no limit; a declared route is part of no register.
        self.left = np.where(stated > 1.0 + TOLERANCE, np.inf, 1.0 - stated)
        self.free = links.declared
        self.pointer = np.zeros(self.size + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.company, minlength=self.size), out=self.pointer[1:])

    @property
    def contested(self) -> bool:
        """Whether some register can't give all its holders their upper bounds at once."""
        room = np.where(self.free, 0.0, self.high - self.low)
        return bool((summed(self.company, room, self.size) > self.left + TOLERANCE).any())

    def fits(self, parties: int) -> bool:
        """Whether the optimum of so many parties is within reach."""
        labels = self._blocks()
        largest = int(np.bincount(labels).max(initial=0))
        return len(self.holder) * parties <= MOST_CELLS and largest <= _MOST_BLOCK

    def most(self, parties: Sequence[IntArray], stop: bool = False) -> FloatArray:
        """The upper bound of each party's share in the company; NaN where the data set none.

        `parties`: instances of each. `stop`: walks end on first reaching the company (`stop_at_target`).
        """
        own = np.stack([np.isin(self.holder, members) for members in parties], axis=1)
        return _Optimum(self, own, self.holder == self.target if stop else None, self.high).solve()

    def together(self, owned: Sequence[BoolArray]) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds of what parties have that act as one; NaN where the data set none.

        `owned`: of each party the links that count as its own. Walks start at the last of them they meet, so that what
        one member holds through another is not counted twice.
        """
        own = np.stack(owned, axis=1)
        low, high = (_Optimum(self, own, own, bound).solve() for bound in (self.low, self.high))
        return low, high

    def _blocks(self) -> IntArray:
        return strong_components(self.holder, self.company, self.size).astype(np.int64)

    def in_order(self) -> list[IntArray]:
        """Blocks of instances, holders before what they hold."""
        labels = self._blocks()
        count = int(labels.max(initial=-1)) + 1
        order = np.argsort(labels, kind="stable")
        at = np.searchsorted(labels[order], np.arange(count + 1))
        across = labels[self.holder] != labels[self.company]
        pairs = distinct(labels[self.holder[across]] * count + labels[self.company[across]])
        above, below = np.divmod(pairs, max(1, count))
        waiting = np.bincount(below, minlength=count)
        first = np.searchsorted(above, np.arange(count + 1))
        ready = np.flatnonzero(waiting == 0).tolist()
        blocks: list[IntArray] = []
        while ready:
            block = ready.pop()
            blocks.append(order[at[block] : at[block + 1]])
            for under in below[first[block] : first[block + 1]].tolist():
                waiting[under] -= 1
                if waiting[under] == 0:
                    ready.append(under)
        return blocks


class _Optimum:
    """One run: a column a party.

    `own`: links that are worth a unit to each party by themselves; `ends`: links at whose holder walks end (of every
    party alike, or of each; None: of none). Both a link a row.
    """

    def __init__(self, registers: Registers, own: BoolArray, ends: BoolArray | None, high: FloatArray):
        self.registers, self.high = registers, high
        self.own = own.astype(np.float64)
        ends = np.zeros(len(own), dtype=np.bool_) if ends is None else ends
        self.passes = np.broadcast_to(~(ends if ends.ndim == 2 else ends[:, None]), own.shape)
        self.value = np.zeros((registers.size, own.shape[1]))

    def solve(self) -> FloatArray:
        registers = self.registers
        with np.errstate(invalid="ignore", over="ignore"):
            for block in registers.in_order():
                places, which = spread(registers.pointer, block)
                inside = np.isin(registers.holder[places], block)
                if inside.any():
                    self._loop(block, places, which, inside)
                elif len(places):
                    self.value[block[0]] = self._best(places, self._worth(places))[1]
        most = self.value[registers.target]
        return np.where(np.isfinite(most), most, np.nan)

    def _worth(self, places: IntArray) -> FloatArray:
        """What a unit held by each link's holder is worth, shape (links, parties)."""
        value = self.value[self.registers.holder[places]]
        worth: FloatArray = self.own[places] + np.where(self.passes[places], value, 0.0)
        return worth

    def _best(self, places: IntArray, worth: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The optimum of one register: the share of each link, and the value, of each party."""
        registers = self.registers
        low, high = registers.low[places][:, None], self.high[places][:, None]
        room = high - low
        free = registers.free[places]
        left = float(registers.left[registers.company[places[0]]])
        if np.isinf(left) or not (room > 0.0).any():
            chosen = np.broadcast_to(high, worth.shape)
        else:
            order = np.argsort(-worth, axis=0, kind="stable")
            rooms = np.where(free, 0.0, room[:, 0])[order]
            taken = np.clip(left - (np.cumsum(rooms, axis=0) - rooms), 0.0, rooms)
            added = np.empty_like(taken)
            np.put_along_axis(added, order, taken, axis=0)
            chosen = low + np.where(free[:, None], room, added)
        products = np.where(chosen > 0.0, chosen * worth, 0.0)
        return chosen, products.sum(axis=0)

    def _loop(self, block: IntArray, places: IntArray, which: IntArray, inside: BoolArray) -> None:
        """Policy iteration, a party at a time: evaluate exactly, then improve where that gains."""
        rows = [np.flatnonzero(which == at) for at in range(len(block))]
        for column in range(self.value.shape[1]):
            one = _Column(self, column)
            policy = np.zeros(len(places))
            for _ in range(_ROUNDS):
                worth = one.worth(places)
                better = False
                for at, mine in enumerate(rows):
                    if not len(mine):
                        continue
                    chosen, value = one.best(places[mine], worth[mine])
                    was = self.value[block[at], column]
                    if value > was + 1e-13 * max(1.0, was):
                        policy[mine], better = chosen, True
                if not better:
                    break
                self.value[block, column] = self._evaluated(block, places, which, inside, policy, column)

    def _evaluated(
        self,
        block: IntArray,
        places: IntArray,
        which: IntArray,
        inside: BoolArray,
        policy: FloatArray,
        column: int,
    ) -> FloatArray:
        """The least solution of `y = c + M y` for a policy; infinite where the block feeds on itself."""
        n, holder = len(block), self.registers.holder[places]
        worth = self.own[places, column].copy()
        outside = ~inside
        passed = self.passes[places, column]
        entering = outside & passed
        worth[entering] += self.value[holder[entering], column]
        reward = summed(which, np.where(policy > 0.0, policy * worth, 0.0), n)
        turns = inside & passed & (policy > 0.0)
        matrix = np.zeros((n, n))
        np.add.at(matrix, (which[turns], np.searchsorted(block, holder[turns])), policy[turns])
        # What no reward reaches is worth nothing, however it turns in itself.
        live = reward > 0.0
        while True:
            more = live | ((matrix > 0.0) & live[None, :]).any(axis=1)
            if (more == live).all():
                break
            live = more
        value = np.zeros(n)
        at = np.flatnonzero(live)
        if not len(at):
            return value
        left = np.eye(len(at)) - matrix[np.ix_(at, at)]
        try:
            solved = np.linalg.solve(left, np.stack([reward[at], np.ones(len(at))], axis=1))
        except np.linalg.LinAlgError:
            solved = np.full((len(at), 2), np.inf)
        converges = np.isfinite(solved).all() and (solved[:, 1] > 0.0).all() and solved[:, 1].max() < 1e9
        value[at] = solved[:, 0] if converges else np.inf
        return value


class _Column:
    """One party's column of an optimum."""

    def __init__(self, optimum: _Optimum, column: int):
        self.optimum, self.column = optimum, column

    def worth(self, places: IntArray) -> FloatArray:
        """What a unit of each link's holder is worth to the party."""
        optimum, column = self.optimum, self.column
        value = optimum.value[optimum.registers.holder[places], column]
        worth: FloatArray = optimum.own[places, column] + np.where(optimum.passes[places, column], value, 0.0)
        return worth

    def best(self, places: IntArray, worth: FloatArray) -> tuple[FloatArray, float]:
        """The optimum of one register for the party."""
        chosen, value = self.optimum._best(places, worth[:, None])
        return chosen[:, 0], float(value[0])
