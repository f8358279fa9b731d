"""Ways between two parties over chosen kinds of links: all shortest ones, or the best by product of shares.

Ownership alone is followed downwards, from holder to company; where another kind is chosen, links are followed either
way (two companies with one legal representative). A way's product multiplies the ownership links on it when all of
them lead down; it is None where one is followed upwards, since shares do not multiply against their direction.
Two neighbours on a way may be linked by several rows, posts or contacts: that is one way, which lists them all.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from graph.penetration.days import day_number, iso_date
from graph.penetration.identities import IdentityMode
from graph.penetration.owners import shown
from graph.penetration.ownership import Ownership
from graph.penetration.paths import band, multiplied
from graph.penetration.web import KINDS, Kind, Link, Related, UnknownKindError, Web

MOST_WAYS: Final = 50
MOST_EXPANDED: Final = 20_000
"""Parties looked at before a search is cut; the cut is said."""
MOST_STEPS: Final = 200_000
"""Partial ways taken up before a list of the best is cut."""
LONGEST: Final = 8
"""Links of the longest way looked for by product where kinds are mixed."""
Words = Mapping[str, tuple[str, str]]
"""Codes of roles, kin and contacts in Chinese and English."""
Step = tuple[Link, ...]
"""All links between two neighbours on a way, at least one: the first is told as what links them."""
_RANK: Final = {kind: at for at, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Way:
    """One way: its parties, the links between them, and the product of the shares (None: not all lead down).

    `links`: one a step, a holding downwards before others. `parallel`: for each step all other links of its two parties.
    """

    nodes: tuple[str, ...]
    links: tuple[Link, ...]
    low: float | None
    high: float | None
    formula: str
    formula_en: str
    """The same with links of other kinds than ownership named in English."""
    parallel: tuple[tuple[Link, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, shares to 10 decimals."""
        steps = zip(self.links, self.parallel, self.nodes, strict=False)
        return {
            "nodes": list(self.nodes),
            "share_min": shown(self.low),
            "share_max": shown(self.high),
            "formula": self.formula,
            "formula_en": self.formula_en,
            "links": [
                link.to_json(link.source == at)
                | {"parallel": [other.to_json(other.source == at) for other in others]}
                for link, others, at in steps
            ],
        }


@dataclass(frozen=True)
class Ways:
    """The ways found. `truncated`: the budget ran out, so that there may be others; `more`: than were asked for."""

    source: str
    target: str
    as_of: str | None
    kinds: tuple[Kind, ...]
    order: Literal["shortest", "product"]
    ways: tuple[Way, ...]
    truncated: bool
    more: bool
    skipped: tuple[str, ...] = ()
    """Contacts with too many parties to say anything."""

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "from": self.source,
            "to": self.target,
            "as_of": self.as_of,
            "kinds": list(self.kinds),
            "order": self.order,
            "paths": [way.to_json() for way in self.ways],
            "truncated": self.truncated,
            "more": self.more,
            "skipped_contacts": list(self.skipped),
        }


def ways_between(
    ownership: Ownership,
    from_id: str,
    to_id: str,
    as_of: str | dt.date | None = None,
    kinds: Sequence[str] = ("ownership",),
    top: int | None = None,
    related: Related | None = None,
    limit: int = MOST_WAYS,
    identity: IdentityMode | None = None,
    words: Words | None = None,
) -> Ways:
    """All shortest ways from one party to another on a date; with `top`, the so many best by product of shares.

    By product, a way's bounds count: the lower one first, then the upper one, then fewest links. `related` gives the
    links of other kinds; formulas call codes by `words`, a code without one as it stands. Raises `UnknownCompanyError`, `UnknownKindError`, `DateError`.
    """
    chosen = tuple(_kind(k) for k in dict.fromkeys(kinds))
    ownership = ownership.reading(identity or ownership.identity)
    day = day_number(as_of)
    web = Web(ownership, day, chosen, related)
    ends = (
        str(ownership.nodes["id"][ownership.node_of(from_id)]),
        str(ownership.nodes["id"][ownership.node_of(to_id)]),
    )
    both_ways = chosen != ("ownership",)
    search = _Search(web, ends[0], ends[1], both_ways)
    found = search.shortest(limit) if top is None else search.best(top)
    return Ways(
        *ends,
        iso_date(day),
        chosen,
        "shortest" if top is None else "product",
        tuple(_way(ends[0], chain, words or {}) for chain in found),
        search.cut,
        search.more,
        tuple(sorted(web.hubs)),
    )


def _kind(asked: str) -> Kind:
    for kind in KINDS:
        if asked == kind:
            return kind
    raise UnknownKindError(asked)


