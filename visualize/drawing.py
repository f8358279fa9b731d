"""What a scene is drawn with, piece by piece in the order it is painted: the one source of SVG, PNG and PDF."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from visualize.icons import icon
from visualize.pieces import Curve, Oval, Paint, Piece, Point, Polygon, Rect, Text
from visualize.scene import Badge, Scene, SceneLine, SceneNode, SceneStack
from visualize.style import PAPER

_RULE: Final = "#dadada"
MARGIN: Final = 36.0
_HATCH: Final = 11.0
_ICON_WHOLE: Final = 46.0
"""Width of a circle from which on its sign is drawn at full size."""


@dataclass(frozen=True, slots=True)
class Group:
    """The pieces of one thing: a node, a line, a label, or nothing in particular."""

    pieces: tuple[Piece, ...]
    of: SceneNode | SceneLine | None = None
    label: bool = False


def groups(scene: Scene) -> Iterator[Group]:
    """Everything on the paper, the paper itself first."""
    yield Group((Rect(0, 0, math.ceil(scene.width), math.ceil(scene.height), 0, Paint(PAPER)),))
    for stack in scene.stacks:
        yield Group(_frame(stack))
    # Strong lines are drawn last, so that a finding is never crossed out by what is not one.
    lines = sorted((k for k in scene.lines if k.path), key=lambda k: (k.style.width, k.id))
    for line in lines:
        yield Group(_line(line), line)
    for line in lines:
        if line.label and line.label_box is not None:
            yield Group(_label(line), line, True)
    for node in scene.nodes:
        yield Group(_node(node), node)
    yield Group(tuple(scene.headings))
    legend = scene.legend
    y = legend.top - 14
    rule = Polygon(((MARGIN, y), (math.ceil(scene.width) - MARGIN, y)), Paint("", _RULE), False)
    samples = [p for k in legend.lines for p in _line(k)] + [p for n in legend.nodes for p in _node(n)]
    yield Group((rule, *samples, *legend.texts))


def _frame(stack: SceneStack) -> tuple[Piece, ...]:
    paint = Paint("#fbfbfb", "#bfbfbf", 1.2)
    return Rect(stack.x, stack.y, stack.width, stack.height, 10, paint), stack.heading


def _badge(badge: Badge) -> tuple[Piece, ...]:
    x, y = badge.x - badge.width / 2, badge.y - badge.height / 2
    box = Rect(x, y, badge.width, badge.height, badge.height / 2, Paint(badge.fill, PAPER))
    return box, badge_text(badge)


def badge_text(badge: Badge) -> Text:
    """The word of a badge, where it stands."""
    return Text(badge.x, badge.y + badge.size * 0.36, badge.text, badge.size, badge.ink, True)


def outline(node: SceneNode, paint: Paint, inset: float = 0.0) -> Piece:
    """A node's figure, `inset` pixels smaller on every side."""
    w, h = node.width / 2 - inset, node.height / 2 - inset
    x, y = node.x, node.y
    if node.shape == "circle":
        return Oval(x, y, w, paint)
    if node.shape in ("box", "pill"):
        radius = min(w, h) if node.shape == "pill" else max(2.0, 6.0 - inset)
        return Rect(x - w, y - h, 2 * w, 2 * h, min(radius, 26.0), paint)
    if node.shape == "house":
        roof = min(22.0, h * 0.75)
        spots = [(x, y - h), (x + w, y - h + roof), (x + w, y + h), (x - w, y + h), (x - w, y - h + roof)]
    elif node.shape == "plate":
        side = min(16.0, w / 2)
        spots = [(x - w, y - h), (x + w - side, y - h), (x + w, y), (x + w - side, y + h), (x - w, y + h)]
    elif node.shape == "document":
        fold = min(12.0, h * 0.6)
        spots = [(x - w, y - h), (x + w - fold, y - h), (x + w, y - h + fold), (x + w, y + h), (x - w, y + h)]
    else:
        side = min(16.0 if node.shape == "hexagon" else 9.0, w / 2)
        cut = h if node.shape == "hexagon" else min(9.0, h / 2)
        spots = [(x - w + side, y - h), (x + w - side, y - h), (x + w, y - h + cut)]
        if cut < h:
            spots.append((x + w, y + h - cut))
        spots += [(x + w - side, y + h), (x - w + side, y + h), (x - w, y + h - cut)]
        if cut < h:
            spots.append((x - w, y - h + cut))
    return Polygon(tuple(spots), paint)


