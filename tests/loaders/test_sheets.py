"""Files in, sheets out: CSV, XLSX, XLS, HTML, and files that are none of these."""

from __future__ import annotations

import csv
import datetime as dt
import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msoffcrypto
import openpyxl
import polars as pl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.problems import UnreadableFileError
from loaders.sheets import Sheet, read_sheets

KNOWN = {"企业名称", "股东名称", "持股比例", "家庭编号", "姓名", "身份证号", "金额", "关系"}


def hints(cells: Sequence[str]) -> int:
    return sum(c in KNOWN for c in cells)


def read(tmp_path: Path, data: bytes | str, name: str = "file", **options: Any) -> Sheet:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_sheets(path, **options)[0]


def workbook(tmp_path: Path, rows: Sequence[Sequence[Any]], change: Any = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表一"
    for row in rows:
        sheet.append(list(row))
    if change:
        change(book, sheet)
    path = tmp_path / "book.dat"
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str, newline: str) -> None:
    lines = [
        ["企业名称", "股东名称", "持股比例"],
        ["虚构甲有限公司", "测试𠮷某", " 51% "],
        ["虚构乙有限公司", "", "1"],
    ]
    text = newline.join(delimiter.join(line) for line in lines)
    sheet = read(tmp_path, text.encode(encoding))
    assert sheet.frame.rows() == [("虚构甲有限公司", "测试𠮷某", "51%"), ("虚构乙有限公司", None, "1")]
    assert sheet.frame.columns == lines[0]
    assert sheet.rows.to_list() == [2, 3]
    assert sheet.encoding == encoding


def test_a_cell_over_several_lines_is_one_row(tmp_path: Path) -> None:
    sheet = read(tmp_path, '名称,地址\n虚构甲,"一路\n二号"\n虚构乙,三路\n\n虚构丙,"四,路"\n')
    assert sheet.frame["地址"].to_list() == ["一路\n二号", "三路", "四,路"]
    assert sheet.rows.to_list() == [2, 3, 5]
    assert sheet.skipped == {"blank": 1}


def test_stray_quotes_swallow_nothing(tmp_path: Path) -> None:
    sheet = read(tmp_path, '名称,数\n"虚构甲,1\n虚构乙,2\n虚构"丙",3\n"虚构""丁""",4\n')
    assert sheet.frame.rows() == [('"虚构甲', "1"), ("虚构乙", "2"), ('虚构"丙"', "3"), ('虚构"丁"', "4")]
    assert sheet.rows.to_list() == [2, 3, 4, 5]


def test_rows_too_long_are_marked_and_short_ones_filled(tmp_path: Path) -> None:
    sheet = read(tmp_path, "名称,数\n虚构甲,1\n虚构乙,2,多\n虚构丙\n")
    assert sheet.frame.columns == ["名称", "数", "#3"]
    assert sheet.ragged.to_list() == [False, True, False]
    assert sheet.frame.row(2) == ("虚构丙", None, None)


def test_a_lone_header(tmp_path: Path) -> None:
    sheet = read(tmp_path, "企业名称,股东名称\n")
    assert sheet.frame.columns == ["企业名称", "股东名称"]
    assert sheet.frame.height == 0


def test_rows_that_are_no_data_are_skipped_and_counted(tmp_path: Path) -> None:
    text = (
        "虚构市股东明细表,,\n单位：万元,,\n企业名称,股东名称,金额\n虚构甲有限公司,测试某,5\n小计,,5\n,,\n"
        "企业名称,股东名称,金额\n示例总计科技有限公司,示例,7\n城东街道小计,,7\n合 计,,12\n注：以上为虚构,,\n制表人：测试,,审核人：测试\n"
    )
    for known in (hints, None):
        sheet = read(tmp_path, text, header_hints=known)
        assert sheet.header_row == 3
        assert sheet.frame["企业名称"].to_list() == ["虚构甲有限公司", "示例总计科技有限公司"]
        assert sheet.rows.to_list() == [4, 8]
        assert sheet.skipped == {"title": 2, "total": 3, "blank": 1, "note": 2, "repeated_header": 1}
        assert sheet.titles == ("虚构市股东明细表", "单位：万元")


