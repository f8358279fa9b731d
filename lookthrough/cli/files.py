"""Files as commands take them: their paths, the mapping of their columns, local rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def path_named(text: str) -> Path:
    """A path as written. Raises `typer.BadParameter` where nothing is."""
    # An empty argument (a variable of a script that was never set) would name the current folder.
    if not text.strip():
        raise typer.BadParameter("路径为空 · the path is empty")
    return Path(text)


Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH…", help="文件或文件夹 · files or folders", show_default=False, parser=path_named
    ),
]
MapOption = Annotated[
    Path | None,
    typer.Option("--map", metavar="FILE.toml", help="保存的列映射 · a saved mapping", show_default=False),
]
RulesOption = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="地方规则文件（TOML，写法见 lookthrough rules check --help），默认取 LOOKTHROUGH_RULES · the local rules, by "
        "default of LOOKTHROUGH_RULES; lookthrough rules check --help says how they are written",
        show_default=False,
    ),
]
