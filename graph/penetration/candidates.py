"""Which holders are worth settling: those that links of any date put above two or more companies of a group.

Candidates come from structure alone (links of any date, unknown shares included, no products, no cut): a superset of
what holds on any day. Everything is kept as arrays, a row a candidate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from graph.penetration.days import IntArray
from graph.penetration.edges import BoolArray, Edges, Reach, distinct, reach_up, spread

CHUNK: Final = 20_000
"""Questions settled in one pass."""
EVERY: Final = -1
"""As a holder: all that stand above the company. As a group: asked singly."""


@dataclass(frozen=True)
class Candidates:
    """Rows sorted by group, company, day, holder; each asks whether the holder stands above the company on the day.

    `own`: the holder is itself a company of the group. `question`: the place in `companies` and `days`, the questions.
    """

    group: IntArray
    company: IntArray
    holder: IntArray
    own: BoolArray
    question: IntArray
    companies: IntArray
    days: IntArray

    def instances(self, reach: Reach, nodes: int) -> tuple[IntArray, IntArray]:
        """The candidates that are above their company on the day: their rows (-1: asked singly) and instances."""
        singly = np.flatnonzero(self.holder == EVERY)
        first = np.searchsorted(reach.question, np.arange(len(self.companies) + 1))
        listed, which = spread(first, self.question[singly])
        listed = listed[reach.node[listed] != self.company[singly[which]]]
        named = np.flatnonzero(self.holder != EVERY)
        at = reach.instance(self.question[named], self.holder[named], nodes)
        named, at = named[at >= 0], at[at >= 0]
        return np.r_[np.full(len(listed), -1, dtype=np.int64), named], np.r_[listed, at]

    def behind_two(self, rows: IntArray, nodes: int) -> BoolArray:
        """Which of these rows (sorted) name a holder of two companies of the group; a company stands behind itself."""
        named = np.flatnonzero(rows >= 0)
        at = rows[named]
        behind = _companies_behind(self.group[at], self.company[at], self.holder[at], nodes)
        kept = np.ones(len(rows), dtype=np.bool_)
        kept[named] = behind + self.own[at] > 1
        return kept


def candidates(groups: IntArray, companies: IntArray, days: IntArray, edges: Edges) -> Iterator[Candidates]:
    """Chunks of candidates, groups kept whole. The questions (unique) are sorted by group, company, day.

    `groups`: `EVERY` where a company is asked about singly: all its holders are wanted.
    """
    single = int(np.searchsorted(groups, 0))
    for begin in range(0, single, CHUNK):
        part = slice(begin, min(begin + CHUNK, single))
        count = part.stop - part.start
        every = np.full(count, EVERY, dtype=np.int64)
        own = np.zeros(count, dtype=np.bool_)
        yield _asked(groups[part], companies[part], days[part], every, own)
    groups, companies, days = groups[single:], companies[single:], days[single:]
    if not len(groups):
        return
    begins = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    size = np.diff(np.r_[begins, len(groups)])
    differ = np.r_[True, (groups[1:] != groups[:-1]) | (companies[1:] != companies[:-1])]
    several = np.add.reduceat(differ, begins) > 1
    begins, size = begins[several], size[several]
    cuts = np.flatnonzero(np.diff(np.cumsum(size) // CHUNK)) + 1
    for some, sizes in zip(np.split(begins, cuts), np.split(size, cuts), strict=True):
        if len(some):
            places = np.repeat(some - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
            yield _shared(groups[places], companies[places], days[places], edges)


def _shared(group: IntArray, company: IntArray, day: IntArray, edges: Edges) -> Candidates:
    """Holders above two or more companies of a group; a company is above itself."""
    nodes = edges.nodes
    asked = distinct(company)
    reach = reach_up(edges, asked, None)
    first = np.searchsorted(reach.question, np.arange(len(asked) + 1))
    places, row = spread(first, np.searchsorted(asked, company))
    holder = reach.node[places]
    keep = (_companies_behind(group[row], company[row], holder, nodes) > 1) & (holder != company[row])
    holder, row = holder[keep], row[keep]
    inside = distinct(group * nodes + company)
    wanted = group[row] * nodes + holder
    at = np.minimum(np.searchsorted(inside, wanted), len(inside) - 1)
    return _asked(group[row], company[row], day[row], holder, inside[at] == wanted)


def _companies_behind(group: IntArray, company: IntArray, holder: IntArray, nodes: int) -> IntArray:
    """For each row how many companies of its group its holder is named with. Rows come by group, then company."""
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    key = group * nodes + holder
    order = np.argsort(key, kind="stable")
    key, company = key[order], company[order]
    new = np.r_[True, key[1:] != key[:-1]]
    pair = np.cumsum(new) - 1
    another = new | np.r_[True, company[1:] != company[:-1]]
    counts = np.bincount(pair, another).astype(np.int64)
    behind = np.empty(len(order), dtype=np.int64)
    behind[order] = counts[pair]
    return behind


def _asked(group: IntArray, company: IntArray, day: IntArray, holder: IntArray, own: BoolArray) -> Candidates:
    """With the questions there are: each company on each day once."""
    known, rank = np.unique(day, return_inverse=True)
    every, question = np.unique(company * max(len(known), 1) + rank, return_inverse=True)
    companies, place = np.divmod(every, max(len(known), 1))
    return Candidates(group, company, holder, own, question, companies, known[place])


def numbered(groups: pl.Series, companies: IntArray, days: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Questions about parties there are (nodes from 0), each once, as `candidates` takes them.

    `groups`: names; null is `EVERY`.
    """
    asked = pl.DataFrame(
        {"group": groups.rank("dense").cast(pl.Int64).fill_null(EVERY), "company": companies, "day": days}
    )
    asked = asked.filter(pl.col("company") >= 0).unique().sort("group", "company", "day")
    return asked["group"].to_numpy(), asked["company"].to_numpy(), asked["day"].to_numpy()
