"""From a person's own two files to a finding and a picture, on both stores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SHAREHOLDINGS = """company_id,company_name,holder_id,holder_name,holder_kind,share_percent
A,虚构甲建设有限公司,H,虚构控股有限公司,company,60
B,虚构乙建设有限公司,H,虚构控股有限公司,company,30
B,虚构乙建设有限公司,X,虚构无关有限公司,company,70
C,虚构丙建设有限公司,Y,虚构另一有限公司,company,100
H,虚构控股有限公司,P,测试人甲,person,100
"""
BIDS = """tender_id,lot_id,bidder_id,bidder_name,投标报价(万元),submitted_at
T-1,1,A,虚构甲建设有限公司,100,2025-03-01
T-1,1,B,虚构乙建设有限公司,101.5,2025-03-01
T-1,1,C,虚构丙建设有限公司,99,2025-03-02
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "shareholdings.csv").write_text(SHAREHOLDINGS, encoding="utf-8")
    (inputs / "bids.csv").write_text(BIDS, encoding="utf-8")
    return inputs


def test_two_files_to_one_finding_and_one_picture(lookthrough, folder, tmp_path):
    loaded = lookthrough("load", folder, "--format", "json")
    assert loaded.code == 0, loaded.err
    assert json.loads(loaded.out)["rejected"] == 0

    found = lookthrough("detect", "--format", "json")
    assert found.code == 0, found.err
    findings = json.loads(found.out)
    assert [f["detector"] for f in findings] == ["common-beneficial-owner", "common-shareholder"]
    finding = findings[1]
    assert finding["scope"] == {"kind": "lot", "id": "local:T-1/1"}
    assert finding["subjects"] == ["local:A", "local:B"]
    facts = finding["facts"]
    assert facts["holder"]["id"] == "local:H"
    assert {b["id"]: b["share"] for b in facts["bidders"]} == {"local:A": 0.6, "local:B": 0.3}
    assert facts["as_of"] == "2025-03-02"
    assert facts["holders_above"][0]["name"] == "测试人甲"
    assert "违法" not in finding["text"]["zh"].replace("认定违纪违法", "")

    picture = tmp_path / "lot.svg"
    drawn = lookthrough("subgraph", "local:T-1/1", "--to", picture)
    assert drawn.code == 0, drawn.err
    assert (
        "虚构控股有限公司" in picture.read_text(encoding="utf-8").replace("</tspan>", "")
        or picture.stat().st_size > 2000
    )


def test_the_same_subgraph_in_every_format_and_style(lookthrough, folder, tmp_path):
    lookthrough("load", folder)
    begins = {
        "svg": b"<?xml",
        "png": b"\x89PNG",
        "pdf": b"%PDF-1.7",
        "html": b"<!DOCTYPE html>",
        "json": b"{",
    }
    for ending, head in begins.items():
        made = tmp_path / f"a.{ending}"
        ran = lookthrough("subgraph", "A", "--to", made, "--as-of", "2025-03-02", "--style", "open_ownership")
        assert ran.code == 0, ran.err
        assert made.read_bytes().startswith(head)
    scene = json.loads((tmp_path / "a.json").read_bytes())
    assert scene["style"] == "open_ownership"
    quick = tmp_path / "quick.html"
    assert lookthrough("subgraph", "A", "--to", quick, "--quick").code == 0
    assert "vis.Network" in quick.read_text(encoding="utf-8")
    stakes = tmp_path / "stakes.json"
    assert lookthrough("subgraph", "A", "--to", stakes, "--computed", "--as-of", "2025-03-02").code == 0
    drawn = json.loads(stakes.read_bytes())
    said = [[t["text"] for t in k["label"]] for k in drawn["lines"] if k["kind"] == "computed"]
    assert said == [["Effective 60.00%", "100% × 60% = 60%"]]
    for wrong in (("--quick",), ("--style", "gothic")):
        assert lookthrough("subgraph", "A", "--to", tmp_path / "x.png", *wrong).code == 2
    large = lookthrough("subgraph", "A", "--to", tmp_path / "x.png", "--scale", "500")
    assert large.code == 1
    assert "scale" in large.err
    assert not (tmp_path / "x.png").exists()


