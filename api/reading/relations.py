"""找关系: who of a list is tied to whom, by what, with the chain that shows it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from api.datasets import Dataset
from graph.penetration import UnknownCompanyError, connecting_paths, controller, penetrate
from graph.penetration.days import day_number, today
from graph.penetration.edges import reach_up
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
    owned: list[_Owned] = []
    if "ownership" in kinds or "control" in kinds:
        owned = _owned(dataset, parties, day, kinds)
    others = [k for k in kinds if k not in ("ownership", "control")]
    related = _related(store, dataset, parties, day, others) if others else []
    # Chains take the time, and are looked for of those alone that are told.
    told = sorted(owned, key=lambda t: t.order)[:_MOST_TIES]
    found = [_tie(dataset, t.a, t.b, t.kind, t.via, t.ends, day) for t in told]
    every = len(owned) + len(related)
    found += sorted(related, key=_order)[: _MOST_TIES - len(found)]
    found.sort(key=_order)
    return found, every > len(found)


def _order(tie: dict[str, Any]) -> tuple[int, str, str, str]:
    return KINDS.index(tie["kind"]), tie["a"], tie["b"], tie["via"]["id"] if tie["via"] else ""


@dataclass(frozen=True, slots=True)
class _Owned:
    """A tie by ownership or control before its chains are looked for. `strength`: the smaller of what the holder has of both."""

    kind: str
    a: str
    b: str
    via: str | None
    ends: tuple[tuple[str, str], ...]
    strength: float

    @property
    def order(self) -> tuple[int, bool, float, str, str, str]:
        """Which goes before which where not all can be told: direct ones, then the largest."""
        return KINDS.index(self.kind), self.via is not None, -self.strength, self.a, self.b, self.via or ""


def _owned(dataset: Dataset, parties: Sequence[str], day: str, kinds: Sequence[str]) -> list[_Owned]:
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
    above = _Above(dataset, day)
    found = []
    for a, b in combinations(parties, 2):
        if "ownership" in kinds:
            for holder, held in ((a, b), (b, a)):
                if holder in owners[held]:
                    found.append(
                        _Owned("ownership", a, b, None, ((holder, held),), _held(owners[held][holder]))
                    )
            common = set(owners[a]) & set(owners[b]) - {a, b}
            for holder in _nearest(above, _not_through_one(common, owners, a, b), owners, a, b):
                strength = min(_held(owners[p][holder]) for p in (a, b))
                found.append(_Owned("ownership", a, b, holder, ((holder, a), (holder, b)), strength))
        if "control" in kinds:
            for one in (controllers[a] & controllers[b]) | ({a} & controllers[b]) | ({b} & controllers[a]):
                ends = tuple((one, party) for party in (a, b) if party != one)
                found.append(_Owned("control", a, b, None if one in (a, b) else one, ends, 1.0))
    return found


def _held(owner: Any) -> float:
    """What a holder has at least, of what is known: for an order alone."""
    return next((float(s) for s in (owner.share, owner.share_min, owner.share_max) if s is not None), 0.0)


def _not_through_one(common: set[str], owners: dict[str, dict[str, Any]], a: str, b: str) -> set[str]:
    """Holders in common without those that stand behind one of the two only through the other, which is told as that."""
    for holder, held in ((a, b), (b, a)):
        if one := owners[held].get(holder):
            common = {h for h in common if owners[held][h].depth < owners[holder][h].depth + one.depth}
    return common


class _Above:
    """What may stand above a company, asked once for each."""

    def __init__(self, dataset: Dataset, day: str):
        self._ownership, self._day = dataset.ownership, day
        self._known: dict[str, frozenset[str]] = {}

    def __call__(self, company: str) -> frozenset[str]:
        if company not in self._known:
            node = self._ownership.node_of(company)
            found: frozenset[str] = frozenset()
            if self._ownership.nodes["type"][node] == "Company":
                asked = np.array([node], dtype=np.int64)
                days = np.array([day_number(self._day)], dtype=np.int64)
                reach = reach_up(self._ownership.holding_edges, asked, days)
                found = frozenset(self._ownership.ids(reach.node)) - {company}
            self._known[company] = found
        return self._known[company]


def _nearest(above: _Above, common: set[str], owners: dict[str, dict[str, Any]], a: str, b: str) -> set[str]:
    """Holders in common without those that merely stand above another one."""
    if len(common) < 2:
        return common
    further: set[str] = set()
    for holder in common:
        for other in above(holder) & common:
            if all(owners[p][holder].depth < owners[p][other].depth for p in (a, b)):
                further.add(other)
    return common - further


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
    store: GraphStore, dataset: Dataset, parties: Sequence[str], day: str, kinds: Sequence[str]
) -> list[dict[str, Any]]:
    """Persons and contacts that two of the list share, and declared kin among their people."""
    found: list[dict[str, Any]] = []
    people: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for kind, (rel, direction, others) in _SHARED.items():
        if kind not in kinds and not (kind != "contact" and "relative" in kinds):
            continue
        shared: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for other in others:
            for row in _at(store, dataset, parties, rel, direction, other, day):
                shared[row["other"]].setdefault(row["party"], row)
                if kind != "contact":
                    people[row["other"]].setdefault(row["party"], row)
        if kind in kinds:
            for _, rows in sorted(shared.items()):
                if 2 <= len(rows) <= _HUB:
                    found += [_by(kind, a, b, rows[a], rows[b]) for a, b in combinations(sorted(rows), 2)]
    if "relative" in kinds:
        found += _kin(store, dataset, people, day)
    return found


def _at(
    store: GraphStore,
    dataset: Dataset,
    parties: Sequence[str],
    rel: str,
    direction: str,
    other: str,
    day: str,
) -> list[dict[str, Any]]:
    """Links of one type at the parties on a day, each with what stands at the other end."""
    told = "x.value" if other == "Contact" else "x.name"
    pattern = f"(x:{other})-[r:{rel}]->(c)" if direction == "in" else f"(c)-[r:{rel}]->(x:{other})"
    role = "x.kind" if other == "Contact" else "r.role"
    rows = store.query(
        f"{EACH}MATCH (c:Company {{id: i}}) {hop(pattern, 'r.key')}RETURN c.id AS party, x.id AS other, "
        f"{told} AS name, {role} AS role, r.key AS key, r.valid_from AS since, r.valid_to AS until, r.sources AS sources",
        {"ids": sorted({i for p in parties for i in dataset.same_party(p)})},
    ).to_pylist()
    for row in rows:
        row |= {end: dataset.canonical(row[end]) for end in ("party", "other")}
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


def _kin(
    store: GraphStore, dataset: Dataset, people: dict[str, dict[str, dict[str, Any]]], day: str
) -> list[dict[str, Any]]:
    """Declared relatives who stand behind two different parties of the list."""
    rows = store.query(
        f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[r:RELATED_TO]->(q:Person)', 'r.key')}"
        "RETURN p.id AS one, q.id AS other, r.relation AS relation, r.key AS key, r.valid_from AS since, "
        "r.valid_to AS until, r.sources AS sources",
        {"ids": sorted({i for p in people for i in dataset.same_party(p)})},
    ).to_pylist()
    for row in rows:
        row |= {end: dataset.canonical(row[end]) for end in ("one", "other")}
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
