"""What covers a person: a recipient, a programme and a district, with the months paid; and which of them meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from detectors.definition import Parameter, Row, Values
from detectors.households.districts import apart
from detectors.households.paid import Recipient, Spell, recipients
from detectors.rules.values import settle

EXCLUSIVE: Final = Parameter(
    "exclusive_programs",
    "最低生活保障|特困;低保|特困;城市低保|农村低保;城市最低生活保障|农村最低生活保障",
    "",
    "不能同时享受的项目，写作“甲|乙”，以;分隔，按名称包含匹配",
    "programmes that exclude each other, as A|B, separated by ;, found within the names",
    form=r"([^|;]+\|[^|;]+(;[^|;]+\|[^|;]+)*)?",
)
OF_HOUSEHOLDS: Final = Parameter(
    "household_programs",
    "最低生活保障;低保",
    "",
    "按户发放的项目：发给任一成员即覆盖全户，以;分隔，按名称包含匹配",
    "programmes paid by household, which cover all of it whoever is paid, separated by ;, found within the names",
)


def exclude(one: str, two: str, stated: str) -> bool:
    """Do two programmes exclude each other? `stated`: see `EXCLUSIVE`."""
    pairs = [p.split("|") for p in stated.split(";") if p.count("|") == 1]
    return any(a and b and ((a in one and b in two) or (a in two and b in one)) for a, b in pairs)


def paid_by_household(values: Values) -> Callable[[Spell], bool]:
    """Whether a payment is for the whole household, by the rule of its place and month: see `OF_HOUSEHOLDS`."""

    def of_household(spell: Spell) -> bool:
        stated = str(settle(values, spell.region, f"{spell.month}-01")[OF_HOUSEHOLDS.name])
        return any(word.strip() and word.strip() in spell.program for word in stated.split(";"))

    return of_household


@dataclass
class Covering:
    """What covers somebody; `id`: the household or person paid; `same`: what its programme is called; spells by month."""

    of: Recipient
    id: str
    program: str
    program_id: str
    same: str
    region: str
    spells: dict[str, list[Spell]] = field(default_factory=lambda: defaultdict(list))

    @property
    def label(self) -> str:
        """The recipient's id without its scheme."""
        return self.id.partition(":")[2]

    def amount(self, month: str) -> int:
        """Minor units paid in a month, as far as amounts are stated."""
        return sum(s.amount or 0 for s in self.spells[month])


@dataclass(frozen=True)
class Overlap:
    """Two coverings of the same persons, and the months of both."""

    one: Covering
    two: Covering
    persons: tuple[str, ...]
    months: tuple[str, ...]


def overlaps(rows: Mapping[str, Sequence[Row]], of_households: Callable[[Spell], bool]) -> list[Overlap]:
    """Every two coverings that cover one person in one month; of several districts of one recipient, the longest two.

    `of_households`: is it paid for the whole household, whoever of it is named? What one place pays for one programme to
    several members is one payment in parts.
    """
    meeting: dict[tuple[int, int], tuple[Covering, Covering, set[str]]] = {}
    for person, coverings in sorted(_coverings(rows, of_households).items()):
        ordered = sorted(coverings, key=lambda c: (c.id, c.program_id, c.region))
        for one, two in combinations(ordered, 2):
            parts = one.id != one.of.id != two.id != one.id and one.same == two.same
            if parts and not apart(one.region, two.region):
                continue
            if one.spells.keys() & two.spells.keys():
                meeting.setdefault((id(one), id(two)), (one, two, set()))[2].add(person)
    longest: dict[tuple[str, ...], Overlap] = {}
    for one, two, persons in meeting.values():
        months = tuple(sorted(one.spells.keys() & two.spells.keys()))
        same = (one.id, two.id, one.program_id, two.program_id)
        if same not in longest or len(months) > len(longest[same].months):
            longest[same] = Overlap(one, two, tuple(sorted(persons)), months)
    return [longest[k] for k in sorted(longest)]


def _coverings(
    rows: Mapping[str, Sequence[Row]], of_households: Callable[[Spell], bool]
) -> dict[str, list[Covering]]:
    """Person → what covers them."""
    found: dict[str, list[Covering]] = defaultdict(list)
    for of in recipients(rows):
        paid: dict[tuple[str, str], list[Covering]] = defaultdict(list)
        covered: set[tuple[str, int]] = set()
        for spell in of.spells:
            id_ = spell.person or of.id
            covering = _of_place(paid[id_, spell.same], of, id_, spell)
            covering.spells[spell.month].append(spell)
            inside = [m["person_id"] for m in of.members_in(spell.month)]
            if spell.person:
                inside = [spell.person, *(inside if of_households(spell) else ())]
            for person in inside:
                if (person, id(covering)) not in covered:
                    covered.add((person, id(covering)))
                    found[person].append(covering)
    return found


def _of_place(known: list[Covering], of: Recipient, id_: str, spell: Spell) -> Covering:
    """The covering of the place that pays: a street and its district are one place, and so is one not stated."""
    for covering in known:
        if not apart(spell.region, covering.region):
            return covering
    known.append(Covering(of, id_, spell.program, spell.program_id, spell.same, spell.region))
    return known[-1]
