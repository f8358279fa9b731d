"""Write JSON documents and read them the way a load does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from graph.records import Extract
from loaders.context import InputFile, ReadContext
from loaders.identity import PersonKey

KEY = PersonKey(b"k" * 32)
Reader = Callable[[Sequence[InputFile], ReadContext], None]


def load_files(reader: Reader, *paths: Path, **options: Any) -> ReadContext:
    """One load of some files."""
    context = ReadContext(Extract("test"), KEY, **options)
    files = [InputFile(p, p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in paths]
    reader(files, context)
    return context


def load_json(reader: Reader, folder: Path, *documents: Any, **options: Any) -> ReadContext:
    """One load of some documents, a file each."""
    paths = []
    for i, document in enumerate(documents):
        path = folder / f"{i}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        paths.append(path)
    return load_files(reader, *paths, **options)
