"""A layered layout: who owns stands above what is owned, every line has room for its label.

Layers with odd numbers hold nodes, those with even numbers labels; every line passes at least one label layer, so
that labels overlap nothing. Same input, same picture: ids and weights decide every tie.
"""

from __future__ import annotations

import contextlib
import gc
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from visualize.coordinates import spread
from visualize.folding import ACROSS
from visualize.links import Link
from visualize.ordering import Layers, order
from visualize.ranking import Ranks, in_rows, rank
from visualize.straightening import Chain, straighten

Point = tuple[float, float]

GAP = 30.0
GAP_THIN = 16.0
BEND = 10.0
CHANNEL = 20.0
_STEEP = 0.045
_CHANNEL_MOST = 90.0
_LESSER = 0.25
PART_GAP = 56.0
_BESIDE = 60.0
"""Room beside a member of a folded loop, whose neighbours hold it: the canvas letters that line there."""


@dataclass(frozen=True, slots=True)
class Block:
    """A node to be placed, in pixels. Lines leave its rim: `top_span` and `bottom_span` wide, centred."""

    id: str
    width: float
    height: float
    top_span: float
    bottom_span: float
    top_radius: float = 0.0
    """Radius of a round rim; 0 where it is flat."""
    bottom_radius: float = 0.0
    top_right: float | None = None
    """How far to the right of the centre lines may arrive, where that is less than half of `top_span`."""


