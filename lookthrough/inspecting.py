"""What a file would be taken for; nothing is loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from loaders.context import InputFile
from loaders.formats import recognise_format
from lookthrough.loading import LoadError


def read_mapping(path: Path | None) -> dict[str, Any]:
    """A saved mapping, or none. Raises `LoadError`."""
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LoadError(
            f"映射文件 {path} 无法读取：{error}。", f"The mapping {path} can't be read: {error}."
        ) from error


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
