"""What runs could not decide stands in a table of its own: one list of it held a hundred thousand, read with each run."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from cases.tables import TEXT, canonical

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the lists; what the audit tells of the runs stands as it was."""
    op.create_table(
        "undecided",
        sa.Column("run", TEXT, sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("scope_kind", TEXT, nullable=False),
        sa.Column("scope_id", TEXT, nullable=False),
        sa.Column("gap", sa.Text(), nullable=False),
    )
    op.create_index("ix_undecided_scope", "undecided", ["run", "scope_id"])
    connection = op.get_bind()
    runs = sa.table("runs", sa.column("id"), sa.column("undecided"))
    gaps = sa.table("undecided", *(sa.column(n) for n in ("run", "place", "scope_kind", "scope_id", "gap")))
    counts: dict[str, int] = {}
    # One run at a time: a list can be large.
    for run in connection.execute(sa.select(runs.c.id)).scalars().all():
        query = sa.select(runs.c.undecided).where(runs.c.id == run)
        told = json.loads(connection.execute(query).scalar_one())
        if told:
            counts[run] = len(told)
            connection.execute(sa.insert(gaps), [_row(run, place, gap) for place, gap in enumerate(told)])
    op.drop_column("runs", "undecided")
    op.add_column("runs", sa.Column("undecided", sa.Integer(), nullable=False, server_default="0"))
    for run, count in counts.items():
        connection.execute(sa.update(runs).where(runs.c.id == run).values(undecided=count))


def _row(run: str, place: int, gap: dict[str, Any]) -> dict[str, Any]:
    scope = gap["scope"]
    return {
        "run": run,
        "place": place,
        "scope_kind": scope["kind"],
        "scope_id": scope["id"],
        "gap": canonical(gap),
    }
