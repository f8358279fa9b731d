"""Findings whose id changed because a party in their identity goes by another id now: one finding, its former ids kept.

A finding's id is a hash over what it is about. When a party gets a better id (a credit code for what a data set
called `local:7`), the same finding comes with another id. It is recognised by its identity under the ids the parties
have now, renamed, and still found under the id it had. Two findings that become one are merged; when a batch is taken
back and they become two again, each is itself again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from cases.content import SEVERAL
from cases.events import Events, mark
from cases.tables import FindingRow, FormerIdRow
from graph.round_days import MARK, near
from loaders.lot_numbers import known_id

if TYPE_CHECKING:
    from detectors.finding import Finding

_AT_ONCE: Final = 500


@dataclass
class Known:
    """What the ledger has of a finding, while a run is recorded."""

    row: Mapping[str, Any]
    in_scope: bool
    unmerged: bool = False
    """It was one with another finding, and is found by itself again."""

    @property
    def merged(self) -> bool:
        """Is it one with another finding?"""
        return self.row["merged_into"] is not None and not self.unmerged


def rekey(
    connection: Connection,
    at: str,
    run_id: str,
    events: Events,
    known: MutableMapping[str, Known],
    found: Mapping[str, Finding],
    covered: frozenset[str],
    aliases: Mapping[str, str],
) -> int:
    """Rename and merge in the database and in `known`; gives how many findings got another id."""
    for id_, k in known.items():
        if id_ in found and k.merged:
            k.unmerged = True
            connection.execute(
                update(FindingRow).where(FindingRow.key == k.row["key"]).values(merged_into=None)
            )
    return _by_identity(connection, at, run_id, events, known, found, covered, aliases) + _back_to_former(
        connection, at, run_id, events, known, found
    )


def _by_identity(
    connection: Connection,
    at: str,
    run_id: str,
    events: Events,
    known: MutableMapping[str, Known],
    found: Mapping[str, Finding],
    covered: frozenset[str],
    aliases: Mapping[str, str],
) -> int:
    wanted = {_about(f.detector, f.version, f.identity, aliases): f for f in found.values() if f.identity}
    candidates: dict[str, list[Known]] = defaultdict(list)
    others: list[Known] = []
    for id_, k in known.items():
        row = k.row
        if id_ in found or k.merged or row["detector"] not in covered or not row["identity"]:
            continue
        now = wanted.get(_about(row["detector"], row["version"], row["identity"], aliases))
        if now is not None:
            candidates[now.fingerprint].append(k)
        else:
            others.append(k)
    for k, now in _by_round(connection, others, found, aliases):
        candidates[now.fingerprint].append(k)
    renamed = 0
    for new_id, several in candidates.items():
        # The one somebody has worked on keeps its life; else the one known longest.
        several.sort(key=lambda k: (k.row["state"] == "new", k.row["first_seen"], k.row["id"]))
        rest = several
        if new_id not in known:
            _rename(connection, at, run_id, events, known, several[0], new_id)
            renamed, rest = renamed + 1, several[1:]
        for k in rest:
            _merge(connection, at, events, k, known[new_id])
            renamed += 1
    return renamed


def _by_round(
    connection: Connection, others: Sequence[Known], found: Mapping[str, Finding], aliases: Mapping[str, str]
) -> Iterator[tuple[Known, Finding]]:
    """Findings of a lot that has rounds since, each as that of the round of its day; and of rounds of a lot that has none more."""
    of_lots = [k for k in others if k.row["scope_kind"] == "lot" and "lot_id" in k.row["identity"]]
    if not of_lots:
        return
    there: dict[Any, list[tuple[str, bool, Finding]]] = defaultdict(list)
    for f in found.values():
        if f.scope_kind == "lot" and "lot_id" in f.identity:
            lot, mark, day = f.identity["lot_id"].partition(MARK)
            about = _about(f.detector, f.version, {**f.identity, "lot_id": lot}, aliases)
            there[about].append((day or _day(f.facts), bool(mark), f))
    near_them = []
    for k in of_lots:
        lot, mark, day = k.row["identity"]["lot_id"].partition(MARK)
        about = _about(k.row["detector"], k.row["version"], {**k.row["identity"], "lot_id": lot}, aliases)
        # A finding of one round goes on as that of no other.
        if of := [(d, f) for d, rounds, f in there.get(about, ()) if rounds != bool(mark)]:
            near_them.append((k, day, of))
    for start in range(0, len(near_them), _AT_ONCE):
        part = near_them[start : start + _AT_ONCE]
        keys = [k.row["key"] for k, day, _ in part if not day]
        days = {
            key: _day(facts)
            for key, facts in connection.execute(
                select(FindingRow.key, FindingRow.facts).where(FindingRow.key.in_(keys))
            )
        }
        for k, stated, of in part:
            day = stated or days[k.row["key"]]
            if of_day := sorted(((d != day, d, f) for d, f in of if near(day, d)), key=lambda one: one[:2]):
                yield k, of_day[0][2]


def _day(facts: Mapping[str, Any]) -> str:
    return str(facts.get("as_of") or "")[:10]


def _about(detector: str, version: str, identity: Mapping[str, str], aliases: Mapping[str, str]) -> Any:
    """What a finding is about, under the ids its parties have now."""
    values = tuple(
        (name, tuple(sorted(aliases.get(part, part) for part in _parts(_now(name, value), aliases))))
        for name, value in sorted(identity.items())
    )
    return detector, version.split(".")[0], values


def _now(name: str, value: str) -> str:
    """A lot's number may have been kept as a file wrote it (01, 一标段) when the finding was recorded."""
    if name != "lot_id":
        return value
    lot, mark, day = value.partition(MARK)
    return known_id(lot) + mark + day