def test_a_line_of_captions_is_no_level_of_the_headings(tmp_path: Path) -> None:
    """As platforms print a bid opening record: what is of all rows over columns of the table, signatures below."""

    def merge(_: Any, sheet: Any) -> None:
        for cells in ("A1:E1", "C3:D3", "A3:A4", "B3:B4"):
            sheet.merge_cells(cells)

    rows = [
        ["虚构工程开标记录表", None, None, None, None],
        ["项目编号：XG-1", None, "标段：1", "开标时间：2024-05-25 09:30", None],
        ["序号", "投标人", "投标保证金", None, "备注"],
        [None, None, "金额", "汇款账号", None],
        [1, "示例甲有限公司", 8, "4405", None],
        ["监督人：虚构某", None, "记录人：虚构某某", None, None],
    ]
    for known in (hints, None):
        (sheet,) = read_sheets(workbook(tmp_path, rows, merge), header_hints=known)
        assert sheet.frame.columns == ["序号", "投标人", "投标保证金/金额", "投标保证金/汇款账号", "备注"]
        assert sheet.titles[1] == "项目编号：XG-1 标段：1 开标时间：2024-05-25 09:30"
        assert (sheet.frame.height, dict(sheet.skipped)["note"]) == (1, 1)


def test_two_levels_without_merged_cells(tmp_path: Path) -> None:
    sheet = read(
        tmp_path, "家庭编号,保障人数,,金额\n,总数,残疾人,\nH1,3,1,500\nH2,2,,400\n", header_hints=hints
    )
    assert sheet.frame.columns == ["家庭编号", "保障人数/总数", "保障人数/残疾人", "金额"]
    assert sheet.frame.rows() == [("H1", "3", "1", "500"), ("H2", "2", None, "400")]


def test_equal_and_missing_headers(tmp_path: Path) -> None:
    sheet = read(tmp_path, "姓名,关系,姓名,,\n测试甲,妻,测试乙,备,\n")
    assert sheet.frame.columns == ["姓名", "关系", "姓名#2", "#4"]


_CELLS = st.text(st.sampled_from('ab,"\n 甲1'), max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(_CELLS, min_size=3, max_size=3), max_size=8))
def test_whatever_a_csv_writer_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["企业名称", "股东名称", "持股比例"])
    writer.writerows(rows)
    sheet = read(tmp_path_factory.mktemp("csv"), out.getvalue(), header_hints=hints)
    expected = [tuple(c.strip() or None for c in row) for row in rows]
    assert list(sheet.frame.rows()) == [r for r in expected if any(r)]
    assert sheet.rows.to_list() == [i + 2 for i, r in enumerate(expected) if any(r)]


def test_cells_of_a_workbook(tmp_path: Path) -> None:
    rows = [
        ["名称", "比例", "数", "日期", "时间", "号码", "裸比例", "真"],
        [
            "虚构甲",
            0.2957,
            5100.0,
            dt.datetime(2015, 6, 18),
            dt.datetime(2015, 6, 18, 9, 30),
            123456789012345678,
            0.8,
            True,
        ],
        [" 虚构乙 ", 0.1 + 0.2, 0.1 + 0.2, dt.date(2042, 3, 1), None, "999999198808080027", "14.5％", False],
        ["虚构丙", 1, 12.5, "2015/6/18", None, None, None, None],
    ]

    def change(book: Any, sheet: Any) -> None:
        for row in (2, 3, 4):
            sheet.cell(row, 2).number_format = "0.00%"
        sheet.cell(2, 4).number_format = 'yyyy"年"m"月"d"日"'

    sheet = read_sheets(workbook(tmp_path, rows, change))[0]
    assert sheet.format == "xlsx"
    assert sheet.frame["比例"].to_list() == ["29.57%", "30%", "100%"]
    assert sheet.frame["数"].to_list() == ["5100", "0.3", "12.5"]
    assert sheet.frame["日期"].to_list() == ["2015-06-18", "2042-03-01", "2015/6/18"]
    assert sheet.frame["时间"].to_list() == ["2015-06-18 09:30:00", None, None]
    assert sheet.frame["裸比例"].to_list() == ["0.8", "14.5％", None]
    assert sheet.frame["真"].to_list() == ["TRUE", "FALSE", None]
    assert len(str(sheet.frame["号码"][0])) == 18
    assert sheet.numeric["号码"].to_list() == [True, False, False]
    assert "日期" not in sheet.numeric
    assert sheet.frame["名称"].to_list() == ["虚构甲", "虚构乙", "虚构丙"]


