"""Rules files: every fault is named with its place; values hold by place and date."""

from __future__ import annotations

import polars as pl
import pytest

from detectors.definition import Undecided
from detectors.procedure import deposit_above_limit
from detectors.recipients import household_multi_property, undeclared_means
from detectors.registry import DETECTORS
from detectors.rules.file import RulesError, read_rules
from detectors.rules.places import reach
from detectors.rules.values import NO_RULES, lies_within
from detectors.running.detecting import compare
from detectors.running.runner import Run
from graph.stores import Credentials
from loaders.tables.vocabulary import VOCABULARIES
from tests.detectors.small_worlds import SmallWorld

DEPOSIT = deposit_above_limit.DETECTOR

GOOD = """
title = "虚构市地方规则"
[[rule]]
detector = "household-multi-property"
parameter = "inherited_minor_share"
value = 0.25
unit = "fraction"
citation = "《虚构市办法》第三条"
in_force_from = 2024-01-01
[[rule]]
detectors = ["household-multi-property", "household-property-through-company"]
parameter = "dwelling_limit"
value = 3
unit = "dwellings"
region = "虚构区"
in_force_from = "2024-01-01"
in_force_to = "2025-07-01"
citation = "《虚构区办法》第五条"
[[rule]]
detector = "household-multi-property"
parameter = "dwelling_limit"
value = 4
unit = "dwellings"
region = "虚构区"
in_force_from = "2025-07-01"
citation = "《虚构区办法（修订）》第五条"
"""


def values(id_: str):
    return read_rules(GOOD, DETECTORS).values(next(d for d in DETECTORS if d.id == id_))


@pytest.mark.parametrize(
    ("region", "date", "limit", "inherited"),
    [
        ("虚构市虚构区", "2024-06-01", 3, 0.25),
        ("虚构市虚构区", "2025-06-30", 3, 0.25),
        ("虚构市虚构区", "2025-07-01", 4, 0.25),
        ("虚构市虚构区", "2023-12-31", 2, 0.5),
        ("虚构外县", "2024-06-01", 2, 0.25),
        ("", "2024-06-01", 2, 0.25),
    ],
)
def test_values_by_place_and_date(region: str, date: str, limit: int, inherited: float) -> None:
    here = values("household-multi-property").at(region, date)
    assert (here["dwelling_limit"], here["inherited_minor_share"]) == (limit, inherited)


def test_a_rule_for_several_detectors_and_only_for_them() -> None:
    assert values("household-property-through-company").at("虚构区", "2024-06-01")["dwelling_limit"] == 3
    assert values("household-property-through-company").at("虚构区", "2026-06-01")["dwelling_limit"] == 2
    assert values("undeclared-means").at("虚构区", "2024-06-01").rules == ()


def broken(old: str, new: str) -> str:
    with pytest.raises(RulesError) as caught:
        read_rules(GOOD.replace(old, new, 1), DETECTORS)
    assert len(caught.value.problems) == 1, caught.value.problems
    assert all(caught.value.problems[0])
    return caught.value.en


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value = 0.25", "value = 25", "looks like a percent: write 0.25"),
        ('citation = "《虚构市办法》第三条"', 'citation = " "', "rule 1: citation is missing"),
        ('citation = "《虚构市办法》第三条"', "", "rule 1: citation is missing"),
        (
            'unit = "fraction"',
            'unit = "fraction"\nregoin = "虚构区"',
            "unknown key regoin; did you mean region?",
        ),
        ('title = "虚构市地方规则"', 'titel = "x"', "unknown key titel; did you mean title?"),
        ('"inherited_minor_share"', '"inherited_share"', "has no parameter inherited_share"),
        (
            'detector = "household-multi-property"',
            'detector = "household-multi"',
            "there is no detector household-multi",
        ),
        ('unit = "fraction"', 'unit = "%"', "the unit of inherited_minor_share is 'fraction', not '%'"),
        ('unit = "fraction"', "", "the unit of inherited_minor_share is 'fraction', not ''"),
        ("value = 3", 'value = "3"', "wrong type"),
        ("value = 3", "value = true", "wrong type"),
        ("value = 3", "value = -1", "dwelling_limit can't be -1: write 1 or more"),
        (
            "value = 3",
            "value = 0",
            "dwelling_limit can't be 0: write 1 or more (at or above this many dwellings",
        ),
        ("value = 0.25", "value = nan", "fraction from 0 to 1"),
        ("value = 3\n", "", "rule 2: value is missing"),
        ("in_force_from = 2024-01-01", 'in_force_from = "2024-13-01"', "no date like 2024-01-31"),
        ('in_force_to = "2025-07-01"', 'in_force_to = "2023-07-01"', "must be before in_force_to"),
        ('in_force_to = "2025-07-01"', 'in_force_to = "2025-07-02"', "two rules are in force at once"),
        ("[[rule]]", "[[rule]", "not valid TOML"),
        ("value = 0.25", "value = -0.25", "fraction from 0 to 1, not -0.25"),
        (
            '"household-multi-property"\nparameter = "inherited_minor_share"\nvalue = 0.25',
            '"deposit-above-limit"\nregion = "虚构区"\nparameter = "share"\nvalue = 0.01',
            "does not judge by place",
        ),
    ],
)
def test_faults_are_named(old: str, new: str, said: str) -> None:
    assert said in broken(old, new)


