"""The register on a date: links from holder to company with their bounds, for all that lies above a question.

A link is the sum of a holder's rows on one company. Bounds are tightened register by register: no holder can have
more than the others leave (reference: bounds of a register, rule 1). A register above 100% contradicts itself and
is left as stated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graph.penetration.days import IntArray
from graph.penetration.edges import BoolArray, Edges, FloatArray, Reach, distinct, reach_up, spread, summed
from graph.penetration.ownership import HOLDING, Holdings, Ownership

if TYPE_CHECKING:
    from scipy import sparse

TOLERANCE = 1e-9
"""Shares this close are equal."""


@dataclass(frozen=True)
class Links:
    """Links between the instances of a reach, sorted by company, then holder.

    `low`, `high`: bounds of the share; `votes_low`, `votes_high`: of the votes, which are the share where no votes
    are stated. `*_open`: the bound itself is excluded. `declared`: a statement about a whole route, which no route
    of stated links explains. `rows` from `first[i]` to `first[i + 1]` are the rows behind link `i` (places in
    `Ownership.holdings`). `basis`: place in `BASES`.
    """

    holder: IntArray
    company: IntArray
    low: FloatArray
    high: FloatArray
    low_open: BoolArray
    high_open: BoolArray
    votes_low: FloatArray
    votes_high: FloatArray
    votes_low_open: BoolArray
    votes_high_open: BoolArray
    votes_stated: BoolArray
    general_partner: BoolArray
    declared: BoolArray
    basis: npt.NDArray[np.int8]
    rows: IntArray
    first: IntArray

    def __len__(self) -> int:
        return len(self.holder)

    def only(self, keep: BoolArray) -> Links:
        """The links marked; `rows` stay whole, each link keeps its own."""
        chosen = np.flatnonzero(keep)
        places, which = spread(self.first, chosen)
        first = np.zeros(len(chosen) + 1, dtype=np.int64)
        np.cumsum(np.bincount(which, minlength=len(chosen)), out=first[1:])
        return Links(
            self.holder[chosen],
            self.company[chosen],
            self.low[chosen],
            self.high[chosen],
            self.low_open[chosen],
            self.high_open[chosen],
            self.votes_low[chosen],
            self.votes_high[chosen],
            self.votes_low_open[chosen],
            self.votes_high_open[chosen],
            self.votes_stated[chosen],
            self.general_partner[chosen],
            self.declared[chosen],
            self.basis[chosen],
            self.rows[places],
            first,
        )


@dataclass(frozen=True)
class Frontier:
    """Everything above the companies asked for, on their days: instances, links, registers.

    One value an instance: `stated` (sum of the lower bounds of its register), `has_register`, `depth` (fewest
    links to the question's company).
    """

    reach: Reach
    links: Links
    stated: FloatArray
    has_register: BoolArray
    depth: IntArray

    @property
    def size(self) -> int:
        """How many instances."""
        return len(self.reach.node)

    def alone(self, question: int) -> tuple[Frontier, int]:
        """The frontier of one of its questions, and how far its instances are moved: instance `i` is there `i - moved`."""
        reach, links = self.reach, self.links
        begin, end = np.searchsorted(reach.question, [question, question + 1]).tolist()
        first, last = np.searchsorted(links.company, [begin, end]).tolist()
        mine = np.zeros(len(links), dtype=np.bool_)
        mine[first:last] = True
        of = links.only(mine)
        none = np.empty(0, dtype=np.int64)
        here = slice(begin, end)
        moved = Reach(
            np.zeros(end - begin, dtype=np.int64),
            reach.node[here],
            reach.targets[[question]] - begin,
            none,
            none,
            np.empty(0, dtype=np.bool_),
        )
        links = replace(of, holder=of.holder - begin, company=of.company - begin)
        return Frontier(moved, links, self.stated[here], self.has_register[here], self.depth[here]), begin


@dataclass(frozen=True)
class Register:
    """All ownership as it stood on one day (`day`: a day number)."""

    ownership: Ownership
    day: int

    def above(self, companies: IntArray) -> Frontier:
        """The frontier above some companies (nodes)."""
        return frontier(self.ownership, companies, np.full(len(companies), self.day, dtype=np.int64))

    def links(self) -> Links:
        """Every link on this day, between nodes (in place of instances); declared routes apart."""
        edges = self.ownership.holding_edges
        holds = (edges.start <= self.day) & (self.day < edges.end)
        every = np.arange(edges.nodes, dtype=np.int64)
        zero = np.zeros(edges.nodes, dtype=np.int64)
        places = np.arange(len(edges.holder), dtype=np.int64)
        whole = Reach(zero, every, every[:0], places, edges.company, holds)
        links = live_links(self.ownership, edges, whole)
        return links.only(~links.declared) if links.declared.any() else links

    def matrix(self) -> sparse.csr_array[np.float64, tuple[int, int]]:
        """W on this day: `W[h, c]` = lower bound (the share, where exact) of what node h holds in node c."""
        from scipy import sparse

        links, nodes = self.links(), self.ownership.holding_edges.nodes
        ends = (links.holder, links.company)
        return sparse.coo_array((links.low, ends), shape=(nodes, nodes)).tocsr()


def frontier(ownership: Ownership, companies: IntArray, days: IntArray) -> Frontier:
    """The frontier above each question (company, day); see `reach_up`."""
    edges = ownership.holding_edges
    reach = reach_up(edges, companies, days)
    links = live_links(ownership, edges, reach)
    if links.declared.any():
        links = links.only(~explained(links, len(reach.node)))
    links = _without_partners_votes(ownership, links, reach)
    depth = _depths(links, reach)
    if (depth < 0).any():
        # What only a holding of nothing, or a declared route, led to is not above the company.
        links = links.only(depth[links.company] >= 0)
    size = len(reach.node)
    stated = summed(links.company, np.where(links.declared, 0.0, links.low), size)
    has_register = np.bincount(links.company, minlength=size) > 0
    return Frontier(reach, links, stated, has_register, depth)


def _without_partners_votes(ownership: Ownership, links: Links, reach: Reach) -> Links:
    """Partners' shares are no votes: in a partnership there are only those a source states."""
    none = ownership.partnerships(reach.node)[links.company] & ~links.votes_stated
    if not none.any():
        return links
    return replace(
        links,
        votes_low=np.where(none, 0.0, links.votes_low),
        votes_high=np.where(none, 0.0, links.votes_high),
        votes_low_open=links.votes_low_open & ~none,
        votes_high_open=links.votes_high_open & ~none,
    )


Deciding = Callable[[IntArray, IntArray], IntArray]
"""Gives who stands for the holder of each row: (holder, company) instances."""


def live_links(ownership: Ownership, edges: Edges, reach: Reach, deciding: Deciding | None = None) -> Links:
    """Live rows summed by company and holder, unknown and ranged ones tightened.

    `deciding`: who counts as the holder of each row, where that is not who the register names.
    """
    rows = ownership.holdings
    live = reach.live & (edges.kind[reach.touched] == HOLDING)
    places, company = reach.touched[live], reach.company[live]
    row = edges.row[places]
    holder = reach.instance(reach.question[company], edges.holder[places], edges.nodes)
    # A stated holding of nothing is no holding, but a general partner is one whatever his share (劳务出资).
    holds = rows.general_partner[row] | ~(
        rows.has_share[row] & (rows.high[row] <= 0.0) & ~(rows.has_votes[row] & (rows.votes_high[row] > 0.0))
    )
    row, company, holder = row[holds], company[holds], holder[holds]
    if deciding is not None:
        holder = deciding(holder, company)
    declared = rows.declared[row]
    if not _in_order(row, declared, holder, company):
        order = np.lexsort((row, declared, holder, company))
        row, company, holder, declared = row[order], company[order], holder[order], declared[order]
    return _summed(rows, row, company, holder, declared)


def _in_order(*keys: npt.NDArray[Any]) -> bool:
    """Whether rows are sorted by the last key, then the one before it, …: a whole register comes so."""
    equal = np.ones(max(0, len(keys[0]) - 1), dtype=np.bool_)
    for key in reversed(keys):
        later, earlier = key[1:], key[:-1]
        if (equal & (later < earlier)).any():
            return False
        equal &= later == earlier
    return True


def _summed(rows: Holdings, row: IntArray, company: IntArray, holder: IntArray, declared: BoolArray) -> Links:
    if len(row):
        new = np.r_[
            True,
            (company[1:] != company[:-1]) | (holder[1:] != holder[:-1]) | (declared[1:] != declared[:-1]),
        ]
    else:
        new = np.zeros(0, dtype=np.bool_)
    at = np.flatnonzero(new)
    link = np.cumsum(new) - 1
    n = len(at)

    def total(values: FloatArray, where: BoolArray) -> FloatArray:
        return summed(link, np.where(where, values, 0.0), n)

    def some(where: BoolArray) -> BoolArray:
        return np.bincount(link, where, minlength=n) > 0

    has_share, has_votes = rows.has_share[row], rows.has_votes[row]
    silent = ~has_share & ~has_votes
    votes_only = has_votes & ~has_share
    low, high = total(rows.low[row], has_share), total(rows.high[row], has_share)
    unknown = some(silent) | ~some(has_share)
    # A row of votes alone is a holder's whole vote; else votes not stated are those of the share.
    apart = some(votes_only)[link] if n else votes_only
    as_share = ~has_votes & has_share & ~apart
    votes_low = total(rows.votes_low[row], has_votes) + total(rows.low[row], as_share)
    votes_high = total(rows.votes_high[row], has_votes) + total(rows.high[row], as_share)
    votes_unknown = some(silent)
    company, holder, declared = company[at], holder[at], declared[at]
    share_ends = some(rows.low_open[row]), some(rows.high_open[row])
    low, high, high_open = tightened(
        company, (low, np.where(unknown, 1.0, high)), share_ends, unknown, declared
    )
    vote_ends = (
        some((rows.votes_low_open[row] & has_votes) | (rows.low_open[row] & as_share)),
        some((rows.votes_high_open[row] & has_votes) | (rows.high_open[row] & as_share)),
    )
    votes = votes_low, np.where(votes_unknown, 1.0, votes_high)
    votes_low, votes_high, votes_high_open = tightened(company, votes, vote_ends, votes_unknown, declared)
    return Links(
        holder,
        company,
        low,
        high,
        share_ends[0],
        high_open,
        votes_low,
        votes_high,
        vote_ends[0],
        votes_high_open,
        some(has_votes),
        some(rows.general_partner[row]),
        declared,
        np.maximum.reduceat(rows.basis[row], at) if n else rows.basis[:0],
        row,
        np.r_[at, len(row)].astype(np.int64),
    )


def tightened(
    company: IntArray,
    bounds: tuple[FloatArray, FloatArray],
    ends: tuple[BoolArray, BoolArray],
    unknown: BoolArray,
    declared: BoolArray,
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """No holder has more than the others' lower bounds leave, where those fit into 100%.

    `bounds`, `ends`: lower and upper, and whether each is excluded. Gives lower, upper, upper excluded.
    """
    low, high = bounds
    low_open, high_open = ends
    loose = (unknown | (high > low)) & ~declared
    if not loose.any():
        return low, high, high_open
    counted = np.where(declared, 0.0, low)
    others = summed(company, counted, 0)[company] - counted
    fits = counted + others <= 1.0 + TOLERANCE
    left = np.maximum(1.0 - others, low)
    tight = np.minimum(high, left)
    # What float sums leave of nothing is nothing.
    tight = np.where(tight < 1e-12, 0.0, tight)
    # Where another holds more than its lower bound, what that bound leaves can't be reached.
    opening = summed(company, (low_open & ~declared).astype(np.float64), 0)[company] - low_open > 0
    # At 1e-9: 1 - 0.68 is less than 0.32 in floating point, and leaves it all the same.
    reached = np.where(left < high - TOLERANCE, opening, high_open | (opening & (left <= high + TOLERANCE)))
    chosen = loose & fits
    return low, np.where(chosen, tight, high), np.where(chosen, reached, high_open)


def explained(links: Links, size: int) -> BoolArray:
    """Declared links whose holder also reaches the company by stated links: counted once, by those."""
    explained = np.zeros(len(links), dtype=np.bool_)
    stated = links.only(~links.declared)
    pointer = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(stated.company, minlength=size), out=pointer[1:])
    for link in np.flatnonzero(links.declared):
        goal, open_ = int(links.holder[link]), [int(links.company[link])]
        seen = set[int]()
        while open_ and goal not in seen:
            at = open_.pop()
            above = {int(h) for h in stated.holder[pointer[at] : pointer[at + 1]]} - seen
            seen |= above
            open_.extend(above)
        explained[link] = goal in seen
    return explained


def _depths(links: Links, reach: Reach) -> IntArray:
    """Fewest links from each instance to its question's company."""
    size = len(reach.node)
    depth = np.full(size, -1, dtype=np.int64)
    pointer = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(links.company, minlength=size), out=pointer[1:])
    wave, step = reach.targets, 0
    while len(wave):
        depth[wave] = step
        places, _ = spread(pointer, wave)
        above = links.holder[places]
        wave = distinct(above[depth[above] < 0])
        step += 1
    return depth
