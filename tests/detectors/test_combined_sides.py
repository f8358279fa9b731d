"""The combined view ties only those bidders to each other that a finding ties, whomever else it names."""

from __future__ import annotations

import pytest

from detectors.bidders import (
    affiliate_of_debarred,
    bidder_linked_to_service_party,
    common_shareholder,
    concert_partners,
    related_persons,
)
from detectors.definition import Detector
from detectors.finding import Finding
from detectors.running.sides import tied_pairs
from detectors.running.stacking import stack
from graph.stores import Credentials
from tests.detectors.small_worlds import SmallWorld

SERVICE = bidder_linked_to_service_party.DETECTOR


def stacks(
    world: SmallWorld, lot: str, detectors: list[Detector], url: str, credentials: Credentials
) -> list[tuple[str, list[str], int]]:
    """(bidders by their last letter, kinds of evidence, findings on a root counted already) of each row."""
    found = world.find(url, credentials, detectors)
    told = stack(found.findings, f"local:{lot}", [f"local:co{c}" for c in "abcdef"], detectors)
    return [
        ("".join(b[-1] for b in s.bidders), [k for k, _ in s.kinds], len(s.not_independent)) for s in told
    ]


def bids(world: SmallWorld, lot: str, letters: str) -> None:
    world.lot(lot, [(f"co{c}", 1000 + n * n, "valid") for n, c in enumerate(letters)])


def test_kin_tie_across_and_not_beside(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("kin-sides")
    for holder, company in (("p1", "coa"), ("p1", "cob"), ("p2", "coc")):
        world.node("Person", holder, name=f"甲{holder}")
        world.owns(holder, company, 1.0)
    world.rel("RELATED_TO", ("Person", "p1"), ("Person", "p2"), relation="spouse")
    bids(world, "one", "abcd")
    wanted = [related_persons.DETECTOR, common_shareholder.DETECTOR]
    assert stacks(world, "one", wanted, store_url, store_credentials) == [
        ("ab", ["ownership"], 0),
        ("ac", ["people"], 0),
        ("bc", ["people"], 0),
    ]


def agent(world: SmallWorld, lot: str, company: str = "co-agent") -> None:
    world.rel("SERVES_TENDER", ("Company", company), ("Tender", f"T{lot}"), role="agent")


def test_a_party_reached_through_different_people_ties_no_bidders(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("star")
    bids(world, "one", "abcd")
    agent(world, "one")
    for person, company in (("p1", "coa"), ("p2", "cob"), ("p2", "coc")):
        world.node("Person", person, name=f"乙{person}")
        world.owns(person, company, 0.9)
        world.rel("OFFICER_OF", ("Person", person), ("Company", "co-agent"), role="manager")
    wanted = [SERVICE, common_shareholder.DETECTOR]
    # The holder of b and c is the very person who links both to the agency: one root, one kind.
    assert stacks(world, "one", wanted, store_url, store_credentials) == [("bc", ["ownership"], 1)]
    assert stacks(world, "one", [SERVICE], store_url, store_credentials) == [("bc", ["other"], 0)]


def test_a_party_that_bids_or_holds_both_ties(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("centre")
    bids(world, "one", "abcd")
    world.rel("DEBARRED_BY", ("Company", "coa"), ("Company", "co-authority"))
    bids(world, "two", "def")
    agent(world, "two")
    for holder, company in (("coa", "cob"), ("coa", "coc"), ("co-agent", "coe"), ("co-agent", "cof")):
        world.owns(holder, company, 0.9)
    wanted = [affiliate_of_debarred.DETECTOR, SERVICE]
    assert stacks(world, "one", wanted, store_url, store_credentials) == [("abc", ["ownership"], 0)]
    assert stacks(world, "two", wanted, store_url, store_credentials) == [("ef", ["other"], 0)]


def test_partners_in_concert_tie_across(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("concert-sides")
    for person, company in (("p1", "coa"), ("p1", "cob"), ("p2", "coc")):
        world.node("Person", person, name=f"丙{person}")
        world.owns(person, company, 0.6)
    for person in ("p1", "p2"):
        world.rel("MEMBER_OF_CONCERT", ("Person", person), ("Concert", "g"))
    bids(world, "one", "abcd")
    told = stacks(world, "one", [concert_partners.DETECTOR], store_url, store_credentials)
    assert [t[0] for t in told] == ["ac", "bc"]


@pytest.mark.parametrize(
    ("one", "other", "tied"),
    [
        ({"how": "manages"}, {"how": "branch"}, True),
        ({"how": "manager", "via": {"id": "m"}}, {"how": "branches", "via": {"id": "m"}}, True),
        ({"how": "manager", "via": {"id": "m"}}, {"how": "manager", "via": {"id": "n"}}, False),
        ({"how": "controller", "via": {"id": "b"}}, {"how": "controlled"}, True),
        ({"how": "controlled"}, {"how": "managed"}, False),
        ({"how": "kin", "via": {"id": "p"}, "kin": {"id": "q"}}, {"how": "person", "via": {"id": "q"}}, True),
        (
            {"how": "kin", "via": {"id": "p"}, "kin": {"id": "q"}},
            {"how": "person", "via": {"id": "p"}},
            False,
        ),
    ],
)
def test_who_stands_in_both(one: dict[str, object], other: dict[str, object], tied: bool) -> None:
    facts = {
        "holder": {"id": "party"},
        "bidders": [{"id": "a", "links": [one]}, {"id": "b", "links": [other]}],
    }
    found = Finding(SERVICE.id, "1.0", "review", "lot", "l", ("a", "b"), facts, (), None, {}, "f")
    assert bool(tied_pairs(found, ["a", "b"])) is tied