def test_merged_headers_hidden_sheets_and_merged_rows(tmp_path: Path) -> None:
    rows = [
        ["虚构镇低保名册", None, None, None],
        ["家庭编号", "成员", None, "金额"],
        [None, "姓名", "关系", None],
        ["H1", "测试甲", "户主", 500],
        [None, "测试乙", "妻", None],
        ["二、农村", None, None, None],
        ["H2", "测试丙", "户主", 300],
    ]

    def change(book: Any, sheet: Any) -> None:
        for area in ("A1:D1", "A2:A3", "B2:C2", "D2:D3", "A4:A5", "A6:D6"):
            sheet.merge_cells(area)
        other = book.create_sheet("隐藏页")
        other.append(["名称", "数"])
        other.sheet_state = "hidden"

    first, second = read_sheets(workbook(tmp_path, rows, change), header_hints=hints)
    assert first.frame.columns == ["家庭编号", "成员/姓名", "成员/关系", "金额"]
    assert first.frame["家庭编号"].to_list() == ["H1", "H1", "H2"]
    assert first.frame["金额"].to_list() == ["500", None, "300"]
    assert first.rows.to_list() == [4, 5, 7]
    assert first.skipped == {"title": 1, "note": 1}
    assert first.merged == 1
    assert not first.hidden
    assert second.hidden
    assert second.name == "隐藏页"


def test_a_1904_workbook(tmp_path: Path) -> None:
    def change(book: Any, sheet: Any) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    sheet = read_sheets(workbook(tmp_path, [["名称", "日期"], ["虚构甲", dt.datetime(2015, 6, 18)]], change))[
        0
    ]
    assert sheet.date_1904
    assert sheet.frame["日期"].to_list() == ["2015-06-18"]


def test_cells_without_references_keep_their_percentages_and_errors(tmp_path: Path) -> None:
    rows = [["名称", "比例", "期末"], ["虚构甲", 0.51, "#REF!"]]
    path = workbook(tmp_path, rows, lambda b, s: setattr(s["B2"], "number_format", "0%"))
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                for ref in (b"A1", b"B1", b"C1", b"A2", b"B2", b"C2"):
                    data = data.replace(b' r="' + ref + b'"', b"")
            new.writestr(info.filename, data)
    path.write_bytes(out.getvalue())
    assert read_sheets(path)[0].frame.rows() == [("虚构甲", "51%", "#REF!")]


