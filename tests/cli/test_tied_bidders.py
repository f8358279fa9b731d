"""`screen`: which bidders are marked as tied to anybody, and which merely stand in a lot that was tendered wrongly."""

from __future__ import annotations

import json

HOLDINGS = (
    "company_name,company_id,holder_name,holder_id,holder_kind,share_percent\n"
    "虚构甲路桥有限公司,A,虚构庚控股有限公司,G,company,100\n"
    "虚构乙路桥有限公司,B,虚构庚控股有限公司,G,company,100\n"
    "虚构丙路桥有限公司,C,虚构辛控股有限公司,H,company,100\n"
    "虚构丁路桥有限公司,D,虚构壬控股有限公司,I,company,100\n"
)
BIDS = (
    "tender_id,lot_no,bidder_name,bidder_id,bid_date,status\n"
    "T-1,1,虚构甲路桥有限公司,A,2025-05-20,won\n"
    "T-1,1,虚构乙路桥有限公司,B,2025-05-20,lost\n"
    "T-1,1,虚构丙路桥有限公司,C,2025-05-20,lost\n"
    "T-2,1,虚构丙路桥有限公司,C,2025-05-20,won\n"
    "T-2,1,虚构丁路桥有限公司,D,2025-05-20,lost\n"
)
TENDERS = (
    "id,title,regime,method\nT-1,虚构一号工程,construction,公开招标\nT-2,虚构二号工程,construction,公开招标\n"
)


def test_two_strangers_of_a_lot_with_too_few_bids_are_tied_to_nobody(lookthrough, tmp_path):
    for name, text in (("shareholdings", HOLDINGS), ("bids", BIDS), ("tenders", TENDERS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    assert lookthrough("load", tmp_path).code == 0

    def marked(lot: str) -> set[str]:
        shown = lookthrough("screen", lot, "--lang", "zh").out
        return {line.split("│")[1].strip() for line in shown.splitlines() if "✓" in line}

    assert marked("T-1/1") == {"虚构甲路桥有限公司", "虚构乙路桥有限公司"}
    found = json.loads(lookthrough("screen", "T-2/1", "--format", "json").out)["findings"]
    assert {f["detector"] for f in found} == {"fewer-than-three-bidders"}
    assert marked("T-2/1") == set()


def test_a_bidder_without_a_register_is_drawn_dashed_and_called_so(lookthrough, tmp_path):
    bids = BIDS + "T-2,1,虚构戊路桥有限公司,E,2025-05-20,lost\n"
    for name, text in (("shareholdings", HOLDINGS), ("bids", bids), ("tenders", TENDERS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    assert lookthrough("load", tmp_path).code == 0
    assert lookthrough("subgraph", "T-2/1", "--to", tmp_path / "lot.json").code == 0
    drawn = json.loads((tmp_path / "lot.json").read_text(encoding="utf-8"))
    assert [n["name"] for n in drawn["nodes"] if "owners_unknown" in n["marks"]] == ["虚构戊路桥有限公司"]
    assert lookthrough("subgraph", "T-2/1", "--to", tmp_path / "lot.svg", "--lang", "zh").code == 0
    assert (tmp_path / "lot.svg").read_text(encoding="utf-8").count(">股东未知<") == 1
    # Who has an owner at the top of its chain is not one of these.
    assert lookthrough("subgraph", "A", "--to", tmp_path / "a.json").code == 0
    whole = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert not any("owners_unknown" in n["marks"] for n in whole["nodes"])


def test_after_a_load_a_picture_keeps_the_ledger_s_findings_and_says_so(lookthrough, tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    for name, text in (("shareholdings", HOLDINGS), ("bids", BIDS), ("tenders", TENDERS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    assert lookthrough("load", folder).code == 0

    def drawn(*ids: str) -> tuple[int, str]:
        ran = lookthrough("subgraph", *ids, "--to", tmp_path / "p.json", "--lang", "zh")
        assert ran.code == 0
        scene = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
        marked = [o for o in (*scene["nodes"], *scene["lines"]) if "finding" in o["marks"]]
        return len(marked), ran.out + ran.err

    never, told = drawn("T-1/1")
    assert never == 0
    assert "检测项尚未在当前数据上运行" in told
    assert "未标疑点不等于没有" in told
    assert "尚未" not in drawn("G")[1], "of ownership alone nothing is looked for"
    assert lookthrough("detect").code == 0
    before, told = drawn("T-1/1")
    assert before > 0
    assert "尚未" not in told
    other = tmp_path / "other.csv"
    other.write_text("企业名称\n虚构无关路桥有限公司\n", encoding="utf-8")
    assert lookthrough("load", other).code == 0
    after, told = drawn("T-1/1")
    assert after == before
    assert "来自台账" in told
    assert lookthrough("detect").code == 0
    again, told = drawn("T-1/1")
    assert again == before
    assert "台账" not in told
