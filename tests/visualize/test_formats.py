"""One picture in every format: same texts at the same places, with typefaces of its own, and nothing from outside."""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from lxml import etree
from pypdf import PdfReader
from pypdf.generic import ContentStream

from graph.subgraph import Subgraph
from tests.visualize import pictures
from tests.visualize.pictures import company, owns, person
from visualize import DrawingError, Style, compose, quick_view, render_bytes, show
from visualize.legend import notes
from visualize.pdf import pdf
from visualize.png import MOST_PIXELS, png
from visualize.print_grey import greyed
from visualize.svg import svg
from visualize.typeface import typeface, typefaces

Make = Callable[[], Subgraph]
each_picture = pytest.mark.parametrize("make", pictures.ALL, ids=lambda f: f.__name__)
each_style = pytest.mark.parametrize("style", ["chinese", "open_ownership"])
SVG = "{http://www.w3.org/2000/svg}"
Placed = tuple[str, float, float, float]


def svg_texts(data: bytes) -> list[Placed]:
    """(text, x of its anchor, y, size) of an SVG picture, in order."""
    root = etree.fromstring(data)
    return [
        (t.text or "", float(t.get("x", "")), float(t.get("y", "")), float(t.get("font-size", "")))
        for t in root.iter(f"{SVG}text")
    ]


def pdf_texts(data: bytes) -> list[tuple[str, float, float, float, bool]]:
    """(text, left, y, size, bold) of a PDF page, in pixels, read by its own character maps."""
    page = PdfReader(io.BytesIO(data)).pages[0]
    fonts = page["/Resources"]["/Font"]  # type: ignore[index]
    maps = {}
    for name in fonts:
        text = fonts[name]["/ToUnicode"].get_data().decode("ascii")
        maps[name] = {
            int(a, 16): bytes.fromhex(b).decode("utf-16-be")
            for a, b in re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>", text)
        }
    out = []
    font, size, x, y = "", 0.0, 0.0, 0.0
    for operands, operator in ContentStream(page.get_contents(), None).operations:
        if operator == b"Tf":
            font, size = str(operands[0]), float(operands[1])
        elif operator == b"Tm":
            x, y = float(operands[4]), float(operands[5])
        elif operator == b"Tj":
            raw = operands[0].original_bytes
            codes = struct.unpack(f">{len(raw) // 2}H", raw)
            out.append(("".join(maps[font][c] for c in codes), x, y, size, font == "/F1"))
    return out


@each_picture
@each_style
def test_pdf_and_svg_write_the_same_texts_at_the_same_places(make: Make, style: Style) -> None:
    drawn = svg_texts(render_bytes(make(), "svg", style=style))
    printed = pdf_texts(render_bytes(make(), "pdf", style=style))
    assert [t for t, *_ in drawn] == [t for t, *_ in printed]
    assert len(drawn) > 5
    plain, bold = typefaces(compose(make(), style=style))
    anchors = [
        t.get("text-anchor")
        for t in etree.fromstring(render_bytes(make(), "svg", style=style)).iter(f"{SVG}text")
    ]
    for (text, x, y, size), (_, left, down, points, strong), anchor in zip(
        drawn, printed, anchors, strict=True
    ):
        wide = (bold if strong else plain).width(text, size)
        assert left == pytest.approx(x - (wide / 2 if anchor == "middle" else 0), abs=0.15)
        assert down == pytest.approx(y, abs=0.15)
        assert points == pytest.approx(size, abs=0.06)


def test_a_pdf_is_searched_by_readers_that_did_not_write_it() -> None:
    reader = PdfReader(io.BytesIO(render_bytes(pictures.long_names(), "pdf")))
    found = reader.pages[0].extract_text()
    for words in ("𠮷野", "The Very Long Example", "0.00001%", "<script>alert('测", "图例"):
        assert words in found
    assert reader.metadata is not None
    assert reader.metadata.title == "</title><script>alert(2)</script>"


@each_picture
def test_the_same_picture_gives_the_same_bytes_in_every_format(make: Make) -> None:
    turned = replace(make(), nodes=make().nodes[::-1], edges=make().edges[::-1])
    for format in ("svg", "pdf", "html", "json"):
        assert render_bytes(make(), format) == render_bytes(turned, format), format
    assert render_bytes(make(), "png", scale=0.5) == render_bytes(turned, "png", scale=0.5)


