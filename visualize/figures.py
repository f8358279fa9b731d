"""Nodes and stacks as figures around the origin, with the block each takes up in the layout."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from graph.subgraph import SubNode
from visualize.abridge import FAINT, Line, Stack
from visualize.icons import icon_of
from visualize.labels import (
    details,
    is_dashed,
    is_offshore,
    is_unknown,
    line_words,
    node_extra,
    node_kind,
    node_name,
    share_words,
    sources,
    stack_words,
    widest,
)
from visualize.layout import Block
from visualize.lettering import measure, percent, wrap
from visualize.pieces import INK, Text
from visualize.scene import Badge, Facts, SceneNode, SceneStack
from visualize.style import ALARM, PALE, PILL, QUIET, SHAPES, WRONG, NodeStyle, Shape, Style, node_style
from visualize.wording import RELATIONS, WORDS, Lang, pick

NAME_SIZE: Final = 14.0
NAME_EMS: Final = 11.0
NAME_LINES: Final = 6
_NAME_EMS_LONG: Final = 15.0
_LINE: Final = 19.0
_SMALL: Final = 11.5
_SMALL_LINE: Final = 16.0
_PILL: Final = 20.0
_BADGE: Final = 18.0
_CIRCLE: Final = 36.0
_CIRCLE_OPEN: Final = 32.0
_CELL_WIDTH: Final = 158.0
_CELL_EMS: Final = 12.0
_CELL_GAP: Final = 10.0
_STACK_PAD: Final = 14.0
_STACK_HEAD: Final = 26.0
_OVERHANG: Final = 8.0
"""How far the badge on a corner reaches beyond the figure."""
_COLUMNS_MOST: Final = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """A node drawn around the origin of its block; `right` is where a line to itself starts."""

    block: Block
    node: SceneNode
    right: float


@dataclass(frozen=True, slots=True)
class StackFigure:
    """A stack drawn around the origin of its block."""

    block: Block
    frame: SceneStack
    cells: tuple[SceneNode, ...]


def badge(x: float, y: float, text: str, fill: str, size: float = 12.0) -> Badge:
    """A badge wide enough for its word."""
    return Badge(x, y, measure(text, size) + 12, _BADGE, text, fill, size=size)


def name_lines(name: str) -> tuple[str, ...]:
    """A name in lines of 11 ems, of 15 where it is very long."""
    wide = measure(name, 1.0) > NAME_EMS * 4
    return wrap(name, _NAME_EMS_LONG if wide else NAME_EMS, NAME_LINES)


def figure(node: SubNode, lang: Lang, over: bool = False, look: Style = "chinese") -> Figure:
    """The figure of one node. `over` says that its holders come to more than 100%."""
    name = node_name(node, lang)
    pills = _pills(node, lang, over)
    if node.type == "Person" or (look == "open_ownership" and node.type == "Company"):
        return _circle(node, name, pills, lang, look)
    unknown = is_dashed(node)
    shape: Shape = "hexagon" if is_offshore(node) else SHAPES.get(node.type, "box")
    lines = name_lines(name)
    small = [node_kind(node, lang)] if node.type != "Company" or _telling(node) else []
    small += node_extra(node, lang)
    small = [words for words in small if words != name]
    small = [part for text in small for part in wrap(text, 15.0, 2)]
    side, roof = {
        "hexagon": (18.0, 0.0),
        "plate": (9.0, 0.0),
        "octagon": (10.0, 0.0),
        "house": (6.0, 22.0),
        "pill": (8.0, 0.0),
    }.get(shape, (0.0, 0.0))
    inner = max(
        widest(lines, NAME_SIZE), widest(small, _SMALL), widest((p for p, _ in pills), 12.0) + 14, 64.0
    )
    width = math.ceil(inner + 28 + 2 * side)
    height = roof + 20 + len(lines) * _LINE + len(small) * _SMALL_LINE + len(pills) * (_PILL + 3)
    style = node_style(node.type, frozenset(node.marks), unknown, look)
    top = -height / 2 + roof + 10
    texts, top = _written(lines, small, top, style, "subject" in node.marks)
    badges = [badge(0.0, top + _PILL / 2 + 2 + i * (_PILL + 3), *said) for i, said in enumerate(pills)]
    # A roof leaves its corner empty: there the badge sits on the slope.
    corner = _corner(node, width, height - 1.2 * roof, lang)
    badges += corner
    # Lines arrive clear of the badge on the corner.
    flat = width - 2 * side
    top_span = 0.0 if shape == "house" else flat - 40
    top_right = top_span / 2
    for one in corner:
        top_right = one.x - one.width / 2 - 8
        top_span = min(top_span, top_span / 2 + top_right)
    block = Block(node.id, width, height, top_span, flat * 0.7, top_right=top_right)
    drawn = SceneNode(
        node.id,
        node.type,
        shape,
        0.0,
        0.0,
        width,
        height,
        style,
        name,
        tuple(texts),
        tuple(badges),
        node.marks,
        facts=(_node_facts(node, name, lang),),
    )
    return Figure(block, drawn, width / 2)


def _pills(node: SubNode, lang: Lang, over: bool) -> list[tuple[str, str]]:
    """The words on a node's pills and their colours: what is wrong with it, its effective share."""
    out = []
    if "owners_unknown" in node.marks:
        out.append((pick(WORDS["owners_unknown"], lang), WRONG))
    if "refused" in node.marks:
        out.append((pick(WORDS["refused"], lang), WRONG))
    if over:
        out.append((pick(WORDS["over"], lang), WRONG))
    if effective := _effective(node, lang):
        out.append((effective, PILL))
    return out


