"""Alembic's entry: runs on the connection it is handed, inside the transaction that is open there."""

from __future__ import annotations

from alembic import context

from cases.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
)
context.run_migrations()
