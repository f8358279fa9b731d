"""A scene as SVG: one file, no outside references, every text escaped."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from visualize.lettering import FONT_FAMILY
from visualize.scene import Badge, Point, Scene, SceneLine, SceneNode, Text
from visualize.style import ALARM, PAPER

_EDGE = "#d5dae1"


def svg(scene: Scene, *, interactive: bool = False) -> str:
    """The scene as an SVG document (without an XML declaration, so that HTML can hold it).

    Styles are presentation attributes, which a strict content security policy allows. With `interactive`, nodes
    and lines take the keyboard's focus and carry `data-k` (n or l, and their place in the scene) for the page's
    script in place of tooltips.
    """
    width, height = math.ceil(scene.width), math.ceil(scene.height)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{_e(FONT_FAMILY)}" '
        f'lang="{"zh-CN" if scene.lang == "zh" else "en"}" role="{"group" if interactive else "img"}" '
        f'aria-label="{_e(scene.title)}">',
        "" if interactive else f"<title>{_e(scene.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
    ]
    for stack in scene.stacks:
        out.append(
            f'<g><rect x="{_n(stack.x)}" y="{_n(stack.y)}" width="{_n(stack.width)}" '
            f'height="{_n(stack.height)}" rx="10" fill="#fafbfc" stroke="#b9c1cc" stroke-width="1.2"/>'
            f"{_text(stack.heading)}</g>"
        )
    # Strong lines are drawn last, so that a finding is never crossed out by what is not one.
    lines = sorted((k for k in scene.lines if k.path), key=lambda k: (k.style.width, k.id))
    keys = {id(k): f"l{i}" for i, k in enumerate(scene.lines)} if interactive else {}
    out += [_line(k, keys.get(id(k), "")) for k in lines]
    out += [_label(k, keys.get(id(k), "")) for k in lines if k.label]
    out += [_node(n, f"n{i}" if interactive else "") for i, n in enumerate(scene.nodes)]
    out += [_text(t) for t in scene.headings]
    legend = scene.legend
    out.append(
        f'<path d="M36 {_n(legend.top - 14)}H{width - 36}" stroke="{_EDGE}" stroke-width="1" fill="none"/>'
    )
    out += [_line(k) for k in legend.lines]
    out += [_node(n) for n in legend.nodes]
    out += [_text(t) for t in legend.texts]
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


def _text(text: Text) -> str:
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    bold = ' font-weight="700"' if text.bold else ""
    return (
        f'<text x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}" fill="{text.ink}"'
        f'{anchor}{bold} xml:space="preserve">{_e(text.text)}</text>'
    )


def _badge(badge: Badge) -> str:
    x, y = badge.x - badge.width / 2, badge.y - badge.height / 2
    words = Text(badge.x, badge.y + badge.size * 0.36, badge.text, badge.size, badge.ink, True)
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(badge.width)}" height="{_n(badge.height)}" '
        f'rx="{_n(badge.height / 2)}" fill="{badge.fill}" stroke="{PAPER}" stroke-width="1"/>{_text(words)}'
    )


def outline(node: SceneNode, inset: float = 0.0) -> str:
    """The figure's outline as an SVG element without its closing, ready for attributes."""
    w, h = node.width / 2 - inset, node.height / 2 - inset
    x, y = node.x, node.y
    if node.shape == "circle":
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(w)}"'
    if node.shape in ("box", "pill"):
        radius = min(w, h) if node.shape == "pill" else max(2.0, 6.0 - inset)
        radius = min(radius, 26.0)
        return (
            f'<rect x="{_n(x - w)}" y="{_n(y - h)}" width="{_n(2 * w)}" height="{_n(2 * h)}" '
            f'rx="{_n(radius)}"'
        )
    spots: list[Point]
    if node.shape == "house":
        roof = min(22.0, h * 0.75)
        spots = [(x, y - h), (x + w, y - h + roof), (x + w, y + h), (x - w, y + h), (x - w, y - h + roof)]
    elif node.shape == "document":
        fold = min(12.0, h * 0.6)
        spots = [(x - w, y - h), (x + w - fold, y - h), (x + w, y - h + fold), (x + w, y + h), (x - w, y + h)]
    else:
        side = min(16.0 if node.shape == "hexagon" else 9.0, w / 2)
        cut = h if node.shape == "hexagon" else min(9.0, h / 2)
        spots = [(x - w + side, y - h), (x + w - side, y - h), (x + w, y - h + cut)]
        spots += [(x + w, y + h - cut), (x + w - side, y + h), (x - w + side, y + h)]
        spots += [(x - w, y + h - cut), (x - w, y - h + cut)]
    return f'<polygon points="{_spots(spots)}"'


