"""How an answer leaves: personal data hidden from those who may not see them, every sight of them audited, the data named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from api.callers import Caller, services_of
from api.datasets import Datasets
from api.masking import contact_ids, hidden_subgraph, hide
from api.routing import FINGERPRINT, route_path
from exports.evidence.people import names_of, names_told, person_ids
from graph.stores.errors import StoreUnavailableError
from graph.subgraph import Subgraph


def told(request: Request, caller: Caller, value: Any, about: str = "", status: int = 200) -> Response:
    """A JSON answer. `about`: the id that was asked for, which the audit notes where persons are seen."""
    return Response(
        json.dumps(for_caller(request, caller, value, about), ensure_ascii=False),
        status,
        headers(request),
        "application/json",
    )


def for_caller(request: Request, caller: Caller, value: Any, about: str = "") -> Any:
    """The value as this caller may see it; a sight of persons is written into the audit first."""
    services = services_of(request)
    persons = person_ids(value)
    if caller.sees_people:
        seen(request, caller, about, len(persons), len(contact_ids(value)))
        return value
    names = {*names_of(services.store, persons).values(), *names_told(value)} if persons else ()
    return hide(value, names, services.person_key)


def pictured(request: Request, caller: Caller, subgraph: Subgraph, about: str) -> Subgraph:
    """The subgraph as this caller may see it."""
    if caller.sees_people:
        kinds = [n.type for n in subgraph.nodes]
        seen(request, caller, about, kinds.count("Person"), kinds.count("Contact"))
        return subgraph
    return hidden_subgraph(subgraph, services_of(request).person_key)


def seen(request: Request, caller: Caller, about: str, persons: int, contacts: int) -> None:
    """Write a look at personal data into the audit: who, by which route, about which id, how many; nothing for none."""
    if not persons and not contacts:
        return
    route = route_path(request.scope)
    services_of(request).ledger.audit(
        caller.name, "look", about or route, {"route": route, "persons": persons, "contacts": contacts}
    )


def headers(request: Request, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What every answer carries: which data it is of, but where a store that has gone was not needed for it."""
    datasets: Datasets = request.app.state.datasets
    try:
        return {FINGERPRINT: datasets.fingerprint(), **(more or {})}
    except StoreUnavailableError:
        return dict(more or {})
