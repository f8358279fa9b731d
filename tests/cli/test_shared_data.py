"""The real public inputs beside the repository, by command: counts as their page states them, refused rows explained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

EMBEDDED = pytest.mark.parametrize("store_url", ["embedded"], indirect=True)


def report_of(lookthrough, *paths: Path, code: int):
    ran = lookthrough("load", *paths, "--format", "json")
    assert ran.code == code, ran.err
    report = json.loads(ran.out)
    refused = [p for p in report["problems"] if p["kind"] == "reject"]
    assert bool(refused) == bool(report["rejected"])
    assert all(p["expected"]["zh"] and p["expected"]["en"] and p["row"] for p in refused)
    # What is not loaded at all is named with the reason; nothing of these folders is unreadable.
    assert all(s["reason"] for s in report["skipped"])
    assert report["unreadable"] == []
    return report


def rows(report) -> dict[str, int]:
    return {f["name"]: f["rows"] for f in report["files"]}


@EMBEDDED
def test_a_published_register(lookthrough, shared_data):
    report = report_of(lookthrough, shared_data / "bods-opencheck", code=0)
    assert rows(report) == {"all_demo.jsonl": 520 + 18 + 666}
    # 38 identifiers are borne by two records each.
    assert (report["counts"]["Company"], report["counts"]["Person"]) == (520 - 38, 18)
    status = json.loads(lookthrough("status", "--format", "json").out)
    assert {k: status["counts"][k] for k in report["counts"]} == report["counts"]


@EMBEDDED
def test_the_standards_examples_and_the_validators_fixtures(lookthrough, shared_data):
    examples = report_of(lookthrough, shared_data / "bods-examples", code=0)
    assert (len(rows(examples)), sum(rows(examples).values())) == (19, 119)
    fixtures = report_of(lookthrough, shared_data / "bods-cove", code=3)
    # Three of the forty files are, byte for byte, files that are loaded: four statements each.
    same = [s for s in fixtures["skipped"] if "same bytes" in s["reason"]]
    statements = {f["name"]: f["rows"] for f in fixtures["files"] if f["format"] == "bods"}
    assert len(statements) + len(same) == 40
    assert sum(statements.values()) + 4 * len(same) == 97
    assert fixtures["rejected"] == sum(f["rejected"] for f in fixtures["files"]) > 0


@EMBEDDED
def test_converted_lei_records(lookthrough, shared_data):
    report = report_of(lookthrough, shared_data / "gleif", code=0)
    assert rows(report) == {
        "lei-data-out.json": 5,
        "rr-data-out.json": 10,
        "lei-updates-data2-out.json": 12,
        "rr-updates-data2-out.json": 11,
        "repex-updates-data2-out.json": 7 + 3 + 4,
    }
    skipped = {s["name"]: s["reason"] for s in report["skipped"]}
    assert sum("GLEIF XML" in reason for reason in skipped.values()) == 6
    assert report["counts"]["EXERCISES_CONTROL"] == 10 + 11 + 7


@EMBEDDED
def test_tenders(lookthrough, shared_data):
    report = report_of(lookthrough, shared_data / "ocds-sample", code=0)
    assert report["rejected"] == 0
    read = rows(report)
    assert read["ppp-example/full.json"] == 8
    assert sum(n for name, n in read.items() if name.startswith("bids-lean/")) == 10
    # Nine shareholders of one bidder, two of the fragment.
    assert report["counts"]["OWNS"] == 9 + 2


@EMBEDDED
def test_tables_and_trees(lookthrough, shared_data):
    report = report_of(lookthrough, shared_data / "cn-tables", code=3)
    assert {f["name"]: (f["rows"], f["rejected"]) for f in report["files"]} == {
        # 0.8 and 0.2 state no unit.
        "shareholdings.csv": (25, 2),
        "shareholdings.xlsx": (25, 2),
        "equity-tree.json": (14, 0),
        "equity-tree-list.json": (39, 0),
    }
    assert {p["code"] for p in report["problems"] if p["kind"] == "reject"} == {"unit-unknown"}


@EMBEDDED
def test_a_format_that_is_not_loaded_is_named(lookthrough, shared_data):
    for language, words in (("zh", "英国 PSC"), ("en", "UK PSC register")):
        ran = lookthrough("load", shared_data / "uk-psc", "--lang", language)
        assert (ran.code, ran.out) == (1, "")
        assert words in ran.err


def test_the_prototype_gives_exactly_its_linked_pair(lookthrough, shared_data):
    prototype = shared_data / "ocds-bods-prototype"
    report = report_of(lookthrough, prototype / "ocds", prototype / "bods", code=0)
    assert sum(n for name, n in rows(report).items() if name.endswith("_ownership.json")) == 63
    # Of 18 person statements and 16 of companies two are of one holder each; the buyer comes from the tender.
    assert (report["counts"]["Person"], report["counts"]["Company"]) == (18 - 1, 16 - 1 + 1)
    assert report["counts"]["SUBMITS"] == 5
    found = lookthrough("detect", "--detector", "common-shareholder", "--format", "json")
    assert found.code == 0, found.err
    findings = json.loads(found.out)
    pair = ["gb-lac:5315469852", "gb-lac:5315469854"]
    assert [sorted(f["subjects"]) for f in findings] == [pair, pair]
    by_kind = {f["facts"]["holder"]["id"].partition(":")[0]: f["facts"]["bidders"] for f in findings}
    assert [b["share"] for b in by_kind["person"]] == [0.15, 0.15]
    assert [(b["share"], b["votes"]) for b in by_kind["gb-lac"]] == [(0.0, 0.2), (0.0, 0.2)]
    assert {f["facts"]["identity"] for f in findings} == {"id"}
    stronger = lookthrough("detect", "--detector", "common-controller", "--format", "json")
    assert json.loads(stronger.out) == []
