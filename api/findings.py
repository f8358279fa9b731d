"""A finding on the wire: the command line's object, its life in the ledger, and where more of it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from cases import FindingRecord


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
        "scope": f"v1/{'households' if scope.scope_kind == 'household' else 'lots'}/{quote(scope.scope_id, safe='')}",
    }
    return told
