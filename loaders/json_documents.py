"""JSON files read value by value: one document, an array, or JSON Lines.

Numbers with a fraction come as `Decimal`, so that money and shares stay exact. Memory is bounded by the
largest element, not by the file.
"""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from loaders.problems import UnreadableFileError

_CHUNK: Final = 1 << 20
_SPACE: Final = " \t\r\n\x1e"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class JsonValue:
    """One value of a file: an element of its array, a line, or the document itself.

    `position` counts from 1: the line in JSON Lines, the element otherwise.
    """

    position: int
    value: Any


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


_DECODER: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_reject_constant)


def encoding_of(head: bytes) -> str:
    """The encoding a text file starts in: by its byte order mark, else UTF-8 where it decodes, else GB18030."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head, final=False)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def read_json(path: Path, on_bad_line: Callable[[int, str], None] | None = None) -> Iterator[JsonValue]:
    """Every value of a JSON or JSON Lines file, in order.

    In JSON Lines a line that is no JSON is handed to `on_bad_line(line number, text)` and the rest is read;
    without it, and for a file that ends in the middle of a value, `UnreadableFileError` says where.
    """
    with path.open("rb") as raw:
        head = raw.read(65536)
        raw.seek(0)
        text = io.TextIOWrapper(raw, encoding=encoding_of(head), newline="")
        try:
            yield from _values(text, on_bad_line)
        except UnreadableFileError as e:
            e.path = path
            raise
        except UnicodeDecodeError as e:
            raise _unreadable(
                path,
                "文件编码无法识别，JSON 文件应为 UTF-8。请另存为 UTF-8 后重新加载。",
                "The file's encoding can't be told; JSON should be UTF-8. Save it as UTF-8 and load it again.",
            ) from e
        except RecursionError as e:
            raise _unreadable(
                path,
                "JSON 嵌套层级过深（超过数百层），无法读取。请按层级拆分后重新加载。",
                "The JSON is nested too deeply (hundreds of levels). Split it by level and load it again.",
            ) from e


def _unreadable(path: Path, zh: str, en: str) -> UnreadableFileError:
    error = UnreadableFileError(zh, en)
    error.path = path
    return error


def _values(text: io.TextIOWrapper, on_bad_line: Callable[[int, str], None] | None) -> Iterator[JsonValue]:
    first = text.readline(_CHUNK)
    skipped = 0
    while first and not first.strip(_SPACE):
        skipped += 1
        first = text.readline(_CHUNK)
    if not first:
        raise UnreadableFileError(
            "文件为空，没有可加载的内容。请检查导出是否完成。",
            "The file is empty. Check that the export finished.",
        )
    if first.lstrip(_SPACE).startswith("["):
        yield from _elements(text, first)
        return
    whole = _whole_line(first)
    if whole is None:
        yield from _stream(text, first, 0, 0)
        return
    yield JsonValue(skipped + 1, whole)
    yield from _lines(text, skipped + 1, on_bad_line)


def _whole_line(line: str) -> Any:
    """The value a line holds, if it holds exactly one; else None."""
    try:
        value, end = _DECODER.raw_decode(line.strip(_SPACE))
    except ValueError:
        return None
    return value if end == len(line.strip(_SPACE)) else None


def _lines(
    text: io.TextIOWrapper, number: int, on_bad_line: Callable[[int, str], None] | None
) -> Iterator[JsonValue]:
    for line in text:
        number += 1
        stripped = line.strip(_SPACE)
        if not stripped:
            continue
        try:
            yield JsonValue(number, _DECODER.decode(stripped))
        except ValueError as e:
            # A line without its end is where a download or a copy broke off: what follows is lost, too.
            if on_bad_line is None or not line.endswith("\n"):
                raise _broken(number, e, not line.endswith("\n")) from e
            on_bad_line(number, stripped)


def _elements(text: io.TextIOWrapper, buffer: str) -> Iterator[JsonValue]:
    buffer = buffer.lstrip(_SPACE)[1:]
    if not buffer.strip(_SPACE):
        buffer += text.read(_CHUNK)
    if buffer.lstrip(_SPACE).startswith("]"):
        raise UnreadableFileError(
            "JSON 数组为空，没有可加载的内容。", "The JSON array is empty: there is nothing to load."
        )
    yield from _stream(text, buffer, 0, 1)


def _stream(text: io.TextIOWrapper, buffer: str, number: int, depth: int) -> Iterator[JsonValue]:
    """Values one after another: elements of an array (depth 1), or whole documents (depth 0)."""
    at, size, ended = 0, _CHUNK, False
    while True:
        while at < len(buffer) and buffer[at] in _SPACE + ",":
            at += 1
        if at < len(buffer) and depth and buffer[at] == "]":
            rest = buffer[at + 1 :].strip(_SPACE) or text.read(_CHUNK).strip(_SPACE)
            if rest:
                raise _broken(number, ValueError("text after the end of the array"), False)
            return
        try:
            if at >= len(buffer):
                raise json.JSONDecodeError("the file ends here", buffer, at)
            value, end = _DECODER.raw_decode(buffer, at)
            if end == len(buffer) and not ended and depth:
                # A number may go on in the next chunk.
                raise json.JSONDecodeError("value may go on", buffer, at)
        except ValueError as e:
            more = "" if ended else text.read(size)
            if more:
                buffer, at, size = buffer[at:] + more, 0, size * 2
                continue
            if ended or at >= len(buffer):
                if at >= len(buffer) and not depth:
                    return
                position = getattr(e, "pos", at)
                raise _broken(number + 1, e, position >= len(buffer.rstrip(_SPACE)) or _unclosed(e)) from e
            ended = True
            continue
        number += 1
        yield JsonValue(number, value)
        buffer, at, size = buffer[end:], 0, _CHUNK


def _unclosed(error: ValueError) -> bool:
    return "Unterminated" in str(error)


def _broken(position: int, error: ValueError, truncated: bool) -> UnreadableFileError:
    if truncated:
        return UnreadableFileError(
            f"JSON 在第 {position} 条处中断，文件不完整（可能下载或复制未完成）。请重新获取文件后加载，本次未加载其中任何内容。",
            f"The JSON breaks off in item {position}: the file is incomplete (an unfinished download or copy?). "
            "Get the file again and load it; nothing of it was loaded.",
        )
    return UnreadableFileError(
        f"第 {position} 条不是有效的 JSON（{error}）。请修正后重新加载。",
        f"Item {position} is no valid JSON ({error}). Correct it and load the file again.",
    )
