"""Packages of findings of an operator's own detectors: all that any other has, and said plainly what can't be recomputed."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cases import open_ledger
from detectors.definition import Detector
from detectors.finding import Finding
from detectors.own.definitions import read_own
from detectors.rules.values import NO_RULES
from detectors.running.detecting import detect
from exports import Package, PackageError, verify_package
from graph.stores import Credentials
from tests.cli.both_stores import Store
from tests.detectors.test_own_definitions import EXAMPLE
from tests.exports.conftest import KEY, Change, World, forged, run_of, unpack, with_facts
from tests.exports.test_commands import texts_of

HOLDERS = '''
[[detector]]
id = "held-through-a-company"
version = "1.0"
domain = "政府工程"
scene = "投标"
severity = "lead"
title = { zh = "投标人的上层股东", en = "Who stands above a bidder" }
needs = ["OWNS", "SUBMITS"]
scope = "company"
scope_column = "company_id"
subjects = ["company_id"]
identity = ["company_id", "above_id"]
nodes = ["holder_id", "above_id"]
keys = ["owns_key", "above_key"]
query = """
MATCH (b:Bid)<-[:SUBMITS]-(c:Company)<-[o:OWNS]-(h:Company)<-[a:OWNS]-(p:Person)
WHERE o.counted AND a.counted
RETURN DISTINCT c.id AS company_id, h.id AS holder_id, p.id AS above_id, o.share AS share, o.key AS owns_key,
       a.key AS above_key
