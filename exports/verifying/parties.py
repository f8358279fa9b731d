"""What a household's or a person's package lists of payments, incomes, vehicles and former members, held against its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from exports.evidence.veiling import STARS
from exports.verifying.enclosed import EDGES, FACTS, NODES, Enclosed
from exports.verifying.integrity import Fault
from visualize.abridge import first_day


@dataclass(frozen=True, slots=True)
class _Table:
    """A list of a party: the type of the rows that are listed, and which fields of an entry name their ends."""

    name: str
    type: str
    who: str
    what: str | None


_TABLES: Final = (
    _Table("payments", "RECEIVES", "recipient", "benefit"),
    _Table("incomes", "EARNS", "person", None),
    _Table("vehicles", "HOLDS_VEHICLE", "person", "vehicle"),
)
_FORMER: Final = "former"


def party_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Every enclosed row of the household's people is listed, or counted in what is not; nothing is listed that is not enclosed.

    Whether the rows enclosed are all that the store had follows from nothing in a package.
    """
    # Facts without a question are no package's, which is told elsewhere.
    asked = enclosed.facts.get("question") or {}
    if asked.get("kind") != "party" or asked.get("type") not in ("Household", "Person"):
        return
    party: Mapping[str, Any] = enclosed.facts.get("party") or {}
    for table in _TABLES:
        yield from _entries(enclosed, table, party.get(table.name) or ())
    yield from _former(enclosed, party)
    # Where people are masked a question's id is told as it is: neither households nor persons are told by another.
    id_ = str(asked["id"])
    people = {id_}
    if asked["type"] == "Household":
        people |= {e["source"] for e in enclosed.edges.values() if _member(e, id_)}
    for table in _TABLES:
        yield from _all_listed(enclosed, table, party, people)


def _member(edge: Mapping[str, str], household: str) -> bool:
    return edge["type"] == "MEMBER_OF" and edge["target"] == household


def _entries(enclosed: Enclosed, table: _Table, entries: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """What is listed is enclosed: each row, its ends, and what is told of them."""
    for n, entry in enumerate(entries):
        at = f"{FACTS} /party/{table.name}/{n}"
        rows = [enclosed.edges.get(key) for key in entry["rows"]]
        yield from _rows_enclosed(at, entry["rows"], enclosed)
        for name in (table.who, *((table.what,) if table.what else ())):
            if entry[name] not in enclosed.nodes:
                yield Fault(
                    f"{at}/{name}",
                    f"{entry[name]} 不在 {NODES} 中",
                    f"{entry[name]} is not in {NODES}",
                )
        mine = [
            r
            for r in rows
            if r
            and (r["type"], r["source"]) == (table.type, entry[table.who])
            and (table.what is None or r["target"] == entry[table.what])
            and ("kind" not in entry or (r.get("fact_kind") or r.get("kind") or None) == entry["kind"])
        ]
        if not mine:
            yield Fault(
                at,
                f"所列各行中没有 {table.type} 记录与此相符",
                f"none of the rows it lists is a row of {table.type} that says so",
            )


def _rows_enclosed(at: str, keys: Sequence[str], enclosed: Enclosed) -> Iterator[Fault]:
    for key in keys:
        if key not in enclosed.edges:
            yield Fault(f"{at}/rows", f"记录 {key} 不在 {EDGES} 中", f"its row {key} is not in {EDGES}")


def _all_listed(
    enclosed: Enclosed, table: _Table, party: Mapping[str, Any], people: set[str]
) -> Iterator[Fault]:
    entries, more = party.get(table.name) or (), party.get(f"{table.name}_more") or 0
    at = f"{FACTS} /party/{table.name}"
    rows = {key for entry in entries for key in entry["rows"]}
    listed = {entry[table.what] for entry in entries} if table.what else rows
    left_out = {
        edge["target"] if table.what else edge["id"]: _month(enclosed, edge)
        for edge in enclosed.edges.values()
        if edge["type"] == table.type and edge["source"] in people and _begun(enclosed, edge)
    }
    left_out = {id_: month for id_, month in left_out.items() if id_ not in listed}
    # The newest are listed first: what is counted alone is no newer than any of them.
    told = (_month(enclosed, enclosed.edges[k]) for k in rows if k in enclosed.edges)
    oldest = min(filter(None, told), default="")
    newer = {id_ for id_, month in left_out.items() if oldest and month > oldest}
    if len(left_out) > more or newer:
        one = min(newer or left_out)
        yield Fault(
            at,
            f"材料包中有 {len(left_out)} 项未列出，如 {one}；所称未列的为 {more} 项（先列较新的）",
            f"{len(left_out)} that are enclosed are not listed, such as {one}; {more} are said not to be, the oldest",
        )


def _month(enclosed: Enclosed, edge: Mapping[str, str]) -> str:
    """The month a payment or an income is of; empty of anything else."""
    if edge["type"] == "RECEIVES":
        return enclosed.nodes.get(edge["target"], {}).get("from_month") or ""
    return edge.get("month") or "" if edge["type"] == "EARNS" else ""


def _begun(enclosed: Enclosed, edge: Mapping[str, str]) -> bool:
    """Had it begun by the day of the package? Of one without a day everything enclosed had."""
    if enclosed.facts["as_of"] is None:
        return True
    day = first_day(str(enclosed.facts["as_of"]))
    return _month(enclosed, edge) <= day[:7] and (
        edge["type"] != "HOLDS_VEHICLE" or edge["valid_from"] <= day
    )


def _former(enclosed: Enclosed, party: Mapping[str, Any]) -> Iterator[Fault]:
    """Who left: those of whom a membership is enclosed and who stand not in the picture, with their rows alone."""
    asked = enclosed.facts["question"]
    if asked["type"] != "Household":
        return
    household, told = str(asked["id"]), party.get(_FORMER) or ()
    for n, who in enumerate(told):
        at = f"{FACTS} /party/{_FORMER}/{n}"
        yield from _rows_enclosed(at, (*who["rows"], *who["titles"]), enclosed)
        for part, type_ in (("rows", "MEMBER_OF"), ("titles", "HOLDS_PROPERTY")):
            for row in filter(None, map(enclosed.edges.get, who[part])):
                if (row["type"], row["source"]) != (type_, who["person"]) or (
                    part == "rows" and row["target"] != household
                ):
                    yield Fault(
                        f"{at}/{part}",
                        f"记录 {row['id']} 不是 {who['person']} 的 {type_}",
                        f"its row {row['id']} is no {type_} of {who['person']}",
                    )
    drawn = set(enclosed.facts["drawn"])
    if any(STARS in id_ for id_ in drawn):
        # An id that holds a home's number is told without it: who is drawn is not known by his id then.
        return
    gone = {e["source"] for e in enclosed.edges.values() if _member(e, household)} - drawn
    left_out = gone - {who["person"] for who in told}
    if len(left_out) > (party.get(f"{_FORMER}_more") or 0):
        yield Fault(
            f"{FACTS} /party/{_FORMER}",
            f"材料包中有曾为其成员而未列出的人员，如 {min(left_out)}",
            f"who belonged to it and is enclosed is not listed, such as {min(left_out)}",
        )