def _node(node: SceneNode, key: str = "") -> str:
    style = node.style
    dash = f' stroke-dasharray="{style.dash}"' if style.dash else ""
    rim = f' fill="{style.fill}" stroke="{style.stroke}" stroke-width="{_n(style.width)}"{dash}'
    rim += ' stroke-linejoin="round"/>'
    parts = []
    if node.width:
        parts.append(outline(node) + rim)
    if style.double:
        inside = f' fill="none" stroke="{style.stroke}" stroke-width="1"/>'
        parts.append(outline(node, style.width / 2 + 3) + inside)
    if node.shape == "document" and node.width:
        fold = min(12.0, node.height * 0.3)
        right, top = node.x + node.width / 2, node.y - node.height / 2
        parts.append(
            f'<path d="M{_n(right - fold)} {_n(top)}V{_n(top + fold)}H{_n(right)}" fill="none" '
            f'stroke="{style.stroke}" stroke-width="1"/>'
        )
    if node.icon == "person":
        parts.append(
            f'<circle cx="{_n(node.x)}" cy="{_n(node.y - 6)}" r="6.5" fill="{style.stroke}"/>'
            f'<path d="M{_n(node.x - 12)} {_n(node.y + 15)}a12 12.5 0 0 1 24 0z" fill="{style.stroke}"/>'
        )
    parts += [_text(t) for t in node.texts]
    parts += [_badge(b) for b in node.badges]
    body = "".join(parts)
    if not node.id:
        return f"<g>{body}</g>"
    if key:
        return (
            f'<g class="n" data-k="{key}" tabindex="0" role="button" aria-label="{_e(node.name)}">{body}</g>'
        )
    return f"<g><title>{_e(_tooltip(node))}</title>{body}</g>"


def _tooltip(node: SceneNode | SceneLine) -> str:
    """The facts as plain text, source rows included: what an image viewer shows on hover."""
    out = []
    for facts in node.facts:
        out.append(facts.heading)
        out += [f"{label}: {value}" for label, value in facts.rows]
        out += list(facts.sources)
    return "\n".join(out)


def _line(line: SceneLine, key: str = "") -> str:
    start, *rest = line.path
    path = f"M{_n(start[0])} {_n(start[1])}"
    for i in range(0, len(rest), 3):
        path += "C" + _spots(rest[i : i + 3])
    style = line.style
    dash = f' stroke-dasharray="{style.dash}"' if style.dash else ""
    strokes = []
    if style.double:
        wide = style.width * 2 + 2
        strokes.append(
            f'<path d="{path}" fill="none" stroke="{style.stroke}" stroke-width="{_n(wide)}"{dash}/>'
            f'<path d="{path}" fill="none" stroke="{PAPER}" stroke-width="{_n(wide - 2 * min(1.4, style.width))}"/>'
        )
    else:
        strokes.append(
            f'<path d="{path}" fill="none" stroke="{style.stroke}" stroke-width="{_n(style.width)}"{dash}/>'
        )
    if line.arrow:
        strokes.append(f'<polygon points="{_spots(line.arrow)}" fill="{style.stroke}"/>')
    body = "".join(strokes)
    if not line.id:
        return f"<g>{body}</g>"
    if key:
        # A broad invisible stroke is easier to point at than a hair line.
        return (
            f'<g class="l" data-k="{key}">{body}'
            f'<path d="{path}" fill="none" stroke="{PAPER}" stroke-opacity="0" stroke-width="14"/></g>'
        )
    return f"<g><title>{_e(_tooltip(line))}</title>{body}</g>"


def _label(line: SceneLine, key: str) -> str:
    if line.label_box is None:
        return ""
    x, y, width, height = line.label_box
    rim = ""
    if "finding" in line.marks:
        rim = f' stroke="{ALARM}" stroke-width="1"'
    body = (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="4" '
        f'fill="{PAPER}"{rim}/>' + "".join(_text(t) for t in line.label)
    )
    if key:
        name = _e(" ".join(t.text for t in line.label))
        return f'<g class="l" data-k="{key}" tabindex="0" role="button" aria-label="{name}">{body}</g>'
    return f"<g><title>{_e(_tooltip(line))}</title>{body}</g>"
