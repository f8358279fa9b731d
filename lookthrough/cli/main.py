"""Entry point: run a command, and say in one or two sentences what went wrong where something did."""

from __future__ import annotations

import errno
import os
import signal
import sys
from itertools import pairwise
from typing import Any

import typer

from lookthrough.cli import asking, demo, finding, loading, picturing
from lookthrough.cli.app import app
from lookthrough.settings import SettingsError, read_settings

_COMMANDS = (loading, asking, finding, picturing, demo)
"""Imported for the commands they add."""


# Typer carries its own copy of click and exports only this of its errors of usage.
_UsageError: Any = typer.BadParameter.__mro__[1]


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    # Polars installs a handler of its own at import, under which a blocking call waits Ctrl-C out.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; gives its exit code."""
    # Chinese must come out whatever the console's code page.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = app(arguments, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except _UsageError as error:
        error.show()
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return _fail(arguments, "已中止，数据未变。", "Stopped; the data are as they were.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return _fail(
                arguments, "磁盘空间不足，数据未变。", "No room left on the disk; the data are as they were."
            )
        return _fail(
            arguments,
            f"{error.filename or ''}：{error.strerror}",
            f"{error.filename or ''}: {error.strerror}",
        )
    except Exception as error:
        # Our own errors carry both wordings; anything else is a defect and keeps its traceback.
        if hasattr(error, "zh") and hasattr(error, "en"):
            return _fail(arguments, error.zh, error.en)
        raise


def _fail(arguments: list[str], zh: str, en: str, code: int = 1) -> int:
    language = _language(arguments)
    typer.echo(("错误：" + zh) if language == "zh" else ("Error: " + en), err=True)
    return code


def _language(arguments: list[str]) -> str:
    for flag, value in pairwise(arguments):
        if flag == "--lang" and value in ("zh", "en"):
            return value
    for argument in arguments:
        if argument in ("--lang=zh", "--lang=en"):
            return argument[-2:]
    try:
        return read_settings().language
    except SettingsError:
        return "en"
