"""The same data on the embedded store and on Neo4j: every route that reads gives the same answer."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest

from api import Services
from api.openapi import document
from cases import open_ledger
from graph.stores import Credentials, open_store
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load
from lookthrough.demo import World, write_world
from tests.api.serving import ALL, PATIENT, Running, running
from tests.api.test_work import BAD, upload
from tests.api.walk import LEFT_OUT, PERSONAL, POSTED, WALK, met

MASKED: Final = ("read", "detect", "load", "export")
KEYS: Final = {"who sees people": (*MASKED, "personal"), "who does not": MASKED}
NOON: Final = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
"""What both ledgers take the time for."""
PAGES: Final = 3
APART: Final = {
    "engine": "one is embedded, the other is Neo4j",
    "instance": "each request has a number of its own, drawn by lot",
    "jobs": "how many things a service has done so far",
    "loaded_at": "when the store was filled: all else of a batch is made of its files",
    "newest_source": "the same",
    "began_at": "when a run was begun",
    "ended_at": "when it ended",
    "first_seen": "when a finding was recorded; what was recorded in between moves the clock on",
    "last_seen": "the same",
    "changed_at": "the same",
}
"""What may differ, and why."""
HEADERS: Final = (
    "content-type",
    "content-disposition",
    "content-security-policy",
    "etag",
    "retry-after",
    "x-dataset-fingerprint",
    "x-truncated",
)


@dataclass
class Twin:
    """One of two services. `own`: its ids of runs and jobs, which are drawn by lot, and the words they are told by.

    `refused`: the link to rows that a load refused.
    """

    running: Running
    own: dict[str, str] = field(default_factory=dict)
    refused: str = ""

    def begun(self, client: httpx.Client, answer: httpx.Response, word: str) -> dict[str, Any]:
        """A job when it is done; it and its run are told by `word` from then on."""
        job = self.running.finished(client, answer.raise_for_status().json())
        assert job["state"] == "done", job
        self.own[job["id"]] = word
        if "run" in job["result"]:
            self.own[job["result"]["run"]["id"]] = f"{word}-run"
        return job


@dataclass
class Side:
    """One of the two as one key sees it. `next`: the cursor that the last answer gave."""

    client: httpx.Client
    twin: Twin
    next: str | None = None

    def recall_runs(self) -> None:
        """Runs that were recorded meanwhile are told by their numbers too."""
        runs = self.client.get("/v1/runs?limit=500").raise_for_status().json()["items"]
        for n, run in enumerate(reversed(runs)):
            self.twin.own.setdefault(run["id"], f"run-{n}")

    def told(self, method: str, path: str, body: Any = None) -> Any:
        """Status, what the headers say of the answer, and the answer, without what no two services share."""
        for id_, word in self.twin.own.items():
            path = re.sub(rf"(?<=/){re.escape(word)}(?=[/?]|$)", id_, path)
        answer = self.client.request(method, path, json=body)
        said = {h: answer.headers.get(h) for h in HEADERS}
        if not (said["etag"] or "").startswith("W/"):
            # Of a file it names its time on disk.
            said["etag"] = None
        kind = (said["content-type"] or "").partition(";")[0]
        self.next = None
        if kind.endswith("json"):
            value = _shared(json.loads(self._common(answer.text)))
            if isinstance(value, dict) and "next" in value:
                # Made of ids and times of the side's own; the page it leads to is compared.
                self.next, value["next"] = answer.json()["next"], value["next"] is not None
            return answer.status_code, said, value
        if kind == "application/zip":
            return answer.status_code, said, _packed(answer.content)
        if kind == "text/event-stream":
            lines = self._common(answer.text).splitlines()
            return (
                answer.status_code,
                said,
                [_shared(json.loads(t[5:])) for t in lines if t.startswith("data:")],
            )
        text = kind == "text/csv"
        return answer.status_code, said, self._common(answer.text) if text else answer.content

    def _common(self, text: str) -> str:
        for id_, word in self.twin.own.items():
            text = text.replace(id_, word)
        return text


def _shared(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _shared(v) for k, v in value.items() if k not in APART}
    return [_shared(v) for v in value] if isinstance(value, list) else value


def _packed(content: bytes) -> dict[str, bytes]:
    """The files of a package but those that say who made it, and when."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            n: archive.read(n)
            for n in archive.namelist()
            if "/data/" in n or n.endswith("/manifest-sha256.txt")
        }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write_world(tmp_path_factory.mktemp("demo") / "world")


