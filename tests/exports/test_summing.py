"""A share, its listed paths, and what is told to stand between them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest

from detectors.finding import Finding
from exports.evidence.asking import ask
from exports.evidence.contents import prove
from exports.evidence.proving import proof_of_company, proof_of_finding
from exports.evidence.report import Report
from exports.evidence.report_html import report_html
from exports.evidence.summing import Registers, Sum
from graph.current_ownership import current_ownership
from graph.penetration import Ownership
from tests.exports.conftest import World
from tests.graph.oracles import tables


def sums(rows: list[Any]) -> dict[str, tuple[dict[str, Any], Sum]]:
    """Of company A, by holder: the claim, and its paths added."""
    proof, _ = proof_of_company(Ownership.build(tables(rows)), "A", "2025-01-01")
    registers = Registers(proof.ownership_json())
    found = {c["holder"]: (c, registers.summed(c)) for c in proof.shares}
    return {holder: (claim, told) for holder, (claim, told) in found.items() if told is not None}


def claimed(world: World, found: Finding) -> list[tuple[dict[str, Any], Sum]]:
    """The exact shares that a finding states with their paths, and those added."""
    proof = proof_of_finding(current_ownership(world.store), found)
    days = {p.as_of: Registers(p.ownership_json()) for p in (proof, *proof.elsewhen.values())}
    told = [(c, days[c.get("as_of", proof.as_of)].summed(c)) for c in proof.shares if c["share"] is not None]
    return [(claim, summed) for claim, summed in told if summed is not None]


def test_paths_without_a_loop_add_up_to_the_share() -> None:
    told = sums([("person:1", "A1", 0.8), ("person:1", "B", 0.3), ("A1", "A", 0.5), ("B", "A", 0.4)])
    claim, summed = told["person:1"]
    assert len(claim["paths"]) == 2 and summed.whole and not summed.loops
    assert summed.low == pytest.approx(0.52) == claim["share"]


def test_what_a_loop_adds_is_told_with_who_is_in_it() -> None:
    # B and D hold each other: 60% of B is worth 60% × 45% × 25% / (1 − 10%) + … more than the path says.
    told = sums([("person:1", "B", 0.6), ("D", "B", 0.25), ("B", "D", 0.4), ("D", "A", 0.45)])
    claim, summed = told["person:1"]
    assert summed.low == pytest.approx(0.6 * 0.4 * 0.45)
    assert summed.loops == (("B", "D"),)
    assert summed.rest == pytest.approx((0.6 * 0.4 * 0.45 * (1 / 0.9 - 1),) * 2)
    assert summed.rest and summed.low + summed.rest[0] == pytest.approx(claim["share"])


def test_a_company_that_holds_itself_is_a_loop_of_one_and_a_loop_elsewhere_is_none() -> None:
    told = sums(
        [
            ("person:1", "B", 0.5),
            ("B", "B", 0.2),
            ("B", "A", 0.5),
            ("A", "C", 0.5),
            ("C", "E", 0.5),
            ("E", "C", 0.5),
        ]
    )
    claim, summed = told["person:1"]
    assert summed.loops == (("B",),) and summed.rest
    assert summed.low + summed.rest[0] == pytest.approx(claim["share"]) == 0.3125


def test_bounds_are_added_like_shares_and_capped_where_registers_leave_no_room() -> None:
    band = {"share_min": 0.4, "share_max": 0.6}
    open_ = [
        {"holder_id": "person:1", "company_id": "B", **band},
        {"holder_id": "B", "company_id": "A", "share": Fraction(1, 2)},
    ]
    claim, summed = sums(open_)["person:1"]
    assert summed.whole and (summed.low, summed.high) == (0.2, 0.3) == (
        claim["share_min"],
        claim["share_max"],
    )
    # Two holders of A that person:1 has wholly: each could have 70%, but not both.
    wide = {"share_min": 0.3, "share_max": 0.8}
    capped = [
        {"holder_id": holder, "company_id": company, **share}
        for holder, company, share in (
            ("person:1", "B", {"share": Fraction(1)}), ("person:1", "C", {"share": Fraction(1)}),
            ("B", "A", wide), ("C", "A", wide),
        )
    ]  # fmt: skip
    claim, summed = sums(capped)["person:1"]
    assert summed.low == pytest.approx(0.6) == claim["share_min"]
    assert summed.rest is None and summed.high > claim["share_max"]


def test_every_claim_of_the_demo_is_its_paths_and_what_is_told_beside_them(world: World) -> None:
    looped = whole = 0
    for found in (f for f in world.findings if f.scope_kind == "lot"):
        for claim, summed in claimed(world, found):
            assert summed.rest is not None
            assert summed.low + summed.rest[0] == pytest.approx(claim["share"]), (found.detector, claim)
            # Nothing is left without a reason that the report gives.
            assert summed.whole or summed.loops or claim["truncated"]
            looped += not summed.whole
            whole += summed.whole
    assert looped and whole


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", (r"以上路径合计 ([\d.]+)%，循环持股（[^）]+）另计 ([\d.]+)%，穿透持股为 ([\d.]+)%。")),
        (
            "en",
            (r"add up to ([\d.]+)%; the loop of [^:]+ adds ([\d.]+)%: the effective share is ([\d.]+)%\."),
        ),
    ],
)
def test_a_report_says_below_the_paths_what_the_loop_adds(world: World, lang: Any, words: str) -> None:
    found = next(f for f in world.findings if any(not s.whole for _, s in claimed(world, f)))
    texts = []
    for one in (found, world.found("common-controller")):
        subject = prove(world.store, ask(world.store, one, None), None).subject
        texts.append(report_html(Report(subject, lang).document(), "").decode())
    told = re.findall(words, texts[0])
    assert told
    for paths, loop, share in told:
        assert float(paths) + float(loop) == pytest.approx(float(share), abs=0.011)
    assert not re.search(words, texts[1])
    assert all(("差额与原因" if lang == "zh" else "by how much and why") in text for text in texts)