def pixels(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and the unfiltered-or-not raw bytes of a PNG: enough to see whether two differ."""
    width, height = struct.unpack(">II", data[16:24])
    body, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            body += data[at + 8 : at + 8 + length]
        at += length + 12
    return width, height, zlib.decompress(body)


def test_a_png_has_the_scale_asked_for_and_letters_on_it() -> None:
    scene = compose(pictures.cross_holding())
    for scale in (0.5, 1, 3):
        wide, high, _ = pixels(png(scene, scale))
        assert (wide, high) == pytest.approx((scene.width * scale, scene.height * scale), abs=scale + 1)
    mute = replace(scene, nodes=tuple(replace(n, texts=()) for n in scene.nodes))
    assert pixels(png(scene, 1))[2] != pixels(png(mute, 1))[2]


@pytest.mark.parametrize("scale", [0, -1, 99, float("inf"), float("nan")])
def test_a_png_too_large_to_draw_is_refused_with_what_is_possible(scale: float) -> None:
    with pytest.raises(DrawingError) as refused:
        render_bytes(pictures.nine_bidders(), "png", scale=scale)
    assert refused.value.zh
    assert refused.value.en


def test_a_huge_picture_is_drawn_smaller_or_refused_never_beyond_the_bound() -> None:
    nodes = [company("hub", "虚构股份有限公司"), *(person(f"p{i}", f"测试股东{i}") for i in range(3000))]
    scene = compose(Subgraph(tuple(nodes), tuple(owns(f"p{i}", "hub", 1 / 3000) for i in range(3000))))
    assert scene.width * scene.height * 4 > MOST_PIXELS
    wide, high, _ = pixels(png(scene))
    assert wide * high <= MOST_PIXELS
    with pytest.raises(DrawingError, match="too large"):
        png(replace(scene, width=60_000.0, height=30_000.0))
    box = PdfReader(io.BytesIO(pdf(replace(scene, width=60_000.0)))).pages[0].mediabox
    assert float(box.width) <= 14_400


def test_rare_characters_have_a_form_and_those_without_become_a_box() -> None:
    face = typeface(frozenset("𠮷㼆囍ABC·％"), False)
    assert not face.missing
    font = TTFont(io.BytesIO(face.data))
    for char in "𠮷㼆囍":
        glyph = font["glyf"][font.getBestCmap()[ord(char)]]
        assert glyph.numberOfContours > 1, char
    odd = typeface(frozenset("𪚥\u0b85\ufe0f"), True)
    assert odd.missing == {"𪚥", "\u0b85"}
    assert odd.advances["\ufe0f"] == 0
    left = typeface(frozenset("\u0b85甲"), True, False)
    assert set(left.glyphs) == {"甲"}
    name = "🏢👨‍👩‍👧 𠮷测试 \U000e0041\ue000"
    for format in ("svg", "png", "pdf", "html", "json"):
        assert render_bytes(Subgraph((company("a", name),), (), name), format)


def test_emoji_signs_and_foreign_letters_have_a_form_of_their_own() -> None:
    odd = "🙂🏢🇨⚖♻łđα"
    face = typeface(frozenset(odd), False)
    assert not face.missing
    font = TTFont(io.BytesIO(face.data))
    forms = {char: font["glyf"][font.getBestCmap()[ord(char)]] for char in odd}
    assert all(glyph.numberOfContours > 0 for glyph in forms.values())
    # As wide as text is measured, and no two alike: nothing is a box.
    assert {face.advances[char] for char in "🙂🏢🇨♻"} == {1000}
    assert len({(g.xMin, g.xMax, g.yMin, g.yMax, g.numberOfContours) for g in forms.values()}) == len(odd)
    assert "Noto Emoji" in font["name"].getDebugName(0)
    assert "Noto Emoji" not in TTFont(io.BytesIO(typeface(frozenset("甲"), False).data))["name"].getDebugName(
        0
    )


def test_the_bold_typeface_is_bolder() -> None:
    areas = []
    for bold in (False, True):
        font = TTFont(io.BytesIO(typeface(frozenset("一"), bold).data))
        glyph = font["glyf"][font.getBestCmap()[ord("一")]]
        areas.append(glyph.yMax - glyph.yMin)
        assert font["OS/2"].usWeightClass == (700 if bold else 400)
    assert areas[1] > areas[0] * 1.3


class _Outside(HTMLParser):
    """Every place of a page from which something could be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "data", "action", "srcset", "poster", "formaction"):
                self.found.append(f"{tag} {name}={value}")
            if name.startswith("on"):
                self.found.append(f"{tag} {name}")
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs).get("content") or ""
        if tag in ("link", "iframe", "object", "embed", "base", "img"):
            self.found.append(tag)


