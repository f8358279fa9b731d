"""ZIP archives whose bytes depend on their content alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every entry: the first one the format knows."""


def zipped(files: Mapping[str, bytes], folder: str = "") -> bytes:
    """Files by name in one archive: sorted, of one date, stored as they are.

    Stored, because what a compressor makes of the same bytes differs from one version to the next.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}" if folder else name, EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return stream.getvalue()
