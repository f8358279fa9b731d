"""What a file is, told by its content and never by its name."""

from __future__ import annotations

import csv
import io
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

from graph.system_errors import reason
from loaders.json_documents import encoding_of
from loaders.problems import UnreadableFileError

_RULES: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "formats.toml").read_text("utf-8"))
_HEAD: Final = 1 << 18
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
FORMATS: Final = ("table", "bods", "ocds", "holder_tree")
"""The formats that are loaded, as `recognise_format` names them."""


class UnsupportedFormatError(UnreadableFileError):
    """The file is whole, but of a kind that isn't loaded: in a folder it is listed and skipped.

    `kind` is a short name: `uk_psc`, `gleif`, `text`, `pdf`…
    """

    def __init__(self, kind: str, zh: str, en: str):
        super().__init__(
            f"这是{zh}，不是可加载的格式。可加载：表格（CSV、XLSX、XLS、HTML 表）、BODS、OCDS、嵌套股东树 JSON。",
            f"This is {en}, not a format that is loaded. Loaded are tables (CSV, XLSX, XLS, HTML tables), BODS, "
            "OCDS and nested shareholder trees in JSON.",
        )
        self.kind = kind


def recognise_format(path: Path) -> str:
    """The format of a file: one of `FORMATS`.

    Raises `UnsupportedFormatError` for a known kind that isn't loaded, else `UnreadableFileError` (empty,
    binary, cut-off or unknown JSON). The whole file is not checked: a reader may still find it broken.
    """
    try:
        with path.open("rb") as f:
            head = f.read(_HEAD)
            size = f.seek(0, 2)
            f.seek(max(0, size - 4096))
            tail = f.read()
    except OSError as e:
        zh, en = reason(e)
        raise UnreadableFileError(
            f"无法读取文件：{zh}。请检查路径和权限。",
            f"The file can't be read: {en}. Check the path and permissions.",
        ) from e
    if not head.strip():
        raise _empty()
    if head.startswith(b"PK"):
        return _zip(path)
    if head.startswith(_OLE):
        return "table"
    for rule in _RULES["magic"]:
        if head.startswith(bytes.fromhex(rule["hex"])):
            raise UnsupportedFormatError(rule["en"].split()[1].lower(), rule["zh"], rule["en"])
    return _text(head, tail)


def _empty() -> UnreadableFileError:
    return UnreadableFileError(
        "文件为空（0 字节或只有空白），没有可加载的内容。请检查导出是否完成。",
        "The file is empty (0 bytes or only blanks). Check that the export finished.",
    )


def _zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        # A broken workbook: the sheet reader says so.
        return "table"
    if any(n.startswith("xl/") for n in names) or "EncryptedPackage" in names:
        return "table"
    if any(n.startswith(("word/", "ppt/")) for n in names):
        raise UnsupportedFormatError("office", "Word 或 PowerPoint 文件", "a Word or PowerPoint file")
    raise UnsupportedFormatError(
        "zip", "压缩包（请先解压再加载其中的文件）", "a ZIP archive (unpack it and load the files inside)"
    )


def _text(head: bytes, tail: bytes) -> str:
    encoding = encoding_of(head)
    wide = encoding.startswith(("utf-16", "utf-32"))
    text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    if not text.strip():
        raise _empty()
    strange = sum(c < "\x20" and c not in "\t\r\n\x0c\x1a\x1e" for c in text[:4096])
    if (b"\x00" in head and not wide) or strange > 8 or text[:4096].count("\ufffd") > len(text[:4096]) // 10:
        raise UnreadableFileError(
            "文件是二进制内容，无法识别。请确认是 CSV、Excel 或 JSON 文件，必要时重新导出。",
            "The file is binary and of no known kind. It should be CSV, Excel or JSON; export it again if need be.",
        )
    # `[` may also open a CSV cell, so that what follows must be JSON, too.
    if re.match(r'\{\s*["}]|\[\s*[\[{"\]\d]|\{$|\[$', text):
        return _json(text, "" if wide else tail.decode(encoding, errors="ignore"))
    if text.startswith("<"):
        return _markup(text)
    if _is_prose(text):
        raise UnsupportedFormatError(
            "text", "说明性文字（如许可证、自述文件）", "a text (a licence, a read-me…)"
        )
    return "table"


