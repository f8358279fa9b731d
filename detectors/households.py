"""Cypher, months and law that detectors of welfare recipients share.

A recipient is a household with its members, or a person paid without one. Benefit and registered (户籍)
households are never mixed: a household of unknown kind counts as a recipient only through what it is paid.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from weakref import WeakKeyDictionary

from detectors.definition import Draft, Evidence, LegalBasis, Row, Values
from detectors.law_texts import LAW_DATABASE
from detectors.rows import Rows
from detectors.rules import Settled, lies_within, settle

BENEFIT_HOUSEHOLD: Final = "(h.kind IS NULL OR h.kind = 'benefit')"
_PERSON: Final = (
    "p.id AS person_id, p.hukou_region AS hukou_region, p.residence_permit_region AS permit_region, "
    "p.died_on AS died_on, p.cremated_on AS cremated_on"
)
_PERSON_COLUMNS: Final = ("person_id", "hukou_region", "permit_region", "died_on", "cremated_on")
MEMBERS: Final = (
    f"MATCH (h:Household)<-[m:MEMBER_OF]-(p:Person) WHERE m.counted AND {BENEFIT_HOUSEHOLD} "
    f"RETURN h.id AS household_id, {_PERSON}, p.name AS member_name, m.relation_to_head AS relation, "
    "m.valid_from AS member_from, m.valid_to AS member_to, m.key AS member_key"
)
MEMBERS_COLUMNS: Final = (
    *("household_id", *_PERSON_COLUMNS),
    *("member_name", "relation", "member_from", "member_to", "member_key"),
)
_BENEFIT: Final = (
    "b.id AS benefit_id, b.from_month AS from_month, b.to_month AS to_month, b.amount AS amount, "
    "b.region AS region, b.account_key AS account_key, b.account AS account, b.payee AS payee, "
    "g.id AS program_id, g.name AS program, r.key AS receives_key"
)
_BENEFIT_COLUMNS: Final = (
    *("benefit_id", "from_month", "to_month", "amount", "region"),
    *("account_key", "account", "payee", "program_id", "program", "receives_key"),
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
PERSONAL_COLUMNS: Final = (*_PERSON_COLUMNS, *_BENEFIT_COLUMNS)
RECIPIENTS: Final = {"members": MEMBERS, "benefits": BENEFITS, "personal": PERSONAL}
RECIPIENTS_COLUMNS: Final = {
    "members": MEMBERS_COLUMNS,
    "benefits": BENEFITS_COLUMNS,
    "personal": PERSONAL_COLUMNS,
}
POPULATION: Final = "MATCH (h)-[:RECEIVES]->(:Benefit) RETURN count(DISTINCT h.id) AS n"

TAIL_ZH: Final = "本预警由数据比对自动生成，仅供核查参考，不作为认定违纪违法的依据。"
TAIL_EN: Final = "Made by comparing data, for verification only; it establishes no wrongdoing."


def assistance_law(
    old: str, old_zh: str, old_en: str, new: str = "", new_zh: str = "", new_en: str = ""
) -> tuple[LegalBasis, ...]:
    """Articles of the 2014 measures (to 2026-06-30) and of the law that follows them, each with what it says."""
    measures = LegalBasis(
        "社会救助暂行办法",
        "Interim Measures for Social Assistance",
        old,
        old_zh,
        old_en,
        in_force_from="2014-05-01",
        in_force_to="2026-07-01",
        link=LAW_DATABASE,
    )
    law = LegalBasis(
        "社会救助法",
        "Social Assistance Law",
        new,
        new_zh,
        new_en,
        in_force_from="2026-07-01",
        link=LAW_DATABASE,
    )
    return (measures, law) if new else (measures,)


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
    """One month one benefit was paid for; amount in minor units (empty: not stated); `person`: who is paid, if a person."""

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


@dataclass(frozen=True)
class Recipient:
    """A household or a lone person that is paid: `members` are rows of MEMBERS, `spells` sorted by month.

    `undated`: payments whose month is not stated.
    """

    kind: str
    id: str
    region: str
    members: tuple[Row, ...]
    spells: tuple[Spell, ...]
    undated: int = 0

    @property
    def label(self) -> str:
        """The id without its scheme, for people."""
        return self.id.partition(":")[2]

    @cached_property
    def persons(self) -> frozenset[str]:
        """Everybody who ever belonged to it."""
        return frozenset(str(m["person_id"]) for m in self.members)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The months paid for, each once."""
        return tuple(sorted({s.month for s in self.spells}))

    def members_in(self, month: str) -> list[Row]:
        """Rows of those who belong to it on some day of the month."""
        return [m for m in self.members if in_month(m["member_from"], m["member_to"], month)]

    def paying(self, month: str) -> str:
        """The district that pays in the month; empty where the data don't say."""
        return next((s.region for s in self.spells if s.month == month and s.region), self.region)

    def settled(self, values: Values, month: str) -> Settled:
        """The rule of the paying district in the month."""
        return settle(values, self.paying(month), f"{month}-01")

    def amount(self, months: Sequence[str]) -> int:
        """Minor units paid in these months."""
        wanted = set(months)
        return sum(s.amount or 0 for s in self.spells if s.month in wanted)


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
    homes: dict[str, list[str]] = defaultdict(list)
    for row in rows["members"]:
        members[row["household_id"]].append(row)
        homes[row["person_id"]].append(row["household_id"])
    spells: dict[str, dict[tuple[str, str], Spell]] = defaultdict(dict)
    undated: dict[str, int] = defaultdict(int)
    regions: dict[str, str] = {}
    alone: dict[str, Row] = {}
    for row in rows["benefits"]:
        regions[row["household_id"]] = str(row["household_region"] or "")
        _add(row, row["household_id"], spells, undated)
    for row in rows["personal"]:
        households = sorted(set(homes.get(row["person_id"], ())))
        if not households:
            alone[row["person_id"]] = row
        for id_ in households or [row["person_id"]]:
            _add(row, id_, spells, undated)
    found = []
    for id_ in sorted({*spells, *undated}):
        lone = alone.get(id_)
        inside = _once(members.get(id_, []))
        if lone is not None:
            inside = [{**lone, "relation": None, "member_from": None, "member_to": None, "member_key": ""}]
        paid = spells.get(id_, {})
        found.append(
            Recipient(
                "person" if lone is not None else "household",
                id_,
                regions.get(id_, ""),
                tuple(inside),
                tuple(paid[k] for k in sorted(paid)),
                undated.get(id_, 0),
            )
        )
    return found


