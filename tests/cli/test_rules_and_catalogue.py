"""Rules, trials, the combined view and the catalogue on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from detectors.law.english import articles
from detectors.registry import DETECTORS

EMBEDDED = pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
PROPERTIES = """id,owner_id,kind,share
U1,P1,住宅,1
U2,P1,住宅,1
U3,P2,住宅,1
U4,P2,住宅,1
U5,P2,住宅,1
"""
BENEFITS = """person_id,program,month,发放金额(元),region
P1,虚构救助,2025-03,500,虚构区
P2,虚构救助,2025-03,500,虚构区
"""
RULES = """
[[rule]]
detector = "household-multi-property"
parameter = "dwelling_limit"
value = 3
unit = "dwellings"
region = "虚构区"
citation = "《虚构区办法》第五条"
"""


@pytest.fixture
def loaded(lookthrough, tmp_path):
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "properties.csv").write_text(PROPERTIES, encoding="utf-8")
    (folder / "benefits.csv").write_text(BENEFITS, encoding="utf-8")
    ran = lookthrough("load", folder)
    assert ran.code == 0, ran.err
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    return tmp_path / "rules.toml"


def found(ran) -> dict[str, dict]:
    assert ran.code == 0, ran.err
    return {f["scope"]["id"]: f for f in json.loads(ran.out) if f["detector"] == "household-multi-property"}


@EMBEDDED
def test_a_region_in_which_nothing_lies_is_told(lookthrough, loaded):
    assert "没有属于" not in lookthrough("detect", "--rules", loaded, "--lang", "zh", "--no-ledger").err
    text = loaded.read_text(encoding="utf-8")
    for region in ("4401", "虚勾区"):
        loaded.write_text(text.replace('"虚构区"', f'"{region}"'), encoding="utf-8")
        for more in ((), ("--against", "defaults")):
            ran = lookthrough("detect", "--rules", loaded, "--lang", "zh", "--no-ledger", *more)
            assert ran.code == 0, ran.err
            said = f"没有属于“{region}”的发放或资格记录（数据中的地区如：虚构区）"
            assert ran.err.count(said) == 1
            assert "household-multi-property.dwelling_limit = 3" in ran.err
    ran = lookthrough("detect", "--rules", loaded, "--format", "json", "--lang", "en", "--no-ledger")
    assert "no payment or entitlement lies in “虚勾区” (the data give 虚构区)" in ran.err
    # Of a detector that was not asked, nothing is said.
    ran = lookthrough("detect", "--rules", loaded, "--lang", "zh", "--no-ledger", "--detector", "overpayment")
    assert "没有属于" not in ran.err


def test_rules_trial_and_environment(lookthrough, loaded, monkeypatch, tmp_path):
    plain = found(lookthrough("detect", "--format", "json"))
    assert set(plain) == {"person.local:P1", "person.local:P2"}
    ruled = found(lookthrough("detect", "--rules", loaded, "--format", "json"))
    assert set(ruled) == {"person.local:P2"}
    assert ruled["person.local:P2"]["facts"]["parameters"]["dwelling_limit"] == 3
    assert ruled["person.local:P2"]["basis"][-1]["law"] == "《虚构区办法》第五条"
    monkeypatch.setenv("LOOKTHROUGH_RULES", str(loaded))
    assert found(lookthrough("detect", "--format", "json")).keys() == ruled.keys()
    live = tmp_path / "live.toml"
    live.write_text(RULES.replace("value = 3", "value = 2"), encoding="utf-8")
    ran = lookthrough("detect", "--rules", loaded, "--against", live, "--format", "json")
    assert ran.code == 0, ran.err
    trial = json.loads(ran.out)
    assert [f["scope"]["id"] for f in trial["disappear"]] == ["person.local:P1"]
    assert trial["appear"] == []
    assert [f["scope"]["id"] for f in trial["changed"]] == ["person.local:P2"]
    limits = [
        [f["facts"]["parameters"]["dwelling_limit"] for f in trial[k]] for k in ("changed_from", "changed")
    ]
    assert limits == [[2], [3]]
    assert (trial["undecided"], trial["decided"], trial["suppressed"]) == ([], [], {})


def test_a_trial_beside_the_built_in_values(lookthrough, loaded, monkeypatch):
    for asked in (("--rules", loaded), ()):
        ran = lookthrough("detect", *asked, "--against", "defaults", "--format", "json")
        assert ran.code == 0, ran.err
        trial = json.loads(ran.out)
        assert [f["scope"]["id"] for f in trial["disappear"]] == (["person.local:P1"] if asked else [])
        assert [f["scope"]["id"] for f in trial["changed"]] == (["person.local:P2"] if asked else [])
    # The rules of the environment are the values in use: a trial of them beside the built-in ones needs no file named.
    monkeypatch.setenv("LOOKTHROUGH_RULES", str(loaded))
    ran = lookthrough("detect", "--against", "defaults", "--format", "json")
    assert [f["scope"]["id"] for f in json.loads(ran.out)["disappear"]] == ["person.local:P1"]
    listed = lookthrough("findings", "list", "--format", "json")
    assert json.loads(listed.out) == [], "a trial is not recorded"
    assert "FILE|defaults" in lookthrough("detect", "--help").out
    empty = lookthrough("detect", "--against", "")
    assert (empty.code, "the path is empty" in empty.err) == (2, True)


def test_the_unit_may_be_written_as_either_language_prints_it(lookthrough, tmp_path):
    file = tmp_path / "rules.toml"
    for written in ("dwellings", "套住房"):
        file.write_text(RULES.replace("dwellings", written), encoding="utf-8")
        (rule,) = json.loads(lookthrough("rules", "check", file, "--format", "json").out)
        assert rule["unit"] == "dwellings"
        assert "│ 套住房 │" in lookthrough("rules", "check", file, "--lang", "zh").out
    file.write_text(RULES.replace("dwellings", "间"), encoding="utf-8")
    said = lookthrough("rules", "check", file, "--lang", "zh").err
    assert "dwelling_limit 的单位应写作“dwellings”或“套住房”，现为“间”" in said
    said = lookthrough("rules", "check", file, "--lang", "en").err
    assert "the unit of dwelling_limit is 'dwellings', not '间' (in Chinese: 套住房)" in said


def test_a_missing_parameter_is_named_with_those_there_are(lookthrough, tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(RULES.replace('parameter = "dwelling_limit"\n', ""), encoding="utf-8")
    said = lookthrough("rules", "check", file, "--lang", "zh").err
    assert "缺少 parameter（参数名称）；household-multi-property 可用：dwelling_limit、" in said
    assert "parameter is missing" in lookthrough("rules", "check", file, "--lang", "en").err
    file.write_text(RULES.replace('"dwelling_limit"', "3"), encoding="utf-8")
    assert "parameter must be text" in lookthrough("rules", "check", file, "--lang", "en").err


@EMBEDDED
def test_a_rules_file_may_speak_of_own_detectors_wherever_it_is_read(
    lookthrough, loaded, monkeypatch, tmp_path
):
    page = (Path(__file__).resolve().parents[2] / "docs" / "own-detectors.md").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    monkeypatch.setenv("LOOKTHROUGH_DETECTORS", str(own))
    loaded.write_text(
        '[[rule]]\ndetector = "household-vehicles"\nparameter = "least_value"\nvalue = 5\nunit = "cents"\n'
        'citation = "《虚构区办法》第九条"\n',
        encoding="utf-8",
    )
    truth = tmp_path / "truth.jsonl"
    expected = {
        "detector": "household-multi-property",
        "scope": {"kind": "household", "id": "person.local:P1"},
        "subjects": ["person.local:P1"],
        "expect": "finding",
        "reason": "两套住房",
    }
    truth.write_text(json.dumps(expected, ensure_ascii=False) + "\n", encoding="utf-8")
    for command in (
        ("detect", "--no-ledger"),
        ("evidence", "person.local:P1", "--to", tmp_path / "package"),
        ("evaluate", truth),
    ):
        ran = lookthrough(*command, "--rules", loaded)
        assert ran.code == 0, ran.err


@EMBEDDED
def test_who_asks_for_a_package_of_nothing_is_told_where_findings_are_listed(lookthrough, loaded, tmp_path):
    for language, see in (
        ("zh", "风险预警的编号用 lookthrough findings list 查看"),
        ("en", "See lookthrough findings list for"),
    ):
        ran = lookthrough("evidence", "nosuch", "--to", tmp_path / "package", "--lang", language)
        assert (ran.code, see in ran.err) == (1, True), ran.err


def test_help_says_how_rules_are_written(lookthrough):
    told = lookthrough("rules", "check", "--help").out
    assert "docs/rules.md" in told
    assert "    [[rule]]\n    detector = " in told


def test_rules_check(lookthrough, tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(RULES, encoding="utf-8")
    good = lookthrough("rules", "check", file, "--format", "json")
    assert good.code == 0
    assert json.loads(good.out)[0]["value"] == 3
    file.write_text(RULES.replace("citation", "citaton"), encoding="utf-8")
    bad = lookthrough("rules", "check", file)
    assert bad.code == 1
    assert "citaton" in bad.err
    assert "Traceback" not in bad.err
    said = lookthrough("rules", "check", file, "--lang", "zh").err
    assert "第 1 条 [[rule]]：没有名为 citaton 的项" in said
    assert "rule 1" not in said
    file.write_text(RULES.replace("value = 3", "value = 三"), encoding="utf-8")
    line = RULES[: RULES.index("value = 3")].count("\n") + 1
    for language, words in (
        ("zh", f"不是有效的 TOML，第 {line} 行第 9 列：值的写法有误"),
        ("en", f"not valid TOML, line {line}, column 9: this is no value"),
    ):
        assert words in lookthrough("rules", "check", file, "--lang", language).err
    missing = lookthrough("rules", "check", tmp_path / "none.toml", "--lang", "zh")
    assert (missing.code, "无法读取" in missing.err) == (1, True)


def test_catalogue(lookthrough):
    listed = json.loads(lookthrough("detectors", "list", "--format", "json").out)
    assert [d["id"] for d in listed] == [d.id for d in DETECTORS]
    for detector in DETECTORS:
        whole = json.loads(lookthrough("detectors", "show", detector.id, "--format", "json").out)
        assert whole["title"]["zh"] == detector.title_zh
        told = lookthrough("detectors", "show", detector.id, "--lang", "zh")
        assert told.code == 0
        assert all(b.article in told.out for b in detector.basis)
    told = lookthrough("detectors", "show", "common-shareholder", "--lang", "zh").out
    assert "fund_share = 0.05 （比例）" in told and "hub_companies = 200 家企业" in told
    assert "count_rural = false " in lookthrough("detectors", "show", "household-multi-property").out
    assert lookthrough("detectors", "show", "no-such").code == 1


def test_an_english_reader_is_cited_laws_in_english(lookthrough):
    for detector in DETECTORS:
        told = lookthrough("detectors", "show", detector.id, "--lang", "en").out
        basis = told.partition("\nBasis\n")[2].partition("\n\nNeeds")[0]
        assert basis and not re.search(r"[\u4e00-\u9fff]", basis), detector.id
    told = lookthrough("detectors", "show", "common-controller", "--lang", "en").out
    assert "Regulations for the Implementation of the Bidding Law, art. 34 para. 2: " in told


@pytest.mark.parametrize(
    ("stated", "english"),
    [
        ("第三十四条第二款", "art. 34 para. 2"),
        ("第九条、第十条", "art. 9, art. 10"),
        ("第四十条第（二）项", "art. 40 item 2"),
        ("第四十条第(十一)项", "art. 40 item 11"),
        ("第四十条第一、二项", "art. 40 items 1, 2"),
        ("第四十条第（一）、（三）项", "art. 40 items 1, 3"),
        ("第265条第4项", "art. 265 item 4"),
        ("R022, R024", "R022, R024"),
    ],
)
def test_articles_in_english(stated, english):
    assert articles(stated) == english


def test_what_is_lacking_is_told_with_the_tables_that_would_bring_it(lookthrough, loaded):
    said = lookthrough("detect", "--no-ledger", "--lang", "en").err
    # A list of members' changes tells of deaths, too.
    (told,) = [line for line in said.splitlines() if "paid-after-death" in line]
    assert told.endswith(
        "(no data; table household_members (column changed_on or change or ended_because) / persons (column died_on) or "
        "persons (column cremated_on))"
    )
    assert "undeclared-means (no data; table vehicles or shareholdings or positions or incomes)" in said
    assert "eligible-not-receiving (no data; table entitlements or incomes)" in said
    said = lookthrough("detect", "--no-ledger", "--lang", "zh").err
    # Once a run, not once a recipient; and nobody is told to be clear of it.
    (told,) = [line for line in said.splitlines() if "身故后仍在发放" in line]
    assert told.startswith("无法判定：") and told.endswith(
        " / persons（列“死亡日期”） 或 persons（列“火化日期”））"
    )
    clear = [line for line in said.splitlines() if "均无预警" in line]
    assert clear and not any(
        title in line for line in clear for title in ("超出当地规定", "符合条件而未享受")
    )
