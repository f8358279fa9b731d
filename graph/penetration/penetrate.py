"""Everyone behind a company (股权穿透): each holder at any depth, with the effective share and its bounds."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.penetration.controller import ControlAnswer, controller
from graph.penetration.days import day_number, iso_date
from graph.penetration.declared import Declared, declared_rows
from graph.penetration.flag import Flag
from graph.penetration.flags import frontier_flags
from graph.penetration.identities import IdentityMode
from graph.penetration.longest import Longest, longest_chain
from graph.penetration.methods import Shares, by_each_method, effective_shares, exact, tightest
from graph.penetration.owners import Owner, honoured, owners_of, shown, unknown_share
from graph.penetration.ownership import Ownership
from graph.penetration.paths import MAX_PATHS, Chains, Paths
from graph.penetration.register import TOLERANCE, Frontier, Register
from graph.penetration.shares import METHODS, FlowShares, flow_shares
from graph.penetration.tables import OwnershipError


@dataclass(frozen=True)
class Differing:
    """A holder whose share is not the same by every method: bounds by method (equal where exact; None: none)."""

    id: str
    shares: dict[str, tuple[float | None, float | None]]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object: a number a method where it is exact, else the pair of its bounds."""
        told = {
            m: shown(low) if low == high else [shown(low), shown(high)]
            for m, (low, high) in self.shares.items()
        }
        return {"id": self.id, **told}