def _once(members: Sequence[Row]) -> list[Row]:
    """Members, each once: a list of payments names the head without a number, whom the list of members has with one."""
    numbered = {m["member_name"] for m in members if not m["person_id"].startswith("person.scoped:")}
    return [
        m
        for m in members
        if not (m["person_id"].startswith("person.scoped:") and m["member_name"] in numbered)
    ]


def _add(
    row: Row, id_: str, spells: dict[str, dict[tuple[str, str], Spell]], undated: dict[str, int]
) -> None:
    if not row["from_month"]:
        undated[id_] += 1
        return
    region = str(row["region"] or row.get("household_region") or "")
    # A spell without an end counts in its first month only, since no payment shows more.
    for month in months_of(row["from_month"], row["to_month"] or row["from_month"]):
        spells[id_][month, row["benefit_id"]] = Spell(
            month,
            row["amount"],
            str(row["program"] or ""),
            str(row["program_id"] or ""),
            region,
            str(row["benefit_id"]),
            str(row["receives_key"]),
            str(row.get("person_id") or ""),
            str(row["account_key"] or ""),
            str(row["account"] or ""),
            str(row["payee"] or ""),
        )


def months_of(first: str, last: str) -> Iterator[str]:
    """The months from first to last (`YYYY-MM…`), both included."""
    year, month = int(first[:4]), int(first[5:7])
    while f"{year:04d}-{month:02d}" <= last[:7]:
        yield f"{year:04d}-{month:02d}"
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def in_month(start: str | None, end: str | None, month: str) -> bool:
    """Does a half-open span cover some day of the month?"""
    return (not start or start[:7] <= month) and (not end or end > f"{month}-01")


