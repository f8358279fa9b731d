"""Doing a thing once: a request with an `Idempotency-Key` is answered again as it was answered first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import Header, Request
from fastapi.responses import JSONResponse, Response

from api.answers import headers
from api.callers import Caller, services_of
from api.problems import problem_of
from cases import Ledger

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Answers a repeated request as the first",
    ),
]
_REPEATED: Final = "Idempotent-Replayed"


def once(
    ledger: Ledger,
    request: Request,
    caller: Caller,
    key: str | None,
    asked: Any,
    work: Callable[[], Any],
    status: int = 200,
) -> Response:
    """Do the work and answer with what it gives; under a key used before, the answer given then.

    `asked`: what decides the answer (the body), compared with what the key stood for. A request that failed may be
    tried again under its key.
    """
    if key is None:
        return JSONResponse(work(), status, headers(request))
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()
    known = ledger.idempotent(key, f"{request.method} {request.url.path}", digest, owner=caller.key)
    if known is not None:
        return Response(known.body, known.status, {_REPEATED: "true"}, "application/json")
    try:
        body = json.dumps(work(), ensure_ascii=False)
    except BaseException as error:
        ledger.forget(key, owner=caller.key)
        if (
            isinstance(error, Exception)
            and (found := problem_of(error, services_of(request).places)) is not None
        ):
            raise found from error
        raise
    ledger.remember(key, status, body, owner=caller.key)
    return Response(body, status, headers(request), "application/json")
