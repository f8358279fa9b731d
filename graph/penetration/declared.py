"""Declared indirect holdings: statements about a whole route, kept beside what the links give.

Where all links of the route but one are known, the declared share implies the missing one: declared / product of the
known. A declared share above what the route allows contradicts the links, and is said to.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Any, Final

import numpy as np

from graph.penetration.days import IntArray
from graph.penetration.ownership import Ownership
from graph.penetration.paths import Chains
from graph.penetration.register import TOLERANCE, Frontier, frontier

ROUNDING: Final = 5e-5
"""Declared shares are often rounded to hundredths of a per cent: what lies closer is no contradiction."""
_MOST_BETWEEN: Final = 5
"""Parties between both ends up to which their order on the route is looked for."""


@dataclass(frozen=True)
class Declared:
    """A declared indirect holding between two instances of a frontier; `share` None where none is stated exactly.

    `route`: ids from holder to company, where one is known. `missing`: the one link of it that is not known exactly,
    with `implied`, the share it must have. `low`, `high`: what the route's links give; None without a route.
    """

    holder: int
    company: int
    share: float | None
    keys: tuple[str, ...]
    route: tuple[str, ...] = ()
    missing: tuple[str, str] | None = None
    implied: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def contradicts(self) -> bool:
        """Whether the declared share can't be had by the route."""
        if self.share is None or self.low is None or self.high is None:
            return False
        return not self.low - ROUNDING <= self.share <= self.high + ROUNDING

    def to_json(self, ids: list[str]) -> dict[str, Any]:
        """As a JSON object; `ids` of the frontier's instances."""
        return {
            "holder": ids[self.holder],
            "company": ids[self.company],
            "share": _shown(self.share),
            "route": list(self.route),
            "missing": list(self.missing) if self.missing else None,
            "implied": _shown(self.implied),
            "route_min": _shown(self.low),
            "route_max": _shown(self.high),
            "contradicts": self.contradicts,
            "rows": list(self.keys),
        }


def _shown(share: float | None) -> float | None:
    return None if share is None else round(share, 10)


def declared_rows(ownership: Ownership, above: Frontier, day: int | None = None) -> list[Declared]:
    """The declared indirect holdings of a frontier that hold on its day.

    With a `day` their routes are looked for, too.
    """
    reach, edges, rows = above.reach, ownership.holding_edges, ownership.holdings
    places = np.flatnonzero(reach.live & rows.declared[edges.row[reach.touched]])
    edge = reach.touched[places]
    company, row = reach.company[places], edges.row[edge]
    holder = reach.instance(reach.question[company], edges.holder[edge], edges.nodes)
    exact = rows.has_share[row] & (rows.low[row] == rows.high[row])
    found = [
        Declared(h, c, share if known else None, tuple(rows.keys(r)))
        for h, c, share, known, r in zip(
            holder.tolist(),
            company.tolist(),
            rows.low[row].tolist(),
            exact.tolist(),
            row.tolist(),
            strict=True,
        )
    ]
    if day is None:
        return found
    routes = _Routes(ownership, above, day)
    return [routes.follow(said, r) for said, r in zip(found, row.tolist(), strict=True)]


def declared_shares(ownership: Ownership, above: Frontier) -> dict[int, float]:
    """What each holder (an instance) is declared to hold of the one company asked for, added."""
    target, found = int(above.reach.targets[0]), dict[int, float]()
    for said in declared_rows(ownership, above):
        if said.company == target and said.share is not None:
            found[said.holder] = found.get(said.holder, 0.0) + said.share
    return found


