"""A benefits sheet that names only the head of each household: files in, finding out, on both stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from graph.stores import Credentials
from tests.cli.both_stores import Store
from tests.loaders.shapes.numbers import resident

HEAD = resident(61, "19600101")
OTHER = resident(62, "19610101")
MONTHS = [f"{m}月（元）" for m in range(1, 13)]


def sheet_of_months(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "低保发放"
    sheet.append(["虚构街道2025年城乡低保金发放明细表"])
    sheet.merge_cells("A1:P1")
    sheet.append(["低保证号", "户主姓名", "户主身份证号", "救助类型", *MONTHS])
    sheet.append(["DB1", "测试某甲", HEAD, "最低生活保障", *[620] * 12])
    sheet.append(["DB2", "测试某乙", OTHER, "最低生活保障", *[None] * 6, *[620] * 6])
    book.save(folder / "低保发放.xlsx")


def long_list(folder: Path) -> None:
    rows = "".join(
        f"DB1,测试某甲,{HEAD},最低生活保障,2025-{m:02d},620\n"
        f"DB2,测试某乙,{OTHER},最低生活保障,2025-{m:02d},620\n"
        for m in range(1, 13)
    )
    head = "低保证号,户主姓名,户主身份证号,救助类型,发放年月,发放金额（元）\n"
    (folder / "低保发放.csv").write_text(head + rows, encoding="utf-8")


def list_without_names(folder: Path) -> None:
    long_list(folder)
    path = folder / "低保发放.csv"
    text = path.read_text(encoding="utf-8").replace("户主姓名,", "")
    path.write_text(text.replace("测试某甲,", "").replace("测试某乙,", ""), encoding="utf-8")


def properties(folder: Path) -> None:
    rows = "".join(
        f"{name},{number},虚构区不动产权第000{n}号,虚构路{n}号,成套住宅,60,单独所有,2019-06-01,现势\n"
        for n, name, number in ((1, "测试某甲", HEAD), (2, "测试某甲", HEAD), (3, "测试某乙", OTHER))
    )
    head = "权利人,证件号码,不动产权证号,坐落,规划用途,建筑面积（㎡）,共有方式,登记时间,权属状态\n"
    (folder / "不动产查询.csv").write_text(head + rows, encoding="utf-8")


@pytest.mark.parametrize("benefits", [sheet_of_months, long_list, list_without_names])
def test_a_head_is_known_by_the_number_in_a_benefits_sheet(
    benefits: Callable[[Path], None], store_url: str, store_credentials: Credentials, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    benefits(folder)
    properties(folder)
    store = Store(store_url, tmp_path / "data", store_credentials)
    loaded = store("load", folder, "--format", "json").json
    assert loaded["rejected"] == 0
    found = store("detect", "--detector", "household-multi-property", "--format", "json").json
    assert [f["scope"]["id"] for f in found] == ["local:DB1"]
