"""A picture in a notebook in one line; the notebook asks the answer how it wants to be shown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.stores import GraphStore
from graph.subgraph import Subgraph
from loaders.naming import find_node
from visualize.composition import check_look, compose
from visualize.excerpt import picture_of
from visualize.quick import QuickView, quick_view
from visualize.style import Style
from visualize.svg import svg
from visualize.wording import Lang
from visualize.writing import render


@dataclass(frozen=True)
class Shown:
    """A drawn subgraph. A notebook draws it where it is the last value of a cell."""

    subgraph: Subgraph
    lang: Lang = "zh"
    style: Style = "chinese"

    def __post_init__(self) -> None:
        check_look(self.lang, self.style)

    def _repr_svg_(self) -> str:
        return svg(compose(self.subgraph, lang=self.lang, style=self.style), fonts=True)

    def _repr_html_(self) -> str:
        """The picture without the notebook's own styles shrinking it: it scrolls where it is wide."""
        drawn = svg(compose(self.subgraph, lang=self.lang, style=self.style))
        return f'<div style="overflow:auto;max-width:100%;background:#fff">{drawn}</div>'

    def quick(self) -> QuickView:
        """The page to be dragged about, which a notebook shows; see `visualize.quick_view`."""
        return quick_view(self.subgraph, lang=self.lang, style=self.style)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Draw it into a file; see `visualize.render`."""
        return render(self.subgraph, path, lang=self.lang, style=self.style)


def show(
    source: GraphStore | Subgraph,
    ids: str | Sequence[str] = (),
    *,
    as_of: str | None = None,
    computed: bool = False,
    lang: Lang = "zh",
    style: Style = "chinese",
) -> Shown:
    """What is around companies, persons, lots or households, given by id or full name; or a subgraph at hand.

    `as_of`: an ISO date (default: today, or a lot's own). `computed`: with indirect stakes and their formulas.
    Raises what `loaders.naming.find_node` raises where a name is unknown or not one party's alone, and `DrawingError` for
    a language or a style there is not.
    """
    check_look(lang, style)
    if isinstance(source, Subgraph):
        return Shown(source, lang, style)
    asked = [ids] if isinstance(ids, str) else list(ids)
    found = [find_node(source, one, TYPES) for one in asked]
    return Shown(picture_of(source, found, as_of, computed=computed), lang, style)


TYPES = ("Lot", "Company", "Household", "Person", "Tender")
"""Where a name is looked for."""
