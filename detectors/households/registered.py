"""Whether those who applied for a household are registered outside the district that pays."""

from __future__ import annotations

from typing import Final

from detectors.definition import Parameter
from detectors.households.districts import outside
from detectors.households.home_region import paying_place
from detectors.households.paid import Recipient, applicants
from detectors.rules.values import Settled

_SAID: Final = {
    True: ("；户籍不在发放地", "; registered elsewhere"),
    False: ("", ""),
    None: ("；户籍是否在发放地不明", "; whether registered there is not known"),
}


def registered_elsewhere(of: Recipient, month: str, rule: Settled) -> tuple[bool | None, str, str]:
    """Any of them, in a month? None where the data don't say of all; with what a sentence adds, zh and en."""
    paying = paying_place(of, month, rule)
    each = [outside(m["hukou_region"], paying) for m in applicants(of.members_in(month))]
    elsewhere = None if not each or None in each else any(each)
    return (elsewhere, *_SAID[elsewhere])


PARAMETERS: Final = (
    Parameter(
        "residence_permit_from",
        "2026-07-01",
        "date",
        "自此日起，持发放地居住证者可在居住地申请（法律限于“有条件的地方”；各地可更早；空为不适用）",
        "from this day holders of a residence permit may apply where they live (the law: where conditions allow; earlier locally; "
        "empty: never)",
        citation="社会救助法第三十七条",
    ),
    Parameter(
        "resident_programs",
        "",
        "",
        "名称含这些词的项目按当地规定面向常住人口（以;分隔）",
        "programmes named with these words are open to residents by the local rule (separated by ;)",
        separator=";",
    ),
)


def open_to_residents(of: Recipient, month: str, words: str) -> bool:
    """Is everything paid in the month of programmes whose name has one of these words?"""
    named = [w for w in words.split(";") if w]
    return all(any(w in s.program for w in named) for s in of.spells if s.month == month)


PERMIT: Final = (
    "residence-permit",
    "持发放地居住证，施行日期之后可在居住地申请",
    "holds a residence permit of the paying district, where the rule of that date lets holders apply",
)
RESIDENTS: Final = (
    "resident-programme",
    "该项目按当地规定面向常住人口，不要求本地户籍",
    "the programme is open to residents by the local rule, wherever they are registered",
)
