"""找关系: who of a list is tied to whom, by what, with the chain that shows it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

from api.datasets import Dataset
from graph.penetration import UnknownCompanyError, connecting_paths, controller, penetrate
from graph.penetration.days import today
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.statements import SOURCE_SEPARATOR

KINDS: Final = ("ownership", "control", "legal_representative", "officer", "relative", "contact")
_MOST_TIES: Final = 500
_CHAINS: Final = 3
_HUB: Final = 50
"""A contact shared by more parties of the list's surroundings than this says nothing."""


def ties(
    store: GraphStore, dataset: Dataset, parties: Sequence[str], as_of: str | None, kinds: Sequence[str]
) -> tuple[list[dict[str, Any]], bool]:
    """Ties between parties (canonical ids), strongest kinds first, and whether some were left out.

    `ownership`: one holds the other, or both have a holder in common (the nearest ones: a holder above a holder that
    ties the same pair is left out). `control`: one controller. Other kinds: a person or contact they share.
    """
    day = as_of or today().isoformat()
    found: list[dict[str, Any]] = []
    if "ownership" in kinds or "control" in kinds:
        found += _owned(dataset, parties, day, kinds)
    others = [k for k in kinds if k not in ("ownership", "control")]
    if others:
        found += _related(store, parties, day, others)
    found.sort(key=lambda t: (KINDS.index(t["kind"]), t["a"], t["b"], t["via"]["id"] if t["via"] else ""))
    return found[:_MOST_TIES], len(found) > _MOST_TIES


def _owned(dataset: Dataset, parties: Sequence[str], day: str, kinds: Sequence[str]) -> list[dict[str, Any]]:
    ownership = dataset.ownership
    owners: dict[str, dict[str, Any]] = {}
    controllers: dict[str, set[str]] = defaultdict(set)
    for party in parties:
        try:
            if ownership.nodes["type"][ownership.node_of(party)] != "Company":
                owners[party] = {}
                continue
            owners[party] = {o.id: o for o in penetrate(ownership, party, day).owners}
            controllers[party] = {
                c.id for c in controller(ownership, party, dt.date.fromisoformat(day)).controllers
            }
        except UnknownCompanyError:
            owners[party] = {}
    found = []
    for a, b in combinations(parties, 2):
        if "ownership" in kinds:
            for holder, held in ((a, b), (b, a)):
                if holder in owners[held]:
                    found.append(_tie(dataset, a, b, "ownership", None, [(holder, held)], day))
            common = set(owners[a]) & set(owners[b]) - {a, b}
            for holder in sorted(_nearest(dataset, common, owners, a, b)):
                found.append(_tie(dataset, a, b, "ownership", holder, [(holder, a), (holder, b)], day))
        if "control" in kinds:
            for one in sorted(
                (controllers[a] & controllers[b]) | ({a} & controllers[b]) | ({b} & controllers[a])
            ):
                ends = [(one, party) for party in (a, b) if party != one]
                found.append(_tie(dataset, a, b, "control", None if one in (a, b) else one, ends, day))
    return found


def _nearest(
    dataset: Dataset, common: set[str], owners: dict[str, dict[str, Any]], a: str, b: str
) -> set[str]:
    """Holders in common without those that merely stand above another one."""
    if len(common) < 2:
        return common
    above: set[str] = set()
    ownership = dataset.ownership
    for holder in common:
        if ownership.nodes["type"][ownership.node_of(holder)] == "Company":
            for other in common - {holder}:
                shallower = all(owners[p][holder].depth < owners[p][other].depth for p in (a, b))
                if shallower and connecting_paths(ownership, other, holder, limit=1).paths:
                    above.add(other)
    return common - above


def _tie(
    dataset: Dataset, a: str, b: str, kind: str, via: str | None, ends: Sequence[tuple[str, str]], day: str
) -> dict[str, Any]:
    ownership = dataset.ownership
    paths: list[dict[str, Any]] = []
    for holder, held in ends:
        chains = connecting_paths(ownership, holder, held, day, limit=_CHAINS)
        paths += [p.to_json() for p in chains.paths]
    told = None
    if via is not None:
        node = ownership.node_of(via)
        told = {"id": via, "type": ownership.nodes["type"][node], "name": ownership.nodes["name"][node] or ""}
    return {
        "a": a,
        "b": b,
        "kind": kind,
        "via": told,
        "formula": "；".join(p["formula"] for p in paths),
        "paths": paths,
    }


