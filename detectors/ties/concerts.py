"""Cypher for the parties to agreements to act in concert."""

from __future__ import annotations

from typing import Final

MEMBERS: Final = (
    "MATCH (m)-[r:MEMBER_OF_CONCERT]->(h:Concert) WHERE r.counted RETURN m.id AS related_id, h.id AS holder_id, "
    "h.name AS holder_name, r.valid_from AS member_from, r.valid_to AS member_to, r.key AS member_key"
)
MEMBERS_COLUMNS: Final = ("related_id", "holder_id", "holder_name", "member_from", "member_to", "member_key")
