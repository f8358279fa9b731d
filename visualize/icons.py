"""Signs inside a node's circle that say what kind of party it is."""

from __future__ import annotations

from typing import Final, Literal

from graph.subgraph import SubNode
from visualize.pieces import Curve, Oval, Paint, Piece, Polygon, Rect, Text

Icon = Literal["", "person", "organisation", "listed", "state", "arrangement", "unknown"]

_KAPPA: Final = 0.5523
_STATE: Final = frozenset({"state_holder", "government", "public_institution"})
_ARRANGEMENTS: Final = frozenset({"arrangement", "fund", "partnership"})


def icon_of(node: SubNode, unknown: bool) -> Icon:
    """The sign of a party; empty for what is no party."""
    if node.type not in ("Person", "Company"):
        return ""
    if unknown:
        return "unknown"
    if node.type == "Person":
        return "person"
    kind = str(node.kind or node.facts.get("kind") or "")
    if kind in _STATE:
        return "state"
    if kind in _ARRANGEMENTS:
        return "arrangement"
    return "listed" if kind == "listed" else "organisation"


def icon(sign: Icon, x: float, y: float, ink: str) -> tuple[Piece, ...]:
    """The sign, about 30 pixels wide, centred at `x`, `y`."""
    solid = Paint(ink)
    if sign == "person":
        return _person(x, y, ink)
    if sign == "organisation":
        return _building(x, y, ink)
    if sign == "listed":
        # A house among houses whose price goes up.
        bars = [
            Rect(x - 13 + i * 7, y + 12 - tall, 5, tall, 0, solid) for i, tall in enumerate((7, 12, 10, 19))
        ]
        rise = ((x - 13, y - 2), (x - 5, y - 8), (x + 1, y - 5), (x + 12, y - 14))
        return *bars, Polygon(rise, Paint("", ink, 1.8), False)
    if sign == "state":
        roof = Polygon(((x - 14, y - 6), (x, y - 14), (x + 14, y - 6)), solid)
        pillars = [Rect(x - 11 + i * 8, y - 4, 4, 12, 0, solid) for i in range(3)]
        return roof, *pillars, Rect(x - 14, y + 9, 28, 4, 0, solid)
    if sign == "arrangement":
        ring = Paint("", ink, 2.2)
        return Oval(x - 6, y + 4, 8, ring), Oval(x + 6, y + 4, 8, ring), Oval(x, y - 6, 8, ring)
    if sign == "unknown":
        return (Text(x, y + 10, "?", 28.0, ink, True),)
    return ()


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


def _building(x: float, y: float, ink: str) -> tuple[Piece, ...]:
    """A tall house beside a low one, with windows."""
    solid, pane = Paint(ink), Paint("#ffffff")
    out: list[Piece] = [Rect(x - 11, y - 14, 14, 28, 0, solid), Rect(x + 4, y - 3, 9, 17, 0, solid)]
    out += [Rect(x - 8 + 5 * i, y - 10 + 6 * j, 3, 3, 0, pane) for j in range(3) for i in range(2)]
    out += [Rect(x + 7, y + 1 + 6 * j, 3, 3, 0, pane) for j in range(2)]
    return tuple(out)
