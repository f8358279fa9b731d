"""Parties: search, details, who is behind them, what they hold, ways between them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request, Response

from api import wire
from api.answers import for_caller, told
from api.callers import Asking, Caller, Using
from api.datasets import Dataset
from api.forms import DAY_FORM
from api.masking import shows_contact, veiled
from api.names import TYPES
from api.problems import ProblemError, field_error
from api.reading.holdings import holdings
from api.reading.links import KINDS as LINK_KINDS
from api.reading.links import hidden_beside, stated_links
from api.reading.naming import PARTIES, Resolved, names_for, one_each, resolve
from api.reading.neighbours import Kind, neighbours
from api.reading.parties import party
from api.routes.parameters import AsOf, Id, Limit, Word, iso
from api.routing import Routes
from api.services import Services
from exports.evidence.veiling import is_veiled, veiled_thing
from graph.penetration import controller, penetrate
from graph.penetration.beneficial import beneficial_owners
from graph.penetration.days import today
from graph.penetration.downward import controls
from graph.penetration.history import history
from graph.penetration.routes import ways_between
from graph.penetration.web import KINDS as WAY_KINDS
from graph.stores.relations import couples_in, related_in
from visualize.wording import IN_FORMULAS

_NEAR: Final = 5
"""Nearly so called, where a search finds nothing."""
routes = Routes("parties")


def dataset_of(request: Request) -> Dataset:
    """The data in use."""
    dataset: Dataset = request.app.state.datasets.current()
    return dataset


def meant(request: Request, services: Services, text: str, types: tuple[str, ...] = PARTIES) -> Resolved:
    """Which node a request means. Raises a problem."""
    try:
        return resolve(services.store, dataset_of(request), text, types, request.state.caller.whole_names)
    except ProblemError as problem:
        # What a name may have meant names persons too.
        if "candidates" in problem.more:
            listed = problem.more["candidates"]
            problem.more["candidates"] = for_caller(request, request.state.caller, listed, "candidates")
        raise


def _owned(found: Resolved) -> Resolved:
    """What has owners and can be controlled. Raises a problem for a person: nothing to be known is no want of data."""
    if found.type == "Person":
        raise ProblemError(
            "unprocessable",
            f"“{found.id}”是自然人，没有股东，也不受控制；请给出企业编号。其控制的企业：/v1/parties/{found.id}/controls。",
            f"{found.id!r} is a person, whom nobody holds or controls: give a company. What the person controls: "
            f"/v1/parties/{found.id}/controls.",
        )
    return found


@routes.get(
    "/parties", scope="read", cached=True, response_model=wire.Matches, summary="Search by name, pinyin or id"
)
def search(
    request: Request,
    caller: Asking,
    q: Annotated[Word, Query(min_length=1)],
    type: Annotated[list[Literal["Company", "Person", "Lot", "Tender", "Household"]] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """By Chinese name, pinyin (full, or initials) or id: ids first, then whole names, then the shortest. Without the scope
    `personal`, people are found by their id or whole name alone. Where nothing is: what is called nearly so (`near`).
    """
    dataset = dataset_of(request)
    found, more = dataset.names.find(q, type or TYPES, limit, whole=caller.whole_names)
    if not found:
        found = dataset.names.near(q, type or TYPES, min(limit, _NEAR), whole=caller.whole_names)
    items = [
        {"id": f.id, "type": f.type, "name": f.name, "kind": f.kind, "matched": f.matched}
        for f in one_each(dataset, found)
    ]
    return told(request, caller, {"items": items, "truncated": more})


@routes.get(
    "/parties/{id:path}/owners",
    scope="read",
    cached=True,
    response_model=wire.Owners,
    summary="Every holder at any depth",
)
def owners(
    request: Request,
    caller: Asking,
    services: Using,
    id: Id,
    as_of: AsOf = None,
    method: Annotated[Literal["integrated", "stop_at_target", "simple_paths"] | None, Query()] = None,
) -> Response:
    """Effective shares with their bounds and method, as `lookthrough penetrate`."""
    found = meant(request, services, id)
    answer = penetrate(dataset_of(request).ownership, found.id, as_of, method).to_json()
    return told(request, caller, answer, found.id)


@routes.get(
    "/parties/{id:path}/holdings",
    scope="read",
    cached=True,
    response_model=wire.Holdings,
    summary="Every company a party holds, at any depth",
)
def held(
    request: Request,
    caller: Asking,
    services: Using,
    id: Id,
    as_of: AsOf = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Downward: the nearest companies first, each with the party's effective share in it."""
    found = meant(request, services, id)
    day = iso(as_of) or today().isoformat()
    items, more = holdings(services.store, dataset_of(request), found.id, day, limit)
    answer = {"party": found.id, "as_of": day, "items": items, "truncated": more}
    return told(request, caller, answer, found.id)


