"""The report as PDF: A4, the picture on a page of its own, fonts embedded, the same bytes for the same document."""

from __future__ import annotations

import hashlib
import html
import io
import itertools
import threading
from typing import Any, Final

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    KeepTogether,
    ListFlowable,
    ListItem,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Paragraph as Text

from exports.evidence.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Notice,
    Pairs,
    Paragraph,
    Picture,
    Table,
)
from exports.font import embeddable
from visualize.lettering import clean

_INK: Final = colors.HexColor("#1d2530")
_PALE: Final = colors.HexColor("#5b6675")
_LINE: Final = colors.HexColor("#cfd6df")
_BLUE: Final = colors.HexColor("#1f4e79")
_MARGIN: Final = 18 * mm
_WORDS: Final = 60.0
"""Room for the picture's heading and caption."""
_WEIGHTS: Final = (400, 700)
_REGISTRY: Final = threading.Lock()
_COUNT: Final = itertools.count()
_ALWAYS: Final = "0123456789/ •第页共Page of"


def report_pdf(document: Document, png: bytes) -> bytes:
    """The document as PDF with `png` as its picture."""
    characters = "".join(sorted(set("".join(map(clean, document.texts())) + _ALWAYS)))
    # Fonts are registered by name, and by the name inside, for the whole process: each document's own, taken away
    # when it is made.
    mark = hashlib.sha256(characters.encode("utf-8", errors="replace")).hexdigest()[:12]
    names = [f"Lookthrough{weight}-{mark}-{next(_COUNT)}" for weight in _WEIGHTS]
    faces = [f"LookthroughSans{weight}-{mark}" for weight in _WEIGHTS]
    with _REGISTRY:
        try:
            for name, face, weight in zip(names, faces, _WEIGHTS, strict=True):
                pdfmetrics.registerFont(TTFont(name, io.BytesIO(embeddable(characters, weight, face))))
            return _Pages(document, png, names[0], names[1]).made()
        finally:
            for name, face in zip(names, faces, strict=True):
                pdfmetrics._fonts.pop(name, None)  # type: ignore[attr-defined]
                pdfmetrics._dynFaceNames.pop(face, None)  # type: ignore[attr-defined]


