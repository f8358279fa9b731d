"""Control: own votes plus those of what one already controls, to the least fixpoint.

For a controller x: y is controlled when the votes in y of x and of all it controls exceed one half (or, under the
inclusive rule, reach it). Nothing is multiplied along a chain. A concert is a controller of its own: it starts with
the votes of its members, and of what each member controls, in the companies it is for. Declared control enters as
it is. Partners' shares in a partnership are no votes: its managing partner controls it. A company's holding in
itself never helps to win it, since the fixpoint is the least one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.penetration.days import IntArray, day_number
from graph.penetration.edges import BoolArray, FloatArray, Reach, distinct, reach_up, spread, summed
from graph.penetration.nominees import Trusted, decides
from graph.penetration.ownership import DECLARED_CONTROL, Ownership
from graph.penetration.register import TOLERANCE, Links, live_links
from graph.penetration.trust_rows import NOMINATOR

Rule = Literal["strict", "inclusive"]

STRICT_FROM: Final = day_number("2024-07-01")
"""公司法 (2023) art. 265, in force from this day: more than half. Before it (2018) art. 216: half or more."""


def rule_of(day: int) -> Rule:
    """The rule in force on a day (a day number)."""
    return "strict" if day >= STRICT_FROM else "inclusive"


@dataclass(frozen=True)
class ControlFrontier:
    """What bears on who controls the companies asked for.

    `votes`: links whose votes count, sorted by company (none into partnerships). Declared control, also sorted by
    company, a link a row:
    `holder`, `company` (instances), `row` (place in `Ownership.control`; of the only general partner -1 less the
    place in `Ownership.holdings` of the row that says he is one),
    `suspected`. `trusted`: what counts as held by who is behind a nominee. Membership: `concert`, `member`, `scope` (instances; scope -1 = every company).
    """

    reach: Reach
    votes: Links
    holder: IntArray
    company: IntArray
    row: IntArray
    suspected: BoolArray
    basis: npt.NDArray[np.int8]
    concert: IntArray
    member: IntArray
    scope: IntArray
    is_concert: BoolArray
    trusted: Trusted = ()

    @property
    def size(self) -> int:
        """How many instances."""
        return len(self.reach.node)


def control_frontier(ownership: Ownership, companies: IntArray, days: IntArray) -> ControlFrontier:
    """Everything above each question (company, day) by holdings, declared control and concerts."""
    return control_over(ownership, reach_up(ownership.control_edges, companies, days), days)


def control_over(ownership: Ownership, reach: Reach, days: IntArray) -> ControlFrontier:
    """What bears on control within a reach over `Ownership.control_edges`; `days`: a question a value."""
    edges = ownership.control_edges
    trusted: Trusted = ()

    def deciding(holder: IntArray, company: IntArray) -> IntArray:
        nonlocal trusted
        holder, trusted = decides(ownership, reach, days, holder, company)
        return holder

    links = live_links(ownership, edges, reach, None if ownership.in_trust.is_empty() else deciding)
    chosen = reach.live & (edges.kind[reach.touched] == DECLARED_CONTROL)
    if trusted:
        # A nominator decides by what is held for him, and by no more.
        interest = ownership.control["interest"].gather(edges.row[reach.touched[chosen]])
        there = np.isin(reach.company[chosen], [at for at, _ in trusted])
        chosen[chosen] = ~(there & (interest == NOMINATOR).to_numpy())
    places, company = reach.touched[chosen], reach.company[chosen]
    row = edges.row[places]
    holder = reach.instance(reach.question[company], edges.holder[places], edges.nodes)
    suspected = ownership.control["suspected"].to_numpy()[row]
    basis = ownership.control["basis"].to_numpy()[row]

    partnership = ownership.partnerships(reach.node)
    managing = ownership.managing[row]
    managed = np.zeros(len(reach.node), dtype=np.bool_)
    managed[company[managing]] = True
    # Without a named managing partner, the only general partner is the one (合伙企业法 art. 67).
    general = links.general_partner & partnership[links.company] & ~managed[links.company]
    lone = general & (np.bincount(links.company[general], minlength=len(reach.node))[links.company] == 1)
    concert, member, scope = _membership(ownership, reach, days)
    said = links.only(lone)
    places, which = spread(said.first, np.arange(len(said), dtype=np.int64))
    named = ownership.holdings.general_partner[said.rows[places]]
    partner = np.zeros(len(said), dtype=np.int64)
    partner[which[named][::-1]] = said.rows[places][named][::-1]
    company = np.r_[company, links.company[lone]]
    order = np.argsort(company, kind="stable")
    return ControlFrontier(
        reach,
        links.only(~partnership[links.company]),
        np.r_[holder, links.holder[lone]][order],
        company[order],
        np.r_[row, -1 - partner][order],
        np.r_[suspected, np.zeros(int(lone.sum()), dtype=np.bool_)][order],
        np.r_[basis, links.basis[lone]][order],
        concert,
        member,
        scope,
        ownership.concerts[reach.node],
        trusted,
    )


def with_group(frontier: ControlFrontier, members: IntArray) -> tuple[ControlFrontier, int]:
    """The frontier of one question with one more group of its instances acting as one; gives the group's instance."""
    reach, group = frontier.reach, frontier.size
    more = replace(
        reach,
        question=np.r_[reach.question, reach.question[members[:1]]],
        node=np.r_[reach.node, reach.node[members[:1]]],
    )
    return replace(
        frontier,
        reach=more,
        concert=np.r_[frontier.concert, np.full(len(members), group, dtype=np.int64)],
        member=np.r_[frontier.member, members],
        scope=np.r_[frontier.scope, np.full(len(members), -1, dtype=np.int64)],
        is_concert=np.r_[frontier.is_concert, True],
    ), group


