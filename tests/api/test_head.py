"""HEAD answers on every route as GET does, without the body."""

from __future__ import annotations

import re
import socket
from urllib.parse import quote

import httpx

from tests.api.serving import ALL
from tests.api.world import LOT

_OF_THE_MOMENT = {"date", "x-request-id"}
ASKED = (
    "/v1/status", "/v1/parties?q=虚构", "/v1/parties/local:A", "/v1/parties/local:A/owners", "/v1/parties/nobody",
    "/v1/parties/local:A/subgraph.svg", "/v1/lots?limit=-1", f"/v1/lots/{quote(LOT, safe='')}", "/v1/findings",
    "/v1/detectors", "/v1/jobs/none/events", "/v1/openapi.json", "/v1/docs", "/", "/favicon.svg", "/healthz", "/nowhere",
)  # fmt: skip


def told(answer: httpx.Response) -> dict[str, str]:
    return {k: v for k, v in answer.headers.items() if k not in _OF_THE_MOMENT}


def test_head_has_the_headers_of_get_and_no_body(service):
    with service.client(*ALL) as client:
        for path in ASKED:
            by_get, by_head = client.get(path), client.head(path)
            assert by_head.status_code == by_get.status_code, path
            assert told(by_head) == told(by_get), path
            assert by_head.content == b"", path
        kept = client.get("/v1/parties/local:A/owners").headers["etag"]
        assert client.head("/v1/parties/local:A/owners", headers={"If-None-Match": kept}).status_code == 304


def test_what_has_no_get_has_no_head(service):
    with service.client(*ALL) as client:
        refused = client.head("/v1/screenings")
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


def test_the_next_answer_on_the_same_connection_is_whole(service):
    """A body left in the connection would be read as the answer to what is asked next."""
    host, port = re.fullmatch(r"http://(.*):(\d+)", service.url).groups()
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(
            b"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        received = b""
        while piece := raw.recv(65536):
            received += piece
    first, second = received.split(b"HTTP/1.1 200 OK")[1:]
    assert first.endswith(b"\r\n\r\n") and len(second.split(b"\r\n\r\n", 1)[1]) > 2


def test_events_of_a_job_by_head_end_at_once(own_service):
    with own_service.client(*ALL) as client:
        job = client.post("/v1/runs", json={}).json()
        answer = client.head(f"/v1/jobs/{job['id']}/events", timeout=5)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert own_service.finished(client, job)["state"] == "done"
