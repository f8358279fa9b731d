"""The ledger's tables. `cases/migrations` makes them; a test holds the two together.

Times are UTC in ISO 8601 with microseconds, so that they sort as text on both databases. What is structured is
canonical JSON in text: what is read is byte for byte what was written.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from sqlalchemy import Dialect, ForeignKey, Index, Integer, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def canonical(value: Any) -> str:
    """One text for one value: keys sorted, no spaces, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def timestamp(moment: dt.datetime) -> str:
    """A time as the ledger keeps it."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


class Json(TypeDecorator[Any]):
    """Anything JSON can say, kept as canonical text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From text."""
        return None if value is None else json.loads(value)


# PostgreSQL would sort by the database's own language; the ledger's order is the same everywhere.
TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")


class Base(DeclarativeBase):
    """All tables of the ledger."""

    type_annotation_map = {str: TEXT, int: Integer, dict[str, Any]: Json, list[Any]: Json}  # noqa: RUF012


class StateRow(Base):
    """One row: the time of the last write. Whoever writes locks it, so that writes come one after another."""

    __tablename__ = "ledger_state"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_write_at: Mapped[str]


class RunRow(Base):
    """One run of detectors."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[str] = mapped_column(index=True)
    ended_at: Mapped[str]
    actor: Mapped[str]
    software: Mapped[str]
    dataset_fingerprint: Mapped[str]
    scope_kind: Mapped[str | None]
    scope_id: Mapped[str | None]
    detectors: Mapped[dict[str, Any]]
    parameters: Mapped[dict[str, Any]]
    rules: Mapped[dict[str, Any]]
    population: Mapped[dict[str, Any]]
    undecided: Mapped[int]
    missing: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    narrowed: Mapped[dict[str, Any] | None]


class UndecidedRow(Base):
    """What a run could not decide, one lot or household a row. `gap`: the wire form of `detectors.definition.Undecided`.

    Of a run over everything there may be a hundred thousand; `RunRow.undecided` counts them.
    """

    __tablename__ = "undecided"
    run: Mapped[str] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    scope_kind: Mapped[str]
    scope_id: Mapped[str]
    gap: Mapped[dict[str, Any]]
    __table_args__ = (Index("ix_undecided_scope", "run", "scope_id"),)


class FindingRow(Base):
    """One finding as it was last found. `id` is its fingerprint, which may change; `key` never does."""

    __tablename__ = "findings"
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    detector: Mapped[str]
    version: Mapped[str]
    severity: Mapped[str] = mapped_column(index=True)
    scope_kind: Mapped[str]
    scope_id: Mapped[str]
    subjects: Mapped[list[Any]]
    facts: Mapped[dict[str, Any]]
    basis: Mapped[list[Any]]
    text: Mapped[dict[str, Any]]
    suppressed_by: Mapped[dict[str, Any] | None] = mapped_column(Json)
    parameters: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]
    identity: Mapped[dict[str, Any]]
    digest: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    changed_since_decision: Mapped[int]
    first_seen: Mapped[str]
    last_seen: Mapped[str]
    changed_at: Mapped[str]
    no_longer_found_at: Mapped[str | None]
    not_checked_since: Mapped[str | None]
    """Of what still stands: the run since which data are missing to say so."""
    suppressed_until: Mapped[str | None]
    last_run: Mapped[str] = mapped_column(ForeignKey("runs.id"))
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("findings.key"))
    __table_args__ = (
        Index("ix_findings_scope", "scope_id", "detector"),
        Index("ix_findings_detector", "detector"),
        Index("ix_findings_changed", "changed_at", "id"),
        Index("ix_findings_merged_into", "merged_into"),
    )


class SubjectRow(Base):
    """Whom a finding names (`cases.content.parties`), to be looked up by party."""

    __tablename__ = "finding_subjects"
    finding: Mapped[int] = mapped_column(ForeignKey("findings.key"), primary_key=True)
    party: Mapped[str] = mapped_column(primary_key=True, index=True)


class FormerIdRow(Base):
    """An id a finding had before the canonical id of a party in it changed."""

    __tablename__ = "former_ids"
    id: Mapped[str] = mapped_column(primary_key=True)
    finding: Mapped[int] = mapped_column(ForeignKey("findings.key"), index=True)
    replaced_at: Mapped[str]
    run: Mapped[str] = mapped_column(ForeignKey("runs.id"))


class EventRow(Base):
    """What happened to a finding. `changes`: field → {before, after}. `mark`: its id and content after it, hashed.

    Runs recorded before marks were kept have none.
    """

    __tablename__ = "finding_events"
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    finding: Mapped[int] = mapped_column(ForeignKey("findings.key"), index=True)
    at: Mapped[str]
    kind: Mapped[str]
    run: Mapped[str | None] = mapped_column(ForeignKey("runs.id"))
    changes: Mapped[dict[str, Any]]
    mark: Mapped[str | None]


class DecisionRow(Base):
    """A person's decision; never changed. `audit` is the row of the audit that says the same."""

    __tablename__ = "decisions"
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    finding: Mapped[int] = mapped_column(ForeignKey("findings.key"), index=True)
    at: Mapped[str]
    actor: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    reason: Mapped[str]
    audit: Mapped[int]


class SuppressionRow(Base):
    """A person's suppression until a time, or its lifting (`until` = `at`); the newest counts. Never changed."""

    __tablename__ = "suppressions"
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    finding: Mapped[int] = mapped_column(ForeignKey("findings.key"), index=True)
    at: Mapped[str]
    actor: Mapped[str]
    until: Mapped[str]
    reason: Mapped[str]
    audit: Mapped[int]


class KeyRow(Base):
    """An API key: its SHA-256 alone is kept."""

    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str]
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[Any]]
    created_at: Mapped[str]
    created_by: Mapped[str]
    expires_at: Mapped[str | None]
    revoked_at: Mapped[str | None]
    last_used_at: Mapped[str | None]


class AuditRow(Base):
    """One entry of the audit; `hash` is over the rest, `previous` included. Never changed."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str]
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    object: Mapped[str]
    detail: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class BatchRow(Base):
    """A load, mirrored from the graph, with where it came from and what may be done with it."""

    __tablename__ = "load_batches"
    id: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str]
    snapshot: Mapped[str | None]
    files: Mapped[list[Any]]
    counts: Mapped[dict[str, Any]]
    software: Mapped[str]
    first_loaded_at: Mapped[str]
    loaded_at: Mapped[str]
    loaded_by: Mapped[str]
    taken_back_at: Mapped[str | None]
    provider: Mapped[str | None]
    purpose: Mapped[str | None]
    valid_until: Mapped[str | None]
    forwarding: Mapped[str | None]


class AnswerRow(Base):
    """The answer given under an idempotency key; `status` is empty while it is worked on."""

    __tablename__ = "idempotency_keys"
    owner: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    route: Mapped[str]
    request_hash: Mapped[str]
    claimed_at: Mapped[str] = mapped_column(index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None] = mapped_column(Json)
    body: Mapped[str | None]
