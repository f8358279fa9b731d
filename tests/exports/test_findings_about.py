"""What a party's package says of findings about it: what sets them aside, where they stand, and of which data they are."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cases import Ledger, open_ledger
from detectors.definition import Undecided
from detectors.registry import DETECTORS, chosen
from detectors.rules.values import NO_RULES
from detectors.running.changed import Narrowed
from detectors.running.detecting import detect
from detectors.running.runner import Run
from exports import verify_package
from exports.evidence.unjudged import unjudged_in_ledger
from graph.stores import Credentials
from tests.api.world import FILES, PEOPLE
from tests.cli.both_stores import Store
from tests.exports.conftest import KEY, World, unpack
from tests.exports.test_commands import texts_of

HOUSEHOLD = "local:BZDB0008"
REGISTER = """企业名称,统一社会信用代码,股东名称,股东类型,出资比例
甲城路桥建设有限公司,,乙江控股有限公司,法人股东,51%
甲城路桥建设有限公司,,王建国,自然人股东,49%
丙河市政工程有限公司,,乙江控股有限公司,法人股东,35%
丙河市政工程有限公司,,李秀兰,自然人股东,65%
"""
BIDS = """项目编号,项目名称,标段编号,投标人名称,投标报价（元）,投标时间
ZC-9,甲城污水管网改造,1,甲城路桥建设有限公司,"1,234,567.00",2025-03-14 09:20
ZC-9,甲城污水管网改造,1,丙河市政工程有限公司,"1,240,000.00",2025-03-14 10:05
ZC-9,甲城污水管网改造,1,戊林园林有限公司,"1,250,000.00",2025-03-14 10:06
"""
PARTY = "甲城路桥建设有限公司"


def reports(package: Path) -> dict[str, str]:
    return {
        lang: html.unescape(
            re.sub(r"<[^>]+>", " ", (package / f"data/report.{lang}.html").read_text(encoding="utf-8"))
        )
        for lang in ("zh", "en")
    }


def facts_of(package: Path) -> Any:
    return json.loads((package / "data/facts.json").read_text(encoding="utf-8"))


@pytest.fixture
def own(tmp_path: Path) -> Store:
    for name, text in (("股权", REGISTER), ("投标", BIDS), ("另", REGISTER.replace("51%", "50%"))):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    store = Store(str(tmp_path / "store"), tmp_path / "data", Credentials())
    for name in ("股权", "投标"):
        assert store("load", tmp_path / f"{name}.csv").code == 0
    return store


def test_findings_of_earlier_data_are_named_as_such_and_never_denied(own: Store, tmp_path: Path) -> None:
    before = tmp_path / "before"
    made = own("evidence", PARTY, "--to", before, "--format", "json")
    assert made.code == 0 and json.loads(made.out)["findings_about_over"] == "not"
    told = own("evidence", PARTY, "--to", before, "--force")
    assert "lookthrough detect" in told.err
    assert facts_of(before)["findings_about"] == []
    assert "不得而知" in reports(before)["zh"] and "is not known" in reports(before)["en"]
    assert "没有找到" not in reports(before)["zh"]

    assert own("detect").code == 0
    looked = tmp_path / "looked"
    told = own("evidence", PARTY, "--to", looked)
    assert told.code == 0 and "lookthrough detect" not in told.err
    found = facts_of(looked)["findings_about"]
    assert {f["not_checked_since"] for f in found} == {None} and "未能核对" not in reports(looked)["zh"]
    assert found and facts_of(looked)["findings_about_over"] == "loaded"
    assert {f["state"] for f in found} == {"new"} and {f["found_in_data"] for f in found} == {None}

    (tmp_path / "new.csv").write_text(REGISTER.replace("甲城", "庚山"), encoding="utf-8")
    assert own("load", tmp_path / "new.csv").code == 0
    later = tmp_path / "later"
    told = own("evidence", PARTY, "--to", later)
    assert told.code == 0 and "earlier data" in told.err
    facts = facts_of(later)
    assert facts["findings_about_over"] == "earlier"
    assert [f["fingerprint"] for f in facts["findings_about"]] == [f["fingerprint"] for f in found]
    of = {f["found_in_data"] for f in facts["findings_about"]}
    assert of == {facts_of(looked)["dataset"]} and facts["dataset"] not in of
    for lang, words in (("zh", "此前的数据"), ("en", "earlier data")):
        assert words in reports(later)[lang]
        assert all(f["fingerprint"] in reports(later)[lang] for f in found)
    assert verify_package(later).holds


def test_after_a_run_over_what_changed_each_detector_is_told_by_what_it_looked_at(
    own: Store, tmp_path: Path
) -> None:
    """Those about patterns over everything wait; all others have looked, if not at everything again."""

    def package(name: str, over: str) -> tuple[Any, dict[str, str], str]:
        made = own("evidence", PARTY, "--to", tmp_path / name)
        assert made.code == 0, made.err
        assert verify_package(tmp_path / name).holds
        facts = facts_of(tmp_path / name)
        assert facts["findings_about_over"] == over
        return facts, reports(tmp_path / name), made.err

    assert own("detect").code == 0
    whole, _, _ = package("whole", "loaded")
    assert whole["detectors_waiting"] == [] and whole["findings_about"]
    (tmp_path / "more.csv").write_text(BIDS.replace("ZC-9", "ZC-10"), encoding="utf-8")
    assert own("load", tmp_path / "more.csv").code == 0
    package("loaded", "earlier")
    assert own("detect", "--changed").code == 0

    facts, texts, err = package("changed", "partly")
    patterns = {d.id for d in DETECTORS if d.over_all and not d.support}
    assert {d["detector"] for d in facts["detectors_waiting"]} == patterns
    assert {d["looked_at"] for d in facts["detectors_waiting"]} == {whole["dataset"]} != {facts["dataset"]}
    scopes = {f["scope"]["id"]: f["found_in_data"] for f in facts["findings_about"]}
    # What the first run found of the first lot stands, and is of the data loaded as the second lot's is.
    assert scopes == {"local:ZC-9/1": None, "local:ZC-10/1": None}
    assert facts["undecided_about"] is not None
    assert not patterns & {d["detector"] for d in facts["undecided_about"]["without_data"]}
    assert "Some detectors have not looked" in err
    for lang, words in (("zh", "尚未在当前数据上运行"), ("en", "have not looked at the data loaded")):
        assert words in texts[lang] and whole["dataset"] in texts[lang]
        assert all(d["title"][lang] in texts[lang] for d in facts["detectors_waiting"])

    for detector in sorted(patterns):
        assert own("detect", "--detector", detector).code == 0
    again, texts, err = package("again", "loaded")
    assert again["detectors_waiting"] == [] and "have not looked" not in texts["en"] + err
    assert [f["fingerprint"] for f in again["findings_about"]] == [
        f["fingerprint"] for f in facts["findings_about"]
    ]
    assert again["undecided_about"] is not None


def test_detectors_that_were_never_run_are_named_and_the_others_tell_of_themselves(
    own: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of two detectors says what these found, and nothing of the others."""
    # Else all are run for the package.
    monkeypatch.setattr("exports.evidence.writing.is_current", lambda store: False)
    assert own("detect", "--detector", "habitual-loser", "--detector", "common-shareholder").code == 0
    made = own("evidence", "戊林园林有限公司", "--to", tmp_path / "one")
    assert made.code == 0, made.err
    facts, texts = facts_of(tmp_path / "one"), reports(tmp_path / "one")
    assert facts["findings_about_over"] == "partly"
    waiting = {d["detector"]: d["looked_at"] for d in facts["detectors_waiting"]}
    assert "common-shareholder" not in waiting and set(waiting.values()) == {None}
    assert len(waiting) == len([d for d in DETECTORS if not d.support]) - 2
    assert {g["detector"] for g in facts["undecided_about"]["gaps"]} == {"common-shareholder"}
    assert "其余检测项在当前数据中没有找到" in texts["zh"] and "从未运行" in texts["zh"]
    assert "never run" in texts["en"] and verify_package(tmp_path / "one").holds


