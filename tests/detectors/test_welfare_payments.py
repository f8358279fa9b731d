"""Rows of money that look alike: each payment, income and contract counts, and what a row repeats does not."""

from __future__ import annotations

from typing import Any

from detectors.procedure import whole_works_passed_on
from detectors.recipients import (
    duplicate_benefit,
    household_size_change,
    overpayment,
    paid_after_death,
    undeclared_means,
    underpayment,
)
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

OVER, UNDER, DEAD = overpayment.DETECTOR, underpayment.DETECTOR, paid_after_death.DETECTOR
SIZE, MEANS, TWICE = household_size_change.DETECTOR, undeclared_means.DETECTOR, duplicate_benefit.DETECTOR
PASSED_ON = whole_works_passed_on.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
RULES = """\
[[rule]]
detector = "undeclared-means"
parameter = "income_per_head_limit"
value = 1200
unit = "元/月"
citation = "《虚构标准》"
"""
_ROSTER = "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系,户别"
_PAID = "序号,低保证号,领取人姓名,领取人身份证号,救助类型,发放年月,发放日期,发放金额(元),银行账号"


class Office:
    """The files of an office, filled household by household."""

    def __init__(self) -> None:
        self.roster: list[Any] = []
        self.paid: list[Any] = []
        self.due: list[Any] = []
        self.people: list[Any] = []
        self.incomes: list[Any] = []
        self.numbers: dict[str, str] = {}

    def person(self, name: str, died_on: str = "") -> str:
        """The number of a person, who may have died."""
        if name not in self.numbers:
            self.numbers[name] = resident(len(self.numbers) + 1)
            self.people.append((self.numbers[name], name, "虚构市", died_on))
        return self.numbers[name]

    def household(self, id_: str, members: int = 1, due: int = 600, died: int | None = None) -> list[str]:
        """A household, what is due to it each month, and which of its members died in March; gives their names."""
        names = [f"{id_}{'甲乙丙'[n]}" for n in range(members)]
        for n, name in enumerate(names):
            number = self.person(name, "2024-03-10" if n == died else "")
            relation = ("户主", "配偶", "子")[n]
            self.roster.append((id_, names[0], self.person(names[0]), name, number, relation, "低保户"))
        self.due += [(id_, "低保", month, due) for month in MONTHS]
        return names

    def pay(self, id_: str, name: str, month: str, yuan: int, account: str = "", day: str = "10") -> None:
        """One row of the list of payments."""
        row = (id_, name, self.person(name), "低保", month, f"{month}-{day}", yuan, account)
        self.paid.append((len(self.paid) + 1, *row))

    def files(self) -> dict[str, str]:
        """The files as they are loaded."""
        return {
            "低保名册.csv": table(_ROSTER, self.roster),
            "发放明细.csv": table(_PAID, self.paid),
            "资格名单.csv": table("低保证号,救助类型,所属期,应享金额(元)", self.due),
            "人口信息.csv": table("公民身份号码,姓名,户籍所在地,死亡日期", self.people),
            "收入.csv": table("序号,姓名,身份证号,收入类型,所属期,金额(元)", self.incomes),
        }


def office() -> Office:
    """One office, a household a scene."""
    o = Office()
    for id_, account in (("AGAIN", "622200000001"), ("ELSEWHERE", "622200000002"), ("ONCE", None)):
        (name,) = o.household(id_)
        for month in MONTHS:
            o.pay(id_, name, month, 600, "622200000001")
        if account:
            o.pay(id_, name, "2024-06", 600, account, day="25")
    # The same line twice in the file is one payment.
    (name,) = o.household("SAME-LINE")
    for month in MONTHS:
        o.pay("SAME-LINE", name, month, 600)
    o.paid.append(o.paid[-1])
    # Persons, each paid a part in a row of their own: in full, one of them short, one of them after death.
    for id_, members, died in (("PARTS", 3, None), ("SHORT", 2, None), ("DIED", 2, 1), ("HEAD-DIED", 2, 0)):
        names = o.household(id_, members, 300 * members, died)
        for month in MONTHS:
            for n, name in enumerate(names):
                if not (id_ == "SHORT" and n == 1 and month >= "2024-06"):
                    o.pay(id_, name, month, 300)
    # All is paid in the name of the head, who died: the others go on being paid.
    names = o.household("IN-HEADS-NAME", 2, died=0)
    for month in MONTHS:
        o.pay("IN-HEADS-NAME", names[0], month, 600)
    for id_, wages in (("JOBS", (700, 700)), ("JOB", (700,)), ("WAGES", (800, 600))):
        (name,) = o.household(id_)
        for month in MONTHS:
            o.pay(id_, name, month, 600)
            for wage in wages:
                row = (len(o.incomes) + 1, name, o.person(name), "工资", month, wage)
                o.incomes.append(row)
    return o


