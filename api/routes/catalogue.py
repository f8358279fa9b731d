"""The catalogue of detectors."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from api import wire
from api.answers import told
from api.callers import Asking, Using
from api.routes.parameters import Id
from api.routing import Routes
from detectors.definition import Detector
from detectors.registry import DETECTORS, chosen

routes = Routes("detectors")


@routes.get("/detectors", scope="read", response_model=wire.Detectors, summary="All detectors")
def every(request: Request, caller: Asking, services: Using) -> Response:
    """In the order they are shown."""
    return told(request, caller, {"items": [detector_json(d) for d in (*DETECTORS, *services.own)]})


@routes.get("/detectors/{id:path}", scope="read", response_model=wire.Detector, summary="One detector")
def one(request: Request, caller: Asking, services: Using, id: Id) -> Response:
    """Its meaning, law, parameters and innocent explanations."""
    (detector,) = chosen([id], services.own)
    return told(request, caller, detector_json(detector))


def detector_json(d: Detector) -> dict[str, Any]:
    """The wire form of a definition, without its Cypher."""
    return {
        "id": d.id,
        "version": d.version,
        "domain": d.domain,
        "scene": d.scene,
        "title": {"zh": d.title_zh, "en": d.title_en},
        "severity": d.severity,
        "support": d.support,
        "needs": list(d.needs),
        "needs_any": list(d.needs_any),
        "needs_fields": list(d.needs_fields),
        "basis": [
            {
                "law": {"zh": b.law_zh, "en": b.law_en},
                "article": b.article,
                "says": {"zh": b.says_zh, "en": b.says_en},
                "in_force_from": b.in_force_from or None,
                "in_force_to": b.in_force_to or None,
                "regime": b.regime or None,
                "link": b.link or None,
            }
            for b in d.basis
        ],
        "parameters": [
            {
                "name": p.name,
                "default": p.default,
                "unit": p.unit,
                "allowed": p.allowed,
                "doc": {"zh": p.doc_zh, "en": p.doc_en},
            }
            for p in d.parameters
        ],
        "suppressors": [{"name": s.name, "doc": {"zh": s.doc_zh, "en": s.doc_en}} for s in d.suppressors],
        "innocent": {"zh": list(d.innocent_zh), "en": list(d.innocent_en)},
    }
