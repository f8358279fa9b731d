"""A finding on the wire: the command line's object, its life in the ledger, and where more of it is."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from api.callers import Caller
from cases import FindingRecord
from exports.evidence.veiling import with_told_reasons

_SCOPES: Final = {"lot": "lots", "household": "households", "company": "parties", "person": "parties"}
"""Where what a finding is about is told of; a group of bidders or an account has no page of its own."""


def finding_json(record: FindingRecord, caller: Caller, *, history: bool = False) -> dict[str, Any]:
    """The wire form; reasons as this caller may read them. `links` are relative to the service's root."""
    told = with_told_reasons(record.to_json(), hides=not caller.sees_people)
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
