"""Bidders tied by ownership and control: the true case, the near miss and the innocent twin, on both stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from detectors.bidders import (
    bidder_controls_bidder,
    common_beneficial_owner,
    common_controller,
    common_shareholder,
    cross_holding,
)
from detectors.finding import Finding
from detectors.running.detecting import detect
from detectors.running.one_lot import screen_lot
from detectors.running.runner import Run
from graph.stores import open_store
from tests.detectors.bidder_world import Found, World, found_on_both, ids, name
from tests.detectors.evidence_alone import Stated

CONTROLS, OWNER, CROSS = "bidder-controls-bidder", "common-beneficial-owner", "cross-holding"
CONTROLLER, SHAREHOLDER = "common-controller", "common-shareholder"
PROCUREMENT = "政府采购"


def in_trust(w: World, company: str, nominee: str, *nominators: str, **more: str) -> None:
    """A declared nominee in a company, and for whom it holds."""
    said = [(nominee, "代持人"), *((p, "实际出资人") for p in nominators)]
    for party, interest in said:
        id_ = f"person.local:{party}" if party.startswith("P") else party
        w.add("control", party_id=id_, company_id=company, interest=interest, **more)


def build_nominees(w: World) -> None:
    """Pairs `<scene>a`, `<scene>b`: a nominee of the first one's register, or of what owns it, and who is behind it."""
    for scene, nominee, percent, owner, other in (
        ("N-ONE", "PN1", 30, "PO1", 30),
        ("N-SMALL", "PN2", 12, "PO2", 15),
        ("N-ENDED", "PN3", 30, "PO3", 30),
        ("N-UNNAMED", "PN4", 30, "PO4", 30),
        ("N-FIRM", "PN5", 12, "NF5", 15),
    ):
        w.lot(scene, f"{scene}a", f"{scene}b")
        w.holds(nominee, f"{scene}a", percent)
        w.holds(owner, f"{scene}b", other)
        behind = () if scene == "N-UNNAMED" else (owner,)
        ended = {"valid_to": "2025-03-01"} if scene == "N-ENDED" else {}
        in_trust(w, f"{scene}a", nominee, *behind, **ended)
    # Through a company: 20% held for who has 10% in his own name.
    w.lot("N-UP", "N-UPa", "N-UPb")
    w.holds("NM", "N-UPa", 100)
    w.holds("PN6", "NM", 20)
    w.holds("PO6", "NM", 10)
    w.holds("PO6", "N-UPb", 25)
    in_trust(w, "NM", "PN6", "PO6")
    # Registered at both, for different owners; at neither, behind both; beside a holding in the nominee's own right.
    for scene, nominees, owners in (
        ("N-BOTH", ("PN7", "PN7"), ("PO7", "PO8")),
        ("N-BEHIND", ("PN8", "PN9"), ("PO9", "PO9")),
    ):
        w.lot(scene, f"{scene}a", f"{scene}b")
        for bidder, nominee, owner in zip("ab", nominees, owners, strict=True):
            w.holds(nominee, scene + bidder, 30)
            in_trust(w, scene + bidder, nominee, owner)
    # For a company: whose owner has the other bidder; half of which is too little; on other days; for two of one owner.
    for scene, share, span, other in (
        ("N-OWNER", 80, {}, 30),
        ("N-HALF", 50, {}, 30),
        ("N-SOLD", 80, {"valid_to": "2025-03-01"}, 30),
        ("N-FIRMS", 80, {}, 0),
    ):
        w.lot(scene, f"{scene}a", f"{scene}b")
        w.holds(f"P{scene}Q", f"{scene}a", 40)
        in_trust(w, f"{scene}a", f"P{scene}Q", f"{scene}N")
        w.holds(f"{scene}M", f"{scene}N", 100)
        w.holds(f"P{scene}X", f"{scene}M", share, **span)
        if other:
            w.holds(f"P{scene}X", f"{scene}b", other)
        else:
            w.holds(f"P{scene}R", f"{scene}b", 50)
            in_trust(w, f"{scene}b", f"P{scene}R", f"{scene}K")
            w.holds(f"P{scene}X", f"{scene}K", 90)
    # For a company of whose owners nothing is known; for a public body, which has none; for one owned by a company, a
    # state holder that holds the other bidder.
    for scene in ("N-BLANK", "N-PUBLIC", "N-ABOVE", "N-STATE"):
        w.lot(scene, f"{scene}a", f"{scene}b")
        w.holds(f"P{scene}Q", f"{scene}a", 30)
        w.holds(f"P{scene}R", f"{scene}b", 30)
        in_trust(w, f"{scene}a", f"P{scene}Q", f"{scene}N")
        if scene in ("N-ABOVE", "N-STATE"):
            w.holds(f"{scene}M", f"{scene}N", 60)
            w.holds(f"{scene}M", f"{scene}b", 40)
    w.add("companies", id="N-PUBLICN", name="虚构市机关事务中心", kind="机关")
    w.add("companies", id="N-STATEM", name="虚构市代持国资委", kind="state_holder")
    w.lot("N-MIXED", "N-MIXEDa", "N-MIXEDb")
    w.holds("NX", "N-MIXEDa", 100)
    w.holds("PNA", "NX", 30)
    w.holds("PNA", "N-MIXEDa", 10)
    w.holds("POA", "N-MIXEDb", 50)
    in_trust(w, "NX", "PNA", "POA")


