"""What a scene is drawn with, piece by piece in the order it is painted: the one source of SVG, PNG and PDF."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from visualize.scene import Badge, Point, Scene, SceneLine, SceneNode, SceneStack, Text
from visualize.style import PAPER

_RULE: Final = "#d5dae1"
MARGIN: Final = 36.0
_KAPPA: Final = 0.5523
"""How far a cubic's handle reaches along a quarter circle of radius 1."""


@dataclass(frozen=True, slots=True)
class Paint:
    """Fill and stroke; an empty colour paints nothing. `dash` as in SVG; `hatch` strokes the inside slantwise."""

    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    dash: str = ""
    hatch: str = ""


@dataclass(frozen=True, slots=True)
class Oval:
    """A circle."""

    x: float
    y: float
    radius: float
    paint: Paint


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle, `x`, `y` its top left, with round corners."""

    x: float
    y: float
    width: float
    height: float
    radius: float
    paint: Paint


@dataclass(frozen=True, slots=True)
class Polygon:
    """Straight edges through the points, back to the first where `closed`."""

    points: tuple[Point, ...]
    paint: Paint
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Curve:
    """A start point and cubic Bézier segments of three points each."""

    points: tuple[Point, ...]
    paint: Paint
    closed: bool = False


Piece = Oval | Rect | Polygon | Curve | Text


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
    paint = Paint("#fafbfc", "#b9c1cc", 1.2)
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


def _node(node: SceneNode) -> tuple[Piece, ...]:
    style = node.style
    out: list[Piece] = []
    if node.width:
        out.append(outline(node, Paint(style.fill, style.stroke, style.width, style.dash)))
    if style.double:
        out.append(outline(node, Paint("", style.stroke), style.width / 2 + 3))
    if node.shape == "document" and node.width:
        fold = min(12.0, node.height * 0.3)
        right, top = node.x + node.width / 2, node.y - node.height / 2
        corner = ((right - fold, top), (right - fold, top + fold), (right, top + fold))
        out.append(Polygon(corner, Paint("", style.stroke), False))
    if node.icon == "person":
        out += _person(node.x, node.y, style.stroke)
    out += node.texts
    for badge in node.badges:
        out += _badge(badge)
    return tuple(out)


def _person(x: float, y: float, ink: str) -> tuple[Piece, ...]:
    """Head and shoulders."""
    foot, wide, tall = y + 15, 12.0, 12.5
    shoulders = (
        (x - wide, foot),
        (x - wide, foot - tall * _KAPPA),
        (x - wide * _KAPPA, foot - tall),
        (x, foot - tall),
        (x + wide * _KAPPA, foot - tall),
        (x + wide, foot - tall * _KAPPA),
        (x + wide, foot),
    )
    return Oval(x, y - 6, 6.5, Paint(ink)), Curve(shoulders, Paint(ink), True)


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
