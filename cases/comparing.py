"""The ledger's tables held against its audit: what was changed in them by other hands than the ledger's.

Every deed is told in the audit in the transaction that does it. Each table must say what the entries say, in both
directions: nothing changed, nothing taken away, nothing put in. What no entry can vouch for stands in docs/ledger.md.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, permutations
from typing import Any, Final

from sqlalchemy import Connection, select

from cases.content import CONTENT, parties
from cases.events import event_line, lines_hash, mark
from cases.rows import Row, streamed, table_of
from cases.tables import (
    Base,
    BatchRow,
    DecisionRow,
    EventRow,
    FindingRow,
    KeyRow,
    RunRow,
    SubjectRow,
    SuppressionRow,
    UndecidedRow,
    canonical,
)
from detectors.finding import identity_hash

COMPARED: Final = frozenset(
    {"decide", "suppress", "lift", "run", "key.create", "key.revoke", "load", "unload"}
)
"""Actions whose entries tell of rows in other tables."""
_PASSING: Final[Mapping[type[Base], frozenset[str]]] = {
    RunRow: frozenset(),
    KeyRow: frozenset({"revoked_at", "last_used_at"}),
    BatchRow: frozenset({"taken_back_at"}),
}
"""Columns that change after the entry that tells of the row."""
_MOST_NAMES: Final = 8
"""Columns of an identity; detectors have up to three."""
_SOURCE: Final = ("provider", "purpose", "valid_until", "forwarding")

Wrong = tuple[int, str, str]
"""The entry at which table and audit part (one past the last where none tells of the row), and why, zh and en."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the audit that tells of a row elsewhere."""

    seq: int
    at: str
    action: str
    object: str
    text: str

    @property
    def detail(self) -> dict[str, Any]:
        """What it tells."""
        found: dict[str, Any] = json.loads(self.text)
        return found


_LATER: Final = frozenset({"narrowed"})


def row_hash(class_: type[Base], row: Mapping[str, Any]) -> str:
    """SHA-256 over a row as it is kept, without what may change later."""
    kept = {c: row[c] for c in table_of(class_).columns.keys() if c not in _PASSING[class_]}  # noqa: SIM118
    # What came with a later version says nothing of earlier rows: their hashes stand.
    kept = {c: value for c, value in kept.items() if c not in _LATER or value is not None}
    return hashlib.sha256(canonical(kept).encode()).hexdigest()


def run_hash(row: Mapping[str, Any], undecided: Sequence[Any]) -> str:
    """`row_hash` of a run with what it could not decide, which stands in a table of its own."""
    return row_hash(RunRow, {**row, "undecided": list(undecided)})


