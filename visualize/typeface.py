"""Typefaces made for one picture: only its characters, from the open Noto Sans CJK, at one weight.

A picture then needs no font of the machine it is made or looked at on. The outlines of a character are read once a
process; the variable font (32 MB) is opened lazily, never loaded whole.
"""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from visualize.drawing import groups
from visualize.lettering import is_mark
from visualize.pieces import Text
from visualize.scene import Scene

FAMILY: Final = "Lookthrough Sans"
"""Family name of the made typefaces. The licence of the outlines reserves other names."""

EM: Final = 1000
ASCENT: Final = 880
DESCENT: Final = 120
_PACKAGE: Final = "manimgx_fonts_cjk"
_FILE: Final = "NotoSansCJK-VF.otf.ttc"
_SIMPLIFIED: Final = 2
"""Place of the face with mainland China's forms in the collection."""
_WEIGHTS: Final = {False: 400, True: 700}
_OUTLINES_KEPT: Final = 16_384
_FACES_KEPT: Final = 48
_TOLERANCE: Final = 1.0
"""How far a quadratic outline may lie from the cubic one, in thousandths of an em."""
_BOX: Final = ((100, 0), (900, 0), (900, 800), (100, 800))
_LICENCE: Final = "Outlines © 2014-2021 Adobe, Noto Sans CJK; SIL Open Font License 1.1"


@dataclass(frozen=True, slots=True)
class Typeface:
    """A TrueType font holding one picture's characters.

    `glyphs` gives the glyph number by character and `advances` its width in thousandths of an em; both know every
    character asked for. `missing` are drawn as an empty box: the source has no form for them.
    """

    data: bytes
    glyphs: dict[str, int] = field(repr=False)
    advances: dict[str, int] = field(repr=False)
    missing: frozenset[str] = frozenset()

    def width(self, text: str, size: float) -> float:
        """Width of a text in pixels at `size` pixels an em. Raises `KeyError` for a character not asked for."""
        return sum(self.advances[c] for c in text) * size / EM


def texts_of(scene: Scene) -> Iterable[Text]:
    """Every text a picture writes, in the order it is drawn."""
    for group in groups(scene):
        for piece in group.pieces:
            if isinstance(piece, Text):
                yield piece


def typefaces(*scenes: Scene, boxes: bool = True) -> tuple[Typeface, Typeface]:
    """The regular and the bold typeface of all these scenes.

    With `boxes`, characters the source has no form for become boxes; without, they are left out, so that a
    viewer's own fonts can draw them.
    """
    plain: set[str] = set()
    strong: set[str] = set()
    for scene in scenes:
        for text in texts_of(scene):
            (strong if text.bold else plain).update(text.text)
    return typeface(frozenset(plain), False, boxes), typeface(frozenset(strong), True, boxes)


def woff(face: Typeface) -> bytes:
    """The typeface compressed for browsers. The same typeface gives the same bytes."""
    font = TTFont(io.BytesIO(face.data), recalcTimestamp=False)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


def font_rules(*scenes: Scene) -> str:
    """CSS that carries the scenes' typefaces inside itself, in two rules, nothing fetched."""
    rules = []
    for face, weight in zip(typefaces(*scenes, boxes=False), ("400", "700"), strict=True):
        if face.glyphs:
            data = base64.b64encode(woff(face)).decode()
            rules.append(
                f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};"
                f"src:url(data:font/woff;base64,{data}) format('woff')}}"
            )
    return "".join(rules)


@lru_cache(_FACES_KEPT)
def typeface(characters: frozenset[str], bold: bool, boxes: bool = True) -> Typeface:
    """A typeface of exactly these characters. The same characters give the same bytes."""
    order = [".notdef"]
    outlines: dict[str, Any] = {".notdef": _box()}
    widths = {".notdef": (EM, 0)}
    glyphs: dict[str, int] = {}
    missing: set[str] = set()
    for char in sorted(characters):
        found = _outline(char, bold)
        if found is None:
            missing.add(char)
            if not boxes:
                continue
            found = (_box(), EM)
        name = f"u{ord(char):04X}"
        glyphs[char] = len(order)
        order.append(name)
        outlines[name], advance = found
        widths[name] = (advance, 0)
    made = FontBuilder(EM, isTTF=True)
    made.setupGlyphOrder(order)
    made.setupCharacterMap({ord(c): order[n] for c, n in glyphs.items()})
    made.setupGlyf(outlines)
    glyf = made.font["glyf"]
    advances = {c: widths[order[n]][0] for c, n in glyphs.items()}
    made.setupHorizontalMetrics({n: (w, getattr(glyf[n], "xMin", 0)) for n, (w, _) in widths.items()})
    made.setupHorizontalHeader(ascent=ASCENT, descent=-DESCENT)
    style = "Bold" if bold else "Regular"
    made.setupNameTable(
        {
            "copyright": _LICENCE,
            "familyName": FAMILY,
            "styleName": style,
            "uniqueFontIdentifier": f"{FAMILY} {style} {_release()}",
            "fullName": f"{FAMILY} {style}",
            "psName": f"LookthroughSans-{style}",
            "version": "Version 1.0",
        }
    )
    made.setupOS2(
        sTypoAscender=ASCENT,
        sTypoDescender=-DESCENT,
        usWinAscent=ASCENT,
        usWinDescent=DESCENT,
        usWeightClass=_WEIGHTS[bold],
        fsSelection=0x20 if bold else 0x40,
    )
    made.setupPost(keepGlyphNames=False)
    font = made.font
    font.recalcTimestamp = False
    head = font["head"]
    head.created = head.modified = 0
    head.macStyle = 1 if bold else 0
    out = io.BytesIO()
    made.save(out)
    return Typeface(out.getvalue(), glyphs, advances, frozenset(missing))


class _Source:
    """The variable font, opened once a process; reading it moves a file position, so one thread at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        path = resources.files(_PACKAGE) / _FILE
        self.font = TTFont(str(path), fontNumber=_SIMPLIFIED, lazy=True)
        self.names: dict[int, str] = self.font.getBestCmap()
        self.glyphs = {
            bold: self.font.getGlyphSet(location={"wght": weight}) for bold, weight in _WEIGHTS.items()
        }

    def outline(self, char: str, bold: bool) -> tuple[Any, int] | None:
        name = self.names.get(ord(char))
        if name is None:
            return None
        with self.lock:
            glyph = self.glyphs[bold][name]
            pen = TTGlyphPen(None)
            glyph.draw(Cu2QuPen(pen, _TOLERANCE, reverse_direction=True))
            return pen.glyph(), round(glyph.width)


_opening = threading.Lock()


@lru_cache(1)
def _source() -> _Source:
    return _Source()


@lru_cache(_OUTLINES_KEPT)
def _outline(char: str, bold: bool) -> tuple[Any, int] | None:
    """Outline and advance of a character; None where the source has no form for it."""
    if is_mark(char):
        return TTGlyphPen(None).glyph(), 0
    with _opening:
        source = _source()
    return source.outline(char, bold)


@lru_cache(1)
def _box() -> Any:
    """An empty box: there is a character here that can't be drawn."""
    pen = TTGlyphPen(None)
    inner = [(x + (60 if x < EM / 2 else -60), y + (60 if y < EM / 2 else -60)) for x, y in _BOX]
    for spots in (_BOX[::-1], inner):
        pen.moveTo(spots[0])
        for spot in spots[1:]:
            pen.lineTo(spot)
        pen.closePath()
    return pen.glyph()


def _release() -> str:
    try:
        return version("manimgx-fonts-cjk")
    except PackageNotFoundError:
        return "unknown"
