"""The service over real HTTP on a large store: 50 requests a second of every kind, then a load while they go on."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx
import psutil

from bench.measuring import measured

RATE: Final = 50
"""Requests a second."""
SECONDS: Final = 60
_PATIENCE: Final = 30
"""Seconds that answers are waited for after the last request."""
_PICTURES: Final = 10
_LARGE: Final = 300
"""Nodes of a picture that is asked for."""
_MIX: Final[dict[str, tuple[float, int]]] = {
    # (part of all requests, milliseconds that are allowed)
    "party by id": (0.40, 10),
    "name search": (0.20, 100),
    "ultimate owners": (0.20, 30),
    "a lot screened": (0.08, 60),
    "subgraph with positions": (0.12, 120),
}


@dataclass(frozen=True)
class Served:
    """A service that runs in a process of its own."""

    url: str
    key: str
    process: psutil.Process
    ready: float
    """Seconds until it answered."""

    @property
    def cpu(self) -> float:
        """Processor seconds used so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def served(store: str, folder: Path) -> Iterator[Served]:
    """`lookthrough serve` on a store while the block runs."""
    log = folder / "serve.log"
    environment = os.environ | {"LOOKTHROUGH_DATA": str(folder / "data"), "LOOKTHROUGH_LANG": "en"}
    command = [sys.executable, "-m", "lookthrough", "serve", "--store", store, "--port", "0", "--log", "json"]
    begun = time.perf_counter()
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        try:
            while not (
                found := re.search(r"(http://127[.\d:]+/)#key=(\S+)", log.read_text(encoding="utf-8"))
            ):
                if process.poll() is not None:
                    raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
                time.sleep(0.1)
            while True:
                try:
                    if httpx.get(found[1] + "readyz", timeout=600).status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.1)
            ready = time.perf_counter() - begun
            yield Served(found[1] + "v1/", found[2], psutil.Process(process.pid), ready)
        finally:
            process.terminate()
            process.wait(timeout=180)


def service(folder: Path, scale: float, _repeats: int, made: Path | None = None) -> list[dict[str, Any]]:
    """2 M companies, 4 M edges, 50,000 lots, looked through: every kind of request at its time, then during a load.

    `made`: a store that holds that world already, in play; a copy of it is served, so that it stays as it is. Where
    its index of names stands beside it, that is not made again.
    """
    store = str(folder / "store")
    if made is None:
        sizes = [str(int(n * scale)) for n in (2_000_000, 4_000_000, 50_000)]
        measured("bench.loads", "world", store, *sizes)
        measured("bench.loads", "in-play", store)
    else:
        shutil.copytree(made, store, ignore=shutil.ignore_patterns("lock"))
        if (beside := made.with_name(made.name + ".service")).exists():
            shutil.copytree(beside, folder / "store.service")
    indexed = (folder / "store.service").exists()
    with served(store, folder) as running:
        headers = {"X-API-Key": running.key}
        first: list[float] = []
        with httpx.Client(base_url=running.url, headers=headers, timeout=600) as client:
            asked = questions(client, random.Random(7), first)
            afresh = _first_screening(client, asked["a lot screened"][0][1])
            alone = sorted(_milliseconds(client, path) for _, path in asked["a lot screened"][1:11])
            ran = _looked_through(client)
        rows = asyncio.run(_mixed(running, headers, asked))
        # A long run's figures are not lost with its last part.
        print(json.dumps(rows, indent=1), file=sys.stderr)
        rows.append(asyncio.run(_during_a_load(running, headers, asked, folder, int(20_000 * scale))))
        found = [
            {"name": "start" if indexed else "start, its index of names built", "seconds": round(running.ready, 1)},
            {"name": "first lot screened", "seconds": round(afresh, 1)},
            {
                "name": "a lot screened before any run, nothing beside it", "requests": len(alone),
                "p50 ms": _at(alone, 0.5), "longest ms": _at(alone, 1.0),
            },
            {"name": "run over everything, recorded", "seconds": round(ran, 1)},
            {
                "name": "subgraph drawn for the first time, nothing beside it", "requests": len(first),
                "p50 ms": _at(first, 0.5), "longest ms": _at(first, 1.0),
            },
        ]  # fmt: skip
        return [*found, *rows]


