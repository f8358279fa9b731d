"""Households that all of their members have left, by what lists state of each."""

from __future__ import annotations

from detectors.households.months import later
from detectors.households.paid import Recipient


def all_left(of: Recipient) -> dict[str, str]:
    """Person → the last day on which a list states that he left; empty where no list states it of somebody.

    None of a person's memberships lasts beyond the day stated of him: who came back left again, or has not left.
    """
    left: dict[str, str] = {}
    for m in of.members:
        if day := str(m.get("left_on") or ""):
            person = str(m["person_id"])
            left[person] = max(left.get(person, ""), day)
    if not left or left.keys() != of.persons:
        return {}
    # Of a month alone the end is its last day.
    stated = all(
        m["member_to"] and str(m["member_to"]) <= f"{later(left[str(m['person_id'])][:7], 1)}-01"
        for m in of.members
    )
    return left if stated else {}


def whole_known(of: Recipient) -> bool:
    """Are those who left all of the household, by what lists state?

    By the number of people that its lists give, else where a list of members names each of several without an end. A list
    of changes names those who change alone, and one of payments or of households often the head alone.
    """
    if of.people:
        return not of.unlisted
    listed = {str(m["person_id"]) for m in of.members if not m.get("left_on")}
    return len(of.persons) > 1 and listed == of.persons