def ledger_of(world: World, folder: Path) -> Ledger:
    ledger = open_ledger(f"sqlite:///{folder / 'ledger.db'}").__enter__()
    wanted = chosen(None)
    ledger.record_run(detect(world.store, wanted), wanted, NO_RULES, world.store.fingerprint(), "tester")
    return ledger


def test_what_sets_a_finding_aside_and_where_it_stands_are_told_of_a_party_too(
    world: World, tmp_path: Path
) -> None:
    about = {f.detector: f for f in world.findings if f.scope_id == HOUSEHOLD}
    aside = about["household-multi-property"]
    assert aside.suppressed_by
    ledger = ledger_of(world, tmp_path)
    try:
        ledger.decide(aside.fingerprint, "in_review", "核对权属", "tester")
        ledger.decide(aside.fingerprint, "cleared", "系农村宅基地", "tester")
        ledger.suppress(aside.fingerprint, "2099-01-01", "已核实的例外", "tester")
        package = world.package(HOUSEHOLD, ledger=ledger)
        again = world.package(HOUSEHOLD)
    finally:
        ledger.close()
    folder = unpack(package.files, tmp_path / "package")
    (told,) = [f for f in facts_of(folder)["findings_about"] if f["fingerprint"] == aside.fingerprint]
    assert told["state"] == "cleared" and told["suppression"]["reason"] == "已核实的例外"
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert {c["id"]: c["state"] for c in run["cases_about"]}[aside.fingerprint] == "cleared"
    text = reports(folder)
    assert aside.suppressed_by["reason"] in text["zh"] and aside.suppressed_by["reason_en"] in text["en"]
    assert "排除" in text["zh"] and "cleared" in text["en"]
    assert "人工抑制至 2099-01-01：已核实的例外" in text["zh"]
    assert verify_package(folder).holds
    # Without a ledger the rule that sets it aside is told all the same, and no state is made up.
    alone = unpack(again.files, tmp_path / "alone")
    assert aside.suppressed_by["reason"] in reports(alone)["zh"]
    assert {f["state"] for f in facts_of(alone)["findings_about"]} == {None}
    assert json.loads((alone / "run.json").read_text(encoding="utf-8"))["cases_about"] == []


