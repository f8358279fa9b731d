"""Which names are one programme."""

from __future__ import annotations

import pytest

from detectors.recipients import duplicate_benefit, eligible_not_receiving, overpayment, underpayment
from graph.programs import NAMES, paid_under, same_programme
from graph.stores import Credentials
from tests.detectors.small_worlds import SmallWorld, verdicts

TWICE, W7 = duplicate_benefit.DETECTOR, eligible_not_receiving.DETECTOR
SHORT, ABOVE = underpayment.DETECTOR, overpayment.DETECTOR
YEAR = {"stated_from": "2025-01-01", "stated_to": "2026-01-01"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("低保", "最低生活保障", True),
        ("低保金", "最低生活保障金", True),
        ("低保补发", "低保", True),
        ("补发低保金", "最低生活保障（补发）", True),
        (" 低 保 ", "低保资金", True),
        ("城市低保", "城市居民最低生活保障金", True),
        ("特困", "特困人员救助供养", True),
        ("A类低保", "低保", True),
        ("低保(B类)", "低保金", True),
        ("城乡低保金（2024）", "低保", True),
        ("2024年第一季度低保", "低保", True),
        ("低保（农村）", "农村低保", True),
        ("低保户救助金", "低保", True),
        ("低保提标补发", "低保", True),
        ("低保补差", "低保", True),
        ("城市低保补差资金", "城市低保", True),
        ("城市低保补差", "低保（补差）", False),
        ("低保提标补差", "低保", True),
        ("低保补差补发", "低保", True),
        ("特困人员救助供养（分散）", "特困人员基本生活费", True),
        ("农村特困人员救助供养", "特困", True),
        ("80岁以上高龄津贴", "高龄补贴", True),
        ("低保特困人员价格临时补贴", "低保", False),
        ("特困职工子女助学金", "特困", False),
        ("低保特困春节慰问金", "特困", False),
        ("特困人员照料护理费", "特困", False),
        ("A类补助", "B类补助", False),
        ("虚构补助金", "虚构补助", True),
        ("城市低保", "农村低保", False),
        ("低保", "城市低保", False),
        ("低保", "低保边缘", False),
        ("低保", "低保边缘家庭", False),
        ("特困", "低保", False),
        ("养老金", "养老", False),
        ("虚构补助", "虚构补贴", False),
    ],
)
def test_names_of_one_programme(one: str, other: str, same: bool) -> None:
    assert (same_programme(f"program:{one}") == same_programme(f"program:{other}")) is same


@pytest.mark.parametrize(
    ("name", "of", "arrears"),
    [
        ("城市低保补差", "城市低保", False),
        ("低保金(补差)", "低保", False),
        ("补差低保金", "低保", False),
        ("低保补发", "低保", True),
        ("低保提标补差", "低保", True),
        ("低保（调整标准补差）", "低保", True),
        ("提标补差低保", "低保", True),
        ("低保补差补发", "低保", True),
    ],
)
def test_what_is_paid_up_to_the_standard_is_no_arrears(name: str, of: str, arrears: bool) -> None:
    assert paid_under(name) == same_programme(of) + ("(补发)" if arrears else "")


def test_every_name_is_of_one_programme() -> None:
    names = [name for programme, others in NAMES.items() for name in (programme, *others)]
    assert len(set(names)) == len(names)
    assert all(same_programme(name) == programme for programme, others in NAMES.items() for name in others)
    assert all(same_programme(programme) == programme for programme in NAMES)


def entitled(world: SmallWorld, id_: str, program: str) -> None:
    """On the list of a programme all year, with 600 yuan a month."""
    listed = ("Program", f"program:{program}")
    world.node("Program", f"program:{program}", name=program)
    world.rel("ENTITLED_TO", ("Household", id_), listed, kind=program, amount=60000, **YEAR)


