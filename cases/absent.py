"""What a run did not find of what it covered: no longer found, or, where its data are missing or were taken back, not checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import Connection, bindparam, select, update

from cases.content import named_in
from cases.events import Events
from cases.rekeying import Known
from cases.rows import table_of
from cases.tables import FindingRow
from graph.round_days import MARK, near
from loaders.lot_numbers import known_id

if TYPE_CHECKING:
    from detectors.definition import Detector
    from detectors.finding import Finding
    from detectors.running.runner import Run

_FINDINGS: Final = table_of(FindingRow)
_PEOPLE: Final = ("household", "person")
_AT_ONCE: Final = 500
Holding = Callable[[Sequence[Known], Mapping[str, str]], set[int]]
"""Of findings, and the ids that parties go by now, those (by key) of whose scope, bids and round there are data still."""


class Held(Protocol):
    """What the data still hold of what findings were about: see `graph.held.StillHeld`."""

    def scopes(self, kind: str, population: str, ids: Collection[str]) -> set[str]:
        """Of scopes of a kind, and of a detector's population, those that can still be looked at."""

    def bids(self, lots: Collection[str]) -> Mapping[str, Collection[str]]:
        """By lot, the ids of its bids and of who submits them."""

    def opened(self, lots: Collection[str]) -> Mapping[str, Collection[str]]:
        """By lot, the days on which its bids were opened."""


def write_absent(
    connection: Connection,
    at: str,
    events: Events,
    known: Mapping[str, Known],
    found: Mapping[str, Finding],
    covered: frozenset[str],
    run: Run,
    without_data: Mapping[str, Known],
    holding: Holding,
) -> dict[str, int]:
    """What was covered and not found is no longer found, unless data are missing to say so.

    `without_data`: what the ledger has of detectors that had nothing at all to look at. `holding` gives those findings,
    by key, of whose scope there are data still.
    """
    gaps: dict[tuple[str, str], list[set[str]]] = defaultdict(list)
    for detector, u in run.undecided:
        gaps[detector, u.scope_id].append({run.aliases.get(s, s) for s in u.subjects})
    missed: list[Known] = []
    left = [
        k
        for k in without_data.values()
        if k.in_scope and not k.row["no_longer_found_at"] and not k.merged and k.row["id"] not in found
    ]
    for id_, k in known.items():
        row = k.row
        if id_ in found or not k.in_scope or row["detector"] not in covered:
            continue
        if row["no_longer_found_at"] or k.merged:
            continue
        about = {run.aliases.get(s, s) for s in (*row["subjects"], *named_in(row["identity"]))}
        open_ = gaps[row["detector"], row["scope_id"]]
        # A household is one subject, whichever of its members data are missing on.
        if any(not lacking or lacking & about or row["scope_kind"] in _PEOPLE for lacking in open_):
            left.append(k)
        else:
            missed.append(k)
    # A lot that was taken back has no gap: nothing was looked at there at all.
    seen = holding(missed, run.aliases)
    left += [k for k in missed if k.row["key"] not in seen]
    gone: dict[int, dict[str, Any]] = {k.row["key"]: {} for k in missed if k.row["key"] in seen}
    if gone:
        connection.execute(
            update(_FINDINGS)
            .where(_FINDINGS.c.key == bindparam("k"))
            .values(no_longer_found_at=at, changed_at=at, not_checked_since=None),
            [{"k": key} for key in gone],
        )
        events.tell("no_longer_found", gone)
    newly = [k.row["key"] for k in left if not k.row["not_checked_since"]]
    for part in _parts(newly):
        connection.execute(
            update(_FINDINGS).where(_FINDINGS.c.key.in_(part)).values(not_checked_since=at, changed_at=at)
        )
    events.tell("not_checked", {key: {} for key in newly})
    return {"no_longer_found": len(gone), "undecided": len(left)}


def holding_of(connection: Connection, detectors: Sequence[Detector], held: Held | None) -> Holding:
    """Asks `held` about findings that might be gone; without it all data are taken to be there."""
    populations = {d.id: d.population for d in detectors}

    def holding(missed: Sequence[Known], aliases: Mapping[str, str]) -> set[int]:
        if held is None:
            return {k.row["key"] for k in missed}
        parties = {*aliases, *aliases.values()}
        kept: set[int] = set()
        asked: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for k in missed:
            kind, id_, key = k.row["scope_kind"], k.row["scope_id"], k.row["key"]
            # What is said of a party may stand at another of its ids.
            if id_ in parties:
                kept.add(key)
            else:
                # A lot's number may have been kept as a file wrote it.
                now = known_id(id_) if kind == "lot" else id_
                asked[kind, populations[k.row["detector"]]][now].append(key)
        for (kind, population), keys in asked.items():
            kept.update(key for id_ in held.scopes(kind, population, keys) for key in keys[id_])
        there = [k for k in missed if k.row["key"] in kept and k.row["scope_kind"] == "lot"]
        return kept - _without_bids(connection, there, aliases, held) - _without_round(there, held)

    return holding


def _without_bids(
    connection: Connection, missed: Sequence[Known], aliases: Mapping[str, str], held: Held
) -> set[int]:
    """Those findings of lots, by key, that a bid proves which the lot does not have any more, by whichever id of its bidder."""
    lots = {k.row["key"]: k.row["scope_id"] for k in missed}
    proving: dict[int, list[str]] = {}
    for part in _parts(sorted(lots)):
        query = select(FindingRow.key, FindingRow.evidence).where(FindingRow.key.in_(part))
        for key, evidence in connection.execute(query):
            begun = f"{lots[key]}/"
            if bids := [n.removeprefix(begun) for n in evidence["nodes"] if n.startswith(begun)]:
                proving[key] = bids
    if not proving:
        return set()
    now = held.bids({known_id(lots[key]) for key in proving})
    gone = set()
    for key, bids in proving.items():
        lot = known_id(lots[key])
        there = {aliases.get(i, i) for i in now.get(lot, ())}
        if any(f"{lot}/{bid}" not in there and aliases.get(bid, bid) not in there for bid in bids):
            gone.add(key)
    return gone


def _without_round(missed: Sequence[Known], held: Held) -> set[int]:
    """Those findings of lots, by key, that are of a round none of whose bids the lot has any more."""
    days: dict[int, tuple[str, str]] = {}
    for k in missed:
        _, mark, day = str(k.row["identity"].get("lot_id", "")).partition(MARK)
        if mark:
            days[k.row["key"]] = known_id(k.row["scope_id"]), day
    now = held.opened({lot for lot, _ in days.values()}) if days else {}
    return {key for key, (lot, day) in days.items() if not any(near(day, d) for d in now.get(lot, ()))}


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
