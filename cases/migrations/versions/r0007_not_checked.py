"""Since when no run could check a finding again, for want of data: it stands, and nobody was told that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cases.tables import TEXT

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of findings that are there already the next run tells."""
    op.add_column("findings", sa.Column("not_checked_since", TEXT, nullable=True))