def test_every_fault_is_told_at_once() -> None:
    text = GOOD.replace("value = 0.25", "value = 25").replace("value = 3", 'value = "x"')
    with pytest.raises(RulesError) as caught:
        read_rules(text, DETECTORS)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("detector", "parameter", "value", "unit", "said"),
    [
        ("non-local-hukou", "residence_permit_from", '"soon"', "date", "no date like 2024-01-31"),
        ("non-local-hukou", "residence_permit_from", "2025-01-01", "date", ""),
        ("duplicate-benefit", "exclusive_programs", '"甲|乙;丙"', "", "not written as it must be"),
        ("duplicate-benefit", "exclusive_programs", '"甲|乙;丙|丁"', "", ""),
        ("duplicate-benefit", "exclusive_programs", '"甲|乙；丙|丁"', "", "not written as it must be"),
        ("undeclared-means", "means_tested_programs", '"低保,特困"', "", "write ';' between the words"),
        ("undeclared-means", "means_tested_programs", '"低保;特困"', "", ""),
        ("non-local-hukou", "resident_programs", '"低保，特困"', "", "write ';' between the words"),
        ("non-local-hukou", "resident_programs", '""', "", ""),
        ("non-local-hukou", "resident_programs", '" ; "', "", "holds no word"),
        ("shared-payee-account", "institution_words", '"村委会、敬老院"', "", "write ';' between the words"),
        ("same-deposit-account", "listed_payers", '"担保；保险"', "words", "write ',' between the words"),
        ("same-deposit-account", "listed_payers", '"担保,保险"', "words", ""),
        ("undeclared-means", "income_kinds", '"养老"', "", "did you mean pension"),
        ("undeclared-means", "income_kinds", '"public_payrol"', "", "did you mean public_payroll"),
        ("undeclared-means", "income_kinds", '"wage;经营性收入"', "", ""),
        ("undeclared-means", "income_kinds", '"工资性收入"', "", ""),
        ("household-multi-property", "count_rural", "1", "", "write it like false"),
    ],
)
def test_a_text_that_would_never_match_is_refused(
    detector: str, parameter: str, value: str, unit: str, said: str
) -> None:
    text = f'[[rule]]\ndetector="{detector}"\nparameter="{parameter}"\nvalue={value}\nunit="{unit}"\ncitation="《虚构市办法》"\n'
    if not said:
        assert read_rules(text, DETECTORS).rules[0].value == value.strip('"')
        return
    with pytest.raises(RulesError, match=said):
        read_rules(text, DETECTORS)


def test_a_list_is_read_as_detectors_read_it() -> None:
    """Kinds of income in the words of files become the codes of the data; blanks around words would match nothing."""

    def value(detector: str, parameter: str, written: str) -> object:
        text = f'[[rule]]\ndetector="{detector}"\nparameter="{parameter}"\nvalue="{written}"\ncitation="《办法》"\n'
        return read_rules(text, DETECTORS).rules[0].value

    assert value("undeclared-means", "income_kinds", "财政供养; 养老金;财政工资") == "public_payroll;pension"
    assert value("undeclared-means", "means_tested_programs", "低保; 特困;;低保") == "低保;特困"


def test_kinds_of_income_are_those_that_loaders_write() -> None:
    known = next(p for p in undeclared_means.DETECTOR.parameters if p.name == "income_kinds").codes
    read = VOCABULARIES["income_kind"]
    assert set(known) == set(read.codes)
    for code, words in known.items():
        assert read.read(pl.Series(words)).to_list() == [code] * len(words)


