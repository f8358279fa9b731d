"""The Typer application all commands join."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

app = typer.Typer(
    name="lookthrough",
    help="股权穿透图谱 · Look through ownership: bidders who share an owner, recipients who do not qualify.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lookthrough {version('lookthrough')}")
        raise typer.Exit


# Also keeps a command a command where it is the only one imported.
@app.callback()
def _lookthrough(
    _: Annotated[
        bool, typer.Option("--version", help="版本 · the version", is_eager=True, callback=_tell_version)
    ] = False,
) -> None: ...
