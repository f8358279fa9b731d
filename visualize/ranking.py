"""Which rank a node stands on: holders above what they hold, the subjects and their lot at the foot."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

from visualize.folding import Seat, fold
from visualize.links import Link

_ROW = 2
"""Ranks from one row of a folded loop to the next: between them stand those who hold its members from outside."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """`of`: rank by node, 0 on top. `upward`: ids of links that run from a lower rank to a higher one.

    `seats`: the members of loops that are folded into rows.
    """

    of: dict[str, int]
    upward: frozenset[str]
    seats: dict[str, Seat] = field(default_factory=dict)


def rank(nodes: Sequence[str], links: Iterable[Link], anchors: Collection[str] = ()) -> Ranks:
    """Longest-path ranks of a graph that may have loops.

    Loops of structural links are opened at the lightest links (Eades, Lin, Smyth 1993), long ones are folded into
    rows; other links never bend a structural one. Nodes above an anchor stand as low as they can, so that all anchors
    nobody else follows come to one rank; the rest stand right under what holds them.
    """
    ordered = sorted(nodes)
    firm = sorted((k for k in links if k.above != k.below), key=lambda k: k.id)
    oriented = [k for k in firm if not k.level]
    seats = fold(ordered, oriented, _open_loop)
    if not seats:
        at, upward = _ranked(ordered, oriented, anchors, {}, {})
    else:
        # A folded loop is ranked as one node, as high as its rows.
        head = {n: seats[n].head if n in seats else n for n in ordered}
        shift = {n: _ROW * seat.row for n, seat in seats.items()}
        heads = sorted(set(head.values()))
        outer = [k for k in oriented if head[k.above] != head[k.below]]
        found, upward = _ranked(heads, outer, [head[a] for a in anchors], head, shift)
        at = {n: found[head[n]] + shift.get(n, 0) for n in ordered}
        upward |= {k.id for k in oriented if head[k.above] == head[k.below] and at[k.above] > at[k.below]}
    loose = set(ordered) - {n for k in oriented for n in (k.above, k.below)}
    _level_with_partner(at, loose, [k for k in firm if k.level])
    top = min(at.values(), default=0)
    return Ranks({n: at[n] - top for n in ordered}, frozenset(upward), seats)


def in_rows(ranks: Ranks, rows: Mapping[str, int]) -> Ranks:
    """The same, each of some nodes as many rows lower as is told; a row is as high as these nodes are by their ranks."""
    tall = 1 + max(ranks.of[n] for n in rows) - min(ranks.of[n] for n in rows)
    return replace(ranks, of={n: at + tall * rows.get(n, 0) for n, at in ranks.of.items()})


def _ranked(
    nodes: list[str], links: list[Link], anchors: Collection[str], head: dict[str, str], shift: dict[str, int]
) -> tuple[dict[str, int], set[str]]:
    """Ranks, the lowest −1, and what runs upwards.

    `head` says which node stands for another's whole, `shift` how far below that one's rank the other stands.
    """
    whole = [replace(k, above=head[k.above], below=head[k.below]) for k in links] if head else links
    place = _linear_order(nodes, whole)
    tall = dict.fromkeys(nodes, 0)
    for node, by in shift.items():
        tall[head[node]] = max(tall[head[node]], by)
    down: dict[str, set[tuple[str, int]]] = defaultdict(set)
    up: dict[str, set[tuple[str, int]]] = defaultdict(set)
    upward = set()
    for link, ends in zip(links, whole, strict=True):
        high, low = ends.above, ends.below
        # So far below the one is the other's rank, at least.
        apart = 1 + shift.get(link.above, 0) - shift.get(link.below, 0)
        if place[high] > place[low]:
            upward.add(link.id)
            high, low = low, high
            apart = 2 - apart
        down[high].add((low, apart))
        up[low].add((high, apart))
    topological = sorted(nodes, key=place.__getitem__)
    at: dict[str, int] = {}
    for node in reversed(topological):
        at[node] = min([-1 - tall[node], *(at[n] - apart for n, apart in down[node])])
    held = _upstream(anchors, {node: {n for n, _ in found} for node, found in up.items()})
    for node in topological:
        if node not in held and up[node]:
            at[node] = max(at[n] + apart for n, apart in up[node])
    return at, upward


def _upstream(anchors: Collection[str], up: dict[str, set[str]]) -> set[str]:
    seen = set(anchors)
    todo = list(seen)
    while todo:
        for node in up.get(todo.pop(), ()):
            if node not in seen:
                seen.add(node)
                todo.append(node)
    return seen


def _level_with_partner(at: dict[str, int], loose: set[str], level: list[Link]) -> None:
    """Nodes with no other link stand beside the one they are level with."""
    partners: dict[str, list[str]] = defaultdict(list)
    for link in level:
        partners[link.above].append(link.below)
        partners[link.below].append(link.above)
    todo = sorted(n for n in partners if n not in loose) or sorted(partners)[:1]
    done = set(todo)
    while todo:
        node = todo.pop(0)
        for other in sorted(partners[node]):
            if other in loose and other not in done:
                at[other] = at[node]
                done.add(other)
                todo.append(other)


def _linear_order(nodes: list[str], links: list[Link]) -> dict[str, int]:
    """A place for every node; structural links run forwards, but for those that close a loop of their own."""
    structural = [k for k in links if k.structural]
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((k.above, k.below) for k in structural)
    inside: dict[str, int] = {}
    block: dict[str, int] = {}
    for number, component in enumerate(nx.strongly_connected_components(graph)):
        for node in component:
            block[node] = number
        if len(component) > 1:
            own = [k for k in structural if k.above in component and k.below in component]
            inside.update({n: i for i, n in enumerate(_open_loop(component, own))})
    forward: dict[str, set[str]] = defaultdict(set)
    soft: dict[str, set[str]] = defaultdict(set)
    for link in links:
        if not link.structural:
            soft[link.above].add(link.below)
        elif block[link.above] != block[link.below] or inside[link.above] < inside[link.below]:
            forward[link.above].add(link.below)
    return _topological(nodes, forward, soft)


def _topological(nodes: list[str], forward: dict[str, set[str]], soft: dict[str, set[str]]) -> dict[str, int]:
    """Kahn's order of `forward`, taking first what the fewest `soft` links still wait for."""
    waits = dict.fromkeys(nodes, 0)
    wishes = dict.fromkeys(nodes, 0)
    for node in nodes:
        for other in forward[node]:
            waits[other] += 1
        for other in soft[node]:
            wishes[other] += 1
    heap = [(wishes[n], n) for n in nodes if not waits[n]]
    heapq.heapify(heap)
    place: dict[str, int] = {}
    while heap:
        wish, node = heapq.heappop(heap)
        if node in place or wish != wishes[node]:
            continue
        place[node] = len(place)
        for other in forward[node]:
            waits[other] -= 1
        for other in soft[node]:
            wishes[other] -= 1
        for other in sorted(forward[node] | soft[node]):
            if not waits[other] and other not in place:
                heapq.heappush(heap, (wishes[other], other))
    return place


