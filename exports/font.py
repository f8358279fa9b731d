"""A font that holds just the characters of one document, to be embedded in it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

FILE: Final = "NotoSansCJK-VF.otf.ttc"
_SIMPLIFIED: Final = 2
"""Noto Sans CJK SC's place in the collection."""
_ERROR: Final = 1.0
"""How far an outline may be off, in units of 1000 an em, when cubic curves become quadratic ones."""


def font_file() -> Path:
    """The collection of Noto Sans CJK (OFL) that is installed with us."""
    found = find_spec("manimgx_fonts_cjk")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(FILE)
    return Path(found.submodule_search_locations[0]) / FILE


@lru_cache(maxsize=1)
def _whole() -> TTFont:
    return TTFont(font_file(), fontNumber=_SIMPLIFIED, lazy=True)


def has(character: str) -> bool:
    """Does the font draw it?"""
    return ord(character) in (_whole().getBestCmap() or {})


def embeddable(characters: Iterable[str], weight: int = 400, name: str = "LookthroughSans") -> bytes:
    """A TrueType font of these characters, at a weight from 100 to 900; the same characters give the same bytes.

    `name`: its PostScript name. Characters the font has no glyph for are left out; its first glyph, an empty box, stands for them.
    """
    source: Any = _whole()
    cmap = source.getBestCmap()
    wanted = sorted({ord(c) for c in characters} | {0x20} & set(cmap))
    named = {code: cmap[code] for code in wanted if code in cmap}
    order = [".notdef", *sorted(set(named.values()) - {".notdef"})]
    drawn = source.getGlyphSet(location={"wght": weight})
    glyphs: dict[str, Any] = {}
    advances: dict[str, tuple[int, int]] = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyph = drawn[name]
        glyph.draw(Cu2QuPen(pen, _ERROR, reverse_direction=True))
        made = pen.glyph()
        glyphs[name] = made
        made.recalcBounds(None)
        advances[name] = (round(glyph.width), getattr(made, "xMin", 0) or 0)
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(named)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(advances)
    hhea, os2 = source["hhea"], source["OS/2"]
    builder.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent)
    builder.setupOS2(
        sTypoAscender=os2.sTypoAscender,
        sTypoDescender=os2.sTypoDescender,
        usWinAscent=os2.usWinAscent,
        usWinDescent=os2.usWinDescent,
        usWeightClass=weight,
        fsType=0,
    )
    family = "Lookthrough Sans"
    names = {"familyName": family, "styleName": "Regular", "psName": name, "fullName": family}
    builder.setupNameTable({**names, "licenseDescription": "SIL Open Font License 1.1"})
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    stream = io.BytesIO()
    builder.save(stream)
    return stream.getvalue()
