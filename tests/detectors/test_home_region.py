"""Rosters whose paying place names no district: a local rule says which one they are of."""

from __future__ import annotations

import pytest

from detectors.households.home_region import HOME_REGION
from detectors.recipients import household_multi_property, non_local_hukou
from detectors.registry import DETECTORS
from detectors.rules.file import RulesError, read_rules
from detectors.rules.values import LocalRules
from graph.stores import Credentials
from tests.detectors.small_worlds import SmallWorld, verdicts

W1, W2 = household_multi_property.DETECTOR, non_local_hukou.DETECTOR
PLACES = {
    "local": ("幸福街道", "榕城市东湖区幸福街道"),
    "away": ("幸福街道", "榕城市西山区幸福街道"),
    "far": ("幸福街道", "湖南省长沙市岳麓区"),
    "town": ("长乐镇", "榕城市西山区"),
    "unsaid": ("", "榕城市西山区"),
    # A place that names its district keeps it, whatever the rule says.
    "named": ("榕城市西山区幸福街道", "榕城市西山区"),
    "digits": ("440106", "440106"),
}


def home(*rules: tuple[str, str]) -> LocalRules:
    """Rules of the home region: value and region."""
    return read_rules(
        "".join(
            '[[rule]]\ndetectors=["non-local-hukou","household-multi-property"]\nparameter="home_region"\n'
            f'value="{value}"\nregion="{region}"\ncitation="榕城市东湖区民政局报送名册的说明"\n'
            for value, region in rules
        ),
        [W1, W2],
    )


def world(name: str) -> SmallWorld:
    made = SmallWorld(name)
    for id_, (paying, registered) in PLACES.items():
        made.node("Person", f"{id_}p", hukou_region=registered)
        made.household(id_, [f"{id_}p"], region=paying)
        for n in range(2):
            made.home(f"{id_}{n}", {f"{id_}p": 1.0})
    return made


def test_a_rule_says_which_district_rosters_are_of(store_url: str, store_credentials: Credentials) -> None:
    made = world("home-region")
    before = made.find(store_url, store_credentials, [W2])
    assert verdicts(before, W2.id) == {id_: "undecided" for id_ in PLACES if id_ not in ("named", "digits")}
    after = SmallWorld("again").find(store_url, store_credentials, [W1, W2], home(("榕城市东湖区", "")))
    found = {f.scope_id.removeprefix("local:"): f for f in after.findings if f.detector == W2.id}
    assert set(found) == {"away", "far", "town", "unsaid"}
    assert not [u for d, u in after.undecided if d == W2.id]
    assert found["away"].facts["paying_region"] == "榕城市东湖区幸福街道"
    assert "由榕城市东湖区幸福街道发放" in found["away"].text["zh"]
    assert found["away"].basis[-1]["law"] == "榕城市东湖区民政局报送名册的说明"
    registered = {
        f.scope_id.removeprefix("local:"): f.facts["outside_registration"]
        for f in after.findings
        if f.detector == W1.id
    }
    assert registered == {id_: id_ in found for id_ in PLACES}


def test_of_several_districts_each_town_has_its_own(store_url: str, store_credentials: Credentials) -> None:
    rules = home(("榕城市东湖区", "幸福街道"), ("榕城市西山区", "长乐镇"))
    found = world("home-by-town").find(store_url, store_credentials, [W2], rules)
    assert verdicts(found, W2.id) == {"away": "finding", "far": "finding", "unsaid": "undecided"}


@pytest.mark.parametrize("value", ["幸福街道", "东湖", "4401"])
def test_what_names_no_district_is_refused(value: str) -> None:
    with pytest.raises(RulesError, match="not written as it must be"):
        home((value, ""))


def test_it_is_of_all_detectors_that_compare_the_place_of_registration() -> None:
    assert {d.id for d in DETECTORS if HOME_REGION in d.parameters} == {W1.id, W2.id}
