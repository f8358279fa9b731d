"""Cytoscape JSON: elements, places and style, for the explorer and for Cytoscape on the desktop."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from exports.placing import placed
from exports.values import plain
from graph.subgraph import Subgraph
from visualize.scene import Scene

_SHAPES: Final = {
    "circle": "ellipse",
    "box": "round-rectangle",
    "pill": "round-rectangle",
    "hexagon": "hexagon",
    "octagon": "octagon",
    "house": "pentagon",
    "document": "tag",
}
STYLE: Final[tuple[dict[str, Any], ...]] = (
    {
        "selector": "node",
        "style": {
            "label": "data(label)",
            "shape": "data(shape)",
            "width": "data(width)",
            "height": "data(height)",
            "background-color": "data(fill)",
            "border-color": "data(stroke)",
            "border-width": 2,
            "text-wrap": "wrap",
            "text-max-width": "12em",
            "text-overflow-wrap": "anywhere",
            "text-valign": "center",
        },
    },
    {
        "selector": "edge",
        "style": {
            "label": "data(label)",
            "curve-style": "bezier",
            "target-arrow-shape": "triangle",
            "line-color": "data(stroke)",
            "target-arrow-color": "data(stroke)",
        },
    },
    {"selector": ".dashed", "style": {"border-style": "dashed", "line-style": "dashed"}},
    {
        "selector": ".finding",
        "style": {"border-color": "#c0392b", "line-color": "#c0392b", "border-width": 4, "width": 3},
    },
)


def cytoscape_object(subgraph: Subgraph, scene: Scene) -> dict[str, Any]:
    """`{"format_version", "data", "elements": {"nodes", "edges"}, "layout", "style"}`.

    A node: `data` (id, label, type, kind, every stored field, shape, width, height, fill, stroke), `position`
    (pixels, y downwards, the centre; the picture's) and `classes` (marks, "dashed"). An edge: `data` with `source`
    and `target` and `line`, the id of the scene's line that draws it.
    """
    rows = placed(subgraph, scene)
    figures = {n.id: n for n in scene.nodes}
    lines = {m: line for line in scene.lines for m in line.members}
    nodes = []
    for id_, row in rows.nodes.items():
        figure = figures.get(id_)
        look: dict[str, object] = {
            "shape": _SHAPES.get(figure.shape if figure else "", "round-rectangle"),
            "width": round(figure.width, 1) if figure else 40.0,
            "height": round(figure.height, 1) if figure else 24.0,
            "fill": figure.style.fill if figure else "#ffffff",
            "stroke": figure.style.stroke if figure else "#8a94a3",
        }
        dashed = ["dashed"] if figure and figure.style.dash else []
        shown = {k: v for k, v in row.items() if k not in ("x", "y", "marks")}
        nodes.append(
            {
                "data": _data(shown) | look,
                "position": {"x": row["x"], "y": row["y"]},
                "classes": " ".join([row["type"], *row["marks"].split(), *dashed]),
            }
        )
    edges = []
    for id_, row in rows.edges.items():
        line = lines.get(id_)
        drawn: dict[str, object] = {"stroke": line.style.stroke if line else "#8a94a3"}
        drawn |= {"line": line.id} if line else {}
        dashed = ["dashed"] if line and line.style.dash else []
        shown = {k: v for k, v in row.items() if k != "marks"}
        edges.append(
            {"data": _data(shown) | drawn, "classes": " ".join([row["type"], *row["marks"].split(), *dashed])}
        )
    return {
        "format_version": "1.0",
        "generated_by": "lookthrough",
        "target_cytoscapejs_version": "~3.34",
        "data": {
            "title": subgraph.title,
            "method": subgraph.method,
            "as_of": subgraph.as_of,
            "fingerprint": subgraph.fingerprint,
            "truncated": subgraph.truncated,
            "lang": scene.lang,
            "width": round(scene.width, 1),
            "height": round(scene.height, 1),
        },
        "elements": {"nodes": nodes, "edges": edges},
        "layout": {"name": "preset"},
        "style": [dict(rule) for rule in STYLE],
    }


def cytoscape_json(subgraph: Subgraph, scene: Scene) -> bytes:
    """`cytoscape_object` as UTF-8."""
    text = json.dumps(cytoscape_object(subgraph, scene), ensure_ascii=False, separators=(",", ":"))
    return (re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", text) + "\n").encode()


def _data(row: dict[str, Any]) -> dict[str, Any]:
    shown = {k: list(v) if isinstance(v, tuple | list) else plain(v) for k, v in row.items()}
    return {k: v for k, v in shown.items() if v is not None}
