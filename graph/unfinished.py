"""Files and folders being written: under a name of their own beside their place, and gone whatever stops the work."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

OWNER_ALONE = 0o600
"""Mode of a file that its owner alone reads."""
AS_ANY_FILE = 0o666
"""Mode of a file that whoever the user's mask lets read it may read."""
_OWNERS_FOLDER = 0o700


def _name(target: Path, ending: str) -> Path:
    return target.parent / f".{target.name}.{secrets.token_hex(8)}.{ending}"


@contextmanager
def file_in_place(
    target: Path, mode: int = OWNER_ALONE, before: Callable[[], object] | None = None
) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of `target` when the block ends without an error.

    `before` is called when all is written and may refuse by raising. Raises `OSError`.
    """
    # The name before the file: a Ctrl-C between its making and the `try` would leave it (`tempfile` gives both at once).
    part = _name(target, "part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            before()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def folder_beside(target: Path, ending: str = "part") -> Iterator[Path]:
    """An empty folder beside `target`, its owner's alone, gone when the block ends unless moved. Raises `OSError`."""
    part = _name(target, ending)
    try:
        part.mkdir(_OWNERS_FOLDER)
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


_BINARY = getattr(os, "O_BINARY", 0)
"""Windows turns line ends where a file is not opened so."""
