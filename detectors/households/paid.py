"""Who is paid what and when: the Cypher for it, and recipients with their members and months.

A recipient is a household with its members, or a person paid without one. Benefit and registered (户籍)
households are never mixed: a household of unknown kind counts as a recipient only through what it is paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

from detectors.definition import Row, Undecided, Values
from detectors.households.months import in_month, months_of
from detectors.households.reissued import one_money
from detectors.households.told_by_name import by_number
from detectors.households.told_twice import counted_once
from detectors.rows import Rows
from detectors.rules.values import Settled, settle
from graph.programs import same_programme

BENEFIT_HOUSEHOLD: Final = "(h.kind IS NULL OR h.kind = 'benefit')"
_PERSON: Final = (
    "p.id AS person_id, p.name AS member_name, p.id_masked AS id_masked, p.hukou_region AS hukou_region, p.residence_permit_region AS permit_region, "
    "p.died_on AS died_on, p.cremated_on AS cremated_on"
)
_PERSON_COLUMNS: Final = (
    *("person_id", "member_name", "id_masked", "hukou_region", "permit_region", "died_on", "cremated_on"),
)
MEMBERS: Final = (
    f"MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person) WHERE m.counted AND {BENEFIT_HOUSEHOLD} "
    f"RETURN h.id AS household_id, {_PERSON}, m.relation_to_head AS relation, "
    "m.valid_from AS member_from, m.valid_to AS member_to, m.stated_to AS left_on, m.observed_on AS listed_on, "
    "m.key AS member_key, h.people AS people"
)
MEMBERS_COLUMNS: Final = (
    *("household_id", *_PERSON_COLUMNS),
    *("relation", "member_from", "member_to", "left_on", "listed_on", "member_key", "people"),
)
_BENEFIT: Final = (
    "b.id AS benefit_id, b.from_month AS from_month, b.to_month AS to_month, b.amount AS amount, "
    "b.region AS region, b.account_key AS account_key, b.account AS account, b.payee AS payee, b.people AS people, b.repeated AS repeated, "
    "g.id AS program_id, g.name AS program, r.key AS receives_key"
)
_BENEFIT_COLUMNS: Final = (
    *("benefit_id", "from_month", "to_month", "amount", "region"),
    *("account_key", "account", "payee", "people", "repeated", "program_id", "program", "receives_key"),
)
BENEFITS: Final = (
    "MATCH (h:Household)-[r:RECEIVES]->(b:Benefit) WHERE r.counted OPTIONAL MATCH (b)-[:UNDER]->(g:Program) "
    f"RETURN h.id AS household_id, h.region AS household_region, {_BENEFIT}"
)
BENEFITS_COLUMNS: Final = ("household_id", "household_region", *_BENEFIT_COLUMNS)
PERSONAL: Final = (
    "MATCH (p:Person)-[r:RECEIVES]->(b:Benefit) WHERE r.counted OPTIONAL MATCH (b)-[:UNDER]->(g:Program) "
    f"RETURN {_PERSON}, {_BENEFIT}"
)
"""Persons paid without a household, and whom a household's payment in parts names for each part."""
PERSONAL_COLUMNS: Final = (*_PERSON_COLUMNS, *_BENEFIT_COLUMNS)
RECIPIENTS: Final = {"members": MEMBERS, "benefits": BENEFITS, "personal": PERSONAL}
RECIPIENTS_COLUMNS: Final = {
    "members": MEMBERS_COLUMNS,
    "benefits": BENEFITS_COLUMNS,
    "personal": PERSONAL_COLUMNS,
}
POPULATION: Final = (
    "MATCH (h)-[:RECEIVES]->(b:Benefit) OPTIONAL MATCH (f:Household)-[:RECEIVES]->(b) "
    "WITH h, f WHERE NOT h.id STARTS WITH 'person' OR f.id IS NULL RETURN count(DISTINCT h.id) AS n"
)
"""Households, and persons paid without one."""


