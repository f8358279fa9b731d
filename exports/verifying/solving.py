"""Shares and control worked out again over a package's own links, by dense linear algebra and plain loops.

Nothing here is shared with `graph.penetration`: what one does wrong, the other finds.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

TOLERANCE: Final = 1e-9
_MOST_STEPS: Final = 200_000
_ROUNDS: Final = 500

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Link:
    """`holder` holds of `company` between `low` and `high`, and votes likewise; `declared`: a whole route."""

    holder: str
    company: str
    low: float
    high: float
    votes_low: float
    votes_high: float
    low_open: bool = False
    declared: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """A share recomputed: `low`, and `high` with all upper bounds at once (`outer`) or as registers allow (`tight`)."""

    low: float | None
    outer: float | None
    tight: float | None


class Web:
    """Links of one day."""

    def __init__(self, links: Sequence[Link]):
        self.links = tuple(links)
        self._above: dict[str, list[Link]] = defaultdict(list)
        self._below: dict[str, list[Link]] = defaultdict(list)
        self._known: dict[str, dict[str, int]] = {}
        self._pairs: dict[tuple[str, str], Link] = {}
        for link in self.links:
            self._pairs.setdefault((link.holder, link.company), link)
            self._above[link.company].append(link)
            self._below[link.holder].append(link)

    def between(self, holder: str, company: str) -> list[str]:
        """Parties on any walk from a holder down to a company, both ends included."""
        down = _reached(holder, lambda n: (k.company for k in self._below[n]))
        return sorted((down & self._steps(company).keys()) | {holder, company})

    def depth(self, holder: str, company: str) -> int | None:
        """Fewest links from a holder down to a company."""
        return self._steps(company).get(holder)

    def _steps(self, company: str) -> dict[str, int]:
        """Fewest links down to a company from everything above it; worked out once a company."""
        if company not in self._known:
            self._known[company] = _steps_along(company, lambda n: (k.holder for k in self._above[n]))
        return self._known[company]

    def _links_down(self, holder: str) -> dict[str, int]:
        """Fewest links from a holder down to everything below it."""
        return _steps_along(holder, lambda n: (k.company for k in self._below[n]))

    def link(self, holder: str, company: str) -> Link | None:
        """The link between two, where there is one."""
        return self._pairs.get((holder, company))

    def share(self, holder: str, company: str, method: str, votes: bool = False) -> Bounds:
        """The effective share (or votes) of a holder by a method; None where a closed block leaves none."""
        if method == "declared_indirect":
            said = sum(k.low for k in self._above[company] if k.declared and k.holder == holder)
            return Bounds(said, said, said)
        parties = self.between(holder, company)
        low = self._by(parties, holder, company, method, votes, False)
        outer = self._by(parties, holder, company, method, votes, True)
        if low is not None and outer is not None and abs(outer - low) <= TOLERANCE:
            return Bounds(low, outer, outer)
        return Bounds(
            low,
            outer,
            None if method == "simple_paths" else self._most(parties, holder, company, method, votes),
        )

    def _by(
        self, parties: list[str], holder: str, company: str, method: str, votes: bool, high: bool
    ) -> float | None:
        if method == "simple_paths":
            return self._simple(set(parties), holder, company, votes, high)
        at = {p: i for i, p in enumerate(parties)}
        w: Matrix = np.zeros((len(parties), len(parties)))
        for party in parties:
            for link in self._below[party]:
                if link.company in at:
                    w[at[party], at[link.company]] += _weight(link, votes, high)
        if method == "stop_at_target":
            w[at[company], :] = 0.0
        if len(parties) > 1 and max(abs(np.linalg.eigvals(w)), default=0.0) >= 1.0 - TOLERANCE:
            return None
        goal = np.zeros(len(parties))
        goal[at[company]] = 1.0
        return float(np.linalg.solve(np.eye(len(parties)) - w, goal)[at[holder]])

    def _simple(self, parties: set[str], holder: str, company: str, votes: bool, high: bool) -> float | None:
        total, steps = 0.0, 0
        open_: list[tuple[str, float, frozenset[str]]] = [(company, 1.0, frozenset({company}))]
        while open_:
            at, product, seen = open_.pop()
            for link in self._above[at]:
                if link.holder in seen or link.holder not in parties:
                    continue
                steps += 1
                if steps > _MOST_STEPS:
                    return None
                carried = product * _weight(link, votes, high)
                if link.holder == holder:
                    total += carried
                else:
                    open_.append((link.holder, carried, seen | {link.holder}))
        return total

    def _most(self, parties: list[str], holder: str, company: str, method: str, votes: bool) -> float | None:
        """The most the registers allow, each at most 100%: every register gives its room to those worth most.

        Policy iteration: registers choose by what holders are worth, then that choice is solved exactly. Among holders
        worth the same the one fewer links from `holder` is served first: a register that gave its room to a loop
        instead would have no finite answer though another choice has. None where a choice has no finite answer.
        """
        at = {p: i for i, p in enumerate(parties)}
        far = self._links_down(holder)
        value: Matrix = np.zeros(len(parties))
        for _ in range(_ROUNDS):
            w: Matrix = np.zeros((len(parties), len(parties)))
            for party in parties:
                for link, weight in self._chosen(party, holder, company, value, far, at, method, votes):
                    if link.holder in at:
                        w[at[party], at[link.holder]] += weight
            first = w[:, at[holder]].copy()
            if method == "stop_at_target":
                w[:, at[company]] = 0.0
                if holder == company:
                    first[:] = 0.0
            if max(abs(np.linalg.eigvals(w)), default=0.0) >= 1.0 - TOLERANCE:
                return None
            new = np.asarray(np.linalg.solve(np.eye(len(parties)) - w, first), dtype=np.float64)
            if np.abs(new - value).max(initial=0.0) <= 1e-12:
                return float(new[at[company]])
            value = new
        return None

    def _chosen(
        self,
        party: str,
        holder: str,
        target: str,
        value: Matrix,
        far: Mapping[str, int],
        at: Mapping[str, int],
        method: str,
        votes: bool,
    ) -> Iterator[tuple[Link, float]]:
        """The links of a register, each with its weight where room goes first to the holders worth most."""

        def worth(link: Link) -> tuple[float, float]:
            if link.holder not in at:
                return 0.0, -math.inf
            through = (
                0.0 if method == "stop_at_target" and link.holder == target else float(value[at[link.holder]])
            )
            # Rounded, or the noise of a solve would decide between equals.
            return round(through + (1.0 if link.holder == holder else 0.0), 12), -far.get(
                link.holder, math.inf
            )

        register = self._above[party]
        stated = sum(_weight(k, votes, False) for k in register if not k.declared)
        left = float("inf") if stated > 1.0 + TOLERANCE else 1.0 - stated
        yield from ((k, _weight(k, votes, True)) for k in register if k.declared)
        for link in sorted((k for k in register if not k.declared), key=worth, reverse=True):
            low = _weight(link, votes, False)
            room = max(0.0, min(left, _weight(link, votes, True) - low))
            left -= room
            yield link, low + room

    def looped(self, parties: Sequence[str]) -> bool:
        """Does anything among some parties go round?"""
        inside, waiting = set(parties), dict.fromkeys(parties, 0)
        for party in parties:
            waiting[party] += sum(link.company in inside for link in self._below[party])
        ready = [p for p, n in waiting.items() if n == 0]
        done = 0
        while ready:
            at = ready.pop()
            done += 1
            for link in self._above[at]:
                if link.holder in inside:
                    waiting[link.holder] -= 1
                    if waiting[link.holder] == 0:
                        ready.append(link.holder)
        return done < len(inside)


def _weight(link: Link, votes: bool, high: bool) -> float:
    if votes:
        return link.votes_high if high else link.votes_low
    return link.high if high else link.low


def _reached(start: str, step: Callable[[str], Iterable[str]]) -> set[str]:
    seen, open_ = {start}, [start]
    while open_:
        for other in step(open_.pop()):
            if other not in seen:
                seen.add(other)
                open_.append(other)
    return seen


def _steps_along(start: str, step: Callable[[str], Iterable[str]]) -> dict[str, int]:
    steps, open_ = {start: 0}, deque([start])
    while open_:
        at = open_.popleft()
        for other in step(at):
            if other not in steps:
                steps[other] = steps[at] + 1
                open_.append(other)
    return steps


@dataclass(frozen=True, slots=True)
class Powers:
    """What decides control: links of votes, declared control (holder, company), concerts (concert, member, scope)."""

    votes: tuple[Link, ...]
    declared: frozenset[tuple[str, str]]
    concerts: tuple[tuple[str, str, str | None], ...]

    @property
    def _voting(self) -> Iterator[Link]:
        """Links that count: a company has no vote in itself."""
        return (k for k in self.votes if k.holder != k.company)

    def controlled(self, holder: str, rule: str) -> set[str]:
        """Every company a holder surely controls: the least fixpoint, by lower bounds."""
        joint: set[str] = set()
        while True:
            won, _ = self._won(holder, rule, joint)
            more = self._halved(holder, rule, joint) - joint if rule == "inclusive" else set()
            if not more:
                return won
            joint |= more

    def _own(self, holder: str, rule: str, joint: set[str]) -> set[Link]:
        """The links a party starts with: its own, a concert's those of its members and of what each controls."""
        mine = {k for k in self._voting if k.holder == holder}
        for concert, member, scope in self.concerts:
            if concert == holder:
                held = {member} | self._won(member, rule, joint, concerts=False)[0]
                mine |= {k for k in self._voting if k.holder in held and scope in (None, k.company)}
        return mine

    def _won(
        self, holder: str, rule: str, joint: set[str], concerts: bool = True
    ) -> tuple[set[str], dict[str, set[Link]]]:
        counted: dict[str, set[Link]] = defaultdict(set)
        start = (
            self._own(holder, rule, joint) if concerts else {k for k in self._voting if k.holder == holder}
        )
        for link in start:
            counted[link.company].add(link)
        won: set[str] = set()
        while True:
            new = {c for h, c in self.declared if (h == holder or h in won) and c != holder}
            new |= {c for c, links in counted.items() if c != holder and _wins(links, rule, c in joint)}
            new -= won
            if not new:
                return won, counted
            won |= new
            for link in self._voting:
                if link.holder in new:
                    counted[link.company].add(link)

    def _halved(self, holder: str, rule: str, joint: set[str]) -> set[str]:
        """Companies of which a party holds just half while another reaches half by other votes."""
        parties = sorted({k.holder for k in self.votes} | {c for c, _, _ in self.concerts} | {holder})
        tallies = {p: self._won(p, rule, joint)[1] for p in parties}
        found: set[str] = set()
        for company in {k.company for k in self.votes}:
            reach = [
                tallies[p][company]
                for p in parties
                if p != company and sum(k.votes_low for k in tallies[p].get(company, ())) >= 0.5 - TOLERANCE
            ]
            exact = [links for links in reach if abs(sum(k.votes_low for k in links) - 0.5) <= TOLERANCE]
            if any(a.isdisjoint(b) for a in exact for b in reach if a is not b):
                found.add(company)
        return found


def _wins(links: set[Link], rule: str, joint: bool) -> bool:
    total = sum(k.votes_low for k in links)
    if total > 0.5 + TOLERANCE:
        return True
    half = total >= 0.5 - TOLERANCE
    return half and (any(k.low_open for k in links) or (rule == "inclusive" and not joint))


def path_product(links: Sequence[tuple[float, float]]) -> tuple[str, float, float]:
    """The formula of a chain as the facts write it, with its bounds."""
    low, high = 1.0, 1.0
    # As the facts do: from the company upwards.
    for a, b in reversed(links):
        low, high = low * a, high * b
    parts = [_shown(a, b) for a, b in links]
    if len(parts) == 1:
        return parts[0], low, high
    return f"{' × '.join(parts)} = {_shown(round(low, 12), round(high, 12))}", low, high


def _shown(low: float, high: float) -> str:
    def per_cent(value: float) -> str:
        return f"{round(value * 100, 8):.10g}%"

    if high - low <= 1e-12:
        return per_cent(low)
    return "?" if low <= 0.0 and high >= 1.0 else f"{per_cent(low)}–{per_cent(high)}"


def chains(nodes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The links of a chain: (holder, company), from the holder down."""
    return itertools.pairwise(nodes)