def written(make: Make) -> list[str]:
    subgraph = make()
    pages = [
        render_bytes(subgraph, f, fonts=fonts).decode() for f in ("svg", "html") for fonts in (True, False)
    ]
    return [*pages, quick_view(subgraph), show(subgraph)._repr_html_(), show(subgraph)._repr_svg_()]


@each_picture
def test_nothing_we_write_fetches_anything(make: Make) -> None:
    for text in written(make):
        seen = _Outside()
        seen.feed(text)
        assert seen.found == []
        assert set(re.findall(r"url\(\s*['\"]?([a-z]+:)", text)) <= {"data:"}
        assert "@import" not in text
        if text.startswith("<!DOCTYPE"):
            assert seen.policy.startswith("default-src 'none'")


def test_a_picture_carries_only_its_own_characters() -> None:
    scene = compose(pictures.cross_holding())
    drawn = svg(scene, fonts=True)
    faces = [base64.b64decode(f) for f in re.findall(r"base64,([A-Za-z0-9+/=]+)", drawn)]
    assert len(faces) == 2
    root = etree.fromstring(drawn.encode())
    for data, weight in zip(faces, ("400", "700"), strict=True):
        has = {chr(c) for c in TTFont(io.BytesIO(data)).getBestCmap()}
        wanted = set()
        for text in root.iter(f"{SVG}text"):
            if (text.get("font-weight") or "400") == weight:
                wanted |= set(text.text or "")
        assert has == wanted
    assert len(drawn.encode()) < 60_000
    assert "@font-face" not in svg(scene)


def test_styles_say_the_same_in_their_own_words() -> None:
    chinese = compose(pictures.refused_and_abroad(), lang="en")
    open_ = compose(pictures.refused_and_abroad(), lang="en", style="open_ownership")
    assert [n.id for n in chinese.nodes] == [n.id for n in open_.nodes]
    said = {k.id: [t.text for t in k.label] for k in open_.lines}
    assert said["o:hk>s"] == ["Owns 60.00%"]
    assert said["o:li>s"] == ["Owns 25%–50%"]
    assert said["o:tr>li"] == ["Owns 50.00%", "Controls 30.00%"]
    bare = {k.id: [t.text for t in k.label] for k in chinese.lines}
    assert bare["o:hk>s"] == ["60.00%"]
    assert bare["cx"] == said["cx"] == ["Effective 42.00%", "100% × 70% × 60% = 42%"]
    lines = {k.id: k.style for k in open_.lines}
    assert (lines["o:hk>s"].stroke, lines["ec"].stroke) == ("#652eb1", "#349aee")
    assert lines["ec"].double, "colour is not the only sign of control"
    assert lines["cx"].dash
    nodes = {n.id: n for n in open_.nodes}
    assert {n.shape for n in nodes.values()} == {"circle"}
    assert (nodes["p"].icon, nodes["st"].icon, nodes["li"].icon) == ("person", "state", "listed")
    forms = {n.id: n.shape for n in chinese.nodes}
    assert (forms["v"], forms["hk"], forms["s"], forms["p"]) == ("hexagon", "hexagon", "box", "circle")


def test_a_refused_block_is_hatched_and_says_so() -> None:
    for style in ("chinese", "open_ownership"):
        scene = compose(pictures.refused_and_abroad(), style=style)  # type: ignore[arg-type]
        refused = [n for n in scene.nodes if n.style.hatch]
        assert {n.id for n in refused} == {"c1", "c2", "c3"}
        assert all("封闭环" in b.text for n in refused for b in n.badges)
        assert any("斜线" in t.text for t in scene.legend.texts)
        drawn = svg(scene)
        assert drawn.count(refused[0].style.hatch) > 20


