"""Payments of a list of households and of a list of persons: told twice, or paid twice; on both stores."""

from __future__ import annotations

from typing import Any

from detectors.recipients import duplicate_benefit, household_size_change, overpayment, underpayment
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

DOUBLE, OVER, UNDER = duplicate_benefit.DETECTOR, overpayment.DETECTOR, underpayment.DETECTOR
SIZE = household_size_change.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
PROGRAM = "最低生活保障"

# Of each household, of two: what the list of households says it is paid a month, and the list of persons that its members
# are; then the accounts that the lists state.
HOUSEHOLDS: dict[str, tuple[int, tuple[int, ...], tuple[str, str]]] = {
    "SUM": (600, (300, 300), ("", "")),
    "HEAD": (600, (600,), ("", "")),
    "ONE-OF": (600, (600, 50), ("", "")),
    "MORE": (600, (400, 300), ("", "")),
    "LESS": (550, (550,), ("", "")),
    "HALVES": (300, (300,), ("", "")),
    "ACCOUNTS": (600, (600,), ("62284801", "62284802")),
    "ONE-ACCOUNT": (600, (600,), ("62284803", "62284803")),
}
NUMBER = {id_: 2 * n for n, id_ in enumerate(HOUSEHOLDS, 1)}


def name(id_: str, which: int) -> str:
    return f"虚构{'甲乙'[which]}{NUMBER[id_]}"


def roster() -> str:
    head = "低保证号,家庭成员姓名,公民身份号码,与户主关系"
    return table(
        head,
        [
            (id_, name(id_, which), resident(NUMBER[id_] + which), ("户主", "配偶")[which])
            for id_ in HOUSEHOLDS
            for which in range(2)
        ],
    )


def entitled() -> str:
    head = "低保证号,救助类型,应享金额(元),起始日期"
    return table(head, [(id_, PROGRAM, 600, "2024-01-01") for id_ in HOUSEHOLDS])


def by_household() -> str:
    head = "低保证号,户主姓名,救助类型,发放年月,发放金额(元),银行账号"
    return table(
        head,
        [
            (id_, name(id_, 0), PROGRAM, month, paid, account)
            for id_, (paid, _, (account, _)) in HOUSEHOLDS.items()
            for month in MONTHS
        ],
    )


def by_person(*, numbered: bool) -> str:
    """With the household's number beside the person's, or with that alone."""
    head = "领取人姓名,领取人身份证号,救助类型,发放年月,发放金额(元),银行账号"
    rows: list[tuple[Any, ...]] = [
        (id_, name(id_, which), resident(NUMBER[id_] + which), PROGRAM, month, amount, account)
        for id_, (_, parts, (_, account)) in HOUSEHOLDS.items()
        for month in MONTHS
        for which, amount in enumerate(parts)
    ]
    return table(f"低保证号,{head}", rows) if numbered else table(head, [row[1:] for row in rows])


BASE = {"低保名册.csv": roster(), "资格名单.csv": entitled()}
WHOLE, ALONE = {"按户发放.csv": by_household()}, {"按人发放.csv": by_person(numbered=False)}
NUMBERED = {"按人带户号.csv": by_person(numbered=True)}
CHECKED = [DOUBLE, OVER, UNDER]

alone_after = found_in_files([BASE, WHOLE, ALONE], CHECKED)
alone_before = found_in_files([BASE, ALONE, WHOLE], CHECKED)
at_once = found_in_files([BASE | WHOLE | ALONE], CHECKED)
all_three = found_in_files([BASE | WHOLE | ALONE | NUMBERED], CHECKED)


def judged(found: FoundInFiles, detector: Any) -> dict[str, str | None]:
    """Household → the rule that sets its findings aside, or None for a lead."""
    told: dict[str, str | None] = {}
    for f in found.run.findings:
        if f.detector == detector.id:
            (id_,) = [s.removeprefix("local:") for s in f.subjects if s.startswith("local:")]
            told[id_] = f.suppressed_by["rule"] if f.suppressed_by else None
    return told


def check(found: FoundInFiles) -> None:
    twice = dict.fromkeys(("SUM", "HEAD", "ONE-OF", "ONE-ACCOUNT"), "told-twice")
    over = judged(found, OVER)
    # Counted once, 50 yuan of ONE-OF are still above what is due.
    assert over == {**twice, "ONE-OF": None, "LESS": "told-twice", "MORE": None, "ACCOUNTS": None}
    facts = found.by_household(OVER)
    assert {id_: facts[id_]["surplus"] for id_ in facts} == {
        "ONE-OF": 12 * 5000,
        "MORE": 12 * 70000,
        "ACCOUNTS": 12 * 60000,
    }
    assert {r["paid"] for r in facts["ONE-OF"]["by_month"]} == {65000}
    double = judged(found, DOUBLE)
    assert {id_ for id_, rule in double.items() if rule is None} >= {"MORE", "ACCOUNTS"}
    assert {id_ for id_, rule in double.items() if rule} >= {"SUM", "HEAD", "LESS", "ONE-ACCOUNT"}
    # 550 yuan of 600, or 1,100: nobody can tell. 300 and 300 are what is due.
    assert not judged(found, UNDER)
    assert [u.scope_id for d, u in found.run.undecided if d == UNDER.id] == ["local:LESS"]


def test_persons_after_households(alone_after: FoundInFiles) -> None:
    check(alone_after)
    (told,) = alone_after.told("payments-told-twice")
    # Of ONE-OF the head's alone; the accounts are not what is compared at a load.
    assert f"{12 * (2 + 1 + 1 + 1 + 1 + 1 + 1)} 笔" in told
    assert "按户发放.csv（" in told and "unload" in told


