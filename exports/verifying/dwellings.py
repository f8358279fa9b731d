"""A household's dwellings counted again from the enclosed titles and memberships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from exports.verifying.enclosed import EDGES, Enclosed, number
from exports.verifying.integrity import Fault
from graph.names import UNNUMBERED, name_key

_OPEN = "9999-99-99"
_DETECTORS = ("household-multi-property", "household-property-through-company")


def dwelling_faults(enclosed: Enclosed, found: Mapping[str, Any], at: str) -> tuple[int, list[Fault]]:
    """How many dwellings were looked at, and what does not hold; nothing for findings that count none."""
    if found["detector"] not in _DETECTORS:
        return 0, []
    facts = found["facts"]
    faults = [
        f for n, one in enumerate(facts["dwellings"]) for f in _titles(enclosed, one, f"{at}/dwellings/{n}")
    ]
    household = found["scope"]["id"] if found["scope"]["kind"] == "household" else None
    counts = {
        m: sum(_held(enclosed, d, household, m) for d in facts["dwellings"]) for m in _months(facts["months"])
    }
    if facts["dwelling_count"] not in counts.values():
        most = max(counts.values(), default=0)
        faults.append(
            Fault(
                f"{at}/dwelling_count",
                f"写为 {facts['dwelling_count']} 套，按所附权属与成员记录任一月份均不符（最多 {most} 套）",
                f"is stated as {facts['dwelling_count']}; the enclosed titles and members give it in no month (at most {most})",
            )
        )
    faults += [
        f
        for n, period in enumerate(facts.get("dwelling_periods", ()))
        for f in _period(enclosed, found, household, period, f"{at}/dwelling_periods/{n}")
    ]
    return len(facts["dwellings"]), faults


def _period(
    enclosed: Enclosed, found: Mapping[str, Any], household: str | None, period: Mapping[str, Any], at: str
) -> Iterator[Fault]:
    """Months of a period in which fewer dwellings were held at one time, by the enclosed titles, than it states.

    More may be held than count: those of no stated use, or that the rules of a month leave out.
    """
    facts, stated = found["facts"], period["dwelling_count"]
    counts = {m: _at_once(enclosed, found, household, m) for m in _months(period)}
    short = {m: n for m, n in counts.items() if n < stated}
    if short:
        month, held = min(short.items())
        yield Fault(
            at,
            f"写为 {period['from']} 至 {period['to']} {stated} 套，按所附权属与成员记录，{month} 只有 {held} 套",
            f"states {stated} from {period['from']} to {period['to']}; the enclosed titles and members give {held} in {month}",
        )
    if stated > facts["dwelling_count"] or not facts["months"]["from"] <= period["from"] <= period["to"]:
        yield Fault(
            at,
            f"写为 {period['from']} 至 {period['to']} {stated} 套，与整条写明的月份或套数不符",
            f"states {stated} from {period['from']} to {period['to']}: not within the finding's months and count",
        )


def _at_once(enclosed: Enclosed, found: Mapping[str, Any], household: str | None, month: str) -> int:
    """How many of the dwellings were held on one day of a month: on the day on which they are most."""
    dead = set()
    if not found.get("suppressed_by"):
        told = found["facts"].get("deaths", ())
        # A masked package leaves the days of deaths out: then nobody is taken for dead, and more may be held than count.
        days_of = {d["id"]: d.get("died_on") or d.get("cremated_on") for d in told}
        dead = {id_ for id_, day in days_of.items() if day and day[:7] < month}
    spans: list[list[tuple[str, str]]] = []
    for dwelling in found["facts"]["dwellings"]:
        held = [
            span
            for holder in dwelling["holders"]
            if holder["id"] not in dead
            for row in _rows(enclosed, dwelling, holder)
            for stay in _stays(enclosed, holder["id"], household)
            if (span := _both(row, stay, holder.get("ended_by_next_owner") or "")) is not None
        ]
        spans.append(held)
    days = {f"{month}-01", *(start for held in spans for start, _ in held if start[:7] == month)}
    return max(sum(any(start <= day < end for start, end in held) for held in spans) for day in days)


def _both(row: Mapping[str, str], stay: tuple[str, str], next_owner: str) -> tuple[str, str] | None:
    """The days on which a title was held by a member; a day that is not known leaves it open."""
    start = max(row["valid_from"] or "", stay[0])
    end = min(row["valid_to"] or next_owner or _OPEN, stay[1])
    return (start, end) if start < end else None


def _stays(enclosed: Enclosed, person: str, household: str | None) -> list[tuple[str, str]]:
    """The spans in which somebody belonged to the household, rows included that tell of a return by name alone; of a person
    paid alone all time."""
    if household is None:
        return [("", _OPEN)]
    name = _name(enclosed, person)
    return [
        (row.get("valid_from") or "", row.get("valid_to") or _OPEN)
        for row in enclosed.edges.values()
        if row["type"] == "MEMBER_OF"
        and row["target"] == household
        and (
            enclosed.party(row["source"]) == enclosed.party(person)
            or (row["source"].startswith(UNNUMBERED) and name and _name(enclosed, row["source"]) == name)
        )
    ]


def _name(enclosed: Enclosed, person: str) -> str:
    node = enclosed.nodes.get(person)
    return name_key(pl.Series([node["name"] if node else ""], dtype=pl.String))[0] or ""


def _titles(enclosed: Enclosed, dwelling: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for holder in dwelling["holders"]:
        if not list(_rows(enclosed, dwelling, holder)):
            yield Fault(
                at,
                f"{holder.get('through') or holder['id']} 的权属在 {EDGES} 中没有相符的记录",
                f"{holder.get('through') or holder['id']} has no such title in {EDGES}",
            )


def _rows(
    enclosed: Enclosed, dwelling: Mapping[str, Any], holder: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    owner = enclosed.party(holder.get("through") or holder["id"])
    for row in enclosed.edges.values():
        if row["type"] != "HOLDS_PROPERTY" or enclosed.party(row["source"]) != owner:
            continue
        if row["target"] not in dwelling["properties"]:
            continue
        share = number(row, "share")
        same = (share is None) == (holder["share"] is None) and (
            share is None or abs(share - holder["share"]) <= 1e-9
        )
        same = same and (row.get("acquired_by") or None) == holder.get("acquired_by")
        if same and (row["valid_from"] or None, row["valid_to"] or None) == (holder["from"], holder["to"]):
            yield row


def _held(enclosed: Enclosed, dwelling: Mapping[str, Any], household: str | None, month: str) -> bool:
    return any(
        _in_month(row, month) and _member(enclosed, holder["id"], household, month)
        for holder in dwelling["holders"]
        for row in _rows(enclosed, dwelling, holder)
    )


def _member(enclosed: Enclosed, person: str, household: str | None, month: str) -> bool:
    if household is None:
        return True
    return any(
        row["type"] == "MEMBER_OF"
        and row["target"] == household
        and enclosed.party(row["source"]) == enclosed.party(person)
        and _in_month(row, month)
        for row in enclosed.edges.values()
    )


def _in_month(row: Mapping[str, str], month: str) -> bool:
    start, end = row.get("valid_from") or "", row.get("valid_to") or ""
    return (not start or start[:7] <= month) and (not end or end > f"{month}-01")


def _months(span: Mapping[str, Any]) -> Iterator[str]:
    year, month = map(int, span["from"].split("-")[:2])
    last = span["to"][:7]
    while (at := f"{year:04d}-{month:02d}") <= last:
        yield at
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
