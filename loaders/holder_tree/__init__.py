"""Nested shareholder trees: `{name, percent, children}`, the children being the shareholders of their parent."""

from __future__ import annotations

from collections.abc import Sequence

from loaders.context import InputFile, ReadContext
from loaders.holder_tree.holdings import state_holdings
from loaders.holder_tree.nodes import read_levels
from loaders.holder_tree.parties import state_parties
from loaders.record_rows import RecordRows
from loaders.tables.mapping import choose

__all__ = ["read_holder_tree"]


def read_holder_tree(files: Sequence[InputFile], context: ReadContext) -> None:
    """Read nested shareholder trees into the context's extract.

    * A company is one node on all branches where an id or its full registered name says so; people, and
      organisations known by another name, are scoped to the company they hold.
    * A subtree given twice counts once. A place without children (a loop or repeat the source cut) adds
      nothing; two that differ are reported and the first is used.
    * `percent` is per cent; under `ratio` or `share` a bare number is refused unless a mapping says the unit. An
      empty share is unknown.
    * A leaf whose kind nothing says is a person where its name has the form of one.

    Raises `UnreadableFileError` for a file that is no JSON or is cut off.
    """
    rows = RecordRows()
    counted: list[tuple[InputFile, int, int]] = []
    for file in files:
        choice = choose(context.mapping, file.name, "")
        levels, refused = read_levels(file, context)
        for level in levels:
            refused += state_parties(level, rows, context)
        nodes = [node for level in levels for node in level]
        refused += state_holdings(nodes, choice, rows, context)
        counted.append((file, len(nodes), refused))
        if context.progress:
            context.progress(file.name, len(nodes), len(nodes))
    rows.flush(context.extract)
    for file, read, refused in counted:
        context.finish_file(file, "holder_tree", read, refused)
