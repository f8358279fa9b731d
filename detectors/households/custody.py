"""Times in prison or another place of custody, beside the months that are paid for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from detectors.definition import Row
from detectors.households.months import later
from detectors.households.paid import Recipient, Spell

CUSTODY: Final = (
    "MATCH (p:Person)-[k:IN_CUSTODY]->(u:Company) WHERE k.counted "
    "RETURN p.id AS person_id, u.id AS unit_id, u.name AS unit_name, k.kind AS custody_kind, "
    "k.valid_from AS kept_from, k.valid_to AS kept_to, k.key AS custody_key"
)
CUSTODY_COLUMNS: Final = (
    *("person_id", "unit_id", "unit_name", "custody_kind", "kept_from", "kept_to", "custody_key"),
)


def kept_all_month(
    of: Recipient, spell: Spell, custody: Mapping[str, Sequence[Row]]
) -> dict[str, tuple[Row, ...]]:
    """Person → the times in custody that together cover the whole month, of those the payment is for."""
    whose = [spell.person] if spell.person else [str(m["person_id"]) for m in of.members_in(spell.month)]
    covering = {p: _all_month(custody.get(p, ()), spell.month) for p in whose}
    return {p: rows for p, rows in covering.items() if rows}


def _all_month(rows: Sequence[Row], month: str) -> tuple[Row, ...]:
    """The rows that leave no day of the month outside, none where a day is; moved from one place to another is inside."""
    until, end, used = f"{month}-01", f"{later(month, 1)}-01", []
    for row in sorted(
        (r for r in rows if r["kept_from"]), key=lambda r: (r["kept_from"], r["kept_to"] or "9")
    ):
        to = row["kept_to"] or "9999-12-31"
        if until < end and row["kept_from"] <= until < to:
            used.append(row)
            until = to
    return tuple(used) if until >= end else ()


def nobody_else(of: Recipient, spell: Spell, kept: Mapping[str, Sequence[Row]]) -> bool:
    """Does the payment serve nobody at home?"""
    return bool(spell.person) or {str(m["person_id"]) for m in of.members_in(spell.month)} <= set(kept)


def custody_told(row: Row) -> dict[str, Any]:
    """A time in custody as the facts tell it."""
    return {
        "id": row["person_id"],
        "place": row["unit_id"],
        "kind": row["custody_kind"],
        "from": row["kept_from"],
        "to": row["kept_to"],
    }
