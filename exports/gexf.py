"""GEXF 1.3, for Gephi: columns, colours and places."""

from __future__ import annotations

import io
import re
from typing import Any, Final

import networkx as nx
from lxml import etree

from exports.graphml import multigraph
from exports.placing import placed
from exports.values import xml_text
from graph.subgraph import Subgraph
from visualize.scene import Scene

_NS: Final = "http://gexf.net/1.3"
_RENAMED: Final = {"type": "relation", "relation": "fact_relation"}
_SHAPES: Final = {"circle": "disc", "box": "square", "pill": "square"}


def gexf(subgraph: Subgraph, scene: Scene) -> bytes:
    """The subgraph as GEXF 1.3, places as `viz:position`.

    Columns `x` and `y` are the picture's; `viz:position` has y the other way up, because Gephi's y grows upwards.
    """
    rows = placed(subgraph, scene)
    figures = {xml_text(n.id): n for n in scene.nodes}
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(mode="static", defaultedgetype="directed")
    source = multigraph(subgraph, rows)
    for id_, data in source.nodes(data=True):
        figure = figures.get(id_)
        shown: dict[str, Any] = {k: v for k, v in data.items() if k != "label"}
        viz: dict[str, Any] = {"position": {"x": data["x"], "y": -data["y"], "z": 0.0}}
        if figure:
            viz["size"] = round(max(figure.width, figure.height) / 2, 1)
            viz["shape"] = _SHAPES.get(figure.shape, "diamond")
            if re.fullmatch("#[0-9a-fA-F]{6}", figure.style.stroke):
                red, green, blue = (int(figure.style.stroke[i : i + 2], 16) for i in (1, 3, 5))
                viz["color"] = {"r": red, "g": green, "b": blue, "a": 1.0}
        made.add_node(id_, label=data["label"], viz=viz, **shown)
    for start, end, key, data in source.edges(keys=True, data=True):
        # GEXF keeps `type` for itself; a source's own field of that other name stands aside, as everywhere.
        shown = {_RENAMED.get(k, k): v for k, v in data.items()}
        made.add_edge(start, end, key=key, id=key, **shown)
    return _tidied(made, subgraph)


def _tidied(made: nx.MultiDiGraph[str], subgraph: Subgraph) -> bytes:
    """The document with what it is about in place of the day it was written on."""
    stream = io.BytesIO()
    nx.write_gexf(made, stream, version="1.3")
    root = etree.fromstring(stream.getvalue(), etree.XMLParser(resolve_entities=False, no_network=True))
    namespace = etree.QName(root).namespace or _NS
    for meta in root.findall(f"{{{namespace}}}meta"):
        root.remove(meta)
    meta = etree.Element(f"{{{namespace}}}meta")
    about = f"{subgraph.method} · {subgraph.as_of} · {subgraph.fingerprint}" + (
        " · truncated" if subgraph.truncated else ""
    )
    for name, text in (("creator", "lookthrough"), ("keywords", about), ("description", subgraph.title)):
        etree.SubElement(meta, f"{{{namespace}}}{name}").text = xml_text(text)
    root.insert(0, meta)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written