def test_persons_before_households(alone_before: FoundInFiles) -> None:
    check(alone_before)
    (told,) = alone_before.told("payments-told-twice")
    assert f"{12 * 7} 笔" in told and "按人发放.csv（" in told


def test_both_at_once(at_once: FoundInFiles) -> None:
    check(at_once)
    assert len(at_once.told("payments-told-twice")) == 1


def test_a_list_with_and_one_without_the_households_number(all_three: FoundInFiles) -> None:
    assert judged(all_three, OVER)["SUM"] == "told-twice"
    assert judged(all_three, DOUBLE)["SUM"] == "told-twice"
    assert len(all_three.told("payments-told-twice")) >= 2


# A member dies in March. What the list of households states is halved; the list of persons tells the half again.
DIED = {
    "低保名册.csv": table(
        "低保证号,家庭成员姓名,公民身份号码,与户主关系,死亡日期",
        [
            (id_, f"虚构{which}{n}", resident(n + at), ("户主", "配偶")[at], ("", "2024-03-10")[at])
            for n, id_ in ((1, "LOWERED"), (3, "KEPT"))
            for at, which in enumerate("甲乙")
        ],
    ),
    "按户发放.csv": table(
        "低保证号,户主姓名,救助类型,发放年月,发放金额(元)",
        [
            (id_, name, PROGRAM, m, 600 if m <= "2024-03" or id_ == "KEPT" else 300)
            for id_, name in (("LOWERED", "虚构甲1"), ("KEPT", "虚构甲3"))
            for m in MONTHS
        ],
    ),
    "按人发放.csv": table(
        "领取人姓名,领取人身份证号,救助类型,发放年月,发放金额(元)",
        [("虚构甲1", resident(1), PROGRAM, m, 300) for m in MONTHS if m > "2024-03"],
    ),
    "分行发放.csv": table(
        "序号,低保证号,救助类型,发放年月,发放金额(元)",
        [(n, "LOWERED", PROGRAM, m, 150) for n, m in enumerate([*MONTHS[3:], *MONTHS[3:]])],
    ),
}
lowered = found_in_files([DIED], [SIZE])


def test_what_was_lowered_is_not_raised_by_being_told_again(lowered: FoundInFiles) -> None:
    assert [f.scope_id for f in lowered.run.findings] == ["local:KEPT"]


# Both lists tell 600 yuan a month; in June, and of HALF in every other month, one of them states 50 yuan more.
DIFFERENT = ("PERSONS-MORE", "HOUSEHOLD-MORE", "HALF")


def _more(id_: str, month: str) -> bool:
    return month == "2024-06" if id_ != "HALF" else month[-1] in "02468"


ADJUSTED = {
    "低保名册.csv": table(
        "低保证号,家庭成员姓名,公民身份号码,与户主关系",
        [
            (id_, f"虚构{which}{n}", resident(2 * n + at), ("户主", "配偶")[at])
            for n, id_ in enumerate(DIFFERENT, 1)
            for at, which in enumerate("甲乙")
        ],
    ),
    "资格名单.csv": table(
        "低保证号,救助类型,应享金额(元),起始日期", [(id_, PROGRAM, 600, "2024-01-01") for id_ in DIFFERENT]
    ),
    "按户发放.csv": table(
        "低保证号,户主姓名,救助类型,发放年月,发放金额(元)",
        [
            (id_, f"虚构甲{n}", PROGRAM, m, 650 if id_ == "HOUSEHOLD-MORE" and _more(id_, m) else 600)
            for n, id_ in enumerate(DIFFERENT, 1)
            for m in MONTHS
        ],
    ),
}
BY_PERSON = [
    (id_, f"虚构{which}{n}", resident(2 * n + at), PROGRAM, m, 300 + 50 * (at == 0 and more))
    for n, id_ in enumerate(DIFFERENT, 1)
    for m in MONTHS
    for more in [id_ != "HOUSEHOLD-MORE" and _more(id_, m)]
    for at, which in enumerate("甲乙")
]
_PERSONS = "领取人姓名,领取人身份证号,救助类型,发放年月,发放金额(元)"
with_number = found_in_files([ADJUSTED | {"按人发放.csv": table(f"低保证号,{_PERSONS}", BY_PERSON)}], CHECKED)
without_number = found_in_files(
    [ADJUSTED, {"按人发放.csv": table(_PERSONS, [row[1:] for row in BY_PERSON])}], CHECKED
)


def check_adjusted(found: FoundInFiles) -> None:
    above = {id_: facts["by_month"] for id_, facts in found.by_household(OVER).items()}
    once = [{"month": "2024-06", "due": 60000, "paid": 65000}]
    assert above["PERSONS-MORE"] == above["HOUSEHOLD-MORE"] == once
    # Nobody can tell that lists which differ as often as not tell the same.
    assert {m["paid"] for m in above["HALF"]} == {125000}
    assert not judged(found, UNDER)
    leads = [f for f in found.run.findings if f.detector == DOUBLE.id and not f.suppressed_by]
    assert leads and all("local:HALF" in f.subjects for f in leads)


def test_a_month_that_differs_is_the_same_money_with_a_difference(with_number: FoundInFiles) -> None:
    check_adjusted(with_number)


def test_a_month_that_differs_in_a_list_without_households(without_number: FoundInFiles) -> None:
    check_adjusted(without_number)
