"""Shapes, colours and line styles: every meaning has a form beside its colour, so grey prints read too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from visualize.abridge import FAINT, Line, LineKind

Style = Literal["chinese", "open_ownership"]
"""How a picture looks: as Chinese charts do, or by the conventions of Open Ownership."""

Shape = Literal["box", "circle", "house", "hexagon", "document", "pill", "octagon"]

SHAPES: Final[dict[str, Shape]] = {
    "Company": "box",
    "Person": "circle",
    "Household": "house",
    "Property": "document",
    "Vehicle": "document",
    "Tender": "octagon",
    "Lot": "hexagon",
    "Bid": "pill",
    "Contact": "pill",
    "Identifier": "pill",
    "Name": "pill",
    "Program": "octagon",
    "Benefit": "pill",
    "Concert": "octagon",
    "Project": "hexagon",
    "Stage": "pill",
}

INK: Final = "#1a202c"
QUIET: Final = "#4a5568"
PALE: Final = "#718096"
PAPER: Final = "#ffffff"
ALARM: Final = "#b42318"
WRONG: Final = "#8a4b00"
PILL: Final = "#1d4e89"

_COLOURS: Final[dict[str, tuple[str, str]]] = {
    "Company": ("#eef5fc", "#2f5d8c"),
    "Person": ("#fff6e5", "#a8650f"),
    "Household": ("#eaf7ef", "#23724c"),
    "Property": ("#f4f0fc", "#6042ad"),
    "Vehicle": ("#f4f0fc", "#6042ad"),
    "Benefit": ("#fdf0f5", "#a62a6a"),
    "Program": ("#fdf0f5", "#a62a6a"),
    "Lot": ("#e8f3f3", "#1f6467"),
    "Tender": ("#e8f3f3", "#1f6467"),
    "Bid": ("#e8f3f3", "#1f6467"),
    "Concert": ("#eef5fc", "#2f5d8c"),
}


@dataclass(frozen=True, slots=True)
class NodeStyle:
    """Fill, rim and text of a node; `dash` as in SVG, `double` draws a second rim inside."""

    fill: str
    stroke: str
    width: float
    dash: str = ""
    double: bool = False
    ink: str = INK


@dataclass(frozen=True, slots=True)
class LineStyle:
    """Stroke of a line; `double` draws two parallel strokes."""

    stroke: str
    width: float
    dash: str = ""
    double: bool = False
    ink: str = INK


def node_style(type_: str, marks: frozenset[str], unknown: bool) -> NodeStyle:
    """The style of a node of one type with its marks."""
    fill, stroke = _COLOURS.get(type_, ("#f6f7f9", "#5a6575"))
    if marks & FAINT:
        return NodeStyle("#f1f2f4", "#a0a8b4", 1.2, "4 4" if unknown else "", ink=PALE)
    dash = "6 4" if unknown else ""
    if unknown:
        fill = PAPER
    if "finding" in marks:
        return NodeStyle("#fff1ef", ALARM, 3.2, dash, "subject" in marks)
    return NodeStyle(fill, stroke, 1.6, dash, "subject" in marks)


_LINES: Final[dict[LineKind, LineStyle]] = {
    "own": LineStyle("#3d4a5c", 1.5),
    "control": LineStyle("#1c6fb5", 1.4, double=True),
    "computed": LineStyle("#8590a0", 1.5, "11 6", ink=QUIET),
    "bid": LineStyle("#1f7a7d", 1.5),
    "same": LineStyle("#6042ad", 1.2, double=True),
    "other": LineStyle("#7a8594", 1.0, ink=QUIET),
}


def line_style(line: Line) -> LineStyle:
    """The style of a line with its marks."""
    base = _LINES[line.kind]
    if line.marks & FAINT:
        return LineStyle("#aab2bd", 1.2, "2 4", ink=PALE)
    dash = base.dash
    if "unknown" in line.marks or line.members[0].type == "POSSIBLY_SAME":
        dash = "5 4"
    if "finding" in line.marks:
        stroke = base.stroke if line.kind == "computed" else ALARM
        return LineStyle(stroke, max(3.0, base.width), dash, base.double, base.ink)
    return LineStyle(base.stroke, base.width, dash, base.double, base.ink)
