"""Results of a search for bribery convictions bar nobody: what they are, and what to load instead, is said."""

from __future__ import annotations

import json

import pytest

SAID = "有无行贿犯罪记录本身不是禁止投标的决定"
FIRM = "虚构甲路桥有限公司"
BIDS = f"项目编号,标段编号,投标人,投标报价(元),行贿犯罪记录查询结果\nR-1,1,{FIRM},1000,有\n"
ALONE = f"投标人,行贿犯罪记录\n{FIRM},有\n"
HEADS = f"单位名称,法定代表人,查询结果\n{FIRM},样本张,未发现有行贿犯罪记录\n"
DECISIONS = f"单位名称,处罚机关,处罚内容,处罚起始日期,处罚事由\n{FIRM},虚构市财政局,禁止参加政府采购活动,2022-05-01,行贿\n"


def _load(lookthrough, folder, name: str, text: str):
    (folder / name).write_text(text, encoding="utf-8")
    ran = lookthrough("load", folder / name, "--lang", "zh", "--no-ledger")
    return ran.code, ran.out + ran.err


@pytest.mark.parametrize(
    ("name", "text", "loaded"),
    [
        ("投标.csv", BIDS, True),
        ("行贿犯罪档案查询结果.csv", HEADS, True),
        ("查询.csv", ALONE, False),
        ("行贿犯罪查询名单.csv", ALONE, False),
    ],
)
def test_what_such_a_list_is_and_what_to_load_is_said(lookthrough, tmp_path, name, text, loaded):
    code, told = _load(lookthrough, tmp_path, name, text)
    assert told.count(SAID) == 1 and "处罚机关、处罚内容、处罚起始日期" in told
    assert "看不出这张表是什么" not in told and (code == 0) == loaded
    warnings = json.loads(lookthrough("inspect", tmp_path / name, "--format", "json").out)
    assert SAID in json.dumps(warnings, ensure_ascii=False)


def test_a_bidder_is_kept_and_debarred_by_no_conviction(lookthrough, tmp_path):
    _load(lookthrough, tmp_path, "投标.csv", BIDS)
    screened = lookthrough("screen", "R-1/1", "--format", "json", "--no-ledger")
    answer = json.loads(screened.out)
    assert [b["name"] for b in answer["bidders"]] == [FIRM]
    assert [f for f in answer["findings"] if f["detector"] == "affiliate-of-debarred"] == []


def test_a_list_of_decisions_for_bribery_is_one_of_debarments(lookthrough, tmp_path):
    code, told = _load(lookthrough, tmp_path, "因行贿受处罚名单.csv", DECISIONS)
    assert code == 0 and SAID not in told and "禁止投标 1" in told
