"""Households: who belongs to them, what they hold, also through companies, and what they are paid."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import polars as pl

from api.datasets import Dataset
from api.reading.holdings import holdings_or_none
from graph.household_members import told_again
from graph.penetration.days import today
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop

_THROUGH: Final = 200


def households_page(store: GraphStore, after: str, limit: int) -> list[dict[str, Any]]:
    """Households after an id, in the order of ids."""
    rows: list[dict[str, Any]] = store.query(
        "MATCH (h:Household) WHERE h.id > $after RETURN h.id AS id, h.kind AS kind, h.region AS region "
        "ORDER BY h.id LIMIT $limit",
        {"after": after, "limit": limit},
    ).to_pylist()
    return rows


def household(store: GraphStore, dataset: Dataset, id_: str) -> dict[str, Any]:
    """One household. Amounts in minor units of `currency`; `share` of a property as a fraction."""
    head = store.query(
        "MATCH (h:Household {id: $id}) RETURN h.id AS id, h.kind AS kind, h.region AS region, h.people AS people",
        {"id": id_},
    ).to_pylist()[0]
    stated = store.query(
        "MATCH (h:Household {id: $id}) MATCH (p:Person)-[r:MEMBER_OF]->(h) RETURN p.id AS id, p.name AS name, "
        "r.relation_to_head AS relation_to_head, r.stated_from AS stated_from, r.stated_to AS stated_to, "
        "r.valid_from AS valid_from, r.valid_to AS valid_to, "
        "p.hukou_region AS hukou_region, p.died_on AS died_on",
        {"id": id_},
    ).to_pylist()
    again = told_again(id_, stated, None, today().isoformat())
    members = _told_once(
        [
            {k: v for k, v in m.items() if k not in ("stated_from", "stated_to")}
            for m in stated
            if m["id"] not in again
        ]
    )
    # Who left and came back is a member twice, and holds a home once.
    ids = sorted({m["id"] for m in members})
    benefits = _benefits(store, id_, ids)
    said = [n for n in (head["people"], *(b.pop("people") for b in benefits)) if n]
    return {
        **head,
        "people": max(said, default=None),
        "members": sorted(members, key=_standing),
        "properties": [*_held(store, ids), *_named(_through_companies(store, dataset, ids), members)],
        "benefits": benefits,
    }


_FIRST: Final = ("head", "applicant", "spouse")


def _standing(member: dict[str, Any]) -> tuple[int, str, str, str]:
    """The head first, then the spouse; by name, since ids made with another key would order them otherwise."""
    relation = member["relation_to_head"]
    rank = _FIRST.index(relation) if relation in _FIRST else len(_FIRST)
    return rank, member["name"] or "", member["id"], member["valid_from"] or ""


_SAYS: Final = ("relation_to_head", "valid_from", "valid_to")


def _told_once(stated: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Memberships without those that another of the same person tells more of: a list of payments names members too.

    One that has ended and one that has not are two: who left and came back.
    """
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in stated:
        kept.setdefault((row["id"], *(row[k] for k in _SAYS)), row)
    # Compared with those of the same person and end alone: some households have thousands of members.
    beside: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in kept.values():
        beside[row["id"], row["valid_to"]].append(row)
    return [
        row
        for row in kept.values()
        if not any(_says_more(other, row) for other in beside[row["id"], row["valid_to"]])
    ]


def _says_more(other: dict[str, Any], row: dict[str, Any]) -> bool:
    """Does another of the same person and end say all that a row says?"""
    return other is not row and all(row[k] in (None, other[k]) for k in _SAYS)


def _named(rows: list[dict[str, Any]], members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {m["id"]: m["name"] for m in members}
    return [{**row, "owner_name": names.get(row["owner"])} for row in rows]


_PROPERTY: Final = (
    "x.id AS id, x.kind AS kind, x.area_m2 AS area_m2, x.address AS address, x.region AS region, r.status AS status, "
    "r.share AS share, r.holding_form AS holding_form, r.acquired_by AS acquired_by, r.valid_from AS valid_from, "
    "r.valid_to AS valid_to"
)


def _held(store: GraphStore, persons: list[str]) -> list[dict[str, Any]]:
    rows = store.query(
        f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[r:HOLDS_PROPERTY]->(x:Property)', 'r.key')}"
        f"RETURN p.id AS owner, p.name AS owner_name, {_PROPERTY}",
        {"ids": persons},
    ).to_pylist()
    return [{**row, "through": None} for row in sorted(rows, key=lambda r: (r["id"], r["owner"]))]


def _through_companies(store: GraphStore, dataset: Dataset, persons: list[str]) -> list[dict[str, Any]]:
    """What companies hold that a member holds today, at any depth."""
    held: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for person in persons:
        for company in holdings_or_none(store, dataset, person, today().isoformat(), _THROUGH):
            held.setdefault(company["id"], []).append((person, company))
    if not held:
        return []
    nodes = dataset.ownership.nodes_of(pl.Series(sorted(held), dtype=pl.String()))
    aliases = dataset.ownership.aliases_of(nodes)
    known = dict(zip(aliases["id"].to_list(), aliases["head"].to_list(), strict=True))
    rows = store.query(
        f"{EACH}MATCH (c:Company {{id: i}}) {hop('(c)-[r:HOLDS_PROPERTY]->(x:Property)', 'r.key')}"
        f"RETURN c.id AS company, {_PROPERTY}",
        {"ids": sorted(known)},
    ).to_pylist()
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        company = known[row.pop("company")]
        for person, holding in held[company]:
            through = {"id": company, "name": holding["name"], "effective_share": holding["share"]}
            found[row["id"], person, company] = {
                "owner": person,
                "owner_name": None,
                **row,
                "through": through,
            }
    return [found[key] for key in sorted(found)]


def _benefits(store: GraphStore, household_id: str, persons: list[str]) -> list[dict[str, Any]]:
    told = "g.id AS program, b.from_month AS from_month, b.to_month AS to_month, b.amount AS amount, b.currency AS currency, b.people AS people"
    rows = store.query(
        f"MATCH (h:Household {{id: $id}}) MATCH (h)-[:RECEIVES]->(b:Benefit) MATCH (b)-[:UNDER]->(g:Program) RETURN b.id AS id, {told}",
        {"id": household_id},
    ).to_pylist()
    rows += store.query(
        f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[:RECEIVES]->(b:Benefit)', 'b.id')}"
        f"{hop('(b)-[:UNDER]->(g:Program)', 'g.id')}"
        f"RETURN b.id AS id, {told}",
        {"ids": persons},
    ).to_pylist()
    # Lists may spell the programme of one payment otherwise.
    once = {row["id"]: row for row in sorted(rows, key=lambda r: r["program"], reverse=True)}
    return sorted(once.values(), key=lambda r: (r["program"], r["from_month"] or "", r["id"]))
