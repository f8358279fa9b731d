"""What an event left behind, hashed: the audit can then tell findings that were changed by other hands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Events that are there already stay without a mark."""
    type_ = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.add_column("finding_events", sa.Column("mark", type_, nullable=True))