def test_no_reason_names_anybody_or_tells_a_number_where_people_are_masked(
    world: World, tmp_path: Path
) -> None:
    """Whom a reason names the data need not know, and its number need not be right."""
    secrets = ("赵六", "110105199001010037", "110105199001010029", "13800000021")
    found = world.found("household-multi-property", HOUSEHOLD)
    ledger = ledger_of(world, tmp_path)
    try:
        ledger.decide(found.fingerprint, "in_review", f"核对赵六（{secrets[1]}）", "tester")
        ledger.suppress(
            found.fingerprint, "2099-01-01", f"赵六（{secrets[2]}，{secrets[3]}）为代持", "tester"
        )
        made = {
            (of, hides): world.package(of, ledger=ledger, hidden_by=KEY if hides else None)
            for of in (found.fingerprint, HOUSEHOLD)
            for hides in (True, False)
        }
    finally:
        ledger.close()
    for n, ((of, hides), package) in enumerate(made.items()):
        folder = unpack(package.files, tmp_path / str(n))
        assert verify_package(folder).holds
        told = {p.name: texts_of(p) for p in sorted(folder.rglob("*.*")) if p.suffix not in (".png", "")}
        assert {"run.json", "report.zh.pdf", "facts.json"} <= told.keys()
        shown = {secret for secret in secrets if any(secret in text for text in told.values())}
        # Who may see people reads the name, and never a number.
        assert shown == (set() if hides else {"赵六"}), (of, hides)
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        case = run["case"] or run["cases_about"][0]
        assert case["suppression"] and [e["kind"] for e in case["history"]][-2:] == ["decided", "suppressed"]
        if of == HOUSEHOLD:
            said = "理由已隐去" if hides else "为代持"
            assert "人工抑制至 2099-01-01：" in reports(folder)["zh"] and said in reports(folder)["zh"]


