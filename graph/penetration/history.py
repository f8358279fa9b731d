"""How the holders of a company changed between two dates, and who controlled it (历史股东穿透)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import polars as pl

from graph.penetration.control import STRICT_FROM
from graph.penetration.controller import controller
from graph.penetration.days import DateError, IntArray, day_number, iso_date
from graph.penetration.edges import reach_up
from graph.penetration.identities import IdentityMode
from graph.penetration.methods import effective_shares, tightest
from graph.penetration.owners import Owner, owners_of, shown
from graph.penetration.ownership import Ownership
from graph.penetration.register import TOLERANCE, frontier
from graph.penetration.shares import flow_shares

MOST_DAYS: Final = 400
"""Days of change looked at; what lies beyond is said to be left out."""

Happening = Literal["enters", "leaves", "share", "controller"]
HAPPENINGS: Final[dict[Happening, tuple[str, str]]] = {
    "enters": ("新增", "enters"),
    "leaves": ("退出", "leaves"),
    "share": ("比例变化", "share changes"),
    "controller": ("控制人变化", "controller changes"),
}
"""What can happen, in Chinese and English."""


class PeriodError(DateError):
    """A period that ends before it begins."""

    def __init__(self, since: object, until: object):
        super().__init__(since)
        self.zh = f"起始日期 {since} 晚于截止日期 {until}：请对调。"
        self.en = f"The period begins on {since}, after its end {until}: swap them."
        self.args = (f"{self.zh} {self.en}",)


@dataclass(frozen=True)
class Change:
    """One change on a day. `before`, `after`: bounds of the effective share (None: no holder); of a controller: its id."""

    on: str
    what: Happening
    id: str
    name: str | None
    ultimate: bool
    before: tuple[float | None, float | None] | None
    after: tuple[float | None, float | None] | None
    controller_before: str | None = None
    controller_after: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        told: dict[str, Any] = {"on": self.on, "what": self.what, "id": self.id, "name": self.name}
        if self.what == "controller":
            return told | {"before": self.controller_before, "after": self.controller_after}
        return told | {
            "ultimate": self.ultimate,
            "before": None if self.before is None else [shown(v) for v in self.before],
            "after": None if self.after is None else [shown(v) for v in self.after],
        }


@dataclass(frozen=True)
class History:
    """The changes between two dates, both included, by day, then id. `begin`: the holders on the first day."""

    company: str
    name: str | None
    since: str
    until: str
    begin: tuple[Owner, ...]
    changes: tuple[Change, ...]
    truncated: bool

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "company": self.company,
            "name": self.name,
            "from": self.since,
            "to": self.until,
            "begin": [owner.to_json("integrated") for owner in self.begin],
            "changes": [change.to_json() for change in self.changes],
            "truncated": self.truncated,
        }


def history(
    ownership: Ownership,
    company_id: str,
    since: str | dt.date,
    until: str | dt.date | None = None,
    identity: IdentityMode | None = None,
    ultimate_only: bool = False,
) -> History:
    """The change list of a company's effective holders from one date to another (default: today in Asia/Shanghai).

    `ultimate_only`: only holders nobody is known above. Raises `UnknownCompanyError`, `DateError`, `PeriodError`.
    """
    ownership = ownership.reading(identity or ownership.identity)
    first, last = day_number(since), day_number(until)
    if first > last:
        raise PeriodError(iso_date(first), iso_date(last))
    node = ownership.node_of(company_id)
    days = _days_of_change(ownership, node, first, last)
    shown_days = np.r_[first, days[:MOST_DAYS]]
    begin: tuple[Owner, ...] = ()
    changes: list[Change] = []
    before: dict[str, Owner] = {}
    ruled: str | None = None
    for place, day in enumerate(shown_days.tolist()):
        owners = {o.id: o for o in _owners(ownership, node, day) if o.ultimate or not ultimate_only}
        found = controller(ownership, company_id, iso_date(day)).controller
        rules = found.id if found else None
        on = str(iso_date(day))
        if place == 0:
            begin = tuple(owners.values())
        else:
            changes += _changes(on, before, owners)
            if rules != ruled:
                id_ = str(ownership.nodes["id"][node])
                name = ownership.nodes["name"][node]
                changes.append(Change(on, "controller", id_, name, False, None, None, ruled, rules))
        before, ruled = owners, rules
    return History(
        str(ownership.nodes["id"][node]),
        ownership.nodes["name"][node],
        str(iso_date(first)),
        str(iso_date(last)),
        begin,
        tuple(changes),
        len(days) > MOST_DAYS,
    )


def _owners(ownership: Ownership, node: int, day: int) -> tuple[Owner, ...]:
    one: IntArray = np.array([node], dtype=np.int64)
    above = frontier(ownership, one, np.array([day], dtype=np.int64))
    flows = flow_shares(above)
    shares = tightest(above, effective_shares(ownership, above, flows, None))
    return owners_of(ownership, above, flows, shares)


def _days_of_change(ownership: Ownership, node: int, first: int, last: int) -> IntArray:
    """Days after the first, up to the last, on which some link above the company begins or ends."""
    one: IntArray = np.array([node], dtype=np.int64)

    held = reach_up(ownership.holding_edges, one, None).touched
    ruled = reach_up(ownership.control_edges, one, None)
    members = ownership.members.filter(pl.col("concert").is_in(pl.Series(ruled.node).implode()))
    every = [
        ownership.holding_edges.start[held],
        ownership.holding_edges.end[held],
        ownership.control_edges.start[ruled.touched],
        ownership.control_edges.end[ruled.touched],
        members["start"].to_numpy(),
        members["end"].to_numpy(),
        np.array([STRICT_FROM]),
    ]
    days = np.unique(np.concatenate(every))
    return days[(days > first) & (days <= last)].astype(np.int64)


def _changes(on: str, before: dict[str, Owner], after: dict[str, Owner]) -> list[Change]:
    found: list[Change] = []
    for id_ in sorted({*before, *after}):
        was, now = before.get(id_), after.get(id_)
        one = now or was
        if one is None:
            continue
        ends = _ends(was), _ends(now)
        if was is None or now is None:
            what: Happening = "enters" if was is None else "leaves"
        elif _apart(ends[0], ends[1]):
            what = "share"
        else:
            continue
        found.append(Change(on, what, id_, one.name, one.ultimate, *ends))
    return found


def _ends(owner: Owner | None) -> tuple[float | None, float | None] | None:
    return None if owner is None else (owner.share_min, owner.share_max)


def _apart(
    one: tuple[float | None, float | None] | None, other: tuple[float | None, float | None] | None
) -> bool:
    if one is None or other is None:
        return one is not other
    return any(
        (a is None) != (b is None) or (a is not None and b is not None and abs(a - b) > TOLERANCE)
        for a, b in zip(one, other, strict=True)
    )
