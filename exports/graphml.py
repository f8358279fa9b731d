"""GraphML: read by networkx, Gephi, Cytoscape and, with figures and places of its own, yEd."""

from __future__ import annotations

from typing import Any, Final

import networkx as nx
from lxml import etree

from exports.placing import Placed, placed
from exports.values import columns_of, typed, xml_text
from graph.subgraph import Subgraph
from visualize.scene import Scene, SceneNode

_NS: Final = "http://graphml.graphdrawing.org/xmlns"
_Y: Final = "http://www.yworks.com/xml/graphml"
_SHAPES: Final = {
    "circle": "ellipse",
    "box": "rectangle",
    "pill": "roundrectangle",
    "hexagon": "hexagon",
    "octagon": "octagon",
}
_SIZE: Final = (60.0, 40.0)


def graphml(subgraph: Subgraph, scene: Scene) -> bytes:
    """The subgraph as GraphML, parallel relationships kept apart; columns hold text, numbers and truths only.

    Places are the picture's (`x`, `y`, pixels, y downwards), as columns and as yEd's geometry.
    """
    rows = placed(subgraph, scene)
    written = "\n".join(nx.generate_graphml(multigraph(subgraph, rows)))
    # networkx writes text we have just made ourselves; nothing outside is read.
    root = etree.fromstring(written.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    shown = _for_yed(root, {n.id: n for n in scene.nodes}, rows)
    return etree.tostring(shown, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def multigraph(subgraph: Subgraph, rows: Placed) -> nx.MultiDiGraph[str]:
    """A networkx graph of the rows: each column of one type, nothing where there is nothing."""
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    about = {
        "title": subgraph.title,
        "method": subgraph.method,
        "as_of": subgraph.as_of,
        "fingerprint": subgraph.fingerprint,
    }
    made.graph.update({k: xml_text(v) for k, v in about.items() if v})
    made.graph["truncated"] = subgraph.truncated
    types = columns_of(rows.nodes.values())
    for id_, row in rows.nodes.items():
        made.add_node(xml_text(id_), **_row(row, types, ("id",)))
    types = columns_of(rows.edges.values())
    for id_, row in rows.edges.items():
        ends = xml_text(row["source"]), xml_text(row["target"])
        made.add_edge(*ends, key=xml_text(id_), **_row(row, types, ("id", "source", "target")))
    return made


def _row(row: dict[str, Any], types: dict[str, Any], left_out: tuple[str, ...]) -> dict[str, Any]:
    shown = {n: typed(row.get(n), t) for n, t in types.items() if n not in left_out}
    return {n: v for n, v in shown.items() if v is not None}


def _for_yed(root: Any, figures: dict[str, SceneNode], rows: Placed) -> Any:
    """The same with a figure, a place and a label for each node, and a label for each edge, as yEd reads them."""
    names: Any = {None: _NS, "y": _Y, "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    whole = etree.Element(f"{{{_NS}}}graphml", nsmap=names)
    for name, value in root.attrib.items():
        whole.set(name, value)
    whole.extend(list(root))
    for place, (id_, for_, kind) in enumerate(
        (("ynode", "node", "nodegraphics"), ("yedge", "edge", "edgegraphics"))
    ):
        key = etree.Element(f"{{{_NS}}}key", {"id": id_, "for": for_, "yfiles.type": kind})
        whole.insert(place, key)
    by_text = {xml_text(i): i for i in rows.nodes}
    for node in whole.iter(f"{{{_NS}}}node"):
        id_ = by_text[node.get("id", "")]
        figure = figures.get(id_)
        width, height = (figure.width or _SIZE[0], figure.height or _SIZE[1]) if figure else _SIZE
        x, y = rows.at[id_]
        # First, so that a reader that knows yEd's figures ends with the columns' places.
        first = etree.Element(f"{{{_NS}}}data", {"key": "ynode"})
        node.insert(0, first)
        box = _child(first, _Y, "ShapeNode")
        where = {"x": x - width / 2, "y": y - height / 2, "width": width, "height": height}
        _child(box, _Y, "Geometry", **{k: f"{v:.1f}" for k, v in where.items()})
        if figure:
            _child(box, _Y, "Fill", color=figure.style.fill, transparent="false")
            dashes = "dashed" if figure.style.dash else "line"
            _child(box, _Y, "BorderStyle", color=figure.style.stroke, type=dashes, width="1.0")
        _child(box, _Y, "NodeLabel").text = xml_text(str(rows.nodes[id_]["label"]))
        _child(box, _Y, "Shape", type=_SHAPES.get(figure.shape if figure else "", "rectangle"))
    labels = {xml_text(i): xml_text(str(row["label"])) for i, row in rows.edges.items()}
    for edge in whole.iter(f"{{{_NS}}}edge"):
        line = _child(_child(edge, _NS, "data", key="yedge"), _Y, "PolyLineEdge")
        _child(line, _Y, "Arrows", source="none", target="standard")
        _child(line, _Y, "EdgeLabel").text = labels.get(edge.get("id", ""), "")
    return whole


def _child(parent: Any, namespace: str, name: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
