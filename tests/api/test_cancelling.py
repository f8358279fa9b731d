"""A load that is stopped while it runs, or whose sender goes away, has not been: nothing of it stays, and it can be sent again."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from graph.stores import open_store
from tests.api.serving import ALL, Running, world_served
from tests.servers.relay import Relay

_HEAD = "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n"
MANY = 3_000
OWNERS = 97


def register(rows: int) -> bytes:
    """Companies, each with one of a hundred holders."""
    lines = (
        f"m{n},虚构大批{n}有限公司,mh{n % OWNERS},虚构大股东{n % OWNERS}有限公司,company,{n % 50 + 1}\n"
        for n in range(rows)
    )
    return (_HEAD + "".join(lines)).encode()


def held(service: Running) -> tuple[dict[str, int], str, list[tuple[str, str]]]:
    """What the store holds: counts of everything, fingerprint, batches with their states."""
    store = service.services.store
    return store.counts(), store.fingerprint(), [(b.id, b.state) for b in store.batches()]


def sent(client, content: bytes, **headers: str):
    files = [("files", ("大批shareholdings.csv", content))]
    return client.post("/v1/loads", files=files, headers=headers).raise_for_status().json()


def uploads(service: Running) -> list[str]:
    """Files that were uploaded and are kept."""
    folder = service.services.folder / "uploads"
    return [str(p) for p in folder.rglob("*") if p.is_file()] if folder.exists() else []


@contextmanager
def pausing(service: Running, step: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Jobs wait when they have said that they are at a step: what is told of it, and what lets them go on."""
    jobs = service.app.state.jobs
    start = jobs.start
    reached, go = threading.Event(), threading.Event()

    def started(kind, owner, work, dropped=None):
        def paused(progress):
            def said(what, done, total):
                progress(what, done, total)
                if what == step:
                    reached.set()
                    go.wait(60)

            return work(said)

        return start(kind, owner, paused, dropped)

    jobs.start = started
    try:
        yield reached, go
    finally:
        go.set()
        jobs.start = start


def cancelled_at(service: Running, client, content: bytes, step: str):
    """A load that is cancelled at a step, when it has ended."""
    with pausing(service, step) as (reached, go):
        job = sent(client, content)
        assert reached.wait(120), step
        told = client.delete(f"/v1/jobs/{job['id']}").raise_for_status().json()
        assert (told["state"], told["progress"]["step"]) == ("running", step)
        go.set()
        return service.finished(client, told)


@contextmanager
def busy(service: Running) -> Iterator[None]:
    """The service's one worker does something else while the block runs."""
    gate, running = threading.Event(), threading.Event()

    def hold(progress):
        running.set()
        gate.wait(60)

    service.app.state.jobs.start("run", "somebody else", hold)
    assert running.wait(60)
    try:
        yield
    finally:
        gate.set()


def test_a_load_cancelled_at_any_step_has_not_been_and_can_be_sent_again(either_service):
    content = register(MANY)
    with either_service.client(*ALL) as client:
        before = held(either_service)
        owners = client.get("/v1/parties/local:A/owners").raise_for_status()
        for step in ("read", "nodes", "relationships", "derived"):
            ended = cancelled_at(either_service, client, content, step)
            assert (ended["state"], ended["result"]) == ("cancelled", None), step
            assert held(either_service) == before, step
            assert client.get("/v1/status").json()["loading"] == []
            assert len(client.get("/v1/loads").json()["items"]) == 1
            again = client.get("/v1/parties/local:A/owners").raise_for_status()
            assert (again.text, again.headers["etag"]) == (owners.text, owners.headers["etag"])
            assert uploads(either_service) == []
        job = either_service.finished(client, sent(client, content))
        assert (job["state"], job["result"]["loaded_before"]) == ("done", []), job
        counts = held(either_service)[0]
        assert counts["OWNS"] == before[0]["OWNS"] + MANY
        assert counts["Company"] == before[0]["Company"] + MANY + OWNERS
        (holder,) = client.get("/v1/parties/local:m96/owners").raise_for_status().json()["owners"]
        assert (holder["id"], round(holder["share"], 10)) == ("local:mh96", 0.47)
        # It is over: to cancel it now would be too late, and must not be said to have worked.
        late = client.delete(f"/v1/jobs/{job['id']}").raise_for_status().json()
        assert late["state"] == "done"


