"""Who controls each company of a whole register, by the same fixpoint as company by company.

Companies that hold nothing and are held by parties nobody can control need no fixpoint: a majority among their own
links decides. All others are settled together, every possible controller at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from graph.penetration.control import (
    ControlFrontier,
    ControlSets,
    Rule,
    control_over,
    controlled,
    joint_halves,
)
from graph.penetration.controller import Proofs
from graph.penetration.days import IntArray
from graph.penetration.edges import BoolArray, FloatArray, Reach, distinct, spread, summed
from graph.penetration.nominees import Trusted
from graph.penetration.ownership import Ownership
from graph.penetration.register import TOLERANCE
from graph.penetration.undisclosed import undisclosed


@dataclass(frozen=True)
class Controls:
    """Who controls what, a (controller, company) a row, nodes of the ownership.

    `via`: the last controlled party on the way, -1 = directly. `depth`: links on the way. `share`: votes of the
    controller and all it controls. `ultimate`: controlled by nobody. `reasons`: why a company has no single
    controller, by node: joint, unnamed, no_majority, possible_only, several, mutual_block.
    """

    controller: IntArray
    company: IntArray
    via: IntArray
    depth: IntArray
    share: FloatArray
    suspected: BoolArray
    ultimate: BoolArray
    reasons: dict[str, IntArray]


def controls_of_all(ownership: Ownership, day: int, rule: Rule) -> Controls:
    """Control over every company on a day."""
    edges, inclusive = ownership.control_edges, rule == "inclusive"
    every = np.arange(edges.nodes, dtype=np.int64)
    holds = (edges.start <= day) & (day < edges.end)
    places = np.arange(len(edges.holder), dtype=np.int64)
    reach = Reach(np.zeros_like(every), every, every[:0], places, edges.company, holds)
    frontier = control_over(ownership, reach, np.array([day], dtype=np.int64))
    held = np.zeros(edges.nodes, dtype=np.bool_)
    held[edges.company[holds & (edges.holder != edges.company)]] = True
    apart = _apart(frontier)
    plain = _plain(frontier, held & ~apart, inclusive)
    linked = _settled(ownership, frontier, held & apart, inclusive)
    parts = [plain, linked]
    reasons = {
        name: distinct(np.concatenate([p.reasons.get(name, every[:0]) for p in parts]))
        for name in ("joint", "no_majority", "possible_only", "several", "mutual_block")
    }
    _tell_unknown(ownership, reasons, held, day, frontier.trusted)
    return Controls(
        np.concatenate([p.controller for p in parts]),
        np.concatenate([p.company for p in parts]),
        np.concatenate([p.via for p in parts]),
        np.concatenate([p.depth for p in parts]),
        np.concatenate([p.share for p in parts]),
        np.concatenate([p.suspected for p in parts]),
        np.concatenate([p.ultimate for p in parts]),
        reasons,
    )


def _tell_unknown(
    ownership: Ownership, reasons: dict[str, IntArray], held: BoolArray, day: int, trusted: Trusted
) -> None:
    """Moves companies to "unnamed" and "possible_only" whose stated holders, or their interests, are not known."""
    bare = ownership.unknown_interests["company"].to_numpy()
    open_ = [reasons["no_majority"], reasons["possible_only"], bare[~held[bare]]]
    found = undisclosed(ownership, distinct(np.concatenate(open_)), day)
    # Held by a nominee for nobody who is named, or for one of several.
    kept = [one for _, one in trusted if one.behind is None]
    behind = [one.company for one in kept if not one.nominators]
    unnamed = np.array([*(one.company for one in found if one.reason), *behind], dtype=np.int64)
    unnamed = np.intersect1d(unnamed, np.concatenate(open_))
    perhaps = np.array([*(one.company for one in found), *(one.company for one in kept)], dtype=np.int64)
    perhaps = np.intersect1d(perhaps, np.concatenate(open_))
    reasons["unnamed"] = distinct(unnamed)
    for name, taken, added in (
        ("no_majority", perhaps, perhaps[:0]),
        ("possible_only", unnamed, np.setdiff1d(perhaps, unnamed)),
    ):
        reasons[name] = np.union1d(np.setdiff1d(reasons[name], taken), added)


def _apart(frontier: ControlFrontier) -> BoolArray:
    """Companies the fixpoint is needed for."""
    votes, size = frontier.votes, frontier.size
    special = np.zeros(size, dtype=np.bool_)
    special[votes.company] = True
    special[frontier.company] = True
    special[frontier.member] = True
    special |= frontier.is_concert
    found = np.zeros(size, dtype=np.bool_)
    found[votes.company[special[votes.holder]]] = True
    ranged = (votes.votes_high > votes.votes_low + TOLERANCE) | votes.votes_low_open | votes.votes_high_open
    found[votes.company[ranged]] = True
    found[frontier.company] = True
    found[votes.holder] = True
    found[frontier.holder] = True
    found[frontier.scope[frontier.scope >= 0]] = True
    return found


def _plain(frontier: ControlFrontier, chosen: BoolArray, inclusive: bool) -> Controls:
    """Companies whose own links decide."""
    votes, size = frontier.votes, frontier.size
    at = np.flatnonzero(chosen[votes.company])
    company, share = votes.company[at], votes.votes_low[at]
    half = share >= 0.5 - TOLERANCE
    halves = summed(company, half.astype(np.float64), size)
    wins = share > 0.5 + TOLERANCE
    if inclusive:
        wins |= half & (halves[company] < 2)
    won = at[wins]
    n = len(won)
    top = summed(votes.company[won], np.ones(n), size)
    joint = chosen & (top == 0) & (halves >= 2)
    return Controls(
        votes.holder[won],
        votes.company[won],
        np.full(n, -1, dtype=np.int64),
        np.ones(n, dtype=np.int64),
        votes.votes_low[won],
        np.zeros(n, dtype=np.bool_),
        np.ones(n, dtype=np.bool_),
        {
            "joint": np.flatnonzero(joint),
            "no_majority": np.flatnonzero(chosen & (top == 0) & ~joint),
            "several": np.flatnonzero(top > 1),
        },
    )


def _settled(ownership: Ownership, whole: ControlFrontier, chosen: BoolArray, inclusive: bool) -> Controls:
    """Companies whose controllers may come from afar."""
    frontier = replace(whole, votes=whole.votes.only(chosen[whole.votes.company]))
    size, votes = frontier.size, frontier.votes
    starting = np.zeros(size, dtype=np.bool_)
    starting[votes.holder] = True
    starting[frontier.holder] = True
    starting |= frontier.is_concert
    starts = np.flatnonzero(starting)
    rule = np.array([inclusive])
    sets = controlled(frontier, starts, rule)
    via, depth, suspected = _proofs(sets)
    holder, company = starts[sets.start], sets.company
    # A group begins with what its members control: its ways are those of its members, and told one by one.
    proofs = Proofs(ownership, sets, ownership.ids(frontier.reach.node))
    for at in np.flatnonzero(frontier.is_concert[holder]).tolist():
        by, depth[at], suspected[at] = proofs.way(int(sets.start[at]), int(company[at]))
        via[at] = -1 if by is None else by
    ranged = (votes.votes_high > votes.votes_low + TOLERANCE) | votes.votes_high_open
    perhaps = controlled(frontier, starts, rule, certain=False).company if ranged.any() else company

    # Whoever controls a controller of c controls c: nobody above means ultimate.
    below = np.zeros(size, dtype=np.bool_)
    below[company] = True
    ultimate = ~below[holder]
    single = np.zeros(size, dtype=np.bool_)
    single[company[ultimate & ~frontier.is_concert[holder]]] = True
    # A group adds nothing to a party who controls the company alone.
    ultimate &= ~(frontier.is_concert[holder] & single[company])

    top = summed(company[ultimate], np.ones(int(ultimate.sum())), size)
    unsettled = chosen & ~below
    possible = np.zeros(size, dtype=np.bool_)
    possible[perhaps] = True
    # Who may control the other half as well is no party to a draw.
    joint = _joint(sets, unsettled & ~possible)
    keys = sets.start * size + company
    tally = np.searchsorted(sets.tally_keys, keys)
    share = np.zeros(len(keys))
    if len(sets.tally_keys):
        tally = np.minimum(tally, len(sets.tally_keys) - 1)
        share = np.where(sets.tally_keys[tally] == keys, sets.tally[tally], 0.0)
    return Controls(
        holder,
        company,
        via,
        depth,
        share,
        suspected,
        ultimate,
        {
            "joint": np.flatnonzero(joint),
            "possible_only": np.flatnonzero(unsettled & possible),
            "no_majority": np.flatnonzero(unsettled & ~joint & ~possible),
            "several": np.flatnonzero(top > 1),
            "mutual_block": np.flatnonzero(below & (top == 0)),
        },
    )


def _joint(sets: ControlSets, unsettled: BoolArray) -> BoolArray:
    """Companies of which two hold exactly half each, by different votes."""
    found = np.zeros(len(unsettled), dtype=np.bool_)
    half = np.abs(sets.tally - 0.5) <= TOLERANCE
    start, company = np.divmod(sets.tally_keys[half], max(1, sets.frontier.size))
    mine = unsettled[company] & (sets.starts[start] != company)
    start, company = start[mine], company[mine]
    several = np.bincount(company, minlength=len(unsettled)) > 1
    for at in distinct(company[several[company]]).tolist():
        found[at] = bool(joint_halves(sets, start[company == at].tolist(), at))
    return found


class _Pairs:
    """Won pairs found by (start, company); sets keep them sorted."""

    def __init__(self, sets: ControlSets):
        self.size = max(1, sets.frontier.size)
        self.keys = sets.start * self.size + sets.company
        self.step = sets.step

    def won_before(self, start: IntArray, company: IntArray, step: IntArray) -> IntArray:
        """Places of the pairs won before a step; -1 where there is none."""
        keys = start * self.size + company
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = (self.keys[at] == keys) & (self.step[at] < step)
        return np.where(found, at, -1)


def _proofs(sets: ControlSets) -> tuple[IntArray, IntArray, BoolArray]:
    """For each pair the party it is won by (-1: directly), links on the way, and whether that is suspected only."""
    frontier, votes, n = sets.frontier, sets.frontier.votes, len(sets.company)
    via = np.full(n, -1, dtype=np.int64)
    depth, suspected = np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    if not n:
        return via, depth, suspected
    pairs, owner = _Pairs(sets), sets.starts[sets.start]
    link, pair = spread(_pointer(votes.company, frontier.size), sets.company)
    start, holder = sets.start[pair], votes.holder[link]
    own = (holder == owner[pair]) | np.isin(start * len(votes) + link, sets.own_links)
    before = pairs.won_before(start, holder, sets.step[pair])
    weight = votes.votes_low[link]

    def wins(counting: BoolArray) -> BoolArray:
        """Whether links win their pairs together."""
        together = summed(pair, np.where(counting, weight, 0.0), n)
        beyond = summed(pair, (counting & votes.votes_low_open[link]).astype(np.float64), n) > 0
        return sets.enough(sets.company, together, beyond)

    alone, by_all = wins(own), wins(own | (before >= 0))
    others = np.flatnonzero(~own & (before >= 0))

    said, said_pair = spread(_pointer(frontier.company, frontier.size), sets.company)
    said_own = frontier.holder[said] == owner[said_pair]
    said_before = pairs.won_before(sets.start[said_pair], frontier.holder[said], sets.step[said_pair])
    usable = np.flatnonzero(said_own | (said_before >= 0))
    # Votes that win go before what is declared; of what is declared, the controller's own word, then the surest.
    usable = usable[~by_all[said_pair[usable]]]
    usable = usable[
        np.lexsort((said[usable], frontier.suspected[said[usable]], ~said_own[usable], said_pair[usable]))
    ]
    declared, first = np.unique(said_pair[usable], return_index=True)
    by_word = usable[first]
    suspected[declared] = frontier.suspected[said[by_word]]
    way = np.full(n, -1, dtype=np.int64)
    way[declared] = np.where(said_own[by_word], -1, said_before[by_word])

    others = others[~np.isin(pair[others], declared)]
    largest = others[np.lexsort((holder[others], -weight[others], pair[others]))]
    by_votes, first = np.unique(pair[largest], return_index=True)
    through = ~alone[by_votes]
    way[by_votes[through]] = before[largest[first[through]]]
    via = np.where(way >= 0, sets.company[way], -1)
    # What is doubtful stays so down the chain: pairs in the order in which they were won.
    child = np.r_[pair[others], declared[~said_own[by_word]]]
    parent = np.r_[before[others], said_before[by_word][~said_own[by_word]]]
    order = np.argsort(sets.step[child], kind="stable")
    child, parent = child[order], parent[order]
    for step in distinct(sets.step).tolist():
        lo, hi = np.searchsorted(sets.step[child], [step, step + 1])
        np.logical_or.at(suspected, child[lo:hi], suspected[parent[lo:hi]])
        now = np.flatnonzero((sets.step == step) & (way >= 0))
        depth[now] = 1 + depth[way[now]]
    return via, depth, suspected


def _pointer(sorted_numbers: IntArray, size: int) -> IntArray:
    pointer = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(sorted_numbers, minlength=size), out=pointer[1:])
    return pointer
