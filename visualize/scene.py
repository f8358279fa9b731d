"""The scene: everything a picture shows, with positions, once; every format is written from it.

All lengths are pixels, the origin is top left, y grows downwards. Texts stand on their baseline. All texts are
cleaned of control characters, not escaped.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from visualize.icons import Icon
from visualize.pieces import Point, Text
from visualize.style import PAPER, LineStyle, NodeStyle, Shape, Style
from visualize.wording import Lang

Detail = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Badge:
    """A small filled box with a word; `x`, `y` are its centre."""

    x: float
    y: float
    width: float
    height: float
    text: str
    fill: str
    ink: str = PAPER
    size: float = 12.0

    def moved(self, dx: float, dy: float) -> Badge:
        """The same, elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a node or a relationship when asked: a heading, rows, the source rows."""

    heading: str
    rows: tuple[Detail, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneNode:
    """A node: its figure centred at `x`, `y`, `width` by `height`, with everything written on or under it."""

    id: str
    type: str
    shape: Shape
    x: float
    y: float
    width: float
    height: float
    style: NodeStyle
    name: str
    texts: tuple[Text, ...] = ()
    badges: tuple[Badge, ...] = ()
    marks: tuple[str, ...] = ()
    icon: Icon = ""
    stack: str = ""
    facts: tuple[Facts, ...] = ()

    def moved(self, dx: float, dy: float) -> SceneNode:
        """The same, elsewhere."""
        return replace(
            self,
            x=self.x + dx,
            y=self.y + dy,
            texts=tuple(t.moved(dx, dy) for t in self.texts),
            badges=tuple(b.moved(dx, dy) for b in self.badges),
        )


@dataclass(frozen=True, slots=True)
class SceneLine:
    """A line for the relationships `members`.

    `path` is a start point and cubic Bézier segments of three points each; it is empty for a line that a stack
    stands for. `arrow` is a filled triangle, or empty. `label_box` is (x, y, width, height), top left.
    """

    id: str
    kind: str
    source: str
    target: str
    members: tuple[str, ...]
    types: tuple[str, ...]
    path: tuple[Point, ...]
    arrow: tuple[Point, ...]
    style: LineStyle
    label: tuple[Text, ...] = ()
    label_box: tuple[float, float, float, float] | None = None
    marks: tuple[str, ...] = ()
    stack: str = ""
    facts: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneStack:
    """A frame around many similar nodes; `x`, `y` are its top left corner."""

    id: str
    x: float
    y: float
    width: float
    height: float
    heading: Text
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Legend:
    """Samples of what the picture uses, and its notes; drawn like the rest."""

    nodes: tuple[SceneNode, ...] = ()
    lines: tuple[SceneLine, ...] = ()
    texts: tuple[Text, ...] = ()
    top: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole picture in one language."""

    width: float
    height: float
    lang: Lang
    title: str
    nodes: tuple[SceneNode, ...]
    lines: tuple[SceneLine, ...]
    stacks: tuple[SceneStack, ...]
    headings: tuple[Text, ...]
    legend: Legend = field(default_factory=Legend)
    method: str = ""
    as_of: str = ""
    fingerprint: str = ""
    truncated: bool = False
    undrawn: int = 0
    style: Style = "chinese"
    grey: bool = False