def build(w: World) -> None:
    build_nominees(w)
    # One bidder controls another: directly; through a chain; by half before and after the law of 2024-07-01.
    w.lot("DIRECT", "A1", "A2", "A3")
    w.holds("A1", "A2", 60)
    w.lot("CHAIN", "A4", "A5")
    w.holds("A4", "M1", 60)
    w.holds("M1", "A5", 60)
    w.lot("CHAIN-GP", "A4", "A5", regime=PROCUREMENT)
    w.lot("DIRECT-GP", "A1", "A2", regime=PROCUREMENT)
    w.lot("NO-REGIME", "A1", "A2", regime=None)
    w.lot("DIRECT-AWARD", "A1", "A2", method="直接发包")
    w.lot("DIRECT-TALKS", "A1", "A2", regime=PROCUREMENT, method="竞争性谈判")
    w.lot("HALF-OLD", "A6", "A7", deadline="2024-06-30")
    w.lot("HALF-NEW", "A6", "A7", deadline="2024-07-01")
    w.holds("A6", "A7", 50)
    w.lot("BAND", "A8", "A9")
    w.holds("A8", "A9", None, share_min="25%", share_max="60%")
    # A product above half through a link of no control is none: 100% of one that holds 45%.
    w.lot("BROKEN", "B1", "B2")
    w.holds("B1", "M2", 100)
    w.holds("M2", "B2", 45)
    w.lot("SOLD", "B3", "B4")
    w.holds("B3", "B4", 60, valid_from="2020-01-01", valid_to="2025-03-01")
    w.tender("JOINT")
    w.bid("JOINT", "A1", consortium_id="联合体一")
    w.bid("JOINT", "A2", consortium_id="联合体一")
    w.bid("JOINT", "A3")
    # Management without shares, and a branch beside its company.
    w.lot("MANAGED", "B5", "B6")
    w.add("control", party_id="B5", company_id="B6", interest="托管经营")
    # Who is said to control two bidders, and holds nothing: of one others hold all; he holds the other too.
    w.lot("STATED", "ST1", "ST2")
    w.lot("STATED-HOLDS", "ST1", "ST3")
    for company in ("ST1", "ST2"):
        w.add("control", party_id="PST", party_kind="person", company_id=company, interest="实际控制")
        w.holds(f"P-{company}", company, 100)
    w.holds("PST", "ST3", 60)
    w.lot("MANAGED-ENDED", "B7", "B8")
    w.add(
        "control",
        party_id="B7",
        company_id="B8",
        interest="管理关系",
        valid_from="2020-01-01",
        valid_to="2024-01-01",
    )
    w.lot("BRANCH", "C1", "C2")
    w.add("companies", id="C1", name=name("C1"))
    w.add("companies", id="C2", name="虚构C1建设有限公司样本分公司", kind="分公司", parent_id="C1")

    # Beneficial owners: exactly a quarter by two paths; a hair below; a band that may reach it; a company is none.
    w.lot("QUARTER", "D1", "D2")
    w.holds("P1", "D1", 15)
    w.holds("P1", "N1", 50)
    w.holds("N1", "D1", 20)
    w.holds("P1", "D2", 25)
    w.lot("BELOW", "D3", "D4")
    w.holds("P2", "D3", 24.99)
    w.holds("P2", "D4", 80)
    w.lot("MAYBE", "D5", "D6")
    w.holds("P3", "D5", None, share_min="10%", share_max="30%")
    w.holds("P3", "D6", 40)
    w.lot("FIRM", "D7", "D8")
    w.holds("H1", "D7", 30)
    w.holds("H1", "D8", 30)

    # Each holds a little of the other; one way only; a ring of three, one of them outside the lot.
    w.lot("MUTUAL", "E1", "E2")
    w.holds("E1", "E2", 10)
    w.holds("E2", "E1", 8)
    w.lot("ONE-WAY", "E3", "E4")
    w.holds("E3", "E4", 10)
    w.lot("THREE", "E31", "E32", "E33")
    for one, other in (("E31", "E32"), ("E32", "E33"), ("E33", "E31")):
        w.holds(one, other, 30)
    w.lot("RING", "E5", "E6")
    w.holds("E5", "E6", 20)
    w.holds("E6", "R1", 20)
    w.holds("R1", "E5", 20)


