"""What kind of file it is, told by its first bytes, and what to say where it can't be read."""

from __future__ import annotations

import re
from typing import Final, Literal

from loaders.problems import UnreadableFileError

ContentKind = Literal["text", "xlsx", "xls", "html"]

_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK: Final = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_OTHERS: Final = (
    (b"%PDF", "PDF 文件", "a PDF"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"GIF8", "图片", "a picture"),
    (b"Rar!", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf", "7z 压缩包", "a 7z archive"),
    (b"\x1f\x8b", "gzip 压缩包", "a gzip archive"),
    (b"SQLite format 3", "数据库文件", "a database"),
    (b"PAR1", "Parquet 文件", "a Parquet file"),
    (b"\x7fELF", "程序文件", "a program"),
    (b"MZ", "程序文件", "a program"),
)


def unreadable(zh: str, en: str) -> UnreadableFileError:
    """A file that can't be read: why, and what to do."""
    return UnreadableFileError(zh, en)


def content_kind(data: bytes) -> ContentKind:
    """`text` (CSV), `xlsx`, `xls` or `html`. Raises `UnreadableFileError` for anything else."""
    nothing = b"\0 \t\r\n"
    if not (data[:4096].strip(nothing) or data.strip(nothing)):
        raise unreadable(
            "文件是空的（0 行）。请确认导出是否成功，重新导出后再载入。",
            "The file is empty. Check that the export went through, export again, then load.",
        )
    if data[:4] == b"PK\x03\x04" or data[:4] == b"PK\x05\x06":
        return "xlsx"
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _compound(data)
    if data[:4] in (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00"):
        return "xls"
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, zh, en in _OTHERS:
        if head.startswith(magic):
            raise unreadable(
                f"这是{zh}，不是表格。请提供 CSV、XLSX、XLS 文件或 HTML 表格。",
                f"This is {en}, not a table. Give a CSV, XLSX or XLS file, or an HTML table.",
            )
    start = _plain(head).lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in _plain(data[:8192]).lower():
        raise unreadable(
            "这是“XML 表格 2003”格式。请用 Excel 或 WPS 打开，另存为 .xlsx 后再载入。",
            "This is an XML Spreadsheet 2003. Open it in a spreadsheet program, save it as .xlsx, then load that.",
        )
    if start.startswith(b"mime-version:"):
        raise unreadable(
            "这是“单个文件网页”（MHTML）。请用 Excel 或 WPS 打开，另存为 .xlsx 后再载入。",
            "This is a single-file web page (MHTML). Open it in a spreadsheet program, save it as .xlsx, then load that.",
        )
    if re.match(
        rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype html|html|head|meta|table|body|style|div)\b",
        start,
        re.DOTALL,
    ):
        return "html"
    return "text"


def _plain(data: bytes) -> bytes:
    """ASCII text of UTF-16 too, near enough to recognise tags."""
    return data.replace(b"\0", b"") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data


def _compound(data: bytes) -> ContentKind:
    if _ENCRYPTED in data:
        raise encrypted()
    if not any(stream in data for stream in _WORKBOOK):
        raise unreadable(
            "这是旧版 Office 文件，但不是 Excel 工作簿。请提供 CSV、XLSX 或 XLS 文件。",
            "This is an old Office file but no workbook. Give a CSV, XLSX or XLS file.",
        )
    return "xls"


def encrypted() -> UnreadableFileError:
    """The workbook needs a password."""
    return unreadable(
        "工作簿已加密。请用 Excel 或 WPS 打开，取消打开密码并另存后再载入。",
        "The workbook is protected by a password. Open it, remove the password, save it, then load that.",
    )


def damaged() -> UnreadableFileError:
    """The workbook is broken."""
    return unreadable(
        "工作簿已损坏或不完整，无法打开。请重新导出或重新下载后再载入。",
        "The workbook is damaged or incomplete. Export or download it again, then load that.",
    )


def too_large() -> UnreadableFileError:
    """The file unpacks to more than may be read."""
    return unreadable(
        "文件展开后过大，已停止读取。请拆分为多个文件，或另存为 CSV 后再载入。",
        "The file unpacks to more than can be read safely. Split it, or save it as CSV, then load that.",
    )


def far_cell(sheet: str, rows: int, columns: int) -> UnreadableFileError:
    """A sheet that is nearly all empty: something stands far outside its table."""
    return unreadable(
        f"工作表“{sheet}”的内容一直延伸到第 {rows} 行、第 {columns} 列，超出可读取的范围。多半是表格以外留有零散的内容："
        "请删除表格以外的行和列（按 Ctrl+End 可跳到末尾），保存后再载入；或另存为 CSV。",
        f"Sheet {sheet} reaches to row {rows}, column {columns}: more than can be read. Something is probably left far "
        "outside the table: delete the rows and columns beyond it (Ctrl+End goes to the end), save, then load that; or "
        "save it as CSV.",
    )


def decode_text(data: bytes) -> tuple[str, str]:
    """(text, encoding): a byte order mark, else strict UTF-8, else GB18030. Raises `UnreadableFileError`.

    GBK and GB2312 are subsets of GB18030, which alone holds rare characters of names (𠮷).
    """
    try:
        if data[:3] == b"\xef\xbb\xbf":
            return data[3:].decode("utf-8"), "utf-8-sig"
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16"), "utf-16"
        if b"\0" in data:
            raise binary()
        try:
            return data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise unreadable(
            f"文字编码无法识别（第 {error.start + 1} 字节起既不是 UTF-8 也不是 GB18030）。请另存为 UTF-8 编码的 CSV 后再载入。",
            f"Unknown text encoding (from byte {error.start + 1} on neither UTF-8 nor GB18030). Save the file as CSV in "
            "UTF-8, then load that.",
        ) from error
    head = text[:20000]
    if len(re.findall(r"[\x00-\x08\x0e-\x1f]", head)) * 50 > len(head):
        raise binary()
    if len(re.findall(r"[\ue000-\uf8ff]", head)) * 50 > len(head):
        # GB18030 maps what it doesn't assign to private characters: Big5 and the like come out so.
        raise unreadable(
            "文字编码无法识别：既不是 UTF-8 也不是 GB18030（可能是 Big5 等）。请另存为 UTF-8 编码的 CSV 后再载入。",
            "Unknown text encoding: neither UTF-8 nor GB18030 (Big5?). Save the file as CSV in UTF-8, then load that.",
        )
    return text, "gb18030"


def binary() -> UnreadableFileError:
    """The file holds no text."""
    return unreadable(
        "这是二进制文件，不是表格。请提供 CSV、XLSX、XLS 文件或 HTML 表格。",
        "This is a binary file, not a table. Give a CSV, XLSX or XLS file, or an HTML table.",
    )