def _way(begin: str, chain: Sequence[Step], words: Words) -> Way:
    nodes, down = [begin], True
    for step in chain:
        link = step[0]
        forward = link.source == nodes[-1]
        down = down and (forward or link.kind != "ownership")
        nodes.append(link.target if forward else link.source)
    links, parallel = tuple(step[0] for step in chain), tuple(step[1:] for step in chain)
    owned = [link for link in links if link.kind == "ownership"]
    zh, en = (" · ".join(_parts(step, words, language) for step in chain) for language in (0, 1))
    if not owned or not down:
        return Way(tuple(nodes), links, None, None, zh, en, parallel)
    low = multiplied([link.low or 0.0 for link in owned])
    high = min(1.0, multiplied([1.0 if link.high is None else link.high for link in owned]))
    if len(owned) < len(chain):
        return Way(tuple(nodes), links, low, high, zh, en, parallel)
    parts = [_part(link, words, 0) for link in links]
    total = band(round(low, 12), round(high, 12))
    formula = f"{' × '.join(parts)} = {total}" if len(parts) > 1 else parts[0]
    return Way(tuple(nodes), links, low, high, formula, formula, parallel)


def _parts(step: Step, words: Words, language: int) -> str:
    """All that links two neighbours, each kind and role once. `language`: 0 Chinese, 1 English."""
    return ("、", ", ")[language].join(dict.fromkeys(_part(link, words, language) for link in step))


def _part(link: Link, words: Words, language: int) -> str:
    """A link in a formula."""
    if link.kind == "ownership":
        return band(link.low or 0.0, 1.0 if link.high is None else link.high)
    kind = KINDS[link.kind][language]
    # A legal representative's role says no more than the kind.
    if not link.role or (link.role in words and link.role == link.kind):
        return kind
    role = words[link.role][language] if link.role in words else link.role
    return kind + (f"（{role}）", f" ({role})")[language]


def _step(links: Sequence[Link], at: str) -> Step:
    """The links of two neighbours, seen from one of them: what it holds of the other before all else."""
    return tuple(
        sorted(
            links,
            key=lambda link: (
                not (link.kind == "ownership" and link.source == at),
                _RANK[link.kind],
                link.source != at,
                link.role or "",
                link.rows,
            ),
        )
    )


