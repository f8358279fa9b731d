"""What guards every answer and every body: strict headers, and a limit on what may be sent."""

from __future__ import annotations

import json
import re
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
_BOUNDARY: Final = re.compile(rb"boundary=(?:\"([^\"]+)\"|([^\s;\"]+))", re.I)
_TAIL: Final = 400
"""Bytes at the end of a form among which its closing line stands: a boundary is of 70 at most (RFC 2046)."""


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
            await _too_large(scope, send, limit)
            return
        received, begun, refused = 0, False, False
        closing = _closing(headers[b"content-type"]) if multipart else b""
        tail = b""

        async def receiving() -> Message:
            nonlocal received, refused, tail
            message = await receive()
            if message["type"] == "http.request":
                piece = message.get("body", b"")
                received += len(piece)
                if received > limit and not refused:
                    refused = True
                    if not begun:
                        await _too_large(scope, send, limit)
                    return {"type": "http.disconnect"}
                if closing:
                    tail = (tail + piece[-_TAIL:])[-_TAIL:]
                    if not message.get("more_body") and closing not in tail and not refused:
                        # What reads forms takes the parts that are whole and says nothing of the one that is not.
                        refused = True
                        if not begun:
                            await _cut_off(scope, send)
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


def _closing(content_type: bytes) -> bytes:
    """What ends a form of this content type; empty where it names no boundary, which is refused later."""
    found = _BOUNDARY.search(content_type)
    return b"--" + (found[1] or found[2]) + b"--" if found else b""


async def _too_large(scope: Scope, send: Send, limit: int) -> None:
    zh, en = f"内容超过上限 {limit} 字节。", f"The body is over the limit of {limit} bytes."
    await _refused(scope, send, "too-large", zh, en)


async def _cut_off(scope: Scope, send: Send) -> None:
    zh, en = (
        "上传内容不完整（缺少结尾），请重新上传。",
        "The upload is cut off (its end is missing): send it again.",
    )
    await _refused(scope, send, "malformed-body", zh, en)


async def _refused(scope: Scope, send: Send, name: str, zh: str, en: str) -> None:
    """Answer in place of the application, which need not know: in both languages, as nothing of the request is read."""
    type_ = TYPES[name]
    body = json.dumps(
        {
            "type": PREFIX + type_.name,
            "title": type_.zh,
            "status": type_.status,
            "detail": f"{zh}({en})",
            "instance": scope.get("state", {}).get("request_id"),
            "errors": [],
        },
        ensure_ascii=False,
    ).encode()
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    status = type_.status
    await send({"type": "http.response.start", "status": status, "headers": _with_headers(headers)})
    await send({"type": "http.response.body", "body": body})
