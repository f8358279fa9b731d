"""TOML files that people write: read, and what is wrong with one, and where, in both languages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from graph.system_errors import reason

_WRONG: Final = (
    ("Invalid statement", "此处应为“名称 = 值”或 [表名]", "a name = value or a [table] should stand here"),
    ("Found invalid character", "名称后应有等号", "an equals sign should follow the name"),
    ("Expected '=' after a key", "名称后应有等号", "an equals sign should follow the name"),
    ("Invalid initial character", "名称的写法有误", "this is no name"),
    ("Expected newline or end", "一行只能写一项，此处有多余内容", "something is left over: one item a line"),
    ("Expected ']", "表名的方括号没有闭合", "the brackets of the table's name are not closed"),
    ("Cannot declare", "同一张表写了两次", "the table is written twice"),
    ("Cannot overwrite", "同一项写了两次", "the item is written twice"),
    ("Duplicate inline table key", "同一项写了两次", "the item is written twice"),
    ("Cannot mutate", "该表前面已写完，不能再添加", "the table was finished before and can't be added to"),
    ("Cannot redefine", "该表前面已写完，不能再添加", "the table was finished before and can't be added to"),
    ("Unclosed array", "方括号 [ ] 没有闭合", "the brackets [ ] are not closed"),
    ("Unclosed inline table", "花括号 { } 没有闭合", "the braces { } are not closed"),
    ("Unescaped", "文字中的反斜杠须写作 \\\\", "write a backslash in a text as \\\\"),
    ("Invalid hex value", "\\u 之后应为十六进制数字", "hexadecimal digits should follow \\u"),
    ("Escaped character", "没有这个编号的字符", "there is no character of this number"),
    ("Unterminated string", "文字的引号没有闭合", "the quotes of the text are not closed"),
    ("Expected '\"", "文字的引号没有闭合", "the quotes of the text are not closed"),
    ('Expected "\'', "文字的引号没有闭合", "the quotes of the text are not closed"),
    ("Illegal character", "有不允许的字符（换行须在引号闭合之后）", "a character that may not stand here (close quotes in the line)"),
    ("Invalid date", "没有这个日期或时间", "there is no such date or time"),
    ("Invalid value", "值的写法有误（文字须加英文引号）", "this is no value (texts stand in straight quotes)"),
)  # fmt: skip
"""How the parser's message begins → what is wrong, in Chinese and English."""
_DATE: Final = re.compile(r"=\s*\d{4}\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2})?\s*日?(?![\w.])")
"""A value that is meant for a date; the parser reads its year alone where it is none."""
_NO_DATE: Final = (
    "没有这个日期，或写法有误，应为 2024-01-31 的形式",
    "no such date, or not written like 2024-01-31",
)
_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")


class WrittenTomlError(ValueError):
    """A file that is no TOML, or can't be read: what is wrong and where, without a full stop."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


def read_toml(text: str) -> dict[str, Any]:
    """The content of a TOML text. Raises `WrittenTomlError`, which names the line and the column (from 1)."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _PLACE.search(said)
        lines = text.splitlines() or [""]
        line, column = (int(found[1]), int(found[2])) if found else (len(lines), len(lines[-1]) + 1)
        zh, en = next(
            ((z, e) for begins, z, e in _WRONG if said.startswith(begins)),
            ("写法有误", said.partition(" (at")[0]),
        )
        meant = _DATE.search(lines[line - 1]) if line <= len(lines) else None
        if meant and meant.start() < column <= meant.end() + 1:
            zh, en = _NO_DATE
        raise WrittenTomlError(
            f"不是有效的 TOML，第 {line} 行第 {column} 列：{zh}",
            f"not valid TOML, line {line}, column {column}: {en}",
        ) from error


def read_toml_file(path: Path) -> dict[str, Any]:
    """The content of a TOML file in UTF-8, with or without a byte order mark. Raises `WrittenTomlError`."""
    try:
        return read_toml(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise WrittenTomlError("无法读取：没有这个文件", "can't be read: there is no such file") from error
    except IsADirectoryError as error:
        raise WrittenTomlError("无法读取：这是文件夹", "can't be read: it is a folder") from error
    except PermissionError as error:
        raise WrittenTomlError("无法读取：没有权限", "can't be read: it may not be opened") from error
    except OSError as error:
        zh, en = reason(error)
        raise WrittenTomlError(f"无法读取：{zh}", f"can't be read: {en}") from error
    except UnicodeDecodeError as error:
        raise WrittenTomlError(
            f"无法读取：不是 UTF-8 编码的文字（第 {error.start + 1} 字节）",
            f"can't be read: it is no text in UTF-8 (byte {error.start + 1})",
        ) from error
