"""找关系: who of a list is tied to whom, by what, with the chain that shows it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from api.datasets import Dataset
from api.reading.behind import CHAINS, POSTS, Met, Role, by_contacts, by_kin, by_one, by_who, stated
from graph.penetration import (
    Controller,
    Owner,
    UnknownCompanyError,
    connecting_paths,
    controller,
    penetrate,
)
from graph.penetration.days import day_number, today
from graph.penetration.edges import reach_up
from graph.stores import GraphStore

KINDS: Final = (
    "ownership",
    "control",
    "legal_representative",
    "officer",
    "different_roles",
    "relative",
    "contact",
)
_BY_STAKES: Final = frozenset({"ownership", "control", "different_roles", "relative"})
"""Kinds that are asked of holders and controllers."""
_MOST_TIES: Final = 500


def ties(
    store: GraphStore,
    dataset: Dataset,
    known: Sequence[Mapping[str, Any]],
    as_of: str | None,
    kinds: Sequence[str],
) -> tuple[list[dict[str, Any]], bool]:
    """Ties between parties (`id`, canonical; `type`; `name`), strongest kinds first, and whether some were left out.

    `ownership`: one holds the other, or both have a holder in common (the nearest ones: a holder above a holder that
    ties the same pair is left out). `control`: one controller. `legal_representative`, `officer`: one person (or
    company) has such a post at both, or one of the two has it at the other; `officer` also where it is the legal
    representative of one and has another post at the other. `different_roles`: a post at one and a stake in the other,
    or control of one and shares of the other. `relative`: declared kin, of which one is, runs, holds or controls the one
    and the other the other. `contact`: a contact of both.
    """
    day = as_of or today().isoformat()
    themselves = {p["id"]: Role(p["id"], p["id"], p["type"], p["name"], "itself", "itself") for p in known}
    parties = list(themselves)
    above = _Standing(dataset, parties, day) if _BY_STAKES.intersection(kinds) else None
    owned = _owned(dataset, parties, day, kinds, above) if above else []
    met, cut = _met(store, dataset, themselves, day, kinds, above)
    # Chains take the time, and are looked for of those alone that are told.
    told = sorted(owned, key=lambda t: t.order)[:_MOST_TIES]
    found = [_tie(dataset, t.a, t.b, t.kind, t.via, t.ends, day) for t in told]
    found += [m.to_json(dataset, day) for m in sorted(met, key=_met_order)[: _MOST_TIES - len(found)]]
    found.sort(key=_order)
    return found, cut or len(owned) + len(met) > len(found)


def _order(tie: dict[str, Any]) -> tuple[int, str, str, str]:
    return KINDS.index(tie["kind"]), tie["a"], tie["b"], tie["via"]["id"] if tie["via"] else ""


def _met_order(met: Met) -> tuple[int, str, str, str]:
    return KINDS.index(met.kind), met.a.party, met.b.party, met.via.id if met.via else ""


def _met(
    store: GraphStore,
    dataset: Dataset,
    themselves: Mapping[str, Role],
    day: str,
    kinds: Sequence[str],
    above: _Standing | None,
) -> tuple[list[Met], bool]:
    """Ties by who stands behind the parties, and by contacts; and whether kin of some could not be asked for."""
    found: list[Met] = []
    cut = False
    parties = list(themselves)
    if {*POSTS, "different_roles", "relative"}.intersection(kinds):
        roles = [role for what in POSTS for role in stated(store, dataset, parties, day, what)]
        roles += themselves.values()
        roles += above.roles() if above else []
        behind = by_who(roles)
        found += by_one(behind, kinds)
        if "relative" in kinds:
            kin, cut = by_kin(store, dataset, behind, day)
            found += kin
    if "contact" in kinds:
        found += by_contacts(stated(store, dataset, parties, day, "contact"))
    return found, cut


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


class _Standing:
    """Holders and controllers of each party on a day: of whoever is no company, or unknown to the ownership, none."""

    def __init__(self, dataset: Dataset, parties: Sequence[str], day: str):
        ownership = dataset.ownership
        self.owners: dict[str, dict[str, Owner]] = {party: {} for party in parties}
        self.controllers: dict[str, dict[str, Controller]] = {party: {} for party in parties}
        for party in parties:
            with contextlib.suppress(UnknownCompanyError):
                if ownership.nodes["type"][ownership.node_of(party)] == "Company":
                    self.owners[party] = {o.id: o for o in penetrate(ownership, party, day).owners}
                    found = controller(ownership, party, dt.date.fromisoformat(day)).controllers
                    self.controllers[party] = {c.id: c for c in found}
        self._types = {
            id_: ownership.nodes["type"][ownership.node_of(id_)]
            for known in self.controllers.values()
            for id_ in known
        }

    def roles(self) -> list[Role]:
        """All of them as what they are to the party."""
        found = []
        for party, owners in self.owners.items():
            found += [
                Role(
                    party,
                    o.id,
                    o.type,
                    o.name or "",
                    "holding",
                    "shareholder" if o.depth == 1 else "indirect_shareholder",
                    o.share,
                    o.share_min,
                    o.share_max,
                    _held(o),
                )
                for o in owners.values()
            ]
        for party, controllers in self.controllers.items():
            found += [
                Role(party, c.id, self._types[c.id], c.name or "", "control", "controller", size=1.0)
                for c in controllers.values()
            ]
        return found


def _owned(
    dataset: Dataset, parties: Sequence[str], day: str, kinds: Sequence[str], standing: _Standing
) -> list[_Owned]:
    owners, controllers = standing.owners, standing.controllers
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
            ruling = {p: set(controllers[p]) for p in (a, b)}
            for one in (ruling[a] & ruling[b]) | ({a} & ruling[b]) | ({b} & ruling[a]):
                ends = tuple((one, party) for party in (a, b) if party != one)
                found.append(_Owned("control", a, b, None if one in (a, b) else one, ends, 1.0))
    return found


def _held(owner: Owner) -> float:
    """What a holder has at least, of what is known: for an order alone."""
    return next((float(s) for s in (owner.share, owner.share_min, owner.share_max) if s is not None), 0.0)


def _not_through_one(common: set[str], owners: dict[str, dict[str, Owner]], a: str, b: str) -> set[str]:
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


def _nearest(
    above: _Above, common: set[str], owners: dict[str, dict[str, Owner]], a: str, b: str
) -> set[str]:
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
        chains = connecting_paths(ownership, holder, held, day, limit=CHAINS)
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
        "roles": [],
        "relation": None,
    }
