"""Packages of kin and of links to the procedure's own parties: shares and control behind a link are proved like any other."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detectors.finding import Finding
from exports import Package
from exports.verifying.integrity import integrity
from exports.verifying.reading import read_package
from exports.verifying.verification import verify_package
from tests.exports.conftest import World, forged, unpack, with_facts

KIN, BUYER, SERVANT = "related-persons", "bidder-linked-to-buyer", "bidder-linked-to-service-party"


def links_of(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [link for bidder in facts["bidders"] for link in bidder["links"]]


def proving(world: World, detector: str, what: str = "stakes") -> Finding:
    """A finding of the detector with a link that rests on a share, or on control."""
    return next(
        f
        for f in world.findings
        if f.detector == detector and any(k.get(what) for k in links_of(dict(f.facts)))
    )


@pytest.fixture(scope="module", params=[KIN, BUYER, SERVANT])
def package(request: pytest.FixtureRequest, world: World) -> Package:
    return world.package(proving(world, request.param))


def facts_of(package: Package) -> Any:
    return json.loads(package.files["data/facts.json"])


def test_the_shares_behind_a_link_are_claimed_drawn_up_and_come_out_again(
    package: Package, tmp_path: Path
) -> None:
    found = verify_package(unpack(package.files, tmp_path / "whole"))
    assert found.holds, found.faults
    facts = facts_of(package)
    stakes = [s for link in links_of(facts["findings"][0]["facts"]) for s in link.get("stakes", ())]
    claimed = {(c["holder"], c["company"]): c["share"] for c in facts["claims"]["shares"]}
    assert stakes and all(claimed[s["holder"], s["company"]] == s["share"] for s in stakes)
    assert found.recomputed["shares"] == len(facts["claims"]["shares"]) and found.recomputed["paths"]
    rows = list(csv.DictReader(io.StringIO(package.files["data/graph/paths.csv"].decode("utf-8-sig"))))
    assert {(r["holder"], r["company"]) for r in rows} == set(claimed)
    formula = stakes[0]["paths"][0]["formula"]
    for lang, heading in (("zh", "穿透持股与算式"), ("en", "Effective shares and their formulas")):
        report = package.files[f"data/report.{lang}.html"].decode()
        assert heading in report and formula in report


def _everywhere(value: Any, old: float, new: float) -> Any:
    if isinstance(value, dict):
        return {k: _everywhere(v, old, new) for k, v in value.items()}
    if isinstance(value, list):
        return [_everywhere(v, old, new) for v in value]
    return new if isinstance(value, float) and value == old else value


def faults(package: Package, folder: Path, change: Callable[[dict[str, Any]], None]) -> list[str]:
    """What the check says of the package with its facts changed, every manifest made new."""
    target = forged(package, folder, "facts.json", with_facts(change))
    assert not integrity(read_package(target).files), "the bag itself is in order"
    return [f"{f.at} {f.en}" for f in verify_package(target).faults]


def test_a_share_forged_in_facts_and_claims_alike_is_named(package: Package, tmp_path: Path) -> None:
    share = next(c["share"] for c in facts_of(package)["claims"]["shares"] if c["share"])

    def change(facts: dict[str, Any]) -> None:
        for part in ("claims", "findings"):
            facts[part] = _everywhere(facts[part], share, 0.123)

    told = faults(package, tmp_path / "forged", change)
    assert any("/links/" in t and "0.123" in t and "the enclosed rows give" in t for t in told), told


def test_a_share_forged_at_the_link_alone_is_named(package: Package, tmp_path: Path) -> None:
    def change(facts: dict[str, Any]) -> None:
        link = next(k for k in links_of(facts["findings"][0]["facts"]) if k.get("stakes"))
        link["share"] = 0.123

    told = faults(package, tmp_path / "forged", change)
    assert any("/share is stated as 0.123" in t for t in told), told


def test_a_claim_taken_out_is_missed(package: Package, tmp_path: Path) -> None:
    at = facts_of(package)["claims"]["shares"][0]["at"]
    told = faults(package, tmp_path / "forged", lambda facts: facts["claims"]["shares"].pop(0))
    assert any(at in t and "no claim does" in t for t in told), told


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_number_forged_in_the_sentence_is_named(world: World, tmp_path: Path, lang: str) -> None:
    """In the facts, the table and the reports alike, as somebody would who knows the format."""
    package = world.package(proving(world, KIN))
    share = next(c["share"] for c in facts_of(package)["claims"]["shares"] if c["share"])
    old, new = f"{share:.2%}".encode(), b"12.30%"
    assert old.decode() in facts_of(package)["findings"][0]["text"][lang]
    files = {
        name: content.replace(old, new) if name.endswith((".json", ".html", "findings.csv")) else content
        for name, content in package.files.items()
    }
    changed = Package(**{**{f: getattr(package, f) for f in package.__dataclass_fields__}, "files": files})
    target = forged(changed, tmp_path / "forged", "facts.json", lambda text: text)
    told = [f"{f.at} {f.en}" for f in verify_package(target).faults]
    assert any(f"/findings/0/text/{lang} says 12.30%, which is no number of the facts" in t for t in told), (
        told
    )


def test_a_share_of_one_company_told_of_another_is_named(world: World, tmp_path: Path) -> None:
    package = world.package(proving(world, KIN))
    stakes = [s for k in links_of(facts_of(package)["findings"][0]["facts"]) for s in k.get("stakes", ())]
    one = next(s for s in stakes if s["share"])

    def change(facts: dict[str, Any]) -> None:
        found = facts["findings"][0]
        # A number that stands in the facts, of nothing that is held.
        found["facts"]["parameters"]["other"] = 0.123
        found["text"]["zh"] = found["text"]["zh"].replace(f"{one['share']:.2%}", "12.30%")

    told = faults(package, tmp_path / "forged", change)
    name = facts_of(package)["findings"][0]["facts"]["names"][one["company"]]
    assert any(f"says 12.30% of {name}" in t for t in told), told


def test_control_behind_a_link_is_worked_out_again(world: World, tmp_path: Path) -> None:
    package = world.package(proving(world, BUYER, "control"))
    claims = facts_of(package)["claims"]["control"]
    assert claims and all("/links/" in c["at"] and c["links"] for c in claims)
    assert verify_package(unpack(package.files, tmp_path / "whole")).recomputed["control"] == len(claims)
    assert "What control rests on" in package.files["data/report.en.html"].decode()

    def reversed_(facts: dict[str, Any]) -> None:
        first = facts["claims"]["control"][0]
        told = facts
        for step in first["at"].split("/")[1:]:
            told = told[int(step)] if isinstance(told, list) else told[step]
        for one in (first, told):
            one["holder"], one["company"] = one["company"], one["holder"]

    told = faults(package, tmp_path / "forged", reversed_)
    assert any(claims[0]["at"] in t and "do not give this control" in t for t in told), told
    told = faults(package, tmp_path / "gone", lambda facts: facts["claims"]["control"].clear())
    assert any(claims[0]["at"] in t and "no claim does" in t for t in told), told
