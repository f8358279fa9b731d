"""Findings are looked up by who ties their subjects too: asked about a holder behind bidders, the ledger said nothing."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from cases.content import parties

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_ONCE = 1000


def upgrade() -> None:
    """Adds to each finding's parties those that its columns name."""
    columns = ("key", "scope_id", "subjects", "identity", "evidence")
    findings = sa.table("findings", *(sa.column(c) for c in columns))
    named = sa.table("finding_subjects", sa.column("finding"), sa.column("party"))
    connection = op.get_bind()
    after = -1
    while found := connection.execute(
        sa.select(findings).where(findings.c.key > after).order_by(findings.c.key).limit(_AT_ONCE)
    ).all():
        after = found[-1].key
        between = named.c.finding.between(found[0].key, after)
        there = {tuple(row) for row in connection.execute(sa.select(named).where(between))}
        added = [
            {"finding": row.key, "party": party}
            for row in found
            for told in [
                {"scope_id": row.scope_id}
                | {c: json.loads(getattr(row, c)) for c in ("subjects", "identity", "evidence")}
            ]
            for party in sorted(parties(told))
            if (row.key, party) not in there
        ]
        if added:
            connection.execute(sa.insert(named), added)