def test_an_xls(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表一")
    sheet.write_merge(0, 0, 0, 2, "虚构名册")
    for column, text in enumerate(["企业名称", "金额", "日期"]):
        sheet.write(1, column, text)
    sheet.write(2, 0, "虚构甲有限公司")
    sheet.write(2, 1, 5100.5)
    sheet.write(2, 2, dt.datetime(2015, 6, 18), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    path = tmp_path / "export.csv"
    book.save(str(path))
    found = read_sheets(path, header_hints=hints)[0]
    assert found.format == "xls"
    assert found.frame.rows() == [("虚构甲有限公司", "5100.5", "2015-06-18")]
    assert found.rows.to_list() == [3]
    assert found.numeric["金额"].to_list() == [True]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_named_xls(tmp_path: Path, encoding: str) -> None:
    text = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset={encoding}"></head><body>
    <table><tr><td colspan="3">虚构导出</td></tr>
    <tr><th rowspan=2>企业名称</th><th colspan=2>出资</th></tr><tr><th>金额</th><th>持股比例</th></tr>
    <tr><td rowspan="2">虚构甲&amp;乙有限公司</td><td style="mso-number-format:'\\@'">999999198808080027</td><td>51%</td></tr>
    <tr><td>2&nbsp;</td><td>49%<br>约</td></tr></table></body></html>"""
    sheet = read(tmp_path, text.encode(encoding), "export.xls", header_hints=hints)
    assert sheet.format == "html"
    assert sheet.frame.columns == ["企业名称", "出资/金额", "出资/持股比例"]
    assert sheet.frame.rows() == [
        ("虚构甲&乙有限公司", "999999198808080027", "51%"),
        ("虚构甲&乙有限公司", "2", "49%\n约"),
    ]
    assert sheet.rows.to_list() == [4, 5]


def _protected() -> bytes:
    book, out = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(book)
    book.seek(0)
    msoffcrypto.OfficeFile(book).encrypt("secret", out)  # type: ignore[attr-defined]
    return out.getvalue()


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b"<workbook/>")
        with file.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(100):
                part.write(b"0" * (1 << 20))
    return out.getvalue()


def _far_cell(far: str, form: str = "") -> bytes:
    """A workbook of three cells and one more at the end of what a sheet may be."""
    book, out = io.BytesIO(), io.BytesIO()
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].append(["企业名称", "股东名称", "比例"])
    workbook.save(book)
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", far.encode() + b"</sheetData>")
                content = content.replace(b'"A1"', form.encode()) if form else content
            new.writestr(name, content)
    return out.getvalue()


_FAR_CELL = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
_WIDE_UNPLACED = f'<row r="2">{"<c><v>1</v></c>" * 2000}</row><row r="1048576"><c><v>1</v></c></row>'


def _far_binary() -> bytes:
    """An XLSB, as far as the check goes: a row's head, and a number in its last column."""
    row = b"\x00\x04" + (1_048_575).to_bytes(4, "little")
    cell = b"\x02\x0c" + (16_383).to_bytes(4, "little") + bytes(8)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("xl/workbook.bin", b"")
        file.writestr("xl/worksheets/sheet1.bin", row + cell)
    return out.getvalue()


_FAR_RECORD = struct.pack("<HHHH6x", 0x027E, 10, 65535, 65535)
_CUT_RECORD = struct.pack("<HHH", 0x0203, 2, 0) + struct.pack("<HHHH", 0x027E, 4, 65535, 65535)


def _far_xls(record: bytes) -> bytes:
    """An XLS whose one cell says that it stands in column 65,536, where there are 256."""
    book, out = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("A").write(1, 255, 1)
    book.save(out)
    at = out.getvalue().index(struct.pack("<HHHH", 0x027E, 10, 1, 255))
    return out.getvalue()[:at] + record + out.getvalue()[at + len(record) :]


def test_a_cell_that_is_only_formatted_far_out_is_no_matter(tmp_path: Path) -> None:
    data = _far_cell('<row r="1048576"><c r="XFD1048576" s="0"/><c r="XFD1048575" s="0"></c></row>')
    assert list(read(tmp_path, data, "data.xlsx").frame.columns) == ["企业名称", "股东名称", "比例"]


def _empty_book() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空的"),
        (b" \r\n ", "空的"),
        (_protected(), "加密"),
        (_empty_book()[:3000], "损坏"),
        (_bomb(), "过大"),
        (_far_cell(_FAR_CELL), "1048576 行、第 16384 列"),
        (_far_cell(_FAR_CELL.replace('"', "'")), "1048576 行、第 16384 列"),
        (_far_cell(_WIDE_UNPLACED), "1048576 行、第 2000 列"),
        (_far_cell(_FAR_CELL.replace("XFD1048576", "B999999999")), "999999999 行、第 3 列"),
        (_far_cell(_FAR_CELL.replace("XFD1048576", "ZZ99999")), "99999 行、第 702 列"),
        (_far_binary(), "1048576 行、第 16384 列"),
        (_far_xls(_FAR_RECORD), "损坏"),
        (_far_xls(_CUT_RECORD), "损坏"),
        (_empty_book(), "没有任何内容"),
        (b"%PDF-1.7 x", "PDF"),
        (bytes(range(256)) * 8, "二进制"),
        (b"PK\x05\x06" + b"\0" * 18, "压缩包"),
        (b"MIME-Version: 1.0\r\n", "MHTML"),
        (b"<html><body>no table</body></html>", "没有表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000, "旧版"),
        ("名称\n".encode() + b"\xff\xff\xff", "编码"),
    ],
)
def test_what_can_not_be_read_says_why(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFileError) as error:
        read(tmp_path, data, "data.xlsx")
    assert says in error.value.zh
    assert str(error.value) == error.value.en
    assert error.value.en.isascii()


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no such file"):
        read_sheets(tmp_path / "none.csv")


def test_column_and_record_readers_agree(tmp_path: Path) -> None:
    """A blank line at the end forces the slow reader: the answers must be the same."""
    text = "名称,数\n" + "".join(f'虚构{i},"{i},000"\n' for i in range(500))
    quick, slow = read(tmp_path, text), read(tmp_path, text + "\n\n")
    assert quick.frame.equals(slow.frame)
    assert quick.rows.equals(slow.rows)
    assert isinstance(quick.frame["数"], pl.Series)
    assert quick.frame["数"][499] == "499,000"
