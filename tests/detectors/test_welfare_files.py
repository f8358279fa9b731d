"""Welfare detectors over files as offices write them, on both stores."""

from __future__ import annotations

from detectors.recipients import duplicate_benefit, household_multi_property, paid_after_death
from tests.detectors.bidder_world import Found, World, found_on_both
from tests.detectors.small_worlds import verdicts

HOMES = household_multi_property.DETECTOR
TWICE = duplicate_benefit.DETECTOR
DEAD = paid_after_death.DETECTOR


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


def home(
    w: World, owner: str, address: str | None, certificate: str | None = None, unit: str | None = None
) -> None:
    """A dwelling known by its address, by a certificate too, or by its unit."""
    w.add("properties", id=unit, certificate_no=certificate, owner_id=owner, kind="住宅", address=address)


def unit(number: int) -> str:
    """The number of a unit."""
    return f"999901001001GB{number:05}F00010001"


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
    # One home told with and without its city, district or province; homes that only look so.
    for id_, one, other in (
        ("NO-CITY", "虚构市甲区示例路21号1栋101", "示例路21号1栋101"),
        ("NO-DISTRICT", "某某省虚构市甲区示例路22号1幢101", "虚构市示例路22号1栋101"),
        ("TOWN", "虚构市市辖区示例镇样板小区5栋101室", "样板小区5栋101室"),
        ("CITIES", "虚构市甲区示例路23号101", "样例市甲区示例路23号101"),
        ("DISTRICTS", "虚构市甲区示例路24号101", "虚构市乙区示例路24号101"),
        ("ESTATE", "样板小区5栋102室", "5栋102室"),
        ("WORDS", "虚构市甲区示例路30号3栋501房", "甲区示例路30号3幢501室"),
        ("BARE-ROOM", "虚构市示例路31号3栋501房", "虚构市示例路３１号3幢501"),
        ("OTHER-ROOM", "虚构市示例路32号3栋501房", "虚构市示例路32号3栋501号2室"),
        ("PART", "样板花园东区5栋103室", "样板花园5栋103室"),
        ("MARKET", "虚构市场路25号101", "路25号101"),
    ):
        household(w, id_, f"{id_}1")
        home(w, f"{id_}1", one, f"虚构字第{id_}1号")
        home(w, f"{id_}1", other, f"虚构字第{id_}2号")
    # A certificate told without the unit that stands on it elsewhere, whichever address it is told with.
    for id_, first, second in (
        ("ONE-UNIT", (None, "虚构（2018）产权第1号", unit(1)), (None, "虚构(2018)产权第1号", None)),
        ("SPELT-APART", ("甲路1号", "虚构产权第2号", unit(2)), ("甲路壹号院", "虚构产权第2号", None)),
        ("TWO-UNITS", (None, "虚构产权第3号", unit(3)), (None, "虚构产权第3号", unit(4))),
        ("TWO-CERTIFICATES", (None, "虚构产权第5号", unit(5)), (None, "虚构产权第6号", None)),
    ):
        household(w, id_, f"{id_}1")
        for address, certificate, number in (first, second):
            home(w, f"{id_}1", address, certificate, number)
    # A third row without its unit is one of the two units of its certificate.
    household(w, "ONE-OF-TWO", "ONE-OF-TWO1")
    for number in (unit(7), unit(8), None):
        home(w, "ONE-OF-TWO1", None, "虚构产权第7号", number)
    # Told without its city it may be either of the two that are told with one: two homes, not three.
    household(w, "EITHER", "EITHER1")
    for n, city in enumerate(("虚构市", "样例市", "")):
        home(w, "EITHER1", f"{city}示例路26号101", f"虚构字第EITHER{n}号")

    # Two members paid one programme of households: by two districts, by one; and one that is paid by head.
    for id_, program, places in (
        ("TWO-PLACES", "低保", ("虚构市甲区", "虚构市乙区")),
        ("ONE-PLACE", "低保", ("虚构市甲区", "虚构市甲区")),
        ("BY-HEAD", "残疾人护理补贴", ("虚构市甲区", "虚构市乙区")),
        ("KINDS", "", ("虚构市甲区", "虚构市甲区")),
    ):
        for n, place in enumerate(places):
            person, paid = f"{id_}{n}", program or ("城市低保", "农村低保")[n]
            w.add(
                "household_members", household_id=id_, person_id=person, relation_to_head=("户主", "配偶")[n]
            )
            for month in ("2025-01", "2025-02"):
                w.add("benefits", person_id=person, program=paid, month=month, amount="600元", region=place)
    # Payments under one household's number: in parts, with the household's amount at each member, one amount twice.
    for id_, parts in (
        ("PARTS", (("6001", "600元"), ("6002", "500元"))),
        ("REPEATED", (("6003", "600元"), ("6003", "600元"))),
        ("TWICE", (("6004000", "600元"), ("6005000", "600元"))),
    ):
        for n, (account, amount) in enumerate(parts):
            person = f"{id_}{n}"
            w.add(
                "household_members", household_id=id_, person_id=person, relation_to_head=("户主", "配偶")[n]
            )
            row = {"household_id": id_, "person_id": person, "program": "虚构补助", "month": "2025-01"}
            w.add("benefits", **row, amount=amount, account=f"622200{account}", region="虚构市甲区")
        w.add("persons", id=f"{id_}0", died_on="2024-01-05")


