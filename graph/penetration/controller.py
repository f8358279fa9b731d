"""Who controls a company (疑似实际控制人), with the chain that proves it, or why nobody does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from graph.penetration.control import (
    ControlFrontier,
    ControlSets,
    Rule,
    control_frontier,
    controlled,
    counted_links,
    joint_halves,
    rule_of,
)
from graph.penetration.days import IntArray, day_number, iso_date
from graph.penetration.flag import Flag
from graph.penetration.identities import BASES, IdentityMode
from graph.penetration.nominees import trust_flags
from graph.penetration.ownership import Ownership
from graph.penetration.register import TOLERANCE
from graph.penetration.register_flags import (
    by_law,
    holder_flags,
    list_flags,
    stated_in_part,
    two_natured_flags,
    votes_above_100,
)
from graph.penetration.trust_rows import NOMINATOR
from graph.penetration.undisclosed import undisclosed

REASONS: Final[dict[str, tuple[str, str]]] = {
    "no_register": ("没有该主体的股东数据，无法判断。", "No holder of this company is known."),
    "unnamed": ("该主体登记有未具名的持有人（见警示），由谁控制未知。", "A holder of this company is not named (see the warnings): who controls it is unknown."),
    "joint": ("两方各持一半表决权，任何一方都不能单独控制（共同控制）。", "Two hold half of the votes each: joint, no controller."),
    "mutual_block": ("控制链止于相互控制的一组公司，其上没有控制人。", "Control ends in companies that control each other; nobody controls them."),
    "several": ("数据同时指向多个互不隶属的控制人，须核实。", "The data name several controllers who do not control each other: verify."),
    "possible_only": ("只知道持股区间或部分比例未知：可能存在控制人，但不能确定。", "Shares are known only as ranges or not at all: control is possible, not certain."),
    "no_majority": ("没有任何一方（连同其控制的公司）达到控制比例。", "Nobody, with all they control, has enough votes."),
}  # fmt: skip
"""Why there is no controller, in Chinese and English."""


@dataclass(frozen=True)
class WinningLink:
    """One link of the proof: `votes` of `holder` in `company`, and the running sum that wins it.

    `kind` is votes, share (no votes are stated, so the share counts), or declared (with its `interest`; a holding that
    a nominee has for the holder says `nominator`). `votes`
    and `running` are lower bounds where only a range is known; None for declared control. `open`: the sum is more
    than `running`, since a bound on it is itself excluded.
    """

    company: str
    holder: str
    kind: str
    votes: float | None
    running: float | None
    interest: str | None
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    open: bool = False

    def to_json(self) -> dict[str, Any]:
        """Shares to 10 decimals."""
        return {
            "company": self.company,
            "holder": self.holder,
            "kind": self.kind,
            "votes": None if self.votes is None else round(self.votes, 10),
            "running": None if self.running is None else round(self.running, 10),
            "open": self.open,
            "interest": self.interest,
            "rows": list(self.rows),
            "sources": list(self.sources),
        }


@dataclass(frozen=True)
class Controller:
    """A party that controls the company. `via`: the last controlled party on the way; None = directly.

    `depth`: links on the way. `joint_share`: votes it and all it controls have in the company, more than that
    where `joint_open`. `suspected`: the
    chain rests on a suspected (疑似) statement. `proof`: winning links, from the company upwards.
    """

    id: str
    name: str | None
    kind: str
    via: str | None
    depth: int
    joint_share: float
    suspected: bool
    identity: str
    proof: tuple[WinningLink, ...]
    joint_open: bool = False

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "via": self.via,
            "depth": self.depth,
            "joint_share": round(self.joint_share, 10),
            "joint_open": self.joint_open,
            "suspected": self.suspected,
            "identity": self.identity,
            "proof": [link.to_json() for link in self.proof],
        }


@dataclass(frozen=True)
class ControlAnswer:
    """Who controls a company on a date.

    `controller`: the one party that controls it and is controlled by nobody; None with a `reason` (see `REASONS`)
    else. `controllers`: all that control it, down a chain or directly, the ultimate ones first. `possible`: ids
    that may control it, as far as the data go. `joint`: those who hold half each with all they control; of a chain
    its end. `block`: companies that control each other. `warnings`: what to know beside it.
    """

    company: str
    name: str | None
    as_of: str | None
    rule: Rule
    controller: Controller | None
    reason: str | None
    controllers: tuple[Controller, ...] = ()
    possible: tuple[str, ...] = ()
    joint: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    warnings: tuple[Flag, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        zh, en = REASONS[self.reason] if self.reason else (None, None)
        return {
            "company": self.company,
            "name": self.name,
            "as_of": self.as_of,
            "rule": self.rule,
            "controller": self.controller.to_json() if self.controller else None,
            "reason": {"code": self.reason, "zh": zh, "en": en} if self.reason else None,
            "controllers": [c.to_json() for c in self.controllers],
            "possible": list(self.possible),
            "joint": list(self.joint),
            "block": list(self.block),
            "warnings": [flag.to_json() for flag in self.warnings],
        }


def controller(
    ownership: Ownership,
    company_id: str,
    as_of: str | dt.date | None = None,
    rule: Rule | None = None,
    identity: IdentityMode | None = None,
) -> ControlAnswer:
    """The controller of a company on a date (default: today in Asia/Shanghai).

    `rule`: strict (more than half) or inclusive (half or more); by default the one in force on that date. Raises
    `UnknownCompanyError`, `DateError`.
    """
    ownership = ownership.reading(identity or ownership.identity)
    day = day_number(as_of)
    node = ownership.node_of(company_id)
    frontier = control_frontier(ownership, np.array([node]), np.array([day]))
    return _answer(ownership, frontier, day, rule or rule_of(day))


def _answer(ownership: Ownership, frontier: ControlFrontier, day: int, rule: Rule) -> ControlAnswer:
    target = int(frontier.reach.targets[0])
    node = int(frontier.reach.node[target])
    starts = np.arange(frontier.size, dtype=np.int64)
    inclusive = np.array([rule == "inclusive"])
    sets = controlled(frontier, starts, inclusive)
    possible = controlled(frontier, starts, inclusive, certain=False)
    ids = ownership.ids(frontier.reach.node).to_list()
    winners = [int(k) for k in sets.start[sets.company == target]]
    top, block = _ultimate(sets, winners, target)
    proofs = Proofs(ownership, sets, ids)
    found = [
        proofs.controller(k, target) for k in sorted(winners, key=lambda k: (k not in top, ids[starts[k]]))
    ]
    uncertain = {ids[starts[k]] for k in possible.start[possible.company == target]} - {c.id for c in found}
    settled = not uncertain
    hidden = undisclosed(ownership, frontier.reach.node, day)
    own = [one for one in hidden if one.company == node]
    kept = [held for at, held in frontier.trusted if at == target and held.behind is None]
    perhaps = [one.holder for one in own] + [party for held in kept for party in held.nominators]
    uncertain |= set(ownership.ids(np.array(perhaps, dtype=np.int64)))
    uncertain -= {c.id for c in found}
    joint = _joint(sets, starts, target)
    one = found[0] if len(top) == 1 else None
    reason = None
    if one is None:
        known = len(frontier.reach.node) > 1 or bool(own)
        reason = (
            "several"
            if len(top) > 1
            else "mutual_block"
            if block
            else "no_register"
            if not known
            else "joint"
            # Who may control the other half as well is no party to a draw.
            if joint and settled
            else "unnamed"
            if any(one.reason for one in own) or any(not held.nominators for held in kept)
            else "possible_only"
            if uncertain
            else "no_majority"
        )
    return ControlAnswer(
        ids[target],
        ownership.nodes["name"][node],
        iso_date(day),
        rule,
        one,
        reason,
        tuple(found),
        tuple(sorted(uncertain)),
        tuple(sorted(ids[starts[k]] for k in joint)),
        tuple(sorted(ids[i] for i in block)),
        (
            *by_law(ownership, frontier.reach.node, day),
            *votes_above_100(frontier.votes, ids),
            *(
                stated_in_part(ownership, node, frontier.votes, target, ids[target])
                if reason in ("no_majority", "possible_only")
                else ()
            ),
            *two_natured_flags(ownership, frontier.reach.node),
            *trust_flags(ownership, frontier.reach.node, day),
            *holder_flags(ownership, node, hidden),
            *list_flags(ownership, node, frontier.reach.node, day),
        ),
    )


def _ultimate(sets: ControlSets, winners: list[int], target: int) -> tuple[set[int], set[int]]:
    """Winners whom nobody controls; where there are none, the companies (instances) that control each other."""
    starts = sets.starts
    everyone = {*winners, *np.flatnonzero(starts == target).tolist()}
    reached = {k: set(sets.steps(k)) for k in everyone}
    above = {k: {j for j in everyone if j != k and int(starts[k]) in reached[j]} for k in everyone}
    top = {k for k in winners if not above[k]}
    # A group adds nothing to a party who controls the company alone.
    single = {k for k in top if not sets.frontier.is_concert[starts[k]]}
    mutual = {int(starts[k]) for k in everyone for j in above[k] if int(starts[j]) in reached[k]}
    return (single or top), (set() if top else mutual)


def _joint(sets: ControlSets, starts: IntArray, target: int) -> list[int]:
    """Starts that hold exactly half of the target against one another; of a line, the one whom no other controls."""
    half = [
        k
        for k in range(len(starts))
        if starts[k] != target and abs(sets.votes_in(k, target) - 0.5) <= TOLERANCE
    ]
    half = joint_halves(sets, half, target)
    won = {k: set(sets.steps(k)) for k in half}

    def stands_below(k: int, j: int) -> bool:
        """Of two that control each other the first stays."""
        return int(starts[k]) in won[j] and not (int(starts[j]) in won[k] and k < j)

    return [k for k in half if not any(stands_below(k, j) for j in half if j != k)]


_Proved = tuple[int | None, int, bool, int]
"""The party that a company is won by (an instance; None: directly), links on the way, suspected, weakest identity."""


class Proofs:
    """Turns won companies into controllers with the links that won them."""

    def __init__(self, ownership: Ownership, sets: ControlSets, ids: Sequence[str] | pl.Series):
        self.ownership, self.sets, self.ids = ownership, sets, ids
        self._told: dict[tuple[int, float, bool], WinningLink] = {}

    def controller(self, start: int, company: int) -> Controller:
        """The start as a controller of a company (an instance) it has won."""
        sets = self.sets
        instance = int(sets.starts[start])
        node = int(sets.frontier.reach.node[instance])
        nodes = self.ownership.nodes
        links: list[WinningLink] = []
        via, depth, suspected, basis = self._proved(start, company, links)
        kind = nodes["kind"][node] or nodes["type"][node].lower()
        return Controller(
            self.ids[instance],
            nodes["name"][node],
            kind,
            None if via is None else self.ids[via],
            depth,
            sets.votes_in(start, company),
            suspected,
            BASES[basis],
            tuple(links),
            bool(sets.frontier.votes.votes_low_open[counted_links(sets, start, company)].any()),
        )

    def way(self, start: int, company: int) -> tuple[int | None, int, bool]:
        """The party (an instance) a company is won by (None: directly), links on the way, and whether it is suspected."""
        via, depth, suspected, _ = self._proved(start, company, [])
        return via, depth, suspected

    def _proved(self, start: int, company: int, links: list[WinningLink]) -> _Proved:
        """Adds the winning links of a company and of all on the way to it, however long; gives what `_prove` gives."""
        done: dict[int, tuple[int, bool, int]] = {}
        open_ = [self._prove(start, company, links, done)]
        while True:
            try:
                open_.append(self._prove(start, next(open_[-1]), links, done))
            except StopIteration as end:
                open_.pop()
                if not open_:
                    proved: _Proved = end.value
                    return proved

    def _prove(
        self, start: int, company: int, links: list[WinningLink], done: dict[int, tuple[int, bool, int]]
    ) -> Generator[int, None, _Proved]:
        """Adds the winning links of a company; gives via, depth, suspected, basis. Asks for a holder to be `done`."""
        sets, frontier = self.sets, self.sets.frontier
        steps, own = sets.steps(start), int(sets.starts[start])
        limit = steps[company]
        declared = [
            int(i)
            for i in range(*np.searchsorted(frontier.company, [company, company + 1]).tolist())
            if int(frontier.holder[i]) == own or steps.get(int(frontier.holder[i]), limit) < limit
        ]
        counted = counted_links(sets, start, company)
        votes = frontier.votes
        # What was won later may have raised the votes: only those that won count as proof.
        enough = self._enough(company, counted)
        if declared and not enough:
            at = min(declared, key=lambda i: (int(frontier.holder[i]) != own, bool(frontier.suspected[i]), i))
            holders = [int(frontier.holder[at])]
            links.append(self._declared(at))
            suspected, basis = bool(frontier.suspected[at]), int(frontier.basis[at])
        else:
            running, beyond = 0.0, False
            for link in counted.tolist():
                running += float(votes.votes_low[link])
                beyond |= bool(votes.votes_low_open[link])
                links.append(self._counted(link, running, beyond))
            holders = [int(h) for h in votes.holder[counted]]
            suspected, basis = False, int(votes.basis[counted].max(initial=0))
        done[company] = (0, suspected, basis)
        here = (frontier.concert == own) & ((frontier.scope < 0) | (frontier.scope == company))
        members = set(frontier.member[here].tolist()) if frontier.is_concert[own] else set()
        others = [h for h in holders if h != own and h not in members and h in steps]
        direct = not others or self._enough_alone(start, company, counted, members | {own}, holders)
        longest = 1
        for holder in others:
            if holder not in done:
                yield holder
            _, doubtful, weak = done[holder]
            suspected, basis = suspected or doubtful, max(basis, weak)
        via = None if direct else others[0]
        if via is not None:
            longest = 1 + done[via][0]
        done[company] = (longest, suspected, basis)
        return via, longest, suspected, basis

    def _enough_alone(
        self, start: int, company: int, counted: IntArray, own: set[int], holders: list[int]
    ) -> bool:
        """Whether the start's own votes (a concert's: its members') win the company without any other's."""
        if len(holders) == 1 and holders[0] in own:
            return True
        votes = self.sets.frontier.votes
        mine = counted[np.isin(votes.holder[counted], list(own))]
        return self._enough(company, mine)

    def _enough(self, company: int, links: IntArray) -> bool:
        """Whether the votes of some links win the company."""
        votes = self.sets.frontier.votes
        together, beyond = votes.votes_low[links].sum(), votes.votes_low_open[links].any()
        return bool(self.sets.enough(np.array([company]), np.array([together]), np.array([beyond]))[0])

    def _counted(self, link: int, running: float, beyond: bool) -> WinningLink:
        # Whoever stands above a long chain is proved by the same links.
        if (link, running, beyond) not in self._told:
            self._told[link, running, beyond] = self._winning(link, running, beyond)
        return self._told[link, running, beyond]

    def _winning(self, link: int, running: float, beyond: bool) -> WinningLink:
        votes, holdings = self.sets.frontier.votes, self.ownership.holdings
        rows = votes.rows[votes.first[link] : votes.first[link + 1]].tolist()
        company, holder = int(votes.company[link]), int(votes.holder[link])
        node = int(self.sets.frontier.reach.node[holder])
        trusted = [held for at, held in self.sets.frontier.trusted if at == company and held.behind == node]
        return WinningLink(
            self.ids[company],
            self.ids[holder],
            "votes" if votes.votes_stated[link] else "share",
            float(votes.votes_low[link]),
            running,
            NOMINATOR if trusted else None,
            (
                *(key for row in rows for key in holdings.keys(row)),
                *dict.fromkeys(key for held in trusted for key in held.keys),
            ),
            (
                *(source for row in rows for source in holdings.sources(row)),
                *dict.fromkeys(source for held in trusted for source in held.sources),
            ),
            beyond,
        )

    def _declared(self, at: int) -> WinningLink:
        frontier = self.sets.frontier
        ends = self.ids[int(frontier.company[at])], self.ids[int(frontier.holder[at])]
        row = int(frontier.row[at])
        if row < 0:
            # Said by the list of partners.
            listed, of = -1 - row, self.ownership.holdings
            proof = tuple(of.keys(listed)), tuple(of.sources(listed))
            return WinningLink(*ends, "declared", None, None, "general_partner", *proof)
        stated = self.ownership.control.row(row, named=True)
        sources = tuple(stated["sources"] or ())
        return WinningLink(*ends, "declared", None, None, stated["interest"], (stated["key"],), sources)
