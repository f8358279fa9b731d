"""Every answer in every format and both languages: the answer alone on stdout, all else on stderr."""

from __future__ import annotations

import csv
import io
import json

import pytest

SHAREHOLDINGS = """company_id,company_name,holder_id,holder_name,holder_kind,share_percent
A,虚构甲建设有限公司,H,虚构控股有限公司,company,60
B,虚构乙建设有限公司,H,虚构控股有限公司,company,30
"""
BIDS = """tender_id,lot_id,bidder_id,bidder_name,投标报价(万元),submitted_at
T-1,1,A,虚构甲建设有限公司,100,2025-03-01
T-1,1,B,虚构乙建设有限公司,101,2025-03-01
"""
pytestmark = pytest.mark.parametrize("store_url", ["embedded"], indirect=True)


@pytest.fixture
def loaded(lookthrough, tmp_path):
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "shareholdings.csv").write_text(SHAREHOLDINGS, encoding="utf-8")
    (folder / "bids.csv").write_text(BIDS, encoding="utf-8")
    assert lookthrough("load", folder).code == 0
    return folder


def test_each_format_of_each_command(lookthrough, loaded):
    questions = (
        ("status",),
        ("check",),
        ("detect",),
        ("screen", "T-1/1"),
        ("penetrate", "A"),
        ("inspect", loaded),
    )
    for question in questions:
        whole = lookthrough(*question, "--format", "json")
        assert whole.code == 0, whole.err
        assert json.loads(whole.out)
        lines = lookthrough(*question, "--format", "jsonl").out.splitlines()
        assert lines
        assert all(isinstance(json.loads(line), dict) for line in lines)
        table = lookthrough(*question, "--format", "csv").out
        assert table.startswith("\ufeff")
        rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff"))))
        assert len(rows) == len(lines) + 1
        assert {len(row) for row in rows} == {len(rows[0])}


def test_people_read_their_own_language(lookthrough, loaded):
    for question, zh, en in (
        (("status",), "批次", "batch"),
        (("check",), "不足100%", "below 100%"),
        (("screen", "T-1/1"), "投标人", "bidder"),
        (("penetrate", "A"), "穿透持股比例", "effective share"),
    ):
        chinese, english = lookthrough(*question, "--lang", "zh"), lookthrough(*question, "--lang", "en")
        assert zh in chinese.out
        assert en in english.out
        assert zh not in english.out


def test_inspect_shows_columns_units_and_rows(lookthrough, loaded):
    ran = lookthrough("inspect", loaded / "bids.csv")
    assert "投标报价(万元) → bids.amount [万元]" in ran.out
    assert "T-1 | 1 | A | 虚构甲建设有限公司 | 100 | 2025-03-01" in ran.out


def test_a_share_is_not_written_as_nothing_or_the_whole_where_it_is_neither(lookthrough, tmp_path):
    source = tmp_path / "股东.csv"
    source.write_text(
        "企业名称,股东名称,股东类型,持股比例\n"
        "虚构细股有限公司,虚构甲控股有限公司,企业法人,99.9997%\n"
        "虚构细股有限公司,虚构乙控股有限公司,企业法人,0.0003%\n",
        encoding="utf-8",
    )
    assert lookthrough("load", source).code == 0
    told = lookthrough("penetrate", "虚构细股有限公司").out
    assert "99.9997%" in told
    assert "0.0003%" in told
    assert "0.00%" not in told


def test_a_detector_without_any_data_is_undecided_and_not_silent(lookthrough, loaded):
    screened = json.loads(lookthrough("screen", "T-1/1", "--format", "json").out)
    gaps = {g["detector"]: g for g in screened["undecided"]}
    # No contacts and no debarments are loaded at all.
    for detector, table in (("shared-contact", "contacts"), ("affiliate-of-debarred", "debarments")):
        gap = gaps[detector]
        assert gap["scope"] == {"kind": "lot", "id": "local:T-1/1"}
        assert gap["subjects"] == ["local:A", "local:B"]
        assert "无法判定" in gap["missing"]["zh"] and table in gap["missing"]["zh"]
        assert "cannot be decided" in gap["missing"]["en"] and table in gap["missing"]["en"]
    # Of shareholdings there are data; what they state of one bidder is 30%.
    part = gaps["common-shareholder"]
    assert part["subjects"] == ["local:B"] and "30%" in part["missing"]["en"]


def test_findings_are_listed_by_any_id_of_a_party(lookthrough, loaded, tmp_path):
    more = tmp_path / "more"
    more.mkdir()
    (more / "shareholdings.csv").write_text(
        "company_name,holder_name,holder_kind,share_percent\n虚构甲建设有限公司,虚构另一有限公司,company,20\n",
        encoding="utf-8",
    )
    assert lookthrough("load", more).code == 0
    assert lookthrough("detect").code == 0

    def listed(subject):
        ran = lookthrough("findings", "list", "--subject", subject, "--format", "json")
        return [f["id"] for f in json.loads(ran.out)]

    known = listed("local:A")
    assert known
    assert listed("name:虚构甲建设有限公司") == known == listed("虚构甲建设有限公司")