found = found_on_both(
    build,
    tuple(
        m.DETECTOR
        for m in (
            bidder_controls_bidder,
            common_controller,
            common_beneficial_owner,
            common_shareholder,
            cross_holding,
        )
    ),
)


def test_one_bidder_controls_another(found: Found) -> None:
    hit = found.one(CONTROLS, "DIRECT")
    assert hit.subjects == ids("A1", "A2")
    assert hit.facts["holder"]["id"] == "local:A1"
    assert hit.severity == "prohibited"
    # The same tie is not told again by weaker detectors.
    assert found.of(CONTROLLER, "DIRECT") == []
    assert found.of(SHAREHOLDER, "DIRECT") == []


def test_control_outside_bidding_is_for_a_person_to_judge_unless_the_law_of_procurement_forbids_it(
    found: Found,
) -> None:
    # What company law says of control forbids nothing.
    assert found.one(CONTROLS, "DIRECT-AWARD").severity == "review"
    assert found.one(CONTROLS, "DIRECT-TALKS").severity == "prohibited"


def test_severity_follows_the_regime(found: Found) -> None:
    chain = found.one(CONTROLS, "CHAIN")
    assert (chain.severity, chain.facts["control"][0]["depth"]) == ("prohibited", 2)
    indirect = found.one(CONTROLS, "CHAIN-GP")
    assert indirect.severity == "review"
    assert "第十八条第一款" in [b["article"] for b in indirect.basis]
    assert "第三十四条第二款" not in [b["article"] for b in indirect.basis]
    assert found.one(CONTROLS, "DIRECT-GP").severity == "prohibited"
    assert found.one(CONTROLS, "NO-REGIME").severity == "review"


def test_half_counts_until_the_law_changed(found: Found) -> None:
    assert found.one(CONTROLS, "HALF-OLD").facts["certain"]
    assert found.of(CONTROLS, "HALF-NEW") == []
    assert [f.subjects for f in found.of(SHAREHOLDER, "HALF-NEW")] == [ids("A6", "A7")]


def test_a_band_is_possible_control_and_only_for_review(found: Found) -> None:
    hit = found.one(CONTROLS, "BAND")
    assert (hit.facts["certain"], hit.severity) == (False, "review")
    assert "可能" in hit.text["zh"]


def test_no_control_where_a_link_breaks_or_ended_or_a_consortium_bids(found: Found) -> None:
    for tender in ("BROKEN", "SOLD", "JOINT"):
        assert found.of(CONTROLS, tender) == [], tender


def test_management_and_branches(found: Found) -> None:
    hit = found.one(CONTROLS, "MANAGED")
    assert (hit.subjects, hit.severity) == (ids("B5", "B6"), "prohibited")
    assert hit.facts["relation"] == ["management_relation"]
    assert found.suppressed(CONTROLS, "MANAGED-ENDED") == "ended"
    assert found.one(CONTROLS, "BRANCH").facts["relation"] == ["branch"]


def test_a_quarter_is_enough_and_paths_add_up(found: Found) -> None:
    hit = found.one(OWNER, "QUARTER")
    assert hit.subjects == ids("D1", "D2")
    assert [b["share"] for b in hit.facts["bidders"]] == [0.25, 0.25]
    assert hit.facts["certain"] and hit.severity == "lead"
    assert found.of(SHAREHOLDER, "QUARTER") == []


def test_below_a_quarter_or_a_company_is_a_common_shareholder_only(found: Found) -> None:
    for tender in ("BELOW", "FIRM"):
        assert found.of(OWNER, tender) == [], tender
        assert len(found.of(SHAREHOLDER, tender)) == 1, tender


def test_a_band_that_may_reach_a_quarter_is_possible(found: Found) -> None:
    assert found.one(OWNER, "MAYBE").facts["certain"] is False


