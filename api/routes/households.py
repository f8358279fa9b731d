"""Recipient households."""

from __future__ import annotations

from fastapi import Request, Response

from api import wire
from api.answers import told
from api.callers import Asking, Using
from api.cursors import cursor as cursor_after
from api.cursors import key_of
from api.findings import finding_json
from api.reading.households import household, households_page
from api.reading.lacking import without_data
from api.reading.naming import told_of
from api.routes.parameters import Cursor, Id, Limit
from api.routes.parties import dataset_of, meant
from api.routing import Routes
from cases import FindingFilter
from detectors.registry import DETECTORS

routes = Routes("households")


@routes.get(
    "/households",
    scope="read",
    cached=True,
    response_model=wire.HouseholdsPage,
    summary="All households, by id",
)
def every(
    request: Request, caller: Asking, services: Using, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """A page of households; `next` is the cursor of the following one."""
    fingerprint = dataset_of(request).fingerprint
    rows = households_page(services.store, key_of(cursor, fingerprint), limit + 1)
    more = len(rows) > limit
    next_ = cursor_after(fingerprint, rows[limit - 1]["id"]) if more else None
    return told(request, caller, {"items": rows[:limit], "next": next_, "truncated": more})


@routes.get("/households/{id:path}", scope="read", response_model=wire.Household, summary="One household")
def one(request: Request, caller: Asking, services: Using, id: Id) -> Response:
    """Members, what they hold, also through companies, what is paid by month, what was found, and what the last run over these very
    data could not decide of it.
    """
    found = meant(request, services, id, ("Household",))
    records = services.ledger.findings(
        FindingFilter(scope_id=found.id, found=True, order="severity"), None, 500
    )
    wanted = [d for d in (*DETECTORS, *services.own) if d.domain == "民生保障" and not d.of_lots]
    last = services.ledger.lasting(
        ("household", found.id), wanted, services.rules, services.store.fingerprint()
    )
    nothing = without_data(last.missing, ("household", found.id), (found.id,)) if last else ()
    undecided = [u.to_json(d) for d, u in (*(last.undecided if last else ()), *nothing)]
    answer = {
        **household(services.store, dataset_of(request), found.id),
        "findings": [finding_json(r, caller) for r in records],
        "undecided": undecided if last else None,
        "names": told_of(services.store, undecided),
    }
    return told(request, caller, answer, found.id)
