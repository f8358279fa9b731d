"""The package's picture, as SVG and PNG."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import resvg_py

from exports.font import embeddable
from visualize.scene import Scene
from visualize.svg import svg

_SCALE: Final = 2


def svg_element(scene: Scene) -> str:
    """The picture as an SVG element, for a page."""
    return svg(scene)


def picture_svg(scene: Scene) -> bytes:
    """The picture as an SVG file."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + svg(scene)).encode("utf-8", errors="replace")


def picture_png(scene: Scene) -> bytes:
    """The picture as PNG, drawn with a font of its own."""
    text = svg(scene)
    with tempfile.TemporaryDirectory() as made:
        fonts = []
        for weight in (400, 700):
            fonts.append(str(Path(made) / f"{weight}.ttf"))
            Path(fonts[-1]).write_bytes(embeddable(set(text), weight))
        return bytes(
            resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=True, font_files=fonts, zoom=_SCALE, font_family="Lookthrough Sans", sans_serif_family="Lookthrough Sans")
        )
