"""Ultimate beneficial owners (受益所有人): natural persons by share, else by votes, else by control.

The tests and their order are those of 受益所有人信息管理办法 (in force from 2024-11-01): a quarter or more of the shares,
held directly or through others; else a quarter or more of the votes; else control. Each answer names the test that hit. Ends
of chains that are no persons (state bodies, listed companies, funds, companies nobody is known above) are listed
beside them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from graph.penetration.bounds import Registers
from graph.penetration.control import control_frontier, controlled, rule_of, with_group
from graph.penetration.controller import REASONS, ControlAnswer, controller
from graph.penetration.days import IntArray, iso_date
from graph.penetration.edges import FloatArray
from graph.penetration.flag import Flag
from graph.penetration.groups import Group, concerts_above, couples_above
from graph.penetration.identities import BASES, IdentityMode
from graph.penetration.methods import exact
from graph.penetration.nominees import NOBODY, beneficially, held_in_trust
from graph.penetration.owners import Owner, owners_of, shown
from graph.penetration.ownership import DECLARED_CONTROL, HOLDING, IN_TRUST, Ownership
from graph.penetration.penetrate import Looked, look
from graph.penetration.thresholds import Verdict, read_threshold, verdict

Test = Literal["share", "votes", "control"]
TESTS: Final[dict[Test, tuple[str, str]]] = {
    "share": ("持股", "share"),
    "votes": ("表决权", "votes"),
    "control": ("控制", "control"),
}
"""The tests in their order, in Chinese and English."""
QUARTER: Final = 0.25

Couples = Callable[[Sequence[str], str | None], Sequence[tuple[str, str]]]
"""Gives the couples any of some persons (ids) is part of, on a date (ISO; None = undated)."""

_RANK: Final[dict[Verdict, int]] = {"certain": 0, "possible": 1, "excluded": 2}


@dataclass(frozen=True)
class Beneficial:
    """A person, or a group acting as one, behind a company.

    `test`: the first test that hits, certainly before possibly; None where all are excluded. `tests`: the verdict of
    each. `kind`: person, concert or couple; `members`: of a group. Shares and votes are bounds, equal where exact
    (None: not bounded by the data); `min_open`, `max_open`: that bound of the share is itself excluded. `via`: the last controlled company on the way, where `test` is control.
    """

    id: str
    name: str | None
    kind: str
    members: tuple[str, ...]
    verdict: Verdict
    test: Test | None
    tests: dict[Test, Verdict]
    share_min: float | None
    share_max: float | None
    votes_min: float | None
    votes_max: float | None
    depth: int
    via: str | None
    suspected: bool
    identity: str
    min_open: bool = False
    max_open: bool = False

    @property
    def share(self) -> float | None:
        """The effective share where it is exact."""
        return self.share_min if self.share_min == self.share_max else None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, shares to 10 decimals."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "members": list(self.members),
            "verdict": self.verdict,
            "test": self.test,
            "tests": dict(self.tests),
            "share": shown(self.share),
            "share_min": shown(self.share_min),
            "share_max": shown(self.share_max),
            "min_open": self.min_open,
            "max_open": self.max_open,
            "votes_min": shown(self.votes_min),
            "votes_max": shown(self.votes_max),
            "depth": self.depth,
            "via": self.via,
            "suspected": self.suspected,
            "identity": self.identity,
        }


@dataclass(frozen=True)
class BeneficialOwners:
    """Who benefits in the end. `owners`: certain and possible; `excluded`: the other persons behind the company.

    `ends`: ends of chains that are no persons. `reason`: why there is no certain owner, as far as the data go.
    `warnings`: what to know of the registers all this rests on.
    """

    company: str
    name: str | None
    as_of: str | None
    threshold: float
    method: str
    bounds: str
    owners: tuple[Beneficial, ...]
    excluded: tuple[Beneficial, ...]
    ends: tuple[Owner, ...]
    control: ControlAnswer
    reason: tuple[str, str, str] | None
    warnings: tuple[Flag, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        code, zh, en = self.reason or (None, None, None)
        chosen = self.control.controller
        return {
            "company": self.company,
            "name": self.name,
            "as_of": self.as_of,
            "threshold": shown(self.threshold),
            "method": self.method,
            "bounds": self.bounds,
            "owners": [owner.to_json() for owner in self.owners],
            "excluded": [owner.to_json() for owner in self.excluded],
            "controller": {"id": chosen.id, "via": chosen.via} if chosen else None,
            "ends": [owner.to_json(self.method) for owner in self.ends],
            "reason": {"code": code, "zh": zh, "en": en} if code else None,
            "warnings": [flag.to_json() for flag in self.warnings],
        }


def beneficial_owners(
    ownership: Ownership,
    company_id: str,
    as_of: str | dt.date | None = None,
    threshold: str | float = QUARTER,
    identity: IdentityMode | None = None,
    concerts: bool = False,
    couples: Couples | None = None,
) -> BeneficialOwners:
    """The ultimate beneficial owners of a company on a date (default: today in Asia/Shanghai).

    `threshold`: a fraction, or text such as "25%"; met inclusively, at 1e-9. `concerts`: groups acting together count
    as one owner, too, of what their members hold in the companies they act together for; `couples`: and so do married
    couples it gives. Raises what `penetrate` raises, and `ThresholdError`.
    """
    limit = read_threshold(threshold)
    looked = look(ownership, company_id, as_of, None, identity)
    above = looked.frontier.reach.node[looked.frontier.depth >= 0]
    held = held_in_trust(looked.ownership, above, looked.day)
    if held:
        looked = look(beneficially(looked.ownership, held, looked.day), company_id, as_of, None, identity)
    control = controller(looked.ownership, company_id, as_of)
    every = owners_of(looked.ownership, looked.frontier, looked.flows, looked.shares)
    kept = next((owner for owner in every if owner.id == NOBODY), None)
    every = tuple(owner for owner in every if owner.id != NOBODY)
    perhaps = {node for one in held if one.behind is None for node in one.nominators}
    of_several = set(looked.ownership.ids(np.array(sorted(perhaps), dtype=np.int64)))
    judge = _Judge(looked, control, limit, kept, of_several)
    people = [judge.person(owner) for owner in every if owner.type == "Person"]
    people += judge.without_shares({owner.id for owner in every})
    groups: list[Group] = []
    if concerts:
        groups += concerts_above(looked)
    if couples is not None:
        pairs = couples([owner.id for owner in every if owner.type == "Person"], iso_date(looked.day))
        groups += couples_above(looked, pairs)
    people += judge.groups(groups)
    people.sort(key=lambda b: (_RANK[b.verdict], -(b.share_max if b.share_max is not None else 1.0), b.id))
    owners = tuple(b for b in people if b.verdict != "excluded")
    excluded = tuple(b for b in people if b.verdict == "excluded")
    ends = tuple(owner for owner in every if owner.ultimate and owner.type != "Person")
    nodes = looked.ownership.nodes
    return BeneficialOwners(
        str(nodes["id"][looked.node]),
        nodes["name"][looked.node],
        iso_date(looked.day),
        limit,
        "integrated",
        looked.shares.bounds,
        owners,
        excluded,
        ends,
        control,
        _reason(looked, owners, control),
        looked.flags(),
    )


_Bounds = tuple[float | None, float | None, float | None, float | None]
"""Of the share, then of the votes."""


def _most(own: float | None, more: float | None) -> float | None:
    return None if own is None or more is None else min(1.0, own + more)


class _Judge:
    """Puts parties to the three tests.

    `kept`: what is held for somebody not known; each of `of_several` (ids) may be the one, or one of them.
    """

    def __init__(
        self,
        looked: Looked,
        control: ControlAnswer,
        threshold: float,
        kept: Owner | None,
        of_several: Collection[str],
    ):
        self.looked, self.threshold = looked, threshold
        self.kept, self.of_several = kept, of_several
        self.sure = {c.id: c for c in control.controllers}
        self.perhaps = set(control.possible)

    def person(self, owner: Owner) -> Beneficial:
        """A person behind the company."""
        if self.kept is not None and owner.id in self.of_several:
            owner = replace(
                owner,
                share_max=_most(owner.share_max, self.kept.share_max),
                votes_max=_most(owner.votes_max, self.kept.votes_max),
            )
        tests: dict[Test, Verdict] = {
            "share": verdict(owner.share_min, owner.share_max, self.threshold, owner.max_open),
            "votes": verdict(owner.votes_min, owner.votes_max, self.threshold, owner.votes_max_open),
            "control": self._controls((owner.id,)),
        }
        return self._judged(
            owner.id,
            owner.name,
            "person",
            (),
            tests,
            (owner.share_min, owner.share_max, owner.votes_min, owner.votes_max),
            owner.depth,
            owner.identity,
            (owner.min_open, owner.max_open),
        )

    def without_shares(self, holders: Collection[str]) -> list[Beneficial]:
        """Persons who control the company, or may, and are none of its `holders`: by a statement, or a partnership."""
        nodes = self.looked.ownership.nodes
        ways = _nearest_ways(self.looked)
        found = []
        for id_ in sorted({*self.sure, *self.perhaps, *self.of_several}.difference(holders)):
            node = self.looked.ownership.node_of(id_)
            if nodes["type"][node] != "Person":
                continue
            shares: _Bounds = (0.0, 0.0, 0.0, 0.0)
            if self.kept is not None and id_ in self.of_several:
                shares = (0.0, self.kept.share_max, 0.0, self.kept.votes_max)
            tests: dict[Test, Verdict] = {
                "share": verdict(shares[0], shares[1], self.threshold),
                "votes": verdict(shares[2], shares[3], self.threshold),
                "control": self._controls((id_,)),
            }
            sure = self.sure.get(id_)
            depth, basis = ways.get(node) or (1, self.looked.ownership.basis_of(node))
            depth, identity = (sure.depth, sure.identity) if sure else (depth, BASES[basis])
            found.append(self._judged(id_, nodes["name"][node], "person", (), tests, shares, depth, identity))
        return found

    def groups(self, groups: Sequence[Group]) -> list[Beneficial]:
        """Groups, each as one owner of what its members hold where they act together, what one holds through another once."""
        if not groups:
            return []
        frontier = self.looked.frontier
        links = frontier.links
        owned = [group.owned(links) for group in groups]
        columns: list[FloatArray] = []
        for low, high in ((links.low, links.high), (links.votes_low, links.votes_high)):
            columns += Registers(frontier, low, high).together(owned)
        ids = self.looked.ownership.ids(frontier.reach.node)
        found = []
        for at, group in enumerate(groups):
            bounds = [None if np.isnan(c[at]) else min(1.0, float(c[at])) for c in columns]
            for first in (0, 2):
                low_, high_ = bounds[first], bounds[first + 1]
                if low_ is not None and high_ is not None and exact(low_, high_) is not None:
                    bounds[first + 1] = low_
            members = tuple(sorted(ids[i] for i in group.members))
            tests: dict[Test, Verdict] = {
                "share": verdict(bounds[0], bounds[1], self.threshold),
                "votes": verdict(bounds[2], bounds[3], self.threshold),
                "control": self._group_controls(group, members),
            }
            depth = int(frontier.depth[group.members].min())
            shares = (bounds[0], bounds[1], bounds[2], bounds[3])
            basis = BASES[int(self.looked.flows.basis[group.members].max())]
            found.append(self._judged(group.id, group.name, group.kind, members, tests, shares, depth, basis))
        return found

    def _controls(self, parties: Sequence[str]) -> Verdict:
        if any(p in self.sure for p in parties):
            return "certain"
        return "possible" if any(p in self.perhaps for p in parties) else "excluded"

    def _group_controls(self, group: Group, members: tuple[str, ...]) -> Verdict:
        """A concert is a party of the control answer; a couple is asked for as one."""
        alone = self._controls((group.id, *members))
        if alone == "certain" or group.kind == "concert":
            return alone
        looked = self.looked
        day: IntArray = np.array([looked.day], dtype=np.int64)
        above = control_frontier(looked.ownership, np.array([looked.node], dtype=np.int64), day)
        nodes = looked.frontier.reach.node[group.members]
        at = above.reach.instance(np.zeros(len(nodes), dtype=np.int64), nodes, looked.ownership.nodes.height)
        if (at < 0).any():
            return alone
        together, start = with_group(above, at)
        starts = np.arange(together.size, dtype=np.int64)
        inclusive = np.array([rule_of(looked.day) == "inclusive"])
        for sure, told in ((True, "certain"), (False, "possible")):
            sets = controlled(together, starts, inclusive, sure)
            if int(together.reach.targets[0]) in sets.steps(start):
                return "certain" if told == "certain" else "possible"
        return alone

    def _judged(
        self,
        id_: str,
        name: str | None,
        kind: str,
        members: tuple[str, ...],
        tests: dict[Test, Verdict],
        shares: _Bounds,
        depth: int,
        identity: str,
        opens: tuple[bool, bool] = (False, False),
    ) -> Beneficial:
        best = min(tests.values(), key=_RANK.__getitem__)
        test = next((t for t, v in tests.items() if v == best), None) if best != "excluded" else None
        control = self.sure.get(id_) if test == "control" else None
        return Beneficial(
            id_,
            name,
            kind,
            members,
            best,
            test,
            tests,
            *shares,
            depth,
            control.via if control else None,
            bool(control and control.suspected),
            identity,
            *opens,
        )


def _nearest_ways(looked: Looked) -> dict[int, tuple[int, int]]:
    """For each node above the company the fewest links of any kind that lead to it, and the weakest basis on that way."""
    ownership, edges = looked.ownership, looked.ownership.control_edges
    stated = {HOLDING: ownership.holdings.basis, DECLARED_CONTROL: ownership.control["basis"].to_numpy()}
    found, wave = {looked.node: (0, 0)}, [looked.node]
    for at in wave:
        links, basis = found[at]
        for place in range(int(edges.pointer[at]), int(edges.pointer[at + 1])):
            holder, rows = int(edges.holder[place]), stated.get(int(edges.kind[place]))
            said = edges.kind[place] == IN_TRUST
            if edges.start[place] <= looked.day < edges.end[place] and not said and holder not in found:
                own = 0 if rows is None else int(rows[edges.row[place]])
                found[holder] = links + 1, max(basis, own)
                wave.append(holder)
    return found


def _reason(
    looked: Looked, owners: Sequence[Beneficial], control: ControlAnswer
) -> tuple[str, str, str] | None:
    """Why nobody is certain: code, Chinese, English."""
    if any(b.verdict == "certain" for b in owners):
        return None
    if control.reason == "unnamed":
        return ("unnamed", *REASONS["unnamed"])
    if not looked.frontier.has_register[looked.target]:
        return ("no_register", *REASONS["no_register"])
    if owners:
        return (
            "possible_only",
            "只知道持股区间或部分比例未知：有人可能达到标准，但不能确定。",
            "Shares are known only as ranges or not at all: somebody may meet a test, nobody surely does.",
        )
    return (
        "none",
        "没有自然人达到持股、表决权或控制标准；未披露的份额和非自然人股东见下。按规定可视负责日常经营管理的人员为受益所有人，须人工判断。",
        "No natural person meets the test of shares, votes or control; see what is undisclosed and the ends that are no "
        "persons. The rules then look to those who run the business from day to day, which takes a person to judge.",
    )
