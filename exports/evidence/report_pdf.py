"""The report as PDF: A4, the picture on a page of its own, fonts embedded, the same bytes for the same document."""

from __future__ import annotations

import html
import io
import threading
from typing import Any, Final

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A0, A1, A2, A3, A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
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
from reportlab.platypus import Paragraph as LibraryText

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
from exports.evidence.drawn import Drawn
from visualize.lettering import clean
from visualize.scene import Scene
from visualize.typeface import texts_of, typeface

_INK: Final = colors.HexColor("#1d2530")
_PALE: Final = colors.HexColor("#5b6675")
_LINE: Final = colors.HexColor("#cfd6df")
_BLUE: Final = colors.HexColor("#1f4e79")
_MARGIN: Final = 18 * mm
_WHOLE_PAGE: Final = 0.98 * (A4[1] - 2 * _MARGIN)
"""Room from which on a page has nothing else on it."""
_WORDS: Final = 60.0
"""Room for the picture's heading and caption."""
_SHEETS: Final = (A3, A2, A1, A0)
_LEGIBLE: Final = 0.5
"""Points for a pixel of the picture, at least: its names, of 12 pixels, come to 6 points."""
_NAMES: Final = {"Lookthrough-Regular": False, "Lookthrough-Bold": True}
_REGISTRY: Final = threading.Lock()
_ALWAYS: Final = "0123456789/ •第页共Page of"


class Text(LibraryText):
    """A text that is broken into lines once for each width: a table asks for its height at every page that it may end on."""

    _broken: tuple[float, tuple[float, float]] | None = None

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803 - reportlab's names
        """Its width and height within a width; reportlab's own, kept."""
        # A text that was split over two pages has lost its lines.
        if self._broken is None or self._broken[0] != aW or not hasattr(self, "blPara"):
            self._broken = aW, super().wrap(aW, aH)
        return self._broken[1]


class _Grid(LongTable):
    """A table of which a row that is higher than a page goes on over the next; others stand whole on one."""

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803 - reportlab's names
        """As reportlab's own."""
        # At the foot of a page the row goes to the next one first.
        self.splitInRow = int(availHeight > _WHOLE_PAGE)
        parts: list[Flowable] = super().split(availWidth, availHeight)
        return parts


def report_pdf(document: Document, scene: Scene) -> bytes:
    """The document as PDF with `scene` as its picture."""
    drawn = list(texts_of(scene))
    written = {
        False: [*map(clean, document.texts()), _ALWAYS, *(t.text for t in drawn if not t.bold)],
        True: [*map(clean, document.strong_texts()), *(t.text for t in drawn if t.bold)],
    }
    # The library knows fonts by name, and by the name inside, for the whole process: one report at a time, each with
    # fonts of its own, which are taken away when it is made.
    with _REGISTRY:
        try:
            for name, bold in _NAMES.items():
                data = typeface(frozenset("".join(written[bold])), bold).data
                pdfmetrics.registerFont(TTFont(name, io.BytesIO(data)))
            return _Pages(document, scene).made()
        finally:
            _forget()


def _forget() -> None:
    for name in _NAMES:
        font = pdfmetrics._fonts.pop(name, None)  # type: ignore[attr-defined]
        if font is not None:
            pdfmetrics._dynFaceNames.pop(font.face.name, None)  # type: ignore[attr-defined]


