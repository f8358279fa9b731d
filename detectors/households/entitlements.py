"""What recipients are entitled to, beside what they were paid, month by month.

Only months in which a programme paid anybody at all are compared: where no payments are loaded, nothing can be
said about who was left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Final
from weakref import WeakKeyDictionary

from detectors.definition import Row
from detectors.households.amounts import by_month
from detectors.households.deaths import died_in
from detectors.households.made_again import REVERSED, REVERSED_COLUMNS, made_again
from detectors.households.months import all_of_month, in_month, later
from detectors.households.paid import (
    BENEFIT_HOUSEHOLD,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    Recipient,
    Spell,
    as_shares,
    recipients,
)
from detectors.households.periods import Windows, between, fold, windows
from detectors.households.repeated import settled
from detectors.households.told_twice import counted_once
from detectors.rows import Rows
from graph.programs import may_be, same_programme

_ENTITLED: Final = (
    "g.id AS program_id, g.name AS program, e.month AS month, e.amount AS amount, e.valid_from AS entitled_from, "
    "e.valid_to AS entitled_to, e.key AS entitled_key"
)
_ENTITLED_COLUMNS: Final = (
    *("program_id", "program", "month", "amount"),
    *("entitled_from", "entitled_to", "entitled_key"),
)
_PERSON: Final = (
    "p.name AS member_name, p.hukou_region AS hukou_region, p.residence_permit_region AS permit_region, "
    "p.died_on AS died_on, p.cremated_on AS cremated_on"
)
_PERSON_COLUMNS: Final = ("member_name", "hukou_region", "permit_region", "died_on", "cremated_on")
ENTITLEMENTS: Final = {
    **RECIPIENTS,
    **REVERSED,
    "households": (
        f"MATCH (h:Household)-[e:ENTITLED_TO]->(g:Program) WHERE e.counted AND {BENEFIT_HOUSEHOLD} "
        f"RETURN h.id AS household_id, h.region AS region, {_ENTITLED}"
    ),
    "persons": (
        "MATCH (p:Person)-[e:ENTITLED_TO]->(g:Program) WHERE e.counted "
        f"RETURN p.id AS person_id, {_PERSON}, {_ENTITLED}"
    ),
    "declined": (
        "MATCH (n)-[d:DECLINES]->(g:Program) WHERE d.counted RETURN n.id AS party_id, g.id AS program_id, "
        "d.valid_from AS declined_from, d.valid_to AS declined_to, d.key AS declined_key"
    ),
}
ENTITLEMENTS_COLUMNS: Final = {
    **RECIPIENTS_COLUMNS,
    **REVERSED_COLUMNS,
    "households": ("household_id", "region", *_ENTITLED_COLUMNS),
    "persons": ("person_id", *_PERSON_COLUMNS, *_ENTITLED_COLUMNS),
    "declined": ("party_id", "program_id", "declined_from", "declined_to", "declined_key"),
}
PART_MONTH: Final = (
    "part-month",
    "名单在该月中途起止，按规定可自次月起发放或自当月停发",
    "the list begins or ends within the month: payments may begin with the next one, or stop with it",
)
DECLINED: Final = (
    "declined",
    "已放弃或拒绝该项待遇（有放弃日期）",
    "the benefit was declined or waived, with a date on file",
)
POPULATION: Final = "MATCH (n)-[:ENTITLED_TO]->(:Program) RETURN count(DISTINCT n.id) AS n"


@dataclass(frozen=True)
class Entitlement:
    """One recipient under one programme, called `same` however lists and payments spell it. `due`, `paid`: month → minor units (empty: not stated); nothing is due for one
    of several who had declined.

    `covered`: the months in which the programme paid anybody. `undated`: payments of it whose month is not stated.
    `of` may be paid nothing at all. `most`: as `due`, where lists disagree by the one that states most, and nothing for
    whoever had declined before the month. `spells`: what `paid` is made of. `listed`: whom the list names; empty where it names the household as a whole. `after`: months
    covered after all that the list states of the recipient, while it names others. `declined`: months covered by whose
    end the household, or everybody on the list, had declined, and was not put on it anew; `declined_keys`: the rows
    that say so. `waived`: month → who of the list had declined before it began (empty: the household as a whole), with
    the key of the row that says so. `reached`: months covered of which any row speaks. `least`: as `due`, of those alone
    who are on the list on every day of a month. `either`: a list repeats amounts at members, and what is due doesn't say
    whether they are the household's, as which they are counted, or a share of each. `skipped`: what is due in months
    between those covered in which the programme paid nobody, whoever it is. `again`: payments that came back and may have been
    made again, which `spells` count as not.

    Of a programme that is paid by the quarter or the like, what is due in a month is due for all that it pays for.
    """

    of: Recipient
    program_id: str
    program: str
    same: str
    due: Mapping[str, int | None]
    paid: Mapping[str, int | None]
    covered: frozenset[str]
    undated: int
    keys: tuple[str, ...]
    most: Mapping[str, int | None]
    spells: tuple[Spell, ...]
    listed: frozenset[str]
    after: frozenset[str]
    declined: frozenset[str]
    declined_keys: tuple[str, ...]
    waived: Mapping[str, Mapping[str, str]]
    reached: frozenset[str]
    least: Mapping[str, int | None]
    either: bool
    skipped: Mapping[str, int | None]
    again: tuple[Spell, ...] = ()

    @cached_property
    def made_again(self) -> Entitlement:
        """With each payment that may have been made again counted once more."""
        spells = (*self.spells, *self.again)
        return replace(self, spells=spells, paid=_paid(spells), again=()) if self.again else self

    @cached_property
    def as_shares(self) -> Entitlement:
        """With each amount that is repeated at members taken for a share of each, where that is open (`either`)."""
        if not self.either:
            return self
        spells = as_shares(self.spells)
        return replace(self, spells=spells, paid=_paid(spells), either=False)

    @cached_property
    def once(self) -> Mapping[str, int | None]:
        """As `paid`, what two lists may both tell counted once."""
        return _paid(counted_once(self.spells))

    @property
    def missing(self) -> list[str]:
        """Months due and not paid."""
        return sorted(m for m in self.due if m not in self.paid)

    def gap(self, month: str, floor: int) -> int | None:
        """Minor units short in a month due, from `floor` on; 0 where nothing is paid and no amount due is stated.

        None where nothing is short, or an amount that would tell is not stated.
        """
        due = self.due[month]
        if month not in self.paid:
            # Of nothing that is due nothing is short.
            return None if due == 0 else due or 0
        paid = self.paid[month]
        if due is None or paid is None:
            return None
        return due - paid if due - paid >= max(floor, 1) else None

    def short_once(self, month: str, floor: int) -> bool:
        """Is a month short only if what two lists may both tell is one payment?

        Where both together are what is due, they are told apart: each pays its part.
        """
        due, paid, once = self.due[month], self.paid.get(month), self.once.get(month)
        if due is None or paid is None or once is None or paid == due or not self.alive(month):
            return False
        return due - once >= max(floor, 1) > due - paid

    def in_part(self, month: str) -> bool:
        """Does the list begin or end within the month, and is what it states for the whole of it paid?"""
        due, least = self.due.get(month), self.least.get(month)
        if due is None or least is None or least >= due:
            return False
        paid = self.paid.get(month, 0)
        return paid is not None and paid >= least

    def alive(self, month: str) -> bool:
        """Was anybody of the recipient alive in the month, as far as the data say?"""
        return not self.of.members or any((d := died_in(m)) is None or month <= d for m in self.of.members)


_KNOWN: Final[WeakKeyDictionary[Rows, tuple[tuple[Sequence[Row], ...], list[Entitlement]]]] = (
    WeakKeyDictionary()
)
"""The entitlements of a run, by the rows of households: three detectors ask for them."""


def entitlements(rows: Mapping[str, Sequence[Row]]) -> list[Entitlement]:
    """Every entitlement, by recipient and programme: of a household, together with those of its members."""
    stated, beside = rows["households"], tuple(rows[n] for n in ENTITLEMENTS if n != "households")
    if not isinstance(stated, Rows):
        return _entitlements(rows)
    known = _KNOWN.get(stated)
    if known is None or any(one is not other for one, other in zip(known[0], beside, strict=True)):
        known = _KNOWN[stated] = (beside, _entitlements(rows))
    return list(known[1])


def _entitlements(rows: Mapping[str, Sequence[Row]]) -> list[Entitlement]:
    known = {of.id: of for of in recipients(rows)}
    paying: dict[str, set[str]] = defaultdict(set)
    for of in known.values():
        for s in of.spells:
            paying[s.same].add(s.month)
    members: dict[str, list[Row]] = defaultdict(list)
    homes: dict[str, set[str]] = defaultdict(set)
    for row in rows["members"]:
        members[row["household_id"]].append(row)
        homes[row["person_id"]].add(row["household_id"])
    stated: dict[tuple[str, str], list[Row]] = defaultdict(list)
    kinds: dict[str, Recipient] = {}
    for row in rows["households"]:
        id_ = row["household_id"]
        stated[id_, same_programme(row["program_id"])].append(row)
        kinds[id_] = Recipient("household", id_, str(row["region"] or ""), tuple(members.get(id_, ())), ())
    for row in rows["persons"]:
        id_ = min(homes.get(row["person_id"], ()), default=row["person_id"])
        stated[id_, same_programme(row["program_id"])].append(row)
        lone: dict[str, Any] = {
            **row,
            "relation": None,
            "member_from": None,
            "member_to": None,
            "member_key": "",
        }
        inside = tuple(members[id_]) if id_ in members else (lone,)
        kinds.setdefault(id_, Recipient("household" if id_ in members else "person", id_, "", inside, ()))
    whole: dict[str, list[Row]] = defaultdict(list)
    for (_, program), mine in stated.items():
        whole[program].extend(mine)
    covered: dict[str, set[str]] = {
        program: set().union(*(paying.get(n, ()) for n in may_be(program))) for program in whole
    }
    declined: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows["declined"]:
        for program in may_be(same_programme(row["program_id"])):
            declined[program][row["party_id"]].append(row)
    paid_for: dict[tuple[str, str], tuple[list[Spell], int]] = {}
    for (id_, program), mine in stated.items():
        movers = {str(r["person_id"]) for r in mine if len(homes.get(r.get("person_id") or "", ())) > 1}
        elsewhere = [known[h] for p in movers for h in homes[p] if h in known and h != id_]
        of, names = known.get(id_, kinds[id_]), may_be(program)
        spells = [s for s in of.spells if s.same in names]
        spells += [s for r in elsewhere for s in r.spells if s.same in names and _serves(r, s, movers)]
        undated = sum(s.same in names for r in (of, *elsewhere) for s in r.undated)
        paid_for[id_, program] = (spells, undated)
    by = {
        program: windows(
            covered[program],
            (
                (by_month(counted_once(paid_for[key][0])), partial(_due, mine, pick=min))
                for key, mine in stated.items()
                if key[1] == program
            ),
        )
        for program in whole
    }
    skipped = {program: between(covered[program], by[program]) for program in whole}
    reached = {program: _reached(rows_of, by[program]) for program, rows_of in whole.items()}
    again = made_again(rows["reversed"])
    found = []
    for (id_, program), mine in sorted(stated.items()):
        of, (spells, undated) = known.get(id_, kinds[id_]), paid_for[id_, program]
        each = {m for months_of_one in by[program].values() for m in months_of_one}
        keys = tuple(sorted({str(r["entitled_key"]) for r in mine}))
        listing = min(mine, key=lambda r: str(r["program_id"]))
        listed_as, name = str(listing["program_id"]), str(listing["program"] or program)
        listed = (
            frozenset() if any("household_id" in r for r in mine) else {str(r["person_id"]) for r in mine}
        )
        said = _said(id_, listed, mine, declined.get(program, {}))
        waived = _waived(said, each)
        months, waiver_keys = _declined(said, covered[program])
        # What all of them declined stays due, to be shown as declined where it is not paid.
        partly = {m: who for m, who in waived.items() if m not in months}
        due = fold(_due(mine, each, min, partly), by[program])
        spells = [*spells, *(s for s in spells if again.get(s.benefit))]
        told, either = settled(spells, due)
        alike = len(mine) == 1 and not waived
        most = due if alike else fold(_due(mine, each, max, waived), by[program])
        after = frozenset((_past(mine, covered[program]) & reached[program]) - due.keys())
        found.append(
            Entitlement(
                *(
                    of,
                    listed_as,
                    name,
                    program,
                    due,
                    _paid(told),
                    frozenset(covered[program]),
                    undated,
                    keys,
                    most,
                ),
                *(told, frozenset(listed), after),
                *(months, waiver_keys),
                waived,
                frozenset(_reached(mine, by[program])),
                _throughout(mine, by[program]),
                either,
                _due(mine, skipped[program], min, waived),
                tuple(s for s in told if again.get(s.benefit) is False),
            )
        )
    return found


def _paid(spells: Sequence[Spell]) -> dict[str, int | None]:
    """Minor units by month; a row of nothing is no payment."""
    return {m: amount for m, amount in by_month(spells).items() if amount != 0}


_Said = tuple[str, Sequence[Row], Sequence[Row]]
"""Who may have declined (empty: the household as a whole), the rows that say so, and the rows of the list on whom."""


def _said(
    id_: str, listed: Collection[str], mine: Sequence[Row], declined: Mapping[str, Sequence[Row]]
) -> list[_Said]:
    """What the recipient, or else everybody on the list, declined. `mine`: its rows of the list."""
    whole = declined.get(id_, ())
    if not listed or whole:
        return [("", whole, mine)]
    return [(p, declined.get(p, ()), [r for r in mine if r["person_id"] == p]) for p in sorted(listed)]


def _declined(each: Sequence[_Said], covered: set[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The months by whose end all of them had declined, and the rows that say so."""
    months = {
        m
        for m in covered
        if all(
            any(in_month(r["declined_from"], r["declined_to"], m) and not _anew(r, rows, m) for r in said)
            for _, said, rows in each
        )
    }
    keys = {str(r["declined_key"]) for _, said, _ in each for r in said} if months else set()
    return frozenset(months), tuple(sorted(keys))