def _open_loop(component: set[str], links: list[Link]) -> list[str]:
    """An order of a loop's nodes in which little weight runs backwards (Eades, Lin, Smyth)."""
    out: dict[str, dict[str, float]] = {n: {} for n in component}
    into: dict[str, dict[str, float]] = {n: {} for n in component}
    for link in links:
        weight = 0.01 + max(0.0, min(1.0, link.weight))
        out[link.above][link.below] = out[link.above].get(link.below, 0.0) + weight
        into[link.below][link.above] = into[link.below].get(link.above, 0.0) + weight
    head: list[str] = []
    tail: list[str] = []
    left = set(component)

    def gain(node: str) -> float:
        return sum(out[node].values()) - sum(into[node].values())

    heap = [(-gain(n), n) for n in component]
    heapq.heapify(heap)
    ends = sorted(n for n in component if not out[n] or not into[n])
    while left:
        if ends:
            node = ends.pop()
        else:
            lost, node = heapq.heappop(heap)
            if node in left and lost != -gain(node):
                continue
        if node not in left:
            continue
        (tail if not out[node] and into[node] else head).append(node)
        left.discard(node)
        touched = sorted({*out[node], *into[node]} & left)
        for other in touched:
            out[other].pop(node, None)
            into[other].pop(node, None)
            heapq.heappush(heap, (-gain(other), other))
            if not out[other] or not into[other]:
                ends.append(other)
    return head + tail[::-1]
