"""Dwellings of recipients, their own and those of companies they own: true cases, near misses, innocent twins."""

from __future__ import annotations

from typing import Any

import pytest

from detectors.recipients import (
    household_multi_property,
    household_property_through_company,
    non_local_hukou,
    undeclared_means,
)
from detectors.rules.file import read_rules
from detectors.running.runner import Run
from graph.stores import Credentials
from tests.detectors.small_worlds import DISTRICT, SmallWorld, verdicts

W1 = household_multi_property.DETECTOR
W1B = household_property_through_company.DETECTOR


def two(world: SmallWorld, id_: str, **second: Any) -> None:
    """A couple that is paid all 2025, with one dwelling, and a second as stated."""
    holders = second.pop("holders", {f"{id_}b": 1.0})
    world.household(id_, [f"{id_}a", f"{id_}b"])
    world.home(f"{id_}1", {f"{id_}a": 1.0}, area=50.0)
    world.home(f"{id_}2", holders, **second)


def test_own_dwellings(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("own-dwellings")
    two(world, "two")
    two(world, "bought", stated_from="2025-06-18")
    two(world, "after", stated_from="2026-01-05")
    two(world, "sold", stated_to="2025-01-01")
    two(world, "shop", kind="shop")
    two(world, "rural", kind="rural_dwelling")
    two(world, "inherited", holders={"inheritedb": 0.2}, acquired_by="inheritance")
    two(world, "half", holders={"halfb": 0.5}, acquired_by="inheritance")
    # What members inherited of one home counts together; a share that decides and is not stated can't be judged.
    for id_, each in (("heirs", 0.3), ("few", 0.2)):
        holders = {f"{id_}a": each, f"{id_}b": each}
        two(world, id_, holders=holders, acquired_by="inheritance")
    two(world, "sharesunsaid", holders={"sharesunsaidb": None}, acquired_by="inheritance")
    sole = {"holders": {"soleb": None}, "holding_form": "sole"}
    two(world, "sole", acquired_by="inheritance", **sole)
    # Sold before the next was bought, within one month; and the other way round.
    for id_, sold in (("changed", "2025-06-10"), ("both", "2025-06-21")):
        world.household(id_, [f"{id_}1"])
        world.home(f"{id_}1", {f"{id_}1": 1.0}, stated_to=sold)
        world.home(f"{id_}2", {f"{id_}1": 1.0}, stated_from="2025-06-20")
    two(world, "resettled", acquired_by="demolition")
    two(world, "presale", status="provisional")
    two(world, "unknown", kind="unknown")
    world.household("shared", ["s1", "s2"])
    world.home("shared1", {"s1": 0.5, "s2": 0.5})
    world.household("certificates", ["c1", "c2"])
    for n in (1, 2):
        world.home(f"cert{n}", {"c1": 1.0}, address="虚构路1号")
    # Units of different numbers in one estate are two homes; a certificate at the address of one unit is that unit.
    for household, other in (("estate", "cn-bdcdy:441203001001GB00002F00010001"), ("same", "same-cert")):
        world.household(household, [f"{household}1"])
        unit = f"cn-bdcdy:44120300100{household[0]}GB00001F00010001"
        for id_ in (unit, other):
            world.home(id_, {f"{household}1": 1.0}, address=f"虚构花园{household}")
    world.household("monthless", ["m1"], months=None)
    world.pay(("Household", "monthless"), (None, None))
    world.home("m1", {"m1": 1.0})
    world.home("m2", {"m1": 1.0})
    world.node("Household", "hukou", kind="hukou")
    world.rel("MEMBER_OF", ("Person", "sharer"), ("Household", "hukou"))
    world.rel("MEMBER_OF", ("Person", "s1"), ("Household", "hukou"))
    world.home("sharer1", {"sharer": 1.0})
    world.pay(("Person", "alone"), ("2025-01", "2025-02"))
    world.home("alone1", {"alone": 1.0})
    world.home("alone2", {"alone": 1.0})
    found = world.find(store_url, store_credentials, [W1])
    assert verdicts(found, W1.id) == {
        "two": "finding",
        "estate": "finding",
        "bought": "finding",
        "alone": "finding",
        "half": "finding",
        "heirs": "finding",
        "few": "inherited-minor-share",
        "sharesunsaid": "undecided",
        "sole": "finding",
        "both": "finding",
        "rural": "rural-homestead",
        "inherited": "inherited-minor-share",
        "resettled": "resettlement",
        "unknown": "undecided",
        "monthless": "undecided",
    }
    # Those the data are missing for are named, not what they hold: an address would tell where they live.
    (vague,) = (u for _, u in found.undecided if u.scope_id == "local:unknown")
    assert vague.subjects
    assert all(s.startswith("person.local:unknown") for s in vague.subjects)
    (unsaid,) = (u for _, u in found.undecided if u.scope_id == "local:sharesunsaid")
    assert unsaid.subjects == ("person.local:sharesunsaidb",)
    assert unsaid.missing_zh == "有1处继承或共有的住房没有份额，是否计入无法判定"
    bought = next(f for f in found.findings if f.scope_id == "local:bought")
    assert bought.facts["months"] == {"from": "2025-06", "to": "2025-12", "count": 7}
    assert bought.facts["amount"] == 7 * 60000
    assert "违法" not in bought.text["zh"].replace("认定违纪违法", "")


def test_a_right_that_ended_is_held_until_its_day(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("ended-rights")
    # What a register calls past (历史) was held until the day it states.
    two(world, "within", status="ended", stated_to="2025-06-20")
    two(world, "before", status="ended", stated_to="2025-01-01")
    # Without a day: until the next owner acquires, whose title is no longer the household's; else nobody knows.
    for id_, sold in (("resold", "2025-05-10"), ("long", "2022-05-01")):
        two(world, id_, status="ended", stated_from="2010-01-01")
        world.home(f"{id_}2", {f"{id_}buyer": 1.0}, status="current", stated_from=sold)
        world.home(f"{id_}2", {f"{id_}first": 1.0}, status="ended", stated_from="2001-03-01")
    two(world, "dayless", status="ended", stated_from="2010-01-01")
    two(world, "bespoken", status="ended", stated_from="2010-01-01")
    world.home("bespoken2", {"bespokenbuyer": 1.0}, status="contract", stated_from="2022-05-01")
    two(world, "shop", status="ended", kind="shop")
    # Another's past right says nothing of the household's own.
    two(world, "bought", status="current", stated_from="2022-05-01")
    world.home("bought2", {"boughtseller": 1.0}, status="ended", stated_from="2010-01-01")
    # One right told twice, in files of before and after its end; a right that was given up and taken again.
    two(world, "twice", status="current", stated_from="2010-01-01")
    world.home("twice2", {"twiceb": 1.0}, status="ended", stated_from="2010-01-01", stated_to="2024-03-01")
    two(world, "again", status="ended", stated_from="2010-01-01")
    world.home("again2", {"againb": 1.0}, status="current", stated_from="2019-08-01")
    found = world.find(store_url, store_credentials, [W1])
    assert verdicts(found, W1.id) == {
        "within": "finding",
        "resold": "finding",
        "dayless": "undecided",
        "bespoken": "undecided",
        "bought": "finding",
        "again": "finding",
    }
    months = {f.scope_id.partition(":")[2]: f.facts["months"] for f in found.findings}
    assert months["within"] == {"from": "2025-01", "to": "2025-06", "count": 6}
    assert months["resold"] == {"from": "2025-01", "to": "2025-05", "count": 5}
    assert months["again"]["count"] == 12
    resold = next(f for f in found.findings if f.scope_id == "local:resold")
    (second,) = (d for d in resold.facts["dwellings"] if d["properties"] == ["local:resold2"])
    assert second["holders"][0]["ended_by_next_owner"] == "2025-05-10"
    assert "person.local:resoldbuyer" in resold.evidence.nodes
    (gap,) = (u for _, u in found.undecided if u.scope_id == "local:dayless")
    assert gap.subjects == ("person.local:daylessb",)
    assert gap.missing_zh == "有1处住房的权属为历史而没有注销时间，领取期间是否仍持有无法判定"


def test_of_members_without_a_number_homes_cannot_be_looked_up(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("unnumbered")
    world.household("named", ["n1", "person.scoped:0123"])
    world.household("left", {"l1": "", "person.scoped:0456": ""})
    world.household("both", ["b1", "person.scoped:0789"])
    world.home("both1", {"b1": 1.0})
    world.home("both2", {"b1": 1.0})
    # Registers hold the name with another id of its own: nobody knows whose it is.
    world.home("named1", {"person.scoped:0aaa": 1.0})
    world.home("named2", {"person.scoped:0bbb": 1.0})
    found = world.find(store_url, store_credentials, [W1])
    assert verdicts(found, W1.id) == {"named": "undecided", "left": "undecided", "both": "finding"}
    (gap,) = (u for _, u in found.undecided if u.scope_id == "local:named")
    assert gap.subjects == ("person.scoped:0123",)
    assert gap.missing_zh == "1名成员没有可用的证件号，无法与其他登记核对"


def test_homes_of_a_namesake_without_a_number_are_undecided_unless_the_masks_differ(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("namesakes")
    for id_, owner, mask in (
        ("plain", "person.scoped:1", None),
        ("masked", "person.scoped:2", "999999********0011"),
        ("other", "person.scoped:3", "999999********0099"),
    ):
        world.household(id_, [f"{id_}1"])
        world.node("Person", f"{id_}1", name=f"样本{id_}", id_masked="9999**********0011")
        world.home(f"{id_}h1", {owner: 1.0})
        world.home(f"{id_}h2", {owner: 1.0})
        world.node("Person", owner, name=f"样本{id_}", **({"id_masked": mask} if mask else {}))
    found = world.find(store_url, store_credentials, [W1])
    assert verdicts(found, W1.id) == {"plain": "undecided", "masked": "undecided"}
    (gap,) = (u for _, u in found.undecided if u.scope_id == "local:plain")
    assert gap.subjects == ("person.local:plain1", "person.scoped:1")
    assert gap.missing_zh.startswith("与成员“样本plain”同名的权利人名下有2处房产")


RULES = """
[[rule]]
detectors = ["household-multi-property"]
parameter = "dwelling_limit"
value = 3
unit = "dwellings"
region = "虚构东区"
citation = "《虚构东区办法》第三条"
[[rule]]
detector = "household-multi-property"
parameter = "co_owned_minor_share"
value = 0.3
unit = "fraction"
region = "虚构区"
in_force_to = 2025-04-01
citation = "《虚构区办法》第四条"
[[rule]]
detector = "household-multi-property"
parameter = "area_per_head_limit"
value = 60
unit = "m2"
region = "虚构区"
in_force_from = 2025-10-01
citation = "《虚构区办法》第五条"
"""


def test_local_rules_by_place_and_month(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("local-rules")
    world.household("east", ["e1"], region="虚构东区")
    world.home("e1", {"e1": 1.0})
    world.home("e2", {"e1": 1.0})
    two(world, "part", holders={"partb": 0.2}, area=80.0)
    world.household("early", ["y1"], months=("2025-01", "2025-03"))
    world.home("y1", {"y1": 1.0})
    world.home("y2", {"y1": 0.2})
    found = world.find(store_url, store_credentials, [W1], read_rules(RULES, [W1]))
    assert verdicts(found, W1.id) == {"part": "finding", "early": "co-owned-minor-share"}
    part = next(f for f in found.findings if f.scope_id == "local:part")
    # A fifth counts from April on; from October the area per head (65 m²) is above 60 and changes nothing.
    assert part.facts["months"] == {"from": "2025-04", "to": "2025-12", "count": 9}
    assert part.parameters["area_per_head_limit"] == 60
    assert part.parameters["co_owned_minor_share"] == 0
    assert [b["law"] for b in part.basis] == ["社会救助暂行办法", "《虚构区办法》第五条"]


def test_dwellings_of_a_company_behind_the_household(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("through-company")
    for id_, upper, lower in (("deep", 0.6, 0.5), ("thin", 0.4, 0.5), ("sold", 0.6, 0.5)):
        world.household(id_, [f"{id_}a", f"{id_}b"])
        world.home(f"{id_}1", {f"{id_}a": 1.0})
        ended = {"stated_to": "2025-01-01"} if id_ == "sold" else {}
        world.owns(f"{id_}a", f"co{id_}1", upper, **ended)
        world.owns(f"co{id_}1", f"co{id_}2", lower)
        world.home(f"{id_}2", {f"co{id_}2": 1.0})
    # Two members with 15% each hold 30% together; the company buys in May.
    world.household("couple", ["q1", "q2"])
    world.home("couple1", {"q1": 1.0})
    for person in ("q1", "q2"):
        world.owns(person, "cocouple", 0.15)
    world.home("couple2", {"cocouple": 1.0}, stated_from="2025-05-10")
    # A company that sold in April, and one of which the day is not stated.
    for id_, held in (("offered", {"stated_to": "2025-04-10"}), ("openended", {})):
        world.household(id_, [f"{id_}a"])
        world.home(f"{id_}1", {f"{id_}a": 1.0})
        world.owns(f"{id_}a", f"co{id_}", 1.0)
        world.home(f"{id_}2", {f"co{id_}": 1.0}, status="ended", **held)
    # One dwelling in all; a shop; and a company that holds nothing.
    world.household("single", ["r1"])
    world.owns("r1", "cosingle", 1.0)
    world.home("single1", {"cosingle": 1.0})
    world.household("shop", ["t1"])
    world.home("shop1", {"t1": 1.0})
    world.owns("t1", "coshop", 1.0)
    world.home("shop2", {"coshop": 1.0}, kind="shop")
    found = world.find(store_url, store_credentials, [W1, W1B])
    assert verdicts(found, W1.id) == {}
    assert verdicts(found, W1B.id) == {
        "deep": "finding",
        "couple": "finding",
        "offered": "finding",
        "openended": "undecided",
    }
    offered = next(f for f in found.findings if f.scope_id == "local:offered")
    assert offered.facts["months"] == {"from": "2025-01", "to": "2025-04", "count": 4}
    deep = next(f for f in found.findings if f.scope_id == "local:deep")
    (held,) = deep.facts["holdings"]
    assert held["share"] == pytest.approx(0.3)
    assert held["depth"] == 2
    assert [p["nodes"] for p in held["paths"]] == [["person.local:deepa", "local:codeep1", "local:codeep2"]]
    assert {"local:codeep1", "local:deep2"} <= set(deep.evidence.nodes)
    couple = next(f for f in found.findings if f.scope_id == "local:couple")
    assert couple.facts["months"]["from"] == "2025-05"


def test_programmes_that_are_not_granted_by_means_are_not_judged(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("programmes")
    for id_, program in (
        ("aged", "虚构高龄津贴"),
        ("farm", "耕地地力保护补贴"),
        ("farm-too", "耕地地力保护补贴"),
        ("pension", "城乡居民养老保险"),
        ("low", "低保"),
        ("poor", "特困人员救助供养"),
        ("rented", "公租房租赁补贴"),
    ):
        world.household(id_, [f"{id_}1"], program=program)
        world.node("Person", f"{id_}1", hukou_region="虚构外县")
        for n in (1, 2):
            world.home(f"{id_}{n}", {f"{id_}1": 1.0})
        world.owns(f"{id_}1", f"co{id_}", 1.0)
        world.home(f"{id_}3", {f"co{id_}": 1.0})
    # The registers of vehicles and incomes are loaded, and name nobody here.
    world.rel("HOLDS_VEHICLE", ("Person", "other"), ("Vehicle", "car"))
    world.rel("EARNS", ("Person", "other"), ("Program", "program:工资"), kind="wage", month="2025-01")
    # One dwelling: nothing would be found, and nothing is said; nor of a member without a number.
    world.household("one", ["one1", "person.scoped:0one"], program="虚构高龄津贴")
    world.node("Person", "one1", hukou_region=DISTRICT)
    world.home("one-home", {"one1": 1.0})
    # Paid both ways: the months and money of the programme granted by means.
    world.household("mixed", ["mixed1"], program="虚构高龄津贴", amount=10000)
    world.node("Person", "mixed1", hukou_region="虚构外县")
    world.pay(("Household", "mixed"), ("2025-11", "2026-01"), program="临时救助")
    for n in (1, 2):
        world.home(f"mixed{n}", {"mixed1": 1.0})
    means, hukou = undeclared_means.DETECTOR, non_local_hukou.DETECTOR
    found = world.find(store_url, store_credentials, [W1, W1B, means, hukou])
    of_means = dict.fromkeys(("low", "poor", "rented"), "finding")
    programmes = {
        "program:虚构高龄津贴": "undecided",
        "program:耕地地力保护补贴": "undecided",
        "program:城乡居民养老保险": "undecided",
    }
    told = {d.id: _by_scope(found, d.id) for d in (W1, W1B, means, hukou)}
    assert told == {
        W1.id: of_means | programmes | {"mixed": "finding"},
        W1B.id: of_means | programmes,
        means.id: of_means | programmes,
        hukou.id: of_means | programmes | {"mixed": "finding"},
    }
    mixed = next(f for f in found.findings if (f.detector, f.scope_id) == (W1.id, "local:mixed"))
    assert mixed.facts["programs"] == ["临时救助"]
    assert (mixed.facts["amount"], mixed.facts["months"]["count"]) == (3 * 60000, 3)
    said = {(d, u.scope_id): u.missing_zh for d, u in found.undecided}
    assert said[W1.id, "program:耕地地力保护补贴"] == (
        "“耕地地力保护补贴”不是须核定家庭经济状况的项目（means_tested_programs），其2户领取人符合本项条件，未作判定"
    )
    # Mixed is judged in the last two months of the year, and would have been found in those before.
    assert "其2户" in said[W1.id, "program:虚构高龄津贴"]
    rule = read_rules(
        f'[[rule]]\ndetector="{W1.id}"\nparameter="means_tested_programs"\nvalue="高龄津贴"\n'
        f'region="{DISTRICT}"\ncitation="《虚构区高龄津贴办法》第三条"\n',
        [W1],
    )
    again = SmallWorld("programmes").find(store_url, store_credentials, [W1], rule)
    assert {s for s, v in _by_scope(again, W1.id).items() if v == "finding"} == {"aged", "mixed"}


def _by_scope(found: Run, detector: str) -> dict[str, str]:
    said = {f.scope_id.removeprefix("local:"): "finding" for f in found.findings if f.detector == detector}
    return said | {
        u.scope_id.removeprefix("local:"): "undecided" for d, u in found.undecided if d == detector
    }


def test_dwellings_of_no_stated_area(store_url: str, store_credentials: Credentials) -> None:
    """Where a rule looks at the area a head, homes without one decide nothing, save where the others do."""
    world = SmallWorld("no-area")
    two(world, "bare")
    two(world, "large", area=80.0)
    two(world, "small", area=20.0)
    world.household("enough", ["enougha"])
    world.home("enough1", {"enougha": 1.0}, area=200.0)
    world.home("enough2", {"enougha": 1.0})
    rules = read_rules(
        '[[rule]]\ndetector = "household-multi-property"\nparameter = "area_per_head_limit"\nvalue = 60\nunit = "m2"\n'
        'citation = "《虚构区办法》第五条"\n',
        [W1],
    )
    found = world.find(store_url, store_credentials, [W1], rules)
    told = verdicts(found, W1.id)
    assert told == {"bare": "undecided", "large": "finding", "small": "small-area", "enough": "finding"}
    bare = next(u for _, u in found.undecided if u.scope_id == "local:bare")
    assert bare.subjects == ("person.local:bareb",)
    assert bare.missing_zh == "有1处住房没有建筑面积，人均面积是否超过当地标准无法判定"