def _waived(each: Sequence[_Said], covered: Iterable[str]) -> dict[str, dict[str, str]]:
    """Who had declined before a month began, and until its end: what is paid for the month of the day itself is due."""
    waived: dict[str, dict[str, str]] = defaultdict(dict)
    for who, said, rows in each:
        for row in said:
            start, end = str(row["declined_from"] or ""), str(row["declined_to"] or "")
            for m in covered:
                inside = start <= f"{m}-01" and (not end or end >= f"{later(m, 1)}-01")
                if inside and not _anew(row, rows, m):
                    waived[m].setdefault(who, str(row["declined_key"]))
    return dict(waived)


def _anew(declined: Row, rows: Sequence[Row], month: str) -> bool:
    """Was somebody who declined put on the list again by a month: after all of it that had begun by then was over?

    A row that begins later beside one without an end is a raised amount, and declined as well.
    """
    day = str(declined["declined_from"])
    spans = [(str(r["entitled_from"] or ""), r["entitled_to"]) for r in rows if not r["month"]]
    ends = [end for start, end in spans if start <= day]
    again = [start for start, _ in spans if start > day and start[:7] <= month]
    return bool(ends) and any(all(end and end <= start for end in ends) for start in again)


def _reached(rows: Sequence[Row], by: Windows) -> set[str]:
    """The months covered of which any of these rows of a list speaks: of any month that is paid for in it."""
    named = {r["month"][:7] for r in rows if r["month"]}
    spans = {(r["entitled_from"], r["entitled_to"]) for r in rows if not r["month"]}
    each = {m for months in by.values() for m in months}
    told = {m for m in each if m in named or any(in_month(start, end, m) for start, end in spans)}
    return {m for m, months in by.items() if not told.isdisjoint(months)}