def test_mutual_stakes_and_rings(found: Found) -> None:
    hit = found.one(CROSS, "MUTUAL")
    assert hit.subjects == ids("E1", "E2")
    assert len(hit.facts["holdings"]) == 2
    assert found.one(CROSS, "RING").facts["circle"] == list(ids("E5", "E6"))
    three = found.one(CROSS, "THREE")
    assert three.subjects == ids("E31", "E32", "E33")
    assert "、".join(map(name, ("E31", "E32", "E33"))) + "疑似相互持股" in three.text["zh"]
    assert len(three.facts["holdings"]) == 6
    # What the circle tells of its members is not told again of each as a shareholder of the others.
    for told in ("MUTUAL", "RING", "THREE"):
        assert found.of(SHAREHOLDER, told) == []
    assert found.of(CROSS, "ONE-WAY") == []
    assert len(found.of(SHAREHOLDER, "ONE-WAY")) == 1


def test_a_beneficial_owner_behind_a_nominee(found: Found) -> None:
    hit = found.one(OWNER, "N-ONE")
    assert hit.facts["certain"] and hit.facts["holder"]["id"] == "person.local:PO1"
    held = {b["id"]: (b["share"], [p["nodes"] for p in b["paths"]]) for b in hit.facts["bidders"]}
    assert held["local:N-ONEa"] == (0.3, [["person.local:PO1", "person.local:PN1", "local:N-ONEa"]])
    assert "测试人PN1代持" in hit.text["zh"]
    assert "held in the name of 测试人PN1" in hit.text["en"]
    # Both declarations are part of the proof: two holdings, two declarations, two bids.
    assert len(hit.evidence.keys) >= 4 and "person.local:PN1" in hit.evidence.nodes
    up = found.one(OWNER, "N-UP")
    assert {b["id"]: b["share"] for b in up.facts["bidders"]} == {"local:N-UPa": 0.3, "local:N-UPb": 0.25}
    assert found.one(OWNER, "N-BEHIND").facts["holder"]["id"] == "person.local:PO9"
    mixed = found.one(OWNER, "N-MIXED").facts
    assert not mixed["certain"] and [b["share_max"] for b in mixed["bidders"]] == [0.4, 0.5]
    assert found.of(OWNER, "N-ENDED") == found.of(OWNER, "N-SMALL") == found.of(OWNER, "N-UNNAMED") == []
    assert ids("N-UNNAMEDa") in found.undecided(OWNER, "N-UNNAMED")


def test_of_a_nominator_that_is_a_company_its_owners_benefit(found: Found) -> None:
    hit = found.one(OWNER, "N-OWNER")
    assert hit.facts["certain"] and hit.facts["holder"]["id"] == "person.local:PN-OWNERX"
    held = {b["id"]: (b["share"], b["depth"], b["paths"]) for b in hit.facts["bidders"]}
    share, depth, (path,) = held["local:N-OWNERa"]
    assert (share, depth, held["local:N-OWNERb"][0]) == (pytest.approx(0.32), 3, 0.3)
    chain = ["person.local:PN-OWNERX", "local:N-OWNERM", "local:N-OWNERN", "person.local:PN-OWNERQ"]
    assert path["nodes"] == [*chain, "local:N-OWNERa"]
    assert path["formula"] == "80% × 100% × 40%"
    assert "测试人PN-OWNERQ代持给虚构N-OWNERM" not in hit.text["zh"]
    assert "测试人PN-OWNERQ代持给" in hit.text["zh"]
    assert "held in the name of 测试人PN-OWNERQ for " in hit.text["en"]
    # The nominee, the company behind it, what owns that one: holdings and declarations of all are part of the proof.
    assert {*chain, "local:N-OWNERa", "local:N-OWNERb"} <= set(hit.evidence.nodes)
    assert len(hit.evidence.keys) >= 8
    # 50% of 40% is a fifth; who had sold by the day has nothing.
    assert found.of(OWNER, "N-HALF") == found.of(OWNER, "N-SOLD") == []
    both = found.one(OWNER, "N-FIRMS").facts
    assert [b["share"] for b in both["bidders"]] == [pytest.approx(0.32), pytest.approx(0.45)]


def test_who_stands_above_a_nominator_is_a_common_shareholder(found: Found) -> None:
    hit = found.one(SHAREHOLDER, "N-ABOVE")
    assert hit.facts["holder"]["id"] == "local:N-ABOVEM"
    held = {b["id"]: (b["share"], b["paths"]) for b in hit.facts["bidders"]}
    share, (path,) = held["local:N-ABOVEa"]
    assert (share, held["local:N-ABOVEb"][0]) == (pytest.approx(0.18), 0.4)
    assert path["nodes"] == ["local:N-ABOVEM", "local:N-ABOVEN", "person.local:PN-ABOVEQ", "local:N-ABOVEa"]
    assert "测试人PN-ABOVEQ代持给" in hit.text["zh"]
    assert found.suppressed(SHAREHOLDER, "N-STATE") == "state"
    # Who owns the nominator is known there, and a public body has no owners.
    for scene in ("N-ABOVE", "N-STATE", "N-PUBLIC", "N-ONE", "N-OWNER"):
        assert not [s for s in found.undecided(OWNER, scene) if any(scene + "N" in x for x in s)], scene


