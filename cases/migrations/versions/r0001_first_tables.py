"""The first tables: runs, findings and their life, keys, audit, loads, answers kept for idempotency."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("audit", "decisions", "suppressions")


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    type_ = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, type_, nullable=nullable)


def _json(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade() -> None:
    """Make them, on an empty database."""
    op.create_table(
        "api_keys",
        _text("id"),
        _text("name"),
        _text("prefix"),
        _text("secret_sha256"),
        _json("scopes"),
        _text("created_at"),
        _text("created_by"),
        _text("expires_at", nullable=True),
        _text("revoked_at", nullable=True),
        _text("last_used_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_sha256"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        _text("at"),
        _text("actor"),
        _text("action"),
        _text("object"),
        _text("detail"),
        _text("previous"),
        _text("hash"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_audit_action", "audit", ["action"])
    op.create_table(
        "idempotency_keys",
        _text("owner"),
        _text("idempotency_key"),
        _text("route"),
        _text("request_hash"),
        _text("claimed_at"),
        sa.Column("status", sa.Integer, nullable=True),
        _json("headers", nullable=True),
        _text("body", nullable=True),
        sa.PrimaryKeyConstraint("owner", "idempotency_key"),
    )
    op.create_index("ix_idempotency_keys_claimed_at", "idempotency_keys", ["claimed_at"])
    op.create_table(
        "ledger_state",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        _text("last_write_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "load_batches",
        _text("id"),
        _text("dataset"),
        _text("snapshot", nullable=True),
        _json("files"),
        _json("counts"),
        _text("software"),
        _text("first_loaded_at"),
        _text("loaded_at"),
        _text("loaded_by"),
        _text("taken_back_at", nullable=True),
        _text("provider", nullable=True),
        _text("purpose", nullable=True),
        _text("valid_until", nullable=True),
        _text("forwarding", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "runs",
        _text("id"),
        _text("began_at"),
        _text("ended_at"),
        _text("actor"),
        _text("software"),
        _text("dataset_fingerprint"),
        _text("scope_kind", nullable=True),
        _text("scope_id", nullable=True),
        _json("detectors"),
        _json("parameters"),
        _json("rules"),
        _json("population"),
        _json("undecided"),
        _json("missing"),
        _json("counts"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_runs_began_at", "runs", ["began_at"])
    op.create_table(
        "findings",
        sa.Column("key", sa.Integer, autoincrement=True, nullable=False),
        _text("id"),
        _text("detector"),
        _text("version"),
        _text("severity"),
        _text("scope_kind"),
        _text("scope_id"),
        _json("subjects"),
        _json("facts"),
        _json("basis"),
        _json("text"),
        _json("suppressed_by", nullable=True),
        _json("parameters"),
        _json("evidence"),
        _json("identity"),
        _text("digest"),
        _text("state"),
        sa.Column("changed_since_decision", sa.Integer, nullable=False),
        _text("first_seen"),
        _text("last_seen"),
        _text("changed_at"),
        _text("no_longer_found_at", nullable=True),
        _text("suppressed_until", nullable=True),
        _text("last_run"),
        sa.Column("merged_into", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("id"),
        sa.ForeignKeyConstraint(["last_run"], ["runs.id"]),
        sa.ForeignKeyConstraint(["merged_into"], ["findings.key"]),
    )
    op.create_index("ix_findings_changed", "findings", ["changed_at", "id"])
    op.create_index("ix_findings_detector", "findings", ["detector"])
    op.create_index("ix_findings_scope", "findings", ["scope_id", "detector"])
    op.create_index("ix_findings_severity", "findings", ["severity"])
    op.create_index("ix_findings_state", "findings", ["state"])
    op.create_table(
        "decisions",
        sa.Column("key", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("finding", sa.Integer, nullable=False),
        _text("at"),
        _text("actor"),
        _text("from_state"),
        _text("to_state"),
        _text("reason"),
        sa.Column("audit", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.ForeignKeyConstraint(["finding"], ["findings.key"]),
    )
    op.create_index("ix_decisions_finding", "decisions", ["finding"])
    op.create_table(
        "finding_events",
        sa.Column("key", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("finding", sa.Integer, nullable=False),
        _text("at"),
        _text("kind"),
        _text("run", nullable=True),
        _json("changes"),
        sa.PrimaryKeyConstraint("key"),
        sa.ForeignKeyConstraint(["finding"], ["findings.key"]),
        sa.ForeignKeyConstraint(["run"], ["runs.id"]),
    )
    op.create_index("ix_finding_events_finding", "finding_events", ["finding"])
    op.create_table(
        "finding_subjects",
        sa.Column("finding", sa.Integer, autoincrement=False, nullable=False),
        _text("party"),
        sa.PrimaryKeyConstraint("finding", "party"),
        sa.ForeignKeyConstraint(["finding"], ["findings.key"]),
    )
    op.create_index("ix_finding_subjects_party", "finding_subjects", ["party"])
    op.create_table(
        "former_ids",
        _text("id"),
        sa.Column("finding", sa.Integer, nullable=False),
        _text("replaced_at"),
        _text("run"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["finding"], ["findings.key"]),
        sa.ForeignKeyConstraint(["run"], ["runs.id"]),
    )
    op.create_index("ix_former_ids_finding", "former_ids", ["finding"])
    op.create_table(
        "suppressions",
        sa.Column("key", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("finding", sa.Integer, nullable=False),
        _text("at"),
        _text("actor"),
        _text("until"),
        _text("reason"),
        sa.Column("audit", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.ForeignKeyConstraint(["finding"], ["findings.key"]),
    )
    op.create_index("ix_suppressions_finding", "suppressions", ["finding"])
    op.execute("INSERT INTO ledger_state (id, last_write_at) VALUES (1, '')")
    if op.get_context().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    for table in _APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    # INSERT OR REPLACE would remove a row without a DELETE.
    op.execute(
        "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit "
        "WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit) "
        "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION lookthrough_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION lookthrough_append_only()"
        )
