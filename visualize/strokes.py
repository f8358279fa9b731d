"""Lines of the picture: curves along their routes, arrow heads, labels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from visualize.abridge import FAINT, Line
from visualize.figures import line_facts
from visualize.labels import line_words, widest
from visualize.layout import Route
from visualize.pieces import Point, Text
from visualize.scene import SceneLine
from visualize.style import ALARM, Style, line_style
from visualize.wording import WORDS, Lang, pick

LABEL_SIZE: Final = 12.5
_LABEL_LINE: Final = 16.0
_ARROW: Final = 9.0
_SELF: Final = 34.0


@dataclass(frozen=True, slots=True)
class Label:
    """The words of a line and the room they take."""

    words: tuple[str, ...]
    width: float
    height: float


def label(
    line: Line, lang: Lang, looped: bool, words: tuple[str, ...] | None = None, look: Style = "chinese"
) -> Label:
    """The label of a line: a finding's begins with ▲, a loop's says so."""
    said = list(line_words(line, lang, look) if words is None else words)
    if looped and said:
        said[0] = f"{pick(WORDS['loop'], lang)} · {said[0]}"
    if "finding" in line.marks:
        said[:1] = ["▲ " + (said[0] if said else pick(WORDS["finding"], lang))]
    lines = tuple(said)
    return Label(lines, widest(lines, LABEL_SIZE) + 8, len(lines) * _LABEL_LINE + 2 if lines else 0.0)


def stroke(line: Line, route: Route, text: Label, lang: Lang, look: Style = "chinese") -> SceneLine:
    """A line along its route; the arrow stands at its target."""
    points = list(route.points)
    style = line_style(line, look)
    head: tuple[Point, ...] = ()
    if route.arch:
        if line.arrow:
            spot = -1 if line.target == line.below else 0
            head, points[spot] = _arrow(points[spot], up=False, width=style.width)
        path = _arch(points)
    else:
        at_foot = (line.target == line.below) != route.upward
        if line.arrow:
            spot = -1 if at_foot else 0
            head, points[spot] = _arrow(points[spot], up=not at_foot, width=style.width)
        path = _curve(points)
    return _line(line, path, head, text, route.label, lang, look)


def self_stroke(line: Line, right: Point, text: Label, lang: Lang, look: Style = "chinese") -> SceneLine:
    """A company that owns itself: a loop on its right side."""
    x, y = right
    head, end = _side_arrow((x, y + 11))
    path = ((x, y - 11), (x + _SELF, y - 26), (x + _SELF, y + 26), end)
    return _line(line, path, head, text, (x + _SELF + text.width / 2, y), lang, look)


def self_room(text: Label) -> float:
    """How far a loop on a node's side reaches beyond it."""
    return _SELF + text.width + 4


def hidden_stroke(line: Line, stack: str, lang: Lang, look: Style = "chinese") -> SceneLine:
    """A line its stack stands for: all its facts, no path."""
    made = _line(line, (), (), Label((), 0.0, 0.0), (0.0, 0.0), lang, look)
    return replace(made, stack=stack)


def _line(
    line: Line,
    path: tuple[Point, ...],
    head: tuple[Point, ...],
    text: Label,
    spot: Point,
    lang: Lang,
    look: Style,
) -> SceneLine:
    style = line_style(line, look)
    finding = "finding" in line.marks and not line.marks & FAINT
    texts = []
    top = spot[1] - len(text.words) * _LABEL_LINE / 2
    for i, words in enumerate(text.words):
        ink = ALARM if finding and not i else style.ink
        size = LABEL_SIZE if not i else LABEL_SIZE - 1
        texts.append(Text(spot[0], top + _LABEL_LINE * (i + 0.77), words, size, ink, finding and not i))
    box = None
    if text.words:
        box = (spot[0] - text.width / 2, spot[1] - text.height / 2, text.width, text.height)
    return SceneLine(
        line.id,
        line.kind,
        line.source,
        line.target,
        tuple(e.id for e in line.members),
        tuple(e.type for e in line.members),
        path,
        head,
        style,
        tuple(texts),
        box,
        tuple(sorted(line.marks)),
        facts=line_facts(line, lang),
    )


def _arrow(tip: Point, up: bool, width: float) -> tuple[tuple[Point, ...], Point]:
    """A head at `tip`, and where the stroke ends so that it does not show beyond it."""
    x, y = tip
    long = _ARROW + width
    half = 3.4 + width * 0.9
    back = y + long if up else y - long
    return ((x, y), (x - half, back), (x + half, back)), (x, back + (-1 if up else 1))


def _side_arrow(tip: Point) -> tuple[tuple[Point, ...], Point]:
    x, y = tip
    return ((x, y), (x + 9, y - 1.5), (x + 7, y + 7)), (x + 7.5, y + 2.5)


def _curve(points: Collection[Point]) -> tuple[Point, ...]:
    """Segments that leave and arrive vertically at every point."""
    spots = list(points)
    path = [spots[0]]
    for (x0, y0), (x1, y1) in pairwise(spots):
        middle = (y1 - y0) * 0.5
        path += [(x0, y0 + middle), (x1, y1 - middle), (x1, y1)]
    return tuple(path)


def _arch(points: list[Point]) -> tuple[Point, ...]:
    """Up from one node, over to the other: vertical at the ends, level at the top."""
    (x0, y0), (x, y), (x1, y1) = points
    return (
        (x0, y0),
        (x0, y + (y0 - y) * 0.25),
        (x0 + (x - x0) * 0.25, y),
        (x, y),
        (x1 + (x - x1) * 0.25, y),
        (x1, y + (y1 - y) * 0.25),
        (x1, y1),
    )
