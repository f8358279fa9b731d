"""Two lists of shareholders are alternatives: what stands in both is never added up to control."""

from __future__ import annotations

from detectors.bidders import bidder_controls_bidder, common_controller, common_shareholder
from tests.detectors.bidder_world import Found, World, found_on_both, ids

CONTROLS, CONTROLLER, SHAREHOLDER = "bidder-controls-bidder", "common-controller", "common-shareholder"


def build(world: World) -> None:
    """One holder with 41.09% in the registered list and 10.86% in the top ten; beside it one with 51.95% in one list."""
    for tender, lists in (
        ("LISTS", (("工商股东", 41.09), ("十大流通股东", 10.86))),
        ("ONE", (("工商股东", 51.95),)),
    ):
        holder, held, sister = f"H{tender}", f"{tender}a", f"{tender}b"
        world.lot(tender, held, holder)
        world.lot(f"{tender}-SISTERS", held, sister)
        for kind, percent in lists:
            world.holds(holder, held, percent, list_kind=kind)
        world.holds(holder, sister, 80, list_kind="工商股东")


found = found_on_both(
    build,
    (bidder_controls_bidder.DETECTOR, common_controller.DETECTOR, common_shareholder.DETECTOR),
)


def test_shares_of_two_lists_give_no_control(found: Found) -> None:
    assert found.of(CONTROLS, "LISTS") == []
    assert found.of(CONTROLLER, "LISTS-SISTERS") == []
    hit = found.one(SHAREHOLDER, "LISTS-SISTERS")
    assert {b["id"]: b["share"] for b in hit.facts["bidders"]}["local:LISTSa"] == 0.4109


def test_the_same_share_in_one_list_does(found: Found) -> None:
    assert found.one(CONTROLS, "ONE").subjects == ids("HONE", "ONEa")
    assert found.one(CONTROLLER, "ONE-SISTERS").subjects == ids("ONEa", "ONEb")
