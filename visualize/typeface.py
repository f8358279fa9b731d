"""Typefaces made for one picture: only its characters, from the open Noto fonts, at one weight.

A picture then needs no font of the machine it is made or looked at on.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from visualize.drawing import groups
from visualize.outlines import CJK, EM, WEIGHTS, Outline, outline
from visualize.pieces import Text
from visualize.scene import Scene

FAMILY: Final = "Lookthrough Sans"
"""Family name of the made typefaces. The licence of the outlines reserves other names."""

ASCENT: Final = 880
DESCENT: Final = 120
_FACES_KEPT: Final = 48
_BOX: Final = ((100, 0), (900, 0), (900, 800), (100, 800))


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
    owners = [CJK]
    for char in sorted(characters):
        found = outline(char, bold)
        if found is None:
            missing.add(char)
            if not boxes:
                continue
            found = Outline(_box(), EM)
        name = f"u{ord(char):04X}"
        glyphs[char] = len(order)
        order.append(name)
        outlines[name] = found.glyph
        widths[name] = (found.advance, 0)
        if found.owner not in owners:
            owners.append(found.owner)
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
            "copyright": f"Outlines {'; '.join(owners)}; SIL Open Font License 1.1",
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
        usWeightClass=WEIGHTS[bold],
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