def _past(rows: Sequence[Row], covered: set[str]) -> set[str]:
    """The months covered that lie after all these rows."""
    end = _ended(rows)
    return {m for m in covered if end and m >= end}


def _ended(rows: Sequence[Row]) -> str:
    """The first month that no row reaches, or empty where one has no end."""
    last = ""
    for row in rows:
        if row["month"]:
            last = max(last, later(row["month"][:7], 1))
        elif not row["entitled_to"]:
            return ""
        else:
            end = str(row["entitled_to"])
            # An end is not included: of one on the first of a month, nothing is due in that month.
            last = max(last, end[:7] if end[8:] in ("", "01") else later(end[:7], 1))
    return last


def _serves(of: Recipient, spell: Spell, persons: set[str]) -> bool:
    """Is a payment meant for one of these persons, of whom each belonged to several households?"""
    if spell.person:
        return spell.person in persons
    return any(m["person_id"] in persons for m in of.members_in(spell.month))


def _due(
    rows: Sequence[Row],
    covered: Iterable[str],
    pick: Callable[[list[int]], int],
    waived: Mapping[str, Collection[str]] | None = None,
) -> dict[str, int | None]:
    """What is due by month: rows that name the month, else of each household's or person's the one that began last.

    `pick`: which of several amounts that began on one day. `waived`: month → who had declined; nothing is due to them.
    """
    whose: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        whose[str(row.get("person_id") or "")].append(row)
    due: dict[str, int | None] = {}
    for month in covered:
        gone = (waived or {}).get(month, ())
        if gone and ("" in gone or whose.keys() <= set(gone)):
            due[month] = 0
            continue
        for who, mine in whose.items():
            named = [r for r in mine if r["month"] and r["month"][:7] == month]
            lasting = [
                r for r in mine if not r["month"] and in_month(r["entitled_from"], r["entitled_to"], month)
            ]
            # A list that was raised states the old amount without an end: the later row replaces it.
            began = max((r["entitled_from"] or "" for r in lasting), default="")
            latest = [r["amount"] for r in lasting if (r["entitled_from"] or "") == began]
            amounts = [r["amount"] for r in named] or (
                [None] if None in latest else [pick(latest)] if latest else []
            )
            for amount in [0] * bool(amounts) if who in gone else amounts:
                before = due.get(month, 0)
                due[month] = None if before is None or amount is None else before + int(amount)
    return due


