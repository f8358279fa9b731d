"""One demo world for all tests of the exports, and the package of its nine-bidder finding."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from detectors.finding import Finding
from detectors.registry import chosen
from detectors.running.detecting import detect
from exports import Package, make_package
from graph.stores import GraphStore, open_store
from loaders.identity import PersonKey

LOT = "local:XG-2025-001/1"
KEY = PersonKey(b"a key of the tests alone, 32 byte")
NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@dataclass(frozen=True)
class World:
    """The demo world's store, open for reading, and all its findings."""

    folder: Path
    store: GraphStore
    findings: tuple[Finding, ...]

    def found(self, detector: str, scope: str = LOT) -> Finding:
        """The one finding of a detector in a scope."""
        return next(f for f in self.findings if f.detector == detector and f.scope_id == scope)

    def package(self, of: str | Finding, **how: Any) -> Package:
        """A package of it, made at a fixed moment."""
        return make_package(self.store, of, **{"actor": "测试员", "now": NOW, **how})


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, demo_home: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world").resolve()
    shutil.copytree(demo_home, folder, dirs_exist_ok=True)
    with open_store(str(folder / "output/demo/store"), "read") as store:
        yield World(folder, store, detect(store, chosen(None)).findings)


@pytest.fixture(scope="session")
def nine(world: World) -> Package:
    """The package of the nine bidders' common controller."""
    return world.package(world.found("common-controller"))


@pytest.fixture
def unpacked(nine: Package, tmp_path: Path) -> Path:
    """The same, in a folder of its own that a test may change."""
    return unpack(nine.files, tmp_path / "package")


def unpack(files: dict[str, bytes], folder: Path) -> Path:
    """Files written below a folder."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


Change = Callable[[dict[str, Any]], None]


def forged(
    nine: Package,
    folder: Path,
    name: str,
    change: Callable[[bytes], bytes],
    about: dict[str, str] | None = None,
) -> Path:
    """The package with one file changed and every manifest made new, as somebody would who knows the format.

    `about`: fields of `bag-info.txt` that say otherwise.
    """
    from exports.bag import bag, read_info

    data = {n[5:]: b for n, b in nine.files.items() if n.startswith("data/")}
    data[name] = change(data[name])
    import hashlib

    fields = read_info(nine.files["bag-info.txt"])
    fields["Lookthrough-Facts-SHA256"] = hashlib.sha256(data["facts.json"]).hexdigest()
    fields |= about or {}
    fields.pop("Payload-Oxum")
    return unpack(bag(data, {"run.json": run_of(nine, fields)}, list(fields.items())), folder)


def run_of(package: Package, fields: dict[str, str]) -> bytes:
    """Its run.json, made to agree with these fields of `bag-info.txt`."""
    told = json.loads(package.files["run.json"])
    told["facts_sha256"] = fields["Lookthrough-Facts-SHA256"]
    name, _, version = fields["Bag-Software-Agent"].partition(" ")
    told["software"] = {"name": name, "version": version}
    return json.dumps(told, ensure_ascii=False).encode()


def with_facts(change: Change) -> Callable[[bytes], bytes]:
    """A change of facts.json's object as a change of its bytes."""

    def changed(text: bytes) -> bytes:
        facts = json.loads(text)
        change(facts)
        return (json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

    return changed
