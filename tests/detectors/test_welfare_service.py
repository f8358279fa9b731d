"""Somebody is left out or paid short: lists of entitlement beside payments, and income beside the local standard."""

from __future__ import annotations

from typing import Any

from detectors.recipients import eligible_not_receiving, overpayment, underpayment
from detectors.rules.file import read_rules
from graph.stores import Credentials
from tests.detectors.small_worlds import DISTRICT, SmallWorld, verdicts

W7 = eligible_not_receiving.DETECTOR
SHORT = underpayment.DETECTOR
ABOVE = overpayment.DETECTOR
PROGRAM = "program:虚构救助"


def entitled(world: SmallWorld, recipient: tuple[str, str], amount: int | None = 60000, **span: str) -> None:
    world.rel("ENTITLED_TO", recipient, ("Program", PROGRAM), kind="虚构救助", amount=amount, **span)


def test_lists_beside_payments(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("entitlements")
    world.node("Person", "gone", died_on="2024-10-01")
    for id_ in ("full", "gap", "short", "newest", "cent"):
        months = {"gap": ("2025-01", "2025-08"), "newest": ("2025-01", "2025-11")}.get(
            id_, ("2025-01", "2025-12")
        )
        amount = {"short": 45000, "cent": 59999}.get(id_, 60000)
        world.household(id_, [f"{id_}1"], months=months, amount=amount)
        entitled(world, ("Household", id_))
    for id_, person in (("nothing", "n1"), ("dead", "gone"), ("ended", "e1")):
        world.household(id_, [person], months=None)
        entitled(world, ("Household", id_), **({"stated_to": "2024-12-01"} if id_ == "ended" else {}))
    # A member on the list, paid by way of the household.
    world.household("member", ["m1", "m2"])
    entitled(world, ("Person", "m2"), None)
    entitled(world, ("Person", "lone"))
    world.rel("ENTITLED_TO", ("Person", "lone2"), ("Program", "program:虚构高龄津贴"), kind="虚构高龄津贴")
    # What was missed is made up for later; a raised amount replaces the old one; what is not stated can't be judged.
    world.household("late", ["late1"], months=("2025-01", "2025-02"))
    world.pay(("Household", "late"), ("2025-04", "2025-04"), amount=120000)
    world.pay(("Household", "late"), ("2025-05", "2025-12"))
    world.household("raised", ["raised1"], months=("2025-01", "2025-06"))
    world.pay(("Household", "raised"), ("2025-07", "2025-12"), amount=65000)
    entitled(world, ("Household", "raised"), stated_from="2024-01-01")
    entitled(world, ("Household", "raised"), 65000, stated_from="2025-07-01")
    world.household("no-amount", ["amount1"], amount=None)
    world.household("no-month", ["month1"], months=(None, None))
    world.household("part-dated", ["part1"], months=("2025-01", "2025-08"))
    world.pay(("Household", "part-dated"), (None, None))
    for id_ in ("late", "no-amount", "no-month", "part-dated"):
        entitled(world, ("Household", id_))
    found = world.find(store_url, store_credentials, [W7, SHORT])
    assert verdicts(found, W7.id) == {
        "nothing": "finding",
        "lone": "finding",
        "dead": "died",
        "lone2": "undecided",
        "no-month": "undecided",
    }
    assert verdicts(found, SHORT.id) == {
        "gap": "finding",
        "short": "finding",
        "newest": "payment-pending",
        "member": "undecided",
        "late": "made-up-later",
        "no-amount": "undecided",
        "part-dated": "undecided",
    }
    # Whoever data are missing for is the recipient, not the programme.
    assert all(u.subjects == (u.scope_id,) for _, u in found.undecided)
    short = next(f for f in found.findings if f.scope_id == "local:short")
    assert short.severity == "service"
    assert short.facts["shortfall"] == 12 * 15000
    gap = next(f for f in found.findings if f.scope_id == "local:gap")
    assert gap.facts["unpaid_months"] == ["2025-09", "2025-10", "2025-11", "2025-12"]


def test_income_below_the_local_standard(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("poor")
    world.household("paid", ["receiver"])
    incomes = {
        "poor": 90_000,
        "rich": 900_000,
        "homes": 90_000,
        "lacking": 90_000,
        "receiving": 90_000,
        "vague": 90_000,
        "bereaved": 60_000,
        "widowed": 90_000,
        "onehome": 90_000,
    }
    for id_, income in incomes.items():
        world.node("Household", f"hk-{id_}", kind="hukou", region=DISTRICT)
        head = "receiver" if id_ == "receiving" else f"{id_}1"
        world.rel("MEMBER_OF", ("Person", head), ("Household", f"hk-{id_}"), relation_to_head="head")
        world.rel("MEMBER_OF", ("Person", f"{id_}2"), ("Household", f"hk-{id_}"), relation_to_head="son")
        born = "1990-05-05" if id_ in ("lacking", "bereaved") else "2015-05-05"
        world.node("Person", f"{id_}2", birth_date=born)
        world.rel(
            "EARNS", ("Person", head), ("Program", "program:wage"), kind="wage", month="2025-06",
            amount=income, currency="CNY",
        )  # fmt: skip
    # Of those who have died nobody asks what they earn, nor do they make the income a head less.
    for id_ in ("bereaved2", "widowed2"):
        world.node("Person", id_, died_on="2020-01-05")
    # Two certificates of one dwelling are one.
    for id_ in ("h5", "h6"):
        world.home(id_, {"onehome1": 1.0}, address="虚构路5号1室")
    world.home("h1", {"homes1": 1.0})
    world.home("h2", {"homes1": 1.0})
    for id_ in ("h3", "h4"):
        world.home(id_, {"vague1": 1.0}, kind=None)
    text = (
        '[[rule]]\ndetector="eligible-not-receiving"\nparameter="income_per_head_limit"\nvalue=700\n'
        f'unit="yuan/month"\nregion="{DISTRICT}"\ncitation="《虚构区最低生活保障标准》（2025年）"\n'
    )
    unruled = world.find(store_url, store_credentials, [W7])
    assert unruled.findings == ()
    ((_, gap),) = unruled.undecided
    # Of whoever is paid nothing is asked for.
    assert (gap.scope_kind, gap.scope_id) == ("region", DISTRICT)
    assert gap.subjects == tuple(sorted(f"local:hk-{id_}" for id_ in incomes if id_ != "receiving"))
    assert gap.missing_zh == (
        f"本地规则没有{DISTRICT}2025-06的低保标准（income_per_head_limit），8户有收入数据的家庭是否符合救助条件而未享受无法判定"
    )
    assert gap.missing_en == (
        f"the local rules state no standard (income_per_head_limit) for {DISTRICT} in 2025-06: whether 8 households of known "
        "income are eligible and left out can't be decided"
    )
    # A rule for another region, or of a later day, states none; one of 0 asks for nobody.
    for changed, open_ in (
        ({f'region="{DISTRICT}"': 'region="别处县"'}, 1),
        ({'unit="yuan/month"': 'unit="yuan/month"\nin_force_from="2025-07-01"'}, 1),
        ({"value=700": "value=0"}, 0),
    ):
        ((old, new),) = changed.items()
        rules = read_rules(text.replace(old, new), [W7])
        told = SmallWorld("poor").find(store_url, store_credentials, [W7], rules)
        assert (len(told.undecided), told.findings) == (open_, ()), changed
    found = SmallWorld("poor").find(store_url, store_credentials, [W7], read_rules(text, [W7]))
    assert verdicts(found, W7.id) == {
        "hk-poor": "finding",
        "hk-onehome": "finding",
        "hk-bereaved": "finding",
        "hk-lacking": "undecided",
        "hk-vague": "undecided",
    }
    missing = {u.scope_id: u.subjects for _, u in found.undecided}
    assert missing == {
        "local:hk-lacking": ("person.local:lacking2",),
        "local:hk-vague": ("person.local:vague1",),
    }
    assert found.findings[0].parameters["income_per_head_limit"] == 700


LIMIT = (
    '[[rule]]\ndetector="eligible-not-receiving"\nparameter="income_per_head_limit"\nvalue=700\n'
    'unit="yuan/month"\ncitation="《虚构区最低生活保障标准》（2025年）"\n'
)


def registered(world: SmallWorld, id_: str, month: str = "2025-06") -> None:
    """A registered household of one, who earns 500 yuan in a month."""
    world.node("Household", f"hk-{id_}", kind="hukou", region=DISTRICT)
    world.rel("MEMBER_OF", ("Person", id_), ("Household", f"hk-{id_}"), relation_to_head="head")
    world.rel(
        "EARNS",
        ("Person", id_),
        ("Program", "program:wage"),
        kind="wage",
        month=month,
        amount=50_000,
        currency="CNY",
    )


def test_who_was_paid_before_is_paid_nothing_now(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("stopped")
    for id_ in ("never", "stopped", "paid", "undated", "own"):
        registered(world, id_)
    registered(world, "beyond", "2026-02")
    # The months of the last row are those of which payments are loaded.
    for id_, months in (
        ("stopped", ("2025-01", "2025-04")),
        ("paid", ("2025-05", "2025-07")),
        ("undated", (None, None)),
        ("other", ("2025-01", "2025-12")),
    ):
        world.household(f"b-{id_}", [id_], months=months)
    world.pay(("Person", "own"), ("2025-06", "2025-06"))
    # Homes that do not count against a recipient do not count here either.
    for id_, held in (
        ("inherits", {"acquired_by": "inheritance"}),
        ("resettled", {"acquired_by": "demolition"}),
        ("rural", {"kind": "rural_dwelling"}),
        ("shop", {"kind": "shop"}),
        ("two", {}),
        ("unsaid", {"acquired_by": "inheritance", "share": None}),
    ):
        registered(world, id_)
        world.home(f"{id_}-1", {id_: 1.0})
        world.home(f"{id_}-2", {id_: held.pop("share", 0.2 if id_ == "inherits" else 1.0)}, **held)
    found = world.find(store_url, store_credentials, [W7], read_rules(LIMIT, [W7]))
    assert verdicts(found, W7.id) == {
        "hk-never": "finding",
        "hk-stopped": "finding",
        "hk-undated": "undecided",
        "hk-beyond": "undecided",
        "hk-inherits": "finding",
        "hk-resettled": "finding",
        "hk-rural": "finding",
        "hk-shop": "finding",
        "hk-unsaid": "undecided",
    }
    said = {u.scope_id: u.missing_en for _, u in found.undecided}
    assert said["local:hk-beyond"].startswith("no payments of 2026-02 are loaded: ")
    assert said["local:hk-undated"].startswith("some payments state no month: ")


def test_where_no_homes_are_loaded_eligibility_is_not_known(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("no-homes")
    registered(world, "poor")
    world.household("other", ["other"])
    found = world.find(store_url, store_credentials, [W7], read_rules(LIMIT, [W7]))
    assert verdicts(found, W7.id) == {"hk-poor": "undecided"}
    assert found.undecided[0][1].missing_zh == "没有加载房产数据，是否符合救助条件而未享受无法判定"


def test_neither_lists_nor_incomes(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("neither")
    world.household("paid", ["receiver"])
    found = world.find(store_url, store_credentials, [W7])
    assert found.missing == {W7.id: ("ENTITLED_TO", "EARNS")}


def test_paid_more_than_the_list_states(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("overpaid")
    world.node("Person", "gone", died_on="2025-03-10")
    for id_, amount in (
        ("full", 60000),
        ("more", 70000),
        ("cent", 60099),
        ("yuan", 60100),
        ("ended", 60000),
        ("no-amount", None),
        ("raised", 65000),
        ("disputed", 65000),
        ("part", 60000),
    ):
        world.household(id_, [f"{id_}1"] if id_ != "part" else ["p1", "p2"], amount=amount)
    for id_ in ("full", "more", "cent", "yuan", "no-amount"):
        entitled(world, ("Household", id_))
    entitled(world, ("Household", "ended"), stated_to="2025-07-01")
    # A list that was raised; two lists that state two amounts of one day: neither shows more than is due.
    entitled(world, ("Household", "raised"), 60000, stated_from="2024-01-01")
    entitled(world, ("Household", "raised"), 65000, stated_from="2025-01-01")
    for amount in (60000, 65000):
        entitled(world, ("Household", "disputed"), amount, stated_from="2024-01-01")
    # The list names one of two who are paid together: what the other is due it does not say.
    entitled(world, ("Person", "p1"), 30000)
    # Both are on the list: what they are due together is paid.
    world.household("couple", ["c1", "c2"], amount=60000)
    for person in ("c1", "c2"):
        entitled(world, ("Person", person), 30000)
    # Arrears, advances, a payment after a death, one of no month.
    world.household("arrears", ["a1"], months=("2025-02", "2025-12"))
    world.pay(("Household", "arrears"), ("2025-03", "2025-03"), amount=60000)
    world.household("quarterly", ["q1"], months=None)
    for month in ("2025-01", "2025-04", "2025-07", "2025-10"):
        world.pay(("Household", "quarterly"), (month, month), amount=180000)
    world.household("dead", ["gone"], amount=60000)
    world.household("undated", ["u1"])
    world.pay(("Household", "undated"), (None, None))
    for id_ in ("arrears", "quarterly", "undated"):
        entitled(world, ("Household", id_))
    entitled(world, ("Household", "dead"), 60000, stated_to="2025-03-11")
    # What was declined, or paid by an amount that is not stated, was not paid short: neither evens out what is above.
    for id_, unstated in (("waived", None), ("partly-stated", ("2025-07", "2025-08"))):
        world.household(id_, [f"{id_}1"], months=("2025-01", "2025-06"), amount=70000)
        entitled(world, ("Household", id_))
        if unstated:
            world.pay(("Household", id_), unstated, amount=None)
            world.pay(("Household", id_), ("2025-09", "2025-12"), amount=60000)
        else:
            world.rel("DECLINES", ("Household", id_), ("Program", PROGRAM), stated_from="2025-06-30")
    # What the newest month lacks may only not be paid yet, unless it was paid in advance.
    for id_, advance in (("pending", None), ("advance", ("2025-11", "2025-11"))):
        world.household(id_, [f"{id_}1"], months=("2025-01", "2025-11"), amount=60000 if advance else 65000)
        entitled(world, ("Household", id_))
        if advance:
            world.pay(("Household", id_), advance, amount=60000)
    # Of months before the list, and between two rows of it, it says nothing.
    world.household("before", ["before1"])
    entitled(world, ("Household", "before"), stated_from="2025-06-01")
    world.household("between", ["between1"])
    entitled(world, ("Household", "between"), stated_to="2025-04-01")
    entitled(world, ("Household", "between"), stated_from="2025-06-01")
    found = world.find(store_url, store_credentials, [ABOVE])
    assert verdicts(found, ABOVE.id) == {
        "more": "finding",
        "yuan": "finding",
        "ended": "finding",
        "no-amount": "undecided",
        "part": "undecided",
        "undated": "undecided",
        "arrears": "evened-out",
        "quarterly": "evened-out",
        "waived": "finding",
        "partly-stated": "finding",
        "pending": "finding",
        "advance": "evened-out",
        "before": "undecided",
        "between": "undecided",
    }
    facts = {f.scope_id: f.facts for f in found.findings}
    assert facts["local:more"]["surplus"] == 12 * 10000
    ended = facts["local:ended"]
    assert ended["months_after_end"] == [f"2025-{m:02d}" for m in range(7, 13)]
    assert ended["surplus"] == 6 * 60000
    text = next(f for f in found.findings if f.scope_id == "local:ended").text
    assert "2025-07—2025-12有6个月虚构救助多发（其中6个月在名单终止之后），共多发3,600.00元" in text["zh"]


def test_paid_after_it_was_declined(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("paid-after-declining")

    def declines(recipient: tuple[str, str], on: str, **span: str) -> None:
        world.rel("DECLINES", recipient, ("Program", PROGRAM), stated_from=on, **span)

    # What is paid for the month of the day itself, or stops with it, is due.
    for id_, on, months in (
        ("goes-on", "2025-07-10", ("2025-01", "2025-12")),
        ("first-of-month", "2025-07-01", ("2025-01", "2025-12")),
        ("stops", "2025-07-10", ("2025-01", "2025-07")),
        ("december", "2025-12-02", ("2025-01", "2025-12")),
    ):
        world.household(id_, [f"{id_}1"], months=months)
        entitled(world, ("Household", id_))
        declines(("Household", id_), on)
    # Taken back at the end of September; put on the list again from September on.
    world.household("taken-back", ["t1"])
    entitled(world, ("Household", "taken-back"))
    declines(("Household", "taken-back"), "2025-07-10", stated_to="2025-10-01")
    world.household("again", ["again1"], months=("2025-01", "2025-06"))
    world.pay(("Household", "again"), ("2025-09", "2025-12"))
    entitled(world, ("Household", "again"), stated_from="2025-01-01", stated_to="2025-08-01")
    entitled(world, ("Household", "again"), stated_from="2025-09-01")
    declines(("Household", "again"), "2025-06-20")
    # Arrears of June, which came in September.
    world.household("arrears", ["a1"], months=("2025-01", "2025-05"))
    world.pay(("Household", "arrears"), ("2025-09", "2025-09"))
    entitled(world, ("Household", "arrears"))
    declines(("Household", "arrears"), "2025-07-02")
    # One of two declined: half is due. And a household as a whole, of which the list names one.
    for id_, amount in (("one-of-two", 60000), ("half", 30000)):
        world.household(id_, [f"{id_}1", f"{id_}2"], months=("2025-01", "2025-06"))
        world.pay(("Household", id_), ("2025-07", "2025-12"), amount=amount)
        for person in (f"{id_}1", f"{id_}2"):
            entitled(world, ("Person", person), 30000)
        declines(("Person", f"{id_}1"), "2025-06-30")
    world.household("whole", ["w1", "w2"])
    entitled(world, ("Person", "w1"), 60000)
    declines(("Household", "whole"), "2025-06-30")
    # The list of last year had ended before.
    world.household("listed-before", ["l1"])
    entitled(world, ("Household", "listed-before"), stated_to="2025-01-01")
    declines(("Household", "listed-before"), "2024-12-31")
    found = world.find(store_url, store_credentials, [ABOVE, SHORT])
    assert verdicts(found, ABOVE.id) == {
        "goes-on": "finding",
        "first-of-month": "finding",
        "taken-back": "finding",
        "arrears": "evened-out",
        "one-of-two": "finding",
        "whole": "finding",
        "listed-before": "finding",
    }
    facts = {f.scope_id.partition(":")[2]: f.facts for f in found.findings if f.detector == ABOVE.id}
    # Of two of whom one declined, half is no less than is due; and what made up for June is not short.
    assert verdicts(found, SHORT.id) == {
        "stops": "declined",
        "again": "declined",
        "arrears": "made-up-later",
    }
    waived = {id_: facts[id_]["months_after_declining"] for id_ in facts}
    assert waived["goes-on"] == [f"2025-{m:02d}" for m in range(8, 13)]
    assert waived["first-of-month"] == waived["one-of-two"] == [f"2025-{m:02d}" for m in range(7, 13)]
    assert waived["taken-back"] == ["2025-08", "2025-09"]
    assert facts["goes-on"]["surplus"] == 5 * 60000
    assert facts["one-of-two"]["surplus"] == 6 * 30000
    text = {f.scope_id: f.text for f in found.findings if f.detector == ABOVE.id}
    assert (
        "2025-08—2025-12有5个月虚构救助多发（其中5个月在放弃待遇之后），共多发3,000.00元"
        in text["local:goes-on"]["zh"]
    )
    assert "in 5 months of 2025-08—2025-12 (5 after it was declined), by" in text["local:goes-on"]["en"]
    both = "（其中12个月在名单终止之后，12个月在放弃待遇之后）"
    assert both in text["local:listed-before"]["zh"]


def test_a_list_that_reaches_no_further_says_nothing_of_later_months(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("last-year")
    world.household("one", ["o1"], months=("2025-11", "2026-02"))
    entitled(world, ("Household", "one"), stated_from="2025-01-01", stated_to="2026-01-01")
    found = world.find(store_url, store_credentials, [ABOVE])
    assert verdicts(found, ABOVE.id) == {"one": "undecided"}
    assert found.undecided[0][1].missing_en == (
        "the list says nothing of 2 months of 2026-01—2026-02: whether more of 虚构救助 was paid than is due can't be decided"
    )
    # Once it names somebody in these months, whom it names no more was paid too much.
    later = SmallWorld("this-year")
    later.household("two", ["t1"], months=("2025-11", "2026-02"))
    entitled(later, ("Household", "two"), stated_from="2025-01-01")
    again = later.find(store_url, store_credentials, [ABOVE])
    assert verdicts(again, ABOVE.id) == {"one": "finding"}


def test_programmes_and_months_of_which_no_list_speaks(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("no-list")
    world.household("one", ["o1"], months=("2025-11", "2026-02"))
    entitled(world, ("Household", "one"), stated_from="2025-01-01", stated_to="2026-01-01")
    for id_ in ("two", "three"):
        world.household(id_, [f"{id_}1"], program="虚构补贴")
    # Paid without a month, and under no programme that is known.
    world.pay(("Household", "one"), (None, None), program="虚构慰问")
    found = world.find(store_url, store_credentials, [ABOVE, SHORT, W7])
    assert found.findings == ()
    said = {(d, u.scope_id): u for d, u in found.undecided}
    assert all(u.scope_kind == "program" for d, u in found.undecided if d != ABOVE.id)
    programs = {(d, f"program:虚构{name}") for d in (ABOVE.id, SHORT.id, W7.id) for name in ("补贴", "慰问")}
    months = {(SHORT.id, PROGRAM), (W7.id, PROGRAM), (ABOVE.id, "local:one")}
    assert said.keys() == programs | months
    assert said[SHORT.id, "program:虚构补贴"].subjects == ("local:three", "local:two")
    assert said[W7.id, "program:虚构补贴"].missing_zh == "没有加载虚构补贴的资格名单，是否漏享无法判定"
    assert said[SHORT.id, PROGRAM].missing_en == (
        "the list of 虚构救助 says nothing of 2 months of 2026-01—2026-02: whether anybody was paid short then can't be decided"
    )
    assert said[SHORT.id, PROGRAM].subjects == ("local:one",)


def test_who_is_paid_and_never_stands_on_the_list(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("beside-the-list")
    world.household("listed", ["l1", "l2"])
    entitled(world, ("Person", "l1"))
    entitled(world, ("Person", "l2"))
    for id_ in ("stranger", "other"):
        world.household(id_, [f"{id_}1"])
    world.household("elsewhere", ["e1"], program="虚构补贴")
    found = world.find(store_url, store_credentials, [ABOVE])
    gap, unlisted = (gap for _, gap in sorted(found.undecided, key=lambda told: told[1].scope_id))
    assert (unlisted.scope_id, unlisted.subjects) == ("program:虚构补贴", ("local:elsewhere",))
    assert (gap.scope_kind, gap.subjects) == ("program", ("local:other", "local:stranger"))
    assert gap.missing_zh == "有2个领取人不在虚构救助的资格名单上，是否应享无法判定"
    assert gap.missing_en.startswith("2 recipients are not on the list of 虚构救助")


def test_what_was_declined_is_not_left_out(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("declined")
    world.household("other", ["o1"])

    def declines(recipient: tuple[str, str], on: str) -> None:
        world.rel("DECLINES", recipient, ("Program", PROGRAM), stated_from=on)

    for id_, on in (("before", "2024-11-20"), ("midway", "2025-07-10"), ("after", "2026-01-01")):
        world.household(id_, [f"{id_}1"], months=None)
        entitled(world, ("Household", id_))
        declines(("Household", id_), on)
    # Declined in the month after, and put on the list again once what was declined had ended.
    world.household("january", ["january1"], months=None)
    entitled(world, ("Household", "january"))
    declines(("Household", "january"), "2025-02-01")
    world.household("again", ["again1"], months=("2025-01", "2025-02"))
    entitled(world, ("Household", "again"), stated_from="2025-01-01", stated_to="2025-06-01")
    entitled(world, ("Household", "again"), stated_from="2025-06-01")
    declines(("Household", "again"), "2025-03-10")
    # A raised amount beside the old row is declined as well.
    world.household("raised", ["raised1"], months=("2025-01", "2025-02"))
    entitled(world, ("Household", "raised"), stated_from="2025-01-01")
    entitled(world, ("Household", "raised"), 65000, stated_from="2025-06-01")
    declines(("Household", "raised"), "2025-03-10")
    # Of two on the list both must have declined.
    for id_, listed, who in (("one", ("x1", "x2"), ("x1",)), ("both", ("y1", "y2"), ("y1", "y2"))):
        world.household(id_, listed, months=None)
        for person in listed:
            entitled(world, ("Person", person))
        for person in who:
            declines(("Person", person), "2024-11-20")
    world.household("paused", ["p1"], months=("2025-01", "2025-06"))
    entitled(world, ("Household", "paused"))
    declines(("Household", "paused"), "2025-07-01")
    registered(world, "proud")
    declines(("Person", "proud"), "2024-01-01")
    # A registered household of two, of whom one declined.
    registered(world, "wife")
    registered(world, "husband")
    world.rel("MEMBER_OF", ("Person", "husband"), ("Household", "hk-wife"), relation_to_head="spouse")
    declines(("Person", "husband"), "2024-01-01")
    world.home("h1", {"o1": 1.0})
    found = world.find(store_url, store_credentials, [W7, SHORT], read_rules(LIMIT, [W7]))
    assert verdicts(found, W7.id) == {
        "before": "declined",
        "midway": "finding",
        "after": "finding",
        "january": "finding",
        "one": "finding",
        "both": "declined",
        "hk-proud": "declined",
        "hk-wife": "finding",
        "hk-husband": "declined",
    }
    assert verdicts(found, SHORT.id) == {"paused": "declined", "again": "finding", "raised": "declined"}
    unpaid = {
        f.scope_id: f.facts["months"]
        for f in found.findings
        if f.scope_id in ("local:january", "local:again")
    }
    assert unpaid["local:january"] == {"from": "2025-01", "to": "2025-01", "count": 1}
    assert unpaid["local:again"] == {"from": "2025-06", "to": "2025-12", "count": 7}
    midway = next(f for f in found.findings if f.scope_id == "local:midway")
    assert midway.facts["months"] == {"from": "2025-01", "to": "2025-06", "count": 6}


QUARTERS = ("2025-03", "2025-06", "2025-09", "2025-12")


def test_what_is_paid_by_the_quarter_is_for_three_months(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("quarters")
    paid = {
        "one": (180000,) * 4,
        "two": (180000,) * 4,
        "more": (200000,) * 4,
        "less": (180000, 120000, 180000),
    }
    for id_, amounts in paid.items():
        world.household(id_, [f"{id_}1"], months=None)
        entitled(world, ("Household", id_), stated_from="2025-01-01", stated_to="2026-01-01")
        for month, amount in zip(QUARTERS, amounts, strict=False):
            world.pay(("Household", id_), (month, month), amount=amount)
    # On the list for two months of the first quarter.
    world.household("joined", ["joined1"], months=None)
    entitled(world, ("Household", "joined"), stated_from="2025-02-01", stated_to="2026-01-01")
    for month, amount in zip(QUARTERS, (120000, 180000, 180000, 180000), strict=True):
        world.pay(("Household", "joined"), (month, month), amount=amount)
    found = world.find(store_url, store_credentials, [SHORT, ABOVE, W7])
    assert verdicts(found, ABOVE.id) == {"more": "finding"}
    assert verdicts(found, SHORT.id) == {"less": "finding"}
    assert verdicts(found, W7.id) == {}
    facts = {f.scope_id.removeprefix("local:"): f.facts for f in found.findings}
    assert facts["more"]["surplus"] == 4 * 20000
    assert facts["less"]["shortfall"] == 60000 + 180000
    assert facts["less"]["unpaid_months"] == ["2025-12"]


def test_months_between_payments_are_none_where_each_is_of_one_month(
    store_url: str, store_credentials: Credentials
) -> None:
    """Payments of some months alone are loaded, and most are what is due for a month.

    Just what is due for the two months before as well may be for these, whose payments are not there; more than that is not.
    """
    world = SmallWorld("some-months")
    for id_, amount in (("one", 60000), ("two", 60000), ("quarter", 180000), ("more", 200000)):
        world.household(id_, [f"{id_}1"], months=None)
        entitled(world, ("Household", id_), stated_from="2025-01-01", stated_to="2026-01-01")
        for month in QUARTERS:
            world.pay(("Household", id_), (month, month), amount=amount)
    found = world.find(store_url, store_credentials, [ABOVE])
    assert verdicts(found, ABOVE.id) == {"quarter": "undecided", "more": "finding"}


def test_advances_parts_of_months_and_rows_of_nothing(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("short-innocently")
    listed: dict[str, Any] = {"stated_from": "2025-01-01", "stated_to": "2026-01-01"}
    # Two months at once before the festival; the second time more is missing than was paid ahead.
    for id_, missing in (("advance", ("2025-02",)), ("advance-and-less", ("2025-02", "2025-06"))):
        world.household(id_, [f"{id_}1"], months=None)
        entitled(world, ("Household", id_), **listed)
        for n in range(1, 13):
            month = f"2025-{n:02d}"
            if month not in missing:
                amount = 120000 if n == 1 else 60000
                world.pay(("Household", id_), (month, month), amount=amount)
    # On the list from the middle of a month, and until then; paid from the next month, and until the one before.
    spans = {
        "begins": ("2025-03-15", "2026-01-01", ("2025-04", "2025-12")),
        "ends": ("2025-01-01", "2025-10-15", ("2025-01", "2025-09")),
        "begins-late": ("2025-03-15", "2026-01-01", ("2025-05", "2025-12")),
    }
    for id_, (start, end, months) in spans.items():
        world.household(id_, [f"{id_}1"], months=months)
        entitled(world, ("Household", id_), stated_from=start, stated_to=end)
    # The amount was raised in the middle of a month: the old one is paid in it.
    world.household("raised", ["raised1"], months=("2025-01", "2025-03"))
    world.pay(("Household", "raised"), ("2025-04", "2025-12"), amount=70000)
    entitled(world, ("Household", "raised"), stated_from="2025-01-01", stated_to="2026-01-01")
    entitled(world, ("Household", "raised"), 70000, stated_from="2025-03-10", stated_to="2026-01-01")
    # Rows of 0 yuan say that nothing was paid.
    world.household("nothing", ["nothing1"], months=("2025-01", "2025-06"))
    world.pay(("Household", "nothing"), ("2025-07", "2025-12"), amount=0)
    entitled(world, ("Household", "nothing"), **listed)
    world.household("never", ["never1"], amount=0)
    entitled(world, ("Household", "never"), **listed)
    found = world.find(store_url, store_credentials, [SHORT, W7, ABOVE])
    assert verdicts(found, SHORT.id) == {
        "advance": "paid-ahead",
        "advance-and-less": "finding",
        "begins": "part-month",
        "ends": "part-month",
        "begins-late": "finding",
        "raised": "part-month",
        "nothing": "finding",
    }
    assert verdicts(found, W7.id) == {"never": "finding"}
    assert {s: v for s, v in verdicts(found, ABOVE.id).items() if v == "finding"} == {}
    short = {f.scope_id.removeprefix("local:"): f.facts for f in found.findings if f.detector == SHORT.id}
    assert (short["advance-and-less"]["shortfall"], short["advance-and-less"]["unpaid_months"]) == (
        60000,
        ["2025-06"],
    )
    assert short["begins-late"]["unpaid_months"] == ["2025-04"]
    assert len(short["nothing"]["unpaid_months"]) == 6