def asset_queries(name: str, pattern: str, where: str, returned: str) -> dict[str, str]:
    """Two queries for what recipients have: by way of their household, and of persons paid themselves.

    `pattern` goes on from `(p:Person)`; both return `person_id`, then `returned`.
    """
    member = "MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person)"
    paid = "MATCH (:Benefit)<-[m:RECEIVES]-(p:Person)"
    tail = f"RETURN DISTINCT p.id AS person_id, {returned}"
    return {
        name: f"{member}{pattern} WHERE m.counted AND {BENEFIT_HOUSEHOLD} AND {where} {tail}",
        f"{name}_alone": f"{paid}{pattern} WHERE m.counted AND {where} {tail}",
    }


@dataclass(frozen=True, slots=True)
class Spell:
    """One month one benefit was paid for; amount in minor units (empty: not stated); `person`: who is paid, if a person;
    `people`: for how many its list says it is (0: not stated). `repeated`: at how many members a list repeats the amount,
    which may be a share of each (0: at none; 1: the amount is all of their shares together)."""

    month: str
    amount: int | None
    program: str
    program_id: str
    region: str
    benefit: str
    key: str
    person: str
    account_key: str
    account: str
    payee: str
    people: int
    repeated: int = 0

    @property
    def in_all(self) -> int | None:
        """What is paid if a repeated amount is the share of each; in minor units."""
        return self.amount if self.amount is None else self.amount * max(1, self.repeated)

    @property
    def same(self) -> str:
        """What its programme is called, however it is spelt here."""
        return same_programme(self.program_id)


def as_shares(spells: Sequence[Spell]) -> tuple[Spell, ...]:
    """The payments, each repeated amount taken for one member's share: all of them together are paid."""
    return tuple(replace(s, amount=s.in_all, repeated=1) if s.repeated > 1 else s for s in spells)


@dataclass(frozen=True)
class Recipient:
    """A household or a lone person that is paid: `members` are rows of MEMBERS, `spells` sorted by month.

    `undated`: payments whose month is not stated (`month` is empty).
    """

    kind: str
    id: str
    region: str
    members: tuple[Row, ...]
    spells: tuple[Spell, ...]
    undated: tuple[Spell, ...] = ()

    @property
    def label(self) -> str:
        """For people: a household's number, a person's name."""
        return self.called(self.id)

    def called(self, id_: str) -> str:
        """What people call it or one of its members: by name, else by the id without its scheme."""
        names = {
            str(m["member_name"]) for m in self.members if m["person_id"] == id_ and m.get("member_name")
        }
        return min(names) if names else id_.partition(":")[2]

    @cached_property
    def persons(self) -> frozenset[str]:
        """Everybody who ever belonged to it."""
        return frozenset(str(m["person_id"]) for m in self.members)

    @cached_property
    def people(self) -> int:
        """How many people it has by what its lists say (家庭人口, 保障人口), the most of them; 0 where none says it."""
        paid = (s.people for s in (*self.spells, *self.undated))
        return max((*paid, *(int(m.get("people") or 0) for m in self.members)), default=0)

    @cached_property
    def unlisted(self) -> int:
        """How many of them no list names: what concerns all of a household can't be told by those that are known alone."""
        return max(0, self.people - len(self.persons))

    def for_one(self, spell: Spell) -> bool:
        """Is a payment for one person alone: a part of a household's, or paid to somebody who by all lists lives alone?"""
        return bool(spell.person) and not (self.kind == "person" and self.unlisted)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The months paid for, each once."""
        return tuple(sorted({s.month for s in self.spells}))

    def members_in(self, month: str) -> list[Row]:
        """Rows of those who belong to it on some day of the month."""
        return [m for m in self.members if in_month(m["member_from"], m["member_to"], month)]

    def left_out(self, month: str) -> list[str]:
        """Members in a month whom the newest dated list of its members does not name, though nothing says that they left."""
        listed: dict[str, str] = {}
        for m in self.members:
            person = str(m["person_id"])
            listed[person] = max(listed.get(person, ""), str(m.get("listed_on") or ""))
        newest = max(listed.values(), default="")
        # Who came after that list can't stand on it.
        since = {str(m["person_id"]) for m in self.members if str(m["member_from"] or "") > newest}
        inside = {str(m["person_id"]) for m in self.members_in(month) if not m["member_to"]} - since
        return sorted(p for p in inside if listed[p] < newest)

    def membership_keys(self, persons: Collection[str]) -> list[str]:
        """Keys of the memberships of these persons."""
        return [str(m["member_key"]) for m in self.members if m["person_id"] in persons]

    def paying(self, month: str) -> str:
        """The district that pays in the month; empty where the data don't say."""
        return next((s.region for s in self.spells if s.month == month and s.region), self.region)

    def settled(self, values: Values, month: str) -> Settled:
        """The rule of the paying district in the month."""
        return settle(values, self.paying(month), f"{month}-01")

    @cached_property
    def once(self) -> tuple[Spell, ...]:
        """The payments, without those that may tell again what others tell."""
        return counted_once(self.spells)

    def amount(self, months: Sequence[str]) -> int:
        """Minor units paid in these months; what two lists may both tell counts once."""
        wanted = set(months)
        return sum(s.amount or 0 for s in self.once if s.month in wanted)