def _markup(text: str) -> str:
    lower = text[:65536].lower()
    for rule in _RULES["xml"]:
        if rule["has"] in lower:
            raise UnsupportedFormatError(rule["unsupported"], rule["zh"], rule["en"])
    # Entities are of XML alone: HTML's readers don't know them.
    if "<!entity" not in lower and ("<table" in lower or "<html" in lower):
        return "table"
    raise UnsupportedFormatError("xml", "XML 文件", "an XML file")


def _json(text: str, tail: str) -> str:
    opening, end = text[0], tail.rstrip("\ufeff \t\r\n\x00\x1a")
    if end and not end.endswith({"[": "]", "{": "}"}[opening]):
        raise UnreadableFileError(
            "JSON 不完整：文件在中途结束（可能下载或复制未完成）。请重新获取文件后加载。",
            "The JSON is cut off: the file ends in the middle (an unfinished download or copy?). Get it again "
            "and load it.",
        )
    outer, all_keys = first_keys(text)
    for rule in _RULES["json"]:
        if _matches(rule, outer, all_keys):
            if "unsupported" in rule:
                raise UnsupportedFormatError(rule["unsupported"], rule["zh"], rule["en"])
            return str(rule["format"])
    if not outer:
        raise UnreadableFileError(
            "JSON 中没有对象（为空，或只有数字、文字），没有可加载的内容。",
            "The JSON holds no objects (it is empty, or holds bare values): there is nothing to load.",
        )
    shown = ", ".join(list(outer)[:6])
    raise UnreadableFileError(
        f"无法识别的 JSON（首个对象的键：{shown}）。可加载 BODS、OCDS 和嵌套股东树；也可用 --format 指定。",
        f"Unknown JSON (keys of its first object: {shown}). BODS, OCDS and nested shareholder trees are loaded; "
        "--format forces one.",
    )


def _matches(rule: dict[str, Any], outer: dict[str, None], all_keys: set[str]) -> bool:
    if not any(key in outer for key in rule["any"]):
        return False
    if rule["with"] and not any(key in all_keys for key in rule["with"]):
        return False
    return "only" not in rule or all(key in rule["only"] for key in outer)


_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(:?)|[{}\[\]]')


def first_keys(text: str) -> tuple[dict[str, None], set[str]]:
    """(keys of the outermost first object, keys at any depth) of JSON text that may be cut off."""
    outer: dict[str, None] = {}
    seen: set[str] = set()
    stack: list[str] = []
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = token.group(0)
        if sign in "{[":
            stack.append(sign)
            if sign == "{" and not depth:
                depth = len(stack)
        elif sign in "}]":
            if stack:
                stack.pop()
            if depth and len(stack) < depth:
                break
        elif token.group(2):
            seen.add(token.group(1))
            if len(stack) == depth:
                outer[token.group(1)] = None
    return outer, seen


_LICENCE: Final = re.compile(r"\b(licen[cs]e|copyright|warranty|permission is hereby)\b", re.IGNORECASE)
_MARKDOWN: Final = re.compile(r"^(#{1,6} \S|\* |- |>|```|\|)", re.MULTILINE)


def _is_prose(text: str) -> bool:
    """Whether a text is sentences rather than rows: few rows agree on a number of cells."""
    head = text[:65536]
    if len(text) > len(head) and "\n" in head:
        # A line cut in the middle tells nothing of the rows.
        head = head[: head.rindex("\n") + 1]
    lines = [line for line in head.splitlines() if line.strip()][:60]
    regular = max(_regularity(head, delimiter) for delimiter in (",", "\t", ";"))
    if regular >= 0.6:
        return False
    wordy = sum(len(line.split()) > 7 or len(line) > 80 for line in lines) / len(lines)
    marks = len(_LICENCE.findall(head)) >= 2 or len(_MARKDOWN.findall(head)) >= 3
    return marks or wordy > 0.3


def _regularity(head: str, delimiter: str) -> float:
    """The part of the first rows that have the most usual number of cells, if that is more than one."""
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(head), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) == 60:
                break
    except csv.Error:
        # An oversized or odd cell: what was read so far decides.
        pass
    several = [w for w in widths if w > 1]
    return max((several.count(w) for w in set(several)), default=0) / max(len(widths), 1)
