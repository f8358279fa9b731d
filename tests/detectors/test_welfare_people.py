"""Registration, deaths, means, accounts, officials: each detector's true case, near miss and innocent twin."""

from __future__ import annotations

from detectors.recipients import (
    duplicate_benefit,
    household_size_change,
    in_prison,
    non_local_hukou,
    officials_relative,
    paid_after_death,
    shared_payee_account,
    undeclared_means,
)
from detectors.rules.file import read_rules
from detectors.ties.kin import RELATIONS
from graph.stores import Credentials
from loaders.tables.vocabulary import VOCABULARIES
from tests.detectors.small_worlds import DISTRICT, YEAR, SmallWorld, verdicts

ELSEWHERE = "虚构外县"
REGION = ""
"""How `verdicts` calls a district: its scope has no scheme."""


def test_registration_elsewhere(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("hukou")
    people = {
        "outside": {"hukou_region": ELSEWHERE},
        "local": {"hukou_region": f"虚构市{DISTRICT}"},
        "permit": {"hukou_region": ELSEWHERE, "residence_permit_region": DISTRICT},
        "unknown": {},
    }
    for id_, facts in people.items():
        world.node("Person", id_, **facts)
        world.household(id_, [id_])
        world.household(f"{id_}-2026", [id_], months=("2026-07", "2026-09"))
    # Where one side names no district, nobody can tell; nor whose permit it is.
    for id_, region in (("town", "示例街道"), ("city", "虚构市")):
        world.node("Person", id_, hukou_region=f"{ELSEWHERE}示例街道" if id_ == "town" else "虚构市")
        world.household(id_, [id_], region=region if id_ == "town" else DISTRICT)
    world.node("Person", "citypermit", hukou_region=ELSEWHERE, residence_permit_region="虚构市")
    world.household("citypermit", ["citypermit"], months=("2026-07", "2026-09"))
    # The applicant's registration decides, not that of the spouse.
    world.household("spouse", ["local", "outside"])
    found = world.find(store_url, store_credentials, [non_local_hukou.DETECTOR])
    assert verdicts(found, "non-local-hukou") == {
        "outside": "finding",
        "permit": "finding",
        "unknown": "undecided",
        "town": "undecided",
        "city": "undecided",
        "citypermit": "undecided",
        "outside-2026": "finding",
        "permit-2026": "residence-permit",
        "unknown-2026": "undecided",
    }
    laws = {f.scope_id: [b["law"] for b in f.basis] for f in found.findings}
    assert laws["local:outside"] == ["社会救助暂行办法"]
    assert laws["local:outside-2026"] == ["社会救助法"]
    earlier = read_rules(
        '[[rule]]\ndetector="non-local-hukou"\nparameter="residence_permit_from"\nvalue="2024-01-01"\nunit="date"\n'
        f'region="{DISTRICT}"\ncitation="《虚构区居住证持有人救助办法》第二条"\n',
        [non_local_hukou.DETECTOR],
    )
    again = SmallWorld("hukou").find(store_url, store_credentials, [non_local_hukou.DETECTOR], earlier)
    assert verdicts(again, "non-local-hukou")["permit"] == "residence-permit"
    assert verdicts(again, "non-local-hukou")["outside"] == "finding"


def test_programmes_for_residents(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("residents")
    for id_, place in (("outside", ELSEWHERE), ("local", DISTRICT), ("unsaid", None)):
        world.node("Person", id_, hukou_region=place)
        world.household(id_, [id_], program="虚构临时救助")
    world.node("Person", "both", hukou_region=ELSEWHERE)
    world.household("both", ["both"], program="虚构临时救助")
    world.pay(("Household", "both"), ("2025-06", "2025-07"), program="虚构医疗救济")
    w2 = non_local_hukou.DETECTOR
    rule = read_rules(
        '[[rule]]\ndetector="non-local-hukou"\nparameter="resident_programs"\nvalue="临时救助"\n'
        f'region="{DISTRICT}"\ncitation="《虚构区临时救助办法》第四条"\n',
        [w2],
    )
    assert verdicts(world.find(store_url, store_credentials, [w2]), w2.id) == {
        "outside": "finding",
        "both": "finding",
        "unsaid": "undecided",
    }
    found = SmallWorld("residents").find(store_url, store_credentials, [w2], rule)
    # What is open to residents excuses no other programme of the same months.
    assert verdicts(found, w2.id) == {"outside": "resident-programme", "both": "finding"}
    both = next(f for f in found.findings if f.scope_id == "local:both")
    assert both.facts["months"] == {"from": "2025-06", "to": "2025-07", "count": 2}


def test_deaths(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("deaths")
    world.node("Person", "dead", died_on="2025-03-10")
    world.node("Person", "burnt", cremated_on="2025-05-02")
    world.node("Person", "december", died_on="2025-12-03")
    world.household("alone", ["dead"])
    world.household("cremated", ["burnt"], months=("2025-04", "2025-06"))
    world.household("month-of-death", ["december"])
    world.household("stopped", ["burnt"], months=("2025-01", "2025-05"))
    world.household("head", ["dead", "widow"])
    world.household("member", {"living": "head", "dead": "parent"})
    world.household("recalculating", {"living2": "head", "burnt": "parent"}, months=("2025-01", "2025-07"))
    world.household("funeral", ["dead"], months=("2025-04", "2025-04"), program="虚构丧葬补助")
    world.household("lowered", {"living3": "head", "dead": "parent"}, months=("2025-01", "2025-04"))
    world.pay(("Household", "lowered"), ("2025-05", "2025-12"), amount=30000)
    world.pay(("Person", "deadpensioner"), ("2025-01", "2025-06"))
    world.node("Person", "deadpensioner", died_on="2025-02-28")
    # A list of payments names the head without a number: still one person.
    world.node("Person", "twice", name="测试人甲", died_on="2025-03-10")
    world.node("Person", "person.scoped:twice", name="测试人甲")
    world.household("named-twice", {"twice": "head", "person.scoped:twice": "head"})
    # A register may end the membership on the day of death: the household is still one fewer, or nobody is left.
    for id_, living in (("left-by-death", "living4"), ("nobody-left", None)):
        world.household(id_, {living: "head"} if living else {}, region=DISTRICT)
        world.rel("MEMBER_OF", ("Person", "dead"), ("Household", id_), stated_to="2025-03-10")
    world.household("joined", {"living5": "head", "dead": "parent"})
    world.rel("MEMBER_OF", ("Person", "baby"), ("Household", "joined"), stated_from="2025-03-20")
    # Each programme is compared with itself, and what rises after it was lowered has been recalculated.
    world.household("two-programmes", {"living6": "head", "dead": "parent"}, months=("2025-01", "2025-03"))
    world.pay(("Household", "two-programmes"), ("2025-04", "2025-09"), amount=30000)
    world.pay(("Household", "two-programmes"), ("2025-10", "2025-12"), amount=65000)
    world.pay(("Household", "two-programmes"), ("2025-04", "2025-12"), program="虚构取暖补贴")
    world.household("amounts-missing", {"living7": "head", "dead": "parent"}, amount=None)
    world.household("months-missing", {"living8": "head", "dead": "parent"}, months=(None, None))
    # Money that came back, in a month of its own or in that of a payment: all of it, some, and of an unknown amount.
    for id_, amounts in (
        ("recovered", ((4, 600), (5, 600), (6, -1200))),
        ("in-part", ((4, 600), (5, 600), (6, -700))),
        ("same-month", ((4, 600), (4, -600))),
        ("unstated", ((4, None), (5, -600))),
        ("nothing", ((4, 0), (5, -600))),
    ):
        world.household(id_, ["dead"], months=None)
        for n, (month, yuan) in enumerate(amounts):
            world.node("Benefit", f"{id_}/{n}", from_month=f"2025-0{month}", to_month=f"2025-0{month}", currency="CNY",
                       amount=None if yuan is None else yuan * 100, region=DISTRICT)  # fmt: skip
            world.rel("RECEIVES", ("Household", id_), ("Benefit", f"{id_}/{n}"))
            world.rel("UNDER", ("Benefit", f"{id_}/{n}"), ("Program", "program:虚构救助"))
    detectors = [paid_after_death.DETECTOR, household_size_change.DETECTOR]
    found = world.find(store_url, store_credentials, detectors)
    assert verdicts(found, "paid-after-death") == {
        "alone": "finding",
        "named-twice": "finding",
        "cremated": "finding",
        "head": "surviving-members",
        "funeral": "payable-after-death",
        "deadpensioner": "finding",
        "nobody-left": "finding",
        "recovered": "recovered",
        "in-part": "finding",
        "same-month": "recovered",
        "unstated": "finding",
        "months-missing": "undecided",
    }
    assert verdicts(found, "household-size-change") == {
        "head": "finding",
        "member": "finding",
        "recalculating": "recalculation-pending",
        "lowered": "recalculation-pending",
        "left-by-death": "finding",
        # Paid while nobody is a member: whom for is not known.
        "nobody-left": "undecided",
        "joined": "somebody-joined",
        "amounts-missing": "undecided",
        "months-missing": "undecided",
    }
    alone = next(f for f in found.findings if f.scope_id == "local:alone")
    assert alone.facts["months"] == {"from": "2025-04", "to": "2025-12", "count": 9}
    assert alone.facts["amount"] == 9 * 60000
    part = next(f for f in found.findings if f.scope_id == "local:in-part")
    assert part.facts["months"] == {"from": "2025-04", "to": "2025-05", "count": 2}
    assert (part.facts["amount"], part.facts["recovered"]) == (120000, 70000)
    assert "共2个月、1,200.00元，其后扣回700.00元。" in part.text["zh"]
    assert "1,200.00 yuan, of which 700.00 yuan was recovered later." in part.text["en"]
    assert "扣回" not in alone.text["zh"]
    member = next(f for f in found.findings if f.scope_id == "local:member")
    assert member.facts["months"]["from"] == "2025-06"
    assert member.facts["amount_before"] == 60000


def test_a_membership_that_two_lists_tell_is_one_persons(
    store_url: str, store_credentials: Credentials
) -> None:
    # A roster with its month in the title tells the head dated, a list of payments with the number of the head undated.
    world = SmallWorld("two-lists")
    world.node("Person", "dead", died_on="2025-03-10", hukou_region=ELSEWHERE)
    for id_, months in (("dated", YEAR), ("no-month", (None, None))):
        world.household(id_, {"dead": "head", "widow": "spouse"}, months=months)
        world.rel("MEMBER_OF", ("Person", "dead"), ("Household", id_), stated_from="2025-01-01")
        world.rel("MEMBER_OF", ("Person", "widow"), ("Household", id_), stated_from="2025-01-01")
    world.household("unregistered", ["nowhere"])
    world.rel("MEMBER_OF", ("Person", "nowhere"), ("Household", "unregistered"), stated_from="2025-01-01")
    found = world.find(
        store_url, store_credentials, [household_size_change.DETECTOR, non_local_hukou.DETECTOR]
    )
    told = sorted((f.detector, f.scope_id) for f in found.findings)
    assert told == [("household-size-change", "local:dated"), ("non-local-hukou", "local:dated")]
    by_detector = {f.detector: f for f in found.findings}
    assert by_detector["household-size-change"].facts["member"]["relation"] == "head"
    assert len(by_detector["non-local-hukou"].facts["applicants"]) == 1
    undecided = [(d, u.scope_id, u.subjects) for d, u in found.undecided]
    assert undecided.count(("household-size-change", "local:no-month", ("local:no-month",))) == 1
    assert undecided.count(("non-local-hukou", "local:unregistered", ("person.local:nowhere",))) == 1


def test_without_any_death_loaded_nobody_is_known_to_live(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("no-deaths")
    world.household("pair", ["one", "other"])
    wanted = [paid_after_death.DETECTOR, household_size_change.DETECTOR]
    found = world.find(store_url, store_credentials, wanted)
    # Once a run, not once a household.
    assert (found.findings, found.undecided) == ((), ())
    assert found.missing == {d.id: ("Person.died_on", "Person.cremated_on") for d in wanted}
    register = SmallWorld("a-death")
    register.node("Person", "somebody", cremated_on="2024-02-01")
    again = register.find(store_url, store_credentials, wanted)
    assert (again.findings, again.undecided, again.missing) == ((), (), {})


def test_custody(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("custody")
    spans = {
        "kept": {"stated_from": "2025-02-10", "stated_to": "2025-08-01"},
        "still": {"stated_from": "2025-11-01"},
        "weeks": {"stated_from": "2025-03-02", "stated_to": "2025-04-30"},
        "before": {"stated_from": "2023-01-01", "stated_to": "2024-12-31"},
    }
    for person, span in spans.items():
        world.household(person, [person])
        prison = world.node("Company", "prison", name="虚构监狱")
        world.rel("IN_CUSTODY", ("Person", person), ("Company", prison), kind="sentence", **span)
    # Moved from detention to prison within a month, and let out for one day between two times.
    for person, until in (("moved", "2025-04-15"), ("let-out", "2025-04-14")):
        world.household(person, [person])
        for place, kind, since, to in (
            ("detention", "detention", "2025-02-10", until),
            ("prison", "sentence", "2025-04-15", "2025-07-01"),
        ):
            span = {"stated_from": since, "stated_to": to}
            world.rel("IN_CUSTODY", ("Person", person), ("Company", place), kind=kind, **span)
    world.household("family", {"at-home": "head", "kept": "son"})
    world.household("couple", ["kept", "still"])
    world.pay(("Person", "still"), ("2025-01", "2025-12"), program="虚构补贴")
    found = world.find(store_url, store_credentials, [in_prison.DETECTOR])
    assert verdicts(found, "in-prison") == {
        "kept": "finding",
        "still": "finding",
        "family": "others-at-home",
        "couple": "finding",
        "moved": "finding",
        "let-out": "finding",
    }
    months = {f.scope_id: f.facts["months"]["count"] for f in found.findings}
    assert (months["local:moved"], months["local:let-out"]) == (4, 3)
    kept = next(f for f in found.findings if f.scope_id == "local:kept")
    # From the first whole month to the last; a month of which a day was spent outside does not count.
    assert kept.facts["months"] == {"from": "2025-03", "to": "2025-07", "count": 5}
    assert kept.facts["amount"] == 5 * 60000


def test_custody_that_is_none(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("at-liberty")
    prison = world.node("Company", "prison", name="虚构监狱")

    def kept(person: str, kind: str | None, since: str, until: str | None = None) -> None:
        span = {"stated_from": since, **({"stated_to": until} if until else {})}
        world.rel("IN_CUSTODY", ("Person", person), ("Company", prison), kind=kind, **span)

    for person, kind in (("bailed", "at_liberty"), ("unsaid", None), ("odd", "某种措施")):
        world.household(person, [person])
        kept(person, kind, "2025-02-01")
    # Sentenced, and out for treatment from May; on bail until the sentence began.
    world.household("treated", ["treated"])
    kept("treated", "sentence", "2025-01-01")
    kept("treated", "at_liberty", "2025-05-01")
    world.household("taken-in", ["taken-in"])
    kept("taken-in", "at_liberty", "2025-01-01")
    kept("taken-in", "sentence", "2025-07-01")
    # What was paid came back: in part, and all of it.
    for id_, paid, back in (("partly", 60000, -60000), ("wholly", 60000, -120000)):
        world.household(id_, [id_], ("2025-03", "2025-04"), amount=paid)
        world.pay(("Household", id_), ("2025-05", "2025-05"), amount=back)
        kept(id_, "detention", "2025-03-01", "2025-06-01")
    found = world.find(store_url, store_credentials, [in_prison.DETECTOR])
    assert verdicts(found, "in-prison") == {
        "bailed": "at-liberty",
        "unsaid": "finding",
        "odd": "undecided",
        "treated": "finding",
        "taken-in": "finding",
        "partly": "finding",
        "wholly": "recovered",
    }
    by_id = {f.scope_id.removeprefix("local:"): f for f in found.findings}
    spans = {id_: (f.facts["months"]["from"], f.facts["months"]["to"]) for id_, f in by_id.items()}
    assert spans["treated"] == ("2025-01", "2025-04")
    assert spans["taken-in"] == ("2025-07", "2025-12")
    # The month in which money came back is no month paid.
    assert spans["partly"] == ("2025-03", "2025-04")
    assert by_id["partly"].facts["amount"] == 120000
    assert "其后扣回600.00元" in by_id["partly"].text["zh"]
    assert "整月取保、矫正或监外执行等而不在监所" in by_id["bailed"].text["zh"]


def test_means(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("means")
    world.node("Vehicle", "car", kind="小型轿车", value=8_000_000)
    world.node("Vehicle", "tractor", kind="农用拖拉机")
    for id_ in ("car", "tractor"):
        world.household(id_, [f"{id_}-owner"])
        world.rel("HOLDS_VEHICLE", ("Person", f"{id_}-owner"), ("Vehicle", id_))
    world.household("sold-car", ["seller"])
    world.rel("HOLDS_VEHICLE", ("Person", "seller"), ("Vehicle", "old"), stated_to="2024-12-31")
    for id_, status, kind in (
        ("shop", "active", "company"),
        ("revoked", "licence_revoked", "company"),
        ("coop", "active", "cooperative"),
    ):
        world.household(id_, [f"{id_}-rep"])
        world.node("Company", f"co{id_}", name=f"虚构{id_}", status=status, kind=kind)
        world.rel(
            "LEGAL_REP_OF", ("Person", f"{id_}-rep"), ("Company", f"co{id_}"), role="legal_representative"
        )
    # A stake two levels up, 0.5 × 0.4, and one too small to count.
    world.household("stake", ["stakeholder"])
    world.owns("stakeholder", "coupper", 0.5)
    world.owns("coupper", "colower", 0.4)
    world.household("unsaid", ["unsaidholder"])
    world.owns("unsaidholder", "counsaid", None)
    world.household("crumb", ["crumbholder"])
    world.owns("crumbholder", "colisted", 0.001)
    world.household("payroll", ["clerk"])
    world.household("worker", ["worker"])
    for person, kind in (("clerk", "public_payroll"), ("worker", "wage")):
        for month in ("2025-03", "2025-04"):
            world.rel(
                "EARNS", ("Person", person), ("Program", f"program:{kind}"), kind=kind, month=month,
                amount=180_000, currency="CNY",
            )  # fmt: skip
    found = world.find(store_url, store_credentials, [undeclared_means.DETECTOR])
    assert verdicts(found, "undeclared-means") == {
        "car": "finding",
        "tractor": "exempt-vehicle",
        "shop": "finding",
        "revoked": "inactive-company",
        "coop": "cooperative",
        "stake": "finding",
        "unsaid": "undecided",
        "payroll": "finding",
        REGION: "undecided",
    }
    stake = next(f for f in found.findings if f.scope_id == "local:stake")
    assert [(m["id"], round(m["share"], 9), m["depth"]) for m in stake.facts["means"]] == [
        ("local:colower", 0.2, 2),
        ("local:coupper", 0.5, 1),
    ]
    shop = next(f for f in found.findings if f.scope_id == "local:shop")
    assert "企业任职（虚构shop，法定代表人）" in shop.text["zh"]
    assert "post in a company (虚构shop, legal representative)" in shop.text["en"]
    payroll = next(f for f in found.findings if f.scope_id == "local:payroll")
    assert "成员名下有财政供养；" in payroll.text["zh"]
    assert "had public payroll;" in payroll.text["en"]
    assert payroll.facts["months"] == {"from": "2025-03", "to": "2025-04", "count": 2}
    rule = read_rules(
        '[[rule]]\ndetector="undeclared-means"\nparameter="income_per_head_limit"\nvalue=1500\nunit="yuan/month"\n'
        'region=""\ncitation="《虚构区最低生活保障标准》（2025年）"\n',
        [undeclared_means.DETECTOR],
    )
    again = SmallWorld("means").find(store_url, store_credentials, [undeclared_means.DETECTOR], rule)
    assert verdicts(again, "undeclared-means")["worker"] == "finding"
    worker = next(f for f in again.findings if f.scope_id == "local:worker")
    assert "收入（人均每月1,800.00元）" in worker.text["zh"]
    assert "income (1,800.00 yuan a head and month)" in worker.text["en"]


def test_means_without_registers(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("no-means")
    world.household("alone", ["one"])
    found = world.find(store_url, store_credentials, [undeclared_means.DETECTOR])
    assert found.missing == {
        "undeclared-means": ("HOLDS_VEHICLE", "OWNS", "LEGAL_REP_OF", "OFFICER_OF", "EARNS")
    }


def test_of_registers_that_are_not_loaded_nothing_is_known(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("some-means")
    world.household("alone", ["one"])
    world.rel("HOLDS_VEHICLE", ("Person", "one"), ("Vehicle", "car"))
    found = world.find(store_url, store_credentials, [undeclared_means.DETECTOR])
    assert {f.scope_id for f in found.findings} == {"local:alone"}
    told = [gap for _, gap in found.undecided if gap.scope_kind == "program"]
    assert len(told) == 1
    assert "企业持股与任职、收入" in told[0].missing_zh
    assert "车辆" not in told[0].missing_zh


def test_whose_income_is_not_known_earns_an_unknown_amount(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("incomes")
    world.node("Person", "child", birth_date="2015-03-01")
    world.node("Person", "gone", died_on="2024-03-01")
    for id_, members in (
        ("both", ["b1", "b2"]),
        ("one", ["o1", "o2"]),
        ("enough", ["e1", "e2"]),
        ("parent", ["p1", "child"]),
        ("bereaved", ["w1", "gone"]),
        ("silent", ["s1"]),
        ("empty", ["n1"]),
    ):
        world.household(id_, members, months=("2025-03", "2025-04"))
    incomes: dict[str, int | None] = {
        "b1": 100_000, "b2": 100_000, "o1": 100_000, "e1": 500_000, "p1": 100_000, "w1": 200_000, "s1": None,
    }  # fmt: skip
    for person, amount in incomes.items():
        for month in ("2025-03", "2025-04"):
            world.rel(
                "EARNS", ("Person", person), ("Program", "program:wage"), kind="wage", month=month,
                amount=amount, currency="CNY",
            )  # fmt: skip
    w4 = undeclared_means.DETECTOR
    rule = read_rules(
        '[[rule]]\ndetector="undeclared-means"\nparameter="income_per_head_limit"\nvalue=1500\nunit="yuan/month"\n'
        'citation="《虚构区最低生活保障标准》（2025年）"\n',
        [w4],
    )
    of_others = {"虚构救助": "undecided"}  # Of vehicles and companies nothing is loaded.
    # Without a rule nobody can say whose income is too high; that is said once a district.
    unruled = {REGION: "undecided", **of_others}
    assert verdicts(world.find(store_url, store_credentials, [w4]), w4.id) == unruled
    found = SmallWorld("incomes").find(store_url, store_credentials, [w4], rule)
    # What is known of "enough" decides, whatever the other earns; a child and the dead are not asked, and the dead
    # make the income of the widow no less.
    assert verdicts(found, w4.id) == {
        "one": "undecided",
        "silent": "undecided",
        "empty": "undecided",
        "enough": "finding",
        "bereaved": "finding",
        **of_others,
    }
    missing = {u.scope_id: u for _, u in found.undecided}
    assert missing["local:one"].subjects == ("person.local:o2",)
    assert missing["local:one"].missing_zh == (
        "1名成年成员在2025-03—2025-04缺少收入数据，人均收入是否超过当地标准无法判定"
    )


def test_paid_twice(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("twice")
    world.household("a1", ["both", "kin"], region="虚构东区")
    world.household("b1", ["both"], region="虚构西区")
    world.household("a2", ["mover"], months=("2025-01", "2025-06"), region="虚构东区")
    world.household("b2", ["mover"], months=("2025-06", "2025-12"), region="虚构西区")
    world.household("a3", ["later"], months=("2025-01", "2025-06"), region="虚构东区")
    world.household("b3", ["later"], months=("2025-07", "2025-12"), region="虚构西区")
    world.household("exclusive", ["elder"], program="最低生活保障")
    world.pay(("Person", "elder"), ("2025-01", "2025-12"), program="特困人员救助供养")
    world.household("combined", ["youth"], program="最低生活保障")
    world.pay(("Person", "youth"), ("2025-01", "2025-12"), program="虚构残疾补贴")
    # One payment told by the street and by its district, or by a list that names no place, is one place.
    world.household("told-twice", ["told"], region="虚构东区")
    world.pay(("Household", "told-twice"), ("2025-01", "2025-12"), region="虚构东区虚构街道")
    world.pay(("Household", "told-twice"), ("2025-02", "2025-12"), region="")
    world.household("a4", ["undated"], region="虚构东区")
    world.household("b4", ["undated"], months=(None, None), region="虚构西区")
    found = world.find(store_url, store_credentials, [duplicate_benefit.DETECTOR])
    assert verdicts(found, "duplicate-benefit") == {
        "a1": "finding",
        "a2": "move-month",
        "exclusive": "finding",
        "b4": "undecided",
    }
    twice = next(f for f in found.findings if f.scope_id == "local:a1")
    assert twice.facts["persons"] == ["person.local:both"]
    assert twice.subjects == ("local:a1", "local:b1")
    # One of the two whom `a1` is paid for is paid for by `b1` as well: half of what `a1` is paid.
    assert twice.facts["amount"] == 12 * 30000
    assert "按覆盖人数均摊" in twice.text["zh"]


def test_who_moved_between_households_is_covered_by_one_at_a_time(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("moved")
    world.household("left", ["stays"], region="虚构东区")
    world.household("joined", ["waits"], region="虚构西区")
    span = {"left": ("2024-01-01", "2025-06-01"), "joined": ("2025-06-01", None)}
    world.node("Person", "person.local:mover", name="虚构某")
    for id_, (start, end) in span.items():
        world.rel(
            "MEMBER_OF",
            ("Person", "person.local:mover"),
            ("Household", f"local:{id_}"),
            stated_from=start,
            stated_to=end,
        )
    found = world.find(store_url, store_credentials, [duplicate_benefit.DETECTOR])
    assert verdicts(found, "duplicate-benefit") == {}


def test_one_account_for_several(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("accounts")
    for n in range(2):
        world.household(f"s{n}", [f"s{n}"], account_key="shared", account="6222****0001", payee="虚构甲")
        world.household(f"v{n}", [f"v{n}"], account_key="village", payee="虚构村村民委员会")
        half = (("2025-01", "2025-06"), ("2025-07", "2025-12"))[n]
        world.household(f"t{n}", [f"t{n}"], months=half, account_key="in-turn")
    for n in range(21):
        world.household(f"h{n}", [f"h{n}"], months=("2025-01", "2025-01"), account_key="hub")
    world.household("own", ["own"], account_key="own")
    world.pay(("Person", "own"), ("2025-01", "2025-12"), program="虚构补贴", account_key="own")
    # What a person is paid counts where they live: whoever moved is not two recipients.
    for id_, span in (("m0", {"stated_to": "2025-06-01"}), ("m1", {"stated_from": "2025-06-01"})):
        world.household(id_, [f"{id_}-head"], months=None)
        world.rel("MEMBER_OF", ("Person", "moved"), ("Household", id_), **span)
    world.pay(("Person", "moved"), ("2025-01", "2025-12"), program="虚构补贴", account_key="moved")
    for n in range(2):
        world.household(f"u{n}", [f"u{n}"], months=(None, None), account_key="undated")
    found = world.find(store_url, store_credentials, [shared_payee_account.DETECTOR])
    assert verdicts(found, "shared-payee-account") == {
        "shared": "finding",
        "village": "institution",
        "hub": "hub",
        "undated": "undecided",
    }
    shared = next(f for f in found.findings if f.scope_id == "account:shared")
    assert shared.subjects == ("local:s0", "local:s1")


def test_payments_without_an_account_are_not_said_to_share_none(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("no-accounts")
    world.household("silent", ["silent"])
    world.household("half", ["half"], account_key="own")
    world.pay(("Household", "half"), ("2025-01", "2025-03"), program="虚构补贴")
    nothing = world.find(store_url, store_credentials, [shared_payee_account.DETECTOR])
    assert verdicts(nothing, "shared-payee-account") == {"silent": "undecided", "half": "undecided"}
    told = {u.scope_id: u.missing_zh for _, u in nothing.undecided}
    assert told["local:silent"].startswith("1笔发放记录中1笔没有收款账户")
    assert told["local:half"].startswith("2笔发放记录中1笔没有收款账户")
    assert nothing.missing == {}


def test_data_of_payments_without_any_account_decide_nothing_of_shared_accounts(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("none-stated")
    world.household("silent", ["silent"])
    found = world.find(store_url, store_credentials, [shared_payee_account.DETECTOR])
    assert found.missing == {"shared-payee-account": ("Benefit.account_key",)}
    assert "shared-payee-account" not in found.population


def test_kin_of_officials(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("officials")
    posts = {
        "serving": {},
        "retired": {"stated_to": "2024-06-30"},
        "afar": {},
    }
    for official, span in posts.items():
        region = ELSEWHERE if official == "afar" else DISTRICT
        unit = world.node(
            "Company", f"unit-{official}", name="虚构镇民政办", kind="government", region=region
        )
        world.rel("HOLDS_POST", ("Person", official), ("Company", unit), post="经办员", **span)
        world.household(official, [f"{official}-kin"])
        world.rel("RELATED_TO", ("Person", official), ("Person", f"{official}-kin"), relation="sibling")
    world.household("self", ["serving"])
    world.household("cousin", ["cousin"])
    world.rel("RELATED_TO", ("Person", "serving-kin"), ("Person", "cousin"), relation="cousin")
    world.household("stranger", ["stranger"])
    # Whoever stands aside has done what is asked for, from the day on that is on file.
    unit = world.node("Company", "unit-aside", name="虚构镇民政办", kind="government", region=DISTRICT)
    for official, on in (("aside", "2024-12-20"), ("late", "2025-04-15")):
        world.rel("HOLDS_POST", ("Person", official), ("Company", unit), post="经办员")
        world.household(official, [f"{official}-kin"])
        world.rel("RELATED_TO", ("Person", f"{official}-kin"), ("Person", official), relation="sibling")
        world.rel("RECUSED_FROM", ("Person", f"{official}-kin"), ("Person", official), stated_from=on)
    found = world.find(store_url, store_credentials, [officials_relative.DETECTOR])
    assert verdicts(found, "officials-relative") == {
        "serving": "finding",
        "self": "finding",
        "retired": "ended",
        "afar": "other-district",
        "aside": "recused",
        "late": "finding",
    }
    late = next(f for f in found.findings if f.scope_id == "local:late")
    assert late.facts["months"] == {"from": "2025-01", "to": "2025-04", "count": 4}
    serving = next(f for f in found.findings if f.scope_id == "local:serving")
    assert serving.facts["relation"]["relations"] == ["sibling"]
    wider = read_rules(
        '[[rule]]\ndetector="officials-relative"\nparameter="kin_steps"\nvalue=2\nunit="relations"\n'
        'citation="《虚构区近亲属备案办法》第六条"\n',
        [officials_relative.DETECTOR],
    )
    again = SmallWorld("officials").find(store_url, store_credentials, [officials_relative.DETECTOR], wider)
    cousin = next(f for f in again.findings if f.scope_id == "local:cousin")
    assert cousin.basis[-1]["law"] == "《虚构区近亲属备案办法》第六条"


def test_where_an_official_serves(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("units")
    paying = "榕城市东湖区幸福街道"
    units = {
        "own": "榕城市东湖区民政局",
        "town": "幸福街道办事处",
        "city": "榕城市民政局",
        "other": "榕城市西山区民政局",
        "afar": "湖南长沙市岳麓区第一小学",
        "nowhere": "第一小学",
    }
    for id_, name in units.items():
        unit = world.node("Company", f"unit-{id_}", name=name)
        world.rel("HOLDS_POST", ("Person", f"o-{id_}"), ("Company", unit), post="科员")
        world.rel("RELATED_TO", ("Person", f"o-{id_}"), ("Person", id_), relation="parent_in_law")
        world.household(id_, [id_], program="低保", region=paying)
    # Where the payments name no district, a post held anywhere counts.
    world.household("unsaid", ["nowhere"], program="低保", region="")
    # What is not granted by means is not judged.
    world.household("old-age", ["own"], program="城乡居民养老保险", region=paying)
    found = world.find(store_url, store_credentials, [officials_relative.DETECTOR])
    told = verdicts(found, "officials-relative")
    assert told == {
        "own": "finding",
        "town": "finding",
        "city": "finding",
        "other": "other-district",
        "afar": "other-district",
        "nowhere": "undecided",
        "unsaid": "finding",
        "城乡居民养老保险": "undecided",
    }
    own = next(f for f in found.findings if f.scope_id == "local:own")
    assert "公婆或岳父母" in own.text["zh"] and "parent-in-law" in own.text["en"]


def test_every_relation_has_a_name() -> None:
    read = VOCABULARIES["relation_to_head"].codes, VOCABULARIES["relation"].codes
    unnamed = {code for codes in read for code in codes} - RELATIONS.keys() - {"head", "self"}
    assert not unnamed


def test_an_account_of_a_family(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("family-account")

    def paid(account: str, *persons: str) -> None:
        for person in persons:
            world.pay(
                ("Person", person),
                ("2025-01", "2025-03"),
                program=f"高龄津贴{person}",
                account_key=account,
                account=account,
            )

    paid("couple", "husband", "wife")
    world.rel("RELATED_TO", ("Person", "husband"), ("Person", "wife"), relation="spouse")
    paid("house", "father", "son")
    home = world.node("Household", "registered", kind="hukou")
    for person in ("father", "son"):
        world.rel("MEMBER_OF", ("Person", person), ("Household", home), relation_to_head="head")
    paid("strangers", "one", "two")
    # Two of three are kin; the third is none of theirs.
    paid("mixed", "sister", "brother", "neighbour")
    world.rel("RELATED_TO", ("Person", "sister"), ("Person", "brother"), relation="sibling")
    found = world.find(store_url, store_credentials, [shared_payee_account.DETECTOR])
    told = {f.scope_id: f.suppressed_by["rule"] if f.suppressed_by else "finding" for f in found.findings}
    assert told == {
        "account:couple": "family",
        "account:house": "family",
        "account:strangers": "finding",
        "account:mixed": "finding",
    }


def test_incomes_without_a_local_standard_and_vehicles_without_a_value(
    store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("no-standard")
    pension = ("Program", "program:养老金")
    world.household("earning", ["earning1"])
    for month in ("2025-01", "2025-02"):
        income = {"kind": "pension", "month": month, "amount": 800000, "currency": "CNY"}
        world.rel("EARNS", ("Person", "earning1"), pension, **income)
    world.household("driving", ["driving1"])
    world.node("Vehicle", "car", kind="小型轿车")
    world.rel("HOLDS_VEHICLE", ("Person", "driving1"), ("Vehicle", "car"))
    # Bodies that are no companies, by their names.
    for id_, name in (("owners", "虚构小区业主委员会"), ("village", "虚构区虚构村股份经济合作联合社")):
        world.household(id_, [f"{id_}1"])
        body = world.node("Company", f"body-{id_}", name=name)
        world.rel("LEGAL_REP_OF", ("Person", f"{id_}1"), ("Company", body), role="legal_representative")
    found = world.find(store_url, store_credentials, [undeclared_means.DETECTOR])
    assert verdicts(found, "undeclared-means") == {
        "driving": "finding",
        REGION: "undecided",
        "owners": "no-company",
        "village": "cooperative",
    }
    assert all("paid.Recipient" not in f.text["en"] for f in found.findings)
    region = next(u for _, u in found.undecided if u.scope_kind == "region")
    assert region.subjects == ("local:earning",)
    rules = read_rules(
        "".join(
            f'[[rule]]\ndetector="undeclared-means"\nparameter="{name}"\nvalue={value}\nunit="{unit}"\n'
            'citation="《虚构区办法》第二条"\n'
            for name, value, unit in (
                ("income_per_head_limit", 900, "yuan/month"),
                ("vehicle_value_limit", 50000, "yuan"),
            )
        ),
        [undeclared_means.DETECTOR],
    )
    ruled = SmallWorld("no-standard").find(store_url, store_credentials, [undeclared_means.DETECTOR], rules)
    told = verdicts(ruled, "undeclared-means")
    assert (told["earning"], told["driving"]) == ("finding", "undecided")
    assert REGION not in told