def test_what_a_finding_said_before_is_left_out_where_people_are_masked(world: World, tmp_path: Path) -> None:
    """钱七 stands in the earlier text alone: the data loaded do not know him, so no mask of theirs would find him."""
    wanted = chosen(None)
    run = detect(world.store, wanted)
    found = next(f for f in run.findings if f.fingerprint == world.found("common-controller").fingerprint)
    other = replace(found, text={"zh": "曾涉及钱七", "en": "It named 钱七"})
    before = replace(run, findings=tuple(other if f is found else f for f in run.findings))
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        for one in (before, run):
            ledger.record_run(one, wanted, NO_RULES, world.store.fingerprint(), "tester")
        hidden, clear = (
            world.package(found.fingerprint, ledger=ledger, hidden_by=key) for key in (KEY, None)
        )
    told = [json.loads(p.files["run.json"])["case"]["history"][-1] for p in (hidden, clear)]
    assert [h["kind"] for h in told] == ["changed", "changed"]
    assert told[0]["changes"] == ["text"] and told[1]["changes"]["text"]["before"]["zh"] == "曾涉及钱七"
    assert "钱七" not in hidden.files["run.json"].decode()


def test_what_could_not_be_decided_of_a_party_is_told_with_what_is_missing(
    own: Store, tmp_path: Path
) -> None:
    """戊林园林 bids and has no ownership data: that nothing is found of it says nothing."""

    def package(name: str, *options: str) -> tuple[Any, dict[str, str]]:
        made = own("evidence", "戊林园林有限公司", "--to", tmp_path / name, *options)
        assert made.code == 0, made.err
        assert verify_package(tmp_path / name).holds
        return facts_of(tmp_path / name), reports(tmp_path / name)

    facts, _ = package("before")
    assert facts["undecided_about"] is None
    assert own("detect").code == 0
    facts, texts = package("looked")
    told = facts["undecided_about"]
    assert {g["scope"]["id"] for g in told["gaps"]} == {"local:ZC-9/1"} and told["more"] == 0
    assert "common-shareholder" in {g["detector"] for g in told["gaps"]}
    for lang in ("zh", "en"):
        assert "lookthrough detect" not in texts[lang].partition("缺少数据而无法判定的")[2]
        for gap in told["gaps"]:
            assert gap["missing"][lang] in texts[lang] and gap["title"][lang] in texts[lang]
    # What has no data at all is told of bidding, which a company does, and not of benefits.
    without = {d["detector"] for d in told["without_data"]}
    assert "concert-partners" in without and "duplicate-benefit" not in without
    assert package("alone", "--no-ledger")[0]["undecided_about"] == told
    assert facts_of_party(own, tmp_path)["gaps"] == []


def test_a_run_over_what_changed_tells_of_that_and_the_run_before_it_of_the_rest(tmp_path: Path) -> None:
    wanted = chosen(None)
    changed, whole, standing, absent = (d.id for d in wanted[:4])

    def run(*gaps: tuple[str, str], missing: tuple[str, ...] = ()) -> Run:
        told = tuple((d, Undecided("lot", lot, ("firm",), f"缺{d}", f"no {d}")) for d, lot in gaps)
        return Run((), told, {}, dict.fromkeys(missing, ("OWNS",)))

    first = run(
        (changed, "lot:1"), (changed, "lot:2"), (whole, "lot:1"), (standing, "lot:2"),
        missing=(absent, changed),
    )  # fmt: skip
    narrowed = Narrowed(
        "data 1", frozenset({("lot", "lot:2")}), frozenset({changed}), frozenset({standing, absent})
    )
    second = run((whole, "lot:3"), (changed, "lot:2"))
    other = [d for d in wanted if d.id not in (changed, whole, standing, absent)]
    narrowed = replace(narrowed, standing=narrowed.standing | {d.id for d in other})

    def told() -> Any:
        return unjudged_in_ledger(ledger, wanted, NO_RULES, "firm")

    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        assert told() is None
        ledger.record_run(first, wanted, NO_RULES, "data 1", "tester")
        assert len(told().gaps) == 4 and set(told().without_data) == {absent, changed}
        ledger.record_run(second, wanted, NO_RULES, "data 2", "tester", narrowed=narrowed)
        gaps = {(g["detector"], g["scope"]["id"]) for g in told().gaps}
        # Of what was looked at again the later run tells: lot:1 of `whole` is no gap any more.
        assert gaps == {
            (changed, "lot:1"), (changed, "lot:2"), (whole, "lot:3"), (standing, "lot:2"),
        }  # fmt: skip
        assert len(told().gaps) == 4 and set(told().without_data) == {absent}
        assert unjudged_in_ledger(ledger, wanted, NO_RULES, "another firm").gaps == ()  # type: ignore[union-attr]