_KNOWN: Final[WeakKeyDictionary[Rows, tuple[Sequence[Row], Sequence[Row], list[Recipient]]]] = (
    WeakKeyDictionary()
)
"""The recipients of a run, by its benefits: a dozen detectors ask for them."""


def recipients(rows: Mapping[str, Sequence[Row]]) -> list[Recipient]:
    """Every recipient, by id: households that are paid (or whose members are), and persons paid without one."""
    benefits, beside = rows["benefits"], (rows["members"], rows["personal"])
    if not isinstance(benefits, Rows):
        return _recipients(rows)
    known = _KNOWN.get(benefits)
    if known is None or known[0] is not beside[0] or known[1] is not beside[1]:
        known = _KNOWN[benefits] = (*beside, _recipients(rows))
    return list(known[2])


def _recipients(rows: Mapping[str, Sequence[Row]]) -> list[Recipient]:
    members: dict[str, list[Row]] = defaultdict(list)
    homes: dict[str, list[Row]] = defaultdict(list)
    for row in by_number(rows["members"]):
        members[row["household_id"]].append(row)
    for row in rows["members"]:
        homes[row["person_id"]].append(row)
    spells: dict[str, dict[tuple[str, str], Spell]] = defaultdict(dict)
    undated: dict[str, dict[str, Spell]] = defaultdict(dict)
    regions: dict[str, str] = {}
    alone: dict[str, Row] = {}
    parts = _parts(rows)
    for row in rows["benefits"]:
        regions[row["household_id"]] = str(row["household_region"] or "")
        part = parts.get(row["benefit_id"])
        _add({**row, "person_id": part} if part else row, [row], spells, undated)
    for row in rows["personal"]:
        if row["benefit_id"] in parts:
            continue
        if row["person_id"] not in homes:
            alone[row["person_id"]] = row
        _add(row, homes.get(row["person_id"]) or [{"household_id": row["person_id"]}], spells, undated)
    found = []
    for id_ in sorted({*spells, *undated}):
        lone = alone.get(id_)
        inside = members.get(id_, [])
        if lone is not None:
            inside = [{**lone, "relation": None, "member_from": None, "member_to": None, "member_key": ""}]
        paid = spells.get(id_, {})
        found.append(
            Recipient(
                "person" if lone is not None else "household",
                id_,
                regions.get(id_, ""),
                tuple(inside),
                one_money(_with_amounts([paid[k] for k in sorted(paid)])),
                tuple(s for _, s in sorted(undated.get(id_, {}).items())),
            )
        )
    return found


