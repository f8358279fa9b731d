"""Findings: lists to read and to poll, one with its life, and what people decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints, WithJsonSchema

from api import wire
from api.answers import for_caller, told
from api.callers import Asking, Caller, Using
from api.cursors import LEDGER, key_of, malformed
from api.cursors import cursor as cursor_after
from api.findings import finding_json
from api.once import IdempotencyKey, once
from api.problems import ProblemError, naming_detectors
from api.reading.lots import tender_names
from api.reading.naming import PARTIES, names_for
from api.routes.parameters import Cursor, Id, Limit
from api.routes.parties import dataset_of, meant
from api.routing import Routes
from api.services import Services
from cases import FindingFilter, FindingRecord, LedgerError
from cases.visible import VISIBLE
from detectors.registry import whose_findings
from detectors.running.nearby import lots_of
from graph.lot_names import lot_names
from graph.stores import GraphStore
from graph.stores.errors import StoreUnavailableError
from loaders.identity import asked_forms

routes = Routes("findings")

States = Annotated[list[Literal["new", "in_review", "confirmed", "cleared", "not_decidable"]] | None, Query()]
Severities = Annotated[list[Literal["prohibited", "deemed", "review", "lead", "service"]] | None, Query()]
Names = Annotated[list[str] | None, Query(max_length=100)]
Text = Annotated[str | None, Query(max_length=300)]
ScopeKind = Literal["lot", "tender", "household", "person", "company"] | None
Since = Annotated[dt.datetime | None, Query(description="Changed after this time (ISO 8601, with offset)")]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=VISIBLE),
    WithJsonSchema({"type": "string", "maxLength": 4000, "pattern": VISIBLE}),
]


class Decision(BaseModel, extra="forbid"):
    """A person's decision; the reason is kept for good."""

    state: Literal["in_review", "confirmed", "cleared", "not_decidable"]
    reason: Reason


class SuppressionAsked(BaseModel, extra="forbid"):
    """A suppression that ends: the finding stays counted and shown."""

    until: dt.date = Field(description="The last day, in Asia/Shanghai")
    reason: Reason


class Lifting(BaseModel, extra="forbid"):
    """The end of a suppression before its time."""

    reason: Reason


_KINDS: Final = {
    "lot": ("Lot",),
    "tender": ("Tender",),
    "household": ("Household",),
    "person": ("Person",),
    "company": ("Company",),
}
_SUBJECTS: Final = (*PARTIES, "Household")
_SCOPES: Final = ("Lot", "Household", "Tender", *PARTIES)


def _filter(
    request: Request, services: Services, state: States, detector: Names, severity: Severities, scope_kind: str | None, scope_id: Text, subject: Text,
    changed_since: Since, found: bool | None, suppressed: bool | None, order: Any,
) -> FindingFilter:  # fmt: skip
    if changed_since is not None and changed_since.tzinfo is None:
        raise ProblemError(
            "invalid-request",
            "changed_since 须带时区，如 2026-07-01T00:00:00+08:00。",
            "changed_since needs an offset, as in 2026-07-01T00:00:00+08:00.",
        )
    kinds = _KINDS[scope_kind] if scope_kind else _SCOPES
    return FindingFilter(
        states=tuple(state or ()),
        detectors=_detectors(services, detector),
        severities=tuple(severity or ()),
        scope_kind=scope_kind,
        scope_ids=_scopes(request, services, scope_id, kinds),
        subjects=_subjects(request, services, subject),
        changed_since=None if changed_since is None else _utc(changed_since).isoformat(),
        found=found,
        suppressed=suppressed,
        order=order,
    )


def _utc(time: dt.datetime) -> dt.datetime:
    """A time in UTC; the first or last there is where it lies beyond (0001-01-01 in a zone east of it)."""
    try:
        return time.astimezone(dt.UTC)
    except OverflowError:
        end = dt.datetime.min if time.year == dt.MINYEAR else dt.datetime.max
        return end.replace(tzinfo=dt.UTC)


def _id_of(
    request: Request, services: Services, text: str | None, by: str, types: tuple[str, ...]
) -> str | None:
    """The id that is meant, by itself, a name or a bare number; of a party the one that findings name it by.

    Raises a problem where it names nothing, or several.

    What the ledger knows by it goes first: findings may be about what the data no longer hold.
    """
    if text is None:
        return None
    for form in asked_forms(text):
        recorded = FindingFilter(scope_id=form) if by == "scope_id" else FindingFilter(subject=form)
        if services.ledger.findings(recorded, None, 1):
            return form
    found = meant(request, services, text, types)
    return dataset_of(request).canonical(found.id) if found.type in PARTIES else found.id


def _scopes(
    request: Request, services: Services, text: str | None, types: tuple[str, ...]
) -> tuple[str, ...]:
    """What is meant; a tender with its lots: most findings are of these, and whoever asks has the project's number."""
    id_ = _id_of(request, services, text, "scope_id", types)
    if id_ is None:
        return ()
    try:
        return (id_, *(lots_of(services.store, id_) if "Tender" in types else ()))
    except StoreUnavailableError:
        # The ledger outlives the store.
        return (id_,)


def _subjects(request: Request, services: Services, text: str | None) -> tuple[str, ...]:
    """All ids of the party that is meant: a finding of earlier data may name it by another one."""
    id_ = _id_of(request, services, text, "subject", _SUBJECTS)
    if id_ is None:
        return ()
    try:
        return tuple(dataset_of(request).same_party(id_))
    except StoreUnavailableError:
        # The ledger outlives the store.
        return (id_,)