def test_what_is_paid_by_another_name_is_paid(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("spelt")
    for id_, program in (
        ("other", "最低生活保障"),
        ("arrears", "低保"),
        ("left", "高龄津贴"),
        ("short", "低保金"),
    ):
        months = ("2025-01", "2025-08") if id_ == "short" else ("2025-01", "2025-12")
        world.household(id_, [f"{id_}1"], months=None if id_ == "arrears" else months, program=program)
        entitled(world, id_, "低保")
    world.pay(("Household", "arrears"), ("2025-01", "2025-04"), program="低保")
    world.pay(("Household", "arrears"), ("2025-05", "2025-05"), program="低保补发")
    world.pay(("Household", "arrears"), ("2025-06", "2025-12"), program="低保")
    # Paid under one name to one household and under another to the second.
    for n, program in enumerate(("低保", "最低生活保障金")):
        world.household(f"twice{n}", ["both"], program=program, region=f"虚构{n}区")
    for n, program in enumerate(("低保", "低保边缘家庭补助")):
        world.household(f"apart{n}", ["neither"], program=program, region=f"虚构{n}区")
    found = world.find(store_url, store_credentials, [TWICE, W7, SHORT, ABOVE])
    assert verdicts(found, TWICE.id) == {"twice0": "finding"}
    assert verdicts(found, W7.id)["left"] == "finding"
    assert not {"other", "arrears", "short"} & verdicts(found, W7.id).keys()
    assert {s: v for s, v in verdicts(found, SHORT.id).items() if v == "finding"} == {"short": "finding"}
    assert "finding" not in verdicts(found, ABOVE.id).values()
    short = next(f for f in found.findings if f.detector == SHORT.id)
    assert short.facts["unpaid_months"] == ["2025-09", "2025-10", "2025-11", "2025-12"]
    assert short.facts["program"] == "低保"


PAIRS = (
    ("低保", "城市低保", True),
    ("低保", "农村低保", True),
    ("低保", "A类低保", True),
    ("城市低保", "农村最低生活保障", True),
    ("城镇居民最低生活保障金", "农村低保", True),
    ("低保", "农村五保供养", True),
    ("城市低保", "特困人员救助供养（集中）", True),
    ("五保", "特困供养", True),
    # Paid beside either, or to others.
    ("低保", "低保特困人员价格临时补贴", False),
    ("最低生活保障", "特困职工子女助学金", False),
    ("特困供养", "低保特困春节慰问金", False),
    ("低保", "低保边缘家庭生活补贴", False),
    ("特困供养", "特困人员照料护理费", False),
)


def test_two_programmes_for_one_person(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("two-programmes")
    for n, (one, two, _) in enumerate(PAIRS):
        world.household(f"{n}/east", [f"p{n}"], program=one, region="虚构东区")
        world.household(f"{n}/west", [f"p{n}"], program=two, region="虚构西区")
    found = world.find(store_url, store_credentials, [TWICE])
    expected = {f"{n}/east": "finding" for n, (_, _, told) in enumerate(PAIRS) if told}
    assert verdicts(found, TWICE.id) == expected


def test_one_payment_of_either_kind_is_one(store_url: str, store_credentials: Credentials) -> None:
    """A district that calls one household's payment 低保 and 城市低保 by turns pays once."""
    world = SmallWorld("kinds")
    world.household("one", ["head"], program="低保", region="虚构东区")
    world.pay(("Household", "one"), ("2025-01", "2025-12"), program="城市低保", region="虚构东区")
    # Listed as 低保, paid by the kind, while others are paid without one.
    world.household("kind", ["listed"], program="城市低保", region="虚构东区")
    entitled(world, "kind", "低保")
    world.household("plain", ["neighbour"], program="低保", region="虚构东区")
    entitled(world, "plain", "低保")
    found = world.find(store_url, store_credentials, [TWICE, W7, SHORT])
    assert verdicts(found, TWICE.id) == {}
    assert verdicts(found, W7.id) == {}
    assert "finding" not in verdicts(found, SHORT.id).values()