def _parts(rows: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """Of payments to a household whom each is for, where it is paid in parts to several of it."""
    named: dict[str, str] = {}
    for row in rows["personal"]:
        benefit, whose = row["benefit_id"], str(row["person_id"])
        named[benefit] = min(whose, named.get(benefit, whose))
    return {b: person for row in rows["benefits"] if (person := named.get(b := row["benefit_id"]))}


def _add(
    row: Row,
    homes: Sequence[Row],
    spells: dict[str, dict[tuple[str, str], Spell]],
    undated: dict[str, dict[str, Spell]],
) -> None:
    """A payment, month by month, to the one household that it belongs to in the month."""
    benefit = str(row["benefit_id"])
    if not row["from_month"]:
        told = undated[_home(homes, "")]
        told[benefit] = _first(told.get(benefit), _spell(row, ""))
        return
    # A spell without an end counts in its first month only, since no payment shows more.
    for month in months_of(row["from_month"], row["to_month"] or row["from_month"]):
        paid = spells[_home(homes, month)]
        paid[month, benefit] = _first(paid.get((month, benefit)), _spell(row, month))


def _first(known: Spell | None, told: Spell) -> Spell:
    """One telling of a payment: two lists may spell its programme otherwise, and name different persons for it."""
    return told if known is None else min(known, told, key=lambda s: (s.program_id, s.key, s.person))


def _with_amounts(spells: Sequence[Spell]) -> tuple[Spell, ...]:
    """Payments, of which one without an amount adds nothing to those of its recipient, programme and month that have one.

    One list may state the amount of what another only names. The id of a payment without one is what theirs begin with.
    """
    stated = {(s.month, s.benefit.rpartition("/")[0]) for s in spells if s.amount is not None}
    told = (s.amount is None and (s.month, s.benefit) in stated for s in spells)
    return tuple(replace(s, amount=0) if again else s for s, again in zip(spells, told, strict=True))


def _home(memberships: Sequence[Row], month: str) -> str:
    """Where a person belongs in a month, else belonged last: what a person is paid counts in one household."""
    if len(memberships) > 1:
        now = [m for m in memberships if month and in_month(m["member_from"], m["member_to"], month)]
        last = max(str(m["member_to"] or "9999") for m in memberships)
        memberships = now or [m for m in memberships if str(m["member_to"] or "9999") == last]
    return min(str(m["household_id"]) for m in memberships)


def _spell(row: Row, month: str) -> Spell:
    return Spell(
        month,
        row["amount"],
        str(row["program"] or ""),
        str(row["program_id"] or ""),
        str(row["region"] or row.get("household_region") or ""),
        str(row["benefit_id"]),
        str(row["receives_key"]),
        str(row.get("person_id") or ""),
        str(row["account_key"] or ""),
        str(row["account"] or ""),
        str(row["payee"] or ""),
        int(row["people"] or 0),
        int(row["repeated"] or 0),
    )


def without_months(of: Recipient) -> Iterator[Undecided]:
    """A recipient none of whose payments states its month: when it was paid, nobody can say."""
    if of.undated and not of.spells:
        yield Undecided(
            of.kind,
            of.id,
            (of.id,),
            "发放记录没有月份，无法判定",
            "the payments state no month: it can't be decided",
        )


def by_person(*tables: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows of several queries by `person_id`, each row once."""
    found: dict[str, dict[tuple[str, ...], Row]] = defaultdict(dict)
    for table in tables:
        for row in table:
            found[row["person_id"]][tuple(map(str, row.values()))] = row
    return {person: list(rows.values()) for person, rows in found.items()}


def applicants(members: Sequence[Row]) -> list[Row]:
    """Those who applied for the household: the applicant or head where the data say, else everybody."""
    for roles in (("applicant",), ("head",)):
        found = [m for m in members if m["relation"] in roles]
        if found:
            return found
    return list(members)
