"""What a party controls (实际控制权), and the group a company belongs to: control asked downwards."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from graph.penetration.control import ControlFrontier, Rule, control_over, controlled, rule_of
from graph.penetration.controller import Controller, Proofs, controller
from graph.penetration.days import IntArray, day_number, iso_date
from graph.penetration.edges import reach_down, reach_up
from graph.penetration.identities import IdentityMode
from graph.penetration.ownership import Ownership
from graph.penetration.undisclosed import undisclosed


@dataclass(frozen=True)
class Controlled:
    """A company a party controls, with the chain that proves it (see `Controller`)."""

    id: str
    name: str | None
    by: Controller

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "id": self.id,
            "name": self.name,
            "via": self.by.via,
            "depth": self.by.depth,
            "joint_share": round(self.by.joint_share, 10),
            "joint_open": self.by.joint_open,
            "suspected": self.by.suspected,
            "identity": self.by.identity,
            "proof": [link.to_json() for link in self.by.proof],
        }


@dataclass(frozen=True)
class Holdings:
    """Everything a party controls on a date. `possible`: ids of companies it may control, as far as the data go.

    `concerts`: groups acting together it is a member of; what a group controls, its members do not.
    """

    party: str
    name: str | None
    as_of: str | None
    rule: Rule
    controls: tuple[Controlled, ...]
    possible: tuple[str, ...]
    concerts: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "party": self.party,
            "name": self.name,
            "as_of": self.as_of,
            "rule": self.rule,
            "controls": [company.to_json() for company in self.controls],
            "possible": list(self.possible),
            "concerts": list(self.concerts),
        }


def controls(
    ownership: Ownership,
    party_id: str,
    as_of: str | dt.date | None = None,
    rule: Rule | None = None,
    identity: IdentityMode | None = None,
) -> Holdings:
    """Everything a party (a company, a person, a concert) controls on a date, the nearest first, then by id.

    `rule`: see `controller`. Raises `UnknownCompanyError`, `DateError`.
    """
    ownership = ownership.reading(identity or ownership.identity)
    day = day_number(as_of)
    node = ownership.node_of(party_id)
    rule = rule or rule_of(day)
    begins: IntArray = np.array([node], dtype=np.int64)
    # Votes of members of a concert are counted for it in companies below them.
    mine = ownership.members.filter(pl.col("concert") == node)
    below = reach_down(
        ownership.control_edges, np.unique(np.r_[begins, mine["member"].to_numpy()]).astype(np.int64), day
    )
    days: IntArray = np.array([day], dtype=np.int64)
    reach = reach_up(ownership.control_edges, below, days, together=True)
    frontier = control_over(ownership, reach, days)
    start = int(reach.instance(np.zeros(1, dtype=np.int64), begins, ownership.nodes.height)[0])
    inclusive = np.array([rule == "inclusive"])
    # Whether half is held against an equal half is only seen when everybody is asked.
    starts = np.arange(frontier.size, dtype=np.int64) if inclusive[0] else np.array([start], dtype=np.int64)
    place = start if inclusive[0] else 0
    sets = controlled(frontier, starts, inclusive)
    perhaps = controlled(frontier, starts, inclusive, certain=False).steps(place)
    ids = ownership.ids(reach.node).to_list()
    names = ownership.nodes["name"].gather(reach.node).to_list()
    proofs = Proofs(ownership, sets, ids)
    won = sets.steps(place)
    found = [Controlled(ids[at], names[at], proofs.controller(place, at)) for at in won]
    possible = {ids[at] for at in perhaps} | set(_undecided(ownership, frontier, node, day))
    members = ownership.members.filter(
        (pl.col("member") == node) & (pl.col("start") <= day) & (pl.col("end") > day)
    )
    return Holdings(
        str(ownership.nodes["id"][node]),
        ownership.nodes["name"][node],
        iso_date(day),
        rule,
        tuple(sorted(found, key=lambda c: (c.by.depth, c.id))),
        tuple(sorted(possible - {ids[at] for at in won})),
        tuple(sorted(set(ownership.ids(members["concert"].to_numpy()).to_list()))),
    )


def _undecided(ownership: Ownership, frontier: ControlFrontier, node: int, day: int) -> list[str]:
    """Companies (ids) that a party may control since it is not said what it has there, or how much is held for it."""
    unknown = ownership.unknown_interests
    bare = unknown.filter(pl.col("holder") == node)["company"].to_numpy()
    near = np.unique(np.r_[frontier.reach.node, bare]).astype(np.int64)
    found = [one.company for one in undisclosed(ownership, near, day) if one.holder == node]
    found += [held.company for _, held in frontier.trusted if held.behind is None and node in held.nominators]
    return ownership.ids(np.array(found, dtype=np.int64)).to_list()


@dataclass(frozen=True)
class Group:
    """The group (集团) a company belongs to: its ultimate controller, and all that controls.

    `head` None: the company has no single controller, and heads what it controls itself.
    """

    company: str
    as_of: str | None
    head: Controller | None
    reason: str | None
    members: tuple[Controlled, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; members without their proofs."""
        return {
            "company": self.company,
            "as_of": self.as_of,
            "head": {"id": self.head.id, "name": self.head.name, "kind": self.head.kind}
            if self.head
            else None,
            "reason": self.reason,
            "members": [
                {"id": m.id, "name": m.name, "via": m.by.via, "depth": m.by.depth} for m in self.members
            ],
        }


def group_of(
    ownership: Ownership,
    company_id: str,
    as_of: str | dt.date | None = None,
    rule: Rule | None = None,
    identity: IdentityMode | None = None,
) -> Group:
    """The group a company belongs to on a date. Raises what `controller` raises."""
    above = controller(ownership, company_id, as_of, rule, identity)
    head = above.controller
    below = controls(ownership, head.id if head else above.company, as_of, rule, identity)
    return Group(above.company, above.as_of, head, above.reason, below.controls)
