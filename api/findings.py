"""A finding on the wire: the command line's object, its life in the ledger, and where more of it is."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from cases import FindingRecord

_SCOPES: Final = {"lot": "lots", "household": "households", "company": "parties", "person": "parties"}
"""Where what a finding is about is told of; a group of bidders or an account has no page of its own."""


def finding_json(record: FindingRecord, *, history: bool = False) -> dict[str, Any]:
    """The wire form; `links` are relative to the service's root."""
    told = record.to_json()
    if not history:
        told.pop("history", None)
    id_ = quote(record.id, safe="")
    scope = record.finding
    told["links"] = {
        "self": f"v1/findings/{id_}",
        "subgraph": f"v1/findings/{id_}/subgraph",
        "package": f"v1/findings/{id_}/package",
        "detector": f"v1/detectors/{record.finding.detector}",
    }
    if scope.scope_kind in _SCOPES:
        told["links"]["scope"] = f"v1/{_SCOPES[scope.scope_kind]}/{quote(scope.scope_id, safe='')}"
    return told
