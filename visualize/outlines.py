"""Outlines of characters, from the open Noto fonts: Chinese first, then letters, signs and emoji it has no form for.

The outlines of a character are read once a process; the Chinese font (32 MB) is opened lazily, never loaded whole.
Scripts that need shaping (Arabic, Thai, those of India) are left to viewers that shape them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from fontTools.misc.transform import Scale
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from visualize.lettering import is_mark

EM: Final = 1000
WEIGHTS: Final = {False: 400, True: 700}
CJK: Final = "© 2014-2021 Adobe, Noto Sans CJK"
"""Whose most outlines are."""
_OUTLINES_KEPT: Final = 16_384
_TOLERANCE: Final = 1.0
"""How far a quadratic outline may lie from the cubic one, in thousandths of an em."""
_SIMPLIFIED: Final = 2
"""Place of the face with mainland China's forms in the collection."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A character's form as a TrueType glyph, its advance in thousandths of an em, and whose form it is."""

    glyph: Any
    advance: int
    owner: str = CJK


@dataclass(frozen=True, slots=True)
class _Font:
    """`number`: its place in a collection. `wide`: its forms are made one em wide, as text is measured."""

    package: str
    file: str
    owner: str
    number: int = -1
    wide: bool = False


_FONTS: Final = (
    _Font("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc", CJK, _SIMPLIFIED),
    _Font("manimgx_fonts", "NotoSans[wght].ttf", "© 2022 The Noto Project Authors, Noto Sans"),
    _Font("manimgx_fonts", "NotoSansSymbols[wght].ttf", "© 2022 The Noto Project Authors, Noto Sans Symbols"),
    _Font("manimgx_fonts", "NotoEmoji[wght].ttf", "© 2013 Google, Noto Emoji", wide=True),
)
"""In the order in which a form is looked for."""


class _Source:
    """A variable font, opened once a process; reading it moves a file position, so one thread at a time."""

    def __init__(self, font: _Font) -> None:
        self.of = font
        self.lock = threading.Lock()
        path = resources.files(font.package) / font.file
        self.font = TTFont(str(path), fontNumber=font.number, lazy=True)
        for name in ("vmtx", "VVAR"):
            # How characters stand in columns: 65,000 entries that nothing asks for, read at the first one otherwise.
            if name in self.font:
                del self.font[name]
        if "CFF2" in self.font:
            # Its glyphs have no names; those made up from what they are mapped to take ten times as long.
            self.font.setGlyphOrder([f"g{n}" for n in range(self.font["maxp"].numGlyphs)])
        self.names: dict[int, str] = self.font.getBestCmap()
        self.em: int = self.font["head"].unitsPerEm
        self.glyphs = {
            bold: self.font.getGlyphSet(location={"wght": weight}) for bold, weight in WEIGHTS.items()
        }

    def outline(self, char: str, bold: bool) -> Outline | None:
        name = self.names.get(ord(char))
        if name is None:
            return None
        with self.lock:
            glyphs = self.glyphs[bold]
            glyph, pen = glyphs[name], TTGlyphPen(None)
            if "glyf" not in self.font:
                glyph.draw(Cu2QuPen(pen, _TOLERANCE, reverse_direction=True))
                return Outline(pen.glyph(), round(glyph.width), self.of.owner)
            form = DecomposingRecordingPen(glyphs)
            glyph.draw(form)
            scale = EM / (glyph.width if self.of.wide and glyph.width else self.em)
            form.replay(TransformPen(pen, Scale(scale)))
            return Outline(pen.glyph(), round(glyph.width * scale), self.of.owner)


_opening = threading.Lock()


@lru_cache(len(_FONTS))
def _source(font: _Font) -> _Source:
    return _Source(font)


@lru_cache(_OUTLINES_KEPT)
def outline(char: str, bold: bool) -> Outline | None:
    """Outline and advance of a character; None where no font has a form for it."""
    if is_mark(char):
        return Outline(TTGlyphPen(None).glyph(), 0)
    for font in _FONTS:
        with _opening:
            source = _source(font)
        found = source.outline(char, bold)
        if found is not None:
            return found
    return None
