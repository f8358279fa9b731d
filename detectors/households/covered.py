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
from detectors.households.told_twice import told_again
from detectors.rules.values import settle
from graph.programs import is_known, may_be, same_programme

EXCLUSIVE: Final = Parameter(
    "exclusive_programs",
    "低保|特困;低保|五保;特困|五保;城市低保|农村低保",
    "",
    "不能同时享受的项目，写作“甲|乙”，以;分隔；低保、特困、五保等不论写法，按项目比较，其他按名称包含匹配；同时含甲乙两词的项目不算",
    "programmes that exclude each other, as A|B, separated by ;. Known ones (低保, 特困, 五保) however they are spelt, others "
    "found within the names; one whose name holds both words is neither",
    separator=";",
    form=r"([^|;]+\|[^|;]+(;[^|;]+\|[^|;]+)*)?",
)
OF_HOUSEHOLDS: Final = Parameter(
    "household_programs",
    "最低生活保障;低保",
    "",
    "按户发放的项目：发给任一成员即覆盖全户，以;分隔，按名称包含匹配",
    "programmes paid by household, which cover all of it whoever is paid, separated by ;, found within the names",
    separator=";",
)


def exclude(one: str, two: str, stated: str) -> bool:
    """Do two programmes, by their names, exclude each other? `stated`: see `EXCLUSIVE`."""
    pairs = [[word.strip() for word in p.split("|")] for p in stated.split(";") if p.count("|") == 1]
    return any(
        a and b and not _both(a, b, one) and not _both(a, b, two) and either
        for a, b in pairs
        for either in [(_meant(a, one) and _meant(b, two)) or (_meant(a, two) and _meant(b, one))]
    )


def _both(a: str, b: str, program: str) -> bool:
    """Does a name hold both words, neither within the other: 低保特困人员价格临时补贴 is paid beside either?"""
    return a in program and b in program and a not in b and b not in a


def _meant(word: str, program: str) -> bool:
    """Is this the programme that a rule means by a word?"""
    called, meant = same_programme(program), same_programme(word)
    if is_known(meant):
        return called in may_be(meant)
    return word in program


def paid_by_household(values: Values) -> Callable[[Spell], bool]:
    """Whether a payment is for the whole household, by the rule of its place and month: see `OF_HOUSEHOLDS`."""

    def of_household(spell: Spell) -> bool:
        stated = str(settle(values, spell.region, f"{spell.month}-01")[OF_HOUSEHOLDS.name])
        return any(word.strip() and word.strip() in spell.program for word in stated.split(";"))

    return of_household


@dataclass
class Covering:
    """What covers somebody; `id`: the household or person paid; `same`: what its programme is called; by month the
    spells, and the persons covered.
    """

    of: Recipient
    id: str
    program: str
    program_id: str
    same: str
    region: str
    spells: dict[str, list[Spell]] = field(default_factory=lambda: defaultdict(list))
    persons: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def label(self) -> str:
        """Who is paid, for people: a household's number, a person's name."""
        return self.of.called(self.id)

    def amount(self, month: str) -> int:
        """Minor units paid in a month, as far as amounts are stated."""
        return sum(s.amount or 0 for s in self.spells[month])

    def share(self, month: str, persons: int) -> int:
        """Of the amount of a month what falls on so many of those covered, in equal parts."""
        return self.amount(month) * persons // max(persons, len(self.persons[month]))


@dataclass(frozen=True)
class Overlap:
    """Two coverings of the same persons, and the months of both with those whom both cover in it.

    `told_twice`: in all of these months it may be one payment, told by household and by person.
    """

    one: Covering
    two: Covering
    covered: Mapping[str, frozenset[str]]
    told_twice: bool = False

    @property
    def months(self) -> tuple[str, ...]:
        """The months in which both cover somebody."""
        return tuple(sorted(self.covered))

    @property
    def persons(self) -> tuple[str, ...]:
        """Everybody whom both cover in some month."""
        return tuple(sorted(frozenset().union(*self.covered.values())))

    @property
    def amount(self) -> int:
        """Minor units paid twice: in each month the smaller of the two shares of those covered by both."""
        return sum(min(c.share(m, len(who)) for c in (self.one, self.two)) for m, who in self.covered.items())

    @property
    def in_parts(self) -> bool:
        """Does either cover others as well in these months, so that the amount is a share?"""
        return any(
            len(c.persons[m]) > len(who) for c in (self.one, self.two) for m, who in self.covered.items()
        )


