"""The holders behind one company as an answer shows them: shares, votes, bounds, and what they rest on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graph.penetration.declared import Declared, declared_shares
from graph.penetration.edges import BoolArray
from graph.penetration.identities import BASES
from graph.penetration.methods import Shares, exact
from graph.penetration.ownership import Ownership
from graph.penetration.register import TOLERANCE, Frontier, Links
from graph.penetration.shares import HIGH, LOW, VOTES_HIGH, FlowShares, flow_shares


@dataclass(frozen=True)
class Owner:
    """A holder above the company.

    `share`: the effective share where it is exact, else None with `share_min` and `share_max` (None: not bounded by
    the data); `min_open`, `max_open`: that bound is itself excluded. `direct`: the share held directly (0 = none,
    None = not known exactly). `votes`, `votes_min`, `votes_max`: effective votes by the same method (the share, where
    no votes are stated); `votes_max_open`: that bound is excluded. `depth`: fewest links. `ultimate`: nobody above it is known. `known_share`: the sum of its
    own register by lower bounds; None where it has none. `method`: how its share was computed. `identity`: the
    weakest basis of the identities on the way.
    """

    id: str
    name: str | None
    type: str
    kind: str
    share: float | None
    share_min: float | None
    share_max: float | None
    min_open: bool
    max_open: bool
    direct: float | None
    depth: int
    ultimate: bool
    known_share: float | None
    identity: str
    method: str
    votes: float | None
    votes_min: float | None
    votes_max: float | None
    votes_max_open: bool

    def to_json(self, asked: str) -> dict[str, Any]:
        """As a JSON object, shares to 10 decimals; `method` only where it is not the one asked for."""
        told: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "share": shown(self.share),
            "share_min": shown(self.share_min),
            "share_max": shown(self.share_max),
            "min_open": self.min_open,
            "max_open": self.max_open,
            "direct": shown(self.direct),
            "votes": shown(self.votes),
            "votes_min": shown(self.votes_min),
            "votes_max": shown(self.votes_max),
            "depth": self.depth,
            "ultimate": self.ultimate,
            "known_share": shown(self.known_share),
            "identity": self.identity,
        }
        if self.method != asked:
            told["method"] = self.method
        return told


def shown(share: float | None) -> float | None:
    """A fraction to 10 decimals, as answers print it."""
    return None if share is None else round(float(share), 10)


def owners_of(
    ownership: Ownership, frontier: Frontier, flows: FlowShares, shares: Shares
) -> tuple[Owner, ...]:
    """Every holder above the one company of a frontier, the largest first, then by id."""
    reach, links = frontier.reach, frontier.links
    target = int(reach.targets[0])
    mine = np.flatnonzero((links.company == target) & ~links.declared)
    direct = {int(links.holder[i]): exact(float(links.low[i]), float(links.high[i])) for i in mine}
    declared = honoured(ownership, frontier, shares)
    nodes = ownership.nodes[reach.node]
    owners = []
    for at, (id_, type_, name, kind) in enumerate(nodes.select("id", "type", "name", "kind").iter_rows()):
        if at == target or frontier.depth[at] < 0:
            continue
        low, high = float(shares.low[at]), float(shares.high[at])
        point = None if shares.partial[at] else exact(low, high)
        method = shares.method[at]
        if at in declared:
            point, method = declared[at], "declared_indirect"
        votes = float(shares.votes_low[at]), float(shares.votes_high[at])
        voted = exact(*votes)
        owners.append(
            Owner(
                id_,
                name,
                type_,
                kind or ("person" if type_ == "Person" else "unknown"),
                point,
                point if point is not None else _bound(low),
                point if point is not None else _bound(high),
                point is None and bool(shares.opens[at, LOW]),
                point is None and bool(shares.opens[at, HIGH]),
                direct.get(at, 0.0),
                int(frontier.depth[at]),
                not frontier.has_register[at],
                float(frontier.stated[at]) if frontier.has_register[at] else None,
                BASES[int(flows.basis[at])],
                method,
                voted,
                voted if voted is not None else _bound(votes[0]),
                voted if voted is not None else _bound(votes[1]),
                voted is None and bool(shares.opens[at, VOTES_HIGH]),
            )
        )

    def rank(owner: Owner) -> tuple[float, float, str]:
        return (
            -1.0 if owner.share is None else -round(owner.share, 10) - 2.0,
            -round(owner.share_max if owner.share_max is not None else 1.0, 10),
            owner.id,
        )

    return tuple(sorted(owners, key=rank))


def _bound(value: float) -> float | None:
    """A bound above the whole is shown as the whole."""
    return None if np.isnan(value) else min(value, 1.0)


def honoured(ownership: Ownership, frontier: Frontier, shares: Shares) -> dict[int, float]:
    """What holders (instances) hold as it is declared: of those with an unknown link on the route, or no link at all."""
    links = frontier.links
    alone = set(links.holder[links.declared & (links.company == frontier.reach.targets[0])].tolist())
    return {
        at: share
        for at, share in declared_shares(ownership, frontier).items()
        if (at in alone or shares.partial[at] or exact(float(shares.low[at]), float(shares.high[at])) is None)
        and shares.low[at] - TOLERANCE <= share <= shares.high[at] + TOLERANCE
    }


def unknown_share(
    ownership: Ownership,
    frontier: Frontier,
    flows: FlowShares,
    declared: Mapping[int, float],
    said: Iterable[Declared],
) -> float:
    """1 less what ultimate holders have by lower bounds, or as it is `declared`, and what enters closed blocks.

    `said`: the declared indirect holdings with their routes. What is declared to be held through a company without a
    register is part of what that company holds, and counts once; where no route is known, it may be part of what any
    such company holds, and by lower bounds is.
    """
    target = int(frontier.reach.targets[0])
    if not frontier.has_register[target]:
        return 1.0
    left = 1.0 - float(flows.returns[0, LOW])
    if left <= TOLERANCE:
        return 0.0
    ultimate = ~frontier.has_register & (frontier.depth > 0)
    rest = 1.0 - _held(flows, ultimate)
    for at, share in declared.items():
        rest -= share - float(flows.first_passage[at, LOW]) / left if ultimate[at] else 0.0
    twice = 0.0
    passed = _by_what_they_pass(ownership, frontier, said)
    for through, statements in passed.items():
        without = flow_shares(replace(frontier, links=frontier.links.only(~statements)))
        added = _held(flows, ultimate) - _held(without, ultimate)
        twice += min(added, _part(without, through))
    if len(passed) > 1:
        # Several declarations find no more room in the same companies than these hold together.
        stated = flow_shares(replace(frontier, links=frontier.links.only(~frontier.links.declared)))
        twice = min(twice, _part(stated, {at for through in passed for at in through}))
    rest += twice
    return rest if rest > TOLERANCE else 0.0


def _part(flows: FlowShares, holders: Collection[int]) -> float:
    """What some holders (instances) have of the one company by lower bounds."""
    return float(flows.first_passage[list(holders), LOW].sum()) / (1.0 - float(flows.returns[0, LOW]))


def _held(flows: FlowShares, ultimate: BoolArray) -> float:
    """What ultimate holders have of the one company by lower bounds, and what enters closed blocks."""
    held = float(flows.first_passage[ultimate, LOW].sum()) + sum(flows.refused.values())
    return held / (1.0 - float(flows.returns[0, LOW]))


def _by_what_they_pass(
    ownership: Ownership, frontier: Frontier, said: Iterable[Declared]
) -> dict[tuple[int, ...], BoolArray]:
    """Declared links (marked) by the companies without a register (instances) that each may pass."""
    links, reach = frontier.links, frontier.reach
    marked: dict[tuple[int, ...], BoolArray] = {}
    if not links.declared.any():
        return marked
    routes: dict[tuple[int, int], list[tuple[str, ...]]] = {}
    for one in said:
        routes.setdefault((one.holder, one.company), []).append(one.route)
    ids = ownership.ids(reach.node).to_list()
    persons = (ownership.nodes["type"][reach.node] == "Person").to_numpy()
    ends = np.flatnonzero(~frontier.has_register & (frontier.depth > 0) & ~persons)
    stated = links.only(~links.declared)
    for link in np.flatnonzero(links.declared):
        holder, company = int(links.holder[link]), int(links.company[link])
        known = routes.get((holder, company), [()])
        named = {party for route in known for party in route} if all(known) else None
        above = _above(stated, company)
        through = tuple(
            at for at in ends.tolist() if at in above and at != holder and (named is None or ids[at] in named)
        )
        if through:
            marked.setdefault(through, np.zeros(len(links), dtype=np.bool_))[link] = True
    return marked


def _above(links: Links, company: int) -> set[int]:
    """The instances above one, by stated links."""
    found, open_ = set[int](), [company]
    while open_:
        at = open_.pop()
        first, last = np.searchsorted(links.company, [at, at + 1])
        new = set(links.holder[first:last].tolist()) - found
        found |= new
        open_ += new
    return found