def _telling(node: SubNode) -> bool:
    kind = str(node.kind or node.facts.get("kind") or "")
    status = str(node.facts.get("status") or "active")
    return kind not in ("", "company", "unknown") or status != "active"


def _written(
    lines: tuple[str, ...], small: list[str], top: float, style: NodeStyle, bold: bool
) -> tuple[list[Text], float]:
    texts = []
    for line in lines:
        texts.append(Text(0.0, top + _LINE * 0.74, line, NAME_SIZE, style.ink, bold))
        top += _LINE
    for line in small:
        texts.append(Text(0.0, top + _SMALL_LINE * 0.74, line, _SMALL, QUIET if style.ink == INK else PALE))
        top += _SMALL_LINE
    return texts, top


def _effective(node: SubNode, lang: Lang) -> str:
    """The effective share, or the range it lies in; empty where there is none."""
    if node.effective_share is not None:
        return f"{pick(WORDS['effective'], lang)} {percent(node.effective_share)}"
    told = share_words(node.facts, lang, "effective_share")
    return f"{pick(WORDS['effective'], lang)} {told}" if told else ""


def _corner(node: SubNode, width: float, height: float, lang: Lang) -> list[Badge]:
    """The badge on the upper right corner: what is found, or suppressed."""
    for mark, fill in (("finding", ALARM), ("suppressed", PALE)):
        if mark in node.marks:
            found = badge(0.0, -height / 2, pick(WORDS[mark], lang), fill)
            return [replace(found, x=width / 2 - found.width / 2 + _OVERHANG)]
    return []


def _circle(node: SubNode, name: str, pills: list[tuple[str, str]], lang: Lang, look: Style) -> Figure:
    """A circle with the name inside where it fits, else with the party's sign, and the name beneath."""
    style = node_style(node.type, frozenset(node.marks), is_dashed(node), look)
    inside = wrap(name, 4.3, 3)
    fits = len(inside) <= 2 and not _broken(inside, name)
    fits = fits and look == "chinese"
    radius = _CIRCLE if fits else _CIRCLE_OPEN if look == "open_ownership" else 25.0
    beneath = [] if fits else list(name_lines(name))
    telling = bool(node.facts.get("died_on")) if node.type == "Person" else _telling(node)
    small = [node_kind(node, lang)] if telling else []
    under = len(beneath) * _LINE + len(small) * _SMALL_LINE + len(pills) * (_PILL + 3) + (3 if pills else 0)
    under += 4 if under else 0.0
    height = 2 * radius + under
    pill_width = widest((words for words, _ in pills), 12.0) + 12 if pills else 0.0
    width = max(2 * radius, widest(beneath, NAME_SIZE) + 6, widest(small, _SMALL), pill_width)
    centre = -height / 2 + radius
    texts: list[Text] = []
    if fits:
        top = centre - len(inside) * _LINE / 2
        texts += _written(inside, [], top, style, "subject" in node.marks)[0]
    more, top = _written(tuple(beneath), small, centre + radius + 4, style, "subject" in node.marks)
    texts += more
    badges = [badge(0.0, top + _PILL / 2 + 1 + i * (_PILL + 3), *said) for i, said in enumerate(pills)]
    top_span = radius * (1.5 if look == "open_ownership" else 1.1)
    top_right = top_span / 2
    for corner in _corner(node, 2 * radius, 0.0, lang):
        # On the shoulder, so that it hides neither the name nor the heads of arrows that come from above.
        left = radius * 0.55
        badges.append(replace(corner, x=left + corner.width / 2, y=centre - radius * 0.78))
        width = max(width, 2 * (left + corner.width))
        top_span, top_right = radius * 1.1, left - 6
    block = Block(
        node.id,
        math.ceil(max(width, 2 * radius + 16)),
        height,
        top_span,
        radius * 1.1,
        radius,
        0.0 if under else radius,
        top_right,
    )
    drawn = SceneNode(
        node.id,
        node.type,
        "circle",
        0.0,
        centre,
        2 * radius,
        2 * radius,
        style,
        name,
        tuple(texts),
        tuple(badges),
        node.marks,
        "" if fits else icon_of(node, is_unknown(node)),
        facts=(_node_facts(node, name, lang),),
    )
    return Figure(block, drawn, radius)


