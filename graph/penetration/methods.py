"""Which number each holder gets: the method asked for, or the default that fits where the holder stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from graph.penetration.bounds import Registers
from graph.penetration.components import strong_components
from graph.penetration.edges import BoolArray, FloatArray
from graph.penetration.ownership import Ownership
from graph.penetration.paths import Chains
from graph.penetration.register import TOLERANCE, Frontier
from graph.penetration.shares import HIGH, LOW, METHODS, VOTES_HIGH, VOTES_LOW, FlowShares

_LITTLE: Final = 1e-6
_SENSE: Final = 1e-4
"""Of a bound, how much of an end moved by `_LITTLE` tells: every share on the way is at most one."""


@dataclass(frozen=True)
class Shares:
    """Effective shares and votes of each instance of a frontier: bounds, NaN where there are none, and methods.

    `partial`: the lower bound is all there is (a closed block on the way, or a cut enumeration). `opens`: bounds that
    are themselves excluded (columns `LOW` to `VOTES_HIGH`). `bounds`: "exact" (every link is), "tight" (some
    registers within 100% reach each bound) or "outer" (none may). `cut`: an enumeration of simple paths ran out of its budget.
    """

    low: FloatArray
    high: FloatArray
    votes_low: FloatArray
    votes_high: FloatArray
    partial: BoolArray
    method: list[str]
    opens: BoolArray
    bounds: str
    cut: bool


def effective_shares(
    ownership: Ownership, frontier: Frontier, flows: FlowShares, method: str | None
) -> Shares:
    """Shares of every instance by a method (None: integrated, stop_at_target inside loops)."""
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
        # Nor does any method give a share of the company asked for where it is in one, to whomever.
        values[np.isin(question, np.flatnonzero(flows.returns[:, LOW] >= 1.0 - TOLERANCE))] = np.nan
        names = ["stop_at_target" if inside else "integrated" for inside in looped]
    else:
        values, names = integrated, [method] * frontier.size
        if method == "simple_paths" and looped.any():
            values, cut = _by_simple_paths(ownership, frontier)
    low, high = values[:, LOW].copy(), values[:, HIGH]
    partial = np.isnan(low) | cut
    # What does not pass through a closed block is still known to be held.
    stops = np.array([name == "stop_at_target" for name in names], dtype=np.bool_)
    known = np.where(stops, flows.first_passage[:, LOW], flows.known(question))
    low = np.where(np.isnan(low) & flows.closed[:, LOW], known, low)
    links = frontier.links
    ranged = (links.high > links.low).any() or (links.votes_high > links.votes_low).any()
    return Shares(
        low,
        high,
        values[:, VOTES_LOW],
        values[:, VOTES_HIGH],
        partial,
        list(names),
        flows.opens,
        "outer" if ranged else "exact",
        cut,
    )


def tightest(frontier: Frontier, shares: Shares) -> Shares:
    """Upper bounds of one company's holders as low as its registers allow; see `graph.penetration.bounds`.

    `simple_paths` through loops stays as it is: its optimum is not found register by register.
    """
    if shares.bounds == "exact":
        return shares
    links = frontier.links
    values = [shares.high.copy(), shares.votes_high.copy()]
    opens, tight = shares.opens.copy(), True
    of_shares = links.low, links.high, links.low_open, links.high_open, HIGH
    of_votes = links.votes_low, links.votes_high, links.votes_low_open, links.votes_high_open, VOTES_HIGH
    for (low, high, low_open, high_open, column), most in zip((of_shares, of_votes), values, strict=True):
        registers = Registers(frontier, low, high)
        contested, ended = registers.contested, bool(low_open.any() or high_open.any())
        if not (contested or ended):
            continue
        looped = _looped(frontier)
        for stop in (False, True):
            at = np.flatnonzero(np.array([_stops(m, looped, stop) for m in shares.method]))
            at = at[(frontier.depth[at] > 0) & ~shares.partial[at]]
            if not len(at):
                continue
            if not registers.fits(len(at)):
                tight = tight and not contested
                continue
            parties = [np.array([i]) for i in at.tolist()]
            best = registers.most(parties, stop=stop)
            opens[at, column] = False
            if ended:
                # Within the open ends by a little: where less is reached then, the bound itself is reached by nobody.
                inner = (
                    np.minimum(low + low_open * _LITTLE, high),
                    np.maximum(high - high_open * _LITTLE, low),
                )
                short = best - Registers(frontier, *inner).most(parties, stop=stop)
                opens[at, column] = short > best * _LITTLE * _SENSE
            most[at] = np.where(np.isnan(most[at]), best, np.fmin(most[at], best))
        tight = tight and not (contested and looped and "simple_paths" in shares.method)
    bounds = "tight" if tight else "outer"
    return replace(shares, high=values[0], votes_high=values[1], opens=opens, bounds=bounds)


def _looped(frontier: Frontier) -> bool:
    """Whether anything in the frontier goes round."""
    links = frontier.links
    count = int(strong_components(links.holder, links.company, frontier.size).max(initial=-1)) + 1
    return bool(count < frontier.size or (links.holder == links.company).any())


def _stops(method: str, looped: bool, stop: bool) -> bool:
    """Whether a holder's optimum is that of walks which stop at the company (`stop`), or of all walks."""
    if method == "simple_paths":
        return not looped and not stop
    return (method == "stop_at_target") == stop


def by_each_method(
    ownership: Ownership, frontier: Frontier, flows: FlowShares
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Lower and upper shares of each instance by each method; nothing where no loop makes them differ."""
    if not (flows.loop >= 0).any():
        return {}
    found = {m: effective_shares(ownership, frontier, flows, m) for m in METHODS}
    return {m: (shares.low, shares.high) for m, shares in found.items()}


def _by_simple_paths(ownership: Ownership, frontier: Frontier) -> tuple[FloatArray, bool]:
    values = np.zeros((frontier.size, 4))
    cut = False
    for target in frontier.reach.targets.tolist():
        sums, short = Chains(ownership, frontier).simple_paths(target)
        cut |= short
        for at, found in sums.items():
            values[at] = found
        if short:
            # Also of holders whom no chain had reached yet.
            above = frontier.reach.question == frontier.reach.question[target]
            values[np.ix_(above, [HIGH, VOTES_HIGH])] = np.nan
    return values, cut


def exactly(low: FloatArray, high: FloatArray) -> FloatArray:
    """`exact` of each; NaN where only bounds are known."""
    near = high - low <= TOLERANCE * np.maximum(1.0, low)
    values: FloatArray = np.where(near, low, np.nan)
    return values


def exact(low: float, high: float) -> float | None:
    """The value where both bounds are one; None where only bounds are known."""
    if np.isnan(low) or np.isnan(high) or high - low > TOLERANCE * max(1.0, low):
        return None
    return low
