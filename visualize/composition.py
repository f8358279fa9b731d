"""From a subgraph to a scene: abridge, size, lay out, draw, add title and legend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, get_args

import networkx as nx

from graph.subgraph import Subgraph
from visualize.abridge import Abridged, abridge, stack_line
from visualize.figures import Figure, figure, stack_figure
from visualize.labels import stack_words
from visualize.layout import Block, place
from visualize.legend import legend
from visualize.lettering import clean, wrap
from visualize.links import Link
from visualize.lots_in_rows import lots_in_rows
from visualize.pieces import INK, Point, Text
from visualize.print_grey import greyed
from visualize.refusal import DrawingError
from visualize.scene import Scene, SceneLine, SceneNode, SceneStack
from visualize.strokes import Label, hidden_stroke, label, self_room, self_stroke, stroke
from visualize.style import ALARM, PALE, Style
from visualize.wording import WORDS, Lang, pick

MARGIN: Final = 36.0
NARROWEST: Final = 760.0
_TITLE: Final = 20.0


def compose(
    subgraph: Subgraph,
    *,
    lang: Lang = "zh",
    style: Style = "chinese",
    grey: bool = False,
    previous: Mapping[str, Point] | None = None,
) -> Scene:
    """The scene of a subgraph.

    The same subgraph, its nodes and edges in any order, gives the same scene. `previous` holds the centres of an
    earlier scene's nodes (`{n.id: (n.x, n.y) for n in scene.nodes}`), whose order is then kept. `grey` turns every colour into the grey of its
    lightness, for print. Raises `DrawingError` for a language or a style there is not.
    """
    check_look(lang, style)
    drawing = abridge(subgraph)
    looped = _looped(drawing)
    figures = {n.id: figure(n, lang, n.id in drawing.over, style) for n in drawing.nodes}
    stacks = {s.id: stack_figure(s, lang, style, subgraph.truncated) for s in drawing.stacks}
    joins = {s.id: stack_line(s) for s in drawing.stacks}
    lines = [*drawing.lines, *joins.values()]
    words = {s.id: stack_words(s, lang, subgraph.truncated) for s in drawing.stacks}
    labels: dict[str, Label] = {}
    for line in drawing.lines:
        labels[line.id] = label(line, lang, line.id in looped, look=style)
    for stack_id, line in joins.items():
        labels[line.id] = label(line, lang, False, words[stack_id][1:], style)
    rooms: dict[str, float] = {}
    for line in drawing.lines:
        if line.above == line.below:
            rooms[line.above] = max(rooms.get(line.above, 0.0), self_room(labels[line.id]))
    blocks = [
        *(_with_room(f, rooms.get(f.block.id, 0.0)) for f in figures.values()),
        *(s.block for s in stacks.values()),
    ]
    links = [
        Link(k.id, k.above, k.below, labels[k.id].width, labels[k.id].height, k.weight, k.structural, k.level)
        for k in lines
    ]
    rows = lots_in_rows(drawing)
    placed = place(blocks, links, anchors=_anchors(subgraph), previous=previous, rows=rows)
    width = max(NARROWEST, placed.width + 2 * MARGIN)
    headings, top = _headings(subgraph, width, lang, bool(figures or stacks))
    dx, dy = (width - placed.width) / 2, top
    nodes: list[SceneNode] = []
    frames: list[SceneStack] = []
    drawn: list[SceneLine] = []
    for node_id, made in sorted(figures.items()):
        x, y = placed.centres[node_id]
        nodes.append(made.node.moved(x + dx, y + dy))
    for stack in drawing.stacks:
        whole = stacks[stack.id]
        x, y = placed.centres[stack.id]
        nodes += [cell.moved(x + dx, y + dy) for cell in whole.cells]
        frame = whole.frame
        at = (frame.x + x + dx, frame.y + y + dy)
        frames.append(replace(frame, x=at[0], y=at[1], heading=frame.heading.moved(x + dx, y + dy)))
        drawn += [hidden_stroke(line, stack.id, lang, style) for line in stack.lines]
    for line in lines:
        marked = replace(line, marks=line.marks | {"loop"}) if line.id in looped else line
        if line.above == line.below:
            x, y = placed.centres[line.above]
            body = figures[line.above]
            right = (x + dx + body.right, y + dy + body.node.y)
            drawn.append(self_stroke(marked, right, labels[line.id], lang, style))
        else:
            route = placed.routes[line.id].moved(dx, dy)
            drawn.append(stroke(marked, route, labels[line.id], lang, style))
    foot = top + placed.height + 34
    scene = Scene(
        width,
        0.0,
        lang,
        _title(subgraph, lang),
        tuple(nodes),
        tuple(drawn),
        tuple(frames),
        headings,
        method=clean(subgraph.method),
        as_of=clean(subgraph.as_of),
        fingerprint=clean(subgraph.fingerprint),
        truncated=subgraph.truncated,
        undrawn=subgraph.undrawn,
        style=style,
    )
    notes, end = legend(scene, width - 2 * MARGIN, foot, MARGIN)
    finished = replace(scene, legend=notes, height=end + 14)
    return greyed(finished) if grey else finished


def check_look(lang: str, style: str) -> None:
    """Raise `DrawingError` for a language or a style that pictures are not drawn in."""
    for given, known, zh, en in (
        (lang, get_args(Lang), "语言", "language"),
        (style, get_args(Style), "样式", "style"),
    ):
        if given not in known:
            raise DrawingError(
                f"没有名为“{given}”的图的{zh}；可用：{'、'.join(known)}",
                f"Pictures have no {en} “{given}”; use one of {', '.join(known)}",
            )


def _title(subgraph: Subgraph, lang: Lang) -> str:
    return clean(subgraph.title) or pick(WORDS["untitled"], lang)


def _headings(subgraph: Subgraph, width: float, lang: Lang, drawn: bool) -> tuple[tuple[Text, ...], float]:
    """Title and warnings, and the y under them."""
    texts = []
    y = MARGIN + 8
    for part in wrap(_title(subgraph, lang), (width - 2 * MARGIN) / _TITLE, 3):
        texts.append(Text(MARGIN, y, part, _TITLE, INK, True, "start"))
        y += 28
    if subgraph.truncated:
        texts.append(Text(MARGIN, y, pick(WORDS["truncated"], lang), 13.0, ALARM, True, "start"))
        y += 24
    if not drawn:
        texts.append(Text(width / 2, y + 30, pick(WORDS["empty"], lang), 16.0, PALE))
        y += 60
    return tuple(texts), y + 14


def _anchors(subgraph: Subgraph) -> set[str]:
    """What everything else leads down to: lots and tenders, and the parties asked about."""
    feet = {n.id for n in subgraph.nodes if n.type in ("Lot", "Tender")}
    return feet | {n.id for n in subgraph.nodes if "subject" in n.marks}


def _looped(drawing: Abridged) -> set[str]:
    """Structural lines that are part of a loop."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((k.source, k.target) for k in drawing.lines if k.structural)
    block = {}
    for number, part in enumerate(nx.strongly_connected_components(graph)):
        for node in part:
            block[node] = number
    return {k.id for k in drawing.lines if k.structural and (block[k.source] == block[k.target])}


def _with_room(made: Figure, room: float) -> Block:
    """Room on both sides for a line from a node to itself."""
    return replace(made.block, width=made.block.width + 2 * room) if room else made.block