"""
population = "MATCH (c:Company) RETURN count(c.id) AS n"
wording.zh = "【风险预警】{company_id}的上层股东为{above_id}。本预警由数据比对自动生成，仅供核查参考，不作为认定违纪违法的依据。"
wording.en = "[Lead] {above_id} stands above {company_id}. Made by comparing data, for verification only; it establishes no wrongdoing."
innocent = { zh = ["正常投资"], en = ["an investment"] }

[[detector.parameter]]
name = "least_share"
default = 0.1
unit = "fraction"
doc_zh = "直接持股低于此数不计"
doc_en = "smaller direct shares do not count"

[[detector.keep]]
column = "share"
at_least = "least_share"
'''


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Detector, ...]:
    file = tmp_path_factory.mktemp("own") / "own.toml"
    file.write_text(EXAMPLE + HOLDERS, encoding="utf-8")
    return read_own(file)


@pytest.fixture(scope="module")
def found(world: World, own: tuple[Detector, ...]) -> tuple[Finding, ...]:
    return detect(world.store, own).findings


def of(found: tuple[Finding, ...], detector: str) -> Finding:
    return next(f for f in found if f.detector == detector)


def facts_of(package: Package) -> Any:
    return json.loads(package.files["data/facts.json"])


def text(package: Package, lang: str) -> str:
    page = package.files[f"data/report.{lang}.html"].decode()
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def test_it_has_all_parts_and_the_shares_and_control_are_proved(
    world: World, own: tuple[Detector, ...], found: tuple[Finding, ...], tmp_path: Path
) -> None:
    one = of(found, "held-through-a-company")
    package = world.package(one, own=own)
    facts = facts_of(package)
    (told,) = facts["findings"]
    assert told["own_detector"] is True and told["title"]["zh"] == "投标人的上层股东"
    row = one.facts["rows"][0]
    pairs = {(s["holder"], s["company"]) for s in facts["proved"]["shares"]}
    assert {(row["holder_id"], row["company_id"]), (row["above_id"], row["company_id"])} <= pairs
    through = next(
        c for c in facts["claims"]["shares"]
        if (c["holder"], c["company"]) == (row["above_id"], row["company_id"])
    )  # fmt: skip
    assert through["depth"] == 2 and len(through["paths"][0]["nodes"]) == 3
    for lang in ("zh", "en"):
        said = text(package, lang)
        assert through["paths"][0]["formula"] in said and through["paths"][0]["formula"].count("×") == 1
        assert told["text"][lang].split("。")[0] in said
        assert ("自定义检测项" if lang == "zh" else "an operator's own detector") in said
        assert ("直接持股低于此数不计" if lang == "zh" else "Smaller direct shares do not count") in said
    edges = package.files["data/graph/edges.csv"].decode("utf-8-sig")
    assert all(row[k] in edges for k in ("owns_key", "above_key"))
    # Whoever checks it has not the operator's file.
    checked = verify_package(unpack(package.files, tmp_path / "package"))
    assert checked.holds and checked.not_compared is None
    assert checked.recomputed["shares"] == len(pairs) and checked.recomputed["reports"] == 2
    assert checked.not_recomputed and one.detector in checked.not_recomputed[1]


def halved(facts: dict[str, Any]) -> None:
    for told in (facts["proved"]["shares"][0], facts["claims"]["shares"][0]):
        told["share"] /= 2


@pytest.mark.parametrize(
    ("name", "change", "at"),
    [
        ("facts.json", halved, "/proved/shares/0"),
        ("facts.json", lambda f: f["findings"][0].update(own_detector=False), "detector/own"),
        ("provenance.json", lambda p: p["detector"].update(own=False), "detector/own"),
    ],
)
def test_what_can_be_recomputed_is(
    world: World,
    own: tuple[Detector, ...],
    found: tuple[Finding, ...],
    tmp_path: Path,
    name: str,
    change: Change,
    at: str,
) -> None:
    package = world.package(of(found, "held-through-a-company"), own=own)
    checked = verify_package(forged(package, tmp_path / "forged", name, with_facts(change)))
    assert not checked.holds and any(at in f.at for f in checked.faults), checked.faults


def test_a_finding_of_the_product_can_not_be_passed_off_as_an_own_one(
    world: World, nine: Package, tmp_path: Path
) -> None:
    """Then its queries would not be held against the catalogue."""
    from exports.bag import bag, read_info
    from exports.verifying.provenance import FACTS_FIELD

    data = {n[5:]: b for n, b in nine.files.items() if n.startswith("data/")}
    facts, provenance = json.loads(data["facts.json"]), json.loads(data["provenance.json"])
    facts["findings"][0]["own_detector"] = True
    provenance["detector"] |= {"own": True, "queries": {"rows": "MATCH (c:Company) RETURN c.id AS id"}}
    for name, value in (("facts.json", facts), ("provenance.json", provenance)):
        data[name] = (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    import hashlib

    fields = read_info(nine.files["bag-info.txt"]) | {
        FACTS_FIELD: hashlib.sha256(data["facts.json"]).hexdigest()
    }
    fields.pop("Payload-Oxum")
    files = bag(data, {"run.json": run_of(nine, fields)}, list(fields.items()))
    checked = verify_package(unpack(files, tmp_path / "forged"))
    assert any(f.at.endswith("detector/own") for f in checked.faults), checked.faults


def test_what_is_personal_in_an_own_query_is_masked_in_the_whole_package(
    world: World, own: tuple[Detector, ...], found: tuple[Finding, ...], tmp_path: Path
) -> None:
    one = of(found, "household-vehicles")
    plate = one.facts["rows"][0]["vehicle_id"].partition(":")[2]
    clear, hidden = (world.package(one, own=own, hidden_by=key) for key in (None, KEY))
    assert "proved" not in facts_of(hidden), "the query asks of no ownership"
    assert plate in clear.files["data/facts.json"].decode()
    for n, package in enumerate((clear, hidden)):
        folder = unpack(package.files, tmp_path / str(n))
        assert verify_package(folder).holds
        told = {p.name: texts_of(p) for p in sorted(folder.rglob("*.*")) if p.suffix not in (".png", "")}
        assert any(plate in t for t in told.values()) == (package is clear)


def test_a_definition_that_names_no_row_as_proof_is_told_so(
    world: World, own: tuple[Detector, ...], found: tuple[Finding, ...]
) -> None:
    one = of(found, "held-through-a-company")
    wrong = replace(one, evidence=replace(one.evidence, keys=(*one.evidence.keys, "0.5")))
    with pytest.raises(PackageError, match=r"names 0\.5 as proof"):
        world.package(wrong, own=own)
    with pytest.raises(PackageError, match="LOOKTHROUGH_DETECTORS"):
        world.package(one)


def test_another_version_of_the_definition_finds_anew(
    world: World, own: tuple[Detector, ...], found: tuple[Finding, ...], tmp_path: Path
) -> None:
    one = of(found, "household-vehicles")
    newer = tuple(replace(d, version="1.1") for d in own)
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        ledger.record_run(detect(world.store, own), own, NO_RULES, world.store.fingerprint(), "tester")
        kept = world.package(one.fingerprint, own=own, ledger=ledger)
        again = world.package(one.fingerprint, own=newer, ledger=ledger)
        with pytest.raises(PackageError, match="without its definition"):
            world.package(one.fingerprint, ledger=ledger)
    assert [facts_of(p)["findings"][0]["version"] for p in (kept, again)] == ["1.0", "1.1"]
    assert verify_package(unpack(again.files, tmp_path / "package")).holds


def test_the_command_takes_the_operators_definitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.toml").write_text(HOLDERS, encoding="utf-8")
    monkeypatch.setenv("LOOKTHROUGH_DETECTORS", str(tmp_path / "own.toml"))
    for name, rows in (
        ("股权", "企业名称,股东名称,股东类型,出资比例\n甲城路桥建设有限公司,乙江控股有限公司,法人股东,51%\n乙江控股有限公司,王建国,自然人股东,60%\n"),
        ("投标", "项目编号,标段编号,投标人名称,投标时间\nZC-9,1,甲城路桥建设有限公司,2025-03-14 09:20\n"),
    ):  # fmt: skip
        (tmp_path / f"{name}.csv").write_text(rows, encoding="utf-8")
    store = Store(str(tmp_path / "store"), tmp_path / "data", Credentials())
    for name in ("股权", "投标"):
        assert store("load", tmp_path / f"{name}.csv").code == 0
    ran = store("detect", "--detector", "held-through-a-company", "--format", "json")
    (finding,) = json.loads(ran.out)
    made = store("evidence", finding["fingerprint"], "--to", tmp_path / "package")
    assert made.code == 0, made.err
    monkeypatch.delenv("LOOKTHROUGH_DETECTORS")
    checked = store("verify", tmp_path / "package")
    assert checked.code == 0 and "NOT RECOMPUTED: held-through-a-company" in checked.out
    assert "3 shares" in checked.out
    refused = store("evidence", finding["fingerprint"], "--to", tmp_path / "another")
    assert refused.code == 1 and "LOOKTHROUGH_DETECTORS" in refused.err
