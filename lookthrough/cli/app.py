"""The Typer application all commands join."""

from __future__ import annotations

import typer

app = typer.Typer(
    name="lookthrough",
    help="股权穿透图谱 · Look through ownership: bidders who share an owner, recipients who do not qualify.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _lookthrough() -> None:
    """Keeps a command a command where it is the only one imported."""
