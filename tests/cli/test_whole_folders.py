"""A folder of exports in every shape, and names that meet nobody: by command, on both stores."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.loaders.shapes import EXPECTED, NAME, A, B, C, D, write_folder
from tests.loaders.shapes.numbers import resident


def test_exports_in_every_shape(lookthrough, tmp_path):
    folder = write_folder(tmp_path / "exports")
    ran = lookthrough("load", folder, "--format", "json")
    assert ran.code == 3, ran.err
    report = json.loads(ran.out)
    assert {f["name"]: {"rows": f["rows"], "rejected": f["rejected"]} for f in report["files"]} == EXPECTED
    status = json.loads(lookthrough("status", "--format", "json").out)
    stored = {k: n for k, n in status["counts"].items() if k in report["counts"]}
    assert stored == report["counts"]
    # No wrong merge: whoever the files tell apart by a number stands alone, under one name of the register.
    for id_, name in NAME.items():
        if id_ not in (A, B, C, D):
            continue  # E's code fails its check: it is kept apart, and merged with nobody.
        answer = lookthrough("penetrate", id_, "--format", "json")
        if answer.code == 0:
            assert json.loads(answer.out)["name"] == name
    checked = {c["check"]: c["count"] for c in json.loads(lookthrough("check", "--format", "json").out)}
    assert checked["company-identifier"] == 1
    shown = ran.out + ran.err + json.dumps(status)
    assert not any(resident(n) in shown for n in range(20))
    # Again: nothing new; taken back: nothing left.
    again = json.loads(lookthrough("load", folder, "--format", "json").out)
    assert sorted(again["loaded_before"]) == sorted(EXPECTED)
    assert lookthrough("unload", report["batch"]).code == 0
    assert json.loads(lookthrough("status", "--format", "json").out)["counts"] == {}


SHARES = """company_name,holder_name,holder_kind,share_percent
虚构甲建设有限公司,虚构控股有限公司,company,60
虚构甲建设有限公司,示例同名投资有限公司,company,10
虚构甲建设有限公司,虚构无人认识有限公司,company,5
"""
COMPANIES = """id,name
A-1,虚构控股有限公司
A-2,示例同名投资有限公司
A-3,示例同名投资有限公司
"""


def _holders(lookthrough) -> set[str]:
    answer = lookthrough("penetrate", "虚构甲建设有限公司", "--format", "json")
    assert answer.code == 0, answer.err
    return {o["id"] for o in json.loads(answer.out)["owners"]}


def _load(lookthrough, file: Path):
    ran = lookthrough("load", file, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_names_that_met_nobody_are_filled_in_and_loaded(lookthrough, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "shareholdings.csv").write_text(SHARES, encoding="utf-8")
    (folder / "companies.csv").write_text(COMPANIES, encoding="utf-8")
    report = _load(lookthrough, folder)
    assert report["names"] == {"one": 1, "several": 1, "none": 2, "partial": 0}
    assert _holders(lookthrough) == {"local:A-1", "name:示例同名投资有限公司", "name:虚构无人认识有限公司"}
    file = Path(report["unresolved"])
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {r["name"]: r["candidates"] for r in rows} == {
        "示例同名投资有限公司": "local:A-2; local:A-3",
        "虚构无人认识有限公司": "",
        "虚构甲建设有限公司": "",
    }
    # Filled in where the investigator knows; what is left blank stays open and is no error.
    for row in rows:
        if row["name"] == "示例同名投资有限公司":
            row["party_id"] = "A-3"
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    decided = _load(lookthrough, file)
    assert decided["names"] == {"one": 1, "several": 0, "none": 2, "partial": 0}
    assert decided["summary"]["identities-left-open"] == 2
    assert _holders(lookthrough) == {"local:A-1", "local:A-3", "name:虚构无人认识有限公司"}
    # A decision is a batch like any other: taken back, the name is open again.
    assert lookthrough("unload", decided["batch"]).code == 0
    assert "name:示例同名投资有限公司" in _holders(lookthrough)


HOLDINGS = "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n"


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_id_that_another_data_set_gives_to_somebody_else_is_told_apart(lookthrough, tmp_path):
    first = _file(
        tmp_path,
        "a.csv",
        f"{HOLDINGS}A,虚构甲有限公司,H,虚构控股有限公司,company,60\nA,虚构甲有限公司,P,测试甲,person,40\n",
    )
    second = _file(
        tmp_path,
        "b.csv",
        f"{HOLDINGS}A,示例别家有限公司,H,虚构控股有限公司,company,30\nA,示例别家有限公司,P,测试乙,person,70\n",
    )
    assert _load(lookthrough, first)["flagged"] == 0
    ran = lookthrough("load", second, "--dataset", "other", "--format", "json")
    assert ran.code == 0, ran.err
    told = {
        p["value"]: p["expected"]["zh"]
        for p in json.loads(ran.out)["problems"]
        if p["code"] == "local-id-elsewhere"
    }
    flagged = [line for line in ran.err.splitlines() if line.startswith("In doubt") and "b.csv" in line]
    assert told
    assert "虚构甲有限公司" in told["A"]
    assert flagged
    # Whose name is the same is the same; who bears another name is not.
    answer = json.loads(lookthrough("penetrate", "local:A", "--format", "json").out)
    assert {o["id"]: o["share"] for o in answer["owners"]} == {"local:H": 0.6, "person.local:P": 0.4}
    theirs = json.loads(lookthrough("penetrate", "local.other:A", "--format", "json").out)
    assert theirs["name"] == "示例别家有限公司"
    assert {o["id"]: o["share"] for o in theirs["owners"]} == {"local:H": 0.3, "person.local.other:P": 0.7}
    # A later file of that data set means the same party, also where it gives no name.
    third = _file(tmp_path, "bids.csv", "tender_id,lot_id,bidder_id,submitted_at\nT-1,1,A,2025-03-01\n")
    assert lookthrough("load", third, "--dataset", "other").code == 0
    screened = lookthrough("screen", "T-1/1", "--format", "json").out
    assert "local.other:A" in screened


def test_beside_a_file_that_can_not_be_read_those_loaded_before_are_named(lookthrough, tmp_path):
    (tmp_path / "good.csv").write_text(SHARES, encoding="utf-8")
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 cut off")
    assert lookthrough("load", tmp_path / "good.csv").code == 0
    ran = lookthrough("load", tmp_path)
    assert ran.code == 1
    assert "bad.xlsx" in ran.err and "good.csv" in ran.err and "loaded before" in ran.err
