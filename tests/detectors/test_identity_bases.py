"""Findings say the weakest thing their identities rest on: the bidder's, the person's, kin's, a company's."""

from __future__ import annotations

import polars as pl
import pytest

from detectors.bidders import bidder_linked_to_service_party, related_persons, shared_officer, winner_declines
from detectors.definition import Detector
from detectors.finding import Finding
from detectors.identities import BASES, basis_column, basis_of, weakest, weakest_column
from detectors.recipients import household_property_through_company
from graph.names import name_key
from graph.resolution.unnumbered_ids import scoped_person_ids
from graph.stores import Credentials
from tests.detectors.small_worlds import SmallWorld

COMPANY = "cn-uscc:999900000000000001"


def test_a_column_of_bases_is_as_each_row() -> None:
    told = [
        ("person:1", "person.scoped:2"),
        ("person:1", "person:1"),
        ("cn-uscc:1", "name:甲"),
        ("name:甲", "name:甲"),
        ("vendor:1", None),
        ("local:1", None),
        ("contact_person:甲", None),
    ]
    frame = pl.DataFrame(told, schema=["id", "stated"], orient="row")
    assert frame.select(b=basis_column("id", "stated"))["b"].to_list() == [basis_of(*t) for t in told]
    assert {basis_of(*t) for t in told} == set(BASES)
    both = pl.DataFrame({"a": ["id", "unique_name", None, None], "b": ["vendor_id", "id", "name_only", None]})
    assert both.select(w=weakest_column(pl.col("a"), pl.col("b")))["w"].to_list() == [
        *("vendor_id", "unique_name", "name_only"),
        None,
    ]
    assert weakest([("person:1", "person.scoped:2")]) == "unique_name"


def joined(world: SmallWorld, company: str, name: str) -> str:
    """A representative known by name alone, whom the company's shareholders give with a number."""
    by_name = scoped_person_ids("main", pl.Series([company]), pl.Series([name]))[0]
    world.node("Person", by_name, name=name)
    world.rel("LEGAL_REP_OF", ("Person", by_name), ("Company", company), role="legal_representative")
    numbered = f"person:{name_key(pl.Series([name]))[0]}-numbered"
    world.node("Person", numbered, name=name, id_kind="cn-id")
    world.owns(numbered, company, 0.01, stated_to="2020-01-01")
    return numbered


def only(world: SmallWorld, detector: Detector, url: str, credentials: Credentials) -> Finding:
    (found,) = world.find(url, credentials, [detector]).findings
    return found


@pytest.mark.parametrize(("by_name", "basis"), [(True, "unique_name"), (False, "id")])
def test_kin_and_officers_joined_inside_a_company(
    store_url: str, store_credentials: Credentials, by_name: bool, basis: str
) -> None:
    world = SmallWorld(f"kin-{by_name}")
    kin = joined(world, COMPANY, "虚乙") if by_name else "person:numbered"
    if not by_name:
        world.node("Person", kin, name="虚乙")
        world.rel("LEGAL_REP_OF", ("Person", kin), ("Company", COMPANY), role="legal_representative")
    world.owns("p1", "coa", 1.0)
    world.rel("RELATED_TO", ("Person", "p1"), ("Person", kin), relation="sibling")
    # The same person runs another bidder under his number, and the agent.
    for company in ("cob", "co-agent"):
        world.rel("OFFICER_OF", ("Person", kin), ("Company", company), role="director")
    winner = {"status": "valid"}
    world.lot("one", [("coa", 1000, "valid", winner), (COMPANY, 1010, "valid"), ("coc", 1070, "valid")])
    world.lot("two", [("cob", 1000, "valid"), (COMPANY, 1010, "valid"), ("coc", 1070, "valid")])
    world.lot("three", [("coc", 1000, "award_declined"), ("cob", 1010, "won"), (COMPANY, 1070, "valid")])
    world.lot("four", [(COMPANY, 1000, "award_declined"), ("cob", 1010, "won")])
    world.rel("SERVES_TENDER", ("Company", "co-agent"), ("Tender", "Tone"), role="agent")
    wanted = [
        related_persons.DETECTOR,
        shared_officer.DETECTOR,
        winner_declines.DETECTOR,
        bidder_linked_to_service_party.DETECTOR,
    ]
    found = world.find(store_url, store_credentials, wanted).findings
    told = {(f.detector, f.scope_id): f for f in found if not f.suppressed_by}
    asked = {
        ("related-persons", "local:one"),
        ("shared-officer", "local:two"),
        ("winner-declines", "local:four"),
        ("bidder-linked-to-service-party", "local:one"),
    }
    assert asked <= set(told)
    assert {at: told[at].facts["identity"] for at in asked} == dict.fromkeys(asked, basis)
    words = "按名称唯一匹配" if by_name else "证件号"
    assert all(words in told[at].text["zh"] for at in asked)


@pytest.mark.parametrize(("holder", "basis"), [("name:虚构置业有限公司", "unique_name"), (COMPANY, "id")])
def test_a_dwelling_of_a_company_known_by_name(
    store_url: str, store_credentials: Credentials, holder: str, basis: str
) -> None:
    world = SmallWorld(f"dwelling-{basis}")
    world.node("Company", COMPANY, name="虚构置业有限公司")
    world.node("Company", holder, name="虚构置业有限公司")
    world.household("h1", ["p1"])
    world.owns("p1", COMPANY, 1.0)
    world.home("home", {"p1": 1.0}, stated_from="2010-01-01")
    world.node("Property", "flat", kind="dwelling")
    world.rel("HOLDS_PROPERTY", ("Company", holder), ("Property", "flat"), stated_from="2014-01-01")
    found = only(world, household_property_through_company.DETECTOR, store_url, store_credentials)
    assert found.facts["identity"] == basis
    assert ("主体识别：按名称唯一匹配" in found.text["zh"]) == (basis == "unique_name")
    assert ("Identities rest on: unique name" in found.text["en"]) == (basis == "unique_name")
