"""The order of a layer from left to right: few crossings, equal for equal input."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

_SWEEPS_SMALL = 16
_SWEEPS_LARGE = 4
_LARGE = 1500


@dataclass
class Layers:
    """A properly layered graph over the numbers 0…n−1; edges join neighbouring layers only.

    `up` and `down` hold neighbours by vertex; `layers` the order of each layer.
    """

    layer: list[int] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    height: list[float] = field(default_factory=list)
    rigid: list[bool] = field(default_factory=list)
    """True for the bends of a long line, which are to stay straight."""
    force: list[float] = field(default_factory=list)
    """How hard the edges at a vertex pull; 1 but for the bends of lesser lines."""
    up: list[list[int]] = field(default_factory=list)
    down: list[list[int]] = field(default_factory=list)
    layers: list[list[int]] = field(default_factory=list)

    def add(self, layer: int, width: float, height: float, rigid: bool = False, force: float = 1.0) -> int:
        """A new vertex; its number."""
        self.layer.append(layer)
        self.width.append(width)
        self.height.append(height)
        self.rigid.append(rigid)
        self.force.append(force)
        self.up.append([])
        self.down.append([])
        return len(self.layer) - 1

    def join(self, upper: int, lower: int) -> None:
        """An edge between two neighbouring layers."""
        self.down[upper].append(lower)
        self.up[lower].append(upper)


def order(graph: Layers, previous: Sequence[float | None] | None = None) -> None:
    """Fill `graph.layers`.

    Neighbours are taken in the order they were joined, so the caller decides all ties. With `previous`
    (x of the vertices that were drawn before), those keep their order and the rest is put between them.
    """
    depth = max(graph.layer, default=-1) + 1
    graph.layers = [[] for _ in range(depth)]
    for vertex in _walk(graph):
        graph.layers[graph.layer[vertex]].append(vertex)
    if previous is not None and any(x is not None for x in previous):
        _keep(graph, previous)
        return
    edges = sum(map(len, graph.down))
    best = [list(layer) for layer in graph.layers]
    fewest = _crossings(graph)
    stale = 0
    large = edges > _LARGE
    for sweep in range(_SWEEPS_LARGE if large else _SWEEPS_SMALL):
        if not fewest or stale == 4:
            break
        _sweep(graph, downwards=sweep % 2 == 0)
        if large and sweep % 2 == 0:
            # Counting costs as much as sweeping; a large graph is judged after each sweep there and back.
            continue
        now = _crossings(graph)
        if now < fewest:
            fewest, best, stale = now, [list(layer) for layer in graph.layers], 0
        else:
            stale += 1
    graph.layers = best
    if fewest and not large:
        _swap(graph)


def _walk(graph: Layers) -> list[int]:
    """Depth first from the foot upwards: a tree comes out without a crossing."""
    seen = [False] * len(graph.layer)
    out: list[int] = []
    for start in sorted(range(len(seen)), key=lambda v: (-graph.layer[v], v)):
        stack = [start]
        while stack:
            vertex = stack.pop()
            if seen[vertex]:
                continue
            seen[vertex] = True
            out.append(vertex)
            stack.extend(reversed(graph.down[vertex]))
            stack.extend(reversed(graph.up[vertex]))
    return out


def _sweep(graph: Layers, downwards: bool) -> None:
    near = graph.up if downwards else graph.down
    numbers = range(1, len(graph.layers)) if downwards else range(len(graph.layers) - 2, -1, -1)
    at = [0.0] * len(graph.layer)
    mean = [0.0] * len(graph.layer)
    for number in numbers:
        fixed = graph.layers[number - 1 if downwards else number + 1]
        for i, vertex in enumerate(fixed):
            at[vertex] = i
        layer = graph.layers[number]
        scale = len(fixed) / max(1, len(layer))
        for i, vertex in enumerate(layer):
            around = near[vertex]
            if len(around) == 1:
                mean[vertex] = at[around[0]]
            else:
                mean[vertex] = sum([at[n] for n in around]) / len(around) if around else i * scale
        # The sort is stable: equal means keep their order.
        layer.sort(key=mean.__getitem__)


def _crossings(graph: Layers) -> int:
    total = 0
    at = [0] * len(graph.layer)
    for layer in graph.layers:
        for i, vertex in enumerate(layer):
            at[vertex] = i
    for layer in graph.layers:
        ends: list[int] = []
        last = -1
        for vertex in layer:
            around = graph.down[vertex]
            if len(around) > 1:
                around = sorted([at[n] for n in around])
                total += sum([len(ends) - bisect_right(ends, end) for end in around])
                for end in around:
                    insort(ends, end)
                last = ends[-1]
            elif around:
                end = at[around[0]]
                if end >= last:
                    ends.append(end)
                    last = end
                else:
                    spot = bisect_right(ends, end)
                    total += len(ends) - spot
                    ends.insert(spot, end)
    return total


def _swap(graph: Layers) -> None:
    """Exchange neighbours as long as that saves a crossing."""
    for _ in range(8):
        better = False
        for number, layer in enumerate(graph.layers):
            above = {v: i for i, v in enumerate(graph.layers[number - 1])} if number else {}
            last = number + 1 == len(graph.layers)
            below = {} if last else {v: i for i, v in enumerate(graph.layers[number + 1])}
            for i in range(len(layer) - 1):
                left, right = layer[i], layer[i + 1]
                saved = _gain(graph.up[left], graph.up[right], above)
                saved += _gain(graph.down[left], graph.down[right], below)
                if saved > 0:
                    layer[i], layer[i + 1] = right, left
                    better = True
        if not better:
            return


def _gain(left: list[int], right: list[int], at: dict[int, int]) -> int:
    """Crossings saved when `left` and `right` change places."""
    saved = 0
    for a in left:
        for b in right:
            saved += (at[a] > at[b]) - (at[a] < at[b])
    return saved


def _keep(graph: Layers, previous: Sequence[float | None]) -> None:
    x: list[float | None] = list(previous)
    for _ in range(len(graph.layers)):
        missing = [v for v, value in enumerate(x) if value is None]
        found: dict[int, float] = {}
        for vertex in missing:
            near = [y for n in (*graph.up[vertex], *graph.down[vertex]) if (y := x[n]) is not None]
            if near:
                found[vertex] = sum(near) / len(near)
        if not found:
            break
        for vertex, value in found.items():
            x[vertex] = value
    for layer in graph.layers:
        spot = {v: i for i, v in enumerate(layer)}
        last = max((y for v in layer if (y := x[v]) is not None), default=0.0)
        key: dict[int, tuple[float, int]] = {}
        for vertex in layer:
            found_x = x[vertex]
            key[vertex] = (last + 1.0 if found_x is None else found_x, spot[vertex])
        layer.sort(key=key.__getitem__)