class _Pages:
    def __init__(self, document: Document, png: bytes, regular: str, bold: str):
        self.document, self.png = document, png
        self.regular, self.bold = regular, bold
        self.width = A4[0] - 2 * _MARGIN
        base: dict[str, Any] = {"fontName": regular, "textColor": _INK, "wordWrap": "CJK", "alignment": TA_LEFT}
        self.styles = {
            "title": ParagraphStyle("title", **{**base, "fontName": bold}, fontSize=18, leading=25),
            "sub": ParagraphStyle("sub", **{**base, "textColor": _PALE}, fontSize=10, leading=15, spaceAfter=8),
            "h2": ParagraphStyle("h2", **{**base, "fontName": bold, "textColor": _BLUE}, fontSize=13, leading=18, spaceBefore=12, spaceAfter=5, keepWithNext=1),
            "h3": ParagraphStyle("h3", **{**base, "fontName": bold}, fontSize=10.5, leading=15, spaceBefore=8, spaceAfter=3, keepWithNext=1),
            "text": ParagraphStyle("text", **base, fontSize=10, leading=15.5, spaceAfter=5),
            "quiet": ParagraphStyle("quiet", **{**base, "textColor": _PALE}, fontSize=8.5, leading=13, spaceAfter=4),
            "cell": ParagraphStyle("cell", **base, fontSize=8.5, leading=12),
            "label": ParagraphStyle("label", **{**base, "fontName": bold}, fontSize=8.5, leading=12),
            "notice": ParagraphStyle("notice", **base, fontSize=9.5, leading=14.5),
        }

    def made(self) -> bytes:
        stream = io.BytesIO()
        image = ImageReader(io.BytesIO(self.png))
        wide = _page_for(*image.getSize())
        pages = {"text": A4, "picture": wide}
        templates = [
            PageTemplate(id_, [Frame(_MARGIN, _MARGIN, size[0] - 2 * _MARGIN, size[1] - 2 * _MARGIN, 0, 0, 0, 0)], pagesize=size)
            for id_, size in pages.items()
        ]
        made = BaseDocTemplate(
            stream,
            pagesize=A4,
            pageTemplates=templates,
            title=clean(self.document.title),
            author="lookthrough",
            subject=clean(self.document.subtitle),
            invariant=1,
            lang="zh-CN" if self.document.lang == "zh" else "en",
        )
        flow: list[Flowable] = [self._text(self.document.title, "title"), self._text(self.document.subtitle, "sub")]
        for block in self.document.blocks:
            flow += self._block(block, wide, image.getSize())
        made.build(flow, canvasmaker=_numbered(self.document.footer, self.regular, self.document.lang == "zh"))
        return stream.getvalue()

    def _text(self, text: str, style: str) -> Text:
        return Text(html.escape(clean(text), quote=False), self.styles[style])

    def _block(self, block: Block, wide: tuple[float, float], image: tuple[float, float]) -> list[Flowable]:
        if isinstance(block, Heading):
            return [self._text(block.text, f"h{block.level}")]
        if isinstance(block, Paragraph):
            return [self._text(block.text, "quiet" if block.quiet else "text")]
        if isinstance(block, Notice):
            box = LongTable([[self._text(block.text, "notice")]], colWidths=[self.width])
            ink = colors.HexColor("#b54708")
            pad = [("TOPPADDING", (0, 0), (-1, -1), 6), ("BOTTOMPADDING", (0, 0), (-1, -1), 7)]
            fill = ("BACKGROUND", (0, 0), (-1, -1), colors.HexColor("#fff8ef"))
            box.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 0.8, ink), fill, *pad]))
            return [Spacer(0, 3), box, Spacer(0, 6)]
        if isinstance(block, Bullets):
            items = [ListItem(self._text(i, "text"), leftIndent=12, value="•") for i in block.items]
            return [ListFlowable(items, bulletType="bullet", start="•", bulletFontName=self.regular, leftIndent=12)]
        if isinstance(block, Pairs):
            rows = [[self._text(a, "label"), self._text(b, "cell")] for a, b in block.rows]
            return [self._table(rows, [0.22, 0.78], heading=False), Spacer(0, 5)]
        if isinstance(block, Table):
            rows = [[self._text(h, "label") for h in block.headings]]
            rows += [[self._text(c, "cell") for c in row] for row in block.rows]
            return [self._table(rows, block.widths, heading=True), Spacer(0, 6)]
        return self._picture(block, wide, image)

    def _table(self, rows: list[list[Text]], widths: Any, heading: bool) -> LongTable:
        total = sum(widths)
        made = LongTable(rows, colWidths=[self.width * w / total for w in widths], repeatRows=int(heading))
        style: list[Any] = [
            ("GRID", (0, 0), (-1, -1), 0.5, _LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ("LEFTPADDING", (0, 0), (-1, -1), 5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ]
        shade = colors.HexColor("#eef2f7")
        style.append(("BACKGROUND", (0, 0), (-1, 0) if heading else (0, -1), shade))
        made.setStyle(TableStyle(style))
        return made

    def _picture(self, block: Picture, wide: tuple[float, float], image: tuple[float, float]) -> list[Flowable]:
        room = (wide[0] - 2 * _MARGIN, wide[1] - 2 * _MARGIN - _WORDS)
        scale = min(room[0] / image[0], room[1] / image[1])
        shown = Image(io.BytesIO(self.png), image[0] * scale, image[1] * scale)
        words = [self._text(block.heading, "h2"), self._text(block.caption, "quiet")]
        return [NextPageTemplate("picture"), PageBreak(), KeepTogether([*words, shown]), NextPageTemplate("text"), PageBreak()]


def _page_for(across: float, down: float) -> tuple[float, float]:
    """A page as wide as A3 or A4 and as high as the picture needs, or as high as A3 and as wide as that."""
    if across >= down:
        width = landscape(A3)[0] if across > 1600 else landscape(A4)[0]
        height = (width - 2 * _MARGIN) * down / across + 2 * _MARGIN + _WORDS
        return width, min(max(height, A4[0]), width)
    height = A3[1] if down > 1600 else A4[1]
    width = (height - 2 * _MARGIN - _WORDS) * across / down + 2 * _MARGIN
    return min(max(width, A4[0]), height), height


def _numbered(footer: str, font: str, chinese: bool) -> type[Canvas]:
    class Numbered(Canvas):
        """Writes the footer when it knows how many pages there are."""

        def __init__(self, *args: Any, **kwargs: Any):
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self._kept.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]

        def save(self) -> None:
            for n, page in enumerate(self._kept, start=1):
                self.__dict__.update(page)
                width = self._pagesize[0]  # type: ignore[attr-defined]
                self.setStrokeColor(_LINE)
                self.line(_MARGIN, 13 * mm, width - _MARGIN, 13 * mm)
                self.setFillColor(_PALE)
                self.setFont(font, 7)
                self.drawString(_MARGIN, 9 * mm, clean(footer))
                total = len(self._kept)
                told = f"第 {n} 页 / 共 {total} 页" if chinese else f"Page {n} of {total}"
                self.drawRightString(width - _MARGIN, 9 * mm, told)
                super().showPage()
            super().save()

    return Numbered