def test_detectors_are_named_once() -> None:
    assert "write either detector or detectors" in broken(
        "detectors = [", 'detector = "undeclared-means"\ndetectors = ['
    )
    twice = broken('"household-property-through-company"]', '"household-multi-property"]')
    assert "detectors lists household-multi-property twice" in twice


@pytest.mark.parametrize(
    ("detector", "parameter", "wrong", "unit", "right", "said"),
    [
        ("household-multi-property", "demolition_dwelling_limit", 0, "dwellings", 1, "write 1 or more"),
        ("undeclared-means", "vehicle_limit", 0, "vehicles", 1, "write 1 or more"),
        ("undeclared-means", "adult_age", 31, "years", 30, "write from 0 to 30"),
        ("in-prison", "least_months", 0, "months", 1, "write 1 or more"),
        ("shared-payee-account", "recipients_limit", 1, "recipients", 2, "write 2 or more"),
        ("officials-relative", "kin_steps", 6, "relations", 0, "write from 0 to 5"),
        ("common-shareholder", "hub_companies", 1, "companies", 2, "write 2 or more"),
        ("undeclared-means", "income_per_head_limit", -1, "yuan/month", 0, "write 0 or more"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(
    detector: str, parameter: str, wrong: int, unit: str, right: int, said: str
) -> None:
    def text(value: int) -> str:
        return (
            f'[[rule]]\ndetector="{detector}"\nparameter="{parameter}"\nvalue={value}\nunit="{unit}"\n'
            'citation="《虚构市办法》"\n'
        )

    with pytest.raises(RulesError) as caught:
        read_rules(text(wrong), DETECTORS)
    assert f"{parameter} can't be {wrong}: {said}" in caught.value.en
    assert f"{parameter} 不能是 {wrong}，请写" in caught.value.zh
    assert read_rules(text(right), DETECTORS).rules[0].value == right


@pytest.mark.parametrize(
    ("detector", "parameter"),
    [
        ("common-beneficial-owner", "share"),
        ("concert-partners", "share"),
        ("whole-works-passed-on", "share"),
        ("undeclared-means", "stake_limit"),
        ("household-property-through-company", "company_share"),
    ],
)
def test_a_share_from_which_everybody_counts_is_refused(detector: str, parameter: str) -> None:
    def text(value: float) -> str:
        return (
            f'[[rule]]\ndetector="{detector}"\nparameter="{parameter}"\nvalue={value}\nunit="fraction"\n'
            'citation="《虚构市办法》"\n'
        )

    with pytest.raises(RulesError) as caught:
        read_rules(text(0), DETECTORS)
    assert f"{parameter} can't be 0: write from 0.0001 to 1" in caught.value.en
    assert f"{parameter} 不能是 0，请写0.0001 到 1 之间的数" in caught.value.zh
    assert read_rules(text(0.0001), DETECTORS).rules[0].value == 0.0001


def test_where_no_deposit_may_be_asked_for_its_limit_is_nothing() -> None:
    rule = 'parameter="share"\nvalue=0\nunit="fraction"\ncitation="《虚构市办法》"\n'
    assert read_rules(f'[[rule]]\ndetector="{DEPOSIT.id}"\n{rule}', DETECTORS).rules[0].value == 0


@pytest.mark.parametrize(
    ("detector", "parameter", "value", "said"),
    [
        ("deposit-above-limit", "share", "1", "write 0.01 for 1%"),
        ("deposit-above-limit", "share", "1.0", "share can't be 1.0: write from 0 to 0.1"),
        ("deposit-above-limit", "share", "0.11", "share can't be 0.11: write from 0 to 0.1"),
        ("deposit-above-limit", "share", "0.1", ""),
        ("common-beneficial-owner", "share", "1", "1.0 if 100% is meant"),
        ("common-beneficial-owner", "share", "1.0", ""),
        ("whole-works-passed-on", "share", "1", ""),
    ],
)
def test_one_is_no_per_cent(detector: str, parameter: str, value: str, said: str) -> None:
    rule = f'parameter="{parameter}"\nvalue={value}\nunit="fraction"\ncitation="《虚构市办法》"\n'
    text = f'[[rule]]\ndetector="{detector}"\n{rule}'
    if not said:
        assert read_rules(text, DETECTORS).rules[0].value == float(value)
        return
    with pytest.raises(RulesError) as caught:
        read_rules(text, DETECTORS)
    assert said in caught.value.en


def test_a_second_thing_that_is_missing_of_one_scope_is_told() -> None:
    def gap(missing: str, *subjects: str) -> tuple[str, Undecided]:
        return "underpayment", Undecided("household", "local:h1", subjects, missing, missing)

    def trial(
        before: list[tuple[str, Undecided]], after: list[tuple[str, Undecided]]
    ) -> tuple[list[str], list[str]]:
        made = compare(Run((), tuple(before), {}), Run((), tuple(after), {}))
        return [u.missing_en for _, u in made.undecided], [u.missing_en for _, u in made.decided]

    amount, month = gap("no amount"), gap("no month")
    assert trial([amount], [amount, month]) == (["no month"], [])
    assert trial([amount, month], [month]) == ([], ["no amount"])
    assert trial([amount], [month]) == (["no month"], ["no amount"])
    # With another number it is the same; of two that are alike but for whom they concern there is one more.
    two, three, again = (
        gap("2 have no income", "a"),
        gap("3 have no income", "b"),
        gap("2 have no income", "c"),
    )
    assert trial([two], [three]) == ([], [])
    assert trial([two], [two, again]) == (["2 have no income"], [])
    assert trial([two, again], [three]) == ([], ["2 have no income"])


def test_a_rule_is_met_by_a_place_within_its_region_whoever_is_paid_there(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("unmet")
    # Whose household has no home is settled by nothing: the rule of its district is met all the same.
    world.household("h1", ["p1"], region="虚构市虚构区示例街道")
    world.household("h2", ["p2"], region="虚构市另一区")
    world.home("home", {"p2": 1.0})
    wanted = [household_multi_property.DETECTOR]
    for region, left in (("虚构区", 0), ("虚构市", 0), ("虚构县", 1), ("4401", 1)):
        rules = read_rules(GOOD.replace('"虚构区"', f'"{region}"'), DETECTORS)
        found = world.find(store_url, store_credentials, wanted, rules)
        told = {(u.detector, u.rule.region, u.places) for u in found.unmet}
        places = ("虚构市另一区", "虚构市虚构区示例街道")
        assert told == ({("household-multi-property", region, places)} if left else set())


def test_each_lot_is_judged_by_the_rule_of_its_own_date(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("dated")
    for id_, on in (("before", "2025-06-30"), ("after", "2025-07-01"), ("undated", "")):
        bids = [(f"co{id_}{n}", 90 + n * n, "valid") for n in range(4)]
        dates = {"bid_deadline": f"{on}T09:00:00" if on else None}
        world.lot(
            id_,
            bids,
            deposit=150,
            currency="CNY",
            method="open",
            lot={"estimate": 10000, "currency": "CNY"},
            **dates,
        )
    rule = (
        '[[rule]]\ndetector="deposit-above-limit"\nparameter="share"\nvalue=0.01\nunit="fraction"\n'
        'in_force_from=2025-07-01\ncitation="《虚构市办法》第三条"\n'
    )
    found = world.find(store_url, store_credentials, [DEPOSIT], read_rules(rule, [DEPOSIT]))
    assert {f.scope_id for f in found.findings} == {"local:after", "local:undated"}
    after = next(f for f in found.findings if f.scope_id == "local:after")
    assert after.parameters["share"] == 0.01
    assert after.basis[-1]["law"] == "《虚构市办法》第三条"


def test_a_trial_tells_what_is_suppressed_or_undecided_then(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("trial")
    world.household("heir", ["h1"])
    world.home("t1", {"h1": 1.0})
    world.home("t2", {"h1": 0.3}, acquired_by="inheritance")
    world.household("earner", ["e1", "e2"], months=("2025-03", "2025-03"))
    world.rel(
        "EARNS",
        ("Person", "e1"),
        ("Program", "program:wage"),
        kind="wage",
        month="2025-03",
        amount=1000,
        currency="CNY",
    )
    wanted = [household_multi_property.DETECTOR, undeclared_means.DETECTOR]
    tried = read_rules(
        "".join(
            f'[[rule]]\ndetector="{d}"\nparameter="{p}"\nvalue={v}\nunit="{u}"\ncitation="《虚构区办法》"\n'
            for d, p, v, u in (
                ("household-multi-property", "inherited_minor_share", 0.2, "fraction"),
                ("undeclared-means", "income_per_head_limit", 900, "yuan/month"),
            )
        ),
        wanted,
    )
    live = world.find(store_url, store_credentials, wanted, NO_RULES)
    after = SmallWorld("trial").find(store_url, store_credentials, wanted, tried)
    trial = compare(live, after)
    assert [f.scope_id for f in trial.appear] == ["local:heir"]
    assert [(d, u.scope_id) for d, u in trial.undecided] == [
        ("undeclared-means", "local:earner"),
        ("undeclared-means", "local:heir"),
    ]
    assert [(d, u.scope_kind, u.scope_id) for d, u in trial.decided] == [
        ("undeclared-means", "region", "虚构区")
    ], "the district has a standard now"
    assert (trial.disappear, trial.suppressed) == ((), {})
    back = compare(after, live)
    (gone,) = back.disappear
    assert back.suppressed[gone.fingerprint]["rule"] == "inherited-minor-share"
    assert [u.scope_id for _, u in back.decided] == ["local:earner", "local:heir"]
    assert not back.open_now(gone)


def test_an_empty_file_is_a_fault() -> None:
    with pytest.raises(RulesError):
        read_rules("", DETECTORS)


@pytest.mark.parametrize(
    ("place", "region", "within"),
    [
        ("999901", "999900", True),
        ("999901", "999902", False),
        ("虚构市虚构区", "虚构区", True),
        ("虚构外县", "虚构区", False),
        # Either may leave out what stands above, or a province's or city's ending.
        ("虚构区", "虚构市虚构区", True),
        ("虚构区示例街道", "虚构市虚构区", True),
        ("湖南长沙市岳麓区", "湖南省", True),
        ("湖南省长沙市岳麓区", "湖南", True),
        ("长沙岳麓区", "长沙市岳麓区", True),
        ("长沙市岳麓区", "长沙岳麓区", True),
        ("石家庄长安区", "西安市长安区", False),
        ("广西南宁市青秀区", "广西壮族自治区", True),
        ("凉山州西昌市", "凉山彝族自治州", True),
        ("海南藏族自治州共和县", "海南省", False),
        ("上海浦东新区", "上海市", True),
        ("杭州西湖区", "杭州", True),
        ("榕城高新技术产业开发区", "榕城市高新区", True),
        ("东湖区民政局", "东湖区", True),
        # A name that only ends, or begins, like another.
        ("西长安区", "长安区", False),
        ("陕西西长安区", "长安区", False),
        ("石家庄市长安区", "西安市长安区", False),
        ("东湖区幸福街道", "西湖区幸福街道", False),
        ("辽宁省马鞍山市", "鞍山市", False),
        ("山西省临汾市乡宁县", "宁县", False),
        ("荆州市沙市区", "沙市", False),
        ("青岛市市北区", "青岛市", True),
        ("江西省景德镇市珠山区", "景德镇市", True),
        ("榕城市西山区", "榕城市东湖", False),
    ],
)
def test_places(place: str, region: str, within: bool) -> None:
    assert lies_within(place, region) is within
    assert (reach(place, region) is not None) is within


def test_a_place_does_not_lie_in_its_parts() -> None:
    for place, part in (("榕城市", "榕城市东湖区"), ("440100", "440103"), ("东湖区", "东湖区幸福街道")):
        assert reach(place, part) is None
        # Not another place either.
        assert lies_within(place, part)


@pytest.mark.parametrize(
    ("place", "narrow", "wide"),
    [
        ("广东省榕城市东湖区幸福街道", "东湖区", "榕城市"),
        ("广东省榕城市东湖区幸福街道", "东湖区", "广东省榕城市"),
        ("广东省榕城市东湖区幸福街道", "榕城市东湖区", "广东省"),
        ("广东榕城东湖区", "东湖区", "广东省榕城市"),
        ("广东省榕城市东湖区幸福街道", "幸福街道", "榕城市东湖区"),
        ("440103", "440103", "440100"),
        ("440103001", "440103", "440000"),
    ],
)
def test_the_narrower_region_goes_first_however_it_is_spelt(place: str, narrow: str, wide: str) -> None:
    """The wide rule is the newer one, and it stands last."""
    rules = "".join(
        f'[[rule]]\ndetector="household-multi-property"\nparameter="dwelling_limit"\nvalue={value}\nunit="dwellings"\n'
        f'region="{region}"\nin_force_from={since}\ncitation="《{region}办法》"\n'
        for region, value, since in ((narrow, 2, "2020-01-01"), (wide, 5, "2023-01-01"))
    )
    found = read_rules(rules, DETECTORS).values(household_multi_property.DETECTOR)
    assert found.at(place, "2024-06-01")["dwelling_limit"] == 2
    (rule,) = found.at(place, "2024-06-01").rules
    assert rule.region == narrow
