"""A cell that shows the error of a formula is told, in every format; it is never silently nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlwt

Rows = Sequence[Sequence[str]]

HEAD = ("company_id", "company_name", "holder_id", "holder_name", "share", "valid_to", "share_class")
ROWS = (
    HEAD,
    ("A", "虚构甲建设有限公司", "H", "虚构控股有限公司", "60%", "", "普通股"),
    ("A", "虚构甲建设有限公司", "J", "虚构投资有限公司", "#REF!", "", ""),
    ("A", "虚构甲建设有限公司", "K", "虚构实业有限公司", "#N/A", "", ""),
    ("A", "虚构甲建设有限公司", "L", "虚构置业有限公司", "5%", "#VALUE!", ""),
    ("A", "虚构甲建设有限公司", "M", "虚构贸易有限公司", "4%", "", "#NAME?"),
    ("B", "虚构乙建设有限公司", "", "#NULL!", "1%", "", ""),
    ("B", "虚构乙建设有限公司", "#NUM!", "#DIV/0!", "1%", "", ""),
)
REFUSED = {"3": "share", "5": "valid_to", "7": "holder_name", "8": "holder_id"}
EMPTIED = {"4": "share", "6": "share_class", "7": "holder_name", "8": "holder_name"}


def _csv(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _html(rows: Rows) -> bytes:
    cells = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<html><body><table>{cells}</table></body></html>".encode()


def _xlsx(rows: Rows) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append([c or None for c in row])
    assert book.active["E3"].data_type == "e"
    book.save(out)
    return out.getvalue()


def _xls(rows: Rows) -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("说明").write(0, 0, "虚构数据")
    sheet = book.add_sheet("shareholdings")
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text == "#REF!":
                sheet.write(r, c, xlwt.Formula("1+1"))
            elif text.startswith("#"):
                sheet.row(r).set_cell_error(c, 0x2A if text == "#N/A" else text)
            elif text:
                sheet.write(r, c, text)
    book.save(out)
    # A spreadsheet program writes a formula with the result it had; the writer used here leaves an empty text.
    place = re.compile(rb"(\x06\x00.\x00\x02\x00\x04\x00..)\x03\x00{5}\xff\xff", re.DOTALL)
    data, patched = place.subn(lambda m: m[1] + b"\x02\x00\x17\x00\x00\x00\xff\xff", out.getvalue())
    assert patched == 1
    return data


CODES = {
    "#NULL!": 0x00,
    "#DIV/0!": 0x07,
    "#VALUE!": 0x0F,
    "#REF!": 0x17,
    "#NAME?": 0x1D,
    "#NUM!": 0x24,
    "#N/A": 0x2A,
}
RELATIONS = "http://schemas.openxmlformats.org/{}/relationships"


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    assert len(body) < 0x4000
    return head + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body


def _wide(text: str) -> bytes:
    return len(text).to_bytes(4, "little") + text.encode("utf-16-le")


def _xlsb(rows: Rows) -> bytes:
    """The least a reader of [MS-XLSB] follows: texts, errors, and one error as the result of a formula."""
    sheet = (
        _record(0x81)
        + _record(0x94, struct.pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1))
        + _record(0x91)
    )
    for r, row in enumerate(rows):
        sheet += _record(0, struct.pack("<I", r) + bytes(21))
        for c, text in enumerate(row):
            place = struct.pack("<II", c, 0)
            if text == "#REF!":
                sheet += _record(11, place + bytes([CODES[text]]) + bytes(10))
            elif text.startswith("#"):
                sheet += _record(3, place + bytes([CODES[text]]))
            elif text:
                sheet += _record(6, place + _wide(text))
    sheet += _record(0x92) + _record(0x82)
    named = {"rId1": "说明", "rId2": "shareholdings"}
    bundle = b"".join(_record(0x9C, struct.pack("<II", 0, 1) + _wide(i) + _wide(n)) for i, n in named.items())
    book = _record(0x83) + _record(0x8F) + bundle + _record(0x90) + _record(0x84)
    links = "".join(
        f'<Relationship Id="{i}" Type="{RELATIONS.format("officeDocument/2006")}/worksheet" Target="worksheets/{i}.bin"/>'
        for i in named
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("xl/workbook.bin", book)
        file.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{RELATIONS.format("package/2006")}">{links}</Relationships>',
        )
        file.writestr(
            "xl/worksheets/rId1.bin", _record(0x81) + _record(0x94, bytes(16)) + _record(0x91) + _record(0x92)
        )
        file.writestr("xl/worksheets/rId2.bin", sheet)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("shareholdings.csv", _csv),
        ("shareholdings.xlsx", _xlsx),
        ("shareholdings-old.xls", _xls),
        ("shareholdings.xlsb", _xlsb),
        ("shareholdings.xls", _html),
    ],
)
@pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
def test_the_error_of_a_formula_is_told_in_every_format(
    lookthrough, tmp_path: Path, name: str, written: Callable[[Rows], bytes]
) -> None:
    file = tmp_path / name
    file.write_bytes(written(ROWS))
    ran = lookthrough("load", file, "--format", "json")
    assert ran.code == 3, ran.err
    report = json.loads(ran.out)
    assert report["rejected"] == len(REFUSED)
    assert report["counts"]["OWNS"] == 3
    told = {(p["kind"], p["code"]): p for p in report["problems"]}
    refused = told["reject", "formula-error"]
    assert (refused["file"], refused["row"], refused["column"], refused["value"]) == (
        name,
        "8",
        "holder_id",
        "#NUM!",
    )
    assert refused["count"] == 3
    assert told["flag", "formula-error-empty"]["count"] == len(EMPTIED)
    assert "Refused (3 in all): " in ran.err
    with Path(report["rejects"][0]).open(encoding="utf-8-sig") as stream:
        reasons = {r["lookthrough_row"]: r for r in csv.DictReader(stream)}
    assert set(reasons) == set(REFUSED)
    for row, column in REFUSED.items():
        assert column in reasons[row]["lookthrough_column"].split("; ")
        assert "公式的错误值" in reasons[row]["lookthrough_原因"]
        assert "the error of a formula" in reasons[row]["lookthrough_reason"]
