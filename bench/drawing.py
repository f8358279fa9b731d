"""Drawing: layout alone, then whole pictures in each format, in processor seconds of one thread."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from graph.subgraph import SubEdge, Subgraph, SubNode
from visualize import compose
from visualize.html import page
from visualize.layout import Block, place
from visualize.links import Link
from visualize.pdf import pdf
from visualize.png import png
from visualize.svg import svg

_SIZES: Final = ((200, 250), (1_000, 1_250), (2_000, 2_500))
_PICTURE: Final = 300


def drawing(_folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """Layouts of three sizes and two shapes, then a picture of 300 nodes, cold and warm, in every format."""
    rows: list[dict[str, Any]] = []
    for shape, made in (("random attachment", attachment), ("ownership", ownership)):
        for nodes, edges in _SIZES:
            nodes, edges = max(10, round(nodes * scale)), max(12, round(edges * scale))
            links = made(nodes, edges)
            blocks = [Block(f"n{i:05d}", 120, 40, 90, 84) for i in range(nodes)]
            joined = [
                Link(f"e{k:05d}", f"n{a:05d}", f"n{b:05d}", 50, 18, w, True)
                for k, (a, b, w) in enumerate(links)
            ]
            spent = _least(lambda b=blocks, j=joined: place(b, j, anchors=["n00000"]), max(3, repeats))
            rows.append(
                {"name": f"layout, {shape}", "nodes": nodes, "edges": edges, "cpu": spent, "size": ""}
            )
    nodes = max(10, round(_PICTURE * scale))
    subgraph = named(nodes, ownership(nodes, round(nodes * 1.25)))
    scene = compose(subgraph)
    steps: dict[str, Callable[[], str | bytes | object]] = {
        "compose": lambda: compose(subgraph),
        "SVG": lambda: svg(scene),
        "SVG with its typefaces": lambda: svg(scene, fonts=True),
        "PNG, two dots a pixel": lambda: png(scene),
        "PDF": lambda: pdf(scene),
        "HTML, both languages": lambda: page({"zh": scene, "en": compose(subgraph, lang="en")}, fonts=True),
    }
    for name, step in steps.items():
        begun = time.process_time()
        out = step()
        first = time.process_time() - begun
        size = (
            f"{len(out.encode() if isinstance(out, str) else out) / 1024:,.0f} KiB"
            if isinstance(out, str | bytes)
            else ""
        )
        rows.append(
            {
                "name": f"picture: {name}",
                "nodes": nodes,
                "edges": len(subgraph.edges),
                "cpu": _least(step, max(3, repeats)),
                "first": round(first, 3),
                "size": size,
            }
        )
    return rows


def attachment(nodes: int, edges: int) -> list[tuple[int, int, float]]:
    """A random attachment tree towards node 0, and further edges between any two: full of hubs and crossings."""
    rng = random.Random(1)
    out = [(i, rng.randrange(i), rng.random()) for i in range(1, nodes)]
    while len(out) < edges:
        a, b = rng.sample(range(nodes), 2)
        out.append((a, b, rng.random()))
    return out


def ownership(nodes: int, edges: int) -> list[tuple[int, int, float]]:
    """As chains of holdings are: each company held by a few above it, loops rare, some holders shared."""
    rng = random.Random(2)
    out = []
    for i in range(1, nodes):
        below = max(0, (i - 1) // 3 - rng.randrange(3))
        out.append((i, below, rng.random()))
    while len(out) < edges:
        a = rng.randrange(nodes // 4, nodes)
        below = max(0, a // 3 - rng.randrange(12))
        if rng.random() < 0.01:
            a, below = below, a
        if a != below:
            out.append((a, below, rng.random()))
    return out


def named(nodes: int, links: list[tuple[int, int, float]]) -> Subgraph:
    above = {a for a, _, _ in links} - {b for _, b, _ in links}
    rng = random.Random(3)
    made = []
    for i in range(nodes):
        name = "".join(rng.choice("虚构示例测试样本宏远泰和中科智联建工") for _ in range(3))
        kind = (
            ("Person", f"样本{name[0]}")
            if i in above and i % 3
            else ("Company", f"虚构{name}建设发展有限公司")
        )
        made.append(SubNode(f"n{i:05d}", kind[0], kind[1], marks=("subject",) if not i else ()))
    edges = [
        SubEdge(f"e{k:05d}", "OWNS", f"n{a:05d}", f"n{b:05d}", {"share": round(w / 3, 4)})
        for k, (a, b, w) in enumerate(links)
    ]
    return Subgraph(tuple(made), tuple(edges), "虚构股权图", "integrated", "2025-01-01", "bench")


def _least(work: Callable[[], object], times: int) -> float:
    spent = []
    for _ in range(times):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return round(min(spent), 3)
