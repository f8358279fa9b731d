"""Read files or lines of text the way a load does."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import polars as pl

from graph.records import Extract
from loaders.context import InputFile, ReadContext
from loaders.identity import PersonKey
from loaders.tables import read_tables, settle_tables

KEY = PersonKey(b"k" * 32)


def load(*paths: Path, mapping: dict[str, Any] | None = None, dataset: str = "test") -> ReadContext:
    """One load of some files."""
    context = ReadContext(Extract(dataset), KEY, mapping=mapping or {})
    for path in paths:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        read_tables(InputFile(path, path.name, digest), context)
    settle_tables(context)
    return context


def load_text(folder: Path, files: dict[str, str], **options: Any) -> ReadContext:
    """One load of CSV files given as text."""
    paths = []
    for name, text in files.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return load(*paths, **options)


def nodes(context: ReadContext, type_: str) -> pl.DataFrame:
    """All statements about nodes of one type."""
    frames = context.extract.nodes.get(type_)
    return pl.concat(frames) if frames else pl.DataFrame(schema={"id": pl.String})


def rels(context: ReadContext, type_: str) -> pl.DataFrame:
    """All relationships of one type, whatever they join."""
    frames = [f for (t, _, _), fs in context.extract.rels.items() if t == type_ for f in fs]
    return pl.concat(frames) if frames else pl.DataFrame()


def codes(context: ReadContext, kind: str = "reject") -> list[str]:
    """Codes of all problems of a kind, in order."""
    return [p.code for p in context.problems if p.kind == kind]


def everything(context: ReadContext) -> str:
    """All that a load states of nodes and relationships, and all it tells, as one text."""
    frames = [f for kept in (context.extract.nodes, context.extract.rels) for fs in kept.values() for f in fs]
    return str([frame.to_dicts() for frame in frames]) + str(context.problems)
