"""Everyone behind a company (股权穿透): each holder at any depth, with the effective share and its bounds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph.penetration.controller import ControlAnswer, controller
from graph.penetration.days import day_number, iso_date
from graph.penetration.declared import declared_shares
from graph.penetration.flags import Flag, frontier_flags
from graph.penetration.identities import BASES, IdentityMode
from graph.penetration.methods import Shares, effective_shares, exact
from graph.penetration.ownership import Ownership
from graph.penetration.paths import MAX_PATHS, Chains, Paths
from graph.penetration.register import TOLERANCE, Frontier, Register
from graph.penetration.shares import LOW, METHODS, FlowShares, flow_shares
from graph.penetration.tables import OwnershipError


@dataclass(frozen=True)
class Owner:
    """A holder above the company.

    `share`: the effective share where it is exact, else None with `share_min` and `share_max` (None: not bounded by
    the data). `direct`: the share held directly (0 = none, None = not known exactly). `votes`: effective votes by
    the same method. `depth`: fewest links. `ultimate`: nobody above it is known. `method`: how its share was
    computed. `identity`: the weakest basis of the identities on the way.
    """

    id: str
    name: str | None
    type: str
    kind: str
    share: float | None
    share_min: float | None
    share_max: float | None
    direct: float | None
    depth: int
    ultimate: bool
    identity: str
    method: str
    votes: float | None


@dataclass(frozen=True)
class Penetration:
    """The answer for one company; see `to_json`.

    `unknown_share`: what no ultimate holder above is known to hold, by lower bounds (a closed block's part apart).
    """

    company: str
    name: str | None
    method: str
    as_of: str | None
    owners: tuple[Owner, ...]
    controller: ControlAnswer
    unknown_share: float
    warnings: tuple[Flag, ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON object; shares are fractions rounded to 10 decimals, owners by share, then id."""
        chosen = self.controller.controller
        return {
            "company": self.company,
            "name": self.name,
            "method": self.method,
            "as_of": self.as_of,
            "owners": [self._owner(owner) for owner in self.owners],
            "controller": {"id": chosen.id, "via": chosen.via} if chosen else None,
            "unknown_share": _shown(self.unknown_share),
            "warnings": [flag.to_json() for flag in self.warnings],
        }

    def _owner(self, owner: Owner) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": owner.id,
            "name": owner.name,
            "kind": owner.kind,
            "share": _shown(owner.share),
            "share_min": _shown(owner.share_min),
            "share_max": _shown(owner.share_max),
            "direct": _shown(owner.direct),
            "depth": owner.depth,
            "ultimate": owner.ultimate,
            "identity": owner.identity,
        }
        if owner.method != self.method:
            shown["method"] = owner.method
        return shown


def _shown(share: float | None) -> float | None:
    return None if share is None else round(float(share), 10)


class UnknownMethodError(OwnershipError):
    """A method that doesn't exist."""

    def __init__(self, asked: str):
        names = "、".join(METHODS)
        super().__init__(
            f"没有“{asked}”这种计算方法，可用：{names}。",
            f"No method {asked!r}; there are {', '.join(METHODS)}.",
        )


def penetrate(
    ownership: Ownership,
    company_id: str,
    as_of: str | dt.date | None = None,
    method: str | None = None,
    identity: IdentityMode = "standard",
) -> Penetration:
    """Look through a company's ownership on a date (default: today in Asia/Shanghai).

    `method`: integrated, stop_at_target or simple_paths. Where none is asked for, integrated; a holder inside a loop
    is answered by stop_at_target, and says so. Raises `UnknownCompanyError`, `UnknownMethodError`, `DateError`.
    """
    if method is not None and method not in METHODS:
        raise UnknownMethodError(method)
    ownership = ownership.reading(identity)
    day = day_number(as_of)
    node = ownership.node_of(company_id)
    if ownership.nodes["type"][node] == "Person":
        raise OwnershipError(
            f"“{company_id}”是自然人，不能穿透其股东；请给出企业编号。",
            f"{company_id!r} is a person and has no holders: give a company.",
        )
    frontier = Register(ownership, day).above(np.array([node], dtype=np.int64))
    flows = flow_shares(frontier)
    shares, cut = effective_shares(ownership, frontier, flows, method)
    owners = _owners(ownership, frontier, flows, shares)
    return Penetration(
        str(ownership.nodes["id"][node]),
        ownership.nodes["name"][node],
        method or "integrated",
        iso_date(day),
        owners,
        controller(ownership, company_id, as_of),
        _unknown(frontier, flows),
        frontier_flags(ownership, frontier, flows, cut, asked=method),
    )


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


def _owners(ownership: Ownership, frontier: Frontier, flows: FlowShares, shares: Shares) -> tuple[Owner, ...]:
    reach, links = frontier.reach, frontier.links
    target = int(reach.targets[0])
    mine = np.flatnonzero(links.company == target)
    direct = {int(links.holder[i]): exact(float(links.low[i]), float(links.high[i])) for i in mine}
    declared = declared_shares(ownership, frontier)
    nodes = ownership.nodes[reach.node]
    owners = []
    for at, (id_, type_, name, kind) in enumerate(nodes.select("id", "type", "name", "kind").iter_rows()):
        if at == target or frontier.depth[at] < 0:
            continue
        low, high = float(shares.low[at]), float(shares.high[at])
        point = None if shares.partial[at] else exact(low, high)
        method = shares.method[at]
        if point is None and low - TOLERANCE <= declared.get(at, -1.0) <= high + TOLERANCE:
            # The route has an unknown link: what is declared of the whole route is honoured.
            point, method = declared[at], "declared_indirect"
        owners.append(
            Owner(
                id_,
                name,
                type_,
                kind or ("person" if type_ == "Person" else "unknown"),
                point,
                # A bound above the whole is shown as the whole.
                point if point is not None else None if np.isnan(low) else min(low, 1.0),
                point if point is not None else None if np.isnan(high) else min(high, 1.0),
                direct.get(at, 0.0),
                int(frontier.depth[at]),
                not frontier.has_register[at],
                BASES[int(flows.basis[at])],
                method,
                exact(float(shares.votes_low[at]), float(shares.votes_high[at])),
            )
        )

    def rank(owner: Owner) -> tuple[float, float, str]:
        return (
            -1.0 if owner.share is None else -round(owner.share, 10) - 2.0,
            -round(owner.share_max if owner.share_max is not None else 1.0, 10),
            owner.id,
        )

    return tuple(sorted(owners, key=rank))


def _unknown(frontier: Frontier, flows: FlowShares) -> float:
    """1 less what ultimate holders have by lower bounds and what enters closed blocks."""
    target = int(frontier.reach.targets[0])
    if not frontier.has_register[target]:
        return 1.0
    left = 1.0 - float(flows.returns[0, LOW])
    if left <= TOLERANCE:
        return 0.0
    ultimate = ~frontier.has_register & (frontier.depth > 0)
    held = float(flows.first_passage[ultimate, LOW].sum()) + sum(flows.refused.values())
    rest = 1.0 - held / left
    return rest if rest > TOLERANCE else 0.0
