"""A picture as bytes, and on disk: the file's ending says the format; it appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from graph.subgraph import Subgraph
from graph.system_errors import reason
from graph.unfinished import file_in_place
from visualize.composition import check_look, compose
from visualize.html import page
from visualize.pdf import pdf
from visualize.pieces import Point
from visualize.png import png
from visualize.refusal import DrawingError
from visualize.scene import Scene
from visualize.scene_json import scene_json
from visualize.style import Style
from visualize.svg import svg
from visualize.wording import Lang

FORMATS: Final = ("svg", "png", "pdf", "html", "json")
"""What `render_bytes` draws; the endings of `render`."""

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render_bytes(
    subgraph: Subgraph,
    format: str,
    lang: Lang = "zh",
    style: Style = "chinese",
    previous: Mapping[str, Point] | None = None,
    *,
    grey: bool = False,
    scale: float | None = None,
    fonts: bool = True,
) -> bytes:
    """A subgraph drawn as `format` (one of `FORMATS`): the same picture in each, the same bytes for the same input.

    `previous` holds the centres of an earlier scene's nodes, whose order is then kept. `grey` is for print. `scale`
    is PNG's dots to a pixel. Without `fonts`, SVG and HTML lean on the fonts of the machine that shows them and are
    smaller. Raises `DrawingError` for another format, language or style, and for a PNG that would be too large.
    """
    if format not in FORMATS:
        known = "、".join(FORMATS)
        raise DrawingError(
            f"不支持的图形格式“{format}”；可用：{known}",
            f"No such picture format: “{format}”; use one of {', '.join(FORMATS)}",
        )
    check_look(lang, style)
    if format == "html":
        both: dict[Lang, Scene] = {
            one: compose(subgraph, lang=one, style=style, grey=grey, previous=previous)
            for one in ("zh", "en")
        }
        return page(both, lang, fonts=fonts).encode()
    return scene_bytes(
        compose(subgraph, lang=lang, style=style, grey=grey, previous=previous), format, scale, fonts
    )


def scene_bytes(scene: Scene, format: str, scale: float | None = None, fonts: bool = True) -> bytes:
    """A scene that is already composed, as svg, png, pdf or json."""
    if format == "svg":
        return (_DECLARATION + svg(scene, fonts=fonts)).encode()
    if format == "png":
        return png(scene, scale)
    if format == "pdf":
        return pdf(scene)
    return scene_json(scene).encode()


def render(
    subgraph: Subgraph,
    path: str | os.PathLike[str],
    *,
    lang: Lang = "zh",
    style: Style = "chinese",
    grey: bool = False,
    scale: float | None = None,
    fonts: bool = True,
) -> Path:
    """Draw a subgraph into `path`, whose ending is one of `FORMATS`, and return the path.

    An existing file is replaced only by a complete new one. Raises `DrawingError` for another ending, a folder
    that does not exist, a place that can't be written, or a PNG that would be too large.
    """
    target = Path(path)
    ending = target.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        known = " ".join(f".{f}" for f in FORMATS)
        raise DrawingError(
            f"无法按“{target.name}”的扩展名确定图的格式；请使用以下之一：{known}",
            f"The ending of “{target.name}” names no picture format; use one of: {known}",
        )
    check_place(target)
    put(target, render_bytes(subgraph, ending, lang, style, grey=grey, scale=scale, fonts=fonts))
    return target


def check_place(target: Path) -> None:
    """Raise `DrawingError` where the folder of `target` does not exist."""
    if not target.parent.is_dir():
        raise DrawingError(
            f"文件夹不存在：{target.parent}；请先建立该文件夹或换一个位置",
            f"There is no folder {target.parent}; make it first, or choose another place",
        )


def put(target: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises `DrawingError` where it can't be written."""
    try:
        with file_in_place(target) as file:
            file.write(data)
    except OSError as error:
        zh, en = reason(error)
        raise DrawingError(
            f"无法写入 {target}：{zh}；请检查权限和磁盘空间",
            f"Can't write {target}: {en}; check permissions and free space",
        ) from error
