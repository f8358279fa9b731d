"""Entry point: run a command, and say in one or two sentences what went wrong where something did."""

from __future__ import annotations

import _thread
import errno
import functools
import importlib
import logging
import os
import signal
import sys
import threading
from itertools import pairwise
from types import FrameType
from typing import Any, Final

import typer

from graph.system_errors import no_room, reason
from lookthrough.cli.app import app
from lookthrough.cli.usage import UsageError, said_in_chinese, where_it_was_made
from lookthrough.settings import SettingsError, read_settings

_MODULES: Final = {
    "loading": ("load",),
    "inspecting": ("inspect",),
    "contents": ("unload", "status", "check"),
    "asking": ("penetrate", "ubo", "history"),
    "deciding": ("controller", "controls"),
    "whole": ("controllers",),
    "tracing": ("paths", "loops"),
    "finding": ("detect", "screen"),
    "picturing": ("subgraph",),
    "packaging": ("evidence", "verify"),
    "demo": ("demo",),
    "detectors": ("detectors",),
    "rules": ("rules",),
    "reviewing": ("findings",),
    "keys": ("keys",),
    "auditing": ("audit",),
    "evaluating": ("evaluate",),
    "serving": ("serve",),
}
"""Modules of `lookthrough.cli`, and the commands that importing one adds; in the order in which help lists them."""


def _add_commands(wanted: str) -> None:
    """Import what the wanted command needs, since all together take seconds; all, where it is no command of ours."""
    if wanted == "--version":
        return
    of = [m for m, commands in _MODULES.items() if wanted in commands] or list(_MODULES)
    for module in of:
        importlib.import_module(f"lookthrough.cli.{module}")


@functools.cache
def _made_of(commands: int, groups: int) -> Any:
    """The application of so many commands and groups: the framework would make it anew, of every signature, each run."""
    return typer.main.get_command(app)


_STOPPED = 130
"""Also what the framework turns Ctrl-C into."""
_STOPPED_ZH = "已中止；未完成的操作没有改变数据。"
_STOPPED_EN = "Stopped; what was not finished changed nothing."


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    end_in_order()
    sys.exit(run(sys.argv[1:]))


def end_in_order() -> None:
    """Let Ctrl-C, and whoever asks the process to end, raise `KeyboardInterrupt` in the main thread."""
    # Polars installs a handler of its own at import, under which a blocking call waits Ctrl-C out.
    signal.signal(signal.SIGINT, _interrupted)
    # Whoever asks politely gets the same orderly end as Ctrl-C; the default ends the process on the spot, silently,
    # and leaves its half-written files.
    if signal.getsignal(signal.SIGTERM) != signal.SIG_IGN:
        signal.signal(signal.SIGTERM, _interrupted)
    sys.unraisablehook = _said_or_again


def _interrupted(number: int, frame: FrameType | None) -> None:
    at, ours = frame, frame
    while at is not None:
        if str(at.f_globals.get("__name__", "")).partition(".")[0] == "polars":
            ours = at.f_back
        at = at.f_back
    if ours is frame or ours is None:
        signal.default_int_handler(number, frame)
    # Its native part calls back into Python, and takes an exception there for a defect of its own: not before it is
    # done, at the first step of whoever called it.
    ours.f_trace, ours.f_trace_opcodes = _stop_here, True
    sys.settrace(_follow_nothing)


def _follow_nothing(frame: FrameType, event: str, argument: object) -> None:
    """Frames made from now on are not traced; but with no tracer at all, a frame's own would not be asked."""


def _stop_here(frame: FrameType, event: str, argument: object) -> None:
    sys.settrace(None)
    frame.f_trace = None
    raise KeyboardInterrupt


def _said_or_again(ignored: sys.UnraisableHookArgs) -> None:
    if ignored.exc_type is KeyboardInterrupt:
        # The engine looks at the signal handlers before each query; a Ctrl-C that falls just there is swallowed.
        _again_soon()
    else:
        sys.__unraisablehook__(ignored)


def _again_soon() -> None:
    again = threading.Timer(0.05, _thread.interrupt_main)
    again.daemon = True
    again.start()


_OF_ALL: Final = ("--lang", "--store", "--format")
"""Options of nearly all commands, which may stand before the command as well."""


def _command_first(arguments: list[str]) -> list[str]:
    """`--lang en load x` as `load x --lang en`: whoever thinks of an option as the program's writes it first."""
    ahead: list[str] = []
    rest = list(arguments)
    while rest and rest[0].partition("=")[0] in _OF_ALL:
        taken = 1 if "=" in rest[0] else 2
        ahead, rest = [*ahead, *rest[:taken]], rest[taken:]
    if not ahead or not rest or rest[0].startswith("-"):
        return rest
    end = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:end], *ahead, *rest[end:]]


def run(arguments: list[str]) -> int:
    """Run one command; gives its exit code."""
    arguments = _command_first(arguments)
    # The driver's warnings say again, in its own words, what the error says.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    # Chinese must come out whatever the console's code page.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        _add_commands(arguments[0] if arguments else "")
        code = _made_of(len(app.registered_commands), len(app.registered_groups))(
            arguments, prog_name="lookthrough", standalone_mode=False
        )
        sys.stdout.flush()
        if code == _STOPPED:
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except UsageError as error:
        error.ctx = error.ctx or where_it_was_made(app, arguments)
        if _language(arguments) == "zh" and type(error).__name__ != "NoArgsIsHelpError":
            typer.echo(said_in_chinese(error), err=True)
        else:
            error.show()
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return _fail(arguments, _STOPPED_ZH, _STOPPED_EN, _STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        place = "" if error.filename is None else f" {error.filename}"
        if no_room(error):
            return _fail(
                arguments,
                f"磁盘空间不足{place}；未完成的操作没有改变数据。请腾出空间后重试。",
                f"No room left on the disk{place}; what was not finished changed nothing. Free some room, then try "
                "again.",
            )
        zh, en = reason(error)
        if error.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):
            return _fail(
                arguments,
                f"无法监听{place}：{zh}。请用 --host 和 --port 换一个地址，或先停止占用它的程序。",
                f"Can't listen on{place}: {en}. Choose another with --host and --port, or stop what uses it first.",
            )
        return _fail(
            arguments,
            f"无法读写{place}：{zh}。请检查路径、权限和磁盘后重试。",
            f"Can't read or write{place}: {en}. Check path, permissions and disk, then try again.",
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
