"""Deaths among those a benefit is paid for: when, who is dead, and who lives on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from detectors.definition import Row
from detectors.households.months import later
from detectors.households.paid import Recipient, Spell, applicants

DEATHS_TOLD: Final = ("Person.died_on", "Person.cremated_on")
"""Where no death of anybody is loaded, that nobody has died is not known."""


def died_in(member: Row) -> str | None:
    """The month of a member's death, by the death register, else by the cremation register."""
    date = member["died_on"] or member["cremated_on"]
    return str(date)[:7] if date else None


def died_as_member(member: Row) -> str | None:
    """The month of a member's death, if it belonged to the household when it died.

    A membership that a register ends on the day of death, or in the month of a cremation, ended by the death.
    """
    month = died_in(member)
    if month is None or (member["member_from"] and str(member["member_from"])[:7] > month):
        return None
    left = str(member["member_to"] or "")
    before = left < str(member["died_on"])[: len(left)] if member["died_on"] else left[:7] < month
    return None if left and before else month


def died_as_members(of: Recipient) -> list[Row]:
    """Those who died while they belonged to the household, by id: of each one row, with the relation where any states it.

    Lists may each tell one membership, dated or not: it is one death.
    """
    told = sorted(of.members, key=lambda m: (str(m["person_id"]), not m["relation"], str(m["relation"])))
    dead: dict[str, Row] = {}
    for member in told:
        if died_as_member(member) is not None:
            dead.setdefault(str(member["person_id"]), member)
    return list(dead.values())


def death_told(member: Row) -> dict[str, str | None]:
    """A member's death as the facts tell it."""
    return {
        "id": str(member["person_id"]),
        "died_on": member["died_on"],
        "cremated_on": member["cremated_on"],
    }


def deaths_among(of: Recipient) -> dict[str, str]:
    """Person → month of death, for everybody who ever belonged to the recipient."""
    return {str(m["person_id"]): month for m in of.members if (month := died_in(m))}


def dead_by(members: Iterable[Row], month: str) -> set[str]:
    """Those of some members who died before a month, as far as the data say."""
    return {str(m["person_id"]) for m in members if (gone := died_in(m)) is not None and month > gone}


def deaths_told(of: Recipient, persons: Collection[str], month: str) -> list[dict[str, str | None]]:
    """The deaths before a month of these persons, as the facts tell them."""
    gone = dead_by(of.members, month) & set(persons)
    return [death_told(m) for m in {m["person_id"]: m for m in of.members if m["person_id"] in gone}.values()]


def dead(of: Recipient, spell: Spell, deaths: Mapping[str, str], grace: int) -> tuple[str, ...]:
    """Who had been dead, beyond `grace` months, of those the payment is for: all of them, or who applied."""
    gone = {p for p, month in deaths.items() if spell.month > later(month, grace)}
    if spell.person:
        return (spell.person,) if spell.person in gone else ()
    members = of.members_in(spell.month) or _died_last(of, spell.month)
    everybody = {str(m["person_id"]) for m in members}
    if everybody and everybody <= gone:
        return tuple(sorted(everybody))
    heads = [m for m in applicants(members) if m["relation"] in ("head", "applicant")]
    return tuple(sorted({str(m["person_id"]) for m in heads} & gone))


def living(of: Recipient, month: str) -> set[str]:
    """Members in a month who are not dead before it, as far as the data say."""
    return {
        str(m["person_id"]) for m in of.members_in(month) if (gone := died_in(m)) is None or month <= gone
    }


def _died_last(of: Recipient, month: str) -> list[Row]:
    """Where nobody is left in a month: the last who belonged to the household, if death is what ended it."""
    left = [m for m in of.members if m["member_to"] and str(m["member_to"])[:7] <= month]
    last = max((str(m["member_to"])[:7] for m in left), default="")
    latest = [m for m in left if str(m["member_to"])[:7] == last]
    return latest if all(died_as_member(m) for m in latest) else []
