"""`evaluate`: precision and recall of given findings, worked out by hand; files that can't be used; a user's outcomes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detectors.registry import DETECTORS
from lookthrough.cli.main import run
from lookthrough.evaluating import TruthError, read_truth
from tests.cli.test_main_job import BIDS, SHAREHOLDINGS

LOT = {"kind": "lot", "id": "local:T-1/1"}


@pytest.fixture
def loaded(lookthrough, tmp_path):
    """One lot with a common shareholder and a common beneficial owner of A and B; C is tied to nobody."""
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "shareholdings.csv").write_text(SHAREHOLDINGS, encoding="utf-8")
    (inputs / "bids.csv").write_text(BIDS, encoding="utf-8")
    assert lookthrough("load", inputs).code == 0
    return tmp_path


def line(detector: str, expect: str, *subjects: str, **more: object) -> dict[str, object]:
    row = {"detector": detector, "scope": LOT, "subjects": [f"local:{s}" for s in subjects]}
    return row | {"expect": expect, "reason": "…"} | more


def scores(lookthrough, folder: Path, *lines: dict[str, object]) -> dict[str, dict[str, object]]:
    file = folder / "truth.jsonl"
    file.write_text("".join(json.dumps(x) + "\n" for x in lines), encoding="utf-8")
    ran = lookthrough("evaluate", file, "--format", "json")
    assert ran.code == 0, ran.err
    return {s["detector"]: s for s in json.loads(ran.out)}


def test_what_is_right_and_what_is_not_is_counted(lookthrough, loaded):
    found = scores(
        lookthrough,
        loaded,
        line("common-shareholder", "finding", "A", "B"),
        line("common-shareholder", "finding", "A", "C"),
        line("common-beneficial-owner", "none"),
        line("common-controller", "none"),
        line("bidder-controls-bidder", "suppressed", "A", "B", rule="ended"),
    )
    shareholder = found["common-shareholder"]
    assert (shareholder["precision"], shareholder["recall"]) == (1.0, 0.5)
    assert [m["subjects"] for m in shareholder["missed"]] == [["local:A", "local:C"]]
    owner = found["common-beneficial-owner"]
    assert (owner["precision"], owner["recall"], owner["false"]) == (0.0, None, 1)
    assert (owner["near_misses"], owner["near_misses_right"]) == (1, 0)
    assert owner["unexpected"][0]["subjects"] == ["local:A", "local:B"]
    assert found["common-controller"]["near_misses_right"] == 1
    assert found["bidder-controls-bidder"]["near_misses_right"] == 0
    assert set(found) == {
        *("common-shareholder", "common-beneficial-owner", "common-controller", "bidder-controls-bidder"),
    }


def test_beside_what_is_named_nothing_counts_unless_the_truth_is_closed(lookthrough, loaded):
    elsewhere = line("common-shareholder", "none") | {"scope": {"kind": "lot", "id": "local:T-9/1"}}
    assert scores(lookthrough, loaded, elsewhere)["common-shareholder"]["false"] == 0
    closed = elsewhere | {"scope": {"kind": "all", "id": "*"}}
    assert scores(lookthrough, loaded, elsewhere, closed)["common-shareholder"]["false"] == 1


def test_a_group_that_may_not_be_found_anywhere_is_looked_for_by_its_members(lookthrough, loaded):
    """A scope `*` is any: a finding that names all of them is false, one that names some of them is not."""
    anywhere = {"scope": {"kind": "group", "id": "*"}}
    for subjects, false in ((("A", "B"), 1), (("A",), 1), (("A", "C"), 0), (("C",), 0)):
        found = scores(lookthrough, loaded, line("common-shareholder", "none", *subjects) | anywhere)
        shareholder = found["common-shareholder"]
        assert (shareholder["false"], shareholder["near_misses_right"]) == (false, 1 - false), subjects


def test_a_users_own_outcomes(lookthrough, loaded):
    findings = {f["detector"]: f for f in json.loads(lookthrough("detect", "--format", "json").out)}
    decided = [
        findings["common-shareholder"]
        | {"id": findings["common-shareholder"]["fingerprint"], "state": "confirmed"},
        findings["common-beneficial-owner"] | {"state": "cleared"},
        findings["common-shareholder"] | {"fingerprint": "0" * 20, "state": "in_review"},
    ]
    found = scores(lookthrough, loaded, *decided)
    assert (found["common-shareholder"]["precision"], found["common-shareholder"]["recall"]) == (1.0, 1.0)
    assert found["common-beneficial-owner"]["precision"] == 0.0


def test_every_format(lookthrough, loaded):
    file = loaded / "truth.jsonl"
    file.write_text(json.dumps(line("common-shareholder", "finding", "A", "B")) + "\n", encoding="utf-8")
    for format_ in ("table", "jsonl", "csv"):
        ran = lookthrough("evaluate", file, "--format", format_)
        assert ran.code == 0
        assert "common-shareholder" in ran.out
        assert "1.0" in ran.out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no line"),
        ("detector", "truth.jsonl:1 is no line of JSON"),
        ('{"detector": "nothing"}', "detectors list"),
        ("[]", "detectors list"),
        ('{"detector": "common-shareholder", "expect": "maybe"}', "is one of finding"),
        ('{"detector": "common-shareholder", "expect": "none", "scope": "T-1/1"}', '"kind"'),
        (
            '{"detector": "common-shareholder", "expect": "none", "scope": {"kind": "lot", "id": "x"}, "subjects": "A"}',
            "a list of ids",
        ),
        (
            '{"detector": "common-shareholder", "expect": "none", "scope": {"kind": "标段", "id": "x:1"}}',
            "scope.kind in truth.jsonl:1 is one of lot, ",
        ),
        (
            '{"detector": "common-shareholder", "expect": "none", "scope": {"kind": "lot", "id": "x:1"}, '
            '"subjects": ["x:2", "虚构建设有限公司"]}',
            "ids with their scheme (cn-uscc:…, local:…), not 虚构建设有限公司",
        ),
        (
            '{"detector": "common-shareholder", "expect": "suppressed", "rule": "endet", "scope": {"kind": "lot", "id": "x:1"}}',
            "is a suppressor of common-shareholder (",
        ),
        (
            '{"detector": "common-shareholder", "expect": "none", "rule": "ended", "scope": {"kind": "lot", "id": "x:1"}}',
            "goes with expect = suppressed alone",
        ),
        # Another form of the same table, which would be wrong in each line.
        ('[\n  {\n    "detector": "common-shareholder"\n  }\n]', "findings list --format jsonl"),
        ('[{"detector": "common-shareholder"}]', "findings list --format jsonl"),
        ('{\n"detector": "common-shareholder"\n}', "findings list --format jsonl"),
        (
            "\ufeffid,state,severity,detector,scope\n1,new,lead,common-shareholder,x",
            "findings list --format jsonl",
        ),
    ],
)
def test_a_truth_that_cannot_be_used(tmp_path, text, says):
    file = tmp_path / "truth.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TruthError) as refused:
        read_truth(file, DETECTORS)
    assert says in refused.value.en
    assert refused.value.zh


def test_a_truth_that_is_not_there(lookthrough, tmp_path):
    ran = lookthrough("evaluate", tmp_path / "none.jsonl")
    assert ran.code == 1
    assert "Traceback" not in ran.err


def test_the_demo_worlds_own_truth(tmp_path, monkeypatch, capsys):
    """Into a store of its own, and exit code 1 where a rule hides what an identity-based detector must find."""
    monkeypatch.setenv("LOOKTHROUGH_DATA", str(tmp_path))
    assert run(["evaluate", "--store", str(tmp_path / "mine")]) == 2
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[rule]]\ndetector = "household-multi-property"\nparameter = "dwelling_limit"\nvalue = 3\n'
        'unit = "dwellings"\ncitation = "《虚构办法》第一条"\n',
        encoding="utf-8",
    )
    capsys.readouterr()
    assert run(["evaluate", "--rules", str(rules), "--format", "json"]) == 1
    found = {s["detector"]: s for s in json.loads(capsys.readouterr().out)}
    assert found["household-multi-property"]["recall"] == 0
    assert found["common-shareholder"]["recall"] == 1


def test_every_line_that_cant_be_used_is_named(lookthrough, tmp_path: Path) -> None:
    good = json.dumps(
        {"detector": "common-shareholder", "scope": {"kind": "lot", "id": "local:L"}, "expect": "none"}
    )
    wrong = ["not JSON", '{"detector": ["common-shareholder"]}', good.replace('"none"', '"perhaps"')]
    file = tmp_path / "outcomes.jsonl"
    file.write_text("\n".join([wrong[0], good, *wrong[1:]]) + "\n", encoding="utf-8")
    for language, words in (
        ("zh", "不是一行有效的 JSON（第 1 列起）"),
        ("en", "no line of JSON (from column 1 on)"),
    ):
        ran = lookthrough("evaluate", file, "--lang", language)
        assert ran.code == 1
        assert words in ran.err
        assert [n for n in range(1, 6) if f"outcomes.jsonl:{n}" in ran.err] == [1, 3, 4]
    file.write_text("\n".join([good, *["not JSON"] * 25]), encoding="utf-8")
    for language, words in (("zh", "另有 15 行有误"), ("en", "15 more lines")):
        ran = lookthrough("evaluate", file, "--lang", language)
        assert ran.err.count("outcomes.jsonl:") == 10
        assert words in ran.err


def test_what_is_not_loaded_is_named_and_judges_nothing(lookthrough, loaded):
    elsewhere = {"scope": {"kind": "lot", "id": "local:NOPE/1"}}
    lines = (
        line("common-shareholder", "finding", "A", "B"),
        line("common-shareholder", "finding", "A", "B") | elsewhere,
        line("common-controller", "none") | elsewhere,
    )
    found = scores(lookthrough, loaded, *lines)
    shareholder, controller = found["common-shareholder"], found["common-controller"]
    assert (shareholder["expected"], shareholder["recall"], shareholder["missed"]) == (1, 1.0, [])
    assert [x["scope"] for x in shareholder["absent"]] == ["local:NOPE/1"]
    # Nor is it right that nothing is found there.
    assert (controller["near_misses"], len(controller["absent"])) == (0, 1)
    for language, words in (
        ("zh", "1 个范围或主体不在库中，相关 2 行未计入：local:NOPE/1"),
        ("en", "2 lines left out"),
    ):
        assert words in lookthrough("evaluate", loaded / "truth.jsonl", "--lang", language).err


def test_a_subject_that_is_not_loaded_is_named_too(lookthrough, loaded):
    """A number mistyped is no finding missed; nor is it right that nothing is found of it."""
    lines = (
        line("common-shareholder", "finding", "A", "B"),
        line("common-shareholder", "finding", "A", "BB"),
        line("common-controller", "none", "A", "CC"),
    )
    found = scores(lookthrough, loaded, *lines)
    assert (found["common-shareholder"]["expected"], found["common-shareholder"]["recall"]) == (1, 1.0)
    assert found["common-controller"]["near_misses"] == 0
    told = lookthrough("evaluate", loaded / "truth.jsonl", "--lang", "en").err
    assert "2 scopes or subjects of the truth not in the store, 2 lines left out: local:BB、local:CC" in told


def test_what_the_ledger_exports_is_read(lookthrough, loaded):
    """`findings list --format jsonl` is a truth as it stands; its other formats say which one is."""
    lookthrough("detect")
    for format_ in ("json", "csv"):
        file = loaded / f"outcomes.{format_}"
        file.write_text(lookthrough("findings", "list", "--format", format_).out, encoding="utf-8")
        ran = lookthrough("evaluate", file, "--lang", "zh")
        assert ran.code == 1
        assert "findings list --format jsonl" in ran.err
        assert "不是一行有效的" not in ran.err
    file = loaded / "outcomes.jsonl"
    listed = [json.loads(x) for x in lookthrough("findings", "list", "--format", "jsonl").out.splitlines()]
    assert {x["detector"] for x in listed} >= {"common-shareholder", "common-beneficial-owner"}
    decided = [x | {"state": "confirmed"} for x in listed]
    file.write_text("".join(json.dumps(x) + "\n" for x in decided), encoding="utf-8")
    found = {x["detector"]: x for x in json.loads(lookthrough("evaluate", file, "--format", "json").out)}
    assert {x["recall"] for x in found.values()} == {1.0}


def test_lines_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "truth.jsonl"

    def refused(*lines: dict[str, object]) -> str:
        file.write_text("".join(json.dumps(x) + "\n" for x in lines), encoding="utf-8")
        with pytest.raises(TruthError) as caught:
            read_truth(file, DETECTORS)
        return str(caught.value)

    finding, none = line("common-shareholder", "finding", "A", "B"), line("common-shareholder", "none")
    said = "truth.jsonl:2 contradicts truth.jsonl:1"
    assert said in refused(finding, none)
    assert said in refused(none, finding | {"subjects": []})
    for other in (
        line("common-shareholder", "none", "A", "C"),
        line("common-controller", "none"),
        none | {"scope": {"kind": "lot", "id": "local:T-2/1"}},
        none | {"scope": {"kind": "all", "id": "*"}},
    ):
        file.write_text(f"{json.dumps(finding)}\n{json.dumps(other)}\n", encoding="utf-8")
        assert len(read_truth(file, DETECTORS).labels) == 2
