"""Times in prison or another place of custody, beside the months that are paid for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.definition import Row, Undecided
from detectors.households.months import in_month, later
from detectors.households.paid import Recipient, Spell

CUSTODY: Final = (
    "MATCH (p:Person)-[k:IN_CUSTODY]->(u:Company) WHERE k.counted "
    "RETURN p.id AS person_id, u.id AS unit_id, u.name AS unit_name, k.kind AS custody_kind, "
    "k.valid_from AS kept_from, k.valid_to AS kept_to, k.key AS custody_key"
)
CUSTODY_COLUMNS: Final = (
    *("person_id", "unit_id", "unit_name", "custody_kind", "kept_from", "kept_to", "custody_key"),
)


KINDS: Final = frozenset({"sentence", "detention", "compulsory_treatment"})
"""What keeps somebody inside; a list without a kind is one of those who are."""
AT_LIBERTY: Final = (
    "at-liberty",
    "取保候审、社区矫正、缓刑、假释或监外执行等，人不在监所",
    "on bail, on probation, on parole or serving outside prison: the person is not inside",
)
OTHERS: Final = (
    "others-at-home",
    "户内尚有其他成员在家，属人口变化，应核查金额",
    "other members are at home: a change of the household's size, so that the amount is to be checked",
)
RECOVERED: Final = (
    "recovered",
    "在押期间发放的金额已在后续月份全部扣回",
    "all that was paid for the time in custody has been recovered in later months",
)
_OUTSIDE: Final = "at_liberty"


@dataclass(frozen=True, slots=True)
class Kept:
    """Times in custody of one person, by what their kind says: inside, at liberty, or a word that is not known."""

    inside: tuple[Row, ...]
    outside: tuple[Row, ...]
    unknown: tuple[Row, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words that are not known."""
        return tuple(sorted({str(r["custody_kind"]) for r in self.unknown}))

    def surely(self, month: str) -> tuple[Row, ...]:
        """The rows that keep the person inside all the month, none if any day of it was spent at liberty."""
        at_liberty = any(in_month(r["kept_from"], self._until(r), month) for r in self.outside)
        return () if at_liberty else _all_month(self.inside, month)

    def perhaps(self, month: str) -> tuple[Row, ...]:
        """The same, were the words that are not known custody too."""
        at_liberty = any(in_month(r["kept_from"], self._until(r), month) for r in self.outside)
        return () if at_liberty else _all_month((*self.inside, *self.unknown), month)

    def on_any_terms(self, month: str) -> tuple[Row, ...]:
        """The rows, of whatever kind, that together cover the month."""
        return _all_month((*self.inside, *self.outside, *self.unknown), month)

    def _until(self, row: Row) -> str | None:
        """Liberty ends where the list says so, or where the person is taken in again."""
        ends = [r["kept_from"] for r in self.inside if (r["kept_from"] or "") > (row["kept_from"] or "")]
        return min([*ends, *([row["kept_to"]] if row["kept_to"] else [])], default=None)


def by_kind(custody: Mapping[str, Sequence[Row]]) -> dict[str, Kept]:
    """Person → its times in custody."""
    found = {}
    for person, rows in custody.items():
        inside = tuple(r for r in rows if not r["custody_kind"] or r["custody_kind"] in KINDS)
        outside = tuple(r for r in rows if r["custody_kind"] == _OUTSIDE)
        rest = tuple(r for r in rows if r["custody_kind"] and r["custody_kind"] not in {*KINDS, _OUTSIDE})
        found[person] = Kept(inside, outside, rest)
    return found


Covering = Callable[[Kept, str], tuple[Row, ...]]
Paid = tuple[Spell, Mapping[str, Sequence[Row]]]
"""A payment, and who of those it is for was in custody by which rows."""


def kept_all_month(
    of: Recipient, spell: Spell, custody: Mapping[str, Kept], covering: Covering
) -> dict[str, tuple[Row, ...]]:
    """Person → the times in custody that together cover the whole month, of those the payment is for."""
    whose = [spell.person] if spell.person else [str(m["person_id"]) for m in of.members_in(spell.month)]
    each = {p: covering(custody[p], spell.month) for p in whose if p in custody}
    return {p: rows for p, rows in each.items() if rows}


def _all_month(rows: Sequence[Row], month: str) -> tuple[Row, ...]:
    """The rows that leave no day of the month outside, none where a day is; moved from one place to another is inside."""
    until, end, used = f"{month}-01", f"{later(month, 1)}-01", []
    for row in sorted(
        (r for r in rows if r["kept_from"]), key=lambda r: (r["kept_from"], r["kept_to"] or "9")
    ):
        to = row["kept_to"] or "9999-12-31"
        if until < end and row["kept_from"] <= until < to:
            used.append(row)
            until = to
    return tuple(used) if until >= end else ()


def nobody_else(of: Recipient, spell: Spell, kept: Mapping[str, Sequence[Row]]) -> bool:
    """Does the payment serve nobody at home?"""
    members = {str(m["person_id"]) for m in of.members_in(spell.month)}
    return of.for_one(spell) or (not of.unlisted and members <= set(kept))


def paid_inside(of: Recipient, custody: Mapping[str, Kept], covering: Covering) -> tuple[list[Paid], bool]:
    """The payments of months in custody: those that serve nobody else, if there are any; are these they?"""
    # What came back, and what was not moved at all, was not paid for its month.
    spells = [s for s in of.spells if s.amount is None or s.amount > 0]
    inside: list[Paid] = [(s, kept) for s in spells if (kept := kept_all_month(of, s, custody, covering))]
    alone = [(s, kept) for s, kept in inside if nobody_else(of, s, kept)]
    return alone or inside, bool(alone)


def unknown_kind(of: Recipient, custody: Mapping[str, Kept]) -> Undecided:
    """Whether somebody was in custody at all depends on a word that is not known."""
    persons = sorted(p for p in of.persons if p in custody and custody[p].unknown)
    words = "、".join(dict.fromkeys(w for p in persons for w in custody[p].words))
    return Undecided(
        of.kind,
        of.id,
        tuple(persons),
        f"在押类型“{words}”不认识，是否在押无法判定",
        f"the kind of custody “{words}” is not known: whether it means custody can't be decided",
    )


def recovered(of: Recipient, found: Sequence[Paid]) -> list[Spell]:
    """What came back of the programmes paid, from the first of these months on."""
    first, programmes = min(s.month for s, _ in found), {s.same for s, _ in found}
    return [s for s in of.spells if s.month >= first and s.same in programmes and (s.amount or 0) < 0]


def custody_told(row: Row) -> dict[str, Any]:
    """A time in custody as the facts tell it."""
    return {
        "id": row["person_id"],
        "place": row["unit_id"],
        "kind": row["custody_kind"],
        "from": row["kept_from"],
        "to": row["kept_to"],
    }