def decision_detail(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit tells of a decision, beside the finding's id at that time."""
    return {k: row[k] for k in ("at", "actor", "from_state", "to_state", "reason")} | {"key": row["finding"]}


def suppression_detail(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit tells of a suppression or its lifting."""
    return {k: row[k] for k in ("at", "actor", "until", "reason")} | {"key": row["finding"]}


def contradiction(connection: Connection, told: Sequence[Told], entries: int) -> Wrong | None:
    """The first in which the tables and the audit of so many entries contradict each other."""
    comparison = _Comparison(connection, told, entries)
    for check in comparison.checks:
        # What rests on a table comes after it: the first that is wrong explains the ones after.
        found = min(check, default=None, key=lambda w: w[0])
        if found:
            return found
    return None


def _in_place(gap: Row) -> bool:
    """Is it found under the lot or household it tells of?"""
    return (gap["scope_kind"], gap["scope_id"]) == (gap["gap"]["scope"]["kind"], gap["gap"]["scope"]["id"])


class _Comparison:
    def __init__(self, connection: Connection, told: Sequence[Told], entries: int):
        self._connection, self._end = connection, entries + 1
        self._by_action: dict[str, list[Told]] = defaultdict(list)
        for one in told:
            self._by_action[one.action].append(one)

    @property
    def checks(self) -> Iterator[Iterator[Wrong]]:
        """One check a table."""
        yield self._decided()
        yield self._runs()
        yield self._keys()
        yield self._loads()
        yield self._events()
        yield self._findings()

    def _rows(self, class_: type[Base], *order: Any) -> Iterator[Row]:
        return streamed(self._connection, select(table_of(class_)).order_by(*order))

    def _differs(self, seq: int | None, zh: str, en: str) -> Wrong:
        if seq is None:
            return (
                self._end,
                f"台账中的{zh}没有审计记录：为他人所加，或被改动。",
                f"No entry tells of the ledger's {en}: added or changed by other hands.",
            )
        return (
            seq,
            f"第 {seq} 条记录与台账中的{zh}不一致：后者被增、删或改动。",
            f"Entry {seq} and the ledger's {en} contradict each other: the latter were added to, removed or changed.",
        )

    def _decided(self) -> Iterator[Wrong]:
        kept: dict[int, tuple[str, str]] = {}
        for row in self._rows(DecisionRow, DecisionRow.key):
            kept[row["audit"]] = ("decide", canonical(decision_detail(row)))
        for row in self._rows(SuppressionRow, SuppressionRow.key):
            action = "lift" if row["until"] == row["at"] else "suppress"
            kept[row["audit"]] = (action, canonical(suppression_detail(row)))
        told = {one.seq: one for a in ("decide", "suppress", "lift") for one in self._by_action[a]}
        for seq in sorted({*told, *kept}):
            one = told.get(seq)
            detail = {k: v for k, v in one.detail.items() if k != "finding"} if one else {}
            action = one.action if one else kept[seq][0]
            if one is None or kept.get(seq) != (action, canonical(detail)):
                yield self._differs(
                    seq, *(("核查结论", "decisions") if action == "decide" else ("抑制", "suppressions"))
                )

    def _runs(self) -> Iterator[Wrong]:
        runs = {row["id"]: row for row in self._rows(RunRow, RunRow.id)}
        kept = {id_: run_hash(row, ()) for id_, row in runs.items() if not row["undecided"]}
        gaps = self._rows(UndecidedRow, UndecidedRow.run, UndecidedRow.place)
        for id_, of in groupby(gaps, lambda gap: str(gap["run"])):
            undecided = [gap for gap in of if _in_place(gap)]
            # A run with more or fewer of them than it counts has no hash: it is told to differ.
            if id_ in runs and runs[id_]["undecided"] == len(undecided):
                kept[id_] = run_hash(runs[id_], [gap["gap"] for gap in undecided])
            else:
                kept[id_] = ""
        for id_ in runs:
            kept.setdefault(id_, "")
        for one in self._by_action["run"]:
            if kept.pop(one.object, None) != one.detail["record"]:
                yield self._differs(one.seq, "运行记录", "runs")
        for id_ in kept:
            yield self._differs(None, f"运行记录 {id_}", f"run {id_}")

    def _keys(self) -> Iterator[Wrong]:
        kept = {row["id"]: row for row in self._rows(KeyRow, KeyRow.id)}
        revoked = {one.object: one for one in self._by_action["key.revoke"]}
        for one in self._by_action["key.create"]:
            row, told = kept.pop(one.object, None), one.detail
            holds = row is not None and all(
                row[k] == told[k] for k in ("name", "prefix", "scopes", "expires_at")
            )
            if row is None or not holds or told.get("record", row_hash(KeyRow, row)) != row_hash(KeyRow, row):
                yield self._differs(one.seq, f"密钥 {one.object}", f"key {one.object}")
                continue
            ended = revoked.get(one.object)
            if row["revoked_at"] != (ended.at if ended else None):
                yield self._differs(
                    ended.seq if ended else one.seq,
                    f"密钥 {one.object} 的吊销",
                    f"key {one.object}, as revoked or not",
                )
        for id_ in kept:
            yield self._differs(None, f"密钥 {id_}", f"key {id_}")

    def _loads(self) -> Iterator[Wrong]:
        last: dict[str, Told] = {}
        back: dict[str, Told] = {}
        stated: dict[str, dict[str, Any]] = defaultdict(dict)
        for one in sorted((*self._by_action["load"], *self._by_action["unload"]), key=lambda o: o.seq):
            if one.action == "unload":
                back[one.object] = one
                continue
            last[one.object] = one
            back.pop(one.object, None)
            stated[one.object] |= {k: v for k, v in one.detail.items() if k in _SOURCE}
        for row in self._rows(BatchRow, BatchRow.id):
            one_ = last.pop(row["id"], None)
            if one_ is None:
                yield self._differs(None, f"装载批次 {row['id']}", f"load {row['id']}")
                continue
            told, end = one_.detail, back.get(row["id"])
            holds = (
                row["dataset"] == told["dataset"]
                and [f["sha256"] for f in row["files"]] == told["files"]
                and all(row[k] == stated[row["id"]].get(k) for k in _SOURCE)
                and told.get("record", row_hash(BatchRow, row)) == row_hash(BatchRow, row)
            )
            if not holds or row["taken_back_at"] != (end.at if end else None):
                yield self._differs(
                    end.seq if holds and end else one_.seq, f"装载批次 {row['id']}", f"load {row['id']}"
                )
        for id_, one in last.items():
            yield self._differs(one.seq, f"装载批次 {id_}", f"load {id_}")

    @cached_property
    def _run_entries(self) -> dict[str, Told]:
        return {one.object: one for one in self._by_action["run"]}

    def _events(self) -> Iterator[Wrong]:
        lines: dict[str, list[str]] = defaultdict(list)
        for row in self._rows(EventRow, EventRow.key):
            lines[row["run"] or ""].append(event_line(row))
        for id_, one in self._run_entries.items():
            told = one.detail
            # Runs recorded before events were hashed tell nothing of them.
            if "events" in told and lines_hash(lines.get(id_, ())) != told["events"]:
                yield self._differs(one.seq, "风险预警变动记录", "events of findings")
            lines.pop(id_, None)
        for id_ in lines:
            yield self._differs(None, f"运行 {id_} 的风险预警变动记录", f"events of a run {id_ or '(none)'}")

    def _findings(self) -> Iterator[Wrong]:
        """What a finding is must follow from its events, decisions and suppressions."""
        lives = _lives(self._connection)
        named: dict[int, set[str]] = defaultdict(set)
        for row in self._rows(SubjectRow, SubjectRow.finding):
            named[row["finding"]].add(row["party"])
        for row in self._rows(FindingRow, FindingRow.key):
            life = lives.pop(row["key"], None)
            if life is None:
                yield self._differs(None, f"风险预警 {row['id']}", f"finding {row['id']}")
                continue
            if not life.agrees(row) or named.pop(row["key"], set()) != parties(row):
                entry = self._run_entries.get(life.last_run)
                yield self._differs(
                    entry.seq if entry else None, f"风险预警 {row['id']}", f"findings ({row['id']})"
                )
        for life in lives.values():
            entry = self._run_entries.get(life.last_run)
            yield self._differs(entry.seq if entry else None, "风险预警", "findings")
        if named:
            yield self._differs(None, "风险预警当事人", "subjects of findings")


@dataclass
class _Life:
    """What a finding's events, decisions and suppressions add up to."""

    last_run: str = ""
    ids: set[str] = field(default_factory=set)
    """What it was called before."""
    mark: str | None = None
    unmarked: bool = False
    """It was found, or changed, in a run that kept no marks."""
    first_seen: str | None = None
    gone_at: str | None = None
    not_checked_since: str | None = None
    merged: bool = False
    state: str = "new"
    state_at: str = ""
    suppressed_until: str | None = None

    def take(self, row: Row) -> None:
        """The next event."""
        kind, changes = row["kind"], row["changes"]
        self.last_run = row["run"] or self.last_run
        if row["mark"] is not None:
            self.mark, self.unmarked = row["mark"], False
        elif kind in ("found", "changed", "renamed"):
            self.unmarked = True
        if kind == "found":
            self.first_seen = self.first_seen or row["at"]
        if kind in ("found", "found_again"):
            self.gone_at = None
        elif kind == "no_longer_found":
            self.gone_at = row["at"]
        if kind == "not_checked":
            self.not_checked_since = row["at"]
        elif kind in ("checked_again", "no_longer_found"):
            self.not_checked_since = None
        elif kind == "renamed":
            self.ids.add(changes.get("id", {}).get("before", ""))
        elif kind == "merged":
            self.merged = True
            if "state" in changes:
                self.state, self.state_at = changes["state"]["after"], row["at"]

    def agrees(self, row: Row) -> bool:
        """Is this what the table says?"""
        said = hashlib.sha256(canonical({name: row[name] for name in CONTENT}).encode()).hexdigest()
        return (
            said == row["digest"]
            and (self.unmarked or self.mark == mark(row["id"], row["digest"]))
            and self._is_about(row)
            and row["first_seen"] == self.first_seen
            and row["no_longer_found_at"] == self.gone_at
            and row["not_checked_since"] == self.not_checked_since
            and (self.merged or row["merged_into"] is None)
            and row["state"] == self.state
            and row["suppressed_until"] == self.suppressed_until
        )

    def _is_about(self, row: Row) -> bool:
        """Do its id, or one it had, and its identity agree? The order the detector declares isn't kept."""
        known, major, identity = {row["id"], *self.ids}, row["version"].split(".")[0], row["identity"]
        if not isinstance(identity, dict) or len(identity) > _MOST_NAMES:
            return False
        orders = permutations(identity.items())
        return any(identity_hash(row["detector"], major, order) in known for order in orders)


def _lives(connection: Connection) -> dict[int, _Life]:
    lives: dict[int, _Life] = defaultdict(_Life)
    for row in streamed(connection, select(table_of(EventRow)).order_by(EventRow.key)):
        lives[row["finding"]].take(row)
    for row in streamed(connection, select(table_of(DecisionRow)).order_by(DecisionRow.key)):
        life = lives[row["finding"]]
        if row["at"] > life.state_at:
            life.state, life.state_at = row["to_state"], row["at"]
    for row in streamed(connection, select(table_of(SuppressionRow)).order_by(SuppressionRow.key)):
        lives[row["finding"]].suppressed_until = row["until"]
    return dict(lives)