def questions(
    client: httpx.Client, chance: random.Random, first: list[float]
) -> dict[str, list[tuple[str, str]]]:
    """What is asked of each kind: (method, path). `first`: see `_largest`."""
    lots = client.get("lots", params={"limit": 500}).raise_for_status().json()["items"]
    chance.shuffle(lots)
    nine = []
    bidders: list[str] = []
    for lot in lots:
        found = client.get(f"lots/{lot['id']}").raise_for_status().json()["bidders"]
        bidders += [b["id"] for b in found]
        if len(found) == 9:
            nine.append(lot["id"])
        if len(nine) >= 30 and len(bidders) >= 1500:
            break
    names = [b.rpartition("c")[2] for b in bidders]
    texts = [f"虚构{n}" for n in names[:300]] + [n[:6] for n in names[300:500]] + ["xugou", "xg", "虚构"]
    chance.shuffle(texts)
    large = [f"lots/{lot['id']}/subgraph" for lot in lots]
    return {
        "party by id": [("GET", f"parties/{b}") for b in bidders],
        "name search": [("GET", f"parties?q={t}") for t in texts],
        "ultimate owners": [("GET", f"parties/{b}/ultimate-owners") for b in bidders],
        "a lot screened": [("POST", f"lots/{i}/screen") for i in nine],
        "subgraph with positions": [("GET", path) for path in _largest(client, large, first)],
    }


