"""Who stood, or will stand, behind companies of a group on another day than the one asked about.

A detector sets such a tie aside and says since when it does not hold; what never reached the graph could not be told.
"""

from __future__ import annotations

import numpy as np

from graph.penetration.candidates import EVERY, Candidates
from graph.penetration.days import ALWAYS, NEVER, IntArray
from graph.penetration.edges import BoolArray, distinct, spans
from graph.penetration.ownership import Ownership
from graph.penetration.register import Frontier, frontier


def other_times(
    ownership: Ownership, chunk: Candidates, above: Frontier, present: IntArray, tied: BoolArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Companies, days and holders to settle beside those on the days asked, as parallel arrays, each triple once.

    `above`: the frontier of the chunk's questions; `present`: its rows whose holder stands above the company on the day,
    of which `tied` are behind two companies of their group. Given are, of every other holder and group, the day asked
    where it stands above then, else the last day before on which it did, else the first day after; where that makes
    two companies of the group.
    """
    nodes = ownership.nodes.height
    pair = chunk.group * nodes + chunk.holder
    settled = distinct(pair[present[tied & (present >= 0)]])
    open_ = np.flatnonzero((chunk.holder != EVERY) & ~np.isin(pair, settled))
    now = np.isin(open_, present)
    when = np.where(now, chunk.days[chunk.question[open_]], NEVER)
    for backward in (True, False):
        left = np.flatnonzero(when == NEVER)
        when[left] = _found(ownership, chunk, above, open_[left], backward)
    found = when != NEVER
    open_, when, now = open_[found], when[found], now[found]
    # A pair that stands now behind one company alone, and never behind another, ties nothing.
    two = chunk.behind_two(open_, nodes)
    elsewhen = distinct(pair[open_[~now]])
    kept = two & np.isin(pair[open_], elsewhen)
    asked = np.unique(np.c_[chunk.company[open_], when, chunk.holder[open_]][kept], axis=0)
    return asked[:, 0], asked[:, 1], asked[:, 2]


def _found(
    ownership: Ownership, chunk: Candidates, above: Frontier, rows: IntArray, backward: bool
) -> IntArray:
    """For rows of a chunk the nearest day before the one asked (or after) on which the holder is there; else `NEVER`.

    Between two changes above a company nothing differs, so that a step goes from one to the next.
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