class _Routes:
    """Finds the links a declared holding is made of."""

    def __init__(self, ownership: Ownership, above: Frontier, day: int):
        self.ownership, self.above, self.day = ownership, above, day
        self.chains = Chains(ownership, above)
        self._registers: dict[int, tuple[dict[int, tuple[float, float]], float]] = {}

    def follow(self, said: Declared, row: int) -> Declared:
        """The same with its route, where there is one."""
        ends = self._node(said.holder), self._node(said.company)
        between = self._between(row, ends)
        route = self._ordered(ends, between) if between else self._only_path(said)
        if not route:
            return said
        links = [self._link(h, c) for h, c in pairwise(route)]
        low, high = float(np.prod([b[0] for b in links])), float(np.prod([b[1] for b in links]))
        gaps = [i for i, (least, most) in enumerate(links) if most - least > TOLERANCE]
        missing, implied = None, None
        ids = self.ownership.ids(np.array(route, dtype=np.int64)).to_list()
        if len(gaps) == 1 and said.share is not None:
            known = float(np.prod([b[0] for i, b in enumerate(links) if i != gaps[0]]))
            missing = ids[gaps[0]], ids[gaps[0] + 1]
            within = known > 0.0 and said.share <= known + ROUNDING
            implied = min(1.0, said.share / known) if within else None
        return Declared(
            said.holder,
            said.company,
            said.share,
            said.keys,
            tuple(ids),
            missing,
            implied,
            low,
            min(high, 1.0),
        )

    def _node(self, instance: int) -> int:
        return int(self.above.reach.node[instance])

    def _between(self, row: int, ends: tuple[int, int]) -> list[int]:
        """The parties its components name, or that the links they name join."""
        components = self.ownership.holdings.table["components"][row]
        if components is None:
            return []
        nodes: list[int] = []
        for name in components.to_list():
            nodes += self.ownership.places_of(name)
        return [n for n in dict.fromkeys(nodes) if n not in ends][: _MOST_BETWEEN + 1]

    def _ordered(self, ends: tuple[int, int], between: list[int]) -> list[int]:
        """The order in which most links are known; nothing where several parties leave it open."""
        if len(between) > _MOST_BETWEEN:
            return []
        routes = [[ends[0], *middle, ends[1]] for middle in permutations(between)]
        known = [sum(self._known(h, c) for h, c in pairwise(route)) for route in routes]
        best = [route for route, count in zip(routes, known, strict=True) if count == max(known)]
        if len(best) != 1:
            return []
        # Its parts may be several routes at once: one of them is not what is declared.
        parts, on_it = {*ends, *between}, set(pairwise(best[0]))
        beside = any(
            self._known(h, c)
            for h, c in permutations(parts, 2)
            if (h, c) not in on_it and h != ends[1] and c != ends[0]
        )
        return [] if beside else best[0]

    def _only_path(self, said: Declared) -> list[int]:
        """The one chain of stated links from holder to company."""
        links = self.above.links
        paths = [
            chain
            for chain in self.chains.link_chains(said.holder, said.company, 3)
            if not links.declared[list(chain)].any()
        ]
        # An empty chain says that the search was cut.
        if len(paths) != 1 or not paths[0]:
            return []
        (chain,) = paths
        return [self._node(int(links.holder[chain[0]])), *(self._node(int(links.company[i])) for i in chain)]

    def _register(self, company: int) -> tuple[dict[int, tuple[float, float]], float]:
        """Bounds of each direct holder of a company (nodes), and what they leave."""
        if company not in self._registers:
            one: IntArray = np.array([company], dtype=np.int64)
            whole = frontier(self.ownership, one, np.array([self.day], dtype=np.int64))
            links, nodes = whole.links, whole.reach.node
            mine = np.flatnonzero((links.company == whole.reach.targets[0]) & ~links.declared)
            bounds = {int(nodes[links.holder[i]]): (float(links.low[i]), float(links.high[i])) for i in mine}
            self._registers[company] = bounds, max(0.0, 1.0 - sum(low for low, _ in bounds.values()))
        return self._registers[company]

    def _known(self, holder: int, company: int) -> bool:
        return holder in self._register(company)[0]

    def _link(self, holder: int, company: int) -> tuple[float, float]:
        bounds, left = self._register(company)
        return bounds.get(holder, (0.0, left))