FILES = office().files()
found = found_in_files([FILES], [OVER, UNDER, DEAD, SIZE, MEANS, TWICE], RULES)

_NEWER = office()
for _month in ("2025-01", "2025-02"):
    _NEWER.pay("ONCE", "ONCE甲", _month, 600)
    _NEWER.pay("PARTS", "PARTS甲", _month, 300)
# The same payments in another order, numbered anew, with two more months.
_LINES = dict.fromkeys(row[1:] for row in reversed(_NEWER.paid))
_NEWER.paid = [(n, *row) for n, row in enumerate(_LINES, 1)]
found_again = found_in_files([FILES, FILES, _NEWER.files()], [OVER, UNDER, DEAD, MEANS], RULES)


def test_a_month_paid_twice_is_paid_twice(found: FoundInFiles) -> None:
    over = found.by_household(OVER)
    assert over.keys() == {"AGAIN", "ELSEWHERE"}
    for facts in over.values():
        assert facts["surplus"] == 60000 and facts["by_month"] == [
            {"month": "2024-06", "due": 60000, "paid": 120000}
        ]
    assert len(found.told("duplicate-row")) == 1


def test_persons_paid_in_parts_are_each_paid_their_part(found: FoundInFiles) -> None:
    under = found.by_household(UNDER)
    assert under.keys() == {"SHORT"} and under["SHORT"]["shortfall"] == 7 * 30000
    (told,) = found.told("payments-own")
    # 36 of three, 19 of two with both (5 months), 24 and 24.
    assert f"{36 + 10 + 24 + 24} 行" in told
    assert not found.by_household(TWICE)


def test_who_died_is_paid_after_death_in_a_row_of_his_own(found: FoundInFiles) -> None:
    dead = found.by_household(DEAD)
    assert dead.keys() == {"DIED", "HEAD-DIED"}
    assert {facts["amount"] for facts in dead.values()} == {9 * 30000}
    assert {facts["deaths"][0]["died_on"] for facts in dead.values()} == {"2024-03-10"}
    hidden = {
        f.scope_id: f.suppressed_by["rule"]
        for f in found.run.findings
        if f.suppressed_by and f.detector == DEAD.id
    }
    assert hidden == {"local:IN-HEADS-NAME": "surviving-members"}
    assert found.by_household(SIZE).keys() == {"IN-HEADS-NAME"}


def test_two_jobs_of_one_wage_are_two(found: FoundInFiles) -> None:
    rich = found.by_household(MEANS)
    assert rich.keys() == {"JOBS", "WAGES"}
    assert {m["per_head"] for facts in rich.values() for m in facts["means"]} == {1400.0}


def test_files_loaded_again_and_a_newer_extract_double_nothing(found_again: FoundInFiles) -> None:
    assert [bool(report.again) for report in found_again.loads] == [False, True, True]
    assert found_again.by_household(OVER).keys() == {"AGAIN", "ELSEWHERE"}
    assert {f["surplus"] for f in found_again.by_household(OVER).values()} == {60000}
    assert found_again.by_household(UNDER).keys() == {"SHORT"}
    assert {f["amount"] for f in found_again.by_household(DEAD).values()} == {9 * 30000}
    assert found_again.by_household(MEANS).keys() == {"JOBS", "WAGES"}