def test_a_load_cancelled_when_its_rows_are_in_is_said_to_be_done(own_service, monkeypatch):
    """What comes after the rows, the ledger's record and the next state of the answers, is finished whatever comes."""
    ledger = own_service.services.ledger
    record = ledger.record_load
    jobs = own_service.app.state.jobs

    def recorded(*given):
        (job,) = [j for j in jobs._jobs.values() if j.state == "running"]
        jobs.cancel(job)
        return record(*given)

    monkeypatch.setattr(ledger, "record_load", recorded)
    with own_service.client(*ALL) as client:
        # Not asked for meanwhile: a question would have the next state of the answers made by another thread.
        job = list(jobs.changes(jobs.get(sent(client, register(10))["id"]), wait=60))[-1]
        assert job["state"] == "done", job
        assert client.get("/v1/parties/local:m1/owners").json()["owners"][0]["id"] == "local:mh1"
        (loaded,) = [b for b in client.get("/v1/loads").json()["items"] if b["id"] == job["result"]["batch"]]
        assert loaded["loaded_by"].startswith("key:")


def test_what_was_uploaded_for_a_job_that_never_began_is_not_kept(own_service):
    with own_service.client(*ALL) as client:
        with busy(own_service):
            job = sent(client, register(10), **{"Idempotency-Key": "once"})
            assert len(uploads(own_service)) == 1
            # The same again under its key is not loaded again: nothing is kept for it.
            assert sent(client, register(10), **{"Idempotency-Key": "once"})["id"] == job["id"]
            assert len(uploads(own_service)) == 1
            assert client.delete(f"/v1/jobs/{job['id']}").json()["state"] == "cancelled"
            assert uploads(own_service) == []
        assert own_service.finished(client, sent(client, register(10)))["state"] == "done"
        assert uploads(own_service) == []


def test_a_sender_that_goes_away_in_mid_upload_leaves_nothing_behind(either_service):
    place = urlsplit(either_service.url)
    content = register(20_000)
    body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n' + content
    head = (
        f"POST /v1/loads HTTP/1.1\r\nHost: {place.netloc}\r\nX-API-Key: {either_service.key(*ALL)}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {2 * len(body)}\r\n\r\n"
    )
    before = held(either_service)
    for length in (len(body) // 2, len(body)):
        with socket.create_connection((place.hostname, place.port)) as line:
            line.sendall(head.encode() + body[:length])
    with either_service.client(*ALL) as client:
        assert client.get("/v1/status").json()["jobs"] == {}
        assert uploads(either_service) == []
        assert held(either_service) == before
        assert either_service.finished(client, sent(client, register(10)))["state"] == "done"


@pytest.mark.neo4j
def test_a_server_that_goes_in_the_middle_of_a_load_loses_nothing_and_the_load_is_taken_back_when_it_is_back(
    tmp_path, neo4j_url, neo4j_server
):
    relay = Relay(urlsplit(neo4j_url).port or 7687)
    try:
        with (
            world_served(tmp_path, relay.url, neo4j_server[1]) as service,
            open_store(neo4j_url, "read", credentials=neo4j_server[1]) as beside,
            service.client(*ALL) as client,
        ):
            before = held(service)
            with pausing(service, "relationships") as (reached, go):
                job = sent(client, register(MANY))
                assert reached.wait(120)
                relay.cut()
                go.set()
                failed = service.finished(client, job)
            assert (failed["state"], failed["problem"]["type"]) == ("failed", "unavailable")
            assert [b.state for b in beside.batches()] == ["done", "open"]
            assert beside.counts()["Company"] == before[0]["Company"] + MANY + OWNERS
            relay.join()
            until = time.monotonic() + 120
            while beside.counts() != before[0] or len(beside.batches()) != 1:
                assert time.monotonic() < until
                time.sleep(0.5)
            assert held(service) == before
            assert service.finished(client, sent(client, register(MANY)))["state"] == "done"
            assert beside.counts()["OWNS"] == before[0]["OWNS"] + MANY
    finally:
        relay.cut()