@dataclass(frozen=True, slots=True)
class Route:
    """A line from the upper end to the lower one; `points` lie on it, vertical at each, `label` is centred.

    `upward` says that the link's own upper end came to stand below. `arch`: both ends stand on one rank and are
    left upwards, from the link's `above` over the label to its `below`.
    """

    points: tuple[Point, ...]
    label: Point
    upward: bool = False
    arch: bool = False

    def moved(self, dx: float, dy: float) -> Route:
        """The same, elsewhere."""
        points = tuple((x + dx, y + dy) for x, y in self.points)
        return replace(self, points=points, label=(self.label[0] + dx, self.label[1] + dy))


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres by node id, routes by link id, size of the whole, all in pixels with the origin top left."""

    centres: dict[str, Point]
    routes: dict[str, Route]
    width: float
    height: float


def place(
    blocks: Sequence[Block],
    links: Sequence[Link],
    *,
    anchors: Collection[str] = (),
    previous: Mapping[str, Point] | None = None,
    rows: Mapping[str, int] | None = None,
) -> Layout:
    """Place blocks and route links.

    `rows`: of blocks that would stand side by side in too long a row, in which row, from 0 on, each stands instead.
    `anchors` come to the foot of what leads to them. `previous` gives the centres of an earlier picture: nodes
    that stay on one rank keep their order. Unconnected parts are laid out apart. Links from a node to itself get
    no route. Cost is near-linear in nodes plus links.
    """
    by_id = {b.id: b for b in sorted(blocks, key=lambda b: b.id)}
    kept = sorted((k for k in links if k.above != k.below), key=lambda k: k.id)
    parts = _parts(by_id, kept)
    drawn = []
    with _uncollected():
        for part in parts:
            inside = [k for k in kept if k.above in part] if len(parts) > 1 else kept
            own = {i: by_id[i] for i in by_id if i in part} if len(parts) > 1 else by_id
            drawn.append(_Part(own, inside, anchors, previous, rows or {}).layout)
    return _pack(drawn)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No search for reference cycles meanwhile: a layout makes none, and looking took a third of its time.

    Whoever turned the collector off turns it on again, so layouts in several threads may overlap.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _parts(blocks: Mapping[str, Block], links: Sequence[Link]) -> list[set[str]]:
    near: dict[str, list[str]] = defaultdict(list)
    for link in links:
        near[link.above].append(link.below)
        near[link.below].append(link.above)
    seen: set[str] = set()
    parts: list[set[str]] = []
    for start in blocks:
        if start in seen:
            continue
        part = {start}
        todo = [start]
        while todo:
            for other in near[todo.pop()]:
                if other not in part:
                    part.add(other)
                    todo.append(other)
        seen |= part
        parts.append(part)
    return sorted(parts, key=lambda p: (-len(p), min(p)))


def _pack(parts: list[Layout]) -> Layout:
    """Parts side by side on shelves, in the order given."""
    area = sum((p.width + PART_GAP) * (p.height + PART_GAP) for p in parts)
    limit = max([p.width for p in parts] + [math.sqrt(area) * 1.5, 900.0])
    centres: dict[str, Point] = {}
    routes: dict[str, Route] = {}
    x = y = shelf = right = 0.0
    for part in parts:
        if x and x + part.width > limit:
            x, y, shelf = 0.0, y + shelf + PART_GAP, 0.0
        for node, (px, py) in part.centres.items():
            centres[node] = (px + x, py + y)
        for link, route in part.routes.items():
            routes[link] = route.moved(x, y) if x or y else route
        right = max(right, x + part.width)
        shelf = max(shelf, part.height)
        x += part.width + PART_GAP
    return Layout(centres, routes, right, y + shelf)


class _Part:
    """The layout of one connected part."""

    def __init__(
        self,
        blocks: Mapping[str, Block],
        links: Sequence[Link],
        anchors: Collection[str],
        previous: Mapping[str, Point] | None,
        rows: Mapping[str, int],
    ):
        self.blocks = blocks
        self.links = links
        self.ranks: Ranks = rank(list(blocks), links, [a for a in anchors if a in blocks])
        if mine := {i: rows[i] for i in blocks if i in rows}:
            self.ranks = in_rows(self.ranks, mine)
        self.graph = Layers()
        seats = self.ranks.seats
        self.vertex = {
            b.id: self.graph.add(
                2 * self.ranks.of[b.id] + 1, b.width + (_BESIDE if b.id in seats else 0.0), b.height
            )
            for b in blocks.values()
        }
        self.chain: dict[str, tuple[list[int], int]] = {}
        self.joints: list[tuple[str, str, str, int, int]] = []
        """Every link with its upper and lower end, its first bend (−1 where it has none) and its last, or label."""
        self._chains()
        before: list[float | None] | None = None
        if previous is not None:
            before = [None] * len(self.graph.layer)
            for node, vertex in self.vertex.items():
                before[vertex] = previous[node][0] if node in previous else None
        elif seats:
            before = self._seated()
        order(self.graph, before)
        self.x = spread(self.graph, GAP, GAP_THIN)
        straighten(self.graph, self.x, self._bent(), self._ports_x, GAP_THIN)
        edge = min((x - w / 2 for x, w in zip(self.x, self.graph.width, strict=True)), default=0.0)
        self.x = [x - edge for x in self.x]
        self.y, height = self._rows()
        width = max((self.x[v] + w / 2 for v, w in enumerate(self.graph.width)), default=0.0)
        centres = {i: (self.x[v], self.y[self.graph.layer[v]]) for i, v in self.vertex.items()}
        self.layout = Layout(centres, self._routes(), width, height)

    def _chains(self) -> None:
        """Every link becomes a chain of vertices, one in each layer it passes, one of them its label."""
        ranks, graph = self.ranks.of, self.graph
        out: dict[str, int] = defaultdict(int)
        into: dict[str, int] = defaultdict(int)
        for link in self.links:
            high, low = self._ends(link)
            out[high] += 1
            into[low] += 1
        for link in sorted(self.links, key=lambda k: (-k.weight, k.id)):
            high, low = self._ends(link)
            a, b = ranks[high], ranks[low]
            if a == b:
                label = graph.add(2 * a, link.label_width + 24, link.label_height, force=_LESSER)
                graph.join(label, self.vertex[high])
                graph.join(label, self.vertex[low])
                self.chain[link.id] = ([], label)
                continue
            force = 1.0 if link.structural else _LESSER
            at = 2 * a + 2 if into[low] > out[high] else 2 * b
            bends = []
            label = -1
            last = self.vertex[high]
            for layer in range(2 * a + 2, 2 * b + 1):
                if layer == at:
                    bend = label = graph.add(
                        layer, max(BEND, link.label_width), link.label_height, b - a > 1, force
                    )
                else:
                    bend = graph.add(layer, BEND, 0.0, True, force)
                graph.join(last, bend)
                bends.append(bend)
                last = bend
            graph.join(last, self.vertex[low])
            self.chain[link.id] = (bends, label)
        for link in self.links:
            bends, label = self.chain[link.id]
            ends = (bends[0], bends[-1]) if bends else (-1, label)
            self.joints.append((link.id, *self._ends(link), *ends))

    def _seated(self) -> list[float | None]:
        """An order of the layers in which a folded loop's rows can be followed; all else comes between."""
        seats, of = self.ranks.seats, self.ranks.of
        x: list[float | None] = [None] * len(self.graph.layer)
        for node, seat in seats.items():
            x[self.vertex[node]] = float(seat.column)
        for link in self.links:
            if link.above not in seats or link.below not in seats:
                continue
            high, low = self._ends(link)
            if of[low] - of[high] > 2:
                # What closes the loop passes by its rows, on the side where it leaves.
                side = -1.0 if seats[low].column < ACROSS / 2 else float(ACROSS)
                for bend in self.chain[link.id][0]:
                    x[bend] = side
        return x

    def _ends(self, link: Link) -> tuple[str, str]:
        high, low = link.above, link.below
        return (low, high) if self.ranks.of[high] > self.ranks.of[low] else (high, low)

    def _bent(self) -> list[Chain]:
        return [
            Chain(k.id, *self._ends(k), tuple(self.chain[k.id][0])) for k in self.links if self.chain[k.id][0]
        ]

    def _rows(self) -> tuple[list[float], float]:
        """Centre y of each layer; a channel is the higher the further its lines run sideways."""
        graph = self.graph
        tall = [max((graph.height[v] for v in layer), default=0.0) for layer in graph.layers]
        y: list[float] = []
        edge = 0.0
        for number, layer in enumerate(graph.layers):
            if number and (number > 1 or tall[0]):
                reach = max((abs(self.x[v] - self.x[u]) for v in layer for u in graph.up[v]), default=0.0)
                edge += min(_CHANNEL_MOST, CHANNEL + _STEEP * reach)
            y.append(edge + tall[number] / 2)
            edge += tall[number]
        self.tall = tall
        return y, edge

    def _ports_x(self) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
        """Where lines leave and reach the rims, side by side in the order they come from."""
        leave: dict[str, list[tuple[float, str]]] = defaultdict(list)
        arrive: dict[str, list[tuple[float, str]]] = defaultdict(list)
        at = self.x
        for link, high, low, first, last in self.joints:
            if first >= 0:
                leave[high].append((at[first], link))
                arrive[low].append((at[last], link))
            else:
                arrive[high].append((at[last], link))
                arrive[low].append((at[last], link))
        out: list[dict[tuple[str, str], float]] = []
        for sides, top in ((leave, False), (arrive, True)):
            rims = {}
            for node, lines in sides.items():
                block = self.blocks[node]
                middle = at[self.vertex[node]]
                if len(lines) == 1 and (not top or block.top_right is None or block.top_right >= 0):
                    rims[node, lines[0][1]] = middle
                    continue
                span = block.top_span if top else block.bottom_span
                step = min(22.0, span / max(1, len(lines) - 1))
                lean = 0.0
                if top and block.top_right is not None:
                    lean = min(0.0, block.top_right - step * (len(lines) - 1) / 2)
                for i, (_, link_id) in enumerate(sorted(lines)):
                    shift = (i - (len(lines) - 1) / 2) * step
                    rims[node, link_id] = middle + shift + lean
            out.append(rims)
        return out[0], out[1]

    def _rim(self, node: str, x: float, top: bool) -> Point:
        """The point of a node's rim at `x`."""
        block = self.blocks[node]
        radius = block.top_radius if top else block.bottom_radius
        dx = x - self.x[self.vertex[node]]
        sink = radius - math.sqrt(max(0.0, radius * radius - dx * dx)) if radius else 0.0
        y, dy = self.y[self.graph.layer[self.vertex[node]]], block.height / 2 - sink
        return x, (y - dy if top else y + dy)

    def _routes(self) -> dict[str, Route]:
        graph = self.graph
        leave, arrive = self._ports_x()
        lower = {key: self._rim(key[0], x, False) for key, x in leave.items()}
        upper = {key: self._rim(key[0], x, True) for key, x in arrive.items()}
        routes = {}
        for link in self.links:
            high, low = self._ends(link)
            bends, label = self.chain[link.id]
            spot = (self.x[label], self.y[graph.layer[label]])
            if not bends:
                ends = upper[link.above, link.id], upper[link.below, link.id]
                routes[link.id] = Route((ends[0], spot, ends[1]), spot, arch=True)
                continue
            points = [lower[high, link.id]]
            for bend in bends:
                layer = graph.layer[bend]
                half = self.tall[layer] / 2
                points.append((self.x[bend], self.y[layer] - half))
                if half:
                    points.append((self.x[bend], self.y[layer] + half))
            points.append(upper[low, link.id])
            routes[link.id] = Route(
                tuple(points), spot, self.ranks.of[link.above] > self.ranks.of[link.below]
            )
        return routes
