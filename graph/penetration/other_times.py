"""Who stood, or will stand, behind companies of a group on another day than the one asked about.

A detector sets such a tie aside and says since when it does not hold; what never reached the graph could not be told.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from graph.penetration.candidates import EVERY, Candidates
from graph.penetration.days import ALWAYS, NEVER, IntArray
from graph.penetration.edges import BoolArray, Edges, distinct, reach_up, spans
from graph.penetration.ownership import Ownership
from graph.penetration.register import Frontier, frontier


def other_times(
    ownership: Ownership, chunk: Candidates, above: Frontier, present: IntArray, tied: BoolArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Companies, days and holders to settle beside those on the days asked, as parallel arrays, each triple once.

    `above`: the frontier of the chunk's questions; `present`: its rows whose holder stands above the company on the day,
    of which `tied` are behind two companies of their group: these are settled. Given are, of every other holder, group
    and company, the day asked where it stands above then, else the last day before on which it did, else the first day
    after; where that makes two companies of the group, with those that are settled.
    """
    nodes = ownership.nodes.height
    pair = chunk.group * nodes + chunk.holder
    done = present[tied & (present >= 0)]
    settled = distinct(pair[done])
    open_ = np.setdiff1d(np.flatnonzero(chunk.holder != EVERY), done)
    now = np.isin(open_, present)
    when = np.where(now, chunk.days[chunk.question[open_]], NEVER)
    absent = open_[~now]
    holding = _Holding(ownership.holding_edges, chunk.company[absent], chunk.holder[absent])
    for backward in (True, False):
        left = np.flatnonzero(when == NEVER)
        when[left] = _found(ownership, chunk, above, open_[left], backward, holding)
    found = when != NEVER
    open_, when, now = open_[found], when[found], now[found]
    # A pair that stands now behind one company alone, and never behind another, ties nothing.
    two = chunk.behind_two(open_, nodes) | np.isin(pair[open_], settled)
    elsewhen = distinct(pair[open_[~now]])
    kept = two & np.isin(pair[open_], elsewhen)
    asked = np.unique(np.c_[chunk.company[open_], when, chunk.holder[open_]][kept], axis=0)
    return asked[:, 0], asked[:, 1], asked[:, 2]


_FAR: Final = 2**20
"""Days from the first of 1970 that stand for an open beginning or end: nobody means a date so far off."""
_SHIFT: Final = 22


class _Holding:
    """Days on which some holders hold anything that lies above a company: on no other do they stand above it."""

    def __init__(self, edges: Edges, companies: IntArray, holders: IntArray):
        self._companies, self._nodes = distinct(companies), edges.nodes
        self._pairs = distinct(self._pair(companies, holders))
        reach = reach_up(edges, self._companies, None)
        pair = reach.question[reach.company] * edges.nodes + edges.holder[reach.touched]
        at = np.minimum(np.searchsorted(self._pairs, pair), max(len(self._pairs) - 1, 0))
        mine = self._pairs[at] == pair if len(self._pairs) else np.zeros(len(pair), dtype=np.bool_)
        # A pair and a day in one number; the pair comes first, so that a running maximum stays within one.
        base, touched = (at[mine] << _SHIFT) + _FAR, reach.touched[mine]
        starts, ends = (base + days[touched].clip(-_FAR, _FAR) for days in (edges.start, edges.end))
        by_start, by_end = np.argsort(starts), np.argsort(ends)
        self._starts, self._last = starts[by_start], np.maximum.accumulate(ends[by_start])
        self._ends, self._first = ends[by_end], np.minimum.accumulate(starts[by_end][::-1])[::-1]

    def _pair(self, companies: IntArray, holders: IntArray) -> IntArray:
        return np.searchsorted(self._companies, companies) * self._nodes + holders

    def _base(self, companies: IntArray, holders: IntArray) -> IntArray:
        return (np.searchsorted(self._pairs, self._pair(companies, holders)) << _SHIFT) + _FAR

    def before(self, companies: IntArray, holders: IntArray, days: IntArray) -> IntArray:
        """The latest days up to these on which these hold something; `NEVER` where there is none."""
        if not len(self._starts):
            return np.full(len(days), NEVER, dtype=np.int64)
        base = self._base(companies, holders)
        at = np.searchsorted(self._starts, base + days, side="right") - 1
        ends = self._last[at] - base
        return np.where((at >= 0) & (ends >= -_FAR), np.minimum(days, ends - 1), NEVER)

    def after(self, companies: IntArray, holders: IntArray, days: IntArray) -> IntArray:
        """The earliest days from these on on which these hold something; `NEVER` where there is none."""
        if not len(self._ends):
            return np.full(len(days), NEVER, dtype=np.int64)
        base = self._base(companies, holders)
        at = np.searchsorted(self._ends, base + days, side="right")
        starts = self._first[np.minimum(at, len(self._ends) - 1)] - base
        known = (at < len(self._ends)) & (starts <= _FAR)
        return np.where(known, np.maximum(days, starts), NEVER)


def _found(
    ownership: Ownership,
    chunk: Candidates,
    above: Frontier,
    rows: IntArray,
    backward: bool,
    holding: _Holding,
) -> IntArray:
    """For rows of a chunk the nearest day before the one asked (or after) on which the holder is there; else `NEVER`.

    Between two changes above a company nothing differs, so that a step goes from one to the next, and past all those
    during which the holder holds nothing above the company.
    """
    nodes = ownership.nodes.height
    when = np.full(len(rows), NEVER, dtype=np.int64)
    left = np.arange(len(rows))
    question, days = chunk.question[rows], chunk.days
    while len(left):
        since, until = spans(ownership.holding_edges, above.reach, days)
        end = (since if backward else until)[question]
        more = (end != ALWAYS) if backward else (end != NEVER)
        left, day = left[more], (end - 1 if backward else end)[more]
        nearest = holding.before if backward else holding.after
        day = nearest(chunk.company[rows[left]], chunk.holder[rows[left]], day)
        left, day = left[day != NEVER], day[day != NEVER]
        if not len(left):
            break
        asked, question = np.unique(np.c_[chunk.company[rows[left]], day], axis=0, return_inverse=True)
        question = question.reshape(-1)
        companies, days = asked[:, 0].copy(), asked[:, 1].copy()
        above = frontier(ownership, companies, days)
        at = above.reach.instance(question, chunk.holder[rows[left]], nodes)
        there = (at >= 0) & (above.depth[at] > 0)
        when[left[there]] = day[there]
        left, question = left[~there], question[~there]
    return when
