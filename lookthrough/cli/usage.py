"""Errors of usage, in Chinese and English; the framework speaks English alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import typer

# Typer carries its own copy of click and exports only this of its errors of usage.
UsageError: Final[Any] = typer.BadParameter.__mro__[1]

_NUMBERS: Final = {
    "greater_than_equal": ("不能小于", "ge"),
    "less_than_equal": ("不能大于", "le"),
}


class WrongUsageError(typer.BadParameter):
    """What was written for an option or argument (`option`) can't be used, said in both languages."""

    def __init__(self, option: str, zh: str, en: str):
        super().__init__(en, param_hint=option)
        self.zh = zh


def not_one_of(value: str, known: Sequence[str], option: str) -> WrongUsageError:
    """The error that `value` is none of what `option` takes, which it lists."""
    return WrongUsageError(
        option, f"不能为“{value}”，可用：{'、'.join(known)}", f"{value!r} is not one of {', '.join(known)}"
    )


def coded(value: str, words: Mapping[str, tuple[str, ...]], option: str) -> str:
    """The code for what a person wrote: the code itself, or a word that the product prints for it, in either language.

    Raises `WrongUsageError`, which lists the codes with their words.
    """
    asked = _bare(value)
    for code, printed in words.items():
        if value == code or asked in {
            s for word in printed for s in (_bare(word), _bare(word.split("（")[0]))
        }:
            return code
    raise WrongUsageError(
        option,
        f"不能为“{value}”，可用：{'、'.join(f'{code}（{word[0]}）' for code, word in words.items())}",
        f"{value!r} is not one of {', '.join(words)}",
    )


def _bare(word: str) -> str:
    """A word without what people leave out when they type it: quotes, spaces at its ends, capitals."""
    return re.sub(r'[“”"]', "", word).strip().lower()


def said_in_chinese(error: Any) -> str:
    """An error of usage as a Chinese sentence, with the command whose help says more."""
    path = error.ctx.command_path if error.ctx else "lookthrough"
    return f"用法错误：{_what(error).rstrip('。.')}。用法见 {path} --help"


def where_it_was_made(app: typer.Typer, arguments: Sequence[str]) -> Any:
    """The context of the command that `arguments` begin with, for errors that the framework makes without one."""
    command: Any = typer.main.get_command(app)
    context = command.context_class(command, info_name="lookthrough")
    for argument in arguments:
        inner = getattr(command, "commands", {}).get(argument)
        if inner is None:
            break
        command, context = inner, inner.context_class(inner, parent=context, info_name=argument)
    return context


def _what(error: Any) -> str:
    kind, said = type(error).__name__, error.format_message()
    parameter = getattr(error, "param", None)
    hint = getattr(error, "param_hint", None) or (parameter.get_error_hint() if parameter else "")
    hint = hint.strip("'")
    if isinstance(error, WrongUsageError):
        return f"{hint} {error.zh}"
    if kind == "MissingParameter":
        option = getattr(parameter, "param_type_name", "") == "option"
        return f"缺少{'选项' if option else '参数'} {hint}"
    if kind == "NoSuchOption":
        near = getattr(error, "possibilities", None) or ()
        return f"没有选项 {error.option_name}" + (f"，相近的有 {'、'.join(sorted(near))}" if near else "")
    if kind == "BadOptionUsage":
        wants = "不带值" if "does not take" in said else "须给出值"
        return f"选项 {error.option_name} {wants}"
    if isinstance(error, typer.BadParameter):
        return _wrong_value(hint, error)
    return _of_commands(said)


def _wrong_value(hint: str, error: Any) -> str:
    # What checks the values keeps its own account of what it looked for.
    causes = error.__cause__.errors() if hasattr(error.__cause__, "errors") else ()
    for cause in causes[:1]:
        type_, value = cause["type"], cause["input"]
        if type_.startswith("int_"):
            return f"{hint} 应为整数，不能为“{value}”"
        if type_.startswith("float_"):
            return f"{hint} 应为数字，不能为“{value}”"
        if type_ in _NUMBERS:
            words, limit = _NUMBERS[type_]
            return f"{hint} {words} {cause['ctx'][limit]}，现为 {value}"
        if listed := re.search(r" is not one of (.*?)\.?$", cause["msg"]):
            known = "、".join(re.findall(r"'([^']*)'", listed[1]))
            return f"{hint} 不能为“{value}”，可用：{known}"
    return f"{hint} 的值不可用：{error.message.partition(' · ')[0]}"


def _of_commands(said: str) -> str:
    if "No such command" in said:
        name, *near = re.findall(r"'([^']*)'", said)
        return f"没有命令 {name}" + (f"，相近的有 {'、'.join(near)}" if near else "")
    if extra := re.search(r"unexpected extra argument\S* \((.*)\)", said):
        return f"多余的参数 {extra[1]}"
    if "Missing command" in said:
        return "缺少命令"
    return said