def _detectors(services: Services, ids: list[str] | None) -> tuple[str, ...]:
    if not ids:
        return ()
    with naming_detectors("query/detector"):
        return whose_findings(ids, services.own, services.ledger.counts()["by_detector"])


def _called(services: Services, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings with what they are about by its name, where it has one: the ledger may outlive it, and the store."""
    about: dict[str, set[str]] = {}
    for one in found:
        about.setdefault(one["scope"]["kind"], set()).add(one["scope"]["id"])
    names: dict[str, str] = {}
    try:
        for kind, read in _NAMED.items():
            if ids := about.get(kind):
                names |= read(services.store, ids)
    except StoreUnavailableError:
        names = {}
    for one in found:
        if one["scope"]["kind"] in _NAMED:
            one["scope"]["name"] = names.get(one["scope"]["id"])
    return found


def _party_names(store: GraphStore, ids: set[str]) -> dict[str, str]:
    return {id_: one["name"] for id_, one in names_for(store, ids).items() if one["name"]}


_NAMED: Final[dict[str, Callable[[GraphStore, set[str]], dict[str, str]]]] = {
    "lot": lot_names,
    "tender": tender_names,
    "company": _party_names,
    "person": _party_names,
}
"""How what a finding is about is called, by its kind; a household is known by its number."""


def _whole(services: Services, caller: Caller, record: FindingRecord) -> dict[str, Any]:
    """A finding with its life."""
    return _called(services, [finding_json(record, caller, history=True)])[0]


@routes.get(
    "/findings", scope="read", response_model=wire.FindingsPage, summary="Findings, to list or to poll"
)
def every(
    request: Request,
    caller: Asking,
    services: Using,
    state: States = None,
    detector: Names = None,
    severity: Severities = None,
    scope_kind: ScopeKind = None,
    scope_id: Text = None,
    subject: Text = None,
    changed_since: Since = None,
    found: bool | None = None,
    suppressed: bool | None = None,
    order: Literal["changed", "newest", "scope", "severity"] = "changed",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """To poll: `order=changed` with `changed_since` of the newest `changed_at` seen, or go on with `next`.

    `subject` and `scope_id`: an id, or a name or bare number that only one has; what names nothing is a 404. A tender as
    `scope_id` is the tender and its lots.
    """
    wanted = _filter(
        request, services, state, detector, severity, scope_kind, scope_id, subject, changed_since, found, suppressed,
        order,
    )  # fmt: skip
    after = key_of(cursor, LEDGER) or None
    try:
        records = services.ledger.findings(wanted, after, limit + 1 if limit < 500 else limit)
    except (LedgerError, ValueError) as error:
        if after is None:
            raise
        raise malformed() from error
    items = records[:limit]
    more = len(records) > limit or (limit == 500 and len(records) == limit)
    next_ = cursor_after(LEDGER, items[-1].cursor) if more and items else None
    listed = _called(services, [finding_json(r, caller) for r in items])
    answer = {"items": listed, "next": next_, "truncated": more}
    return told(request, caller, answer, "findings")


@routes.get(
    "/findings/counts", scope="read", response_model=wire.FindingCounts, summary="How many findings, by what"
)
def counts(
    request: Request,
    caller: Asking,
    services: Using,
    state: States = None,
    detector: Names = None,
    severity: Severities = None,
    found: bool | None = None,
) -> Response:
    """By state, severity and detector."""
    wanted = _filter(
        request, services, state, detector, severity, None, None, None, None, found, None, "changed"
    )
    return told(request, caller, services.ledger.counts(wanted))


@routes.post(
    "/findings/{id:path}/decisions",
    scope="decide",
    response_model=wire.Finding,
    summary="Decide on a finding",
)
def decide(
    request: Request,
    caller: Asking,
    services: Using,
    id: Id,
    asked: Decision,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """new → in_review → confirmed, cleared or not_decidable; any of these back to in_review."""

    def work() -> Any:
        record = services.ledger.decide(id, asked.state, asked.reason, caller.name)
        return for_caller(request, caller, _whole(services, caller, record), record.id)

    return once(services.ledger, request, caller, idempotency_key, {"id": id, **asked.model_dump()}, work)


@routes.post(
    "/findings/{id:path}/suppressions",
    scope="decide",
    response_model=wire.Finding,
    summary="Suppress a finding for a time",
)
def suppress(
    request: Request,
    caller: Asking,
    services: Using,
    id: Id,
    asked: SuppressionAsked,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """It stays counted and shown, as suppressed, until the day has passed."""

    def work() -> Any:
        record = services.ledger.suppress(id, asked.until, asked.reason, caller.name)
        return for_caller(request, caller, _whole(services, caller, record), record.id)

    body = {"id": id, **asked.model_dump(mode="json")}
    return once(services.ledger, request, caller, idempotency_key, body, work)


@routes.post(
    "/findings/{id:path}/suppressions/end",
    scope="decide",
    response_model=wire.Finding,
    summary="End a suppression",
)
def lift(request: Request, caller: Asking, services: Using, id: Id, asked: Lifting) -> Response:
    """Before its time."""
    record = services.ledger.lift(id, asked.reason, caller.name)
    return told(request, caller, _whole(services, caller, record), record.id)


@routes.get(
    "/findings/{id:path}", scope="read", response_model=wire.Finding, summary="One finding with its life"
)
def one(request: Request, caller: Asking, services: Using, id: Id) -> Response:
    """By its present id or a former one."""
    record = services.ledger.finding(id)
    return told(request, caller, _whole(services, caller, record), record.id)