def _largest(client: httpx.Client, paths: list[str], first: list[float]) -> list[str]:
    """Ten pictures of about 300 nodes; where there are not as many, those that come nearest.

    `first` gets the milliseconds of the large ones: drawn for the first time, which a service does once for each.
    """
    sized: list[tuple[int, str]] = []
    for path in paths:
        begun = time.perf_counter()
        far = abs(len(client.get(path).raise_for_status().json()["nodes"]) - _LARGE)
        sized.append((far, path))
        if far <= _LARGE // 5:
            first.append((time.perf_counter() - begun) * 1000)
        if sum(far <= _LARGE // 5 for far, _ in sized) == _PICTURES:
            break
    return [p for _, p in sorted(sized)[:_PICTURES]]


def _first_screening(client: httpx.Client, path: str) -> float:
    """Seconds until the first screening answers, which reads what holds for all lots; past the limit it is asked again."""
    begun = time.perf_counter()
    while client.post(path).status_code == 504:
        pass
    return time.perf_counter() - begun


def _milliseconds(client: httpx.Client, path: str) -> float:
    begun = time.perf_counter()
    client.post(path).raise_for_status()
    return (time.perf_counter() - begun) * 1000


def _looked_through(client: httpx.Client) -> float:
    """Seconds of a run over everything, as one follows every load; lots are then answered from what it recorded."""
    begun = time.perf_counter()
    job = client.post("runs", json={}).raise_for_status().json()["id"]
    while (told := client.get(f"jobs/{job}").raise_for_status().json())["state"] not in ("done", "failed"):
        time.sleep(0.5)
    if told["state"] == "failed":
        raise RuntimeError(json.dumps(told))
    return time.perf_counter() - begun


def _client(running: Served, headers: dict[str, str], patience: float) -> aiohttp.ClientSession:
    """A client that costs the service little: a third of the processor time that httpx takes of the same two cores."""
    return aiohttp.ClientSession(
        running.url, headers=headers, timeout=aiohttp.ClientTimeout(total=patience), raise_for_status=True
    )


async def _ask(client: aiohttp.ClientSession, at: float, method: str, path: str, spent: list[float]) -> None:
    """One request, measured from `at`; one that is broken off when the run ends has taken that long at least."""
    try:
        async with client.request(method, path) as answer:
            await answer.read()
    finally:
        spent.append((time.perf_counter() - at) * 1000)


async def _mixed(
    running: Served,
    headers: dict[str, str],
    asked: dict[str, list[tuple[str, str]]],
    without: Collection[str] = (),
) -> list[dict[str, Any]]:
    mix = {kind: how for kind, how in _MIX.items() if kind not in without}
    spent: dict[str, list[float]] = defaultdict(list)
    chance = random.Random(11)
    async with _client(running, headers, 120) as client:
        for kind in mix:
            # Alone first: what the request itself takes, and nothing cold in the mix.
            for method, path in asked[kind][:10]:
                await _ask(client, time.perf_counter(), method, path, spent[f"{kind} alone"])
        before, begun = running.cpu, time.perf_counter()
        tasks, late = [], []
        for n in range(RATE * SECONDS):
            due = begun + n / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            # From when it is sent, whoever else is waited for: a clock that wakes the client late is not the service's.
            sent = time.perf_counter()
            late.append((sent - due) * 1000)
            kind = chance.choices(list(mix), [part for part, _ in mix.values()])[0]
            method, path = chance.choice(asked[kind])
            tasks.append(asyncio.create_task(_ask(client, sent, method, path, spent[kind]), name=kind))
        # A service that is too slow builds a queue and says so (503, 504): the run ends all the same, and tells what was
        # not answered.
        _, waiting = await asyncio.wait(tasks, timeout=_PATIENCE)
        unanswered = Counter(task.get_name() for task in (*waiting, *filter(_refused, tasks)))
        for task in waiting:
            task.cancel()
        failed = [r for r in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(r, Exception)]
    for fault in failed:
        if not _too_slow(fault):
            raise fault
    wall = time.perf_counter() - begun
    busy = (running.cpu - before) / wall
    return [
        {
            "name": kind, "requests": len(spent[kind]), "unanswered": unanswered[kind], "alone p50 ms": _at(spent[f"{kind} alone"], 0.5),
            "p50 ms": _at(spent[kind], 0.5), "p99 ms": _at(spent[kind], 0.99), "longest ms": _at(spent[kind], 1.0),
            "allowed ms": allowed,
        }
        for kind, (_, allowed) in mix.items()
    ] + [
        {"name": "processors busy with all of it", "cores": round(busy, 2)},
        {"name": "sent after they were due", "p50 ms": _at(late, 0.5), "p99 ms": _at(late, 0.99), "longest ms": _at(late, 1.0)},
    ]  # fmt: skip


def _too_slow(fault: BaseException | None) -> bool:
    return isinstance(fault, aiohttp.ClientResponseError) and fault.status in (503, 504)


def _refused(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and _too_slow(task.exception())


def _at(spent: list[float], part: float) -> float:
    ordered = sorted(spent)
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1) if ordered else 0.0


async def _sent(client: aiohttp.ClientSession, paths: list[Path]) -> str:
    """The job that loads the files."""
    form = aiohttp.FormData()
    for path in paths:
        form.add_field("files", path.read_bytes(), filename=path.name)
    async with client.post("loads", data=form) as answer:
        return str((await answer.json())["id"])


async def _during_a_load(
    running: Served,
    headers: dict[str, str],
    asked: dict[str, list[tuple[str, str]]],
    folder: Path,
    holdings: int,
) -> dict[str, Any]:
    """Parties asked for ten times a second while a file is loaded, until its data answer."""
    from bench.procurement import write_tables

    extra = folder / "more"
    extra.mkdir()
    paths = write_tables(extra, holdings // 2, holdings, seed=23)
    spent: list[float] = []
    async with _client(running, headers, 600) as client:
        begun = time.perf_counter()
        upload = asyncio.create_task(_sent(client, paths))
        tasks, job = [], ""
        chance = random.Random(13)
        told: dict[str, Any] = {"state": "queued"}
        for n in range(36_000):
            due = begun + n / 10
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            method, path = chance.choice(asked["party by id"])
            tasks.append(asyncio.create_task(_ask(client, due, method, path, spent)))
            if upload.done() and not job:
                job = upload.result()
            if job and n % 5 == 0:
                async with client.get(f"jobs/{job}") as answer:
                    told = await answer.json()
            if told["state"] in ("done", "failed", "cancelled"):
                break
        await asyncio.gather(*tasks)
    if told["state"] != "done":
        raise RuntimeError(json.dumps(told, ensure_ascii=False))
    return {
        "name": f"party by id while {holdings:,} holdings are loaded", "requests": len(spent), "p50 ms": _at(spent, 0.5),
        "p99 ms": _at(spent, 0.99), "longest ms": _at(spent, 1.0), "seconds": round(time.perf_counter() - begun, 1),
    }  # fmt: skip


if __name__ == "__main__":
    # `python -m bench.service STORE FOLDER [KIND…]`: the mix alone, without some kinds, on a store that is there already.
    target = Path(sys.argv[2] if len(sys.argv) > 2 else ".")
    with served(sys.argv[1], target) as one:
        key = {"X-API-Key": one.key}
        with httpx.Client(base_url=one.url, headers=key, timeout=600) as http:
            first: list[float] = []
            what = questions(http, random.Random(7), first)
            if "a lot screened" not in sys.argv[3:]:
                _first_screening(http, what["a lot screened"][0][1])
        print(json.dumps({"ready": one.ready, "pictures drawn first, ms": first}))
        print(json.dumps(asyncio.run(_mixed(one, key, what, sys.argv[3:])), indent=1, ensure_ascii=False))
