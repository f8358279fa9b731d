"""Lots: the list, one with its bidders, and the detectors on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query, Request, Response

from api import wire
from api.answers import for_caller, told
from api.callers import Asking, Using
from api.cursors import cursor as cursor_after
from api.cursors import key_of
from api.datasets import Dataset
from api.findings import finding_json
from api.once import IdempotencyKey, once
from api.reading.lacking import without_data
from api.reading.lots import bidders, lot, lots_called, lots_page, with_owners
from api.reading.naming import told_of as gaps_names
from api.reading.one_lot import screen_one_lot
from api.routes.parameters import Cursor, Id, Limit
from api.routes.parties import dataset_of, meant
from api.routing import Routes
from api.services import Services
from cases import FindingFilter
from detectors.definition import Undecided
from detectors.listed_bidders import each_once
from detectors.registry import DETECTORS
from detectors.running.one_lot import lot_detectors
from detectors.running.stacking import stack
from detectors.running.standing import Standing
from graph.held import StillHeld

routes = Routes("lots")


def _as_found(bidders: list[dict[str, Any]], standing: Standing) -> list[dict[str, Any]]:
    """Bidders under the ids by which findings name them: a bid may state another id of the same party."""
    return each_once([b | {"id": standing.canonical.get(b["id"], b["id"])} for b in bidders])


def _with_owners(services: Services, dataset: Dataset, bidders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bidders, each with whether any holder of it is stated: told from the register, whatever the detectors looked at."""
    ownership = dataset.ownership
    nodes = {b["id"]: ownership.known_node(b["id"]) for b in bidders}
    firms = {
        id_: [id_, *(dataset.ids_of(node) if node is not None else ())]
        for id_, node in nodes.items()
        if node is None or ownership.nodes["type"][node] == "Company"
    }
    held = with_owners(services.store, firms) if firms else set()
    return [b | {"owners_known": b["id"] in held if b["id"] in firms else None} for b in bidders]


@routes.get("/lots", scope="read", cached=True, response_model=wire.LotsPage, summary="All lots, by id")
def every(
    request: Request,
    caller: Asking,
    services: Using,
    q: Annotated[
        str | None, Query(max_length=200, description="Of the lot's or its tender's title or id")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """A page of lots; `next` is the cursor of the following one. What `q` finds is one page."""
    dataset = dataset_of(request)
    if q is not None:
        named, cut = dataset.names.find(q, ("Lot", "Tender"), limit)
        lots, tenders = ([f.id for f in named if f.type == type_] for type_ in ("Lot", "Tender"))
        rows = lots_called(services.store, lots, tenders)
        more = cut or len(rows) > limit
        return told(request, caller, {"items": rows[:limit], "next": None, "truncated": more})
    fingerprint = dataset.fingerprint
    after = key_of(cursor, fingerprint)
    rows = lots_page(services.store, after, limit + 1)
    more = len(rows) > limit
    items = rows[:limit]
    next_ = cursor_after(fingerprint, items[-1]["id"]) if more else None
    return told(request, caller, {"items": items, "next": next_, "truncated": more})


@routes.post(
    "/lots/{id:path}/screen",
    scope="detect",
    response_model=wire.LotScreened,
    summary="Screen all bidders of one lot",
)
def screen(
    request: Request, caller: Asking, services: Using, id: Id, idempotency_key: IdempotencyKey = None
) -> Response:
    """What `lookthrough screen` gives, of the lot alone: as recorded where the detectors have run over these very data,
    else looked at and recorded now. Patterns over other lots are those of the last run.
    """
    found = meant(request, services, id, ("Lot",))

    def work() -> Any:
        began = dt.datetime.now(dt.UTC)
        who = _as_found(bidders(services.store, found.id), dataset_of(request).standing)
        made = screen_one_lot(
            services.store,
            dataset_of(request).standing,
            services.ledger,
            found.id,
            services.rules,
            services.own,
        )
        screened, fingerprint = made.screened, services.store.fingerprint()
        run = made.recorded
        if run is None:
            wanted = [d for d in lot_detectors(services.own) if not d.support]
            run = services.ledger.record_run(
                screened.run,
                wanted,
                services.rules,
                fingerprint,
                caller.name,
                scope=("lot", found.id),
                began_at=began,
                held=StillHeld(services.store),
            ).id
        undecided = _undecided(screened.run.undecided, screened.run.missing, found.id, who)
        answer = {
            "lot": found.id,
            "bidders": who,
            "findings": [f.to_json() for f in screened.run.findings],
            "undecided": undecided,
            "names": gaps_names(services.store, undecided),
            "combined": [stacked.to_json() for stacked in screened.stacks],
            "run": run,
            "dataset": {"fingerprint": fingerprint, "newest_source": dataset_of(request).newest_source},
            "truncated": False,
        }
        return for_caller(request, caller, answer, found.id)

    return once(services.ledger, request, caller, idempotency_key, {"lot": found.id}, work)


@routes.get("/lots/{id:path}", scope="read", response_model=wire.Lot, summary="One lot with its bidders")
def one(request: Request, caller: Asking, services: Using, id: Id) -> Response:
    """The lot, its tender and buyer, who bids, what was found of it so far, and that combined, the strongest first; and
    what the last run over these very data could not decide of it.
    """
    found = meant(request, services, id, ("Lot",))
    records = services.ledger.findings(
        FindingFilter(scope_id=found.id, found=True, order="severity"), None, 500
    )
    told_of = lot(services.store, found.id)
    told_of["bidders"] = _with_owners(
        services, dataset_of(request), _as_found(told_of["bidders"], dataset_of(request).standing)
    )
    every = (*DETECTORS, *services.own)
    # What the last run could not check is listed with that remark: whether it still ties anybody is not known.
    checked = [r.finding for r in records if r.not_checked_since is None]
    who = list(dict.fromkeys(b["id"] for b in told_of["bidders"]))
    combined = stack(checked, found.id, who, every)
    wanted = lot_detectors(services.own)
    last = services.ledger.lasting(("lot", found.id), wanted, services.rules, services.store.fingerprint())
    undecided = _undecided(last.undecided, last.missing, found.id, told_of["bidders"]) if last else []
    answer = {
        **told_of,
        "findings": [finding_json(r, caller) for r in records],
        "combined": [s.to_json() for s in combined],
        "undecided": undecided if last else None,
        "names": gaps_names(services.store, undecided),
    }
    return told(request, caller, answer, found.id)


def _undecided(
    gaps: Sequence[tuple[str, Undecided]],
    missing: Mapping[str, Sequence[str]],
    lot: str,
    bidders: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """What a run could not decide of a lot, with what it could not look at for want of any data."""
    who = list(dict.fromkeys(str(b["id"]) for b in bidders))
    nothing = without_data(missing, ("lot", lot), who)
    return [u.to_json(d) for d, u in (*gaps, *nothing)]
