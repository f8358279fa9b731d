"""Groups that count as one beneficial owner: parties acting together (一致行动人), and married couples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph.penetration.control import control_frontier
from graph.penetration.days import IntArray
from graph.penetration.edges import BoolArray
from graph.penetration.penetrate import Looked
from graph.penetration.register import Links


@dataclass(frozen=True)
class Group:
    """Parties above a company that act as one."""

    id: str
    name: str | None
    kind: str
    terms: tuple[tuple[int, int], ...]
    """Members, and the company each acts in the group for (-1: every one): instances in the frontier of holdings."""

    @property
    def members(self) -> list[int]:
        """Its members, each once."""
        return sorted({member for member, _ in self.terms})

    def owned(self, links: Links) -> BoolArray:
        """The links that count as the group's own."""
        own = np.zeros(len(links), dtype=np.bool_)
        for member, company in self.terms:
            own |= (links.holder == member) & ((links.company == company) | (company < 0))
        return own


def concerts_above(looked: Looked) -> list[Group]:
    """Concerts in force that bear on the company, with their members above it, and what they are for."""
    one: IntArray = np.array([looked.node], dtype=np.int64)
    above = control_frontier(looked.ownership, one, np.array([looked.day], dtype=np.int64))
    nodes, held = above.reach.node, looked.frontier
    at = {node: i for i, node in enumerate(held.reach.node.tolist()) if held.depth[i] >= 0}
    terms: dict[int, set[tuple[int, int]]] = {}
    scopes = np.where(above.scope < 0, -1, nodes[above.scope])
    for concert, member, scope in zip(nodes[above.concert], nodes[above.member], scopes, strict=True):
        company = -1 if scope < 0 else at.get(int(scope))
        # What only control leads to is no part of a share.
        if at.get(int(member), looked.target) != looked.target and company is not None:
            terms.setdefault(int(concert), set()).add((at[int(member)], company))
    table = looked.ownership.nodes
    groups = (
        Group(str(table["id"][c]), table["name"][c], "concert", tuple(sorted(found)))
        for c, found in sorted(terms.items())
    )
    return [group for group in groups if len(group.members) > 1]


def couples_above(looked: Looked, pairs: Sequence[tuple[str, str]]) -> list[Group]:
    """Couples both of whom are above the company."""
    ids = looked.ownership.ids(looked.frontier.reach.node).to_list()
    at = {id_: i for i, id_ in enumerate(ids) if looked.frontier.depth[i] > 0}
    couples = sorted({(min(p), max(p)) for p in pairs if p[0] in at and p[1] in at and p[0] != p[1]})
    return [Group(f"{a} + {b}", None, "couple", ((at[a], -1), (at[b], -1))) for a, b in couples]
