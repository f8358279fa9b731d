"""An amount that a list repeats at the members of a household with one account: all of it, or each one's share; on both stores."""

from __future__ import annotations

from typing import Any

from detectors.recipients import duplicate_benefit, household_size_change, overpayment, underpayment
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

DOUBLE, OVER, UNDER = duplicate_benefit.DETECTOR, overpayment.DETECTOR, underpayment.DETECTOR
SIZE = household_size_change.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 7)]
PROGRAM = "最低生活保障"

# Of each household, of three with one card: what it is due a month, what stands at each member in the list of persons (in
# the last month, where that differs), and what the list of households pays it (nothing: it isn't there).
HOUSEHOLDS: dict[str, tuple[int, tuple[int, int], int]] = {
    "SHARES": (1500, (500, 500), 0),
    "WHOLE": (500, (500, 500), 0),
    "NEITHER": (900, (500, 500), 0),
    "ABOVE": (400, (500, 500), 0),
    "BELOW": (2000, (500, 500), 0),
    # What one month settles holds for the others.
    "SHARES-LESS": (1500, (500, 400), 0),
    "WHOLE-LESS": (500, (500, 400), 0),
    "TOLD-TWICE": (1500, (500, 500), 1500),
    "TOLD-MORE": (1500, (500, 500), 1600),
    "ONE-EACH": (500, (500, 500), 500),
}
NUMBER = {id_: 3 * n for n, id_ in enumerate(HOUSEHOLDS, 1)}


def member(id_: str, which: int) -> tuple[str, str]:
    return f"虚构{'甲乙丙'[which]}{NUMBER[id_]}", resident(NUMBER[id_] + which)


def account(id_: str) -> str:
    return f"62284800{NUMBER[id_]:04}"


BASE = {
    "低保名册.csv": table(
        "低保证号,家庭成员姓名,公民身份号码,与户主关系",
        [(id_, *member(id_, n), ("户主", "配偶", "子")[n]) for id_ in HOUSEHOLDS for n in range(3)],
    ),
    "资格名单.csv": table(
        "低保证号,救助类型,应享金额(元),起始日期",
        [(id_, PROGRAM, due, "2024-01-01") for id_, (due, *_) in HOUSEHOLDS.items()],
    ),
}
_AT_EACH: list[tuple[Any, ...]] = [
    (id_, *member(id_, n), PROGRAM, month, amounts[month == MONTHS[-1]], account(id_))
    for id_, (_, amounts, _) in HOUSEHOLDS.items()
    for month in MONTHS
    for n in range(3)
]
PERSONS = {
    "按人发放.csv": table("低保证号,姓名,身份证号码,救助类型,发放年月,发放金额(元),银行账号", _AT_EACH)
}
WHOLE = {
    "按户发放.csv": table(
        "低保证号,户主姓名,户主身份证号码,救助类型,发放年月,发放金额(元),银行账号",
        [
            (id_, *member(id_, 0), PROGRAM, month, paid, account(id_))
            for id_, (_, _, paid) in HOUSEHOLDS.items()
            if paid
            for month in MONTHS
        ],
    )
}
# The same persons once more, without the number of their household.
ALONE = {
    "按卡发放.csv": table(
        "领取人姓名,领取人身份证号,救助类型,发放年月,发放金额(元),银行账号",
        [row[1:] for row in _AT_EACH if row[0] in ("SHARES", "WHOLE")],
    )
}
CHECKED = [DOUBLE, OVER, UNDER]

persons_after = found_in_files([BASE, WHOLE, PERSONS], CHECKED)
persons_before = found_in_files([BASE, PERSONS, WHOLE], CHECKED)
at_once = found_in_files([BASE | WHOLE | PERSONS], CHECKED)
alone = found_in_files([BASE | PERSONS | ALONE], CHECKED)


def judged(found: FoundInFiles, detector: Any) -> dict[str, str | None]:
    """Household → the rule that sets its findings aside, or None for a lead."""
    return {
        f.scope_id.removeprefix("local:"): f.suppressed_by["rule"] if f.suppressed_by else None
        for f in found.run.findings
        if f.detector == detector.id
    }


def undecided(found: FoundInFiles, detector: Any) -> dict[str, str]:
    return {
        u.scope_id.removeprefix("local:"): u.missing_zh for d, u in found.run.undecided if d == detector.id
    }


def check(found: FoundInFiles) -> None:
    over, under = found.by_household(OVER), found.by_household(UNDER)
    assert {id_: facts["surplus"] for id_, facts in over.items()} == {
        # Above as the household's already.
        "ABOVE": 6 * 10000,
        # 1,600 and 3 × 500: no two lists of one money.
        "TOLD-MORE": 6 * 60000,
    }
    assert {id_: facts["shortfall"] for id_, facts in under.items()} == {
        # Short even if each was paid a share.
        "BELOW": 6 * 50000,
        "SHARES-LESS": 30000,
        "WHOLE-LESS": 10000,
    }
    assert under["SHARES-LESS"]["by_month"] == [{"month": MONTHS[-1], "due": 150000, "paid": 120000}]
    assert judged(found, OVER)["TOLD-TWICE"] == "told-twice" and not judged(found, DOUBLE)
    for detector in (OVER, UNDER):
        told = undecided(found, detector)
        assert told.keys() == {"NEITHER"} and "全户一笔还是各成员各一份" in told["NEITHER"]


