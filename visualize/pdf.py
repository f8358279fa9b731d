"""A scene as PDF: one vector page, its typefaces inside, its text to be selected and searched.

Written here rather than by a library because the same scene must give the same bytes and characters outside
Unicode's first plane (𠮷) must stay searchable, which the libraries at hand do not offer.
"""

from __future__ import annotations

import math
import zlib
from typing import Final

from visualize.drawing import groups
from visualize.outlines import EM
from visualize.pieces import Curve, Oval, Paint, Piece, Point, Polygon, Rect, Text
from visualize.scene import Scene
from visualize.typeface import ASCENT, DESCENT, Typeface, typefaces

_POINT: Final = 0.75
"""Points to a pixel: 72 to 96."""
_MOST: Final = 14_400.0
"""The longest side of a page the format allows, in points."""
_KAPPA: Final = 0.5523
_COMMENT: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def pdf(scene: Scene) -> bytes:
    """The scene as a PDF of one page, a pixel 1/96 inch (less where the page would pass the format's limit)."""
    width, height = math.ceil(scene.width), math.ceil(scene.height)
    point = min(_POINT, _MOST / width, _MOST / height)
    faces = typefaces(scene)
    page = _Page(faces)
    page.put(f"{_n(point)} 0 0 {_n(-point)} 0 {_n(height * point)} cm 1 j")
    for group in groups(scene):
        for piece in group.pieces:
            page.draw(piece)
    file = _File()
    fonts = [_font(file, face, bold) for face, bold in zip(faces, (False, True), strict=True)]
    content = file.stream("", "\n".join(page.out).encode("ascii"))
    pages = file.reserve()
    box = f"[0 0 {_n(width * point)} {_n(height * point)}]"
    leaf = file.add(
        f"<</Type/Page/Parent {pages} 0 R/MediaBox {box}/Contents {content} 0 R"
        f"/Resources<</Font<</F0 {fonts[0]} 0 R/F1 {fonts[1]} 0 R>>>>>>"
    )
    file.fill(pages, f"<</Type/Pages/Kids[{leaf} 0 R]/Count 1>>")
    lang = "zh-CN" if scene.lang == "zh" else "en"
    root = file.add(
        f"<</Type/Catalog/Pages {pages} 0 R/Lang({lang})/ViewerPreferences<</DisplayDocTitle true>>>>"
    )
    info = file.add(f"<</Title <{_utf16(scene.title, mark=True)}>/Producer(Lookthrough)>>")
    return file.bytes(root, info)


def _n(value: float) -> str:
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _c(value: float) -> str:
    """A coordinate to a hundredth of a pixel."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _utf16(text: str, mark: bool = False) -> str:
    return ("FEFF" if mark else "") + text.encode("utf-16-be").hex().upper()


def _rgb(colour: str) -> str:
    return " ".join(_n(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))


class _Page:
    """The operators of one page, in the scene's own coordinates."""

    def __init__(self, faces: tuple[Typeface, Typeface]):
        self.faces = faces
        self.out: list[str] = []

    def put(self, operators: str) -> None:
        self.out.append(operators)

    def draw(self, piece: Piece) -> None:
        if isinstance(piece, Text):
            self._text(piece)
        elif isinstance(piece, Oval):
            self._paint(self._round(piece.x, piece.y, piece.radius), piece.paint)
        elif isinstance(piece, Rect):
            self._paint(self._rect(piece), piece.paint)
        elif isinstance(piece, Polygon):
            steps = [f"{self._at(p)} {'l' if i else 'm'}" for i, p in enumerate(piece.points)]
            self._paint(" ".join(steps) + (" h" if piece.closed else ""), piece.paint)
        else:
            self._paint(self._curve(piece), piece.paint)

    @staticmethod
    def _at(spot: Point) -> str:
        return f"{_c(spot[0])} {_c(spot[1])}"

    def _curve(self, curve: Curve) -> str:
        start, *rest = curve.points
        steps = [f"{self._at(start)} m"]
        for i in range(0, len(rest), 3):
            steps.append(" ".join(map(self._at, rest[i : i + 3])) + " c")
        return " ".join(steps) + (" h" if curve.closed else "")

    def _round(self, x: float, y: float, r: float) -> str:
        k = r * _KAPPA
        spots = [
            (x + r, y),
            *((x + r, y + k), (x + k, y + r), (x, y + r)),
            *((x - k, y + r), (x - r, y + k), (x - r, y)),
            *((x - r, y - k), (x - k, y - r), (x, y - r)),
            *((x + k, y - r), (x + r, y - k), (x + r, y)),
        ]
        return self._curve(Curve(tuple(spots), Paint(), True))

    def _rect(self, rect: Rect) -> str:
        x, y, w, h = rect.x, rect.y, rect.width, rect.height
        r = min(rect.radius, w / 2, h / 2)
        if not r:
            return f"{_c(x)} {_c(y)} {_c(w)} {_c(h)} re"
        k = r * (1 - _KAPPA)
        corners = [
            ((x + w - r, y), (x + w - k, y), (x + w, y + k), (x + w, y + r)),
            ((x + w, y + h - r), (x + w, y + h - k), (x + w - k, y + h), (x + w - r, y + h)),
            ((x + r, y + h), (x + k, y + h), (x, y + h - k), (x, y + h - r)),
            ((x, y + r), (x, y + k), (x + k, y), (x + r, y)),
        ]
        steps = [f"{self._at((x + r, y))} m"]
        for start, *curve in corners:
            steps.append(f"{self._at(start)} l {' '.join(map(self._at, curve))} c")
        return " ".join(steps) + " h"

    def _paint(self, path: str, paint: Paint) -> None:
        if not (paint.fill or paint.stroke):
            return
        out = []
        if paint.fill:
            out.append(f"{_rgb(paint.fill)} rg")
        if paint.stroke:
            dash = f"[{paint.dash}] 0 d" if paint.dash else "[] 0 d"
            out.append(f"{_rgb(paint.stroke)} RG {_c(paint.width)} w {dash}")
        how = {(True, True): "B", (True, False): "f", (False, True): "S"}[
            bool(paint.fill), bool(paint.stroke)
        ]
        self.put(f"{' '.join(out)} {path} {how}")

    def _text(self, text: Text) -> None:
        face = self.faces[text.bold]
        x = text.x
        if text.anchor != "start":
            x -= face.width(text.text, text.size) * (0.5 if text.anchor == "middle" else 1.0)
        shown = "".join(f"{face.glyphs[c]:04X}" for c in text.text)
        self.put(
            f"BT {_rgb(text.ink)} rg /F{int(text.bold)} {_c(text.size)} Tf "
            f"1 0 0 -1 {_c(x)} {_c(text.y)} Tm <{shown}> Tj ET"
        )


