"""Long loops in rows: a loop opened at one link would else be a single column that nobody can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import networkx as nx

if TYPE_CHECKING:
    from visualize.links import Link

DEEPEST: Final = 12
"""A loop of so many ranks is still drawn as one column."""
ACROSS: Final = 6
"""Members in a row. The same for every loop, so that a further member moves those behind it alone."""
_THIN: Final = 1.5
"""Links to a member. Companies that all hold each other have no order to be followed along rows."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a member of a folded loop stands: in which row of it, and how far to the right."""

    head: str
    """The member that stands for the whole loop."""
    row: int
    column: int


Opened = Callable[[set[str], list["Link"]], list[str]]
"""Gives an order of a loop's members in which little runs backwards."""


def fold(nodes: Sequence[str], links: Sequence[Link], opened: Opened) -> dict[str, Seat]:
    """The seats of the members of every long, thin loop of structural links; of all else nothing.

    Rows run left to right and back by turns, so that what follows stands beside or right below.
    """
    structural = [k for k in links if k.structural]
    if len(structural) <= DEEPEST:
        return {}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((k.above, k.below) for k in structural)
    seats: dict[str, Seat] = {}
    for component in nx.strongly_connected_components(graph):
        if len(component) <= DEEPEST:
            continue
        own = [k for k in structural if k.above in component and k.below in component]
        if len({(k.above, k.below) for k in own}) > _THIN * len(component):
            continue
        steps = _steps(opened(component, own), own)
        if max(steps.values()) < DEEPEST:
            continue
        head = min(component)
        for node, step in steps.items():
            row, column = divmod(step, ACROSS)
            seats[node] = Seat(head, row, ACROSS - 1 - column if row % 2 else column)
    return seats


def _steps(order: list[str], links: list[Link]) -> dict[str, int]:
    """How many links lead to each, at most, along the order."""
    place = {node: n for n, node in enumerate(order)}
    into: dict[str, list[str]] = defaultdict(list)
    for link in links:
        if place[link.above] < place[link.below]:
            into[link.below].append(link.above)
    steps: dict[str, int] = {}
    for node in order:
        steps[node] = max((steps[n] + 1 for n in into[node]), default=0)
    return steps
