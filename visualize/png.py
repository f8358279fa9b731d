"""A scene as PNG, drawn with the picture's own typefaces whatever fonts the machine has."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Final

import resvg_py

from visualize.refusal import DrawingError
from visualize.scene import Scene
from visualize.svg import document
from visualize.typeface import FAMILY, typefaces

SCALE: Final = 2.0
USUAL_PIXELS: Final = 16_000_000
MOST_PIXELS: Final = 48_000_000
"""About 200 MB while it is drawn."""
MOST_SIDE: Final = 32_000
_LEAST: Final = 0.4
"""Below this many dots a pixel of the scene nobody can read it."""


def png(scene: Scene, scale: float | None = None) -> bytes:
    """The scene as PNG, `scale` dots to a pixel of the scene.

    Without `scale`: two, or fewer where the picture is large. Raises `DrawingError` for a scale that is not above 0,
    one that would make more than `MOST_PIXELS` dots, and for a picture that would come out too small to be read.
    """
    width, height = math.ceil(scene.width), math.ceil(scene.height)
    largest = min(math.sqrt(MOST_PIXELS / (width * height)), MOST_SIDE / width, MOST_SIDE / height)
    largest = math.floor(largest * 100) / 100
    if scale is None:
        # Quick to draw and to send, as long as that leaves a dot for each pixel.
        wanted = max(1.0, math.sqrt(USUAL_PIXELS / (width * height)))
        scale = min(SCALE, largest, math.floor(wanted * 100) / 100)
        if scale < _LEAST:
            raise DrawingError(
                f"图太大，无法画成可读的 PNG（{width}×{height}）；请改用 SVG、PDF 或 HTML，或缩小范围",
                f"The picture is too large for a readable PNG ({width}×{height}); use SVG, PDF or HTML, or ask for less",
            )
    if not 0 < scale < math.inf:
        raise DrawingError("缩放倍数必须大于 0", "The scale must be above 0")
    if scale > largest:
        raise DrawingError(
            f"这张图（{width}×{height}）最多可放大 {largest:g} 倍；请用更小的倍数，或改用 SVG 或 PDF",
            f"This picture ({width}×{height}) allows a scale of {largest:g} at most; use a smaller one, or SVG or PDF",
        )
    source = document(scene, "", FAMILY)
    with tempfile.TemporaryDirectory(prefix="lookthrough-") as folder:
        files = []
        for name, face in zip(("regular", "bold"), typefaces(scene), strict=True):
            file = Path(folder, f"{name}.ttf")
            file.write_bytes(face.data)
            files.append(str(file))
        return resvg_py.svg_to_bytes(svg_string=source, skip_system_fonts=True, font_files=files, zoom=scale)
