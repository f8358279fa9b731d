"""Names filled in with codes that no register knows: what is found then calls parties by name, and can be handed over.

`unresolved.csv` is filled in where the investigator knows a code; the code comes with no name of its own.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

SHARES = """company_name,holder_name,holder_kind,share_percent
虚构青禾建设有限公司,示例远帆控股有限公司,company,60
虚构白帆路桥有限公司,示例远帆控股有限公司,company,20
"""
BIDS = """tender_id,lot_id,bidder_name,submitted_at
T,1,虚构青禾建设有限公司,2025-05-12
T,1,虚构白帆路桥公司,2025-05-12
"""
OWNER = "91999999MA9999001C"
IDENTITIES = f"""name,party_id
示例远帆控股有限公司,{OWNER}
虚构白帆路桥公司,name:虚构白帆路桥有限公司
"""


def _loaded(lookthrough, folder: Path) -> None:
    folder.mkdir()
    for name, text in (("shares", SHARES), ("bids", BIDS), ("identities", IDENTITIES)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    ran = lookthrough("load", folder)
    assert ran.code == 0, ran.err


def _without_owners(undecided: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of bidders of whom nobody states an owner; a register known in part is another thing."""
    told = [u for u in undecided if u["detector"] == "common-shareholder"]
    return [u for u in told if "no ownership data" in u["missing"]["en"]]


def test_findings_call_a_party_by_name_where_its_code_came_without_one(lookthrough, tmp_path):
    _loaded(lookthrough, tmp_path / "in")
    (found,) = json.loads(lookthrough("detect", "--detector", "common-shareholder", "--format", "json").out)
    assert found["facts"]["holder"] == {
        "id": f"cn-uscc:{OWNER}",
        "name": "示例远帆控股有限公司",
        "kind": found["facts"]["holder"]["kind"],
    }
    assert found["facts"]["names"][f"cn-uscc:{OWNER}"] == "示例远帆控股有限公司"
    assert "示例远帆控股有限公司" in found["text"]["zh"] and OWNER not in found["text"]["zh"]


def test_a_bidder_whose_owners_stand_under_another_of_its_ids_lacks_no_data(lookthrough, tmp_path):
    _loaded(lookthrough, tmp_path / "in")
    screened = json.loads(lookthrough("screen", "T/1", "--format", "json").out)
    assert not _without_owners(screened["undecided"])
    (found,) = (f for f in screened["findings"] if f["detector"] == "common-shareholder")
    # A bidder is listed under the id by which findings name it.
    assert {b["id"]: b["name"] for b in screened["bidders"]} == {
        "name:虚构青禾建设有限公司": "虚构青禾建设有限公司",
        "name:虚构白帆路桥有限公司": "虚构白帆路桥公司",
    }
    assert set(found["subjects"]) == {b["id"] for b in screened["bidders"]}
    # The same, with everything looked at and nothing known of the owners of one.
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "bids.csv").write_text(
        "tender_id,lot_id,bidder_name,submitted_at\nT,1,虚构无股东有限公司,2025-05-12\n", encoding="utf-8"
    )
    assert lookthrough("load", tmp_path / "more").code == 0
    lacking = json.loads(lookthrough("screen", "T/1", "--format", "json").out)["undecided"]
    assert [u["subjects"] for u in _without_owners(lacking)] == [["name:虚构无股东有限公司"]]


def test_such_a_finding_has_a_package_that_holds(lookthrough, tmp_path):
    _loaded(lookthrough, tmp_path / "in")
    (found,) = json.loads(lookthrough("detect", "--detector", "common-shareholder", "--format", "json").out)
    ran = lookthrough("evidence", found["fingerprint"], "--to", tmp_path / "package")
    assert ran.code == 0, ran.err
    assert lookthrough("verify", tmp_path / "package").code == 0
    edges = (tmp_path / "package/data/graph/edges.csv").read_text(encoding="utf-8-sig")
    assert ",NAMES," in edges


SHORT = """company_id,company_name,holder_name,holder_kind,share_percent
A-1,虚构青禾建设有限公司,示例远帆,company,60
A-2,虚构白帆路桥有限公司,示例远帆,company,20
A-2,虚构白帆路桥有限公司,示例归雁,company,30
A-2,虚构白帆路桥有限公司,示例同行,company,5
A-2,虚构白帆路桥有限公司,测试某,person,5
"""
KNOWN = "id,name\nB-1,示例归雁\n"


