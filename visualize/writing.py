"""A picture on disk: the file's ending says the format; it appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from graph.subgraph import Subgraph
from visualize.composition import compose
from visualize.html import page
from visualize.scene_json import scene_json
from visualize.svg import svg
from visualize.wording import Lang


class DrawingError(ValueError):
    """A picture can't be written. The message, in both languages, says why and what to do."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


def _svg(subgraph: Subgraph, lang: Lang) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + svg(compose(subgraph, lang=lang))


def _html(subgraph: Subgraph, lang: Lang) -> str:
    return page({"zh": compose(subgraph, lang="zh"), "en": compose(subgraph, lang="en")}, lang)


def _json(subgraph: Subgraph, lang: Lang) -> str:
    return scene_json(compose(subgraph, lang=lang))


FORMATS: Final[dict[str, Callable[[Subgraph, Lang], str]]] = {".svg": _svg, ".html": _html, ".json": _json}
"""Writers by file ending."""


def render(subgraph: Subgraph, path: str | os.PathLike[str], *, lang: Lang = "zh") -> Path:
    """Draw a subgraph into `path` (`.svg`, `.html` or `.json`) and return the path.

    An existing file is replaced only by a complete new one. Raises `DrawingError` for another ending, a folder
    that does not exist, or a place that can't be written.
    """
    target = Path(path)
    write = FORMATS.get(target.suffix.lower())
    if write is None:
        known = " ".join(FORMATS)
        raise DrawingError(
            f"无法按“{target.name}”的扩展名确定图的格式；请使用以下之一：{known}",
            f"The ending of “{target.name}” names no picture format; use one of: {known}",
        )
    if not target.parent.is_dir():
        raise DrawingError(
            f"文件夹不存在：{target.parent}；请先建立该文件夹或换一个位置",
            f"There is no folder {target.parent}; make it first, or choose another place",
        )
    text = write(subgraph, lang)
    try:
        _replace(target, text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DrawingError(
            f"无法写入 {target}：{reason}；请检查权限和磁盘空间",
            f"Can't write {target}: {reason}; check permissions and free space",
        ) from error
    return target


def _replace(target: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
