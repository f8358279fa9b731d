"""Shapes, colours and line styles: every meaning has a form beside its colour, so grey prints read too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from visualize.abridge import FAINT, Line, LineKind
from visualize.pieces import INK

Style = Literal["chinese", "open_ownership"]
"""How a picture looks: as Chinese charts do, or by the conventions of Open Ownership."""

Shape = Literal["box", "circle", "house", "hexagon", "document", "pill", "octagon", "plate"]

SHAPES: Final[dict[str, Shape]] = {
    "Company": "box",
    "Person": "circle",
    "Household": "house",
    "Property": "document",
    "Vehicle": "document",
    "Tender": "octagon",
    "Lot": "plate",
    "Bid": "pill",
    "Contact": "pill",
    "Identifier": "pill",
    "Name": "pill",
    "Program": "octagon",
    "Benefit": "pill",
    "Concert": "octagon",
    "Project": "plate",
    "Stage": "pill",
}

QUIET: Final = "#4a5568"
PALE: Final = "#718096"
PAPER: Final = "#ffffff"
ALARM: Final = "#b42318"
WRONG: Final = "#8a4b00"
PILL: Final = "#1d4e89"
HATCH: Final = "#dec8a6"

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
    hatch: str = ""
    """Colour of slanting lines inside, for what was refused."""


@dataclass(frozen=True, slots=True)
class LineStyle:
    """Stroke of a line; `double` draws two parallel strokes."""

    stroke: str
    width: float
    dash: str = ""
    double: bool = False
    ink: str = INK


def node_style(type_: str, marks: frozenset[str], unknown: bool, look: Style = "chinese") -> NodeStyle:
    """The style of a node of one type with its marks."""
    fill, stroke = _COLOURS.get(type_, ("#f6f7f9", "#5a6575"))
    width, dash = 1.6, "6 4" if unknown else ""
    if look == "open_ownership":
        fill, stroke, width, dash = PAPER, "#000000", 2.6, "4 4" if unknown else ""
    hatch = HATCH if "refused" in marks else ""
    if marks & FAINT:
        return NodeStyle("#f1f2f4", "#a0a8b4", 1.2, "4 4" if unknown else "", ink=PALE, hatch=hatch)
    if unknown:
        fill = PAPER
    if "finding" in marks:
        return NodeStyle("#fff1ef", ALARM, 3.2, dash, "subject" in marks, hatch=hatch)
    return NodeStyle(fill, stroke, width, dash, "subject" in marks, hatch=hatch)


_LINES: Final[dict[LineKind, LineStyle]] = {
    "own": LineStyle("#3d4a5c", 1.5),
    "control": LineStyle("#1c6fb5", 1.4, double=True),
    "computed": LineStyle("#8590a0", 1.5, "11 6", ink=QUIET),
    "bid": LineStyle("#1f7a7d", 1.5),
    "same": LineStyle("#6042ad", 1.2, double=True),
    "other": LineStyle("#7a8594", 1.0, ink=QUIET),
}
_OPEN_OWNERSHIP_LINES: Final[dict[LineKind, LineStyle]] = {
    "own": LineStyle("#652eb1", 1.6, ink="#4b2184"),
    "control": LineStyle("#349aee", 1.6, double=True, ink="#1768b0"),
    "computed": LineStyle("#8590a0", 1.5, "11 6", ink=QUIET),
    "bid": LineStyle("#000000", 1.2),
    "same": LineStyle("#000000", 1.0, double=True),
    "other": LineStyle("#000000", 1.0, ink=QUIET),
}
"""Colours as in Open Ownership's visualisation tool; control is a double line too, so that colour is not alone."""

_WIDEST: Final = 3.4
"""How much wider than the thinnest a holding of 100% is, in Open Ownership's style."""


def line_style(line: Line, look: Style = "chinese") -> LineStyle:
    """The style of a line with its marks."""
    base = (_OPEN_OWNERSHIP_LINES if look == "open_ownership" else _LINES)[line.kind]
    if line.marks & FAINT:
        return LineStyle("#aab2bd", 1.2, "2 4", ink=PALE)
    dash = base.dash
    if "unknown" in line.marks or line.members[0].type == "POSSIBLY_SAME":
        dash = "5 4"
    width = base.width
    if look == "open_ownership" and line.kind == "own":
        width += _WIDEST * max(0.0, min(1.0, line.weight))
    if "finding" in line.marks:
        stroke = base.stroke if line.kind == "computed" else ALARM
        return LineStyle(stroke, max(3.0, width), dash, base.double, base.ink)
    return LineStyle(base.stroke, width, dash, base.double, base.ink)
