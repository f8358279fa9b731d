"""Welfare detectors over files as offices write them, on both stores."""

from __future__ import annotations

from detectors.recipients import household_multi_property
from tests.detectors.bidder_world import Found, World, found_on_both
from tests.detectors.small_worlds import verdicts

HOMES = household_multi_property.DETECTOR


def household(w: World, id_: str, *members: str) -> None:
    """A household on benefit all of 2025."""
    for n, member in enumerate(members):
        w.add(
            "household_members",
            household_id=id_,
            person_id=member,
            relation_to_head="户主" if n == 0 else "配偶",
        )
    for month in range(1, 13):
        w.add("benefits", household_id=id_, program="低保", month=f"2025-{month:02}", amount="600元")


def home(w: World, owner: str, address: str, certificate: str | None = None) -> None:
    """A dwelling known by its address, or by a certificate too."""
    w.add("properties", certificate_no=certificate, owner_id=owner, kind="住宅", address=address)


def build(w: World) -> None:
    for id_, one, other in (
        ("ROOMS", "虚构市示例路8号1-12室", "虚构市示例路8号11-2室"),
        ("CERTS", "虚构市示例路9号1-12", "虚构市示例路9号11-2"),
        ("NUMERALS", "虚构市示例路十八号2栋三楼三〇一室", "虚构市示例路18号二栋3楼301室"),
        ("DASHES", "虚构市示例路20号3－401", "虚构市示例路20号3—401"),
    ):
        household(w, id_, f"{id_}1")
        for n, address in enumerate((one, other)):
            home(w, f"{id_}1", address, f"虚构字第{id_}{n}号" if id_ != "ROOMS" else None)


found = found_on_both(build, [HOMES])


def test_rooms_of_different_numbers_are_two_homes_and_two_spellings_are_one(found: Found) -> None:
    assert verdicts(found.run, HOMES.id) == {"ROOMS": "finding", "CERTS": "finding"}