@dataclass(frozen=True)
class Penetration:
    """The answer for one company; see `to_json`.

    `known_share`: the sum of the company's own register by lower bounds. `unknown_share`: what no ultimate holder
    above is known to hold, by lower bounds (a closed block's part apart). `bounds`: exact, tight or outer. `longest`:
    the chain with most links. `differing`: holders whose share depends on the method, which a loop makes it do; the
    loops are named in `warnings`. `declared`: declared indirect holdings beside what the links give, with the
    instances' ids in `instances`.
    """

    company: str
    name: str | None
    method: str
    as_of: str | None
    owners: tuple[Owner, ...]
    controller: ControlAnswer
    known_share: float
    unknown_share: float
    bounds: str
    longest: Longest
    differing: tuple[Differing, ...]
    declared: tuple[Declared, ...]
    instances: tuple[str, ...]
    warnings: tuple[Flag, ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON object; shares are fractions rounded to 10 decimals, owners by share, then id."""
        chosen = self.controller.controller
        ids = list(self.instances)
        return {
            "company": self.company,
            "name": self.name,
            "method": self.method,
            "as_of": self.as_of,
            "owners": [owner.to_json(self.method) for owner in self.owners],
            "controller": {"id": chosen.id, "via": chosen.via} if chosen else None,
            "known_share": shown(self.known_share),
            "unknown_share": shown(self.unknown_share),
            "bounds": self.bounds,
            "longest_chain": self.longest.to_json(),
            "methods_differ": [holder.to_json() for holder in self.differing],
            "declared": [said.to_json(ids) for said in self.declared],
            "warnings": [flag.to_json() for flag in self.warnings],
        }


class UnknownMethodError(OwnershipError):
    """A method that doesn't exist."""

    def __init__(self, asked: str):
        names = "、".join(METHODS)
        near = difflib.get_close_matches(asked, METHODS, 1)
        super().__init__(
            f"没有“{asked}”这种计算方法，可用：{names}。" + (f"是否指 {near[0]}？" if near else ""),
            f"No method {asked!r}; there are {', '.join(METHODS)}."
            + (f" Did you mean {near[0]}?" if near else ""),
        )


@dataclass(frozen=True)
class Looked:
    """A company looked through on a day: what its answers are made of. `node`: its node; `target`: its instance."""

    ownership: Ownership
    node: int
    day: int
    frontier: Frontier
    flows: FlowShares
    shares: Shares

    @property
    def target(self) -> int:
        """The company's instance."""
        return int(self.frontier.reach.targets[0])

    def flags(self, method: str | None = None) -> tuple[Flag, ...]:
        """What to know of the registers the answer rests on. `method`: the one asked for by name."""
        declared = declared_rows(self.ownership, self.frontier, self.day)
        return frontier_flags(
            self.ownership, self.frontier, self.flows, self.shares, declared, asked=method, day=self.day
        )


def look(
    ownership: Ownership,
    company_id: str,
    as_of: str | dt.date | None = None,
    method: str | None = None,
    identity: IdentityMode | None = None,
) -> Looked:
    """What is above a company, solved; see `penetrate` for arguments and errors."""
    if method is not None and method not in METHODS:
        raise UnknownMethodError(method)
    ownership = ownership.reading(identity or ownership.identity)
    day = day_number(as_of)
    node = ownership.node_of(company_id)
    if ownership.nodes["type"][node] == "Person":
        raise OwnershipError(
            f"“{company_id}”是自然人，不能穿透其股东；请给出企业编号。",
            f"{company_id!r} is a person and has no holders: give a company.",
        )
    frontier = Register(ownership, day).above(np.array([node], dtype=np.int64))
    flows = flow_shares(frontier)
    shares = tightest(frontier, effective_shares(ownership, frontier, flows, method))
    return Looked(ownership, node, day, frontier, flows, shares)


def penetrate(
    ownership: Ownership,
    company_id: str,
    as_of: str | dt.date | None = None,
    method: str | None = None,
    identity: IdentityMode | None = None,
) -> Penetration:
    """Look through a company's ownership on a date (default: today in Asia/Shanghai).

    `method`: integrated, stop_at_target or simple_paths. Where none is asked for, integrated; a holder inside a loop
    is answered by stop_at_target, and says so. Bounds are the tightest its registers allow, or labelled outer.
    Raises `UnknownCompanyError`, `UnknownMethodError`, `DateError`, and `OwnershipError` for a
    person.
    """
    looked = look(ownership, company_id, as_of, method, identity)
    ownership, frontier = looked.ownership, looked.frontier
    flows, shares = looked.flows, looked.shares
    declared = declared_rows(ownership, frontier, looked.day)
    instances = tuple(ownership.ids(frontier.reach.node).to_list())
    return Penetration(
        str(ownership.nodes["id"][looked.node]),
        ownership.nodes["name"][looked.node],
        method or "integrated",
        iso_date(looked.day),
        owners_of(ownership, frontier, flows, shares),
        controller(ownership, company_id, as_of),
        float(frontier.stated[looked.target]),
        unknown_share(ownership, frontier, flows, honoured(ownership, frontier, shares), declared),
        shares.bounds,
        longest_chain(frontier, instances, looked.target),
        _differing(looked, instances),
        tuple(declared),
        instances,
        frontier_flags(ownership, frontier, flows, shares, declared, asked=method, day=looked.day),
    )


def _differing(looked: Looked, ids: tuple[str, ...]) -> tuple[Differing, ...]:
    frontier = looked.frontier
    by = by_each_method(looked.ownership, frontier, looked.flows)
    found: list[Differing] = []
    for at in np.flatnonzero(frontier.depth > 0).tolist() if by else ():
        pairs = {m: (float(low[at]), float(high[at])) for m, (low, high) in by.items()}
        ends = np.array(list(pairs.values()))
        apart = np.nanmax(ends, axis=0, initial=0.0) - np.nanmin(ends, axis=0, initial=np.inf) > TOLERANCE
        if apart.any() or np.isnan(ends).any(axis=1).any() != np.isnan(ends).any(axis=1).all():
            found.append(Differing(ids[at], {m: _ends(*pair) for m, pair in pairs.items()}))
    return tuple(sorted(found, key=lambda d: d.id))


def _ends(low: float, high: float) -> tuple[float | None, float | None]:
    point = exact(low, high)
    if point is not None:
        return point, point
    return (None if np.isnan(low) else low), (None if np.isnan(high) else high)


def connecting_paths(
    ownership: Ownership,
    holder_id: str,
    company_id: str,
    as_of: str | dt.date | None = None,
    limit: int = MAX_PATHS,
) -> Paths:
    """Chains of holdings from a holder down to a company on a date, the shortest first.

    Raises `UnknownCompanyError`, `DateError`.
    """
    node, holder = ownership.node_of(company_id), ownership.node_of(holder_id)
    frontier = Register(ownership, day_number(as_of)).above(np.array([node], dtype=np.int64))
    at = int(frontier.reach.instance(np.array([0]), np.array([holder]), ownership.nodes.height)[0])
    if at < 0:
        return Paths((), False)
    return Chains(ownership, frontier).between(at, int(frontier.reach.targets[0]), limit)
