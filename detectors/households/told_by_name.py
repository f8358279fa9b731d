"""Members of whom lists of changes tell by name alone: whom, of those the household has with a number, they mean.

Within one household a name that one member bears with a number tells who left it, came back or died, as it does for
whoever reads the list (`graph.resolution.departures_by_name`). Where several bear it, it tells nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from detectors.definition import Row
from graph.household_members import known_by_number, meant_by_number

_DEATH: Final = ("died_on", "cremated_on")
_PERSON: Final = ("person_id", "member_name", "id_masked", "hukou_region", "permit_region", *_DEATH)
BY_NAME: Final = "by_name"
"""Of a row that names its member by name alone: the id that it is known by there."""
ADDS: Final = "adds"
"""Of such a row: is it what makes somebody a member again, or dead? An end alone takes away."""


def by_number(members: Sequence[Row]) -> Iterator[Row]:
    """The memberships (rows of `paid.MEMBERS`), each of who is known with a number as his.

    A row by name alone adds what those with a number don't tell: a return, the row that ended a membership, a death. A row
    by name without any day, of who is told with a number too, tells nothing of him.
    """
    # A list of payments names the head without a number, whom the list of members has with one.
    again = known_by_number((m["household_id"], m["person_id"], m["member_name"]) for m in members)
    if not again:
        yield from members
        return
    homes = {home for home, _ in again}
    there = (m for m in members if m["household_id"] in homes)
    whose = meant_by_number((m["household_id"], m["person_id"], m["member_name"]) for m in there)
    called: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    mine: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in members:
        home, person = str(row["household_id"]), str(row["person_id"])
        if (home, person) not in again:
            mine[home, person].append(row)
        elif (meant := whose.get((home, person))) is not None:
            called[home][meant].append(row)
    for (home, person), rows in mine.items():
        told = called[home][person] if home in called and person in called[home] else []
        yield from _with_told(rows, told) if told else rows


def _with_told(rows: Sequence[Row], told: Sequence[Row]) -> Iterator[Row]:
    """A member's rows, and what those by name (`told`) say of him."""
    death = next(({f: t[f] for f in _DEATH} for t in told if any(t[f] for f in _DEATH)), None)
    if death is None or any(r[f] for r in rows for f in _DEATH):
        death = {}
    rows = sorted(({**r, **death} for r in rows), key=lambda r: str(r["member_to"] or "9999"))
    ends = sorted(str(r["member_to"]) for r in rows if r["member_to"])
    returns = sorted(str(t["member_from"]) for t in told if ends and str(t["member_from"] or "") >= ends[0])
    rows = [_since_return(r, ends[0], returns) if returns else r for r in rows]
    yield from rows
    relation = next((r["relation"] for r in rows if r["relation"]), None)
    for row in told:
        ended = next((r for r in rows if row["member_to"] and r["member_to"] == row["member_to"]), None)
        last = ended or (rows[-1] if death and any(row[f] for f in _DEATH) else None)
        since = str(row["member_from"] or "")
        if since in returns:
            # Come back: until the next departure that any row tells.
            left = [str(r["member_to"]) for r in (row, *rows) if r["member_to"] and r["member_to"] > since]
            span = {"member_from": since, "member_to": min(left, default=None)}
        elif last is not None:
            # It says no more of him than that: who left was there since his own row says so.
            span = {"member_from": last["member_from"], "member_to": last["member_to"]}
        else:
            continue
        who = {f: rows[0][f] for f in _PERSON}
        adds = ended is None or any(row[f] and row[f] == death.get(f) for f in _DEATH)
        told_here = {"relation": row["relation"] or relation, BY_NAME: row["person_id"], ADDS: adds}
        yield {**row, **who, **span, **told_here}


def _since_return(row: Row, first_end: str, returns: Sequence[str]) -> Row:
    """A row that states a later end alone: it is of the membership that the last return before that end began."""
    end = str(row["member_to"] or "")
    before = [day for day in returns if day < end]
    if row["member_from"] or end <= first_end or not before:
        return row
    return {**row, "member_from": before[-1]}
