"""What is no HTTP is refused before the application sees it; it is told as every other problem is."""

from __future__ import annotations

import json

from api.problems import MEDIA_TYPE, PREFIX, TYPES

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Protocol
except ImportError:  # It exists for CPython alone.
    from uvicorn.protocols.http.h11_impl import H11Protocol as Protocol  # type: ignore[assignment]


class ProblemProtocol(Protocol):
    """The server's own protocol, whose one answer of its own (400: the request can't be parsed) is a problem document."""

    def send_400_response(self, msg: str) -> None:
        """Answer and close. `msg` is the server's own word for it."""
        type_ = TYPES["malformed-body"]
        body = json.dumps(
            {
                "type": PREFIX + type_.name,
                "title": type_.zh,
                "status": 400,
                "detail": "请求不是有效的 HTTP，或请求行、请求头过长。(The request is not valid HTTP, or its head is too long.)",
                "instance": None,
                "errors": [],
            },
            ensure_ascii=False,
        ).encode()
        head = (
            "HTTP/1.1 400 Bad Request\r\n"
            f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
            "x-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