def check_told(found: FoundInFiles) -> None:
    """The loads say of them what detection counts."""
    for code in ("payments-told-twice", "payments-further", "payments-again"):
        # TOLD-TWICE, 1,500 and 3 × 500; TOLD-MORE, 1,600 and 3 × 500; ONE-EACH, 500 and 500.
        (said,) = found.told(code)
        assert said.startswith("有 6 笔")


def test_persons_after_households(persons_after: FoundInFiles) -> None:
    check(persons_after)
    check_told(persons_after)


def test_persons_before_households(persons_before: FoundInFiles) -> None:
    check(persons_before)
    check_told(persons_before)


def test_both_at_once(at_once: FoundInFiles) -> None:
    check(at_once)
    check_told(at_once)


def test_persons_told_again_without_their_household(alone: FoundInFiles) -> None:
    told = judged(alone, OVER)
    assert {told.get(id_, "none") for id_ in ("SHARES", "WHOLE")} == {"told-twice"}
    assert not {"SHARES", "WHOLE"} & judged(alone, UNDER).keys()
    assert not any(rule is None for id_, rule in judged(alone, DOUBLE).items())


# A member dies in March. LEFT-OUT is no longer named in the list of those paid; KEPT is.
DIED = {
    "低保名册.csv": table(
        "低保证号,家庭成员姓名,公民身份号码,与户主关系,死亡日期",
        [
            (id_, *member(id_, n), ("户主", "配偶", "子")[n], "2024-03-10" if n == 2 else "")
            for id_ in ("SHARES", "WHOLE")
            for n in range(3)
        ],
    ),
    "按人发放.csv": table(
        "低保证号,姓名,身份证号码,救助类型,发放年月,发放金额(元),银行账号",
        [
            row
            for row in _AT_EACH
            if row[0] == "WHOLE" or (row[0] == "SHARES" and (row[1][2] != "丙" or row[4] <= "2024-03"))
        ],
    ),
}
died = found_in_files([DIED], [SIZE])


def test_who_is_no_longer_named_may_have_been_paid_a_share(died: FoundInFiles) -> None:
    assert judged(died, SIZE) == {"WHOLE": None}
    told = undecided(died, SIZE)
    assert told.keys() == {"SHARES"} and "各成员各一份" in told["SHARES"]


# A list headed 领取人 that pays each of three as much, into one card or into three; and by name alone.
PAYEES: dict[str, tuple[int, tuple[int, int], bool]] = {
    "P-SHARES": (1500, (500, 500), True),
    "P-WHOLE": (500, (500, 500), True),
    "P-NEITHER": (900, (500, 500), True),
    "P-ABOVE": (400, (500, 500), True),
    "P-BELOW": (2000, (500, 500), True),
    "P-SHARES-LESS": (1500, (500, 400), True),
    "P-CARDS": (500, (500, 500), False),
}
_P = {id_: 200 + 3 * n for n, id_ in enumerate(PAYEES)}


def _payees(heading: str, *, numbered: bool) -> dict[str, str]:
    rows = [
        (
            id_,
            f"虚构{'甲乙丙'[n]}{_P[id_]}",
            *([resident(_P[id_] + n)] if numbered else []),
            PROGRAM,
            month,
            amounts[month == MONTHS[-1]],
            f"6228481{_P[id_]:04}{0 if one_card else n}",
        )
        for id_, (_, amounts, one_card) in PAYEES.items()
        for month in MONTHS
        for n in range(3)
    ]
    due = [(id_, PROGRAM, due, "2024-01-01") for id_, (due, *_) in PAYEES.items()]
    return {
        "资格名单.csv": table("低保证号,救助类型,应享金额(元),起始日期", due),
        "发放明细.csv": table(f"低保证号,{heading},救助类型,发放年月,发放金额(元),银行账号", rows),
    }


payees = found_in_files([_payees("领取人姓名,领取人身份证号", numbered=True)], CHECKED)
payees_by_name = found_in_files([_payees("领取人姓名", numbered=False)], CHECKED)


def test_as_much_to_each_recipient_into_one_card_may_be_the_households(payees: FoundInFiles) -> None:
    over, under = payees.by_household(OVER), payees.by_household(UNDER)
    # What is surely above, and what three cards were paid; never three times the household's.
    assert {id_: f["surplus"] for id_, f in over.items()} == {"P-ABOVE": 6 * 10000, "P-CARDS": 6 * 100000}
    assert {id_: f["shortfall"] for id_, f in under.items()} == {"P-BELOW": 6 * 50000, "P-SHARES-LESS": 30000}
    told = undecided(payees, OVER)
    assert told.keys() == {"P-WHOLE", "P-NEITHER"}
    assert "全户一笔：共3,000.00元；各成员各一份：共9,000.00元" in told["P-WHOLE"]
    assert undecided(payees, UNDER).keys() == {"P-NEITHER"}


def test_recipients_by_name_alone_are_never_paid_three_times_what_is_due(
    payees_by_name: FoundInFiles,
) -> None:
    over = payees_by_name.by_household(OVER)
    assert over["P-ABOVE"]["surplus"] == 6 * 10000 and over.keys() == {"P-ABOVE", "P-CARDS"}
    assert undecided(payees_by_name, OVER).keys() == {"P-NEITHER"}
