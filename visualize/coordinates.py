"""Where the vertices of ordered layers stand: close to their neighbours, never over each other."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from visualize.ordering import Layers

_ROUNDS_SMALL = (24, 4)
_ROUNDS_LARGE = (4, 3)
"""Rounds in all, and how many of them, at the end, heed both sides at once."""
_LARGE = 3000


Pulls = tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.intp], list[float]]
"""Of one layer: what pulls at its vertices, end to end, each vertex's strengths coming to one; where each vertex
begins; what its strengths came to."""


def spread(graph: Layers, gap: float, gap_thin: float) -> list[float]:
    """Centre x of every vertex, the leftmost edge at 0.

    Each layer in turn is put where the squared distances to its neighbours are least, subject to the gaps: a
    weighted isotonic regression, solved exactly by pooling adjacent violators. `gap_thin` holds beside labels
    and bends, `gap` between nodes. Near-linear in the size of the graph.
    """
    count = len(graph.layer)
    x = np.zeros(count)
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
    ready = _pulls(graph)
    rounds, both = _ROUNDS_LARGE if count > _LARGE else _ROUNDS_SMALL
    numbers = range(len(graph.layers))
    for turn in range(rounds):
        layers = ready[2 if turn >= rounds - both else turn % 2]
        for number in numbers if turn % 2 == 0 else reversed(numbers):
            layer = graph.layers[number]
            if not layer:
                continue
            near, strength, starts, weight = layers[number]
            wanted = np.add.reduceat(x[near] * strength, starts)
            x[layer] = _fit(wanted.tolist(), weight, steps[number])
    edge = min((at - w / 2 for at, w in zip(x.tolist(), graph.width, strict=True)), default=0.0)
    return [at - edge for at in x.tolist()]


def _pulls(graph: Layers) -> tuple[list[Pulls], list[Pulls], list[Pulls]]:
    """What pulls at the vertices of each layer: from above (else from below), from below (else from above), both.

    Bends hold each other straight, a sole line stands upright. What nothing pulls is pulled, weakly, to where it
    stands.
    """
    count = len(graph.layer)
    upper = np.repeat(np.arange(count), [len(near) for near in graph.down])
    lower = np.fromiter(itertools.chain.from_iterable(graph.down), np.intp, len(upper))
    rigid, force = np.array(graph.rigid, bool), np.array(graph.force)
    stiff = rigid[upper] & rigid[lower]
    least = np.minimum(force[upper], force[lower])
    sole_above = np.bincount(upper, minlength=count)[upper] == 1
    sole_below = np.bincount(lower, minlength=count)[lower] == 1
    down = np.where(stiff, 8.0, np.where(sole_below, 3.0, 1.0)) * least
    up = np.where(stiff, 8.0, np.where(sole_above, 3.0, 1.0)) * least
    at = np.concatenate([lower, upper])
    other = np.concatenate([upper, lower])
    weight = np.concatenate([up, down])
    above = np.arange(len(at)) < len(lower)
    falling = above | (np.bincount(lower, minlength=count)[at] == 0)
    rising = ~above | (np.bincount(upper, minlength=count)[at] == 0)
    return (
        _by_layer(graph, at[falling], other[falling], weight[falling]),
        _by_layer(graph, at[rising], other[rising], weight[rising]),
        _by_layer(graph, at, other, weight),
    )


def _by_layer(
    graph: Layers, at: NDArray[np.intp], other: NDArray[np.intp], weight: NDArray[np.float64]
) -> list[Pulls]:
    count = len(graph.layer)
    row = np.empty(count, np.intp)
    row[np.fromiter(itertools.chain.from_iterable(graph.layers), np.intp, count)] = np.arange(count)
    free = np.setdiff1d(np.arange(count), at)
    at = np.concatenate([at, free])
    other = np.concatenate([other, free])
    weight = np.concatenate([weight, np.full(len(free), 0.01)])
    sorting = np.argsort(row[at], kind="stable")
    other, weight = other[sorting], weight[sorting]
    starts = np.searchsorted(row[at][sorting], np.arange(count + 1))
    total = np.add.reduceat(weight, starts[:-1])
    strength = weight / np.repeat(total, np.diff(starts))
    out = []
    first = 0
    for layer in graph.layers:
        last = first + len(layer)
        span = slice(starts[first], starts[last])
        out.append(
            (other[span], strength[span], starts[first:last] - starts[first], total[first:last].tolist())
        )
        first = last
    return out


def _fit(wanted: list[float], weight: list[float], step: list[float]) -> list[float]:
    """The positions nearest to `wanted` that keep the distances `step`."""
    means: list[float] = []
    weights: list[float] = []
    sizes: list[int] = []
    top = -math.inf
    for target, w, offset in zip(wanted, weight, step, strict=True):
        mean = target - offset
        if mean >= top:
            means.append(mean)
            weights.append(w)
            sizes.append(1)
            top = mean
            continue
        total, size = w, 1
        while means and means[-1] > mean:
            before = weights.pop()
            mean = (means.pop() * before + mean * total) / (before + total)
            total += before
            size += sizes.pop()
        means.append(mean)
        weights.append(total)
        sizes.append(size)
        top = mean
    out: list[float] = []
    at = 0
    for mean, size in zip(means, sizes, strict=True):
        if size == 1:
            out.append(mean + step[at])
        else:
            out += [mean + offset for offset in step[at : at + size]]
        at += size
    return out