class _Search:
    """Ways through a web, as sequences of steps. `cut`: a budget ran out; `more`: there are more than asked for."""

    def __init__(self, web: Web, begin: str, goal: str, both_ways: bool):
        self.web, self.begin, self.goal, self.both_ways = web, begin, goal, both_ways
        self.cut = self.more = False
        self._expanded = 0

    def _steps(self, at: Sequence[str], down: bool) -> dict[str, list[tuple[Step, str]]]:
        """Steps that lead on from each of some parties, with the party each leads to."""
        found: dict[str, list[tuple[Step, str]]] = {}
        for id_, links in self.web.at(at).items():
            to: dict[str, list[Link]] = {}
            for link in links:
                forward = link.source == id_
                other = link.target if forward else link.source
                if other != id_ and (self.both_ways or forward == down):
                    to.setdefault(other, []).append(link)
            found[id_] = [(_step(those, id_), other) for other, those in to.items()]
        return found

    def _layers(self) -> tuple[dict[str, int], dict[str, int], set[str]]:
        """Distances from both ends up to where their layers first meet, and the parties they meet at."""
        ahead, back = {self.begin: 0}, {self.goal: 0}
        front, rear = [self.begin], [self.goal]
        while front and rear:
            forwards = len(front) <= len(rear)
            seen, others, layer = (ahead, back, front) if forwards else (back, ahead, rear)
            self._expanded += len(layer)
            if self._expanded > MOST_EXPANDED:
                self.cut = True
                break
            depth = seen[layer[0]] + 1
            steps = self._steps(layer, down=forwards)
            fresh = sorted({other for id_ in layer for _, other in steps[id_] if other not in seen})
            seen.update(dict.fromkeys(fresh, depth))
            met = {id_ for id_ in fresh if id_ in others}
            if met:
                return ahead, back, met
            if forwards:
                front = fresh
            else:
                rear = fresh
        return ahead, back, set()

    def shortest(self, limit: int) -> list[tuple[Step, ...]]:
        """Up to `limit` of all shortest ways, in the order of their parties."""
        if self.begin == self.goal:
            return []
        ahead, back, met = self._layers()
        if not met:
            return []
        useful = set(met)
        layer = met
        while layer:
            # Parties on a shortest way from the beginning to where the layers met.
            steps = self._steps(sorted(layer), down=False)
            layer = {
                other
                for id_ in layer
                for _, other in steps[id_]
                if other in ahead and ahead[other] == ahead[id_] - 1 and other not in useful
            }
            useful |= layer
        found: list[tuple[Step, ...]] = []
        for chain in self._walk(self.begin, ahead, back, met, useful):
            if len(found) == limit:
                self.cut = True
                break
            found.append(chain)
        return found

    def _walk(
        self, at: str, ahead: dict[str, int], back: dict[str, int], met: set[str], useful: set[str]
    ) -> Iterator[tuple[Step, ...]]:
        open_: list[tuple[str, bool, tuple[Step, ...]]] = [(at, at in met, ())]
        while open_:
            at, past, chain = open_.pop()
            if at == self.goal:
                yield chain
                continue
            on = [
                (step, other)
                for step, other in self._steps([at], down=True)[at]
                if (
                    back.get(other, -1) == back[at] - 1
                    if past
                    else other in useful and ahead.get(other, -1) == ahead[at] + 1
                )
            ]
            for step, other in reversed(on):
                open_.append((other, past or other in met, (*chain, step)))

    def best(self, count: int) -> list[tuple[Step, ...]]:
        """The `count` best ways by product: highest first, of equal ones the shortest."""
        if self.begin == self.goal:
            return []
        inside = self._between()
        onward = {
            id_: [(step, other) for step, other in steps if other in inside]
            for id_, steps in self._steps(sorted(inside), down=True).items()
        }
        low, high = self._promise(onward, 0), self._promise(onward, 1)
        if self.begin not in high:
            return []
        found: list[tuple[Step, ...]] = []
        heap: list[tuple[float, float, int, tuple[str, ...], int, float, float, tuple[Step, ...]]] = []
        first = (-low.get(self.begin, 0.0), -high[self.begin], 0, (self.begin,), 0, 1.0, 1.0, ())
        heapq.heappush(heap, first)
        steps = 0
        while heap:
            _, _, length, nodes, _, so_low, so_high, chain = heapq.heappop(heap)
            at = nodes[-1]
            if at == self.goal:
                if len(found) == count:
                    self.more = True
                    break
                found.append(chain)
                continue
            for step, other in onward[at]:
                if other in nodes or other not in high:
                    continue
                steps += 1
                worth = _worth(step)
                least, most = so_low * worth[0], so_high * worth[1]
                key = (-least * low.get(other, 0.0), -most * high[other], length + 1, (*nodes, other))
                heapq.heappush(heap, (*key, steps, least, most, (*chain, step)))
            if steps > MOST_STEPS:
                self.cut = True
                break
        return found

    def _between(self) -> set[str]:
        """Parties a way can pass: above the goal and below the beginning, or near enough to both."""
        ends: list[dict[str, int]] = []
        for begin, down in ((self.goal, False), (self.begin, True)):
            depth, seen, layer = 0, {begin: 0}, [begin]
            while layer and not (self.both_ways and depth >= LONGEST):
                self._expanded += len(layer)
                if self._expanded > MOST_EXPANDED:
                    self.cut = True
                    break
                depth += 1
                steps = self._steps(layer, down)
                known = ends[0] if ends else None
                layer = sorted(
                    {
                        other
                        for id_ in layer
                        for _, other in steps[id_]
                        if other not in seen and (known is None or other in known)
                    }
                )
                seen.update(dict.fromkeys(layer, depth))
            ends.append(seen)
        above, below = ends
        longest = LONGEST if self.both_ways else len(above) + len(below)
        return {id_ for id_ in above if id_ in below and above[id_] + below[id_] <= longest}

    def _promise(self, onward: dict[str, list[tuple[Step, str]]], bound: int) -> dict[str, float]:
        """The best product, by one bound, any way from each party to the goal can have."""
        into: dict[str, list[tuple[float, str]]] = {}
        for id_, steps in onward.items():
            for step, other in steps:
                into.setdefault(other, []).append((_worth(step)[bound], id_))
        best: dict[str, float] = {}
        heap = [(-1.0, self.goal)]
        while heap:
            value, at = heapq.heappop(heap)
            if at in best:
                continue
            best[at] = -value
            for worth, above in into.get(at, ()):
                if above not in best and worth > 0.0:
                    heapq.heappush(heap, (value * worth, above))
        return best


def _worth(step: Step) -> tuple[float, float]:
    """Bounds of what a step keeps of a product; one that is no share keeps it whole."""
    link = step[0]
    if link.kind != "ownership":
        return 1.0, 1.0
    return min(1.0, link.low or 0.0), 1.0 if link.high is None else min(1.0, link.high)
