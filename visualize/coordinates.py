"""Where the vertices of ordered layers stand: close to their neighbours, never over each other."""

from __future__ import annotations

import itertools

from visualize.ordering import Layers

_ROUNDS_SMALL = 24
_ROUNDS_LARGE = 6
_LARGE = 3000


def spread(graph: Layers, gap: float, gap_thin: float) -> list[float]:
    """Centre x of every vertex, the leftmost edge at 0.

    Each layer in turn is put where the squared distances to its neighbours are least, subject to the gaps: a
    weighted isotonic regression, solved exactly by pooling adjacent violators. `gap_thin` holds beside labels
    and bends, `gap` between nodes. Near-linear in the size of the graph.
    """
    count = len(graph.layer)
    x = [0.0] * count
    steps: list[list[float]] = []
    for layer in graph.layers:
        step = [0.0]
        for left, right in itertools.pairwise(layer):
            thin = graph.layer[left] % 2 == 0 or graph.rigid[left] or graph.rigid[right]
            room = gap_thin if thin else gap
            step.append(step[-1] + (graph.width[left] + graph.width[right]) / 2 + room)
        steps.append(step)
        if layer:
            middle = step[-1] / 2
            for vertex, offset in zip(layer, step, strict=True):
                x[vertex] = offset - middle
    pulls_up = [_pulls(graph, v, graph.up[v]) for v in range(count)]
    pulls_down = [_pulls(graph, v, graph.down[v]) for v in range(count)]
    rounds = _ROUNDS_LARGE if count > _LARGE else _ROUNDS_SMALL
    numbers = range(len(graph.layers))
    for turn in range(rounds):
        last = turn >= rounds - 4
        for number in numbers if turn % 2 == 0 else reversed(numbers):
            layer = graph.layers[number]
            if not layer:
                continue
            wanted: list[float] = []
            weight: list[float] = []
            for vertex in layer:
                if last:
                    pulls = pulls_up[vertex] + pulls_down[vertex]
                elif turn % 2 == 0:
                    pulls = pulls_up[vertex] or pulls_down[vertex]
                else:
                    pulls = pulls_down[vertex] or pulls_up[vertex]
                total = sum((w for _, w in pulls), 0.0)
                weight.append(total or 0.01)
                wanted.append(sum(x[n] * w for n, w in pulls) / total if total else x[vertex])
            for vertex, value in zip(layer, _fit(wanted, weight, steps[number]), strict=True):
                x[vertex] = value
    edge = min((x[v] - graph.width[v] / 2 for v in range(count)), default=0.0)
    return [value - edge for value in x]


def _pulls(graph: Layers, vertex: int, near: list[int]) -> list[tuple[int, float]]:
    """Neighbours and how hard they pull: bends hold each other straight, a sole line stands upright."""
    out = []
    for other in near:
        if graph.rigid[vertex] and graph.rigid[other]:
            weight = 8.0
        elif graph.layer[vertex] < graph.layer[other]:
            weight = 3.0 if len(graph.up[other]) == 1 else 1.0
        else:
            weight = 3.0 if len(graph.down[other]) == 1 else 1.0
        out.append((other, weight * min(graph.force[vertex], graph.force[other])))
    return out


def _fit(wanted: list[float], weight: list[float], step: list[float]) -> list[float]:
    """The positions nearest to `wanted` that keep the distances `step`."""
    means: list[float] = []
    weights: list[float] = []
    sizes: list[int] = []
    for target, w, offset in zip(wanted, weight, step, strict=True):
        mean, total, size = target - offset, w, 1
        while means and means[-1] > mean:
            before = weights.pop()
            mean = (means.pop() * before + mean * total) / (before + total)
            total += before
            size += sizes.pop()
        means.append(mean)
        weights.append(total)
        sizes.append(size)
    out: list[float] = []
    for mean, size in zip(means, sizes, strict=True):
        out += [mean + offset for offset in step[len(out) : len(out) + size]]
    return out
