"""What the listed paths of a share come to, and what besides them makes up the share: loops, or paths not listed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import networkx as nx

from graph.penetration.path_sums import rest_beside

_CLOSE: Final = 1e-9
_STOPS: Final = "stop_at_target"
_NO_LOOPS: Final = "simple_paths"
_NO_PATHS: Final = "declared_indirect"


@dataclass(frozen=True, slots=True)
class Sum:
    """`low`, `high`: the listed paths added. `loops`: parties of each loop that walks from holder to company can go round.

    `rest`: what the share has beside the listed paths, as bounds; None where its upper bound is not above theirs, because
    the registers leave no room for it.
    """

    low: float
    high: float
    loops: tuple[tuple[str, ...], ...]
    rest: tuple[float, float] | None

    @property
    def whole(self) -> bool:
        """Are the listed paths all there is?"""
        return self.rest is not None and max(map(abs, self.rest)) <= _CLOSE


class Registers:
    """The registers of one day's ownership, as `facts.json` has them."""

    def __init__(self, ownership: Mapping[str, Any]):
        self._links: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._web: Any = nx.DiGraph()
        for register in ownership["registers"]:
            for link in register["links"]:
                self._links.setdefault((link["holder"], register["company"]), link)
                self._web.add_edge(link["holder"], register["company"])

    def link(self, holder: str, company: str) -> Mapping[str, Any] | None:
        """What the register of a company has of a holder; None where it has nothing."""
        return self._links.get((holder, company))

    def summed(self, claim: Mapping[str, Any]) -> Sum | None:
        """The listed paths of a claimed share; None where they are not what the share is made of."""
        paths = [p["nodes"] for p in claim["paths"] if p.get("by") != "votes"]
        if not paths or claim["method"] == _NO_PATHS:
            return None
        products = [self._product(nodes) for nodes in paths]
        low, high = (sum(p[end] for p in products) for end in (0, 1))
        rest = rest_beside(claim["share"], claim["share_min"], claim["share_max"], low, high)
        return Sum(low, high, self._loops(claim["holder"], claim["company"], claim["method"]), rest)

    def _product(self, nodes: Sequence[str]) -> tuple[float, float]:
        low, high = 1.0, 1.0
        for holder, company in itertools.pairwise(nodes):
            link = self.link(holder, company)
            # Who only lends a name is no holder: that hop is none of the register's.
            low, high = (low * link["low"], high * link["high"]) if link else (low, high)
        return low, high

    def _loops(self, holder: str, company: str, method: str | None) -> tuple[tuple[str, ...], ...]:
        if method == _NO_LOOPS or holder not in self._web or company not in self._web:
            return ()
        between = nx.descendants(self._web, holder) & nx.ancestors(self._web, company)
        web: Any = nx.DiGraph(self._web.subgraph(between | {holder, company}))
        if method == _STOPS:
            web.remove_edges_from(list(web.out_edges(company)))
        blocks: Iterable[set[Any]] = nx.strongly_connected_components(web)
        found = [tuple(sorted(b)) for b in blocks if len(b) > 1 or web.has_edge(*(next(iter(b)),) * 2)]
        return tuple(sorted(found))
