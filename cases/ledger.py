"""The ledger: what was found, what people decided, who did what, and the proof that nothing was changed after."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import URL, Connection, Engine, select, update

from cases import answers, audit, deciding, findings, keys, loads, recording
from cases.absent import Held
from cases.errors import InvalidValueError, LedgerError
from cases.lasting import Lasting, ReadRuns, lasting
from cases.moments import Clock, later_than, moment, system_clock
from cases.opening import explained, ledger_address, open_engine, writing
from cases.records import (
    AuditEntry,
    AuditReport,
    FindingFilter,
    FindingRecord,
    KeyRecord,
    LoadRecord,
    RememberedAnswer,
    RunRecord,
    Source,
)
from cases.runs import last_looks, looked_at, ran_over, runs_of, undecided_counts, undecided_of
from cases.tables import StateRow, timestamp
from graph.stores.contract import BatchRecord

if TYPE_CHECKING:
    from detectors.definition import Detector
    from detectors.rules.values import LocalRules
    from detectors.running.changed import Narrowed
    from detectors.running.runner import Run

MOST: Final = 1000
"""The largest page."""
EVERYTHING: Final = FindingFilter()
NO_SOURCE: Final = Source()
_USE_NOTED: Final = 60.0
"""Seconds between two notes of when a key was last used."""


class Ledger:
    """One open ledger; any number of threads may use it. Every method may raise a `LedgerError`."""

    def __init__(self, engine: Engine, address: URL, clock: Clock):
        self._engine, self._address, self._clock = engine, address, clock
        self._noted: dict[str, float] = {}
        self._noting = threading.Lock()
        self._read_runs = ReadRuns()

    @property
    def url(self) -> str:
        """Where it is, its password hidden."""
        return self._address.render_as_string(hide_password=True)

    # --- runs and findings ---
    def record_run(
        self,
        run: Run,
        detectors: Sequence[Detector],
        rules: LocalRules,
        dataset_fingerprint: str,
        actor: str,
        *,
        scope: tuple[str, str] | None = None,
        began_at: dt.datetime | None = None,
        narrowed: Narrowed | None = None,
        held: Held | None = None,
    ) -> RunRecord:
        """Record a run, whole or not at all.

        `detectors`: those that were run; `scope`: (kind, id) where only one lot or household was looked at;
        `narrowed`: where only what loads had touched was. Only what these cover can become "no longer found", and not
        where `run.undecided` says that data on a subject are missing, nor where `held` (`graph.held.StillHeld` of the
        store) says that of what a finding is about no data are left. Without it all are taken to be there. Parties that
        go by another id than before are followed by `run.aliases`.
        """
        began = timestamp(began_at) if began_at else None
        with self._writing() as (connection, at):
            return recording.record(
                connection,
                at,
                run,
                detectors,
                rules,
                dataset_fingerprint,
                actor,
                scope,
                began,
                narrowed,
                held,
            )

    def runs(self, after: str | None = None, limit: int = 100) -> list[RunRecord]:
        """Runs, newest first; `after`: the id of the last run of the page before."""
        _bounded(limit)
        with self._reading() as connection:
            return runs_of(connection, after, limit)

    def undecided(
        self, run: str, after: int = -1, limit: int = 100, detector: str | None = None
    ) -> list[tuple[int, Mapping[str, Any]]] | None:
        """What a run could not decide, with its place: {"detector", "scope", "subjects", "missing"}, after the place
        `after`, of one detector where it is named; None where there is no such run.
        """
        _bounded(limit)
        with self._reading() as connection:
            return undecided_of(connection, run, after, limit, detector)

    def undecided_counts(self, run: str) -> dict[str, int] | None:
        """How much each detector could not decide in a run, in the order it was run; None where there is no such run."""
        with self._reading() as connection:
            return undecided_counts(connection, run)

    def ran_over(self, run: str) -> str | None:
        """The fingerprint of the data that a run looked at; None where there is no such run."""
        with self._reading() as connection:
            return ran_over(connection, run)

    def looked_at(self, detectors: Sequence[Detector], rules: LocalRules) -> str | None:
        """The fingerprint of the data over which these detectors, under these rules, were last run as a whole or brought
        up to date; None where they never were.
        """
        with self._reading() as connection:
            return looked_at(connection, detectors, rules)

    def last_looks(self, detectors: Sequence[Detector], rules: LocalRules) -> dict[str, str]:
        """By detector: the fingerprint of the data over which it, under these rules, was last run as a whole or brought up
        to date, by whichever run; without those that never were.
        """
        with self._reading() as connection:
            return last_looks(connection, detectors, rules)

    def lasting(
        self,
        scope: tuple[str, str],
        detectors: Sequence[Detector],
        rules: LocalRules,
        fingerprint: str,
    ) -> Lasting | None:
        """What the last runs say of a scope (its kind, `lot` or `household`, and id), if it is what these detectors would say under these rules of the data with
        this fingerprint; else None.
        """
        with self._reading() as connection:
            return lasting(connection, self._now(), self._read_runs, scope, detectors, rules, fingerprint)

    def findings(
        self,
        wanted: FindingFilter = EVERYTHING,
        after: str | None = None,
        limit: int = 100,
    ) -> list[FindingRecord]:
        """A page of at most `limit` (1 to 1000) findings; `after`: the last record's `cursor`, in the same order."""
        _bounded(limit)
        if wanted.changed_since is not None:
            wanted = _with_moment(wanted)
        with self._reading() as connection:
            return findings.page(connection, self._now(), wanted, after, limit)

    def finding(self, id_: str) -> FindingRecord:
        """One finding by its present or a former id, with what changed each time. Raises `UnknownFindingError`."""
        with self._reading() as connection:
            return findings.one(connection, self._now(), id_)

    def finding_id(self, text: str) -> str:
        """The present id of what a person typed: an id, a former one, or the first 6 characters or more of one."""
        with self._reading() as connection:
            return findings.resolved(connection, text)

    def counts(self, wanted: FindingFilter = EVERYTHING) -> dict[str, Any]:
        """How many findings, by state, severity and detector; `suppressed` and `no_longer_found` are among them."""
        if wanted.changed_since is not None:
            wanted = _with_moment(wanted)
        with self._reading() as connection:
            return findings.counts(connection, self._now(), wanted)

    # --- what people do ---
    def decide(self, id_: str, state: str, reason: str, actor: str) -> FindingRecord:
        """Take a finding to another state. Raises `TransitionError` where that can't be, `InvalidValueError` for a blank reason."""
        with self._writing() as (connection, at):
            return findings.one(connection, at, deciding.decide(connection, at, id_, state, reason, actor))

    def suppress(
        self, id_: str, until: str | dt.datetime | dt.date, reason: str, actor: str
    ) -> FindingRecord:
        """Suppress a finding through a day (in Asia/Shanghai) or until a moment. It stays counted and shown, as suppressed."""
        end = moment(until, end_of_day=True)
        with self._writing() as (connection, at):
            return findings.one(connection, at, deciding.suppress(connection, at, id_, end, reason, actor))

    def lift(self, id_: str, reason: str, actor: str) -> FindingRecord:
        """End a suppression before its time."""
        with self._writing() as (connection, at):
            return findings.one(connection, at, deciding.lift(connection, at, id_, reason, actor))

    # --- keys ---
    def create_key(
        self,
        name: str,
        scopes: Iterable[str],
        expires_at: str | dt.datetime | dt.date | None = None,
        actor: str = "lookthrough",
    ) -> tuple[KeyRecord, str]:
        """A new API key and its secret, which is given this once. Raises `InvalidValueError`."""
        end = None if expires_at is None else moment(expires_at, end_of_day=True)
        with self._writing() as (connection, at):
            return keys.create(connection, at, name, scopes, end, actor)

    def verify_key(self, secret: str) -> KeyRecord | None:
        """The key of a secret; none where it is unknown, revoked or expired. Its last use is noted once a minute."""
        with self._reading() as connection:
            found = keys.find(connection, secret, self._now())
        if found is not None and self._use_is_due(found.id):
            try:
                with explained(self._address), writing(self._engine, wait=0) as connection:
                    keys.used(connection, found.id, self._now())
            except LedgerError:
                # A request must not fail because another is being recorded, or because nothing can be written.
                pass
        return found

    def _use_is_due(self, id_: str) -> bool:
        with self._noting:
            due = time.monotonic() - self._noted.get(id_, float("-inf")) >= _USE_NOTED
            if due:
                self._noted[id_] = time.monotonic()
            return due

    def keys(self) -> list[KeyRecord]:
        """All keys, revoked and expired ones too, oldest first."""
        with self._reading() as connection:
            return keys.every(connection)

    def revoke_key(self, id_: str, actor: str = "lookthrough") -> KeyRecord:
        """Revoke a key for good. Raises `UnknownKeyError`; revoking again changes nothing."""
        with self._writing() as (connection, at):
            return keys.revoke(connection, at, id_, actor)

    # --- the audit ---
    def audit(self, actor: str, action: str, object_: str, detail: Mapping[str, Any] | None = None) -> int:
        """Add an entry; gives its place. `detail` must hold no personal data in clear."""
        with self._writing() as (connection, at):
            return audit.append(connection, at, actor, action, object_, detail or {})

    def verify_audit(self, head: str | None = None) -> AuditReport:
        """Recompute the whole chain; with an earlier `head`, see that it is still in it."""
        with self._reading() as connection:
            return audit.verify(connection, head)

    def audit_head(self) -> str:
        """The newest entry's hash: written down elsewhere, it proves what stood here."""
        with self._reading() as connection:
            return audit.head(connection)

    def audit_entries(self, after: int = 0, limit: int = 100) -> list[AuditEntry]:
        """Entries after the place `after`, oldest first."""
        _bounded(limit)
        with self._reading() as connection:
            return audit.entries(connection, after, limit)

    # --- loads ---
    def record_load(self, batch: BatchRecord, actor: str, source: Source = NO_SOURCE) -> LoadRecord:
        """Mirror a load and write it into the audit. What was known of its source stays where nothing is said."""
        with self._writing() as (connection, at):
            return loads.record_load(connection, at, batch, source, actor)

    def record_unload(self, batch_id: str, actor: str) -> None:
        """Note that a batch was taken back."""
        with self._writing() as (connection, at):
            loads.record_unload(connection, at, batch_id, actor)

    def loads(self) -> list[LoadRecord]:
        """All loads, those taken back too, oldest first."""
        with self._reading() as connection:
            return loads.every(connection)

    # --- idempotency keys ---
    def idempotent(
        self, key: str, route: str, request_hash: str, *, owner: str = ""
    ) -> RememberedAnswer | None:
        """Claim a key for a request: the answer given before, or none, and then the caller does the work.

        The claim ends with `remember` or `forget`. `owner`: who uses the key (the API key's id), so that two clients'
        keys never meet. Raises `IdempotencyConflictError` (another request had it), `IdempotencyPendingError`.
        """
        with explained(self._address), writing(self._engine) as connection:
            return answers.claim(connection, self._now(), owner, key, route, request_hash)

    def remember(
        self,
        key: str,
        status: int,
        body: str,
        headers: Mapping[str, str] | None = None,
        *,
        owner: str = "",
    ) -> None:
        """Keep the answer to a claimed request, for 24 hours."""
        with explained(self._address), writing(self._engine) as connection:
            answers.remember(connection, owner, key, status, body, headers or {})

    def forget(self, key: str, *, owner: str = "") -> None:
        """Give a claim back: the request failed and may be tried again."""
        with explained(self._address), writing(self._engine) as connection:
            answers.forget(connection, owner, key)

    # --- the database ---
    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _now(self) -> str:
        return timestamp(self._clock())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(self._address), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, str]]:
        """A transaction that alone may write, with its time, which is later than that of every write before it."""
        with explained(self._address), writing(self._engine) as connection:
            last = connection.execute(
                select(StateRow.last_write_at).where(StateRow.id == 1).with_for_update()
            ).scalar_one()
            at = later_than(self._now(), last)
            connection.execute(update(StateRow).where(StateRow.id == 1).values(last_write_at=at))
            yield connection, at


def open_ledger(
    url: str | URL | Path,
    *,
    password: str = "",
    wait: float = 30.0,
    create: bool = True,
    clock: Clock = system_clock,
) -> Ledger:
    """Open a ledger, made and brought up to date where needed.

    `url`: `sqlite:///PATH` or `postgresql://…`, or a path. `password` goes before one in the address. `wait`: seconds
    to wait for another writer. `create` false: raises `LedgerMissingError` where there is none yet. Raises
    `LedgerError`: bad address, unreachable, busy, damaged, read-only, made by a newer version.
    """
    address = URL.create("sqlite", database=str(url)) if isinstance(url, Path) else ledger_address(url)
    if password and address.drivername != "sqlite":
        address = address.set(password=password)
    return Ledger(open_engine(address, wait, create), address, clock)


def _bounded(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise InvalidValueError(
            f"每页条数须在 1 到 {MOST} 之间，现为 {limit}。", f"A page has 1 to {MOST} entries, not {limit}."
        )


def _with_moment(wanted: FindingFilter) -> FindingFilter:
    return dataclasses.replace(wanted, changed_since=moment(str(wanted.changed_since)))
