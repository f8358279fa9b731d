"""The quick view: a small subgraph as one HTML page to be dragged about, made by pyvis and nothing fetched.

pyvis links to servers elsewhere even where it carries its script inside; those links are taken out, and a policy
forbids the page to load anything. It has no picture of its own: places come from our layout, physics is off.
"""

from __future__ import annotations

import html
import re
from typing import Any, Final

from graph.subgraph import Subgraph
from visualize.composition import compose
from visualize.legend import notes
from visualize.lettering import FONT_FAMILY
from visualize.refusal import DrawingError
from visualize.scene import Facts, Scene, SceneLine, SceneNode
from visualize.style import Shape, Style
from visualize.wording import Lang

MOST: Final = 300
"""Nodes above which this view becomes slow; `render_bytes` draws more."""

_POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_OUTSIDE: Final = re.compile(
    r"<link\b[^>]*>|<script\b[^>]*\bsrc\s*=[^>]*>\s*</script>|<center>.*?</center>", re.I | re.S
)
_FRAME: Final = (
    "<style>html,body{margin:0;height:100%;overflow:hidden}body{display:flex;flex-direction:column}"
    ".card{flex:1;min-height:0}#mynetwork{border:0!important;height:100%!important}</style>"
)
"""The notes stand beneath the picture, and cover none of it."""
_FITTING: Final = (
    '<script>network.once("afterDrawing",function(){'
    "network.moveTo({scale:Math.min(1,network.getScale()*0.92)})})</script>"
)
"""pyvis fits the nodes' centres into the window; a little smaller, their names fit too."""
_SHAPES: Final[dict[Shape, str]] = {"circle": "ellipse", "pill": "ellipse"}


class QuickView(str):
    """The page as text; a notebook shows it in a frame of its own where it is the last value of a cell."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """A frame that may run the page's own script, and reach nothing of the notebook's."""
        return (
            f'<iframe srcdoc="{html.escape(self)}" sandbox="allow-scripts" referrerpolicy="no-referrer" '
            'style="width:100%;height:640px;border:1px solid #d5dae1;background:#fff"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<quick view, {len(self):,} characters of HTML>"


def quick_view(subgraph: Subgraph, *, lang: Lang = "zh", style: Style = "chinese") -> QuickView:
    """The page of a subgraph, whole, to be opened without a network.

    Raises `DrawingError` above `MOST` nodes, or for a language or style there is not.
    """
    scene = compose(subgraph, lang=lang, style=style)
    if len(scene.nodes) > MOST:
        raise DrawingError(
            f"快速视图最多显示 {MOST} 个节点，此图有 {len(scene.nodes)} 个；请去掉 --quick，或缩小范围",
            f"The quick view shows {MOST} nodes at most, this picture has {len(scene.nodes)}; leave out --quick, "
            "or ask for less",
        )
    # pyvis pulls in a whole notebook; nobody else is to wait for it.
    from pyvis.network import Network

    # A graph without directions would silently keep one of two parallel lines.
    net = Network(height="100vh", width="100%", directed=True, cdn_resources="in_line")
    for node in scene.nodes:
        net.add_node(node.id, **_node(node))
    for line in scene.lines:
        if _joined(line, scene):
            net.add_edge(line.source, line.target, **_edge(line))
    net.set_options(_OPTIONS)
    return QuickView(_safe(net.generate_html(notebook=False), scene))


_OPTIONS: Final = (
    '{"physics":{"enabled":false},"layout":{"improvedLayout":false},'
    '"interaction":{"hover":true,"tooltipDelay":120},'
    '"edges":{"smooth":{"type":"curvedCW","roundness":0.08}}}'
)


def _joined(line: SceneLine, scene: Scene) -> bool:
    """A line with an end that is a group has no node here: its members' own lines stand for it."""
    groups = {s.id for s in scene.stacks}
    return line.source not in groups and line.target not in groups


def _node(node: SceneNode) -> dict[str, Any]:
    style = node.style
    words = [t.text for t in node.texts] if node.shape != "circle" else [node.name]
    words += [b.text for b in node.badges]
    return {
        "label": "\n".join(words),
        "title": _tooltip(node.facts),
        "x": round(node.x),
        "y": round(node.y),
        "shape": _SHAPES.get(node.shape, "box"),
        "color": {"background": style.fill, "border": style.stroke},
        "borderWidth": style.width,
        "shapeProperties": {"borderDashes": _dashes(style.dash)},
        "font": {"face": FONT_FAMILY, "color": style.ink, "size": 13},
        "physics": False,
    }


def _edge(line: SceneLine) -> dict[str, Any]:
    return {
        "label": "\n".join(t.text for t in line.label),
        "title": _tooltip(line.facts),
        "color": line.style.stroke,
        "width": line.style.width,
        "dashes": _dashes(line.style.dash) or False,
        "arrows": {"to": {"enabled": True, "scaleFactor": 0.7}},
        "font": {"face": FONT_FAMILY, "color": line.style.ink, "size": 12},
        "physics": False,
    }


def _dashes(dash: str) -> list[float] | bool:
    return [float(part) for part in dash.split()] if dash else False


def _tooltip(facts: tuple[Facts, ...]) -> str:
    """Plain text; the view shows it as text, whatever it holds."""
    out = []
    for part in facts:
        out += [part.heading, *(f"{label}: {value}" for label, value in part.rows), *part.sources]
    return "\n".join(out)


def _safe(page: str, scene: Scene) -> str:
    """Everything from elsewhere out; a doctype, a language, a policy and an escaped title in."""
    page = _OUTSIDE.sub("", page)
    title = html.escape(scene.title)
    head = (
        f'<head>\n<meta http-equiv="Content-Security-Policy" content="{html.escape(_POLICY)}">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{title}</title>'
    )
    page = page.replace("<head>", head, 1)
    page = page.replace("<html>", f'<html lang="{"zh-CN" if scene.lang == "zh" else "en"}">', 1)
    told = "".join(
        f'<span style="color:{ink};font-weight:{"bold" if bold else "normal"}">{html.escape(words)}</span><br>'
        for words, ink, bold in notes(scene)
    )
    foot = (
        f'<p style="margin:0;padding:8px 12px;font:12px/1.6 {html.escape(FONT_FAMILY)};'
        f'color:#4a5568;background:#fff">{title}<br>{told}</p>'
    )
    page = page.replace("</body>", foot + _FITTING + "</body>")
    page = page.replace("</head>", _FRAME + "</head>", 1)
    return "<!DOCTYPE html>\n" + page.lstrip()