@routes.get(
    "/parties/{id:path}/ultimate-owners",
    scope="read",
    cached=True,
    response_model=wire.UltimateOwners,
    summary="Ultimate beneficial owners",
)
def ultimate_owners(
    request: Request,
    caller: Asking,
    services: Using,
    id: Id,
    as_of: AsOf = None,
    threshold: Annotated[str, Query(max_length=20, description="25%, or 0.25; met inclusively")] = "25%",
    concerts: bool = False,
    couples: bool = False,
) -> Response:
    """By share, votes or control, each naming the test that hit, as `lookthrough ubo`."""
    found = meant(request, services, id)
    pairs = couples_in(services.store) if couples else None
    answer = beneficial_owners(
        dataset_of(request).ownership, found.id, as_of, threshold, concerts=concerts, couples=pairs
    )
    return told(request, caller, answer.to_json(), found.id)


@routes.get(
    "/parties/{id:path}/controller",
    scope="read",
    cached=True,
    response_model=wire.Control,
    summary="Who controls a company, with the proof",
)
def who_controls(request: Request, caller: Asking, services: Using, id: Id, as_of: AsOf = None) -> Response:
    """The controller or the reason for none, and every party that controls it, as `lookthrough controller --all`."""
    found = _owned(meant(request, services, id))
    answer = controller(dataset_of(request).ownership, found.id, as_of).to_json()
    ends = {link[end] for c in answer["controllers"] for link in c["proof"] for end in ("holder", "company")}
    uncertain = {*answer["possible"], *answer["joint"], *answer["block"]}
    answer["names"] = names_for(services.store, ends | uncertain)
    return told(request, caller, answer, found.id)


@routes.get(
    "/parties/{id:path}/controls",
    scope="read",
    cached=True,
    response_model=wire.Controls,
    summary="What a party controls",
)
def what_it_controls(
    request: Request, caller: Asking, services: Using, id: Id, as_of: AsOf = None
) -> Response:
    """Everything the party controls, each with its chain, as `lookthrough controls`."""
    found = meant(request, services, id)
    return told(request, caller, controls(dataset_of(request).ownership, found.id, as_of).to_json(), found.id)


@routes.get(
    "/parties/{id:path}/history",
    scope="read",
    cached=True,
    response_model=wire.History,
    summary="How effective owners changed",
)
def changes(
    request: Request,
    caller: Asking,
    services: Using,
    id: Id,
    since: Annotated[str, Query(alias="from", pattern=DAY_FORM)],
    until: Annotated[str | None, Query(alias="to", pattern=DAY_FORM)] = None,
) -> Response:
    """A list of changes between two days, as `lookthrough history`."""
    found = _owned(meant(request, services, id))
    return told(
        request, caller, history(dataset_of(request).ownership, found.id, since, until).to_json(), found.id
    )


@routes.get(
    "/parties/{id:path}/neighbours",
    scope="read",
    cached=True,
    response_model=wire.Neighbours,
    summary="What stands next to it: counts first",
)
def beside(
    request: Request,
    caller: Asking,
    services: Using,
    id: Id,
    kind: Annotated[Kind | None, Query(description="The kind of links to list; none = counts alone")] = None,
    direction: Annotated[
        Literal["in", "out"], Query(description="in: towards it, such as its owners")
    ] = "in",
    as_of: AsOf = None,
    limit: Limit = 50,
    counts: Annotated[bool, Query(description="Count the links of every kind too")] = True,
) -> Response:
    """How many links of each kind and direction, and the links of one kind, the largest share first."""
    found = meant(request, services, id, (*PARTIES, "Household"))
    ids = dataset_of(request).same_party(found.id) if found.type in PARTIES else [found.id]
    answer = neighbours(services.store, ids, found, kind, direction, iso(as_of), limit, counts)
    return told(request, caller, answer, found.id)


@routes.get(
    "/links",
    scope="read",
    cached=True,
    response_model=wire.Links,
    summary="The stated rows behind a line, with file, sheet and row",
)
def links(
    request: Request,
    caller: Asking,
    services: Using,
    start: Annotated[Word, Query(alias="from", min_length=1, description="An id")],
    end: Annotated[Word, Query(alias="to", min_length=1, description="An id")],
    kind: Annotated[str, Query(json_schema_extra={"enum": list(LINK_KINDS)})] = "OWNS",
) -> Response:
    """Everything that was stated between two nodes, also in lists that are not counted; nothing is a 404."""
    if kind not in LINK_KINDS:
        raise ProblemError(
            "invalid-request",
            f"kind 须为：{'、'.join(LINK_KINDS)}。",
            f"kind is one of: {', '.join(LINK_KINDS)}.",
            errors=[field_error("query/kind", "不是可用的种类", "not one of the kinds")],
        )
    found = _stated(services, dataset_of(request), caller, kind, start, end)
    if not found:
        raise ProblemError(
            "not-found", "两者之间没有这种记录。", "Nothing of that kind is stated between the two."
        )
    return told(request, caller, {"items": found}, f"{start} {end}")