def _parts(value: str, aliases: Mapping[str, str]) -> list[str]:
    return [value] if value in aliases else SEVERAL.split(value)


def _back_to_former(
    connection: Connection,
    at: str,
    run_id: str,
    events: Events,
    known: MutableMapping[str, Known],
    found: Mapping[str, Finding],
) -> int:
    """A finding under an id it had before: the party lost its better id again."""
    by_key = {k.row["key"]: k for k in known.values()}
    new = sorted(id_ for id_ in found if id_ not in known)
    renamed = 0
    for start in range(0, len(new), _AT_ONCE):
        part = new[start : start + _AT_ONCE]
        rows = connection.execute(
            select(FormerIdRow.id, FormerIdRow.finding).where(FormerIdRow.id.in_(part))
        ).all()
        for former, key in rows:
            connection.execute(delete(FormerIdRow).where(FormerIdRow.id == former))
            k = by_key.get(key)
            # Where the other id is found as well, one finding has become two: this one begins its own life.
            if k is not None and not k.merged and k.row["id"] not in found:
                _rename(connection, at, run_id, events, known, k, former)
                renamed += 1
    return renamed


def _rename(
    connection: Connection,
    at: str,
    run_id: str,
    events: Events,
    known: MutableMapping[str, Known],
    k: Known,
    new_id: str,
) -> None:
    old_id, key = k.row["id"], k.row["key"]
    connection.execute(update(FindingRow).where(FindingRow.key == key).values(id=new_id, changed_at=at))
    connection.execute(delete(FormerIdRow).where(FormerIdRow.id == new_id))
    connection.execute(
        insert(FormerIdRow), [{"id": old_id, "finding": key, "replaced_at": at, "run": run_id}]
    )
    changes = {"id": {"before": old_id, "after": new_id}}
    events.tell("renamed", {key: changes}, {key: mark(new_id, k.row["digest"])})
    del known[old_id]
    k.row = {**k.row, "id": new_id}
    known[new_id] = k


def _merge(connection: Connection, at: str, events: Events, k: Known, into: Known) -> None:
    """Two findings turned out to be one. Where only the one merged was worked on, its state goes over."""
    key, other = k.row["key"], into.row["key"]
    connection.execute(
        update(FindingRow).where(FindingRow.key == key).values(merged_into=other, changed_at=at)
    )
    changes: dict[str, Any] = {"id": {"before": k.row["id"], "after": into.row["id"]}}
    events.tell("merged", {key: changes})
    if into.row["state"] == "new" and k.row["state"] != "new":
        state = k.row["state"]
        connection.execute(
            update(FindingRow).where(FindingRow.key == other).values(state=state, changed_at=at)
        )
        changes["state"] = {"before": "new", "after": state}
        into.row = {**into.row, "state": state}
    events.tell("merged", {other: changes})
    k.row = {**k.row, "merged_into": other}