def test_of_whose_owners_nothing_is_known_nothing_is_decided(found: Found) -> None:
    for detector in (OWNER, SHAREHOLDER):
        assert ids("N-BLANKN", "N-BLANKa") in found.undecided(detector, "N-BLANK")
        (gap,) = (u for d, u in found.run.undecided if d == detector and "local:N-BLANKN" in u.subjects)
        assert "没有股权数据" in gap.missing_zh and "no ownership data" in gap.missing_en
    assert found.of(SHAREHOLDER, "N-BLANK") == []


def test_a_nominee_is_no_beneficial_owner_and_a_shareholder_by_the_register(found: Found) -> None:
    assert found.suppressed(OWNER, "N-BOTH") == "nominee"
    assert found.one(SHAREHOLDER, "N-BOTH").facts["holder"]["id"] == "person.local:PN7"
    assert found.one(SHAREHOLDER, "N-SMALL").facts["holder"]["id"] == "person.local:PO2"
    assert found.one(SHAREHOLDER, "N-FIRM").facts["holder"]["id"] == "local:NF5"


def test_the_owners_of_a_nominator_are_found_from_one_lot_in_the_proof_alone_and_after_a_load(
    tmp_path: Path,
) -> None:
    def findings(run: Run) -> list[Finding]:
        return [f for f in run.findings if f.detector == OWNER]

    def pair(w: World, tender: str) -> World:
        for bidder in ("A1", "A2"):
            w.bid(tender, bidder)
        return w

    world = World()
    world.tender("UP")
    pair(world, "UP")
    world.holds("PQ", "A1", 60)
    in_trust(world, "A1", "PQ", "N")
    world.holds("PX", "N", 90, valid_to="2025-04-15")
    world.holds("PX", "A2", 30)
    later, sold = World(), World()
    later.tender("LATER", "2025-04-01")
    pair(later, "LATER")
    sold.tender("LAST", "2025-05-01")
    pair(sold, "LAST")
    with open_store(tmp_path / "whole") as store, open_store(tmp_path / "alone") as alone:
        store.apply(world.extract())
        # Before anything is worked out, and after.
        screened = findings(screen_lot(store, "local:UP/1").run)
        (found,) = findings(detect(store, [common_beneficial_owner.DETECTOR]))
        screened += findings(screen_lot(store, "local:UP/1").run)
        alone.apply(Stated(store).of(found.evidence))
        (again,) = findings(detect(alone, [common_beneficial_owner.DETECTOR]))
        lots = []
        for load in (later, sold):
            store.apply(load.extract())
            lots.append([f.scope_id for f in findings(detect(store, [common_beneficial_owner.DETECTOR]))])
    assert [f.to_json() for f in screened] == [found.to_json()] * 2
    assert (again.fingerprint, again.facts["bidders"]) == (found.fingerprint, found.facts["bidders"])
    assert lots[0] == ["local:LATER/1", "local:UP/1"]
    # Sold before the last one.
    assert lots[1] == lots[0]


def test_a_stated_controller_has_no_unknown_share(found: Found) -> None:
    hit = found.one(CONTROLLER, "STATED")
    assert hit.subjects == ids("ST1", "ST2")
    for language, judged, told in (
        (
            "zh",
            "控制按表决权、所载控制关系逐层认定；",
            "测试人PST依所载控制关系控制虚构ST1建设有限公司（1层）；",
        ),
        (
            "en",
            "is judged by votes, and as stated, link by link; ",
            "controls 虚构ST1建设有限公司 as stated (depth 1)",
        ),
    ):
        text = hit.text[language]
        assert judged in text and told in text
        assert not [w for w in ("比例未知", "穿透持有", "unknown share", "effectively holds") if w in text]
    both = found.one(CONTROLLER, "STATED-HOLDS").text
    assert "依所载控制关系控制虚构ST1" in both["zh"] and "以60.00%的表决权控制虚构ST3" in both["zh"]
    assert "controls 虚构ST3建设有限公司 by 60.00% of its votes (depth 1)" in both["en"]