def _broken(lines: tuple[str, ...], name: str) -> bool:
    """Whether lines leave out some of a name, or break a word written in letters."""
    if " ".join(lines) == name:
        return False
    if "".join(lines) != name.replace(" ", ""):
        return True
    ends = [(a[-1], b[0]) for a, b in pairwise(lines)]
    return any(a.isascii() and b.isascii() and a.isalnum() and b.isalnum() for a, b in ends)


def _node_facts(node: SubNode, name: str, lang: Lang) -> Facts:
    facts = {"id": node.id, **node.facts}
    if node.effective_share is not None:
        facts["effective_share"] = node.effective_share
    rows = [(pick(("类型", "Kind"), lang), node_kind(node, lang))]
    rows += [row for row in details(facts, lang) if row[1] != name]
    return Facts(name, tuple(rows), tuple(sources(node.facts)))


def line_facts(line: Line, lang: Lang) -> tuple[Facts, ...]:
    """The facts of every relationship a line stands for."""
    out = []
    for edge in line.members:
        heading = pick(RELATIONS.get(edge.type, (edge.type, edge.type)), lang)
        out.append(Facts(heading, tuple(details(edge.facts, lang)), tuple(sources(edge.facts))))
    return tuple(out)


def stack_figure(stack: Stack, lang: Lang, look: Style = "chinese", cut: bool = False) -> StackFigure:
    """A frame with one small box a party: name, share, nothing lost. `cut`: see `stack_words`."""
    written = []
    for node, line in zip(stack.nodes, stack.lines, strict=True):
        name = wrap(node_name(node, lang), 10.5, 2)
        parts = [*line_words(line, lang, look)]
        if effective := _effective(node, lang):
            parts.append(effective)
        said = " · ".join(parts)
        # Two shares that do not fit one line stand one below the other.
        below = len(parts) == 2 and measure(said, 1.0) > _CELL_EMS
        words = tuple(w for p in parts for w in wrap(p, _CELL_EMS, 1)) if below else wrap(said, _CELL_EMS, 2)
        written.append((node, line, name, words))
    tall = max(len(name) * 16.0 + len(words) * 16.0 for _, _, name, words in written) + 14
    count = len(written)
    columns = max(3, math.ceil(math.sqrt(count * 1.9 * tall / _CELL_WIDTH)))
    # As wide as a screen can show, until that would make the frame a tower.
    columns = min(_COLUMNS_MOST, columns) if count <= 60 * _COLUMNS_MOST else columns
    rows = math.ceil(count / columns)
    width = 2 * _STACK_PAD + columns * _CELL_WIDTH + (columns - 1) * _CELL_GAP
    height = _STACK_PAD + _STACK_HEAD + rows * tall + (rows - 1) * _CELL_GAP
    heading = stack_words(stack, lang, cut)
    cells = []
    for i, (node, line, name, words) in enumerate(written):
        x = -width / 2 + _STACK_PAD + (i % columns) * (_CELL_WIDTH + _CELL_GAP) + _CELL_WIDTH / 2
        y = -height / 2 + _STACK_HEAD + (i // columns) * (tall + _CELL_GAP) + tall / 2
        cells.append(_cell(node, line, name, words, tall, lang, stack.id, look).moved(x, y))
    frame = SceneStack(
        stack.id,
        -width / 2,
        -height / 2,
        width,
        height,
        Text(0.0, -height / 2 + 17, heading[0], 12.5, QUIET, True),
        tuple(node.id for node in stack.nodes),
    )
    return StackFigure(Block(stack.id, width, height, 0.0, 0.0), frame, tuple(cells))


def _cell(
    node: SubNode,
    line: Line,
    name: tuple[str, ...],
    words: tuple[str, ...],
    tall: float,
    lang: Lang,
    stack: str,
    look: Style,
) -> SceneNode:
    marks = frozenset(node.marks) | (line.marks & FAINT)
    unknown = is_unknown(node) or "unknown" in line.marks
    style = node_style(node.type, marks, unknown, look)
    top = -(len(name) + len(words)) * 8.0
    texts = []
    for i, text in enumerate((*name, *words)):
        share = i >= len(name)
        ink = QUIET if share and style.ink == INK else style.ink
        texts.append(Text(0.0, top + 16 * i + 12, text, 12.0 if not share else 11.5, ink, share))
    shape: Shape = "pill" if node.type == "Person" else SHAPES.get(node.type, "box")
    whole = node_name(node, lang)
    return SceneNode(
        node.id,
        node.type,
        shape,
        0.0,
        0.0,
        _CELL_WIDTH,
        tall,
        style,
        whole,
        tuple(texts),
        (),
        node.marks,
        stack=stack,
        facts=(_node_facts(node, whole, lang), *line_facts(line, lang)),
    )