def test_a_closed_block_is_drawn_refused_and_a_formula_says_where_it_leaves_more(lookthrough, tmp_path):
    inputs = tmp_path / "closed"
    inputs.mkdir()
    (inputs / "shareholdings.csv").write_text(
        "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n"
        "T,虚构目标有限公司,R1,虚构环甲有限公司,company,10\n"
        "R1,虚构环甲有限公司,R2,虚构环乙有限公司,company,100\n"
        "R2,虚构环乙有限公司,R1,虚构环甲有限公司,company,100\n"
        "T,虚构目标有限公司,M,虚构中间有限公司,company,60\n"
        "T,虚构目标有限公司,N,虚构另一有限公司,company,30\n"
        "M,虚构中间有限公司,P,测试人甲,person,50\n"
        "N,虚构另一有限公司,P,测试人甲,person,20\n",
        encoding="utf-8",
    )
    assert lookthrough("load", inputs).code == 0
    made = tmp_path / "t.json"
    ran = lookthrough("subgraph", "T", "--to", made, "--computed")
    assert ran.code == 0, ran.err
    scene = json.loads(made.read_bytes())
    refused = {n["id"] for n in scene["nodes"] if "refused" in n["marks"]}
    assert refused == {"local:R1", "local:R2"}
    facts = [dict(f["rows"]) for k in scene["lines"] if k["kind"] == "computed" for f in k["facts"]]
    person = [f for f in facts if f["Share"] == "36%"]
    assert len(person) == 1
    assert person[0]["Formula"].split(" = ")[1] == "36%"
    assert sorted(person[0]["Formula"].split(" = ")[0].split(" + ")) == ["20% × 30%", "50% × 60%"]


def test_penetrate_answers_with_every_holder(lookthrough, folder):
    lookthrough("load", folder)
    ran = lookthrough("penetrate", "A", "--as-of", "2025-03-02", "--format", "json")
    assert ran.code == 0, ran.err
    answer = json.loads(ran.out)
    assert answer["company"] == "local:A"
    assert answer["method"] == "integrated"
    assert [(o["id"], o["share"], o["depth"], o["ultimate"]) for o in answer["owners"]] == [
        ("local:H", 0.6, 1, False),
        ("person.local:P", 0.6, 2, True),
    ]
    assert answer["controller"]["id"] == "person.local:P"
    assert answer["unknown_share"] == pytest.approx(0.4)


def test_names_name_what_they_name(lookthrough, folder):
    lookthrough("load", folder)
    by_name = lookthrough("penetrate", "虚构甲建设有限公司", "--format", "json")
    assert json.loads(by_name.out)["company"] == "local:A"
    unknown = lookthrough("penetrate", "虚构甲建设有限公", "--format", "json")
    assert unknown.code == 1
    assert unknown.out == ""
    assert "local:A" in unknown.err


def test_a_lot_is_named_by_its_number_where_one_tender_has_it(lookthrough, tmp_path):
    bids = tmp_path / "bids.csv"
    bids.write_text("lot_id,tender_id,bidder_id\n1,T1,A\n1,T2,A\n2,T2,A\n", encoding="utf-8")
    assert lookthrough("load", bids).code == 0
    one = lookthrough("screen", "2", "--format", "json")
    assert one.code == 0, one.err
    assert json.loads(one.out)["lot"] == "local:T2/2"
    several = lookthrough("screen", "1")
    assert several.code == 1
    assert "local:T1/1" in several.err
    assert "local:T2/1" in several.err


def test_the_second_load_changes_nothing(lookthrough, folder):
    lookthrough("load", folder)
    before = json.loads(lookthrough("status", "--format", "json").out)
    again = lookthrough("load", folder)
    assert again.code == 0
    assert json.loads(lookthrough("status", "--format", "json").out) == before


def test_unload_takes_the_load_back(lookthrough, folder):
    batch = json.loads(lookthrough("load", folder, "--format", "json").out)["batch"]
    assert lookthrough("unload", batch).code == 0
    assert json.loads(lookthrough("status", "--format", "json").out)["counts"] == {}
    missing = lookthrough("unload", "b123")
    assert missing.code == 1
    assert "no batch b123" in missing.err


def test_nothing_found_is_an_empty_array(lookthrough, tmp_path):
    bids = tmp_path / "bids.csv"
    bids.write_text(BIDS, encoding="utf-8")
    lookthrough("load", bids)
    ran = lookthrough("detect", "--format", "json")
    assert (ran.code, json.loads(ran.out)) == (0, [])
    assert "cannot be decided" in ran.err


def test_refused_rows_end_with_3_and_a_file_that_can_be_mended(lookthrough, tmp_path):
    file = tmp_path / "shareholdings.csv"
    file.write_text(SHAREHOLDINGS + "D,虚构丁有限公司,H,虚构控股有限公司,company,130\n", encoding="utf-8")
    ran = lookthrough("load", file, "--format", "json")
    assert ran.code == 3
    report = json.loads(ran.out)
    assert report["rejected"] == 1
    rejects = Path(report["rejects"][0])
    mended = rejects.read_text(encoding="utf-8-sig").replace("130", "13")
    rejects.write_text(mended, encoding="utf-8-sig")
    again = lookthrough("load", rejects, "--format", "json")
    assert again.code == 0, again.err
    answer = json.loads(lookthrough("penetrate", "D", "--format", "json").out)
    assert answer["owners"][0]["share"] == 0.13


