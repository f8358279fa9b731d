"""Exports that hold names and no numbers: what cannot be told is said, with the name, of the lot it concerns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

BIDS = (
    "项目编号,项目名称,投标人,递交时间\n"
    "P1,样本路工程,虚构青石建设有限公司,2024-05-01\n"
    "P1,样本路工程,虚构白沙路桥有限公司,2024-05-01\n"
    "P1,样本路工程,虚构红枫市政工程有限公司,2024-05-01\n"
)
HOLDERS = (
    "企业名称,股东名称,股东类型,持股比例\n"
    "虚构青石建设有限公司,样本甲一,自然人,60%\n"
    "虚构白沙路桥有限公司,样本甲一,自然人,55%\n"
    "虚构青石建设有限公司,虚构样本控股,企业法人,40%\n"
    "虚构红枫市政工程有限公司,虚构样本控股,企业法人,40%\n"
)


@pytest.fixture
def loaded(lookthrough, tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bids.csv").write_text(BIDS, encoding="utf-8")
    (tmp_path / "in" / "holders.csv").write_text(HOLDERS, encoding="utf-8")
    assert lookthrough("load", tmp_path / "in").code == 0
    return lookthrough


@pytest.mark.parametrize("command", [("detect",), ("screen", "P1")])
def test_one_name_behind_two_bidders_is_neither_found_nor_passed_over(loaded, command):
    ran = loaded(*command, "--lang", "zh")
    assert ran.code == 0
    said = "".join(ran.err.split())
    assert "“虚构白沙路桥有限公司”“虚构青石建设有限公司”各有一名股东、控制人或管理人员名为“样本甲一”" in said
    assert "名为“虚构样本控股”的股东或控制人，该名称不是完整的登记名称：是否为同一主体无法核实" in said
    assert json.loads(loaded(*command, "--format", "json").out if command[0] == "detect" else "[]") == []


def test_what_lacks_is_named_with_the_column_of_a_table_that_is_there(loaded):
    zh, en = (" ".join(loaded("detect", "--lang", lang).err.split()) for lang in ("zh", "en"))
    assert "tenders（列“招标人”）" in zh
    assert "tenders (column buyer_name)" in en


def test_a_tree_of_names_is_not_added_to_the_dated_list_of_the_same_company(lookthrough, tmp_path):
    code = "91999999900000049N"
    company = "虚构青石建设有限公司"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "股东信息.csv").write_text(
        "企业名称,统一社会信用代码,股东名称,股东类型,持股比例,数据截至日期\n"
        f"{company},{code},样本甲一,自然人,60%,2025-03-31\n"
        f"{company},{code},样本甲二,自然人,40%,2025-03-31\n",
        encoding="utf-8",
    )
    tree = {
        "name": company,
        "percent": None,
        "children": [
            {"name": "样本甲一", "percent": "70%", "type": "P", "children": []},
            {"name": "样本甲三", "percent": "30%", "type": "P", "children": []},
        ],
    }
    (tmp_path / "in" / "tree.json").write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    assert lookthrough("load", tmp_path / "in").code == 0
    answer = json.loads(lookthrough("penetrate", company, "--as-of", "2025-05-20", "--format", "json").out)
    assert [(o["name"], o["share"]) for o in answer["owners"]] == [("样本甲一", 0.6), ("样本甲二", 0.4)]
    assert answer["known_share"] == 1.0
    assert "rival_list" in {w["code"] for w in answer["warnings"]}
    checked = {c["check"]: c["examples"] for c in json.loads(lookthrough("check", "--format", "json").out)}
    assert checked["rival-lists"] == [f"cn-uscc:{code}"]
