"""A scene for print in grey: every colour becomes the grey of its lightness; shapes and dashes tell the rest."""

from __future__ import annotations

from dataclasses import replace

from visualize.pieces import Text
from visualize.scene import Badge, Scene, SceneLine, SceneNode


def greyed(scene: Scene) -> Scene:
    """The same picture without colours."""
    return replace(
        scene,
        nodes=tuple(map(_node, scene.nodes)),
        lines=tuple(map(_line, scene.lines)),
        stacks=tuple(replace(s, heading=_text(s.heading)) for s in scene.stacks),
        headings=tuple(map(_text, scene.headings)),
        legend=replace(
            scene.legend,
            nodes=tuple(map(_node, scene.legend.nodes)),
            lines=tuple(map(_line, scene.legend.lines)),
            texts=tuple(map(_text, scene.legend.texts)),
        ),
        grey=True,
    )


def grey(colour: str) -> str:
    """The grey as light as a colour `#rrggbb` (ITU-R BT.709 weights)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    value = round(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return f"#{value:02x}{value:02x}{value:02x}"


def _text(text: Text) -> Text:
    return replace(text, ink=grey(text.ink))


def _badge(badge: Badge) -> Badge:
    return replace(badge, fill=grey(badge.fill), ink=grey(badge.ink))


def _node(node: SceneNode) -> SceneNode:
    style = replace(
        node.style,
        fill=grey(node.style.fill),
        stroke=grey(node.style.stroke),
        ink=grey(node.style.ink),
        hatch=grey(node.style.hatch) if node.style.hatch else "",
    )
    return replace(
        node, style=style, texts=tuple(map(_text, node.texts)), badges=tuple(map(_badge, node.badges))
    )


def _line(line: SceneLine) -> SceneLine:
    style = replace(line.style, stroke=grey(line.style.stroke), ink=grey(line.style.ink))
    return replace(line, style=style, label=tuple(map(_text, line.label)))