class _Pages:
    def __init__(self, document: Document, scene: Scene):
        self.document, self.scene = document, scene
        self.regular, self.bold = _NAMES
        self.wide = _page_for(scene.width, scene.height)
        self.width = A4[0] - 2 * _MARGIN
        base: dict[str, Any] = {
            "fontName": self.regular,
            "textColor": _INK,
            "wordWrap": "CJK",
            "alignment": TA_LEFT,
        }
        self.styles = {
            "title": ParagraphStyle("title", **{**base, "fontName": self.bold}, fontSize=18, leading=25),
            "sub": ParagraphStyle(
                "sub", **{**base, "textColor": _PALE}, fontSize=10, leading=15, spaceAfter=8
            ),
            "h2": ParagraphStyle(
                "h2",
                **{**base, "fontName": self.bold, "textColor": _BLUE},
                fontSize=13,
                leading=18,
                spaceBefore=12,
                spaceAfter=5,
                keepWithNext=1,
            ),
            "h3": ParagraphStyle(
                "h3",
                **{**base, "fontName": self.bold},
                fontSize=10.5,
                leading=15,
                spaceBefore=8,
                spaceAfter=3,
                keepWithNext=1,
            ),
            "text": ParagraphStyle("text", **base, fontSize=10, leading=15.5, spaceAfter=5),
            "quiet": ParagraphStyle(
                "quiet", **{**base, "textColor": _PALE}, fontSize=8.5, leading=13, spaceAfter=4
            ),
            "cell": ParagraphStyle("cell", **base, fontSize=8.5, leading=12),
            "label": ParagraphStyle("label", **{**base, "fontName": self.bold}, fontSize=8.5, leading=12),
            "notice": ParagraphStyle("notice", **base, fontSize=9.5, leading=14.5),
        }

    def made(self) -> bytes:
        stream = io.BytesIO()
        pages = {"text": A4, "picture": self.wide}
        templates = [
            PageTemplate(
                id_,
                [Frame(_MARGIN, _MARGIN, size[0] - 2 * _MARGIN, size[1] - 2 * _MARGIN, 0, 0, 0, 0)],
                pagesize=size,
            )
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
        flow: list[Flowable] = [
            self._text(self.document.title, "title"),
            self._text(self.document.subtitle, "sub"),
        ]
        for block in self.document.blocks:
            flow += self._block(block)
        made.build(
            flow, canvasmaker=_numbered(self.document.footer, self.regular, self.document.lang == "zh")
        )
        return stream.getvalue()

    def _text(self, text: str, style: str) -> Text:
        return Text(html.escape(clean(text), quote=False), self.styles[style])

    def _block(self, block: Block) -> list[Flowable]:
        if isinstance(block, Heading):
            return [self._text(block.text, f"h{block.level}")]
        if isinstance(block, Paragraph):
            return [self._text(block.text, "quiet" if block.quiet else "text")]
        if isinstance(block, Notice):
            box = _Grid([[self._text(block.text, "notice")]], colWidths=[self.width])
            ink = colors.HexColor("#b54708")
            pad = [("TOPPADDING", (0, 0), (-1, -1), 6), ("BOTTOMPADDING", (0, 0), (-1, -1), 7)]
            fill = ("BACKGROUND", (0, 0), (-1, -1), colors.HexColor("#fff8ef"))
            box.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 0.8, ink), fill, *pad]))
            return [Spacer(0, 3), box, Spacer(0, 6)]
        if isinstance(block, Bullets):
            items: list[Any] = [
                ListItem(self._text(i, "text"), leftIndent=12, value="•") for i in block.items
            ]
            return [
                ListFlowable(
                    items, bulletType="bullet", start="•", bulletFontName=self.regular, leftIndent=12
                )
            ]
        if isinstance(block, Pairs):
            rows = [[self._text(a, "label"), self._text(b, "cell")] for a, b in block.rows]
            return [self._table(rows, [0.22, 0.78], heading=False), Spacer(0, 5)]
        if isinstance(block, Table):
            rows = [[self._text(h, "label") for h in block.headings]]
            rows += [[self._text(c, "cell") for c in row] for row in block.rows]
            return [self._table(rows, block.widths, heading=True), Spacer(0, 6)]
        return self._picture(block)

    def _table(self, rows: list[list[Text]], widths: Any, heading: bool) -> _Grid:
        total = sum(widths)
        made = _Grid(rows, colWidths=[self.width * w / total for w in widths], repeatRows=int(heading))
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

    def _picture(self, block: Picture) -> list[Flowable]:
        room = (self.wide[0] - 2 * _MARGIN, self.wide[1] - 2 * _MARGIN - _WORDS)
        scale = min(room[0] / self.scene.width, room[1] / self.scene.height)
        shown = Drawn(self.scene, self.scene.width * scale, (self.regular, self.bold))
        words = [self._text(block.heading, "h2"), self._text(block.caption, "quiet")]
        return [
            NextPageTemplate("picture"),
            PageBreak(),
            KeepTogether([*words, shown]),
            NextPageTemplate("text"),
            PageBreak(),
        ]


def _page_for(across: float, down: float) -> tuple[float, float]:
    """A page as wide as a sheet lies and as high as the picture needs, or as high as one stands and as wide as that.

    The sheet is A4 for a small picture, else the smallest from A3 to A0 on which its lettering can be read.
    """
    extent = max(across, down)
    sheet = (
        A4 if extent <= 1100 else next((s for s in _SHEETS if s[1] - 2 * _MARGIN >= _LEGIBLE * extent), A0)
    )
    if across >= down:
        width = landscape(sheet)[0]
        height = (width - 2 * _MARGIN) * down / across + 2 * _MARGIN + _WORDS
        return width, min(max(height, A4[0]), width)
    height = sheet[1]
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