def _font(file: _File, face: Typeface, bold: bool) -> int:
    """A composite font whose codes are the typeface's glyph numbers."""
    data = file.stream(f"/Length1 {len(face.data)}", face.data)
    name = f"{'LKTBLD' if bold else 'LKTREG'}+LookthroughSans-{'Bold' if bold else 'Regular'}"
    descriptor = file.add(
        f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[-1000 -300 3000 1100]/ItalicAngle 0"
        f"/Ascent {ASCENT}/Descent {-DESCENT}/CapHeight 733/StemV {140 if bold else 80}/FontFile2 {data} 0 R>>"
    )
    widths = " ".join(str(face.advances[c]) for c in sorted(face.glyphs, key=face.glyphs.__getitem__))
    inner = file.add(
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        f"/Supplement 0>>/FontDescriptor {descriptor} 0 R/DW {EM}/W[1[{widths}]]/CIDToGIDMap/Identity>>"
    )
    unicode = file.stream("", _to_unicode(face).encode("ascii"))
    return file.add(
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{inner} 0 R]"
        f"/ToUnicode {unicode} 0 R>>"
    )


def _to_unicode(face: Typeface) -> str:
    rows = [f"<{glyph:04X}> <{_utf16(char)}>" for char, glyph in face.glyphs.items()]
    out = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for i in range(0, len(rows), 100):
        some = rows[i : i + 100]
        out += [f"{len(some)} beginbfchar", *some, "endbfchar"]
    out.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(out)


class _File:
    """Numbered objects and the table of where they are."""

    def __init__(self) -> None:
        self.objects: list[bytes] = []

    def add(self, body: str) -> int:
        self.objects.append(body.encode("ascii"))
        return len(self.objects)

    def reserve(self) -> int:
        return self.add("")

    def fill(self, number: int, body: str) -> None:
        self.objects[number - 1] = body.encode("ascii")

    def stream(self, entries: str, data: bytes) -> int:
        packed = zlib.compress(data, 9)
        head = f"<<{entries}/Filter/FlateDecode/Length {len(packed)}>>\nstream\n".encode("ascii")
        self.objects.append(head + packed + b"\nendstream")
        return len(self.objects)

    def bytes(self, root: int, info: int) -> bytes:
        out = bytearray(_COMMENT)
        places = []
        for number, body in enumerate(self.objects, 1):
            places.append(len(out))
            out += f"{number} 0 obj\n".encode("ascii") + body + b"\nendobj\n"
        start = len(out)
        out += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode("ascii")
        for place in places:
            out += f"{place:010d} 00000 n \n".encode("ascii")
        out += (
            f"trailer\n<</Size {len(places) + 1}/Root {root} 0 R/Info {info} 0 R>>\nstartxref\n{start}\n%%EOF\n"
        ).encode("ascii")
        return bytes(out)
