"""The legend: a sample of everything the picture uses, the method, the date, the data, and what it is not."""

from __future__ import annotations

from typing import Final

from graph.subgraph import SubEdge
from visualize.abridge import FAINT, Line, LineKind
from visualize.figures import badge
from visualize.icons import Icon
from visualize.lettering import clean, measure, wrap
from visualize.pieces import INK, Text
from visualize.scene import Legend, Scene, SceneLine, SceneNode
from visualize.style import ALARM, PILL, QUIET, WRONG, Shape, Style, line_style, node_style
from visualize.wording import NODE_TYPES, WORDS, Lang, coded, pick

_SIZE: Final = 12.0
_ROW: Final = 30.0
_SAMPLE: Final = 40.0
_NODE_ORDER: Final = tuple(NODE_TYPES)


def legend(scene: Scene, width: float, top: float, left: float) -> tuple[Legend, float]:
    """The legend of a scene, laid out in rows of `width` from (`left`, `top`), and the y of its foot."""
    lang = scene.lang
    nodes: list[SceneNode] = []
    lines: list[SceneLine] = []
    texts = [Text(left, top + 14, pick(WORDS["legend"], lang), 13.0, INK, True, "start")]
    x, y = left, top + 38
    samples: list[tuple[SceneNode | SceneLine, str]] = [
        *_node_samples(scene),
        *_line_samples(scene),
    ]
    for sample, words in samples:
        room = max([_SAMPLE, *(b.width for b in sample.badges)]) if isinstance(sample, SceneNode) else _SAMPLE
        step = room + 10 + measure(words, _SIZE) + 26
        if x > left and x + step > left + width:
            x, y = left, y + _ROW
        if isinstance(sample, SceneNode):
            nodes.append(sample.moved(x + room / 2, y))
        else:
            lines.append(_at(sample, x, y))
        texts.append(Text(x + room + 10, y + 4, words, _SIZE, QUIET, False, "start"))
        x += step
    y += _ROW if samples else 0.0
    for words, ink, bold in notes(scene):
        for part in wrap(words, width / _SIZE, 6):
            texts.append(Text(left, y + 4, part, _SIZE, ink, bold, "start"))
            y += 20
    return Legend(tuple(nodes), tuple(lines), tuple(texts), top), y


def notes(scene: Scene) -> list[tuple[str, str, bool]]:
    """What every picture says beneath itself, with its colour and whether it is bold: date, method, data, what is missing."""
    lang = scene.lang
    colon = "：" if lang == "zh" else ": "
    said = [
        (WORDS["as_of"], clean(scene.as_of)),
        (WORDS["method"], _method(scene.method, lang)),
        (WORDS["fingerprint"], clean(scene.fingerprint)),
    ]
    facts = ("    " if lang == "zh" else "   ").join(f"{pick(w, lang)}{colon}{v}" for w, v in said if v)
    out = [(facts, QUIET, False)] if facts else []
    if scene.truncated:
        out.append((pick(WORDS["truncated"], lang), ALARM, True))
    if scene.undrawn:
        words = WORDS["undrawn_for_want" if scene.truncated else "undrawn"]
        out.append((pick(words, lang).format(n=scene.undrawn), ALARM, True))
    out.append((pick(WORDS["notice"], lang), INK, True))
    return out


def _method(method: str, lang: Lang) -> str:
    method = clean(method)
    words = coded(method, lang)
    return method if words == method else f"{words}（{method}）" if lang == "zh" else f"{method} ({words})"


