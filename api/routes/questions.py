"""Questions about several parties at once: who is tied to whom, and what detectors say of them without a tender."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, Literal

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api import wire
from api.answers import for_caller, told
from api.callers import Asking, Caller, Using
from api.datasets import Dataset
from api.names import one_name
from api.once import IdempotencyKey, once
from api.problems import ProblemError, field_error, naming_detectors
from api.reading.naming import PARTIES, Resolved, as_answered, candidates, nearest, told_of
from api.reading.relations import KINDS, ties
from api.reading.screening import not_screened, screen_parties, screening_detectors
from api.routes.parameters import Day
from api.routes.parties import dataset_of
from api.routing import Routes
from api.services import Services
from cases.visible import VISIBLE, visible
from graph.penetration.days import today

routes = Routes("questions")


_TOLD: Final = 10
"""Places in a list that a sentence names."""
_SAID: Final = {"type": "string", "pattern": VISIBLE}


class NamedParty(BaseModel):
    """A party by id, or by its name or number; by both where they are one party's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "anyOf": [{"required": [n], "properties": {n: dict(_SAID)}} for n in ("id", "name")]
        },
    )
    id: str | None = Field(None, max_length=300)
    name: str | None = Field(None, max_length=300)


class Relations(BaseModel, extra="forbid"):
    """A question about ties among a list of parties."""

    parties: list[NamedParty] = Field(min_length=1, max_length=200)
    as_of: Day | None = None
    kinds: list[
        Literal[
            "ownership",
            "control",
            "legal_representative",
            "officer",
            "different_roles",
            "relative",
            "contact",
        ]
    ] = list(KINDS)


class Screening(BaseModel, extra="forbid"):
    """A question to the detectors about a list of parties."""

    parties: list[NamedParty] = Field(min_length=1, max_length=200)
    as_of: Day | None = None
    detectors: list[str] = Field([], max_length=100)


@routes.post(
    "/relations",
    scope="read",
    response_model=wire.RelationsAnswer,
    summary="Who of a list is tied to whom, by what",
)
def relations(request: Request, caller: Asking, services: Using, asked: Relations) -> Response:
    """Ownership, control, posts, different roles of one person, declared kin and contacts, each with what shows it."""
    known, unresolved = _resolved(request, services, asked.parties)
    ids = list(dict.fromkeys(p["id"] for p in known))
    found, cut = ties(services.store, dataset_of(request), known, _iso(asked.as_of), asked.kinds)
    answer = {"parties": known, "ties": found, "unresolved": unresolved, "truncated": cut}
    return told(request, caller, answer, " ".join(ids)[:200])


@routes.post(
    "/screenings",
    scope="detect",
    response_model=wire.ScreeningAnswer,
    summary="Screen a list of parties with no tender",
)
def screenings(
    request: Request,
    caller: Asking,
    services: Using,
    asked: Screening,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """As if they bid for one lot on that day: what the detectors of ties find, and what they can't decide.

    One company alone is held against debarments. Persons do not bid, and come back under `not_screened`.
    """

    def work() -> Any:
        return _screened(request, caller, services, asked)

    return once(services.ledger, request, caller, idempotency_key, asked.model_dump(mode="json"), work)


def _screened(request: Request, caller: Caller, services: Services, asked: Screening) -> Any:
    with naming_detectors("body/detectors"):
        detectors = screening_detectors(asked.detectors)
    known, unresolved = _resolved(request, services, asked.parties)
    dataset = dataset_of(request)
    ids = list(dict.fromkeys(p["id"] for p in known if p["type"] == "Company"))
    day = _iso(asked.as_of) or today().isoformat()
    found = screen_parties(services.store, dataset.standing, ids, day, detectors, services.rules)
    findings = [f.to_json() for f in found.findings]
    undecided = [u.to_json(d) for d, u in found.undecided]
    services.ledger.audit(
        caller.name, "screen", "screening:parties", {"parties": len(known), "findings": len(findings)}
    )
    answer = {
        "findings": findings,
        "undecided": undecided,
        "names": told_of(services.store, undecided),
        "parties": known,
        "not_screened": not_screened(known),
        "unresolved": unresolved,
        "dataset": {"fingerprint": dataset.fingerprint, "newest_source": dataset.newest_source},
        "truncated": False,
    }
    return for_caller(request, caller, answer, "screening:parties")


def _resolved(
    request: Request, services: Services, parties: Sequence[NamedParty]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The parties that only one company or person can be, and those that none or several can."""
    dataset = dataset_of(request)
    whole = request.state.caller.whole_names
    known, unresolved = [], []
    texts = [next((t.strip() for t in (party.id, party.name) if t and visible(t)), "") for party in parties]
    if blank := [place for place, text in enumerate(texts) if not text]:
        raise ProblemError(
            "invalid-request",
            f"每个主体须给出 id 或 name；为空的是第 {'、'.join(str(n + 1) for n in blank[:_TOLD])} 个。",
            "Each party needs an id or a name; empty, counted from 1: "
            f"{', '.join(str(n + 1) for n in blank[:_TOLD])}.",
            errors=[
                field_error(f"body/parties/{n}", "须给出 id 或 name", "needs an id or a name") for n in blank
            ],
        )
    for place, (text, party) in enumerate(zip(texts, parties, strict=True)):
        found = candidates(services.store, dataset, text, PARTIES)
        agree = True
        if len(found) == 1 and party.id and (called := (party.name or "").strip()):
            agree, found = _both(services, dataset, found[0], called)
        if len(found) == 1 and agree:
            one = as_answered(services.store, dataset, found[0])
            known.append({"input": text, "id": one.id, "type": one.type, "name": one.name})
            continue
        near = found or nearest(dataset, text, PARTIES, whole)
        told_near = [{"id": n.id, "type": n.type, "name": n.name} for n in near]
        unresolved.append({"index": place, "input": text, "candidates": told_near})
    return known, unresolved


def _both(services: Services, dataset: Dataset, by_id: Resolved, name: str) -> tuple[bool, list[Resolved]]:
    """Whether an id and a name given with it are one party's; and that party, else those of both: either may be the slip."""
    named = candidates(services.store, dataset, name, PARTIES)
    best = dataset.canonical(by_id.id)
    if one_name(by_id.name, name) or any(dataset.canonical(c.id) == best for c in named):
        return True, [by_id]
    return False, [by_id, *named]


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
