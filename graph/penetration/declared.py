"""Declared indirect holdings: statements about a whole route, kept beside what the links give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph.penetration.ownership import Ownership
from graph.penetration.register import Frontier


@dataclass(frozen=True)
class Declared:
    """A declared indirect holding between two instances of a frontier; `share` None where none is stated exactly."""

    holder: int
    company: int
    share: float | None


def declared_rows(ownership: Ownership, frontier: Frontier) -> list[Declared]:
    """The declared indirect holdings of a frontier that hold on its day."""
    reach, edges, rows = frontier.reach, ownership.holding_edges, ownership.holdings
    places = np.flatnonzero(reach.live & rows.declared[edges.row[reach.touched]])
    edge = reach.touched[places]
    company, row = reach.company[places], edges.row[edge]
    holder = reach.instance(reach.question[company], edges.holder[edge], edges.nodes)
    exact = rows.has_share[row] & (rows.low[row] == rows.high[row])
    return [
        Declared(h, c, share if known else None)
        for h, c, share, known in zip(
            holder.tolist(), company.tolist(), rows.low[row].tolist(), exact.tolist(), strict=True
        )
    ]


def declared_shares(ownership: Ownership, frontier: Frontier) -> dict[int, float]:
    """What each holder (an instance) is declared to hold of the one company asked for, added."""
    target, found = int(frontier.reach.targets[0]), dict[int, float]()
    for said in declared_rows(ownership, frontier):
        if said.company == target and said.share is not None:
            found[said.holder] = found.get(said.holder, 0.0) + said.share
    return found