@each_picture
def test_print_in_grey_has_no_colour_and_loses_nothing(make: Make) -> None:
    scene = compose(make())
    grey = greyed(scene)
    drawn = svg(grey)
    for red, green, blue in re.findall(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\b", drawn):
        assert max(int(c, 16) for c in (red, green, blue)) - min(int(c, 16) for c in (red, green, blue)) == 0
    assert [t for t, *_ in svg_texts(drawn.encode())] == [t for t, *_ in svg_texts(svg(scene).encode())]
    signs = {(k.kind, k.style.dash, k.style.double, round(k.style.width, 1)) for k in grey.lines}
    kinds = {k.kind for k in grey.lines}
    assert len(signs) >= len(kinds)


def test_the_quick_view_keeps_parallel_lines_and_our_places() -> None:
    subgraph = pictures.refused_and_abroad()
    text = quick_view(subgraph)
    edges = re.search(r"edges = new vis\.DataSet\((\[.*?\])\);", text, re.S)
    assert edges
    pairs = Counter(re.findall(r'"from": "(\w+)".*?"to": "(\w+)"', edges[1]))
    assert pairs["q", "s"] == 2
    places = {n.id: (round(n.x), round(n.y)) for n in compose(subgraph).nodes}
    for id_, (x, y) in places.items():
        assert re.search(rf'"id": "{id_}".*?"x": {x}, "y": {y}\b', text), id_
    assert text.startswith("<!DOCTYPE html>")


def test_the_quick_view_says_when_there_is_too_much() -> None:
    with pytest.raises(DrawingError, match="300"):
        quick_view(pictures.hub(400))


def test_the_quick_view_says_what_other_pictures_say_beneath_themselves() -> None:
    subgraph = replace(pictures.hub(), truncated=True)
    for lang in ("zh", "en"):
        page = quick_view(subgraph, lang=lang)
        scene = compose(subgraph, lang=lang)
        for words, *_ in notes(scene):
            assert words in page
        assert {subgraph.as_of, subgraph.fingerprint} <= set(re.findall(r"[\w-]+", page))


def test_a_notebook_shows_the_quick_view_in_a_frame_that_reaches_nothing() -> None:
    view = show(pictures.hub()).quick()
    met: list[tuple[str, dict[str, str | None]]] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: met.append((tag, dict(attrs)))  # type: ignore[method-assign]
    reader.feed(view._repr_html_())
    ((tag, frame),) = met
    assert tag == "iframe"
    assert frame["srcdoc"] == str(view), "whole, whatever it holds"
    assert frame["sandbox"] == "allow-scripts"
    assert len(repr(view)) < 100


def test_a_language_or_a_style_there_is_not_is_refused_at_once() -> None:
    for how, said in (({"lang": "fr"}, "zh, en"), ({"style": "x"}, "chinese, open_ownership")):
        for draw in (
            lambda how=how: show(pictures.hub(), **how),
            lambda how=how: quick_view(pictures.hub(), **how),
            lambda how=how: compose(pictures.hub(), **how),
            lambda how=how: render_bytes(pictures.hub(), "html", **how),
        ):
            with pytest.raises(DrawingError, match=said):
                draw()


def test_a_name_stays_text_in_the_quick_view() -> None:
    bad = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    text = quick_view(Subgraph((company("a" + bad, bad), company("b", bad)), (), bad))
    assert bad not in text
    assert "<img" not in re.sub(r"<script.*?</script>", "", text, flags=re.S)


def test_a_notebook_shows_it_and_saves_it(tmp_path: Path) -> None:
    shown = show(pictures.cross_holding(), style="open_ownership", lang="en")
    assert svg_texts(shown._repr_svg_().encode()) == svg_texts(
        render_bytes(pictures.cross_holding(), "svg", "en", "open_ownership")
    )
    assert shown.save(tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(DrawingError, match="gif"):
        render_bytes(pictures.hub(), "gif")


def test_a_line_of_a_picture_with_few_dots_is_one_dot_wide_at_least() -> None:
    """Thinner ones come out as a shade that nobody sees."""
    from visualize.png import _lined

    source = (
        '<path d="M0 0" stroke-width="1.5"/><rect stroke-width="6"/><text>stroke-width=&quot;1&quot;</text>'
    )
    small = (
        '<path d="M0 0" stroke-width="4.1"/><rect stroke-width="6"/><text>stroke-width=&quot;1&quot;</text>'
    )
    assert _lined(source, 0.25) == small
    assert _lined(source, 1.0) == source == _lined(source, 2.0)
    assert 'stroke-width="2.8"' in _lined(source, 0.37), "a dot and a little more"