def overlaps(rows: Mapping[str, Sequence[Row]], of_households: Callable[[Spell], bool]) -> list[Overlap]:
    """Every two coverings that cover one person in one month; of several districts of one recipient, the longest two.

    `of_households`: is it paid for the whole household, whoever of it is named? What one place pays for one programme to
    several members is one payment in parts.
    """
    meeting: dict[tuple[int, int], tuple[Covering, Covering]] = {}
    for coverings in _coverings(rows, of_households).values():
        ordered = sorted(coverings, key=lambda c: (c.id, c.program_id, c.region))
        for one, two in combinations(ordered, 2):
            parts = one.id != one.of.id != two.id != one.id and one.same in may_be(two.same)
            if not (parts and not apart(one.region, two.region)):
                meeting.setdefault((id(one), id(two)), (one, two))
    longest: dict[tuple[str, ...], Overlap] = {}
    again: dict[str, frozenset[Spell]] = {}
    for one, two in meeting.values():
        both = {m: frozenset(one.persons[m] & two.persons[m]) for m in one.spells.keys() & two.spells.keys()}
        covered = {m: both[m] for m in sorted(both) if both[m]}
        same = (one.id, two.id, one.program_id, two.program_id)
        if one.of.id == two.of.id and one.same in may_be(two.same):
            if one.of.id not in again:
                again[one.of.id] = told_again(one.of.spells)
            twice = again[one.of.id]
            sure = {m: who for m, who in covered.items() if not _again(one, two, m, twice)}
        else:
            sure = covered
        found = Overlap(one, two, sure or covered, not sure)
        if covered and (same not in longest or _rank(found) > _rank(longest[same])):
            longest[same] = found
    return [longest[k] for k in sorted(longest)]


def _rank(overlap: Overlap) -> tuple[bool, int]:
    return not overlap.told_twice, len(overlap.covered)


def _again(one: Covering, two: Covering, month: str, twice: frozenset[Spell]) -> bool:
    """Does all that one of them pays in a month tell again what the other one pays?"""
    return any(twice.issuperset(c.spells[month]) for c in (one, two))


def _coverings(
    rows: Mapping[str, Sequence[Row]], of_households: Callable[[Spell], bool]
) -> dict[str, list[Covering]]:
    """Person → what covers them in some month, in order of persons."""
    found: dict[str, list[Covering]] = defaultdict(list)
    for of in recipients(rows):
        paid: dict[str, list[Covering]] = defaultdict(list)
        covered: set[tuple[str, int]] = set()
        for spell in of.spells:
            id_ = spell.person or of.id
            covering = _of_place(paid[id_], of, id_, spell)
            covering.spells[spell.month].append(spell)
            inside = [str(m["person_id"]) for m in of.members_in(spell.month)]
            if spell.person:
                inside = [spell.person, *(inside if of_households(spell) else ())]
            covering.persons[spell.month].update(inside)
            for person in inside:
                if (person, id(covering)) not in covered:
                    covered.add((person, id(covering)))
                    found[person].append(covering)
    return dict(sorted(found.items()))


def _of_place(known: list[Covering], of: Recipient, id_: str, spell: Spell) -> Covering:
    """The covering of the place and programme: a street and its district are one place, and so is one not stated."""
    fitting = [c for c in known if spell.same in may_be(c.same) and not apart(spell.region, c.region)]
    if fitting:
        return next((c for c in fitting if c.same == spell.same), fitting[0])
    known.append(Covering(of, id_, spell.program, spell.program_id, spell.same, spell.region))
    return known[-1]