def _stated(
    services: Services, dataset: Dataset, caller: Caller, kind: str, start: str, end: str
) -> list[dict[str, Any]]:
    """The rows between two parties by any of their ids; who may not see contacts, plates and homes names them by the ids that answers gave."""
    in_clear = kind in ("HOLDS_VEHICLE", "HOLDS_PROPERTY") and not is_veiled(end)
    if not caller.sees_people and (shows_contact(start) or shows_contact(end) or in_clear):
        # Else one could try out numbers.
        return []
    for veil, other, way in ((start, end, "in"), (end, start, "out")):
        if is_veiled(veil):
            meant_ = [
                i
                for type_, i in hidden_beside(services.store, kind, other, way)
                if veil
                == (
                    veiled(i, services.person_key)
                    if type_ == "Contact"
                    else veiled_thing(type_, i, services.person_key)
                )
            ]
            if not meant_:
                return []
            start, end = (meant_[0], end) if veil is start else (start, meant_[0])
    # What makes two ids one party stands between these very ids.
    ends = [[i] if kind == "SAME_AS" else dataset.same_party(i) for i in (start, end)]
    return stated_links(services.store, kind, *ends)


_NO_WAY_DOWN: Final = {
    "zh": "股权路径只从持股方（from）向下找到公司（to）。没有路径不等于没有关系：可交换两端，或增加 kinds"
    "（如 kinds=ownership&kinds=officer），各类关系即双向查找，能找到共同的持股方；也可用 /v1/relations 查看两者的关系。",
    "en": "Ownership alone is followed downwards, from the holder (from) to the company (to). No way is not no tie: swap the "
    "ends, or choose more kinds (kinds=ownership&kinds=officer), which are followed either way and find a holder in common; "
    "/v1/relations tells what ties the two.",
}
_NO_WAY_AT_ALL: Final = {
    "zh": "各类关系中都没有路径。没有路径不等于没有关系：缺少的数据里可能有；也可换一个日期。",
    "en": "There is no way over any kind of link. No way is not no tie: data that are missing may hold one; or choose another day.",
}
_NO_WAY: Final = {
    "zh": "所选关系中没有路径。没有路径不等于没有关系：可增加 kinds，或换一个日期。",
    "en": "There is no way over the kinds chosen. No way is not no tie: choose more kinds, or another day.",
}


@routes.get("/paths", scope="read", cached=True, response_model=wire.Ways, summary="Ways between two parties")
def paths(
    request: Request,
    caller: Asking,
    services: Using,
    start: Annotated[Word, Query(alias="from", min_length=1)],
    end: Annotated[Word, Query(alias="to", min_length=1)],
    kinds: Annotated[list[str] | None, Query(max_length=10, description=", ".join(WAY_KINDS))] = None,
    top: Annotated[
        int | None, Query(ge=1, le=50, description="The so many best by product; else all shortest")
    ] = None,
    as_of: AsOf = None,
) -> Response:
    """Each with its formula, dates and source rows, as `lookthrough paths`; `names` tells who stands on them. Parties in one
    order are one way: what else links two neighbours is listed in `parallel` of their link.

    Ownership alone is followed downwards, from the holder `from` to the company `to` (`directed`); with another kind chosen
    too, links are followed either way, so that a holder in common is found. `hint`: what to ask where nothing was found.
    """
    first, last = meant(request, services, start), meant(request, services, end)
    found = ways_between(
        dataset_of(request).ownership,
        first.id,
        last.id,
        as_of,
        tuple(kinds or ("ownership",)),
        top,
        related_in(services.store),
        words=IN_FORMULAS,
    )
    answer: dict[str, Any] = found.to_json()
    answer["names"] = names_for(services.store, {n for p in answer["paths"] for n in p["nodes"]})
    answer["directed"] = found.kinds == ("ownership",)
    none = _NO_WAY_AT_ALL if set(found.kinds) == set(WAY_KINDS) else _NO_WAY
    answer["hint"] = None if found.ways else _NO_WAY_DOWN if answer["directed"] else none
    return told(request, caller, answer, f"{first.id} {last.id}")


@routes.get(
    "/parties/{id:path}",
    scope="read",
    cached=True,
    response_model=wire.Party,
    summary="One company or person",
)
def one(request: Request, caller: Asking, services: Using, id: Id) -> Response:
    """What is stated of it, its other ids and names, its bids, where that comes from."""
    dataset = dataset_of(request)
    # Most requests come with an id of one of the forms that ids of its type have: then nothing needs to be looked for.
    id_, likely = id.strip(), "Person" if id.startswith("person.") else "Company"
    answer = party(services.store, dataset, id_, likely) if ":" in id_ else None
    if answer is None:
        found = meant(request, services, id)
        id_, answer = found.id, party(services.store, dataset, found.id, found.type)
    if answer is None:
        raise ProblemError("not-found", "没有这个主体。", "There is no such party.")
    return told(request, caller, answer, id_)