def _hatching(figure: Piece, ink: str) -> list[Piece]:
    """Slanting lines inside a convex figure. They count from the origin, so that neighbours' lines meet."""
    rim = _rim(figure)
    paint = Paint("", ink, 1.6)
    out: list[Piece] = []
    sums = [x + y for x, y in rim]
    for number in range(math.ceil(min(sums) / _HATCH), math.floor(max(sums) / _HATCH) + 1):
        at = number * _HATCH
        cuts = []
        for (x0, y0), (x1, y1) in zip(rim, [*rim[1:], rim[0]], strict=True):
            before, after = x0 + y0 - at, x1 + y1 - at
            if before * after < 0:
                part = before / (before - after)
                cuts.append((x0 + (x1 - x0) * part, y0 + (y1 - y0) * part))
        if len(cuts) == 2:
            out.append(Polygon(tuple(cuts), paint, False))
    return out


def _rim(figure: Piece) -> list[Point]:
    if isinstance(figure, Polygon):
        return list(figure.points)
    if isinstance(figure, Oval):
        turns = [i * math.tau / 48 for i in range(48)]
        return [
            (figure.x + figure.radius * math.cos(t), figure.y + figure.radius * math.sin(t)) for t in turns
        ]
    if isinstance(figure, Rect):
        # Round corners cut straight: the difference hides under the rim.
        left, top, right, low = figure.x, figure.y, figure.x + figure.width, figure.y + figure.height
        cut = figure.radius * 0.4
        return [
            *((left + cut, top), (right - cut, top), (right, top + cut), (right, low - cut)),
            *((right - cut, low), (left + cut, low), (left, low - cut), (left, top + cut)),
        ]
    raise TypeError("only closed figures are hatched")


def _node(node: SceneNode) -> tuple[Piece, ...]:
    style = node.style
    out: list[Piece] = []
    if node.width:
        if style.hatch:
            out.append(outline(node, Paint(style.fill)))
            out += _hatching(outline(node, Paint()), style.hatch)
        fill = "" if style.hatch else style.fill
        out.append(outline(node, Paint(fill, style.stroke, style.width, style.dash)))
    if style.double:
        out.append(outline(node, Paint("", style.stroke), style.width / 2 + 3))
    if node.shape == "document" and node.width:
        fold = min(12.0, node.height * 0.3)
        right, top = node.x + node.width / 2, node.y - node.height / 2
        corner = ((right - fold, top), (right - fold, top + fold), (right, top + fold))
        out.append(Polygon(corner, Paint("", style.stroke), False))
    out += icon(node.icon, node.x, node.y, style.stroke, min(1.0, node.width / _ICON_WHOLE))
    out += node.texts
    for badge in node.badges:
        out += _badge(badge)
    return tuple(out)


def _line(line: SceneLine) -> tuple[Piece, ...]:
    style = line.style
    out: list[Piece] = []
    if style.double:
        wide = style.width * 2 + 2
        out.append(Curve(line.path, Paint("", style.stroke, wide, style.dash)))
        out.append(Curve(line.path, Paint("", PAPER, wide - 2 * min(1.4, style.width))))
    else:
        out.append(Curve(line.path, Paint("", style.stroke, style.width, style.dash)))
    if line.arrow:
        out.append(Polygon(line.arrow, Paint(style.stroke)))
    return tuple(out)


def _label(line: SceneLine) -> tuple[Piece, ...]:
    if line.label_box is None:
        return ()
    # The rim has the stroke of the text, which print in grey has already turned.
    rim = line.label[0].ink if "finding" in line.marks else ""
    return Rect(*line.label_box, 4, Paint(PAPER, rim)), *line.label
