"""Who bids together, how often, and how exclusively; definitions after Wachs & Kertész (2019).

Weight of a pair: lots both bid on, over lots either bid on. Of a group: *intensity*, the geometric mean of the weights
inside; *coherence*, geometric over arithmetic mean; *exclusivity*, the weight inside over all weight of its members;
*rank*, intensity × exclusivity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from detectors.ties.drafts import NOT_A_BID

MIN_WEIGHT: Final = 0.2
"""Pairs that meet more rarely are no start for a group; they still count in exclusivity."""


@dataclass(frozen=True)
class Group:
    """Bidders (ids, sorted) that bid together; `core`: the three it grew from; `lots`: lots two or more of them bid on."""

    members: tuple[str, ...]
    core: tuple[str, ...]
    intensity: float
    coherence: float
    exclusivity: float
    lots: int

    @property
    def rank(self) -> float:
        """What groups are ordered by."""
        return self.intensity * self.exclusivity


def submitted(bids: pl.DataFrame, most: int) -> pl.DataFrame:
    """lot_id, bidder_id of everything submitted; consortium bids, framework lots and lots of over `most` bidders out."""
    own = bids.filter(
        ~pl.col("status").fill_null("").is_in(NOT_A_BID)
        & (pl.col("parties") == 1)
        & pl.col("consortium").is_null()
        & (pl.col("method").fill_null("") != "framework")
    )
    pairs = own.select("lot_id", "bidder_id").unique()
    return pairs.filter(pl.len().over("lot_id") <= most).sort("lot_id", "bidder_id")


def groups(pairs: pl.DataFrame, least_lots: int, least_rank: float) -> list[Group]:
    """Disjoint groups of three or more bidders with `least_lots` lots each, by rank; each grows while its rank does."""
    if pairs.is_empty():
        return []
    weights = _Weights.of(pairs, least_lots)
    near = {i: set(others) for i, others in weights.rows.items()}
    triples = [t for t in _triangles(near) if weights.measure(t)[3] >= least_rank]
    triples.sort(key=lambda t: (-weights.measure(t)[3], [weights.firms[i] for i in t]))
    taken: set[int] = set()
    found = []
    for core in triples:
        if taken & set(core):
            continue
        members = _grown(core, near, weights, taken)
        taken |= set(members)
        intensity, coherence, exclusivity, _ = weights.measure(members)
        names = tuple(sorted(weights.firms[i] for i in members))
        shared = pairs.filter(pl.col("bidder_id").is_in(list(names))).group_by("lot_id").len()
        lots = shared.filter(pl.col("len") >= 2).height
        found.append(
            Group(
                names, tuple(sorted(weights.firms[i] for i in core)), intensity, coherence, exclusivity, lots
            )
        )
    return found


@dataclass(frozen=True)
class _Weights:
    """`firms`: ids by number; `rows`: weights of at least MIN_WEIGHT between frequent firms; `total`: all of a firm's."""

    firms: list[str]
    rows: Mapping[int, Mapping[int, float]]
    total: npt.NDArray[np.float64]

    @classmethod
    def of(cls, pairs: pl.DataFrame, least_lots: int) -> _Weights:
        firms = pairs["bidder_id"].unique().sort()
        numbered = pairs.join(pl.DataFrame({"bidder_id": firms}).with_row_index("firm"), on="bidder_id")
        firm = numbered["firm"].cast(pl.Int64).to_numpy()
        lot = numbered["lot_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
        from scipy import sparse

        bids = sparse.csr_matrix((np.ones(len(firm)), (firm, lot)), shape=(len(firms), int(lot.max()) + 1))
        counts = np.bincount(firm, minlength=len(firms))
        frequent = np.flatnonzero(counts >= least_lots)
        total = np.zeros(len(firms))
        rows: dict[int, dict[int, float]] = {}
        # Only rows of frequent firms are multiplied out: their totals still count everybody they meet.
        for part in np.array_split(frequent, max(1, len(frequent) // 2000)):
            met = (bids[part] @ bids.T).tocoo()
            i, j, both = part[met.row], met.col, met.data
            weight = np.where(i == j, 0.0, both / (counts[i] + counts[j] - both))
            total += np.bincount(i, weight, minlength=len(firms))
            close = (weight >= MIN_WEIGHT) & (counts[j] >= least_lots)
            for a, b, w in zip(i[close].tolist(), j[close].tolist(), weight[close].tolist(), strict=True):
                rows.setdefault(a, {})[b] = w
        return cls(firms.to_list(), rows, total)

    def measure(self, members: tuple[int, ...]) -> tuple[float, float, float, float]:
        """(intensity, coherence, exclusivity, rank); zeros where two of them never met."""
        inside = np.array([self.rows.get(i, {}).get(j, 0.0) for i, j in combinations(sorted(members), 2)])
        if not inside.all():
            return 0.0, 0.0, 0.0, 0.0
        intensity = float(np.exp(np.log(inside).mean()))
        exclusivity = float(2 * inside.sum() / self.total[list(members)].sum())
        return intensity, intensity / float(inside.mean()), exclusivity, intensity * exclusivity


def _triangles(near: Mapping[int, set[int]]) -> Iterator[tuple[int, int, int]]:
    for i, others in near.items():
        later = sorted(j for j in others if j > i)
        for place, j in enumerate(later):
            for k in later[place + 1 :]:
                if k in near[j]:
                    yield i, j, k


def _grown(
    core: tuple[int, ...], near: Mapping[int, set[int]], weights: _Weights, taken: set[int]
) -> tuple[int, ...]:
    members = core
    while True:
        fitting = set.intersection(*(near[i] for i in members)) - set(members) - taken
        options = [(weights.measure((*members, k))[3], weights.firms[k], k) for k in fitting]
        best = max(options, key=lambda o: (o[0], o[1]), default=None)
        if best is None or best[0] <= weights.measure(members)[3]:
            return members
        members = (*members, best[2])
