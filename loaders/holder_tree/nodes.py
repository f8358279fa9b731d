"""The places of a nested shareholder tree, whatever a vendor calls its keys."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from loaders.context import InputFile, ReadContext
from loaders.identity import masked_in
from loaders.json_documents import read_json
from loaders.values import text_as_written

RAW: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "keys.toml").read_text("utf-8"))
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(k.lower() for k in keys) for name, keys in RAW["keys"].items()
}


@dataclass(eq=False, slots=True)
class TreeNode:
    """One place in a tree; the same company may stand in several."""

    file: InputFile
    path: str
    """JSON pointer within the file."""
    parent: TreeNode | None
    values: Mapping[str, Any]
    """By the names of `keys.toml`."""
    children: list[TreeNode] = field(default_factory=list)
    party: tuple[str, str] | None = None
    """(node type, id), once known."""

    def text(self, what: str) -> str | None:
        """A value as text; None where it is absent, empty or no plain value."""
        value = self.values.get(what)
        if value is None or isinstance(value, (dict, list, bool)):
            return None
        text = format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value)
        return text_as_written(text).strip() or None

    @property
    def source(self) -> str:
        """How records name it."""
        return f"{self.file.key}##{self.path or '/'}"

    def ancestors(self) -> Iterator[TreeNode]:
        """What it holds, level by level."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


def read_levels(file: InputFile, context: ReadContext) -> tuple[list[list[TreeNode]], int]:
    """(the nodes of a file's trees, level by level; how many items were refused).

    A file holds one tree, an array of trees, or a tree a line.
    """
    refused = 0

    def refuse(row: str, value: object) -> None:
        nonlocal refused
        refused += 1
        context.problem(
            "reject",
            "tree-not-a-node",
            file,
            row,
            zh="此处应为含名称的股东对象。请核对后重新加载。",
            en="A shareholder object with a name belongs here. Correct it and load again.",
            value=masked_in(str(value))[:40],
        )

    items: list[Any] = []
    for item in read_json(file.path, lambda number, text: refuse(f"#{number}", text)):
        items.extend(item.value if isinstance(item.value, list) else [item.value])
    level: list[tuple[Any, str, TreeNode | None]] = [
        (value, f"/{i}" if len(items) > 1 else "", None) for i, value in enumerate(items)
    ]
    levels: list[list[TreeNode]] = []
    while level:
        nodes: list[TreeNode] = []
        below: list[tuple[Any, str, TreeNode | None]] = []
        for value, path, parent in level:
            if not isinstance(value, dict):
                refuse(path or "/", value)
                continue
            node = TreeNode(file, path, parent, _values(value))
            nodes.append(node)
            if parent is not None:
                parent.children.append(node)
            children = node.values.get("children")
            if isinstance(children, list):
                below.extend((c, f"{path}/children/{i}", node) for i, c in enumerate(children))
        levels.append(nodes)
        level = below
    return levels, refused


def _values(raw: Mapping[str, Any]) -> dict[str, Any]:
    lower = {str(k).lower(): v for k, v in raw.items()}
    out: dict[str, Any] = {}
    for what, keys in _KEYS.items():
        key = next((k for k in keys if k in lower), None)
        if key is not None:
            out[what] = lower[key]
    return out