def facts_of_party(own: Store, folder: Path) -> Any:
    """What could not be decided of a party whose data are there."""
    assert own("evidence", PARTY, "--to", folder / "with-data").code == 0
    assert "没有涉及该对象而无法判定的事项" in reports(folder / "with-data")["zh"]
    return facts_of(folder / "with-data")["undecided_about"]


@pytest.fixture
def taken_back(tmp_path: Path) -> Store:
    """Two bidders with one officer, whom the positions alone name, found; then the positions are taken back, and looked again."""
    store = Store(str(tmp_path / "store"), tmp_path / "data", Credentials())
    for name in ("companies.csv", "positions.csv", "tenders.csv", "bids.csv"):
        (tmp_path / name).write_text(FILES[name], encoding="utf-8")
        assert store("load", tmp_path / name).code == 0
    assert store("detect").code == 0
    batches = store("status", "--format", "json").json["batches"]
    (positions,) = (b["id"] for b in batches if "positions.csv" in json.dumps(b))
    assert store("unload", positions).code == 0
    assert store("detect").code == 0
    return store


def test_the_package_of_what_nobody_could_check_is_refused_as_that_and_made_when_the_data_are_back(
    taken_back: Store, tmp_path: Path
) -> None:
    records = taken_back("findings", "list", "--format", "json").json
    (found,) = [f for f in records if f["detector"] == "shared-officer"]
    for lang, says, never in (
        ("zh", "已撤回或缺失，最近一次检测未能核对", "不再成立"),
        ("en", "the last run could not check it: load them again", "no longer stands"),
    ):
        made = taken_back("evidence", found["id"], "--to", tmp_path / lang, language=lang)
        assert made.code != 0 and not (tmp_path / lang).exists()
        told = re.sub(r"\s+", " " if lang == "en" else "", made.err)
        assert says in told and never not in told
    # The data are back, and no run has looked at them: whether it stands is found out for the package.
    assert taken_back("load", tmp_path / "positions.csv").code == 0
    made = taken_back("evidence", found["id"], "--to", tmp_path / "back")
    assert made.code == 0, made.err
    assert verify_package(tmp_path / "back").holds


def test_people_taken_back_are_masked_in_what_was_found_of_them(taken_back: Store, tmp_path: Path) -> None:
    """Of such a person the store has no name: what was found tells it."""
    shown = {}
    for name, options in (("clear", ()), ("masked", ("--mask-people",))):
        made = taken_back("evidence", "local:A", "--to", tmp_path / name, *options)
        assert made.code == 0, made.err
        assert verify_package(tmp_path / name).holds
        told = {
            p.name: texts_of(p) for p in sorted((tmp_path / name / "data").rglob("*.*")) if p.suffix != ".png"
        }
        shown[name] = {file for file, text in told.items() if PEOPLE[0] in text}
        facts, texts = facts_of(tmp_path / name), reports(tmp_path / name)
        (found,) = [f for f in facts["findings_about"] if f["detector"] == "shared-officer"]
        # The detectors did look at the data loaded, and this is not of them.
        assert facts["findings_about_over"] == "loaded" and found["not_checked_since"]
        # A line of the table may be broken anywhere.
        said = {lang: re.sub(r"\s+", " ", text) for lang, text in texts.items()}
        assert "新；最近一次检测未能核对（缺少数据）" in said["zh"].replace(" ", "")
        assert "new; the last run could not check this (data missing)" in said["en"]
    assert {"facts.json", "report.zh.html", "report.en.pdf"} <= shown["clear"]
    assert shown["masked"] == set()
