"""Pictures of a part of the graph: one scene in every format."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request, Response

from api.accepting import preferred
from api.answers import headers, pictured
from api.callers import Asking, Caller, Using
from api.kept import Kept
from api.problems import ProblemError
from api.reading.naming import PARTIES
from api.routes.parameters import AsOf, Day, Id, Language, iso
from api.routes.parties import dataset_of, meant
from api.routing import KEPT, Routes, etag, has
from api.services import Services
from cases import FindingFilter
from detectors.finding import Finding
from exports import cytoscape_json, graphml
from graph.penetration.days import today
from graph.round_of_lot import round_of_lot
from graph.stores import GraphStore
from graph.subgraph import Subgraph
from visualize import Scene, Style, compose, scene_bytes
from visualize.excerpt import picture_of
from visualize.html import page
from visualize.proof import finding_picture, proof_picture
from visualize.wording import Lang

routes = Routes("pictures")
MEDIA: Final = {
    "json": "application/json",
    "cytoscape": "application/vnd.cytoscape+json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "graphml": "application/graphml+xml",
    "html": "text/html; charset=utf-8",
}
_SCREENS: Final = frozenset({"json", "cytoscape"})
"""Formats that screens ask for again and again; files are written anew, and audited."""
_MOST_WITH: Final = 50
"""Further parties in one picture."""
Format = Annotated[
    Literal["json", "cytoscape", "svg", "png", "pdf", "graphml", "html"] | None,
    Query(description="Goes before `Accept`; JSON where neither says"),
]
_SHOWN: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The picture",
        "content": {
            m.split(";")[0]: {
                "schema": {"type": "object"} if "json" in m else {"type": "string", "format": "binary"}
            }
            for m in MEDIA.values()
        },
    }
}


def _format(request: Request, asked: str | None) -> str:
    if asked is not None:
        return asked
    if name := preferred(",".join(request.headers.getlist("accept")), MEDIA):
        return name
    raise ProblemError(
        "not-acceptable",
        f"没有这种格式；可用：{'、'.join(MEDIA)}。",
        f"There is no such format; there are {', '.join(MEDIA)}.",
    )


@dataclass(frozen=True)
class _Part:
    """A part of the graph. `asked`: what it answers, of which state of the data; None where it may not be kept."""

    subgraph: Subgraph
    asked: Hashable = None


def _drawn(
    request: Request, caller: Caller, services: Services, id_: str, gather: Callable[[], _Part],
    format_: str | None, style: Style, lang: Lang, grey: bool,
) -> Response:  # fmt: skip
    name = _format(request, format_)
    part = gather()
    subgraph = pictured(request, caller, part.subgraph, id_)

    def scene(one: Lang) -> Scene:
        return compose(subgraph, lang=one, style=style, grey=grey)

    def body() -> bytes:
        if name == "html":
            return page({"zh": scene("zh"), "en": scene("en")}, lang, fonts=True).encode()
        if name == "graphml":
            return graphml(subgraph, scene(lang))
        if name == "cytoscape":
            return cytoscape_json(subgraph, scene(lang))
        return scene_bytes(scene(lang), name)

    def exported() -> None:
        if name not in _SCREENS:
            services.ledger.audit(
                caller.name, "export", id_, {"format": name, "fingerprint": subgraph.fingerprint}
            )

    pictures: Kept = request.app.state.pictures
    shown = (part.asked, caller.sees_people, name, lang, style, grey)
    more = {"Vary": "Accept", "X-Truncated": str(subgraph.truncated).lower()}
    if part.asked is not None:
        tag = etag(subgraph.fingerprint, *map(str, shown))
        more |= {"ETag": tag, "Cache-Control": KEPT}
        if has(request, tag):
            exported()
            return Response(status_code=304, headers=headers(request, more))
    drawn = pictures.get(shown, body, lambda: part.asked is not None and name in _SCREENS)
    if name == "html":
        # The page carries a policy of its own that admits its own script by hash; nothing else may run in it.
        more["Content-Security-Policy"] = (
            "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
            "img-src data:; font-src data:"
        )
    elif name == "svg":
        more["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; sandbox"
        )
    exported()
    return Response(drawn, headers=headers(request, more), media_type=MEDIA[name])


def _picture(
    request: Request,
    services: Services,
    ids: Sequence[str],
    types: tuple[str, ...],
    as_of: str | None,
    opening: str | None = None,
) -> _Part:
    about = list(dict.fromkeys(meant(request, services, id_, types) for id_ in ids))
    findings: dict[str, Finding] = {}
    for one in about:
        wanted = (
            FindingFilter(scope_id=one.id, found=True)
            if one.type in ("Lot", "Household")
            else FindingFilter(subject=one.id, found=True)
        )
        for record in services.ledger.findings(wanted, None, 200):
            findings.setdefault(record.finding.fingerprint, record.finding)
    return _around(request, services, [one.id for one in about], as_of, list(findings.values()), opening)


def _finding(request: Request, services: Services, found: Finding, proof: bool) -> _Part:
    """A finding's picture; kept while the data and the finding stay the same."""
    data, store = dataset_of(request), services.store
    state = _state(store)
    asked = (state, data.fingerprint, "proof" if proof else today().isoformat(), *_mark(found))
    pictures: Kept = request.app.state.pictures

    def read() -> Subgraph:
        return proof_picture(store, found) if proof else finding_picture(store, found, data.ownership)

    subgraph = pictures.get(asked, read, lambda: state is not None and _state(store) == state)
    return _Part(subgraph, asked if state is not None and subgraph.fingerprint == state else None)