def by_person(*tables: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows of several queries by `person_id`, each row once."""
    found: dict[str, dict[tuple[str, ...], Row]] = defaultdict(dict)
    for table in tables:
        for row in table:
            found[row["person_id"]][tuple(map(str, row.values()))] = row
    return {person: list(rows.values()) for person, rows in found.items()}


def months_said(months: Sequence[str]) -> str:
    """The months as a person writes them: first and last."""
    return f"{months[0]}—{months[-1]}" if months[0] != months[-1] else months[0]


def yuan(amount: int) -> str:
    """Minor units as yuan."""
    return f"{amount / 100:,.2f}"


def draft(
    of: Recipient,
    months: Sequence[str],
    facts: Mapping[str, Any],
    words: Mapping[str, str],
    *,
    values: Values,
    nodes: Sequence[str] = (),
    keys: Sequence[str] = (),
    suppressed_by: tuple[str, str, str] | None = None,
) -> Draft:
    """A draft about one recipient over the months found: adds months, amount, programmes and the proof's payment."""
    found = sorted(set(months))
    paid = [s for s in of.spells if s.month in set(found)]
    amount = of.amount(found)
    programs = sorted({s.program for s in paid if s.program})
    told = {
        "as_of": found[-1],
        "months": {"from": found[0], "to": found[-1], "count": len(found)},
        "amount": amount,
        "currency": "CNY",
        "programs": programs,
        "identity": "id",
        **facts,
    }
    last = [s for s in paid if s.month == found[-1]]
    return Draft(
        scope_kind=of.kind,
        scope_id=of.id,
        identity={"household_id": of.id},
        subjects=(of.id,),
        facts=told,
        words={
            "household": of.label,
            "programs": "、".join(programs) or "—",
            "months": months_said(found),
            "amount": yuan(amount),
            **words,
        },
        date=f"{found[-1]}-01",
        regime=None,
        evidence=Evidence(
            tuple(sorted({of.id, *nodes, *(s.benefit for s in last)})),
            tuple(sorted({k for k in (*keys, *(s.key for s in last)) if k})),
        ),
        suppressed_by=suppressed_by,
        values=of.settled(values, found[-1]),
    )


_DISTRICT: Final = re.compile(
    r"(?:.+?(?:省|自治区))?(?P<city>.+?(?:市|自治州|地区|盟))?(?P<district>[^市县区旗]{1,10}(?:自治县|区|县|旗|市))(?!域)"
)
"""A province's, city's and district's name at the head of a place's; a city without districts has none."""


def outside(place: str | None, region: str) -> bool | None:
    """Is a place outside a region? None where the data don't say, or say it in two ways that can't be compared."""
    if not place or not region or place.isdigit() != region.isdigit():
        return None
    if lies_within(place, region):
        return False
    here, there = (_DISTRICT.match(x) for x in (place, region))
    # Two streets of one district: both pay, and register, for the district.
    return not (
        here
        and there
        and here["district"] == there["district"]
        and (not here["city"] or not there["city"] or here["city"] == there["city"])
    )


def applicants(members: Sequence[Row]) -> list[Row]:
    """Those who applied for the household: the applicant or head where the data say, else everybody."""
    for roles in (("applicant",), ("head",)):
        found = [m for m in members if m["relation"] in roles]
        if found:
            return found
    return list(members)


def died_in(member: Row) -> str | None:
    """The month of a member's death, by the death register, else by the cremation register."""
    date = member["died_on"] or member["cremated_on"]
    return str(date)[:7] if date else None


def later(month: str, by: int) -> str:
    """The month `by` months later."""
    count = int(month[:4]) * 12 + int(month[5:7]) - 1 + by
    return f"{count // 12:04d}-{count % 12 + 1:02d}"
