"""The picture on a page of the report: the scene's own pieces, as vectors, text to be selected and searched."""

from __future__ import annotations

from typing import Any

from reportlab.lib import colors
from reportlab.platypus import Flowable

from visualize.drawing import Curve, Oval, Paint, Piece, Polygon, Rect, groups
from visualize.scene import Point, Scene, Text


class Drawn(Flowable):
    """A scene, `width` points wide on paper. `fonts`: names of the regular and the bold registered font."""

    def __init__(self, scene: Scene, width: float, fonts: tuple[str, str]):
        super().__init__()
        self.scene, self.fonts = scene, fonts
        self.scale = width / scene.width
        self.width, self.height = width, scene.height * self.scale

    def draw(self) -> None:
        """Paint everything; called by reportlab."""
        canvas: Any = self.canv
        canvas.saveState()
        canvas.translate(0, self.height)
        canvas.scale(self.scale, self.scale)
        canvas.setLineJoin(1)
        for group in groups(self.scene):
            for piece in group.pieces:
                self._piece(canvas, piece)
        canvas.restoreState()

    def _piece(self, canvas: Any, piece: Piece) -> None:
        # Paper's y grows upwards, the scene's downwards.
        if isinstance(piece, Text):
            canvas.setFillColor(colors.HexColor(piece.ink))
            canvas.setFont(self.fonts[piece.bold], piece.size)
            say = {
                "start": canvas.drawString,
                "middle": canvas.drawCentredString,
                "end": canvas.drawRightString,
            }
            say[piece.anchor](piece.x, -piece.y, piece.text)
            return
        how = _paint(canvas, piece.paint)
        if not any(how.values()):
            return
        if isinstance(piece, Oval):
            canvas.circle(piece.x, -piece.y, piece.radius, **how)
        elif isinstance(piece, Rect):
            radius = min(piece.radius, piece.width / 2, piece.height / 2)
            box = (piece.x, -piece.y - piece.height, piece.width, piece.height)
            if radius:
                canvas.roundRect(*box, radius, **how)
            else:
                canvas.rect(*box, **how)
        else:
            canvas.drawPath(_path(canvas, piece), **how)


def _paint(canvas: Any, paint: Paint) -> dict[str, int]:
    if paint.fill:
        canvas.setFillColor(colors.HexColor(paint.fill))
    if paint.stroke:
        canvas.setStrokeColor(colors.HexColor(paint.stroke))
        canvas.setLineWidth(paint.width)
        canvas.setDash([float(d) for d in paint.dash.replace(",", " ").split()])
    return {"fill": int(bool(paint.fill)), "stroke": int(bool(paint.stroke))}


def _path(canvas: Any, piece: Polygon | Curve) -> Any:
    path = canvas.beginPath()
    first, *rest = (_up(p) for p in piece.points)
    path.moveTo(*first)
    if isinstance(piece, Polygon):
        for spot in rest:
            path.lineTo(*spot)
    else:
        for i in range(0, len(rest) - 2, 3):
            path.curveTo(*rest[i], *rest[i + 1], *rest[i + 2])
    if piece.closed:
        path.close()
    return path


def _up(spot: Point) -> Point:
    return spot[0], -spot[1]
