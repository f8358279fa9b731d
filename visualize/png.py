"""A scene as PNG, drawn with the picture's own typefaces whatever fonts the machine has.

A large picture is drawn by a process of its own: the library keeps the interpreter to itself while it draws (1.5 s of
300 nodes), and a service would answer nobody meanwhile.
"""

from __future__ import annotations

import contextlib
import math
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
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
_HERE: Final = 2_000_000
"""Dots up to which starting a process takes longer than drawing."""
_SVG: Final = "picture.svg"
_DRAWN: Final = "picture.png"
_FACES: Final = ("regular.ttf", "bold.ttf")
_ELSEWHERE: Final = f"""
import pathlib, sys, resvg_py
folder = pathlib.Path(sys.argv[1])
drawn = resvg_py.svg_to_bytes(
    svg_string=(folder / {_SVG!r}).read_text("utf-8"), skip_system_fonts=True,
    font_files=[str(folder / name) for name in {_FACES!r}], zoom=float(sys.argv[2]),
)
(folder / {_DRAWN!r}).write_bytes(bytes(drawn))
"""


def png(scene: Scene, scale: float | None = None) -> bytes:
    """The scene as PNG, `scale` dots to a pixel of the scene.

    Without `scale`: two, or fewer where the picture is large. Raises `DrawingError` for a scale that is not above 0,
    one that would make more than `MOST_PIXELS` dots, and for a picture that would come out too small to be read.
    """
    with begun_png(scene, scale) as drawn:
        return drawn()


@contextlib.contextmanager
def begun_png(scene: Scene, scale: float | None = None) -> Iterator[Callable[[], bytes]]:
    """`png` begun: gives what waits for it. A large one is drawn while the block goes on. Raises as `png`."""
    scale = _dots(scene, scale)
    source = _lined(document(scene, "", FAMILY, tooltips=False), scale)
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="lookthrough-")))
        for name, face in zip(_FACES, typefaces(scene), strict=True):
            (folder / name).write_bytes(face.data)
        other: subprocess.Popen[bytes] | None = None
        if scene.width * scene.height * scale * scale > _HERE:
            (folder / _SVG).write_text(source, encoding="utf-8")
            # Where no process can be started, it is drawn here.
            with contextlib.suppress(OSError):
                other = subprocess.Popen(  # noqa: S603 - our own interpreter and text
                    [sys.executable, "-I", "-c", _ELSEWHERE, str(folder), repr(scale)],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
                held.callback(_ended, other)

        def drawn() -> bytes:
            if other is not None and other.wait() == 0:
                return (folder / _DRAWN).read_bytes()
            faces = [str(folder / name) for name in _FACES]
            return resvg_py.svg_to_bytes(
                svg_string=source, skip_system_fonts=True, font_files=faces, zoom=scale
            )

        yield drawn


def _ended(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def _lined(source: str, scale: float) -> str:
    """The source with no line thinner than a dot: it would be a shade of grey, and takes twice as long to draw."""
    # A little more: what comes out below a dot by rounding is drawn as the thinner ones are.
    least = math.ceil(10.1 / scale) / 10

    def wide(width: re.Match[str]) -> str:
        return width[0] if float(width[1]) * scale > 1 else f'stroke-width="{least:.1f}"'

    # No text of the picture's has a quotation mark that is not escaped.
    return re.sub(r'(?<= )stroke-width="([0-9.]+)"', wide, source)


def _dots(scene: Scene, scale: float | None) -> float:
    """Dots to a pixel of the scene: what is asked, where that can be drawn."""
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
    return scale
