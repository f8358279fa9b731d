"""Takes the wiggles out of lines once nodes have their places."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visualize.ordering import Layers

_ROUNDS = 3
_ROUNDS_LARGE = 1
_LARGE = 3000


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
    ordered = sorted(chains, key=lambda c: (-len(c.bends), c.link))
    room = _rooms(graph, gap)
    for _ in range(_ROUNDS_LARGE if len(x) > _LARGE else _ROUNDS):
        leave, arrive = ports()
        out: dict[str, int] = {}
        into: dict[str, int] = {}
        for node, _link in leave:
            out[node] = out.get(node, 0) + 1
        for node, _link in arrive:
            into[node] = into.get(node, 0) + 1
        for chain in ordered:
            high, low = leave[chain.high, chain.link], arrive[chain.low, chain.link]
            whole = high if out[chain.high] < into[chain.low] else low
            runs = _runs(x, room, chain.bends)
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


Room = tuple[int, float, int, float]
"""Left neighbour and least distance to it, right neighbour and least distance to it; −1 where there is none."""


def _rooms(graph: Layers, gap: float) -> list[Room]:
    """The room of every vertex between its neighbours, whose order stays."""
    out: list[Room] = [(-1, 0.0, -1, 0.0)] * len(graph.layer)
    for layer in graph.layers:
        left, apart = -1, 0.0
        for i, vertex in enumerate(layer):
            right, beside = -1, 0.0
            if i + 1 < len(layer):
                right = layer[i + 1]
                beside = (graph.width[vertex] + graph.width[right]) / 2 + gap
            out[vertex] = (left, apart, right, beside)
            left, apart = vertex, beside
    return out


def _runs(x: list[float], room: list[Room], bends: Sequence[int]) -> list[tuple[list[int], float, float]]:
    """The bends in as few stretches as have one x free all along, each with the room it has."""
    runs: list[tuple[list[int], float, float]] = []
    run: list[int] = []
    low, high = -math.inf, math.inf
    for vertex in bends:
        left, apart, right, beside = room[vertex]
        here = x[vertex]
        least = x[left] + apart if left >= 0 else -math.inf
        most = x[right] - beside if right >= 0 else math.inf
        # Rounding may leave a hair less than the gap; where a vertex stands now is always free.
        if least > here:
            least = here
        if most < here:
            most = here
        if run and (low if low > least else least) <= (high if high < most else most):
            run.append(vertex)
            low = low if low > least else least
            high = high if high < most else most
            continue
        if run:
            runs.append((run, low, high))
        run, low, high = [vertex], least, most
    if run:
        runs.append((run, low, high))
    return runs
