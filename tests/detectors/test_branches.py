"""Branches are their head offices', and who manages without shares ties what he manages; on both stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from detectors.bidders import (
    affiliate_of_debarred,
    agency_bids,
    bidder_controls_bidder,
    bidder_linked_to_buyer,
    bidder_linked_to_service_party,
    common_controller,
    loser_becomes_subcontractor,
    winner_declines,
)
from detectors.finding import Finding
from detectors.procedure import re_subcontract, whole_works_passed_on
from detectors.running.detecting import detect
from detectors.running.one_lot import screen_lot
from graph.stores import open_store
from tests.detectors.bidder_world import Found, World, found_on_both, ids, name
from tests.detectors.evidence_alone import Stated

CONTROLS, CONTROLLER, AGENCY = "bidder-controls-bidder", "common-controller", "agency-bids-in-its-tender"
SERVES, BUYER, DEBARRED = "bidder-linked-to-service-party", "bidder-linked-to-buyer", "affiliate-of-debarred"
WHOLE, AGAIN, LOSER = "whole-works-passed-on", "re-subcontract", "loser-becomes-subcontractor"
DETECTORS = [
    m.DETECTOR
    for m in (
        *(affiliate_of_debarred, agency_bids, bidder_controls_bidder, bidder_linked_to_buyer),
        *(bidder_linked_to_service_party, common_controller, loser_becomes_subcontractor, winner_declines),
        *(re_subcontract, whole_works_passed_on),
    )
]


def branch(w: World, of: str, id_: str, stated: bool = True, called: str | None = None) -> None:
    """A branch of a company, which is stated or which its name alone says."""
    parent = {"parent_id": of} if stated else {}
    w.add("companies", id=id_, name=called or f"{name(of)}{id_}分公司", kind="分公司", **parent)


def manages(w: World, party: str, company: str, **more: str) -> None:
    id_ = f"person.local:{party}" if party.startswith("P") else party
    label = f"测试人{party}" if party.startswith("P") else name(party)
    row = {"party_id": id_, "party_name": label, "company_id": company, "interest": "托管"}
    w.add("control", **row, **more)


def serves(w: World, tender: str, party: str, role: str = "招标代理") -> None:
    w.add("tender_parties", tender_id=tender, role=role, party_id=party, party_name=name(party))


def sub(w: World, tender: str, one: str, other: str, **more: object) -> None:
    w.add(
        "subcontracts", tender_id=tender, lot_id="1", contractor_id=one, subcontractor_id=other,
        **{"scope": "土建工程", "signed_on": "2025-04-01"} | more,
    )  # fmt: skip


def won(w: World, tender: str, winner: str, loser: str) -> None:
    w.tender(tender, awarded_on="2025-03-10")
    w.bid(tender, winner, status="中标", amount=1000)
    w.bid(tender, loser, status="未中标", amount=1001)


def build_branches(w: World) -> None:
    # Two branches of one company; a branch and a company of one owner; a branch and its company's subsidiary.
    for one in ("A1", "A2"):
        branch(w, "A", one)
    w.lot("TWO", "A1", "A2")
    branch(w, "B", "B1")
    w.holds("PB", "B", 80)
    w.holds("PB", "B2", 60)
    w.holds("B", "B3", 51)
    w.lot("OWNER", "B1", "B2")
    w.lot("SISTER", "B1", "B3")
    # Beside its own company: found once. Of another company: nothing.
    w.lot("HEAD", "B1", "B")
    w.lot("APART", "A1", "B1")
    # Managed only from later on; not any more.
    for then, span in (("LATER", {"valid_from": "2025-04-01"}), ("ENDED", {"valid_to": "2025-01-01"})):
        w.lot(then, f"{then}1", f"{then}2")
        manages(w, f"{then}1", f"{then}2", **span)
    # Named after a company of which there is one; after one of which there are two; after one nobody knows.
    for n in ("1", "2"):
        w.add("companies", id=f"cn-orgcode:10000000{n}", name="虚构两家建设有限公司")
    w.holds("PF", "F1", 100)
    w.holds("PF", "F5", 100)
    w.add("companies", id="F1", name=name("F1"))
    branch(w, "F1", "F2", stated=False)
    w.lot("NAMED", "F2", "F5")
    w.lot("NAMED-HEAD", "F2", "F1")
    branch(w, "", "F3", stated=False, called="虚构两家建设有限公司样本分公司")
    w.lot("SEVERAL", "F3", "F1")
    w.add("companies", id="F4", name="样本分部", kind="分公司")
    w.lot("UNKNOWN", "F4", "F1")
    serves(w, "UNKNOWN", "G1")


def build_parties(w: World) -> None:
    w.add("companies", id="G1", name=name("G1"))
    branch(w, "G1", "G2")
    branch(w, "G1", "G3")
    for tender, bidder, agent in (("AGENCY", "G2", "G1"), ("AGENCYS-HEAD", "G1", "G2"), ("BOTH", "G2", "G3")):
        w.lot(tender, bidder, "Z2")
        serves(w, tender, agent)
    w.lot("DESIGN", "G2", "Z2", regime="政府采购")
    serves(w, "DESIGN", "G1", "设计单位")
    w.lot("BUYER", "G2", "Z2", buyer_id="G1")
    # Management without shares: of the agency, of a bidder over its agency, of a third party, through a company.
    for tender, bidder in (("M-AGENCY", "H1"), ("M-AGENCY-BY", "H2"), ("M-BOTH", "H3"), ("M-THROUGH", "H4")):
        w.lot(tender, bidder, "Z3")
        serves(w, tender, f"{bidder}A")
    manages(w, "H1A", "H1")
    manages(w, "H2", "H2A")
    manages(w, "PH3", "H3")
    manages(w, "PH3", "H3A")
    manages(w, "H4A", "H4X")
    w.holds("H4X", "H4Y", 60)
    w.holds("H4Y", "H4", 51)
    for party in ("I1", "I2"):
        w.add("debarments", party_id=party, party_name=name(party), authority="Z1", valid_from="2024-01-01")
    branch(w, "I1", "I3")
    manages(w, "I2", "I4")
    w.lot("BAN", "I3", "Z4")
    w.lot("BAN-RUN", "I4", "Z5")
    w.holds("PZ5", "Z5", 100)
    # Two bidders: one manager, a person, one through a company, one that owns the other, the state, one of very many.
    for tender, manager in (("RUN", "J0"), ("RUN-PERSON", "PJ")):
        w.lot(tender, f"{tender}1", f"{tender}2")
        manages(w, manager, f"{tender}1")
        manages(w, manager, f"{tender}2")
    w.lot("RUN-UP", "K1", "K2")
    manages(w, "K1", "K3")
    w.holds("K3", "K4", 60)
    w.holds("K4", "K2", 60)
    w.lot("RUN-OWN", "L1", "L2")
    manages(w, "L0", "L1")
    w.holds("L0", "L2", 90)
    w.lot("RUN-STATE", "M1", "M2")
    w.add("companies", id="M0", name="虚构市国资委", kind="国资委")
    manages(w, "M0", "M1")
    manages(w, "M0", "M2")
    w.lot("RUN-ONE", "N1", "N2")
    manages(w, "N0", "N1")


def build_works(w: World) -> None:
    for head in ("Q1", "Q2", "Q3", "Q4", "Q5"):
        branch(w, head, f"{head}B")
    won(w, "OWN", "Q1", "Q9")
    sub(w, "OWN", "Q1", "Q1B", amount=950, scope="全部工程")
    won(w, "OTHERS", "Q1", "Q9")
    sub(w, "OTHERS", "Q1", "Q2B", amount=950, scope="全部工程")
    won(w, "CHAIN", "Q3", "Q8")
    sub(w, "CHAIN", "Q3", "Q3B", amount=500)
    sub(w, "CHAIN", "Q3B", "Q7", amount=300)
    won(w, "LOSERS", "Q4", "Q5")
    sub(w, "LOSERS", "Q4", "Q5B", amount=100)
    won(w, "WON-BY", "Q4B", "Q9")
    sub(w, "WON-BY", "Q4", "Q9", amount=950)


def build(w: World) -> None:
    build_branches(w)
    build_parties(w)
    build_works(w)


found = found_on_both(build, DETECTORS)


def test_branches_are_their_head_offices(found: Found) -> None:
    two = found.one(CONTROLLER, "TWO")
    assert (two.facts["holder"]["id"], two.subjects) == ("local:A", ids("A1", "A2"))
    assert found.one(CONTROLLER, "OWNER").facts["holder"]["id"] == "person.local:PB"
    assert found.one(CONTROLLER, "SISTER").facts["holder"]["id"] == "local:B"
    head = found.one(CONTROLS, "HEAD")
    assert (head.facts["relation"], head.severity) == (["branch"], "prohibited")
    assert "分支机构" in head.text["zh"] and "branch" in head.text["en"]
    assert found.of(CONTROLLER, "HEAD") == found.of(CONTROLLER, "APART") == found.of(CONTROLS, "APART") == []
    # Whose a branch is is ownership data.
    assert found.undecided(CONTROLLER, "TWO") == []
    assert [found.suppressed(CONTROLS, t) for t in ("LATER", "ENDED")] == ["ended", "ended"]


def test_a_branch_is_of_the_one_company_its_name_begins_with(found: Found) -> None:
    (hit,) = found.of(CONTROLLER, "NAMED")
    assert (hit.subjects, hit.facts["identity"]) == (ids("F2", "F5"), "unique_name")
    head = found.one(CONTROLS, "NAMED-HEAD")
    assert (head.facts["relation"], head.facts["identity"]) == (["branch_by_name"], "unique_name")
    assert found.of(CONTROLLER, "SEVERAL") == found.of(CONTROLLER, "UNKNOWN") == []
    assert ids("F4") in found.undecided(CONTROLLER, "UNKNOWN")
    assert found.undecided(AGENCY, "UNKNOWN") == [ids("F4")]


def test_parties_of_the_procedure_and_branches(found: Found) -> None:
    for tender, how in (("AGENCY", "branch"), ("AGENCYS-HEAD", "head_office"), ("BOTH", "branches")):
        hit = found.one(AGENCY, tender)
        assert [x["how"] for x in hit.facts["bidders"][0]["links"]] == [how]
        assert hit.severity == "prohibited" and "分支机构" in hit.text["zh"]
        # The one fact is told once.
        assert found.of(SERVES, tender) == []
    assert found.one(SERVES, "DESIGN").severity == "prohibited"
    assert found.one(BUYER, "BUYER").facts["bidders"][0]["links"][0]["how"] == "branch"
    assert found.one(DEBARRED, "BAN").subjects == ids("I3")


def test_management_links_parties(found: Found) -> None:
    for tender, how in (
        ("M-AGENCY", "manages"),
        ("M-AGENCY-BY", "managed"),
        ("M-BOTH", "manager"),
        ("M-THROUGH", "manages"),
    ):
        hit = found.one(SERVES, tender)
        assert [x["how"] for x in hit.facts["bidders"][0]["links"]] == [how], tender
    ban = found.one(DEBARRED, "BAN-RUN")
    assert (ban.subjects, ban.facts["holder"]["id"]) == (ids("I4"), "local:I2")


def test_one_manager_of_two_bidders(found: Found) -> None:
    for tender in ("RUN", "RUN-PERSON"):
        hit = found.one(CONTROLLER, tender)
        assert (hit.subjects, hit.severity) == (ids(f"{tender}1", f"{tender}2"), "review")
        assert hit.facts["relation"] == ["management_relation"]
        assert "不持股" in hit.text["zh"] and "without shares" in hit.text["en"]
    up = found.one(CONTROLS, "RUN-UP")
    assert up.subjects == ids("K1", "K2")
    assert {"local:K3", "local:K4"} <= set(up.evidence.nodes)
    assert found.one(CONTROLLER, "RUN-OWN").facts["relation"] == ["controller", "management_relation"]
    assert found.suppressed(CONTROLLER, "RUN-STATE") == "state"
    assert found.of(CONTROLLER, "RUN-ONE") == []


def test_works_within_one_company_are_not_passed_on(found: Found) -> None:
    assert found.suppressed(WHOLE, "OWN") == "own-branch"
    assert found.one(WHOLE, "OTHERS").subjects == ids("Q1", "Q2B")
    assert found.suppressed(AGAIN, "CHAIN") == "own-branch"
    assert found.one(LOSER, "LOSERS").subjects == ids("Q4", "Q5B")
    assert found.one(WHOLE, "WON-BY").subjects == ids("Q4", "Q9")
    assert found.one(LOSER, "WON-BY").subjects == ids("Q4", "Q9")


def test_one_lot_and_the_evidence_alone_say_the_same(tmp_path: Path) -> None:
    world = World()
    build(world)
    with open_store(tmp_path / "whole") as store, open_store(tmp_path / "alone") as alone:
        store.apply(world.extract())
        told: dict[str, dict[str, object]] = {}
        for found in detect(store, DETECTORS).findings:
            told.setdefault(found.scope_id, {})[found.fingerprint] = found.to_json()
        wanted = {d.id for d in DETECTORS}
        for lot, whole in told.items():
            alike = {f.fingerprint: f.to_json() for f in _of(screen_lot(store, lot).run.findings, wanted)}
            assert alike == whole, lot
        stated, checked = Stated(store), 0
        for found in detect(store, DETECTORS).findings:
            batch = alone.apply(stated.of(found.evidence)).batch_id
            again = {f.fingerprint: f.suppressed_by for f in detect(alone, DETECTORS).findings}
            alone.unload(batch)
            assert found.fingerprint in again, found.text["zh"]
            assert (again[found.fingerprint] is None) == (found.suppressed_by is None), found.text["zh"]
            checked += 1
    assert checked > 20


def _of(findings: tuple[Finding, ...], detectors: set[str]) -> list[Finding]:
    return [f for f in findings if f.detector in detectors]


@pytest.mark.parametrize("stated", [True, False])
def test_a_circle_of_branches_is_no_ones(tmp_path: Path, stated: bool) -> None:
    world = World()
    world.lot("RING", "R1", "R2")
    branch(world, "R1", "R2")
    if stated:
        branch(world, "R2", "R1")
    with open_store(tmp_path / "store") as store:
        store.apply(world.extract())
        hits = [f for f in detect(store, DETECTORS).findings if not f.suppressed_by]
    assert {f.detector for f in hits} == {CONTROLS}
