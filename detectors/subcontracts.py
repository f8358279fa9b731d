"""Cypher for subcontracts, with their winners: what three detectors of delivery need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from detectors.definition import Draft, Evidence

SUBCONTRACTS: Final = (
    "MATCH (w:Company)-[s:SUBCONTRACTS_TO]->(x:Company) WHERE s.counted "
    "RETURN w.id AS party_id, w.name AS party_name, x.id AS to_id, x.name AS to_name, s.lot AS lot_id, "
    "s.amount AS sub_amount, s.currency AS sub_currency, s.signed_on AS signed_on, s.scope AS scope, s.key AS link_key"
)
SUBCONTRACTS_COLUMNS: Final = (
    *("party_id", "party_name", "to_id", "to_name", "lot_id", "sub_amount", "sub_currency"),
    *("signed_on", "scope", "link_key"),
)
LABOUR: Final = "劳务"
"""A labour-only subcontract (劳务分包) is a kind of its own."""
SUBCONTRACTED_LOTS: Final = (
    "MATCH (:Company)-[s:SUBCONTRACTS_TO]->(:Company) RETURN count(DISTINCT s.lot) AS n"
)


def with_keys(draft: Draft, keys: tuple[str, ...], identity: Mapping[str, str]) -> Draft:
    """The draft with the stated rows that prove it, and what else makes it the same next time."""
    return replace(
        draft, evidence=Evidence(draft.evidence.nodes, keys), identity={**draft.identity, **identity}
    )
