"""Who holds how much of whom, in a tree where one company may stand in several places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from loaders.context import ReadContext
from loaders.holder_tree.nodes import TreeNode
from loaders.holder_tree.parties import PARTNERS
from loaders.record_rows import RecordRows
from loaders.tables.mapping import SheetChoice
from loaders.tables.vocabulary import VOCABULARIES
from loaders.values import normalise_empty, parse_shares

_MESSAGES: Final = {
    "not-a-share": (
        "持股比例不是数字。请填写如 51 或 51%，未知则留空。",
        "The share is no number. Write 51 or 51%, or leave it empty where unknown.",
    ),
    "share-over-100": (
        "持股比例超过 100%。请核对后重新加载。",
        "The share is above 100%. Correct it and load again.",
    ),
    "share-negative": (
        "持股比例为负数。请核对后重新加载。",
        "The share is negative. Correct it and load again.",
    ),
    "unit-unknown": (
        "比例的单位未知（51 还是 0.51？）。请写成 51%，或在映射文件的 [sheet.units] 中写 share = 'percent' 或 'fraction'。",
        "The share's unit is unknown (51 or 0.51?). Write 51%, or set share = 'percent' or 'fraction' under "
        "[sheet.units] in a mapping.",
    ),
}
_BOUNDS: Final = ("share", "share_min", "share_max", "min_open", "max_open")


def state_holdings(
    nodes: Sequence[TreeNode], choice: SheetChoice, rows: RecordRows, context: ReadContext
) -> int:
    """State every holding of a file once for each place that gives it; returns how many were refused."""
    held = [n for n in nodes if n.parent is not None and n.parent.party is not None and n.party is not None]
    shares = _shares(held, choice)
    left_out = _conflicting(nodes, dict(zip(held, shares, strict=True)), context)
    lists = VOCABULARIES["list_kind"].read(pl.Series([n.text("list_kind") for n in held], dtype=pl.String))
    roles = VOCABULARIES["holder_kind"].read(pl.Series([n.text("kind") for n in held], dtype=pl.String))
    observed = choice.observed_on or context.observed_on
    refused = 0
    for node, share, list_kind, role in zip(held, shares, lists, roles, strict=True):
        if node.parent is None or node.parent in left_out or node.party is None or node.parent.party is None:
            continue
        if share["error"] is not None:
            refused += 1
            _refuse(node, str(share["error"]), context)
            continue
        _note_loops(node, context)
        rows.rel(
            "OWNS",
            node.party,
            node.parent.party,
            [node.source],
            **{name: share[name] for name in _BOUNDS},
            list_kind=list_kind or choice.list_kind,
            holder_role=role if role in PARTNERS else None,
            observed_on=observed,
        )
    return refused


def _shares(nodes: Sequence[TreeNode], choice: SheetChoice) -> list[dict[str, object]]:
    """A row of `parse_shares` for each node: `percent` is per cent, other keys need a sign or a mapping."""
    unit = choice.units.get("share") or choice.units.get("share_percent")
    read = {
        "percent": parse_shares(_texts(nodes, "percent"), "percent"),
        "ratio": parse_shares(_texts(nodes, "ratio"), unit),
    }
    tables = {what: list(frame.iter_rows(named=True)) for what, frame in read.items()}
    return [tables["percent" if "percent" in n.values else "ratio"][i] for i, n in enumerate(nodes)]


def _texts(nodes: Sequence[TreeNode], what: str) -> pl.Series:
    return normalise_empty(pl.Series([n.text(what) for n in nodes], dtype=pl.String))


def _conflicting(
    nodes: Sequence[TreeNode], shares: Mapping[TreeNode, Mapping[str, object]], context: ReadContext
) -> set[TreeNode]:
    """Places of a company whose shareholders differ from those of its first place: reported, and not used."""
    first: dict[tuple[str, str], list[tuple[str, str]]] = {}
    out: set[TreeNode] = set()
    for node in nodes:
        if node.party is None or not node.children:
            continue
        holders = sorted(
            (c.party[1] if c.party else "", str([shares.get(c, {}).get(b) for b in _BOUNDS]))
            for c in node.children
        )
        if first.setdefault(node.party, holders) != holders:
            out.add(node)
            context.problem(
                "flag",
                "tree-conflict",
                node.file,
                node.path or "/",
                column="children",
                value=node.text("name") or "",
                zh="同一公司在树中多处出现，股东不一致；采用第一处，此处未采用。请核对。",
                en="The company stands in several places with different shareholders; the first is used and this "
                "one is not. Check them.",
            )
    return out


def _note_loops(node: TreeNode, context: ReadContext) -> None:
    if node.children or node.party is None:
        return
    if any(a.party == node.party for a in node.ancestors()):
        context.problem(
            "note",
            "tree-loop-cut",
            node.file,
            node.path,
            column="name",
            value=node.text("name") or "",
            zh="循环持股：该公司已在上方出现，来源在此处截断；持股仍已加载。",
            en="A loop: the company already stands above and the source cut the tree here; the holding is loaded.",
        )


def _refuse(node: TreeNode, code: str, context: ReadContext) -> None:
    zh, en = _MESSAGES.get(code, _MESSAGES["not-a-share"])
    column = "percent" if "percent" in node.values else "ratio"
    context.problem(
        "reject", code, node.file, node.path, column=column, value=node.text(column) or "", zh=zh, en=en
    )
