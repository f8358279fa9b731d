"""Files that can't be read or hold what can't be true, each with what must be said of it."""

from __future__ import annotations

import io
import zipfile

import msoffcrypto
import openpyxl

from tests.loaders.shapes.numbers import wrong_uscc

HOLDINGS = "company_id,company_name,holder_id,holder_name,holder_kind,share_percent"
GOOD = "A,虚构甲建设有限公司,H,虚构控股有限公司,company,60"
BODS_HEAD = '{"statementId":"s1","recordId":"r1","recordType":"person","recordDetails":{"isComponent":false'


def _book(*rows: tuple[object, ...]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _protected() -> bytes:
    out = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(_book(("示例",)))).encrypt("secret", out)  # type: ignore[attr-defined]
    return out.getvalue()


def _archive(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        if name.startswith("xl/"):
            file.writestr("xl/workbook.xml", b"<workbook/>")
        file.writestr(name, data)
    return out.getvalue()


ROWS: dict[str, tuple[str | bytes, str, str, str]] = {
    "a.csv": (f"{HOLDINGS},valid_from\n{GOOD},2023-02-30\n", "impossible-date", "2 月 30 日", "30 February"),
    "b.csv": (f"{HOLDINGS}\n{GOOD[:-2]}130\n", "share-over-100", "超过 100%", "above 100%"),
    "c.csv": (
        "企业名称,股东名称,持股比例\n虚构甲建设有限公司,虚构控股有限公司,60\n",
        "unit-unknown",
        "share_percent",
        "share_percent",
    ),
    "d.csv": (
        "tender_id,lot_id,bidder_id,投标报价,submitted_at\nT-1,1,A,100,2025-03-01\n",
        "unit-unknown",
        "投标报价(万元)",
        "投标报价(万元)",
    ),
    "e.xlsx": (
        _book(("household_id", "person_id", "姓名"), ("H1", 999999198001010019, "测试甲")),
        "numeric-id",
        "设为文本",
        "text",
    ),
    "shareholdings.csv": (
        "company_id,share_percent\nA,60\n",
        "missing-column",
        "缺少必需的列",
        "lacks required columns",
    ),
    "g.csv": ("甲,乙\n一,二\n三,四\n", "unknown-table", "看不出", "can't be told"),
    "i.csv": (f"{HOLDINGS},valid_from\n{GOOD},昨天\n", "not-a-date", "不是可识别的日期", "Not a date"),
}
"""File → (content, code, words of the Chinese message, words of the English one); no row of them can be loaded."""

CUT_NUMBERS: dict[str, str | bytes] = {
    # Both would have become 6222020000000000000: one account of two bidders.
    "accounts.xlsx": _book(
        ("项目编号", "标段", "投标人", "投标报价(元)", "保证金汇款账号"),
        ("T-1", "1", "虚构甲建设有限公司", 100, 6222020000000000123),
        ("T-1", "1", "虚构乙建设有限公司", 100, 6222020000000000124),
    ),
    "accounts.csv": (
        "项目编号,标段,投标人,投标报价(元),保证金汇款账号\n"
        "T-1,1E5,虚构甲建设有限公司,100,6.22202E+18\nT-1,1E5,虚构乙建设有限公司,100,6.22202E+18\n"
    ),
    "units.xlsx": _book(
        ("不动产单元号", "权利人", "坐落"),
        (999999001001001001, "测试甲", "虚构路 1 号"),
        (999999001001001002, "测试甲", "虚构路 1 号"),
    ),
}
"""Two rows each whose numbers, no party's, have lost their ends in a spreadsheet."""

FLAGS: dict[str, tuple[str | bytes, str, str, str]] = {
    "companies.csv": (
        f"id,name\n{wrong_uscc(1)},虚构校验有限公司\n{wrong_uscc(1)},虚构另一校验有限公司\n",
        "uscc-check-digit",
        "从不按此代码合并",
        "never merged by that code",
    ),
    "own.csv": (
        f"{HOLDINGS}\nS,虚构自持有限公司,S,虚构自持有限公司,company,10\n",
        "self-ownership",
        "自我持股",
        "holds itself",
    ),
    "twice.csv": (f"{HOLDINGS}\n{GOOD}\n{GOOD}\n", "duplicate-row", "只计一次", "counts once"),
    "more.csv": (f"{HOLDINGS},备用列\n{GOOD},甲\n", "columns-ignored", "备用列", "备用列"),
}
"""File → (content, code, Chinese, English); every row is loaded."""

UNREADABLE: dict[str, tuple[str | bytes, str, str]] = {
    "empty.csv": (" \n", "文件为空", "empty"),
    "mark-only.csv": (b"\xef\xbb\xbf", "文件为空", "empty"),
    "none.xlsx": (b"", "文件为空", "empty"),
    "locked.xlsx": (_protected(), "加密", "password"),
    "damaged.xlsx": (_book(("示例",))[:3000], "损坏", "damaged"),
    "nothing.xlsx": (_book(), "没有任何内容", "holds nothing"),
    "bomb.xlsx": (_archive("xl/worksheets/sheet1.xml", b"0" * (80 << 20)), "过大", "unpacks to more"),
    "binary.csv": (bytes(range(256)) * 50, "二进制", "binary"),
    "big5.csv": (f"{HOLDINGS}\n{GOOD}\n".encode("big5", "replace"), "文字编码", "text encoding"),
    "cut.json": (f"[{BODS_HEAD},", "JSON 不完整", "cut off"),
    "broken.json": (f'[{BODS_HEAD}, "x" "y"}}}}]', "不是有效的 JSON", "no valid JSON"),
    "deep.json": (
        '{"ocid":"ocds-x-1","id":"1","tag":["tender"],"tender":' + '{"a":' * 100_000 + "1" + "}" * 100_001,
        "嵌套层级过深",
        "nested too deeply",
    ),
    "folder.zip": (_archive("shareholdings.csv", f"{HOLDINGS}\n{GOOD}\n".encode()), "压缩包", "archive"),
    "scan.pdf": (b"%PDF-1.7 x", "PDF", "PDF"),
}
"""File → (content, Chinese, English)."""
