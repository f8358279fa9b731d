"""Nodes and edges of a subgraph as rows for exchange formats, at the positions the picture gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.subgraph import SubEdge, Subgraph, SubNode
from visualize.pieces import Point
from visualize.scene import Scene
from visualize.wording import NODE_TYPES, RELATIONS, Lang, pick

# A column of ours never hides behind a source's field of the same name.
OURS: Final = frozenset(
    {"id", "type", "kind", "name", "label", "marks", "x", "y", "source", "target", "weight"}
)


@dataclass(frozen=True, slots=True)
class Placed:
    """`nodes` and `edges` by id, in a fixed order, and where each node stands (pixels, y downwards)."""

    nodes: dict[str, dict[str, Any]]
    edges: dict[str, dict[str, Any]]
    at: dict[str, Point]


def placed(subgraph: Subgraph, scene: Scene) -> Placed:
    """Rows of a subgraph: every stored field a column, `share_min` and `share_max` included."""
    at = positions(subgraph, scene)
    nodes = {
        n.id: _node(n, scene) | {"x": round(at[n.id][0], 1), "y": round(at[n.id][1], 1)}
        for n in sorted(subgraph.nodes, key=lambda n: n.id)
    }
    edges = {
        e.id: _edge(e, scene)
        for e in sorted(subgraph.edges, key=lambda e: e.id)
        if e.source in nodes and e.target in nodes
    }
    return Placed(nodes, edges, at)


def positions(subgraph: Subgraph, scene: Scene) -> dict[str, Point]:
    """Where each node stands; one the picture draws as a line stands amid those it ties, else at the foot."""
    drawn: dict[str, Point] = {n.id: (n.x, n.y) for n in scene.nodes}
    neighbours: dict[str, list[str]] = {}
    for edge in subgraph.edges:
        neighbours.setdefault(edge.source, []).append(edge.target)
        neighbours.setdefault(edge.target, []).append(edge.source)
    found: dict[str, Point] = {}
    for node in subgraph.nodes:
        if node.id in drawn:
            found[node.id] = drawn[node.id]
            continue
        near = [drawn[i] for i in sorted(set(neighbours.get(node.id, ()))) if i in drawn]
        if near:
            found[node.id] = (sum(x for x, _ in near) / len(near), sum(y for _, y in near) / len(near))
        else:
            found[node.id] = (0.0, scene.height)
    return found


def _fields(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {(f"fact_{k}" if k in OURS else k): v for k, v in facts.items()}


def _node(node: SubNode, scene: Scene) -> dict[str, Any]:
    return _fields(node.facts) | {
        "id": node.id,
        "type": node.type,
        "kind": node.kind,
        "name": node.name,
        "label": node_label(node.type, node.id, node.name, scene.lang),
        "effective_share": node.effective_share,
        "marks": " ".join(node.marks),
    }


def _edge(edge: SubEdge, scene: Scene) -> dict[str, Any]:
    return _fields(edge.facts) | {
        "id": edge.id,
        "type": edge.type,
        "source": edge.source,
        "target": edge.target,
        "label": edge_label(edge.type, edge.facts, scene.lang),
        "marks": " ".join(edge.marks),
    }


def node_label(type_: str, id_: str, name: str, lang: Lang) -> str:
    """What a node is called where there is room for one text."""
    return name or f"{pick(NODE_TYPES.get(type_, (type_, type_)), lang)} {id_}"


def edge_label(type_: str, facts: Mapping[str, Any], lang: Lang) -> str:
    """What is said of an edge: its share, else the bounds of it, else what it is."""
    share, low, high = (facts.get(name) for name in ("share", "share_min", "share_max"))
    if isinstance(share, int | float):
        return f"{share:.2%}"
    if low is not None or high is not None:
        return f"{low or 0.0:.2%}–{1.0 if high is None else high:.2%}"
    return pick(RELATIONS.get(type_, (type_, type_)), lang)