def _throughout(rows: Sequence[Row], by: Windows) -> dict[str, int | None]:
    """What is due by month to those who are on the list on every day of it; the least where amounts follow one another.

    Of the months alone, and of all that is paid for together with them, within which a row begins or ends.
    """
    days = {str(day) for r in rows if not r["month"] for day in (r["entitled_from"], r["entitled_to"]) if day}
    within = {day[:7] for day in days if day[8:10] not in ("", "01")}
    whose: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        whose[str(row.get("person_id") or "")].append(row)
    due: dict[str, int | None] = {}
    for month in {m for months in by.values() if not within.isdisjoint(months) for m in months}:
        for mine in whose.values():
            for amount in _sure(mine, month):
                before = due.get(month, 0)
                due[month] = None if before is None or amount is None else before + int(amount)
    return fold(due, {m: months for m, months in by.items() if not within.isdisjoint(months)})


def _sure(rows: Sequence[Row], month: str) -> list[int | None]:
    """What one person's or household's rows state for the whole of a month; 0 where they speak of a part of it."""
    named = [r["amount"] for r in rows if r["month"] and r["month"][:7] == month]
    lasting = [r for r in rows if not r["month"] and in_month(r["entitled_from"], r["entitled_to"], month)]
    if named or not lasting:
        return named
    if not all_of_month([(r["entitled_from"], r["entitled_to"]) for r in lasting], month):
        return [0]
    started = [(str(r["entitled_from"] or ""), r["amount"]) for r in lasting]
    # Of those that were there when the month began, the one that began last replaced the others.
    last = max((day for day, _ in started if day <= f"{month}-01"), default="")
    amounts = [amount for day, amount in started if day >= last]
    return [None] if None in amounts else [min(amounts)]