found = found_on_both(build, [HOMES, TWICE, DEAD])


def test_members_paid_for_one_household_by_two_districts_are_told(found: Found) -> None:
    assert verdicts(found.run, TWICE.id) == {"TWO-PLACES": "finding", "KINDS": "finding"}
    hit = next(f for f in found.run.findings if f.scope_id == "local:TWO-PLACES")
    assert hit.subjects == ("person.local:TWO-PLACES0", "person.local:TWO-PLACES1")
    assert hit.facts["amount"] == 2 * 60000


def test_what_is_paid_to_the_dead_is_his_part_where_each_is_paid_one(found: Found) -> None:
    # One amount that a list repeats, with one account, is the household's.
    found_of = {f.scope_id: f for f in found.run.findings if f.detector == DEAD.id}
    amounts = {scope: f.facts["amount"] for scope, f in found_of.items()}
    assert amounts == {"local:PARTS": 60000, "local:REPEATED": 60000, "local:TWICE": 60000}
    assert verdicts(found.run, DEAD.id)["REPEATED"] == "surviving-members"
    assert [verdicts(found.run, DEAD.id)[h] for h in ("PARTS", "TWICE")] == ["finding"] * 2


def test_rooms_of_different_numbers_are_two_homes_and_two_spellings_are_one(found: Found) -> None:
    told = verdicts(found.run, HOMES.id)
    assert {h: told.get(h) for h in ("ROOMS", "CERTS", "NUMERALS", "DASHES")} == {
        "ROOMS": "finding",
        "CERTS": "finding",
        "NUMERALS": None,
        "DASHES": None,
    }


def test_a_home_told_without_its_city_or_district_is_one_home(found: Found) -> None:
    told = verdicts(found.run, HOMES.id)
    assert not {"NO-CITY", "NO-DISTRICT", "TOWN"} & told.keys()
    assert {h for h in ("CITIES", "DISTRICTS", "ESTATE", "PART", "MARKET") if told.get(h) == "finding"} == {
        *("CITIES", "DISTRICTS", "ESTATE", "PART", "MARKET")
    }
    assert not {"WORDS", "BARE-ROOM"} & told.keys()
    assert told["OTHER-ROOM"] == "finding"
    either = next(f for f in found.run.findings if f.scope_id == "local:EITHER")
    assert either.facts["dwelling_count"] == 2
    assert sorted(d["by_address"] for d in either.facts["dwellings"]) == [False, True]


def test_a_certificate_without_a_unit_number_is_the_unit_that_stands_on_it(found: Found) -> None:
    told = verdicts(found.run, HOMES.id)
    assert not {"ONE-UNIT", "SPELT-APART"} & told.keys()
    assert [told[h] for h in ("TWO-UNITS", "TWO-CERTIFICATES", "ONE-OF-TWO")] == ["finding"] * 3
    hit = next(f for f in found.run.findings if f.scope_id == "local:ONE-OF-TWO")
    assert hit.facts["dwelling_count"] == 2
    assert sorted(len(d["properties"]) for d in hit.facts["dwellings"]) == [1, 2]
    assert not any(d["by_address"] for d in hit.facts["dwellings"])
