"""Which findings were merged into one: looked up for every page of findings."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index; nothing else changes."""
    op.create_index("ix_findings_merged_into", "findings", ["merged_into"])
