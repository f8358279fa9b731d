"""What a finding names as its evidence is enough: loaded alone, the same finding appears again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from detectors.definition import Detector
from detectors.finding import Finding
from detectors.registry import DETECTORS
from detectors.running.detecting import detect
from graph.stores import Credentials, GraphStore, open_store
from tests.detectors.evidence_alone import Stated

FLAGSHIPS = ("common-controller", "common-shareholder", "household-multi-property")
WANTED = [d for d in DETECTORS if d.id in FLAGSHIPS]


@dataclass(frozen=True)
class Whole:
    """The demo world in a store, and what was found in it."""

    store: GraphStore
    stated: Stated
    findings: tuple[Finding, ...]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, demo_home: Path) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    shutil.copytree(demo_home / "output/demo/store", folder / "store")
    with open_store(str(folder / "store")) as store:
        yield Whole(store, Stated(store), detect(store, WANTED).findings)


def test_there_is_something_to_prove(whole: Whole) -> None:
    assert {f.detector for f in whole.findings} == set(FLAGSHIPS)
    assert {f.facts["identity"] for f in whole.findings} >= {"id", "unique_name"}
    assert len({f.scope_id for f in whole.findings if not f.suppressed_by}) > 8


def test_the_evidence_alone_gives_the_finding_again(whole: Whole, tmp_path: Path) -> None:
    # The labelled scenes, which are many, have a test of their own.
    for n, found in enumerate(f for f in whole.findings if not f.scope_id.startswith("local:BZ")):
        again = found_again(tmp_path / str(n), whole, found, WANTED)
        assert found.fingerprint in again, found.text["zh"]
        same = again[found.fingerprint]
        assert same.subjects == found.subjects
        assert (same.suppressed_by or {}).get("rule") == (found.suppressed_by or {}).get("rule")
        if found.scope_kind == "lot":
            assert told(same) == told(found)


def test_every_detectors_evidence_alone_gives_its_finding_again(whole: Whole, tmp_path: Path) -> None:
    """One finding of each detector; not of those that rest on many lots, nor on what is absent elsewhere."""
    # That nobody else's payment is there, or that a programme paid others, no row of this recipient can show.
    absent = {"eligible-not-receiving"}
    judged = [d for d in DETECTORS if d.rests_on != "pattern" and d.id not in absent]
    first: dict[str, Finding] = {}
    for found in detect(whole.store, judged).findings:
        if not found.suppressed_by and not found.facts.get("unpaid_months"):
            first.setdefault(found.detector, found)
    assert set(first) == {d.id for d in judged}
    for id_, found in first.items():
        again = found_again(tmp_path / id_, whole, found, [d for d in judged if d.id == id_])
        assert found.fingerprint in again, (id_, found.text["zh"])
        assert again[found.fingerprint].subjects == found.subjects, id_
        assert not again[found.fingerprint].suppressed_by, id_


def found_again(
    folder: Path, whole: Whole, found: Finding, detectors: Sequence[Detector]
) -> dict[str, Finding]:
    """What detectors find in a new store of a finding's evidence alone, by fingerprint."""
    with open_store(folder) as store:
        store.apply(whole.stated.of(found.evidence))
        return {f.fingerprint: f for f in detect(store, detectors).findings}


def told(found: Finding) -> list[tuple[object, ...]]:
    """Bidders with their shares, votes and paths."""
    return [
        (b["id"], b.get("share"), b.get("votes"), b.get("depth"), str(b.get("paths")))
        for b in found.facts["bidders"]
    ]


@pytest.mark.neo4j
def test_on_the_other_store_too(whole: Whole, neo4j_url: str, neo4j_server: tuple[str, Credentials]) -> None:
    found = next(f for f in whole.findings if f.facts["identity"] == "unique_name")
    with open_store(neo4j_url, credentials=neo4j_server[1]) as store:
        store.apply(whole.stated.of(found.evidence))
        again = detect(store, WANTED).findings
    assert [f.fingerprint for f in again] == [found.fingerprint]
    assert told(again[0]) == told(found)


def test_less_than_the_evidence_does_not(whole: Whole, tmp_path: Path) -> None:
    found = next(f for f in whole.findings if f.detector == "common-shareholder" and not f.suppressed_by)
    holding = next(
        k
        for k in found.evidence.keys
        if whole.store.query("MATCH ()-[r:OWNS]->() WHERE r.key = $k RETURN r.key AS k", {"k": k}).num_rows
    )
    rest = tuple(k for k in found.evidence.keys if k != holding)
    alone = whole.stated.of(type(found.evidence)(found.evidence.nodes, rest))
    with open_store(str(tmp_path / "less")) as store:
        store.apply(alone)
        again = {f.fingerprint: f for f in detect(store, WANTED).findings}
    assert found.fingerprint not in again or again[found.fingerprint].subjects != found.subjects