def test_strict_loads_nothing_when_a_row_is_refused(lookthrough, tmp_path):
    file = tmp_path / "shareholdings.csv"
    file.write_text(SHAREHOLDINGS.replace("60", "160"), encoding="utf-8")
    ran = lookthrough("load", file, "--strict")
    assert ran.code == 1
    assert json.loads(lookthrough("status", "--format", "json").out)["batches"] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("load", "no-such-folder"), "no no-such-folder"),
        (("penetrate", "nobody"), "Nothing is called"),
        (("subgraph", "99999919800101001X", "--to", "x.svg"), "command line"),
    ],
)
def test_errors_are_said_in_a_sentence(lookthrough, folder, arguments, says):
    lookthrough("load", folder)
    ran = lookthrough(*arguments)
    assert ran.code == 1
    assert says in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments", [("penetrate",), ("load",), ("nonsense",), ("detect", "--format", "xml")]
)
def test_wrong_usage_ends_with_2(lookthrough, arguments):
    assert lookthrough(*arguments).code == 2


def test_an_unknown_detector_names_those_there_are(lookthrough, folder):
    lookthrough("load", folder)
    ran = lookthrough("detect", "--detector", "nothing")
    assert ran.code == 1
    assert "common-shareholder" in ran.err


def test_messages_come_in_chinese(lookthrough):
    ran = lookthrough("load", "no-such-folder", "--lang", "zh")
    assert ran.err.startswith("错误：找不到")


def test_what_was_found_is_found_again_after_a_batch_came_and_went(lookthrough, folder, tmp_path):
    lookthrough("load", folder)
    found = lookthrough("detect", "--format", "json").out
    assert json.loads(found)
    other = tmp_path / "other.csv"
    other.write_text(SHAREHOLDINGS.replace("A,", "Q,").replace("60", "61"), encoding="utf-8")
    batch = json.loads(lookthrough("load", other, "--format", "json").out)["batch"]
    assert lookthrough("unload", batch).code == 0
    assert lookthrough("detect", "--format", "json").out == found
    mine = json.loads(lookthrough("status", "--format", "json").out)["batches"][0]["id"]
    assert lookthrough("unload", mine).code == 0
    assert json.loads(lookthrough("detect", "--format", "json").out) == []
    lookthrough("load", folder)
    assert lookthrough("detect", "--format", "json").out == found


def test_a_name_is_found_in_either_width(lookthrough, tmp_path):
    file = tmp_path / "shareholdings.csv"
    text = "company_name,holder_name,share_percent\n虚构甲企业(有限合伙),虚构乙有限公司,60\n虚构丙（集团）有限公司,虚构乙有限公司,60\n"
    file.write_text(text, encoding="utf-8")
    assert lookthrough("load", file).code == 0
    for name in (
        "虚构甲企业（有限合伙）",
        "虚构甲企业(有限合伙)",
        "虚构丙(集团)有限公司",
        "虚构丙（集团） 有限公司",
    ):
        ran = lookthrough("penetrate", name, "--format", "json")
        assert ran.code == 0, ran.err
        assert json.loads(ran.out)["owners"][0]["share"] == 0.6


def test_a_party_is_found_by_its_former_name_and_once_under_two_ids(lookthrough, tmp_path):
    files = {
        "companies.csv": "id,name\nA-1,虚构甲（集团）有限公司\n91999999MA00TA0106,虚构甲（集团）有限公司\n",
        "identifiers.csv": "party_id,value\nA-1,91999999MA00TA0106\n",
        "former_names.csv": "company_id,former_name\nA-1,虚构旧名（集团）有限公司\n",
        "shareholdings.csv": "company_id,company_name,holder_name,share_percent\n"
        "A-1,虚构甲（集团）有限公司,虚构乙有限公司,60\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran = lookthrough("load", *(tmp_path / name for name in files))
    assert ran.code == 0, ran.err
    for asked in (
        "虚构甲(集团)有限公司",
        "虚构旧名(集团)有限公司",
        "９１９９９９９９ＭＡ００ＴＡ０１０６",
        "91999999-ma00ta0106",
        "cn-uscc：9199 9999 MA00 TA0106",
    ):
        ran = lookthrough("penetrate", asked, "--format", "json")
        assert ran.code == 0, ran.err
        assert json.loads(ran.out)["company"] == "cn-uscc:91999999MA00TA0106"
