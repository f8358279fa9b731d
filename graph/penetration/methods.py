"""Which number each holder gets: the method asked for, or the default that fits where the holder stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph.penetration.edges import BoolArray, FloatArray
from graph.penetration.ownership import Ownership
from graph.penetration.paths import Chains
from graph.penetration.register import TOLERANCE, Frontier
from graph.penetration.shares import HIGH, LOW, VOTES_HIGH, VOTES_LOW, FlowShares


@dataclass(frozen=True)
class Shares:
    """Effective shares and votes of each instance of a frontier: bounds, NaN where there are none, and methods.

    `partial`: the lower bound is all there is (a closed block on the way, or a cut enumeration).
    """

    low: FloatArray
    high: FloatArray
    votes_low: FloatArray
    votes_high: FloatArray
    partial: BoolArray
    method: list[str]


def effective_shares(
    ownership: Ownership, frontier: Frontier, flows: FlowShares, method: str | None
) -> tuple[Shares, bool]:
    """Shares of every instance by a method (None: integrated, stop_at_target inside loops).

    The second value: an enumeration of simple paths was cut.
    """
    question = frontier.reach.question
    looped = flows.loop >= 0
    integrated = flows.integrated(question)
    passage = np.where(flows.closed, np.nan, flows.first_passage)
    cut = False
    if method == "stop_at_target":
        values, names = passage, [method] * frontier.size
    elif method is None:
        values = np.where(looped[:, None], passage, integrated)
        # Inside a block that owns itself no method gives a share.
        values[np.isin(flows.loop, list(flows.refused) or [-2])] = np.nan
        returned = frontier.reach.targets[flows.returns[:, LOW] >= 1.0 - TOLERANCE]
        shut = looped & np.isin(flows.loop, flows.loop[returned])  # the asked company's own block
        values[shut] = np.nan
        names = ["stop_at_target" if inside else "integrated" for inside in looped]
    else:
        values, names = integrated, [method] * frontier.size
        if method == "simple_paths" and looped.any():
            values, cut = _by_simple_paths(ownership, frontier)
    low, high = values[:, LOW].copy(), values[:, HIGH]
    partial = np.isnan(low) | cut
    # What does not pass through a closed block is still known to be held.
    low = np.where(np.isnan(low) & flows.closed[:, LOW], flows.first_passage[:, LOW], low)
    return Shares(low, high, values[:, VOTES_LOW], values[:, VOTES_HIGH], partial, list(names)), cut


def _by_simple_paths(ownership: Ownership, frontier: Frontier) -> tuple[FloatArray, bool]:
    values = np.zeros((frontier.size, 4))
    cut = False
    for target in frontier.reach.targets.tolist():
        sums, short = Chains(ownership, frontier).simple_paths(target)
        cut |= short
        for at, (low, high) in sums.items():
            values[at, LOW], values[at, HIGH] = low, np.nan if short else high
    values[:, VOTES_LOW] = values[:, VOTES_HIGH] = np.nan
    return values, cut


def exact(low: float, high: float) -> float | None:
    """The value where both bounds are one; None where only bounds are known."""
    if np.isnan(low) or np.isnan(high) or high - low > TOLERANCE * max(1.0, low):
        return None
    return low
