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


def kept_all_month(of: Recipient, spell: Spell, custody: Mapping[str, Sequence[Row]]) -> dict[str, Row]:
    """Person → the custody that covers the whole month, of those the payment is for."""
    whose = [spell.person] if spell.person else [str(m["person_id"]) for m in of.members_in(spell.month)]
    return {p: row for p in whose for row in custody.get(p, ()) if _all_month(row, spell.month)}


def _all_month(row: Row, month: str) -> bool:
    """A month of which a day was spent outside is no month in custody."""
    return bool(row["kept_from"]) and (
        row["kept_from"] <= f"{month}-01"
        and (not row["kept_to"] or row["kept_to"] >= f"{later(month, 1)}-01")
    )


def nobody_else(of: Recipient, spell: Spell, kept: Mapping[str, Row]) -> bool:
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