def _node_samples(scene: Scene) -> list[tuple[SceneNode | SceneLine, str]]:
    lang = scene.lang
    out: list[tuple[SceneNode | SceneLine, str]] = []
    look = scene.style
    used: dict[str, Shape] = {}
    for node in sorted(scene.nodes, key=lambda n: (bool(n.stack), n.shape == "hexagon")):
        used.setdefault(node.type, node.shape)
    for type_ in _NODE_ORDER:
        if type_ in used:
            out.append((_node(type_, used[type_], look=look), pick(NODE_TYPES[type_], lang)))
    if any(n.type == "Company" and n.shape == "hexagon" for n in scene.nodes):
        if used["Company"] == "hexagon":
            out.pop(0)
        out.append((_node("Company", "hexagon"), pick(WORDS["node_offshore"], lang)))
    party: Shape = "circle" if look == "open_ownership" else "box"
    marks = {m for n in scene.nodes for m in n.marks}
    if "refused" in marks:
        out.append((_node("Company", party, "refused", look=look), pick(WORDS["node_refused"], lang)))
    if any(b.text == pick(WORDS["over"], lang) for n in scene.nodes for b in n.badges):
        out.append((_pill(pick(WORDS["over_sign"], lang), WRONG), pick(WORDS["node_over"], lang)))
    if "subject" in marks:
        out.append((_node("Company", party, "subject", look=look), pick(WORDS["node_subject"], lang)))
    if "finding" in marks:
        out.append((_node("Company", party, "finding", look=look), pick(WORDS["node_finding"], lang)))
    if any(n.style.dash for n in scene.nodes):
        out.append((_node("Company", party, unknown=True, look=look), pick(WORDS["node_unknown"], lang)))
    if any(b.fill == PILL for n in scene.nodes for b in n.badges):
        word = pick(WORDS["effective"], lang)
        pill = _pill(word, PILL)
        subjects = [n.name for n in scene.nodes if "subject" in n.marks and n.type == "Company"]
        words = pick(WORDS["node_effective"], lang)
        if len(subjects) == 1 and len(subjects[0]) <= 30:
            words += f"（对 {subjects[0]}）" if lang == "zh" else f" (in {subjects[0]})"
        out.append((pill, words))
    if scene.stacks:
        out.append((_node("", "box"), pick(WORDS["stack"], lang)))
    return out


def _pill(word: str, fill: str) -> SceneNode:
    style = node_style("Company", frozenset(), False)
    return SceneNode("", "", "pill", 0, 0, 0, 0, style, "", (), (badge(0, 0, word, fill, 11.0),))


def _node(
    type_: str, shape: Shape, mark: str = "", unknown: bool = False, look: Style = "chinese"
) -> SceneNode:
    style = node_style(type_, frozenset((mark,)), unknown, look)
    sign: Icon = ""
    if look == "open_ownership" and shape == "circle" and mark not in ("refused", "subject"):
        sign = "unknown" if unknown else "person" if type_ == "Person" else "organisation"
    size = {"circle": (22.0, 22.0), "house": (26.0, 24.0)}.get(shape, (34.0, 20.0))
    return SceneNode("", type_, shape, 0.0, 0.0, *size, style, "", icon=sign)


def _line_samples(scene: Scene) -> list[tuple[SceneNode | SceneLine, str]]:
    lang = scene.lang
    kinds = {line.kind for line in scene.lines if not set(line.marks) & FAINT}
    marks = {m for line in scene.lines for m in line.marks}
    wanted: list[tuple[bool, LineKind, str, str]] = [
        ("own" in kinds, "own", "", "line_share"),
        ("control" in kinds, "control", "", "line_control"),
        ("unknown" in marks, "own", "unknown", "line_unknown"),
        ("computed" in kinds, "computed", "", "line_computed"),
        ("other" in kinds or "bid" in kinds, "other", "", "line_other"),
        ("same" in kinds, "same", "", "line_same"),
        ("finding" in marks, "own", "finding", "line_finding"),
        ("loop" in marks, "own", "", "line_loop"),
        (bool(marks & FAINT), "own", "suppressed", "line_faint"),
    ]
    out: list[tuple[SceneNode | SceneLine, str]] = []
    for used, kind, mark, word in wanted:
        if used:
            words = pick(WORDS[word], lang)
            if word == "line_share" and scene.style == "open_ownership":
                words += pick(("；", "; "), lang) + pick(WORDS["line_wide"], lang)
            out.append((_line(kind, mark, scene.style), words))
    return out


def _line(kind: LineKind, mark: str, look: Style) -> SceneLine:
    edge = SubEdge("", "OWNS", "", "")
    style = line_style(
        Line("", kind, "", "", "", "", (edge,), frozenset((mark,)) if mark else frozenset()), look
    )
    return SceneLine("", kind, "", "", (), (), (), (), style)


def _at(sample: SceneLine, x: float, y: float) -> SceneLine:
    end = x + _SAMPLE
    arrow = ((end, y), (end - 9, y - 4.5), (end - 9, y + 4.5))
    path = ((x, y), (x + 10, y), (end - 20, y), (end - 8, y))
    return SceneLine("", sample.kind, "", "", (), (), path, arrow, sample.style)
