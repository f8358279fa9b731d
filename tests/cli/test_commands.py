"""A command is imported alone: the table that says where each lives is true."""

from __future__ import annotations

from lookthrough.cli.app import app
from lookthrough.cli.main import _MODULES, _add_commands


def test_every_command_is_found_in_the_module_the_table_names() -> None:
    _add_commands("")
    real = {(c.name, c.callback.__module__) for c in app.registered_commands if c.callback}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        modules = {c.callback.__module__ for c in group.typer_instance.registered_commands if c.callback}
        real |= {(group.name, module) for module in modules}
    told = {
        (command, f"lookthrough.cli.{module}")
        for module, commands in _MODULES.items()
        for command in commands
    }
    assert told == real