@pytest.fixture(scope="module")
def twins(
    demo: World,
    tmp_path_factory: pytest.TempPathFactory,
    neo4j_server: tuple[str, Credentials],
    _neo4j_driver: Any,
) -> Iterator[tuple[Twin, Twin]]:
    """The demo world served from a folder and from a server, with refused rows, and with everything found."""
    from tests.servers.neo4j_server import clear_rows

    clear_rows(_neo4j_driver)
    url, credentials = neo4j_server
    folder = tmp_path_factory.mktemp("twins")
    key = PersonKey(b"a key of the tests alone, 32 byte")
    with ExitStack() as held:
        made = []
        for name, at in (("embedded", str(folder / "store")), ("server", url)):
            own = folder / name
            store = held.enter_context(open_store(at, "write", credentials=credentials))
            load(store, [demo.exports], LoadOptions("demo"), key, own / "reports", lambda *_: None)
            ledger = held.enter_context(open_ledger(f"sqlite:///{own / 'ledger.db'}", clock=lambda: NOON))
            services = Services(
                store=store,
                ledger=ledger,
                person_key=key,
                folder=own / "service",
                reports=own / "reports",
                limits=PATIENT,
            )
            twin = Twin(held.enter_context(running(services)))
            with twin.running.client(*ALL) as client:
                (rejects,) = twin.begun(client, upload(client, text=BAD), "first-load")["result"]["rejects"]
                twin.refused = rejects["link"]
                twin.begun(client, client.post("/v1/runs", json={}), "first")
            made.append(twin)
        yield made[0], made[1]


def test_every_route_that_reads_is_walked_or_left_out_for_a_reason():
    paths = json.loads(document())["paths"]
    assert set(WALK) | set(LEFT_OUT) == {path for path, methods in paths.items() if "get" in methods}
    assert not set(WALK) & set(LEFT_OUT)


@pytest.mark.neo4j
@pytest.mark.parametrize("scopes", KEYS.values(), ids=KEYS)
def test_either_store_gives_the_same_answer_to_every_question(twins, scopes):
    with ExitStack() as held:
        here, there = (Side(held.enter_context(twin.running.client(*scopes)), twin) for twin in twins)
        for side in (here, there):
            asked = side.client.post("/v1/runs", json={"detectors": ["common-shareholder"]})
            side.twin.begun(side.client, asked, f"own-job-{len(scopes)}")
            side.recall_runs()
        walked = met(here.client, here.twin.refused, f"own-job-{len(scopes)}")
        if scopes == MASKED:
            # What is hidden is hidden on every route; how much of it there is was seen with the other key.
            walked = walked.thinned()
        differing: list[str] = []
        answered: dict[str, set[int]] = defaultdict(set)
        for route, questions in WALK.items():
            for path in questions(walked):
                for asked, one, other in _pages(here, there, path):
                    answered[route].add(one[0])
                    differing += [] if one == other else [f"{asked}: {_where(one, other)}"]
        for route, questions in POSTED.items():
            for path, body in questions(walked):
                one, other = here.told("POST", path, body), there.told("POST", path, body)
                answered[route].add(one[0])
                differing += [] if one == other else [f"{path} {body}: {_where(one, other)}"]
        # Lots screened again are found to be what the run over everything found of them.
        assert [s.client.get("/v1/findings?found=false").json()["items"] for s in (here, there)] == [[], []]
    assert not differing, f"{len(differing)} answers differ:\n" + "\n".join(differing)
    # A walk that met nothing would show nothing.
    refused = PERSONAL if scopes == MASKED else frozenset()
    # Refused rows are those of another's load; a file that is not there is none of anybody's.
    others = {"/v1/loads/{batch}/rejects/{name}": {403, 404}} if scopes == MASKED else {}
    assert {route: codes for route, codes in answered.items() if 200 not in codes} == {
        **{r: {403} for r in refused},
        **others,
    }
    assert all(code < 500 for codes in answered.values() for code in codes)


def _pages(here: Side, there: Side, path: str) -> Iterator[tuple[str, Any, Any]]:
    """The answers of both, and of the pages that follow."""
    join = "&" if "?" in path else "?"
    more = {id(here): "", id(there): ""}
    for page in range(PAGES):
        one, other = (side.told("GET", path + more[id(side)]) for side in (here, there))
        yield f"{path} page {page}" if page else path, one, other
        if here.next is None or there.next is None:
            return
        for side in (here, there):
            more[id(side)] = f"{join}cursor={side.next}"


def _where(one: Any, other: Any, at: str = "") -> str:
    """The first place where two answers part."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(k for k in other if k not in one)]:
            if one.get(key) != other.get(key):
                return _where(one.get(key), other.get(key), f"{at}/{key}")
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        for n, (a, b) in enumerate(zip(one, other, strict=False)):
            if a != b:
                return _where(a, b, f"{at}/{n}")
        return f"{at}: {len(one)} ≠ {len(other)}"
    if isinstance(one, bytes | str) and isinstance(other, bytes | str) and type(one) is type(other):
        n = next(
            (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
        )
        start = max(n - 60, 0)
        return f"{at} from {n}: {one[start : n + 60]!r} ≠ {other[start : n + 60]!r}"
    return f"{at}: {str(one)[:200]} ≠ {str(other)[:200]}"
