"""Evidence packages: of a finding, of a party, of a household."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request, Response

from api.answers import headers
from api.callers import Asking, Caller, Using
from api.masking import shows_contact
from api.problems import ProblemError
from api.reading.naming import PARTIES
from api.routes.parameters import AsOf, Id, iso
from api.routes.parties import meant
from api.routing import Routes
from api.services import Services
from exports import make_package
from exports.evidence.veiling import things_in

routes = Routes("packages")
_BAG: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A BagIt bag",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _packed(
    request: Request, caller: Caller, services: Services, asked: str, as_of: str | None = None
) -> Response:
    made = make_package(
        services.store,
        asked,
        actor=caller.name,
        ledger=services.ledger,
        as_of=as_of,
        rules=services.rules,
        own=services.own,
        hidden_by=None if caller.sees_people else services.person_key,
    )
    return Response(
        made.zip(),
        headers=headers(request, {"Content-Disposition": _named(f"{made.name}.zip")}),
        media_type="application/zip",
    )


def _named(name: str) -> str:
    """The header that names a file. Headers are ASCII: a name with other characters stands beside one without (RFC 6266)."""
    plain = re.sub(r"[^0-9A-Za-z._-]+", "_", name)
    whole = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{whole}'


@routes.get(
    "/findings/{id:path}/package",
    scope="export",
    timed=False,
    response_class=Response,
    responses=_BAG,
    summary="The evidence package, a ZIP",
)
def package(request: Request, caller: Asking, services: Using, id: Id) -> Response:
    """Report, pictures, subgraph, facts and cited rows; `lookthrough verify` checks it. Persons as the key may see them."""
    record = services.ledger.finding(id)
    found = record.finding
    shown = (
        any(shows_contact(n) for n in found.evidence.nodes) or "Vehicle" in things_in(found.facts).values()
    )
    if not caller.sees_people and shown:
        # A package masks names; a contact that ties bidders stands in it in clear, or it would prove nothing.
        raise ProblemError(
            "scope-required",
            "该材料包以联系方式、设备、车牌等为依据，须有“personal”权限。",
            "What this package proves rests on a contact, device or plate in clear: the key needs the scope 'personal'.",
            scope="personal",
        )
    return _packed(request, caller, services, record.id)


def _route(path: str, types: tuple[str, ...], summary: str) -> None:
    @routes.get(
        f"{path}/{{id:path}}/package",
        scope="export",
        timed=False,
        response_class=Response,
        responses=_BAG,
        summary=summary,
    )
    def of_party(request: Request, caller: Asking, services: Using, id: Id, as_of: AsOf = None) -> Response:
        """As `lookthrough evidence`: who stands behind it, and what was found about it. Needs the scope `personal`."""
        if not caller.sees_people:
            # What was found of a party may rest on contacts in clear, which a package can't leave out.
            raise ProblemError(
                "scope-required",
                "主体的材料包含有个人信息，须有“personal”权限。",
                "A package of a party tells personal data: the key needs the scope 'personal'.",
                scope="personal",
            )
        found = meant(request, services, id, types)
        return _packed(request, caller, services, found.id, iso(as_of))


_route("/parties", PARTIES, "The evidence package of a company or person, a ZIP")
_route("/households", ("Household",), "The evidence package of a household, a ZIP")
