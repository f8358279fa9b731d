"""Signs inside a node's circle that say what kind of party it is."""

from __future__ import annotations

from dataclasses import replace
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


def icon(sign: Icon, x: float, y: float, ink: str, scale: float = 1.0) -> tuple[Piece, ...]:
    """The sign, about 30 pixels wide at full scale, centred at `x`, `y`."""
    return tuple(_placed(piece, x, y, scale) for piece in _sign(sign, ink))


def _placed(piece: Piece, x: float, y: float, k: float) -> Piece:
    if isinstance(piece, Polygon | Curve):
        return replace(piece, points=tuple((x + a * k, y + b * k) for a, b in piece.points))
    moved = replace(piece, x=x + piece.x * k, y=y + piece.y * k)
    if isinstance(moved, Oval):
        return replace(moved, radius=moved.radius * k)
    if isinstance(moved, Rect):
        return replace(moved, width=moved.width * k, height=moved.height * k)
    return replace(moved, size=moved.size * k)


def _sign(sign: Icon, ink: str) -> tuple[Piece, ...]:
    """The sign around the origin."""
    solid = Paint(ink)
    if sign == "person":
        return _person(ink)
    if sign == "organisation":
        return _building(ink)
    if sign == "listed":
        # A price that goes up.
        bars = [Rect(-13 + i * 7, 12 - tall, 5, tall, 0, solid) for i, tall in enumerate((7, 12, 10, 19))]
        rise = ((-13, -2), (-5, -8), (1, -5), (12, -14))
        return *bars, Polygon(rise, Paint("", ink, 1.8), False)
    if sign == "state":
        roof = Polygon(((-14, -6), (0, -14), (14, -6)), solid)
        pillars = [Rect(-11 + i * 9, -4, 4, 11, 0, solid) for i in range(3)]
        return roof, *pillars, Rect(-14, 9, 28, 4, 0, solid)
    if sign == "arrangement":
        ring = Paint("", ink, 2.2)
        return Oval(-6, 4, 8, ring), Oval(6, 4, 8, ring), Oval(0, -6, 8, ring)
    if sign == "unknown":
        return (Text(0, 10, "?", 28.0, ink, True),)
    return ()


def _person(ink: str) -> tuple[Piece, ...]:
    """Head and shoulders."""
    foot, wide, tall = 15.0, 12.0, 12.5
    shoulders = (
        (-wide, foot),
        (-wide, foot - tall * _KAPPA),
        (-wide * _KAPPA, foot - tall),
        (0.0, foot - tall),
        (wide * _KAPPA, foot - tall),
        (wide, foot - tall * _KAPPA),
        (wide, foot),
    )
    return Oval(0, -6, 6.5, Paint(ink)), Curve(shoulders, Paint(ink), True)


def _building(ink: str) -> tuple[Piece, ...]:
    """A tall house beside a low one, with windows."""
    solid, pane = Paint(ink), Paint("#ffffff")
    out: list[Piece] = [Rect(-11, -14, 14, 28, 0, solid), Rect(4, -3, 9, 17, 0, solid)]
    out += [Rect(-8 + 5 * i, -10 + 6 * j, 3, 3, 0, pane) for j in range(3) for i in range(2)]
    out += [Rect(7, 1 + 6 * j, 3, 3, 0, pane) for j in range(2)]
    return tuple(out)