def test_names_that_say_too_little_are_asked_about_and_settled(lookthrough, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in (("shareholdings", SHORT), ("companies", KNOWN)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    report = json.loads(lookthrough("load", folder, "--format", "json").out)
    # Three names, two of them met by nobody; a name that says too little is not joined where it meets one either.
    assert report["summary"]["companies-by-name"] == 3
    assert report["names"] == {"one": 0, "several": 0, "none": 0, "partial": 3}
    file = Path(report["unresolved"])
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {r["name"]: r["candidates"] for r in rows} == {
        "示例远帆": "",
        "示例归雁": "local:B-1",
        "示例同行": "",
    }
    for row in rows:
        row["party_id"] = {"示例远帆": OWNER, "示例归雁": "B-1"}.get(row["name"], "")
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    settled = json.loads(lookthrough("load", file, "--format", "json").out)
    assert settled["names"] == {"one": 0, "several": 0, "none": 0, "partial": 1}
    for company, expected in (("A-1", {f"cn-uscc:{OWNER}"}), ("A-2", {f"cn-uscc:{OWNER}", "local:B-1"})):
        answer = json.loads(lookthrough("penetrate", company, "--format", "json").out)
        assert {
            o["id"] for o in answer["owners"] if not o["id"].startswith(("scoped:", "person"))
        } == expected
    assert lookthrough("unload", settled["batch"]).code == 0
    answer = json.loads(lookthrough("penetrate", "A-1", "--format", "json").out)
    assert [o["id"].partition(":")[0] for o in answer["owners"]] == ["scoped"]


def test_a_load_counts_names_and_not_how_often_they_stand(lookthrough, tmp_path):
    text = "".join(
        f"虚构甲{n}建设有限公司,示例远帆控股有限公司,company,10\n虚构甲{n}建设有限公司,测试某,person,5\n"
        for n in "一二三"
    )
    file = tmp_path / "shareholdings.csv"
    file.write_text(f"company_name,holder_name,holder_kind,share_percent\n{text}", encoding="utf-8")
    ran = lookthrough("load", file, "--lang", "zh")
    assert ran.code == 0, ran.err
    assert "仅有名称的企业（相同名称计一次）：4" in ran.err
    assert "仅有姓名的人员：3" in ran.err
    assert "库中仅有名称的企业：0 个名称按企业全称唯一匹配，0 个对应多家，4 个未匹配" in ran.err


def test_a_code_with_a_wrong_check_digit_joins_nobody_and_a_name_filled_in_for_it_does(lookthrough, tmp_path):
    wrong = f"{OWNER[:-1]}D"
    shares = "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n"
    shares += f"A-1,虚构青禾建设有限公司,{wrong},示例归雁控股有限公司,company,60\n"
    shares += f"A-2,虚构白帆路桥有限公司,{wrong},示例远帆控股有限公司,company,20\n"
    shares += "A-3,虚构同行路桥有限公司,,示例同行控股有限公司,company,10\n"
    identities = f"name,party_id\n示例同行控股有限公司,{wrong}\n"
    for name, text in (("shareholdings", shares), ("identities", identities)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    ran = lookthrough("load", tmp_path / "shareholdings.csv", tmp_path / "identities.csv", "--format", "json")
    (said,) = (p["expected"] for p in json.loads(ran.out)["problems"] if p["code"] == "uscc-check-digit")
    assert "从不按此代码合并" in said["zh"] and "identities" in said["zh"]
    assert "never merged by that code" in said["en"] and "still does" in said["en"]
    owners = {}
    for company in ("A-1", "A-2", "A-3"):
        answer = json.loads(lookthrough("penetrate", company, "--format", "json").out)
        (owners[company],) = (o["id"] for o in answer["owners"])
    assert all(id_.startswith(f"unverified:{wrong}/") for id_ in owners.values())
    assert len(set(owners.values())) == 3


def test_a_name_that_a_spreadsheet_would_run_is_written_safe(lookthrough, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    name = "=HYPERLINK(1)虚构甲有限公司"
    shares = f"company_name,holder_name,holder_kind,share_percent\n{name},虚构乙有限公司,company,60\n"
    (folder / "shares.csv").write_text(shares, encoding="utf-8")
    assert lookthrough("load", folder).code == 0
    (unresolved,) = tmp_path.rglob("unresolved.csv")
    rows = list(csv.DictReader(unresolved.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["name"] for row in rows} == {f"'{name}", "虚构乙有限公司"}