def _mark(f: Finding) -> tuple[Hashable, ...]:
    """What a picture shows of a finding."""
    return f.fingerprint, bool(f.suppressed_by), f.evidence.nodes, f.evidence.keys


def _around(
    request: Request,
    services: Services,
    ids: list[str],
    as_of: str | None,
    findings: list[Finding],
    opening: str | None = None,
) -> _Part:
    """The part around some nodes; kept while the data, the day and what was found of them stay the same.

    `opening`: of a lot whose bids were opened several times, the day of the one that is shown.
    """
    if opening is not None and round_of_lot(services.store, ids[0], opening) is None:
        raise ProblemError(
            "not-found",
            f"标段没有 {opening} 开标的一次：只有一次开标的标段不必指定。",
            f"The lot has no round opened on {opening}: of a lot opened once none need be named.",
        )
    data, store = dataset_of(request), services.store
    state = _state(store)
    marked = tuple(map(_mark, findings))
    asked = (state, data.fingerprint, tuple(ids), as_of or today().isoformat(), opening, marked)
    pictures: Kept = request.app.state.pictures

    def read() -> Subgraph:
        return picture_of(
            store, ids, as_of, findings, ownership=data.ownership, tied=len(ids) > 1, round=opening
        )

    subgraph = pictures.get(asked, read, lambda: state is not None and _state(store) == state)
    return _Part(subgraph, asked if state is not None and subgraph.fingerprint == state else None)


def _state(store: GraphStore) -> str | None:
    """Names the data in the store; None while a load is open, whose rows a server shows before they count."""
    if any(b.state != "done" for b in store.batches()):
        return None
    return store.fingerprint()


def _route(path: str, types: tuple[str, ...], summary: str) -> None:
    @routes.get(
        f"{path}/{{id:path}}/subgraph",
        scope="read",
        response_class=Response,
        responses=_SHOWN,
        summary=summary,
    )
    def subgraph(
        request: Request, caller: Asking, services: Using, id: Id, as_of: AsOf = None, format: Format = None,
        style: Annotated[Style, Query()] = "chinese", lang: Language = "zh", grey: bool = False,
    ) -> Response:  # fmt: skip
        """The same picture in each format; positions are in JSON and Cytoscape's."""
        gather = lambda: _picture(request, services, [id], types, iso(as_of))  # noqa: E731
        return _drawn(request, caller, services, id, gather, format, style, lang, grey)


@routes.get(
    "/parties/{id:path}/subgraph",
    scope="read",
    response_class=Response,
    responses=_SHOWN,
    summary="A party's owners and holdings, drawn",
)
def subgraph(
    request: Request, caller: Asking, services: Using, id: Id, as_of: AsOf = None, format: Format = None,
    style: Annotated[Style, Query()] = "chinese", lang: Language = "zh", grey: bool = False,
    with_: Annotated[list[str] | None, Query(
        alias="with", max_length=_MOST_WITH, description="Further parties: all of them, who owns them and what ties them"
    )] = None,
) -> Response:  # fmt: skip
    """The same picture in each format; positions are in JSON and Cytoscape's."""
    gather = lambda: _picture(request, services, [id, *(with_ or ())], PARTIES, iso(as_of))  # noqa: E731
    return _drawn(request, caller, services, id, gather, format, style, lang, grey)


@routes.get(
    "/lots/{id:path}/subgraph",
    scope="read",
    response_class=Response,
    responses=_SHOWN,
    summary="A lot with its bidders and all their owners, drawn",
)
def of_lot(
    request: Request, caller: Asking, services: Using, id: Id, as_of: AsOf = None, format: Format = None,
    style: Annotated[Style, Query()] = "chinese", lang: Language = "zh", grey: bool = False,
    round: Annotated[Day | None, Query(
        description="Of a lot whose bids were opened on several days: that opening alone, as of its day"
    )] = None,
) -> Response:  # fmt: skip
    """The same picture in each format; positions are in JSON and Cytoscape's."""
    gather = lambda: _picture(request, services, [id], ("Lot",), iso(as_of), iso(round))  # noqa: E731
    return _drawn(request, caller, services, id, gather, format, style, lang, grey)


_route("/households", ("Household",), "A household with what it holds and is paid, drawn")


@routes.get(
    "/findings/{id:path}/subgraph",
    scope="read",
    response_class=Response,
    responses=_SHOWN,
    summary="What a finding rests on, drawn",
)
def of_finding(
    request: Request, caller: Asking, services: Using, id: Id, format: Format = None, style: Annotated[Style, Query()] = "chinese",
    lang: Language = "zh", grey: bool = False,
    proof: Annotated[bool, Query(description="What proves it and nothing else")] = False,
) -> Response:  # fmt: skip
    """Its lot or household, with the evidence marked; or the evidence alone."""
    record = services.ledger.finding(id)
    gather = lambda: _finding(request, services, record.finding, proof)  # noqa: E731
    return _drawn(request, caller, services, record.id, gather, format, style, lang, grey)
