"""A finding over months under several rules or laws cites each of them, and says what held when."""

from __future__ import annotations

from detectors.households.drafts import limit_words, values_before
from detectors.recipients import duplicate_benefit, household_multi_property
from detectors.rules.file import read_rules
from detectors.rules.values import NO_RULES, LocalRules
from detectors.running.runner import Run
from graph.stores import Credentials
from tests.detectors.small_worlds import SmallWorld

W1 = household_multi_property.DETECTOR


def limits(*rules: tuple[int, str, str, str]) -> LocalRules:
    """Rules of the limit of dwellings: value, region, in force from and to."""
    return read_rules(
        "".join(
            '[[rule]]\ndetector="household-multi-property"\nparameter="dwelling_limit"\nunit="dwellings"\n'
            f'value={value}\nregion="{region}"\nin_force_from="{since}"\nin_force_to="{until}"\n'
            f'citation="《{region}办法{since}》"\n'
            for value, region, since, until in rules
        ),
        [W1],
    )


def three_homes(name: str, months: tuple[str, str]) -> SmallWorld:
    world = SmallWorld(name)
    world.household("three", ["t"], months=months)
    for n in range(3):
        world.home(f"home{n}", {"t": 1.0})
    return world


def test_what_held_in_other_months_is_cited_and_told(store_url: str, store_credentials: Credentials) -> None:
    rules = limits((2, "", "", "2025-07-01"), (3, "", "2025-07-01", ""))
    found: Run = three_homes("changed-limit", ("2025-01", "2025-12")).find(
        store_url, store_credentials, [W1], rules
    )
    (one,) = found.findings
    assert one.facts["months"] == {"from": "2025-01", "to": "2025-12", "count": 12}
    local = [b for b in one.basis if b["says"].startswith("dwelling_limit")]
    assert [(b["law"], b["says"]) for b in local] == [
        ("《办法》", "dwelling_limit = 2 dwellings"),
        ("《办法2025-07-01》", "dwelling_limit = 3 dwellings"),
    ]
    assert one.parameters["dwelling_limit"] == one.facts["limit"] == 3
    assert one.facts["values_before"] == [
        {"parameter": "dwelling_limit", "value": 2, "from": "2025-01", "to": "2025-06"}
    ]
    assert "（提示线：2025-01至2025-06为2套，2025-07起为3套）" in one.text["zh"]
    assert "2 (2025-01 to 2025-06), 3 (from 2025-07)" in one.text["en"]


def test_a_rule_of_months_not_found_is_not_cited(store_url: str, store_credentials: Credentials) -> None:
    """Four would have been too many before July: those months are not found, and their rule says nothing here."""
    rules = limits((4, "", "", "2025-07-01"), (3, "", "2025-07-01", ""))
    found = three_homes("stricter", ("2025-01", "2025-12")).find(store_url, store_credentials, [W1], rules)
    (one,) = found.findings
    assert one.facts["months"]["from"] == "2025-07"
    assert [b["says"] for b in one.basis if "dwelling_limit" in b["says"]] == ["dwelling_limit = 3 dwellings"]
    assert "values_before" not in one.facts


def test_the_law_of_every_month_is_cited(store_url: str, store_credentials: Credentials) -> None:
    """The law of social assistance is in force from 2026-07-01, the measures until the day before."""
    spans = {
        "before": ("2026-05", "2026-06"),
        "over": ("2026-05", "2026-07"),
        "after": ("2026-07", "2026-08"),
    }
    world = SmallWorld("law-changes")
    for id_, months in spans.items():
        world.household(id_, [f"{id_}p"], months=months)
        for n in range(2):
            world.home(f"{id_}{n}", {f"{id_}p": 1.0})
    found = world.find(store_url, store_credentials, [W1], NO_RULES).findings
    assert {f.scope_id: [b["law"] for b in f.basis] for f in found} == {
        "local:before": ["社会救助暂行办法"],
        "local:over": ["社会救助暂行办法", "社会救助法"],
        "local:after": ["社会救助法"],
    }
    assert not any("values_before" in f.facts for f in found)


def test_who_is_paid_twice_is_judged_by_the_rule_of_the_first_place(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("twice-under-rules")
    world.household("a", ["p"], region="东湖区")
    world.household("b", ["p"], region="西湖区")
    rules = read_rules(
        "".join(
            f'[[rule]]\ndetector="duplicate-benefit"\nparameter="move_months"\nvalue={value}\nunit="months"\n'
            f'region="{region}"\nin_force_from="{since}"\nin_force_to="{until}"\ncitation="《{region}{since}》"\n'
            for region, value, since, until in (
                ("东湖区", 2, "", "2025-04-01"),
                ("东湖区", 1, "2025-04-01", ""),
                ("西湖区", 3, "", ""),
            )
        ),
        [duplicate_benefit.DETECTOR],
    )
    (one,) = world.find(store_url, store_credentials, [duplicate_benefit.DETECTOR], rules).findings
    assert [b["law"] for b in one.basis if "move_months" in b["says"]] == [
        "《东湖区》",
        "《东湖区2025-04-01》",
    ]
    assert one.facts["values_before"] == [
        {"parameter": "move_months", "value": 2, "from": "2025-01", "to": "2025-03"}
    ]


def test_a_value_that_comes_back_is_told_for_each_time() -> None:
    then = {"2025-01": 2, "2025-02": 3, "2025-03": 2, "2025-05": 4}
    assert limit_words(then) == {
        "limit_zh": "：2025-01为2套，2025-02为3套，2025-03为2套，2025-05起为4套",
        "limit_en": "2 (2025-01), 3 (2025-02), 2 (2025-03), 4 (from 2025-05)",
    }
    longer = {"2025-01": 2, "2025-02": 2, "2025-03": 3, "2025-04": 3}
    assert limit_words(longer) == {
        "limit_zh": "：2025-01至2025-02为2套，2025-03起为3套",
        "limit_en": "2 (2025-01 to 2025-02), 3 (from 2025-03)",
    }
    assert limit_words({"2025-02": 2, "2025-01": 2}) == {"limit_zh": "2套", "limit_en": "2"}
    before = values_before({m: {"limit": value, "same": 1} for m, value in then.items()})
    assert [(b["value"], b["from"], b["to"]) for b in before] == [
        (2, "2025-01", "2025-01"),
        (3, "2025-02", "2025-02"),
        (2, "2025-03", "2025-03"),
    ]