_SHARED: Final = {
    "legal_representative": ("LEGAL_REP_OF", "in", ("Person", "Company")),
    "officer": ("OFFICER_OF", "in", ("Person", "Company")),
    "contact": ("HAS_CONTACT", "out", ("Contact",)),
}
"""Relationship type of a kind, which way it stands to a party, and what may be shared."""


def _related(
    store: GraphStore, parties: Sequence[str], day: str, kinds: Sequence[str]
) -> list[dict[str, Any]]:
    """Persons and contacts that two of the list share, and declared kin among their people."""
    found: list[dict[str, Any]] = []
    people: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for kind, (rel, direction, others) in _SHARED.items():
        if kind not in kinds and not (kind != "contact" and "relative" in kinds):
            continue
        shared: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for other in others:
            for row in _at(store, parties, rel, direction, other, day):
                shared[row["other"]].setdefault(row["party"], row)
                if kind != "contact":
                    people[row["other"]].setdefault(row["party"], row)
        if kind in kinds:
            for _, rows in sorted(shared.items()):
                if 2 <= len(rows) <= _HUB:
                    found += [_by(kind, a, b, rows[a], rows[b]) for a, b in combinations(sorted(rows), 2)]
    if "relative" in kinds:
        found += _kin(store, people, day)
    return found


def _at(
    store: GraphStore, parties: Sequence[str], rel: str, direction: str, other: str, day: str
) -> list[dict[str, Any]]:
    """Links of one type at the parties on a day, each with what stands at the other end."""
    told = "x.value" if other == "Contact" else "x.name"
    pattern = f"(x:{other})-[r:{rel}]->(c)" if direction == "in" else f"(c)-[r:{rel}]->(x:{other})"
    role = "x.kind" if other == "Contact" else "r.role"
    rows = store.query(
        f"{EACH}MATCH (c:Company {{id: i}}) {hop(pattern, 'r.key')}RETURN c.id AS party, x.id AS other, "
        f"{told} AS name, {role} AS role, r.key AS key, r.valid_from AS since, r.valid_to AS until, r.sources AS sources",
        {"ids": list(parties)},
    ).to_pylist()
    return [
        {**row, "type": other}
        for row in rows
        if (not row["since"] or row["since"] <= day) and (not row["until"] or day < row["until"])
    ]


def _by(kind: str, a: str, b: str, first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    links = [
        {
            "party": row["party"],
            "role": row["role"],
            "key": row["key"],
            "valid_from": row["since"],
            "valid_to": row["until"],
            "sources": (row["sources"] or "").split(SOURCE_SEPARATOR),
        }
        for row in (first, second)
    ]
    return {
        "a": a,
        "b": b,
        "kind": kind,
        "via": {"id": first["other"], "type": first["type"], "name": first["name"] or ""},
        "formula": " · ".join(str(row["role"] or kind) for row in (first, second)),
        "paths": [{"nodes": [a, first["other"], b], "links": links}],
    }


def _kin(store: GraphStore, people: dict[str, dict[str, dict[str, Any]]], day: str) -> list[dict[str, Any]]:
    """Declared relatives who stand behind two different parties of the list."""
    rows = store.query(
        f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[r:RELATED_TO]->(q:Person)', 'r.key')}"
        "RETURN p.id AS one, q.id AS other, r.relation AS relation, r.key AS key, r.valid_from AS since, "
        "r.valid_to AS until, r.sources AS sources",
        {"ids": sorted(people)},
    ).to_pylist()
    found: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for row in rows:
        holds = (not row["since"] or row["since"] <= day) and (not row["until"] or day < row["until"])
        if not holds or row["other"] not in people:
            continue
        for a, first in people[row["one"]].items():
            for b, second in people[row["other"]].items():
                if a != b:
                    one, two = (first, second) if a < b else (second, first)
                    pair = (*sorted((a, b)), *sorted((row["one"], row["other"])))
                    tie = _by("relative", one["party"], two["party"], one, two)
                    tie["formula"] = str(row["relation"] or "relative")
                    tie["paths"][0]["nodes"] = [one["party"], one["other"], two["other"], two["party"]]
                    found.setdefault(pair, tie)
    return [found[key] for key in sorted(found)]
