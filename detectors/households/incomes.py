"""What a recipient's members earn, beside a limit by head: whose income is not known, and whether that decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detectors.definition import Parameter, Row, Undecided, Values
from detectors.households.deaths import living
from detectors.households.months import months_said
from detectors.households.paid import Recipient, asset_queries
from graph.counted import counted

ADULT_AGE: Final = Parameter(
    "adult_age",
    18,
    "years",
    "满此年龄须有收入数据（出生日期不明的按成年计）",
    "from this age on income data are required (whoever's birth date is not known counts as grown up)",
    greatest=30,
)
BIRTHS: Final = asset_queries("births", "", "p.birth_date IS NOT NULL", "p.birth_date AS birth_date")


def minor(birth_date: Any, month: str, age: int) -> bool:
    """Is somebody known to be younger than `age` (years) in a month?"""
    born = str(birth_date or "")
    return bool(born) and f"{int(born[:4]) + age:04d}{born[4:7]}" > month


def without_income(earned: Sequence[Row], month: str, amount: str) -> bool:
    """Is it not known what somebody earns in a month: no row of it, or one without an `amount` (a column's name)?"""
    mine = [r for r in earned if r["month"] == month]
    return not mine or any(r[amount] is None for r in mine)


def incomes_unknown(
    of: Recipient, earned: Mapping[str, Sequence[Row]], born: Mapping[str, Sequence[Row]], values: Values
) -> Iterator[Undecided]:
    """Of months in which what is known lies within the limit: grown-up members whose income is not known."""
    months: list[str] = []
    lacking: set[str] = set()
    for month in of.months:
        rule = of.settled(values, month)
        if not float(rule["income_per_head_limit"]):
            continue
        found = {
            p
            for p in living(of, month)
            if not any(minor(r["birth_date"], month, int(rule["adult_age"])) for r in born.get(p, ()))
            and without_income(earned.get(p, ()), month, "income")
        }
        if found:
            months.append(month)
            lacking |= found
    if lacking:
        several = len(lacking)
        yield Undecided(
            of.kind,
            of.id,
            tuple(sorted(lacking)),
            f"{several}名成年成员在{months_said(months)}缺少收入数据，人均收入是否超过当地标准无法判定",
            f"no income of {counted(several, 'grown-up member')} is known for all of {months_said(months)}: whether income per "
            "head is above the local limit can't be decided",
        )


class Unlimited:
    """Of each district, the recipients whose income is known for a month of which no rule states a limit by head."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, of: Recipient, earned: Mapping[str, Sequence[Row]], values: Values) -> None:
        """Take a recipient of whom nothing is found; a rule that states 0 asks for no limit."""
        known = {r["month"] for p in of.persons for r in earned.get(p, ()) if r["month"]}
        for month in sorted(known.intersection(of.months), reverse=True):
            rule = of.settled(values, month)
            if not float(rule[_LIMIT]) and not any(r.parameter == _LIMIT for r in rule.rules):
                self._found[of.paying(month)][of.id] = month
                return

    def told(self) -> Iterator[Undecided]:
        """One a district."""
        for region, found in sorted(self._found.items()):
            months = months_said(sorted(set(found.values())))
            yield Undecided(
                "region",
                region or "-",
                tuple(sorted(found)[:_NAMED]),
                f"本地规则没有{region or '发放地不明的对象'}{months}的人均月收入标准（{_LIMIT}），{len(found)}户有收入数据的领取对象收入是否"
                "超过标准无法判定",
                f"the local rules state no limit of income per head ({_LIMIT}) for {region or 'payments of unknown region'} in "
                f"{months}: whether the known income of {counted(len(found), 'recipient')} is above it can't be decided",
            )


_LIMIT: Final = "income_per_head_limit"
_NAMED: Final = 200
"""Recipients of a district that are named; all are counted."""
