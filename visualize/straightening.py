"""Takes the wiggles out of lines once nodes have their places."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visualize.ordering import Layers

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Chain:
    """The bends of one line from top to bottom, label included, and its ends."""

    link: str
    high: str
    low: str
    bends: tuple[int, ...]


Ports = Callable[[], tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]]
"""Gives the x where lines leave nodes, by (node, link), and where they arrive, from the bends' present x."""


def straighten(graph: Layers, x: list[float], chains: Sequence[Chain], ports: Ports, gap: float) -> None:
    """Move bends and labels, never nodes nor their order, so that each line has the fewest turns.

    A line drops straight into the end that has fewer lines on that side, as far as its neighbours leave room;
    where no one x is free on its whole way it turns as late as it must. Works on `x` in place.
    """
    spot = {v: i for layer in graph.layers for i, v in enumerate(layer)}
    for _ in range(_ROUNDS):
        leave, arrive = ports()
        out: dict[str, int] = {}
        into: dict[str, int] = {}
        for node, _link in leave:
            out[node] = out.get(node, 0) + 1
        for node, _link in arrive:
            into[node] = into.get(node, 0) + 1
        for chain in sorted(chains, key=lambda c: (-len(c.bends), c.link)):
            high, low = leave[chain.high, chain.link], arrive[chain.low, chain.link]
            whole = high if out[chain.high] < into[chain.low] else low
            runs = _runs(graph, x, spot, chain.bends, gap)
            for number, (run, least, most) in enumerate(runs):
                if len(runs) == 1:
                    want = whole
                elif number == 0:
                    want = high
                elif number == len(runs) - 1:
                    want = low
                else:
                    want = sum(x[v] for v in run) / len(run)
                at = min(max(want, least), most)
                for vertex in run:
                    x[vertex] = at


def _runs(
    graph: Layers, x: list[float], spot: dict[int, int], bends: Sequence[int], gap: float
) -> list[tuple[list[int], float, float]]:
    """The bends in as few stretches as have one x free all along, each with the room it has."""
    runs: list[tuple[list[int], float, float]] = []
    for vertex in bends:
        layer = graph.layers[graph.layer[vertex]]
        i = spot[vertex]
        least, most = -math.inf, math.inf
        if i:
            left = layer[i - 1]
            least = x[left] + (graph.width[left] + graph.width[vertex]) / 2 + gap
        if i + 1 < len(layer):
            right = layer[i + 1]
            most = x[right] - (graph.width[right] + graph.width[vertex]) / 2 - gap
        # Rounding may leave a hair less than the gap; where a vertex stands now is always free.
        least, most = min(least, x[vertex]), max(most, x[vertex])
        if runs:
            run, low, high = runs[-1]
            if max(low, least) <= min(high, most):
                runs[-1] = ([*run, vertex], max(low, least), min(high, most))
                continue
        runs.append(([vertex], least, most))
    return runs
