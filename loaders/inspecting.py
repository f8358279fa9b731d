"""What a file would be taken for; nothing is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, is_dataclass
from typing import Any

from loaders.context import InputFile
from loaders.formats import recognise_format


def inspect_file(
    file: InputFile, mapping: dict[str, Any], inspect_tables: Callable[[InputFile, dict[str, Any]], Any]
) -> Iterator[dict[str, Any]]:
    """One record a sheet (or one for a file without sheets). Raises `UnreadableFileError`."""
    format_ = recognise_format(file.path)
    if format_ != "table":
        yield {"file": file.name, "sheet": "", "format": format_, "table": None}
        return
    for report in inspect_tables(file, mapping):
        told = asdict(report) if is_dataclass(report) and not isinstance(report, type) else dict(report)
        yield {"file": file.name, "format": format_, **told}
