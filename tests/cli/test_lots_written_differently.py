"""One lot that each file writes in its own way is one lot, whatever the order of the files and of the loads."""

from __future__ import annotations

import json

import pytest

NAMES = [f"虚构{x}路桥有限公司" for x in "甲乙丙丁"]
CODES = ["91999999MA0001018L", "91999999MA0001026F", "91999999MA0001034A", "913300000000000010"]
COMPANIES = "企业名称,统一社会信用代码,成立日期\n" + "".join(
    f"{n},{c},2010-01-01\n" for n, c in zip(NAMES, CODES, strict=True)
)
TENDERS = (
    "项目编号,项目名称,适用法律,招标方式,公告日期,投标截止时间,中标通知书日期\n"
    "Q-1,虚构一号工程,招标投标法,公开招标,2024-05-01,2024-05-25 09:30,\n"
)
BIDS = "项目编号,标段编号,投标人,统一社会信用代码,投标报价(元),投标状态\n" + "".join(
    f"Q-1,1,{n},{c},{1000 + at * at * 9},有效\n" for at, (n, c) in enumerate(zip(NAMES, CODES, strict=True))
)
TRACES = "项目编号,标段编号,投标人,MAC地址\n" + "".join(
    f"Q-1,一标段,{n},00-1A-2B-3C-4D-5E\n" for n in NAMES[:2]
)
PEOPLE = "项目编号,标段编号,投标人,姓名,岗位\n" + "".join(
    f"Q-1,０1,{n},样本某,项目经理\n" for n in (NAMES[0], NAMES[2])
)
LOTS = "项目编号,标段编号,最高投标限价(元)\nQ-1,第1标段,1200\n"
FILES = {"bids": BIDS, "traces": TRACES, "people": PEOPLE, "lots": LOTS}


def _load(lookthrough, folder, **files):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    ran = lookthrough("load", folder)
    assert ran.code == 0, ran.err


@pytest.mark.parametrize(
    "order", [("traces", "people", "bids"), ("bids", "traces", "people"), ("all",)], ids="-".join
)
def test_files_that_write_one_lot_differently_are_of_one_lot(lookthrough, tmp_path, order):
    _load(lookthrough, tmp_path / "head", 企业=COMPANIES, 招标项目=TENDERS, lots=LOTS)
    for n, file in enumerate(order):
        text = FILES if file == "all" else {file: FILES[file]}
        _load(lookthrough, tmp_path / f"load{n}", **text)
    for written in ("Q-1/01", "local:Q-1/第一标段"):
        ran = lookthrough("screen", written, "--format", "json", "--no-ledger")
        assert ran.code == 0, ran.err
        answer = json.loads(ran.out)
        assert answer["lot"] == "local:Q-1/1"
        # A file of traces names bidders without their codes: each is listed once all the same.
        assert sorted(b["name"] for b in answer["bidders"]) == sorted(NAMES)
        found = {f["detector"]: f for f in answer["findings"]}
        assert sorted(
            found["same-upload-device"]["facts"]["names"][i] for i in found["same-upload-device"]["subjects"]
        ) == (sorted(NAMES[:2]))
        told = {u["detector"]: u for u in answer["undecided"] if u["scope"]["id"] == "local:Q-1/1"}
        assert "4家投标人中有2家没有上传设备数据" in str(told["same-upload-device"])
        # All four have a price, whichever id their traces give.
        assert "regular-price-difference" not in told
        assert "fewer-than-three-bidders" not in set(found) | set(told)
    assert lookthrough("check").code == 0
    shown = lookthrough("check", "--format", "json").out
    assert "lot-without-record" not in shown and "lot-beside-whole-tender" not in shown


def test_a_lot_is_called_as_a_file_writes_it(lookthrough, tmp_path):
    few = BIDS.replace("Q-1,1,", "Q-1,合同包2,").splitlines()[:3]
    _load(lookthrough, tmp_path / "in", 企业=COMPANIES, 招标项目=TENDERS, bids="\n".join(few) + "\n")
    (finding,) = [
        f
        for f in json.loads(lookthrough("screen", "Q-1/2", "--format", "json").out)["findings"]
        if f["detector"] == "fewer-than-three-bidders"
    ]
    assert finding["text"]["zh"].startswith("【风险预警】虚构一号工程（合同包2）：")


def test_numbers_that_say_more_stay_apart(lookthrough, tmp_path):
    numbers = ("E4401-003", "E4401-03", "1-1", "施工一标段", "20240501", "020240501", "A", "1")
    rows = "".join(f"Q-1,{lot},{NAMES[0]},{CODES[0]},1000,有效\n" for lot in numbers)
    _load(
        lookthrough,
        tmp_path / "in",
        企业=COMPANIES,
        招标项目=TENDERS,
        bids=BIDS.splitlines()[0] + "\n" + rows,
    )
    run = json.loads(lookthrough("detect", "--detector", "fewer-than-three-bidders", "--format", "json").out)
    assert {f["scope"]["id"] for f in run} == {f"local:Q-1/{lot}" for lot in numbers}


def test_a_lot_of_traces_alone_is_no_count_of_bids(lookthrough, tmp_path):
    bids = BIDS.replace("Q-1,1,", "Q-1,,")
    _load(lookthrough, tmp_path / "in", 企业=COMPANIES, 招标项目=TENDERS, bids=bids, traces=TRACES)
    answer = json.loads(lookthrough("screen", "Q-1/1", "--format", "json", "--no-ledger").out)
    assert [f["detector"] for f in answer["findings"]] == ["same-upload-device"]
    told = [u for u in answer["undecided"] if u["detector"] == "fewer-than-three-bidders"]
    assert ["没有投标记录，投标个数无法判定" in str(u) for u in told].count(True) == 1
    # Nor do bids that name no lot read as if they were for another.
    (unsaid,) = [u for u in told if "的投标没有写明标段" in str(u)]
    assert (unsaid["scope"]["id"], len(unsaid["subjects"])) == ("local:Q-1/1", 4)
    checks = lookthrough("check", "--format", "json").out
    assert "lot-beside-whole-tender" in checks and "lot-without-record" in checks
