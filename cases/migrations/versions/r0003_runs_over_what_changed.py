"""Runs that looked only at what loads touched: what they cover, and since which data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs that are there already looked at everything, or at one scope."""
    op.add_column("runs", sa.Column("narrowed", sa.Text(), nullable=True))
