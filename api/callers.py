"""Who asks, and what they may do: keys with scopes, or the loopback interface without any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request

from api.problems import ProblemError
from api.services import Services
from cases import SCOPES

OPEN: Final = "none"
"""The scope of a route that needs no key."""
KEYS: Final = {
    "HTTPBearer": {"type": "http", "description": "An API key", "scheme": "bearer"},
    "APIKeyHeader": {"type": "apiKey", "description": "An API key", "in": "header", "name": "X-API-Key"},
}
"""How a key is given, either way, as the contract says it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One who asks. `name` is what the audit says; `key`: the key's id, empty without keys."""

    name: str
    scopes: frozenset[str]
    key: str = ""

    def may(self, scope: str) -> bool:
        """Is the scope granted? An administrator's key grants all but sight of personal data."""
        return scope in self.scopes or ("admin" in self.scopes and scope != "personal")

    @property
    def sees_people(self) -> bool:
        """May see persons' names in clear."""
        return self.may("personal")

    @property
    def whole_names(self) -> tuple[str, ...]:
        """What is found by its whole name alone: a name that is hidden must not be found out letter by letter."""
        return () if self.sees_people else ("Person",)


def services_of(request: Request) -> Services:
    """What the service is composed of."""
    services: Services = request.app.state.services
    return services


def identify(request: Request, services: Services) -> Caller:
    """The caller of a request. Raises a problem: no valid key; without keys, another host or origin."""
    if not services.keys_required:
        _refuse_strangers(request, services)
        return Caller(services.actor, frozenset(SCOPES))
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    secret = bearer.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    found = services.ledger.verify_key(secret) if secret else None
    if found is None:
        zh = (
            "需要有效的密钥：请在 Authorization: Bearer 或 X-API-Key 中给出。"
            if not secret
            else "密钥无效、已撤销或已过期。"
        )
        en = (
            "Give a valid key in Authorization: Bearer or X-API-Key."
            if not secret
            else "The key is unknown, revoked or expired."
        )
        raise ProblemError("key-required", zh, en, headers={"WWW-Authenticate": 'Bearer realm="lookthrough"'})
    return Caller(f"key:{found.name}", frozenset(found.scopes), found.id)


def _refuse_strangers(request: Request, services: Services) -> None:
    """A page of another site, or a name that was made to lead here, must not use a service without keys."""
    host = request.headers.get("host", "").lower()
    origin = request.headers.get("origin")
    strange_origin = origin is not None and urlsplit(origin).netloc.lower() not in services.hosts
    if host not in services.hosts or strange_origin or request.headers.get("sec-fetch-site") == "cross-site":
        raise ProblemError(
            "wrong-host",
            "未启用密钥的服务只接受本机地址的请求。",
            "A service without keys answers only requests to its own loopback address.",
        )


async def caller_of(request: Request) -> Caller:
    """The caller, identified and allowed by the route before (see `api.routing`)."""
    caller: Caller = request.state.caller
    return caller


async def current_services(request: Request) -> Services:
    """What the service is composed of, as a parameter of a route."""
    return services_of(request)


Asking = Annotated[Caller, Depends(caller_of)]
Using = Annotated[Services, Depends(current_services)]