def _membership(ownership: Ownership, reach: Reach, days: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """(concert, member, scope) instances of the memberships in force on each question's day."""
    at = np.flatnonzero(ownership.concerts[reach.node])
    if not len(at):
        return at, at, at
    concerts = pl.DataFrame(
        {"at": at, "concert": reach.node[at], "question": reach.question[at], "day": days[reach.question[at]]}
    )
    live = concerts.join(ownership.members, on="concert").filter(
        (pl.col("start") <= pl.col("day")) & (pl.col("day") < pl.col("end"))
    )
    n = ownership.nodes.height
    question = live["question"].to_numpy()
    member = reach.instance(question, live["member"].to_numpy(), n)
    scope_node = live["scope"].to_numpy()
    scope = np.where(scope_node < 0, -1, reach.instance(question, np.maximum(scope_node, 0), n))
    # A company outside the frontier has no say here.
    keep = (member >= 0) & ((scope_node < 0) | (scope >= 0))
    return live["at"].to_numpy()[keep], member[keep], scope[keep]


@dataclass(frozen=True)
class ControlSets:
    """What each start controls.

    `start` (place in `starts`), `company` (instance) and `step` (the round it was won in) of each pair, sorted by
    start, then company. `tally_keys` (start × size + company, sorted) and `tally`: the votes counted together in
    each company any of them reaches. `joint`: companies two hold, or may hold, by exactly half each, won by neither.
    """

    frontier: ControlFrontier
    starts: IntArray
    start: IntArray
    company: IntArray
    step: IntArray
    won_by: FloatArray
    tally_keys: IntArray
    tally: FloatArray
    joint: IntArray
    own_links: IntArray
    """Sorted keys (start × links + link) of what concerts start with."""
    inclusive: BoolArray
    """Whether half of the votes is enough, an instance a value."""
    _asked: dict[int, dict[int, int]] = field(default_factory=dict)

    def votes_in(self, start: int, company: int) -> float:
        """Votes a start and all it controls have together in a company (an instance)."""
        key = np.array([start * self.frontier.size + company])
        return float(_found(self.tally_keys, self.tally, key)[0])

    def enough(self, company: IntArray, votes: FloatArray, beyond: BoolArray) -> BoolArray:
        """Whether so many votes (more than that: `beyond`) win companies (instances) by themselves, a pair a value."""
        half = beyond | (self.inclusive[company] & ~np.isin(company, self.joint))
        won: BoolArray = (votes > 0.5 + TOLERANCE) | ((votes >= 0.5 - TOLERANCE) & half)
        return won

    def steps(self, start: int) -> dict[int, int]:
        """Companies a start controls, and the round each was won in."""
        # A proof asks for those of one start at each of its links.
        if start not in self._asked:
            lo, hi = np.searchsorted(self.start, [start, start + 1])
            self._asked.clear()
            self._asked[start] = dict(
                zip(self.company[lo:hi].tolist(), self.step[lo:hi].tolist(), strict=True)
            )
        return self._asked[start]


def controlled(
    frontier: ControlFrontier, starts: IntArray, inclusive: BoolArray, certain: bool = True
) -> ControlSets:
    """What each start (an instance) controls within its question.

    `inclusive`: a question a value. `certain`: by lower bounds of votes; else what is possible, by upper bounds.
    """
    joint = np.empty(0, dtype=np.int64)
    if not inclusive.any():
        return _Fixpoint(frontier, inclusive, certain).of(starts, joint)
    sure = _Fixpoint(frontier, inclusive, True)
    ranged = bool((frontier.votes.votes_high > frontier.votes.votes_low + TOLERANCE).any())
    while True:
        sets = sure.of(starts, joint)
        more = np.setdiff1d(_halves(sets, sets), joint)
        if not len(more):
            break
        joint = np.union1d(joint, more)
    if not ranged:
        return sets
    perhaps = _Fixpoint(frontier, inclusive, False).of(starts, joint)
    if not certain:
        return perhaps
    # Half is sure to control only where nobody else can have the other half.
    return sure.of(starts, np.union1d(joint, _halves(sets, perhaps)))


class _Fixpoint:
    def __init__(self, frontier: ControlFrontier, inclusive: BoolArray, certain: bool):
        votes, size = frontier.votes, frontier.size
        self.frontier, self.size = frontier, size
        self.inclusive = inclusive[frontier.reach.question]
        self.certain = certain
        self.weight = votes.votes_low if certain else votes.votes_high
        self.ends = votes.votes_low_open if certain else votes.votes_high_open
        stated = summed(votes.company, votes.votes_low, size)
        # What others surely have is not to be had; a register above 100% sets no limit.
        self.others = np.where(stated > 1.0 + TOLERANCE, -np.inf, stated)
        # A company has no vote in itself: such links stay in what is stated, and are counted for nobody.
        others = np.flatnonzero(votes.holder != votes.company)
        self.by_holder = others[np.argsort(votes.holder[others], kind="stable")]
        self.pointer = _pointer(votes.holder[self.by_holder], size)
        self.declared = np.argsort(frontier.holder, kind="stable")
        self.declared_pointer = _pointer(frontier.holder, size)

    def of(self, starts: IntArray, joint: IntArray) -> ControlSets:
        """Concerts start with their members' votes, so what members control is found first."""
        at = np.flatnonzero(self.frontier.is_concert[starts])
        none = np.empty(0, dtype=np.int64)
        if not len(at):
            return self._run(starts, joint, none, none)
        members = distinct(self.frontier.member)
        alone = self._run(members, joint, none, none)
        k, link = self._pooled(starts, at, members, alone)
        return self._run(starts, joint, k, link)

    def _pooled(
        self, starts: IntArray, at: IntArray, members: IntArray, alone: ControlSets
    ) -> tuple[IntArray, IntArray]:
        """The links concerts start with: of each member, and of what each controls, where the concert applies."""
        holding = pl.DataFrame(
            {"member": np.r_[members, members[alone.start]], "holder": np.r_[members, alone.company]}
        )
        frontier = self.frontier
        terms = pl.DataFrame(
            {"concert": frontier.concert, "member": frontier.member, "scope": frontier.scope}
        )
        pooled = (
            pl.DataFrame({"k": at, "concert": starts[at]})
            .join(terms, on="concert")
            .join(holding, on="member")
            .select("k", "holder", "scope")
        )
        places, which = spread(self.pointer, pooled["holder"].to_numpy())
        link = self.by_holder[places]
        scope = pooled["scope"].to_numpy()[which]
        keep = (scope < 0) | (scope == frontier.votes.company[link])
        keys = distinct(pooled["k"].to_numpy()[which][keep] * len(frontier.votes) + link[keep])
        k, link = np.divmod(keys, max(1, len(frontier.votes)))
        return k, link

    def _run(self, starts: IntArray, joint: IntArray, own_k: IntArray, own_link: IntArray) -> ControlSets:
        size, votes = self.size, self.frontier.votes
        own_keys = own_k * len(votes) + own_link
        # Of what is only possible, what of it is sure is summed up as well.
        summed_up = (self.weight, self.ends) if self.certain else (self.weight, self.ends, votes.votes_low)
        tally = _Tally(len(starts) * size, len(summed_up))
        won = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))]
        new_k, new_s, step = np.arange(len(starts), dtype=np.int64), starts, 0
        while len(new_k):
            step += 1
            places, which = spread(self.pointer, new_s)
            k, link = new_k[which], self.by_holder[places]
            if len(own_keys):
                fresh = ~np.isin(k * len(votes) + link, own_keys)
                k, link = k[fresh], link[fresh]
            if step == 1 and len(own_k):
                k, link = np.r_[k, own_k], np.r_[link, own_link]
            keys, (total, opens, *sure) = tally.add(
                k * size + votes.company[link], *(part[link] for part in summed_up)
            )
            if sure:
                total = tally.cap(keys, np.minimum(total, 1.0 - self.others[keys % size] + sure[0]))
            winning = keys[self._wins(keys % size, total, opens, joint)]
            places, which = spread(self.declared_pointer, new_s)
            said = new_k[which] * size + self.frontier.company[self.declared[places]]
            winning = distinct(np.r_[winning, said])
            winning = winning[(starts[winning // size] != winning % size) & ~tally.has_won(winning)]
            tally.win(winning)
            won.append((winning, np.full(len(winning), step), tally.of(winning)))
            new_k, new_s = np.divmod(winning, size)
        known, steps, won_by = (np.concatenate(part) for part in zip(*won, strict=True))
        order = np.argsort(known, kind="stable")
        start, company = np.divmod(known[order], max(1, size))
        return ControlSets(
            self.frontier,
            starts,
            start,
            company,
            steps[order],
            won_by[order],
            *tally.all(),
            joint,
            own_keys,
            self.inclusive,
        )

    def _wins(self, company: IntArray, total: FloatArray, opens: FloatArray, joint: IntArray) -> BoolArray:
        more = total > 0.5 + TOLERANCE
        half = (total >= 0.5 - TOLERANCE) & ~more
        # "More than 50%" as a stated band is more than half, though its bound is half; "less than 50%" is no half.
        beyond = (opens > 0) & self.certain
        reaches = self.inclusive[company] & ~np.isin(company, joint) & ((opens == 0) | self.certain)
        wins: BoolArray = more | (half & (beyond | reaches))
        return wins


_IN_PLACE: Final = 1 << 22
"""Up to so many pairs of start and company every pair has its place; beyond it those that occur are kept, sorted."""


class _Tally:
    """Votes by pair (start × companies + company): what each start has together so far, in rounds."""

    def __init__(self, pairs: int, several: int):
        """`several`: how many sums are kept of a pair; the first is its votes."""
        self._in_place = pairs <= _IN_PLACE
        size = pairs if self._in_place else 0
        self._sums = np.zeros((several, size))
        self._met, self._won = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
        self._keys = np.empty(0, dtype=np.int64)
        self._won_keys = np.empty(0, dtype=np.int64)

    def add(self, at: IntArray, *added: FloatArray | BoolArray) -> tuple[IntArray, FloatArray]:
        """Add to the sums of pairs; gives the pairs, sorted, and their sums as they are now, a row a sum.

        A chain of thousands of links takes as many rounds: what a round does not touch costs it little.
        """
        if self._in_place:
            for sums, part in zip(self._sums, added, strict=True):
                np.add.at(sums, at, part)
            self._met[at] = True
        else:
            keys, inverse = np.unique(np.r_[self._keys, at], return_inverse=True)
            before = zip(self._sums, added, strict=True)
            self._sums = np.stack([summed(inverse, np.r_[old, new], len(keys)) for old, new in before])
            self._keys = keys
        touched = distinct(at)
        return touched, self._sums[:, self._places(touched)]

    def cap(self, keys: IntArray, total: FloatArray) -> FloatArray:
        """Take these for the votes of the pairs from here on."""
        self._sums[0, self._places(keys)] = total
        return total

    def of(self, keys: IntArray) -> FloatArray:
        """Votes of pairs; 0 where there are none."""
        return self._sums[0, keys] if self._in_place else _found(self._keys, self._sums[0], keys)

    def win(self, keys: IntArray) -> None:
        """Note pairs as won."""
        if self._in_place:
            self._won[keys] = True
        else:
            self._won_keys = np.union1d(self._won_keys, keys)

    def has_won(self, keys: IntArray) -> BoolArray:
        """Which of the pairs are won."""
        return self._won[keys] if self._in_place else np.isin(keys, self._won_keys)

    def all(self) -> tuple[IntArray, FloatArray]:
        """All pairs that have votes, sorted, and their votes."""
        if not self._in_place:
            return self._keys, self._sums[0]
        keys = np.flatnonzero(self._met)
        return keys, self._sums[0, keys]

    def _places(self, keys: IntArray) -> IntArray:
        return keys if self._in_place else np.searchsorted(self._keys, keys)


def _found(keys: IntArray, values: FloatArray, asked: IntArray) -> FloatArray:
    """The values of sorted keys; 0 for one that is not among them."""
    if not len(keys):
        return np.zeros(len(asked))
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    found: FloatArray = np.where(keys[at] == asked, values[at], 0.0)
    return found


def _pointer(holder: IntArray, size: int) -> IntArray:
    pointer = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(holder, minlength=size), out=pointer[1:])
    return pointer


def counted_links(sets: ControlSets, start: int, company: int) -> IntArray:
    """Links (places in `votes`) counted for a start in a company before it was won, the largest first."""
    frontier = sets.frontier
    votes = frontier.votes
    steps = sets.steps(start)
    limit = steps.get(company, len(steps) + 2)
    lo, hi = np.searchsorted(votes.company, [company, company + 1])
    mine = [
        link
        for link in range(int(lo), int(hi))
        if (holder := int(votes.holder[link])) == sets.starts[start]
        or (steps.get(holder, limit) < limit)
        or _owned(sets, start, link)
    ]
    return np.array(sorted(mine, key=lambda i: (-votes.votes_low[i], votes.holder[i])), dtype=np.int64)


def _owned(sets: ControlSets, start: int, link: int) -> bool:
    key = start * len(sets.frontier.votes) + link
    place = int(np.searchsorted(sets.own_links, key))
    return place < len(sets.own_links) and bool(sets.own_links[place] == key)


def joint_halves(sets: ControlSets, halves: Sequence[int], company: int) -> list[int]:
    """Of starts with exactly half of a company (an instance) each, those against whom another holds half by other votes.

    A group whose half some party has part of by itself adds nothing to that party.
    """
    links = {k: set(counted_links(sets, k, company).tolist()) for k in halves}
    group = {k: bool(sets.frontier.is_concert[sets.starts[k]]) for k in halves}
    own = [
        k for k in halves if not group[k] or all(group[j] or links[k].isdisjoint(links[j]) for j in halves)
    ]
    return [k for k in own if any(links[k].isdisjoint(links[j]) for j in own)]


def _halves(sets: ControlSets, rivals: ControlSets) -> IntArray:
    """Companies of which a start holds exactly half while a rival reaches half by other votes."""
    size = max(1, sets.frontier.size)

    def held(of: ControlSets, reached: Callable[[FloatArray], BoolArray]) -> tuple[IntArray, IntArray]:
        pairs = of.start * size + of.company
        counted = of.tally.copy()
        # What is won brings votes of its own: of a company that is won, those that won it.
        counted[np.isin(of.tally_keys, pairs)] = of.won_by[np.isin(pairs, of.tally_keys)]
        start, company = np.divmod(of.tally_keys[reached(counted)], size)
        # What a company reaches in itself, through what it controls, is held against nobody.
        other = of.starts[start] != company
        return start[other], company[other]

    start, company = held(sets, lambda votes: np.abs(votes - 0.5) <= TOLERANCE)
    rival, contested = held(rivals, lambda votes: votes >= 0.5 - TOLERANCE)
    found: list[int] = []
    # Who holds half is among those that reach it: a rival is a second one.
    several = np.bincount(contested, minlength=size) > 1
    for at in distinct(company[several[company]]).tolist():
        mine = [set(counted_links(sets, int(k), at).tolist()) for k in start[company == at]]
        theirs = [set(counted_links(rivals, int(k), at).tolist()) for k in rival[contested == at]]
        if any(a.isdisjoint(b) for a in mine for b in theirs):
            found.append(at)
    return np.array(found, dtype=np.int64)
