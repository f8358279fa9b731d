"""What guards every answer and every body: strict headers, and a limit on what may be sent."""

from __future__ import annotations

import json
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import MEDIA_TYPE, PREFIX, TYPES
from api.services import Limits

_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Styles may stand inline: the explorer's components set sizes so. Scripts never."""
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)


class GuardedApp:
    """Adds the headers, and ends a request whose body grows past its limit."""

    def __init__(self, app: ASGIApp, limits: Limits):
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        multipart = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        limit = self._limits.upload_bytes if multipart else self._limits.body_bytes
        stated = headers.get(b"content-length", b"0")
        if stated.isdigit() and int(stated) > limit:
            await _too_large(send, limit)
            return
        received, begun, refused = 0, False, False

        async def receiving() -> Message:
            nonlocal received, refused
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit and not refused:
                    refused = True
                    if not begun:
                        await _too_large(send, limit)
                    return {"type": "http.disconnect"}
            return message

        async def sending(message: Message) -> None:
            nonlocal begun
            if refused:
                return
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = _with_headers(message.get("headers", []))
            await send(message)

        await self._app(scope, receiving, sending)


def _with_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    known = {name.lower() for name, _ in headers}
    more = [h for h in _HEADERS if h[0] not in known]
    if b"content-security-policy" not in known:
        more.append((b"content-security-policy", _POLICY.encode()))
    if b"cache-control" not in known:
        more.append((b"cache-control", b"no-store"))
    return [*headers, *more]


async def _too_large(send: Send, limit: int) -> None:
    type_ = TYPES["too-large"]
    body = json.dumps(
        {
            "type": PREFIX + type_.name,
            "title": type_.zh,
            "status": type_.status,
            "detail": f"内容超过上限 {limit} 字节。(The body is over the limit of {limit} bytes.)",
            "instance": None,
            "errors": [],
        },
        ensure_ascii=False,
    ).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        *_HEADERS,
    ]
    await send({"type": "http.response.start", "status": type_.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
