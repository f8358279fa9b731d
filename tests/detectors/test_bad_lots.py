"""Lots and links as they should not be, each decided all the same and in time that does not grow with pairs; both stores."""

from __future__ import annotations

from detectors.bidders import (
    bidder_controls_bidder,
    common_shareholder,
    same_legal_representative,
    shared_contact,
)
from detectors.procedure import fewer_than_three_bidders
from detectors.recipients import household_multi_property
from graph.stores import Credentials
from tests.detectors.bidder_world import Found, World, found_on_both, ids
from tests.detectors.small_worlds import SmallWorld, verdicts

CONTACT, SHAREHOLDER, REP = "shared-contact", "common-shareholder", "same-legal-representative"
CROWD, MANY = 10_000, 1_000


def build(w: World) -> None:
    # Ten thousand companies at one address, forty of them in one lot.
    crowd = [f"R{n}" for n in range(CROWD)]
    for company in crowd:
        w.add("contacts", party_id=company, kind="地址", value="虚构市样本区集群注册路1号")
    w.lot("CROWD", *crowd[:40])
    # One holder and one representative above a thousand bidders of one lot.
    many = [f"M{n}" for n in range(MANY)]
    w.lot("MANY", *many)
    for company in many:
        w.holds("H", company, 20)
        w.post("P1", company)
    # "1" as lot number in two tenders; one bidder alone; one bidder twice.
    for tender, bidder in (("ONE", "A1"), ("OTHER", "A2")):
        w.lot(tender, bidder, f"{bidder}X", f"{bidder}Y")
        w.holds("H2", bidder, 60)
        w.post("P2", bidder)
    w.lot("ALONE", "A3")
    w.holds("H3", "A3", 60)
    w.lot("TWICE", "A4", "A5")
    w.bid("TWICE", "A4", amount=1_000_000, submitted_at="2025-02-27")
    w.holds("H4", "A4", 60)
    w.post("P4", "A4")


found = found_on_both(
    build,
    tuple(
        m.DETECTOR
        for m in (
            shared_contact,
            common_shareholder,
            bidder_controls_bidder,
            same_legal_representative,
            fewer_than_three_bidders,
        )
    ),
)


def test_ten_thousand_companies_at_one_address_are_one_suppressed_finding(found: Found) -> None:
    (hit,) = found.of(CONTACT, "CROWD")
    assert len(hit.subjects) == 40
    assert hit.suppressed_by is not None
    assert hit.suppressed_by["rule"] == "hub"
    assert "10000" in hit.suppressed_by["reason"].replace(",", "")


def test_a_holder_above_a_thousand_bidders_is_one_finding(found: Found) -> None:
    (hit,) = found.of(SHAREHOLDER, "MANY")
    assert len(hit.subjects) == len(hit.facts["bidders"]) == MANY
    assert (hit.suppressed_by or {}).get("rule") == "hub"
    assert len(found.of(REP, "MANY")) == 1


def test_lot_one_of_two_tenders_is_two_lots(found: Found) -> None:
    for tender in ("ONE", "OTHER"):
        assert found.of(SHAREHOLDER, tender) == found.of(REP, tender) == []


def test_a_bidder_is_never_tied_to_itself(found: Found) -> None:
    for tender in ("ALONE", "TWICE"):
        assert found.of(SHAREHOLDER, tender) == found.of(REP, tender) == []


def test_who_bids_twice_is_one_bidder(found: Found) -> None:
    assert found.one("fewer-than-three-bidders", "TWICE").subjects == ids("A4", "A5")


def test_a_property_without_a_kind_is_not_taken_for_a_dwelling_nor_for_none(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("kindless")
    world.household("kindless", ["p1"])
    world.home("k1", {"p1": 1.0})
    world.home("k2", {"p1": 1.0}, kind=None)
    w1 = household_multi_property.DETECTOR
    assert verdicts(world.find(store_url, store_credentials, [w1]), w1.id) == {"kindless": "undecided"}
