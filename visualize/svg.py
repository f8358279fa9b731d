"""A scene as SVG: one file, no outside references, every text escaped."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from visualize.drawing import Group, groups
from visualize.lettering import FONT_FAMILY
from visualize.pieces import Oval, Paint, Piece, Point, Polygon, Rect, Text
from visualize.scene import Scene, SceneLine, SceneNode
from visualize.style import PAPER
from visualize.typeface import FAMILY, font_rules


def svg(scene: Scene, *, interactive: bool = False, fonts: bool = False) -> str:
    """The scene as an SVG document (without an XML declaration, so that HTML can hold it).

    Styles are presentation attributes, which a strict content security policy allows. With `interactive`, nodes
    and lines take the keyboard's focus and carry `data-k` (n or l, and their place in the scene) for the page's
    script in place of tooltips. With `fonts`, the picture carries a typeface of its characters inside itself and
    looks the same on every machine; a policy must then allow `style-src 'unsafe-inline'; font-src data:`.
    """
    rules = f"<style>{font_rules(scene)}</style>" if fonts else ""
    return document(scene, rules, FAMILY if fonts else "", interactive)


def document(scene: Scene, rules: str, family: str, interactive: bool = False) -> str:
    """The SVG with given style rules, `family` before the fonts of the machine."""
    width, height = math.ceil(scene.width), math.ceil(scene.height)
    stack = f"'{family}',{FONT_FAMILY}" if family else FONT_FAMILY
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{_e(stack)}" '
        f'lang="{"zh-CN" if scene.lang == "zh" else "en"}" role="{"group" if interactive else "img"}" '
        f'aria-label="{_e(scene.title)}">',
        rules,
        "" if interactive else f"<title>{_e(scene.title)}</title>",
    ]
    keys: dict[int, str] = {}
    if interactive:
        keys = {id(k): f"l{i}" for i, k in enumerate(scene.lines)}
        keys |= {id(n): f"n{i}" for i, n in enumerate(scene.nodes)}
    out += [_group(group, keys) for group in groups(scene)]
    out.append("</svg>")
    return "\n".join(part for part in out if part) + "\n"


def _e(text: str) -> str:
    return html.escape(text, quote=True)


def _n(value: float) -> str:
    """A coordinate to a tenth of a pixel."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def _spots(points: Sequence[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _group(group: Group, keys: dict[int, str]) -> str:
    body = "".join(map(_piece, group.pieces))
    of = group.of
    if of is None:
        return body
    if id(of) not in keys:
        return f"<g><title>{_e(_tooltip(of))}</title>{body}</g>"
    key = keys[id(of)]
    if isinstance(of, SceneNode):
        return f'<g class="n" data-k="{key}" tabindex="0" role="button" aria-label="{_e(of.name)}">{body}</g>'
    if group.label:
        name = _e(" ".join(t.text for t in of.label))
        return f'<g class="l" data-k="{key}" tabindex="0" role="button" aria-label="{name}">{body}</g>'
    # A broad invisible stroke is easier to point at than a hair line.
    return (
        f'<g class="l" data-k="{key}">{body}'
        f'<path d="{_path(of.path)}" fill="none" stroke="{PAPER}" stroke-opacity="0" stroke-width="14"/></g>'
    )


def _tooltip(of: SceneNode | SceneLine) -> str:
    """The facts as plain text, source rows included: what an image viewer shows on hover."""
    out = []
    for facts in of.facts:
        out.append(facts.heading)
        out += [f"{label}: {value}" for label, value in facts.rows]
        out += list(facts.sources)
    return "\n".join(out)


def _piece(piece: Piece) -> str:
    if isinstance(piece, Text):
        return _text(piece)
    if isinstance(piece, Oval):
        shape = f'<circle cx="{_n(piece.x)}" cy="{_n(piece.y)}" r="{_n(piece.radius)}"'
    elif isinstance(piece, Rect):
        rounded = f' rx="{_n(piece.radius)}"' if piece.radius else ""
        shape = (
            f'<rect x="{_n(piece.x)}" y="{_n(piece.y)}" width="{_n(piece.width)}" '
            f'height="{_n(piece.height)}"{rounded}'
        )
    elif isinstance(piece, Polygon):
        shape = f'<{"polygon" if piece.closed else "polyline"} points="{_spots(piece.points)}"'
    else:
        shape = f'<path d="{_path(piece.points, piece.closed)}"'
    return shape + _paint(piece.paint, isinstance(piece, Polygon)) + "/>"


def _path(points: Sequence[Point], closed: bool = False) -> str:
    start, *rest = points
    path = f"M{_n(start[0])} {_n(start[1])}"
    for i in range(0, len(rest), 3):
        path += "C" + _spots(rest[i : i + 3])
    return path + ("Z" if closed else "")


def _paint(paint: Paint, joined: bool) -> str:
    out = f' fill="{paint.fill or "none"}"'
    if paint.stroke:
        out += f' stroke="{paint.stroke}" stroke-width="{_n(paint.width)}"'
        out += f' stroke-dasharray="{paint.dash}"' if paint.dash else ""
        out += ' stroke-linejoin="round"' if joined else ""
    return out


def _text(text: Text) -> str:
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    bold = ' font-weight="700"' if text.bold else ""
    return (
        f'<text x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}" fill="{text.ink}"'
        f'{anchor}{bold} xml:space="preserve">{_e(text.text)}</text>'
    )
