"""What a picture is painted with: circles, rectangles, polygons, curves and lines of text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]

INK = "#1a202c"


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text, standing on its baseline."""

    x: float
    y: float
    text: str
    size: float
    ink: str = INK
    bold: bool = False
    anchor: Anchor = "middle"

    def moved(self, dx: float, dy: float) -> Text:
        """The same, elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Paint:
    """Fill and stroke; an empty colour paints nothing. `dash` as in SVG."""

    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    dash: str = ""


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
